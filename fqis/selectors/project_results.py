"""The results that projects owe, have sent or lack, year by year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from alliances import clock
from alliances.exports import Cell
from alliances.fiscal import FiscalYear
from alliances.models import Alliance
from alliances.registers import categories_of
from alliances.templatetags.portal import count
from fqis.models import Project, ProjectResult, ResultRequest, ResultTarget
from fqis.models.results import KNOWN, Said
from plans.models import Indicator


@dataclass(frozen=True)
class TargetAsked:
    """An indicator of the plan that a project answers; ``target`` in words, « 40 personnes »."""

    lineage: UUID
    name: str
    target: str
    action: str


def targets_asked(project: Project, year: FiscalYear) -> list[TargetAsked]:
    """The indicators of the priority the project was accepted for, in the order of the plan."""
    if project.priority_id is None:
        return []
    rows = (
        Indicator.objects.filter(action__objective__priority=project.priority_id)
        .select_related("action")
        .order_by("action__objective__rank", "action__rank", "rank", "pk")
    )
    return [
        TargetAsked(
            one.lineage,
            one.name,
            f"{number_words(one.target)} {one.unit}".strip() if one.target is not None else "",
            one.action.title,
        )
        for one in rows
    ]


def number_words(value: Decimal) -> str:
    """« 1 200 », « 12,5 »: as many decimals as it needs."""
    whole = int(value)
    if value == whole:
        return count(whole)
    return number_format(value.normalize(), use_l10n=True)


def figure_words(value: object, said: str) -> str:
    """A figure as a page says it: its number, or why there is none."""
    if said in KNOWN:
        return count(value)  # type: ignore[arg-type]
    return str(Said(said).label)


# --- What is late


def due_day(year: FiscalYear) -> date:
    """When the results of a fiscal year are expected from the carriers."""
    return year.last_day + timedelta(days=settings.RESULTS_DUE_DAYS)


def asked_of(alliance: Alliance, year: FiscalYear) -> QuerySet[Project]:
    """The supported projects that lived in ``year``: each owes its results."""
    return Project.objects.supported().filter(
        Q(closed_on=None) | Q(closed_on__gte=year.first_day),
        alliance=alliance,
        decided_on__lte=year.last_day,
        agreed_on__isnull=False,
        starts_on__lte=year.last_day,
        ends_on__gte=year.first_day,
    )


def without_results(alliance: Alliance, year: FiscalYear) -> QuerySet[Project]:
    """Those of whom nothing came yet, or only a draft: not a zero, a gap."""
    told = ProjectResult.objects.filter(
        fiscal_year=year.start, state__in=["submitted", "accepted"], project__alliance=alliance
    )
    return asked_of(alliance, year).exclude(pk__in=told.values("project"))


@dataclass(frozen=True)
class ResultLine:
    """A project in a year: its result if any, the link asked if any."""

    project: Project
    year: FiscalYear
    result: ProjectResult | None
    request: ResultRequest | None

    @property
    def is_late(self) -> bool:
        return self.state in ("missing", "draft", "returned") and due_day(self.year) < clock.today()

    @property
    def state(self) -> str:
        return self.result.state if self.result else "missing"

    @property
    def state_label(self) -> str:
        return str(ProjectResult.State(self.state).label) if self.result else _("Manquants")


def lines_of_year(alliance: Alliance, year: FiscalYear) -> list[ResultLine]:
    """Every project that owes results for ``year``; three queries."""
    projects = list(
        asked_of(alliance, year)
        .select_related("alliance__territory", "alliance__cycle", "organisation")
        .order_by("number", "pk")
    )
    return _lined(alliance, projects, year)


def _lined(alliance: Alliance, projects: Iterable[Project], year: FiscalYear) -> list[ResultLine]:
    results = {
        one.project_id: one
        for one in ProjectResult.objects.filter(project__alliance=alliance, fiscal_year=year.start)
    }
    requests = {
        one.project_id: one
        for one in ResultRequest.objects.filter(project__alliance=alliance, fiscal_year=year.start)
    }
    return [ResultLine(one, year, results.get(one.pk), requests.get(one.pk)) for one in projects]


def result_columns() -> list[str]:
    return [
        _("Numéro"),
        _("Titre"),
        _("Porteur"),
        _("Exercice"),
        _("État"),
        _("Personnes rejointes"),
        _("En situation de pauvreté"),
        _("Organisations porteuses"),
        _("Lien envoyé à"),
    ]


def result_cells(lines: Iterable[ResultLine]) -> Iterable[list[Cell]]:
    """The rows of an export: a figure, or the word that says why there is none."""
    for line in lines:
        yield [
            line.project.number,
            line.project.title,
            line.project.organisation.name,
            str(line.year),
            line.state_label,
            _cell(line.result, "people_reached"),
            _cell(line.result, "people_in_poverty"),
            _cell(line.result, "carriers"),
            line.request.email if line.request else "",
        ]


def _cell(result: ProjectResult | None, name: str) -> Cell:
    if result is None:
        return str(Said.MISSING.label)
    value: int | None = getattr(result, name)
    return str(Said(getattr(result, f"{name}_said")).label) if value is None else value


# --- One project


def result_of(project: Project, year: FiscalYear) -> ProjectResult | None:
    return (
        ProjectResult.objects.filter(project=project, fiscal_year=year.start)
        .prefetch_related("targets", "photos__document")
        .first()
    )


@dataclass(frozen=True)
class Figure:
    """A figure as a page shows it: its name, its words, whether a number is behind."""

    label: str
    words: str
    is_known: bool


@dataclass(frozen=True)
class ProjectYear:
    """A year of one project: what is said, what was asked, by which link."""

    line: ResultLine
    sectors: list[str]

    @property
    def year(self) -> FiscalYear:
        return self.line.year

    @property
    def figures(self) -> list[Figure]:
        """Every figure of the year; a missing one says so, and is no zero."""
        result = self.line.result
        shown = [
            (_("Personnes directement rejointes"), "people_reached"),
            (_("Dont personnes en situation de pauvreté"), "people_in_poverty"),
            (_("Organisations qui portent le projet"), "carriers"),
        ]
        rows = []
        for label, name in shown:
            said = getattr(result, f"{name}_said") if result else Said.MISSING
            value = getattr(result, name) if result else None
            rows.append(Figure(label, figure_words(value, said), said in KNOWN))
        pools = [
            (_("Mise en commun de ressources humaines"), "pools_people_said"),
            (_("Mise en commun de ressources matérielles"), "pools_material_said"),
            (_("Mise en commun de ressources financières"), "pools_money_said"),
        ]
        for label, name in pools:
            said = getattr(result, name) if result else Said.MISSING
            rows.append(Figure(label, pool_words(said), said in KNOWN))
        return rows

    @property
    def targets(self) -> list[tuple[ResultTarget, str]]:
        """What is said of each indicator, with its number or why there is none."""
        result = self.line.result
        return [
            (
                one,
                number_words(one.value)
                if one.value is not None
                else str(Said(one.value_said).label),
            )
            for one in (result.targets.all() if result else [])
        ]

    @property
    def photos(self) -> list[object]:
        result = self.line.result
        return [one for one in result.photos.all() if not one.withdrawn_at] if result else []


def pool_words(said: str) -> str:
    """« Oui », « Non », or why nobody knows."""
    return {Said.REPORTED: _("Oui"), Said.ZERO: _("Non")}.get(Said(said), str(Said(said).label))


def years_of(project: Project) -> list[ProjectYear]:
    """The years a supported project owes results for, the newest first; four queries."""
    if project.decided_on is None or project.state not in Project.SUPPORTED:
        return []
    first, today = FiscalYear.of(project.decided_on), FiscalYear.of(clock.today())
    last = min(today, FiscalYear.of(project.closed_on or project.ends_on))
    told = {
        one.fiscal_year: one
        for one in project.results.prefetch_related("targets", "photos__document")
    }
    asked = {one.fiscal_year: one for one in project.result_requests.all()}
    names = dict(categories_of(project.alliance).values_list("code", "name"))
    starts = sorted({*range(first.start, max(first, last).start + 1), *told}, reverse=True)
    return [
        ProjectYear(
            ResultLine(project, FiscalYear(start), told.get(start), asked.get(start)),
            [names.get(code, code) for code in (told[start].sectors if start in told else [])],
        )
        for start in starts
    ]
