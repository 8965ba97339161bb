"""What each cycle's conventions start from, written from the guides: schedule and first text."""

from pathlib import Path

from alliances import clock
from alliances.models import Cycle, User
from alliances.reference import read

from .models import ConventionTemplate, ScheduleStep
from .texts.wording import check_text

FOLDER = Path(__file__).parent / "reference_data"


def load() -> None:
    _load_schedules()
    _load_templates()


def _load_schedules() -> None:
    """What each tranche of a cycle waits for."""
    cycles = {cycle.slug: cycle for cycle in Cycle.objects.all()}
    for row in read("echeanciers.csv", FOLDER):
        ScheduleStep.objects.update_or_create(
            cycle=cycles[row["cycle"]],
            rank=int(row["rang"]),
            defaults={"waits_for": row["jalon"], "source": row["source"]},
        )


def _load_templates() -> None:
    """Version 1 of each template; what the ministry published since is left alone."""
    portal = User.objects.portal()
    for path in sorted(FOLDER.glob("*.html")):
        slug, _sign, language = path.stem.rpartition("-")
        cycle = Cycle.objects.get(slug=slug)
        if ConventionTemplate.objects.filter(cycle=cycle, language=language).exists():
            continue
        ConventionTemplate.objects.create(
            cycle=cycle,
            language=language,
            version=1,
            body=check_text(path.read_text(encoding="utf-8")),
            changed_by=portal,
            published_at=clock.now(),
            published_by=portal,
        )
