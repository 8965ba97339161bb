"""The first text of the conventions of each cycle, written from the guides."""

from pathlib import Path

from alliances import clock
from alliances.models import Cycle, User

from .models import ConventionTemplate
from .wording import check_text

FOLDER = Path(__file__).parent / "reference_data"


def load() -> None:
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
