"""``manage.py draw_states``: writes the diagrams of docs/etats/ again."""

from typing import Any

from django.core.management.base import BaseCommand

from alliances.states import diagram_path, draw, workflows


class Command(BaseCommand):
    help = "Dessine les états de chaque objet dans docs/etats/."

    def handle(self, *args: Any, **options: Any) -> None:
        for flow in workflows():
            path = diagram_path(flow)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(draw(flow), encoding="utf-8")
            self.stdout.write(str(path.name))
