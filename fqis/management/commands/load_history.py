"""``manage.py load_history``: the invented projects of 2010-2015 that make the guide's totals."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alliances.identity import acting_as_portal
from alliances.models import User
from fqis.services.history import write_history


class Command(BaseCommand):
    help = "Écrit les projets fictifs de 2010-2015. Refusée en production."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Des projets fictifs ne se chargent pas en production.")
        with acting_as_portal() as portal:
            analyst = User.objects.filter(memberships__role="analyst").order_by("pk").first()
            if analyst is None:
                raise CommandError("Chargez d’abord la démonstration : il faut deux personnes.")
            written = write_history(by=portal, validated_by=analyst)
        self.stdout.write(f"{written} projets.")
