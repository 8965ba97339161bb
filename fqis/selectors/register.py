"""A register of projects: its columns, its rows as people chose them, the views they keep."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.exports import Cell
from alliances.models import Alliance, Territory, User
from fqis.models import Project, SavedView
from plans.models import PlanVersion, Priority

from .projects import RegisterTotals, paid_amount

State = Project.State
# What an address may say of a register, and a saved view keep.
KEPT = ["etat", "priorite", "mrc", "exercice", "q", "tri", "cycle", "territoire", "col"]


@dataclass(frozen=True)
class Column:
    """``kind`` says how a screen writes the cell: text, date, money or state."""

    key: str
    label: str | Promise
    cell: Callable[[Project], Cell]
    kind: str = "text"
    sort: str = ""


def _priority(project: Project) -> str:
    return project.priority.title if project.priority else ""


def _mrcs(project: Project) -> str:
    return ", ".join(mrc.name for mrc in project.mrcs.all())


COLUMNS = [
    Column("territoire", _("Territoire"), lambda p: p.alliance.territory.name),
    Column("numero", _("Numéro"), lambda p: p.number, sort="numero"),
    Column("titre", _("Projet"), lambda p: p.title, sort="titre"),
    Column("porteur", _("Porteur"), lambda p: p.organisation.name),
    Column("neq", _("NEQ"), lambda p: p.organisation.neq),
    Column("priorite", _("Priorité du plan"), _priority),
    Column("mrc", _("MRC"), _mrcs),
    Column("recu", _("Reçu le"), lambda p: p.received_on, "date", "recu"),
    Column("debut", _("Début"), lambda p: p.starts_on, "date"),
    Column("fin", _("Fin"), lambda p: p.ends_on, "date"),
    Column("etat", _("État"), lambda p: str(State(p.state).label), "state", "etat"),
    Column("decide", _("Décidé le"), lambda p: p.decided_on, "date"),
    Column("demande", _("Demandé"), lambda p: p.amount_requested, "money", "demande"),
    Column("accorde", _("Accordé"), lambda p: p.amount_granted, "money", "accorde"),
    Column("paye", _("Payé"), lambda p: p.paid, "money"),  # type: ignore[attr-defined]
    Column("personnes", _("Personnes à rejoindre"), lambda p: p.people_expected, "number"),
]
_USUAL = ["numero", "titre", "porteur", "priorite", "recu", "etat", "demande", "accorde", "paye"]
_USUAL_ACROSS = [
    "territoire",
    "numero",
    "titre",
    "porteur",
    "recu",
    "etat",
    "demande",
    "accorde",
    "paye",
]


def columns_of(asked: Sequence[str], *, across: bool = False) -> list[Column]:
    """The columns asked for, in their usual order; the usual ones when none is. A project always
    says its title."""
    known = [one for one in COLUMNS if across or one.key != "territoire"]
    chosen = {*asked} & {one.key for one in known} or {*(_USUAL_ACROSS if across else _USUAL)}
    return [one for one in known if one.key in chosen | {"titre"}]


@dataclass(frozen=True)
class ColumnChoice:
    column: Column
    chosen: bool


def column_choices(chosen: Sequence[Column], *, across: bool = False) -> list[ColumnChoice]:
    return [
        ColumnChoice(one, one in chosen)
        for one in COLUMNS
        if one.key != "titre" and (across or one.key != "territoire")
    ]


def register_across() -> QuerySet[Project]:
    """The projects of every territory the person reads."""
    return Project.objects.select_related(
        "alliance__territory", "alliance__cycle", "organisation", "priority"
    ).annotate(paid=paid_amount())


def rows_for(projects: QuerySet[Project], columns: Sequence[Column]) -> QuerySet[Project]:
    """What these columns need, and no more."""
    needs_mrcs = any(one.key == "mrc" for one in columns)
    return projects.prefetch_related("mrcs") if needs_mrcs else projects


def cells_of(projects: Iterable[Project], columns: Sequence[Column]) -> Iterator[list[Cell]]:
    for project in projects:
        yield [one.cell(project) for one in columns]


@dataclass(frozen=True)
class Row:
    """A project on a screen: its cells before and after its title."""

    project: Project
    before: list[tuple[Column, Cell]]
    after: list[tuple[Column, Cell]]

    @property
    def carrier_url(self) -> str:
        return self.project.alliance.url("carrier", self.project.organisation_id)


def page_rows(projects: Iterable[Project], columns: Sequence[Column]) -> list[Row]:
    title = [one.key for one in columns].index("titre")
    return [
        Row(
            one,
            [(column, column.cell(one)) for column in columns[:title]],
            [(column, column.cell(one)) for column in columns[title + 1 :]],
        )
        for one in projects
    ]


def sums_of(totals: RegisterTotals, columns: Sequence[Column]) -> list[tuple[str, Decimal]]:
    """The sums under the columns of money that are shown."""
    sums = {"demande": totals.requested, "accorde": totals.granted, "paye": totals.paid}
    return [(str(one.label), sums[one.key]) for one in columns if one.key in sums]


def across_tabs(current: str) -> list[dict[str, object]]:
    """The pages on the projects of every territory."""
    pages = [("register", _("Registre")), ("register_portrait", _("Portrait"))]
    return [
        {"label": label, "url": reverse(name), "current": name == current} for name, label in pages
    ]


def lineages_in_force(alliances: Sequence[Alliance]) -> list[UUID]:
    """The priorities of the plans in force today, of several Alliances."""
    versions = PlanVersion.objects.filter(plan__alliance__in=alliances).in_force_on(clock.today())
    return list(Priority.objects.filter(version__in=versions).values_list("lineage", flat=True))


def views_for(user: User, territory: Territory | None) -> list[SavedView]:
    """A person's own views, and those their territory shares."""
    return list(
        SavedView.objects.filter(Q(created_by=user) | Q(is_shared=True), territory=territory)
        .select_related("created_by")
        .order_by("name", "pk")
    )


def kept_query(data: QueryDict) -> str:
    """What a view keeps of an address: its filters, its order, its columns."""
    kept = QueryDict(mutable=True)
    for name in KEPT:
        values = [value[:200] for value in data.getlist(name) if value][:20]
        if values:
            kept.setlist(name, values)
    return kept.urlencode()
