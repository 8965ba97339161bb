"""The schedule of each cycle, from the guides: what each tranche waits for."""

from pathlib import Path

from alliances.models import Cycle
from alliances.reference import read

from .models import ScheduleStep

FOLDER = Path(__file__).parent / "reference_data"


def load() -> None:
    cycles = {cycle.slug: cycle for cycle in Cycle.objects.all()}
    for row in read("echeanciers.csv", FOLDER):
        ScheduleStep.objects.update_or_create(
            cycle=cycles[row["cycle"]],
            rank=int(row["rang"]),
            defaults={"waits_for": row["jalon"], "source": row["source"]},
        )
