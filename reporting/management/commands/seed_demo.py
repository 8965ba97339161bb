"""``manage.py seed_demo``: the demo story, through the services, the same for everybody."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alliances.identity import acting_as_portal
from alliances.models import Alliance
from alliances.reference import CURRENT_CYCLE
from conventions.models import Convention
from fqis.models import Project, Versement
from reporting.demo.people import create_cast
from reporting.demo.story import tell


class Command(BaseCommand):
    help = "Raconte l’histoire de démonstration. Refusée en production."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="ne fait rien si l’histoire est déjà là"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("L’histoire de démonstration ne se charge pas en production.")
        with acting_as_portal():
            if Convention.objects.exists():
                if options["if_empty"]:
                    return
                raise CommandError("La base contient déjà des conventions : rien n’a été ajouté.")
            cast = create_cast()
            alliances = list(
                Alliance.objects.for_pages()
                .select_related("envelope")
                .filter(cycle__slug=CURRENT_CYCLE)
            )
        tell(cast, alliances)
        if options["verbosity"]:
            with acting_as_portal():
                self.stdout.write(
                    f"{len(alliances)} territoires, {Project.objects.count()} projets,"
                    f" {Versement.objects.paid().count()} versements payés."
                )
