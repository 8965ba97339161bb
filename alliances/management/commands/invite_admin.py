"""``manage.py invite_admin ADDRESS``: opens a new portal to the first person who manages it.

After that, people invite each other in the portal itself.
"""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alliances.errors import Refusal
from alliances.identity import acting_as_portal
from alliances.services.invitations import invite, link_of


class Command(BaseCommand):
    help = "Invite une première personne au rôle d’administration et donne son lien."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("address", metavar="COURRIEL")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_as_portal() as portal:
                invitation = invite(options["address"], "admin", by=portal)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(link_of(invitation))
