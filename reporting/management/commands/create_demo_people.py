"""``manage.py create_demo_people``: the demo's accounts alone, without its story."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alliances.identity import acting_as_portal
from reporting.demo.people import create_cast


class Command(BaseCommand):
    help = "Crée les comptes de démonstration, sans l’histoire."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Les comptes de démonstration ne se créent pas en production.")
        with acting_as_portal():
            create_cast()
