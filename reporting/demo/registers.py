"""The register that a Table kept before the portal: most of its projects, brought in as a file."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO

from django.core.files.uploadedfile import SimpleUploadedFile

from alliances.models import Alliance, Mrc, Organisation, User
from fqis.models import ImportLine, Project, RegisterImport
from fqis.services import imports
from fqis.services.projects import Source
from fqis.tasks import work_on_import
from plans.models import Priority

# The Table brings its register after each part of the cycle: what it received before.
BROUGHT = [date(2026, 4, 13), date(2026, 11, 9)]
HEADINGS = [
    "Titre du projet", "Organisme porteur", "NEQ", "Priorité", "MRC", "Reçu le", "Début", "Fin",
    "Montant demandé", "État", "Décidé le", "Motif", "Montant accordé", "Convention signée le",
    "Payé", "Payé le", "Autre source", "Montant des autres sources", "Personnes à rejoindre",
]  # fmt: skip
STATES = {"refused": "Refusé", "deferred": "Reporté"}


def day_brought(received: date) -> date:
    """The day the register that holds a request of that day was brought."""
    return next((day for day in BROUGHT if received < day), BROUGHT[-1])


@dataclass(frozen=True)
class Request:
    """A project as its carrier asked for it, amounts in dollars."""

    received: date
    title: str
    carrier: Organisation
    priority: Priority
    place: Mrc | None
    asked: Decimal
    starts: date
    ends: date
    expected: int
    others: list[Source]


@dataclass
class Written:
    """A line of the register: what had become of the request on the day it was brought."""

    request: Request
    brought: date
    outcome: str = ""
    reason: str = ""
    decided: date | None = None
    granted: Decimal | None = None
    agreed: date | None = None
    begun: date | None = None
    paid: Decimal | None = None

    @property
    def state(self) -> str:
        if self.granted is None:
            return STATES.get(self.outcome, "Reçu")
        return "En cours" if self.begun else "Accepté"

    def cells(self) -> list[str]:
        one = self.request
        other = one.others[0] if one.others else None
        said = [
            one.title, one.carrier.name, one.carrier.neq, one.priority.title,
            one.place.name if one.place else "", one.received, one.starts, one.ends, one.asked,
            self.state, self.decided, self.reason, self.granted, self.agreed, self.paid,
            self.agreed if self.paid else None, other.name if other else "",
            sum((source.amount for source in one.others), Decimal(0)) if other else None,
            one.expected,
        ]  # fmt: skip
        return ["" if cell is None else _plain(cell) for cell in said]


def _plain(cell: object) -> str:
    return str(cell).replace(".", ",") if isinstance(cell, Decimal) else str(cell)


class Register:
    """The file of one territory, brought twice."""

    def __init__(
        self,
        alliance: Alliance,
        by: User,
        act: Callable[[date, Callable[[], object]], object],
    ) -> None:
        self.alliance, self.by, self.act = alliance, by, act
        self.lines: dict[date, list[Written]] = {day: [] for day in BROUGHT}

    def write(self, line: Written) -> None:
        self.lines[line.brought].append(line)

    def bring(self) -> Iterator[tuple[Project, Written]]:
        """Each project made, with its line."""
        for day, lines in self.lines.items():
            if lines:
                yield from zip(self._bring(day, lines), lines, strict=True)

    def _bring(self, day: date, lines: list[Written]) -> list[Project]:
        text = StringIO()
        csv.writer(text, delimiter=";").writerows([HEADINGS, *(one.cells() for one in lines)])
        name = f"registre-{self.alliance.territory.slug}-{day.year}-{day.month:02d}.csv"
        file = SimpleUploadedFile(name, text.getvalue().encode("utf-8-sig"))
        source = self.act(day, lambda: imports.bring_register(self.alliance, file, by=self.by))
        assert isinstance(source, RegisterImport)
        mapping = source.mapping
        self.act(day, lambda: imports.match_columns(source, mapping, by=self.by))
        self.act(day, lambda: work_on_import(source.pk))
        self.act(day, lambda: imports.apply_import(source, by=self.by))
        self.act(day, lambda: work_on_import(source.pk))
        return self.act(day, lambda: _made(source))  # type: ignore[return-value]


def _made(source: RegisterImport) -> list[Project]:
    """The projects of the file, in the order of its lines."""
    refs = list(
        ImportLine.objects.filter(source=source)
        .order_by("line")
        .values_list("project_ref", flat=True)
    )
    found = Project.objects.select_related("alliance__territory", "alliance__cycle").in_bulk(refs)
    return [found[pk] for pk in refs]
