"""``manage.py load_reference``: territories, cycles, canvases, published amounts. Safe to repeat.

Run by the database's owner, at each deployment, after ``migrate``.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

import alliances.reference
import conventions.reference
import fqis.reference
import plans.reference
import reporting.reference
from alliances.models import Mrc, Territory


class Command(BaseCommand):
    help = "Charge les territoires, les MRC, les cycles, les canevas et les montants publiés."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        alliances.reference.load()
        conventions.reference.load()
        plans.reference.load()
        fqis.reference.load()
        reporting.reference.load()
        if options["verbosity"]:
            self.stdout.write(
                f"{Territory.objects.count()} territoires, {Mrc.objects.count()} MRC et"
                " territoires équivalents."
            )
