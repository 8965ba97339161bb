"""The results of a project for a fiscal year: written by the Table, or sent by a link and then
accepted or returned. A figure is reported, confirmed as zero, not applicable or missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.fiscal import FiscalYear
from alliances.models import User
from alliances.permissions import require
from alliances.registers import categories_of
from fqis.models import Project, ProjectResult, ResultTarget
from fqis.models.results import FIGURES, KNOWN, POOLS, Said
from fqis.selectors.project_results import TargetAsked, targets_asked
from fqis.services.follow_up_rules import said as said_text
from fqis.services.projects import lock_project, record_on
from fqis.wording import already

State = ProjectResult.State


class ResultDetails(TypedDict, total=False):
    """What may be said of a year. A figure without its ``…_said`` is reported, zero or missing as
    its value tells."""

    people_reached: int | None
    people_reached_said: str
    people_in_poverty: int | None
    people_in_poverty_said: str
    method: str
    method_words: str
    carriers: int | None
    carriers_said: str
    sectors: Sequence[str]
    pools_people_said: str
    pools_material_said: str
    pools_money_said: str
    targets_met: bool | None
    testimony: str
    targets: "Sequence[TargetAnswer]"


@dataclass(frozen=True)
class TargetAnswer:
    """What is said of one indicator of the plan, by its lineage."""

    lineage: UUID
    value: Decimal | None = None
    said: str = Said.MISSING
    is_met: bool | None = None


def figure_of(value: Any, said: str, field: str) -> tuple[Any, str]:
    """The value and its state, which agree; refuses those that contradict each other."""
    if not said:
        said = Said.MISSING if value is None else Said.REPORTED if value else Said.ZERO
    if said not in Said.values:
        raise Refusal(_("Dites ce que l’on sait de ce chiffre."), field=field)
    if value is not None and value < 0:
        raise Refusal(_("Un nombre de personnes est de zéro ou plus."), field=field)
    if said == Said.REPORTED and not value:
        raise Refusal(
            _("Écrivez le nombre, ou choisissez « Zéro confirmé » ou « Manquant »."), field=field
        )
    if said == Said.ZERO:
        if value:
            raise Refusal(_("Ce nombre n’est pas zéro : choisissez « Déclaré »."), field=field)
        return type(value)(0) if value is not None else 0, said
    if said not in KNOWN and value is not None:
        raise Refusal(
            _("Un nombre est écrit : choisissez « Déclaré », ou effacez-le."), field=field
        )
    return value, said


def check_year(project: Project, fiscal_year: FiscalYear) -> None:
    """Refuses a year before the decision or to come."""
    assert project.decided_on is not None
    first, today = FiscalYear.of(project.decided_on), FiscalYear.of(clock.today())
    if not first <= fiscal_year <= today:
        raise Refusal(
            _("Choisissez un exercice entre %(first)s et %(last)s.")
            % {"first": first, "last": today},
            field="fiscal_year",
        )


def held_result(project: Project, fiscal_year: FiscalYear, *, by: User) -> ProjectResult:
    """The row of the year, locked with its project, or a new one not saved yet."""
    found = (
        ProjectResult.objects.select_for_update(of=("self",))
        .select_related("accepted_by", "returned_by")
        .filter(project=project, fiscal_year=fiscal_year.start)
        .first()
    )
    return found or ProjectResult(
        project=project,
        territory_id=project.territory_id,
        fiscal_year=fiscal_year.start,
        recorded_by=by,
    )


def fill(result: ProjectResult, details: ResultDetails) -> None:
    """Writes ``details`` in the row, checked; what is not said of a new one is missing."""
    for name in FIGURES:
        if name in details or f"{name}_said" in details:
            value, said = figure_of(details.get(name), str(details.get(f"{name}_said") or ""), name)
            setattr(result, name, value)
            setattr(result, f"{name}_said", said)
    reached, poor = result.people_reached, result.people_in_poverty
    if poor and reached is None:
        raise Refusal(
            _("Écrivez d’abord combien de personnes sont rejointes en tout."),
            field="people_reached",
        )
    if poor and reached is not None and poor > reached:
        raise Refusal(
            _(
                "Le nombre de personnes en situation de pauvreté dépasse celui des personnes"
                " rejointes."
            ),
            field="people_in_poverty",
        )
    for name in POOLS:
        chosen = details.get(f"{name}_said")
        if chosen:
            if chosen not in Said.values:
                raise Refusal(_("Dites ce que l’on sait de cette mise en commun."), field=name)
            setattr(result, f"{name}_said", chosen)
    _fill_words(result, details)


def _fill_words(result: ProjectResult, details: ResultDetails) -> None:
    if "method" in details:
        if details["method"] and details["method"] not in ProjectResult.Method.values:
            raise Refusal(_("Choisissez la méthode de comptage."), field="method")
        result.method = details["method"]
    if "sectors" in details:
        known = set(categories_of(result.project.alliance).values_list("code", flat=True))
        chosen = list(dict.fromkeys(details["sectors"]))
        if not set(chosen) <= known:
            raise Refusal(_("Choisissez les secteurs dans la liste."), field="sectors")
        result.sectors = chosen
    if "targets_met" in details:
        result.targets_met = details["targets_met"]
    for name, most in (("method_words", 300), ("testimony", 3000)):
        if name in details:
            text = str(details[name]).strip()  # type: ignore[literal-required]
            if len(text) > most:
                raise Refusal(
                    _("Ce texte dépasse %(most)s caractères. Raccourcissez-le.") % {"most": most},
                    field=name,
                )
            setattr(result, name, text)


def write_targets(result: ProjectResult, answers: Sequence[TargetAnswer]) -> None:
    """Replaces what is said of the plan's indicators. Refuses one that is not asked."""
    asked: dict[UUID, TargetAsked] = {
        one.lineage: one for one in targets_asked(result.project, result.year)
    }
    for answer in answers:
        one = asked.get(answer.lineage)
        if one is None:
            raise Refusal(_("Cet indicateur n’est pas de la priorité du projet."), field="targets")
        value, said = figure_of(answer.value, answer.said, "targets")
        if answer.is_met is not None and said not in KNOWN:
            raise Refusal(
                _("Dites le résultat de « %(name)s » avant de dire si la cible est atteinte.")
                % {"name": one.name},
                field="targets",
            )
        ResultTarget.objects.update_or_create(
            result=result,
            lineage=answer.lineage,
            defaults={
                "territory_id": result.territory_id,
                "name": one.name,
                "target": one.target,
                "value": value,
                "value_said": said,
                "is_met": answer.is_met,
            },
        )


def write_result(
    project: Project, *, by: User, fiscal_year: FiscalYear, **details: Unpack[ResultDetails]
) -> ProjectResult:
    """The Table's own words for a year of a project the caller holds: accepted at once."""
    check_year(project, fiscal_year)
    result = held_result(project, fiscal_year, by=by)
    fill(result, details)
    result.recorded_at, result.recorded_by = clock.now(), by
    if result.state == State.ACCEPTED:
        result.accepted_at, result.accepted_by = clock.now(), by
    else:
        result.accept(by=by)
    result.save()
    write_targets(result, details.get("targets", ()))
    return result


def spoken(result: ProjectResult | None) -> dict[str, Any] | None:
    """The figures of a row as the journal keeps them."""
    if result is None:
        return None
    names = [*FIGURES, *(f"{name}_said" for name in [*FIGURES, *POOLS]), "method", "targets_met"]
    return {name: getattr(result, name) for name in names}


@transaction.atomic
def record_result(
    project: Project, *, by: User, fiscal_year: FiscalYear, **details: Unpack[ResultDetails]
) -> ProjectResult:
    """The results of a project in a fiscal year, by the Table; said again, they replace what was
    said, and the journal keeps both.

    Refuses before acceptance, a year outside the project, a figure that contradicts its state, and
    more people in poverty than reached.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state not in Project.SUPPORTED:
        raise Refusal(_("Ce projet n’est pas accepté : il n’a pas de résultat."))
    before = ProjectResult.objects.filter(project=project, fiscal_year=fiscal_year.start).first()
    result = write_result(project, by=by, fiscal_year=fiscal_year, **details)
    record_on(
        project,
        by=by,
        verb="record_result",
        summary=_("a consigné les résultats %(year)s du projet %%(project)s")
        % {"year": fiscal_year},
        before=spoken(before),
        after=spoken(result),
    )
    return result


def _held(result: ProjectResult) -> tuple[Project, ProjectResult]:
    project = lock_project(result.project_id)
    held = (
        ProjectResult.objects.select_for_update(of=("self",))
        .select_related("accepted_by", "returned_by")
        .get(pk=result.pk)
    )
    held.project = project
    return project, held


def _decided_before(result: ProjectResult) -> StaleAct:
    if result.state == State.ACCEPTED:
        return already(result.accepted_by, result.accepted_at, _("accepté"))
    if result.state == State.RETURNED:
        return already(result.returned_by, result.returned_at, _("retourné"))
    return StaleAct(_("Ces résultats ne sont pas encore transmis."))


@transaction.atomic
def accept_result(result: ProjectResult, *, by: User) -> ProjectResult:
    """The Table stands by what came by the link: it counts from now on. Refuses it twice."""
    require(by, "manage_projects", result.project)
    project, held = _held(result)
    if held.state != State.SUBMITTED:
        raise _decided_before(held)
    held.accept(by=by)
    held.save()
    record_on(
        project,
        by=by,
        verb="accept_result",
        summary=_("a accepté les résultats %(year)s du projet %%(project)s") % {"year": held.year},
        figures=spoken(held),
    )
    return held


@transaction.atomic
def return_result(result: ProjectResult, *, by: User, reason: str) -> ProjectResult:
    """Sends back what came by the link, with what is to mend. Refuses an empty reason and results
    nobody sent."""
    require(by, "manage_projects", result.project)
    project, held = _held(result)
    reason = said_text(reason, "reason", _("Dites ce qui est à corriger."))
    try:
        held.send_back(by=by, reason=reason)
    except TransitionNotAllowed:
        raise _decided_before(held) from None
    held.save()
    record_on(
        project,
        by=by,
        verb="return_result",
        summary=_("a retourné les résultats %(year)s du projet %%(project)s") % {"year": held.year},
        reason=reason,
    )
    return held
