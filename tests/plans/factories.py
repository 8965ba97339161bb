"""Plans for the tests, made through the services like everything the portal holds.

``approved_plan("mauricie")`` gives a version in force with its priorities; ``written_version``
a draft that lacks nothing.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from alliances import clock
from alliances.models import Alliance, User
from alliances.services.comments import post_comment
from plans.models import (
    Canvas,
    CanvasRequirement,
    CanvasSection,
    Plan,
    PlanVersion,
    ReviewPoint,
    SectionText,
)
from plans.selectors.threads import roots
from plans.services import (
    PointEntry,
    add_action,
    add_indicator,
    add_objective,
    add_priority,
    approve_version,
    give_opinion,
    open_version,
    return_version,
    save_points,
    submit_version,
    validate_version,
)
from tests.factories import AllianceFactory, UserFactory, person


def PlanFactory(
    territory: str | Alliance = "mauricie", *, due_on: date | None = None, cycle: str = "2024-2029"
) -> Plan:
    """The plan of an Alliance, without a version."""
    alliance = territory if isinstance(territory, Alliance) else AllianceFactory(territory, cycle)
    plan, _created = Plan.objects.get_or_create(
        alliance=alliance,
        defaults={"canvas": Canvas.objects.get(cycle=alliance.cycle), "due_on": due_on},
    )
    return plan


def draft_version(territory: str | Alliance = "mauricie", *, by: User | None = None) -> PlanVersion:
    """An empty first version."""
    return open_version(PlanFactory(territory), by=by or UserFactory(), reason="Suite du plan")


def write_action(objective: Any, *, by: User, title: str, **fields: Any) -> Any:
    """An action that lacks nothing, with one indicator."""
    values = {
        "title": title,
        "means": "Un camion réfrigéré partagé",
        "population": "Ménages à faible revenu",
        "expected_result": "Livraisons régulières",
        "lead": "CDC",
        **fields,
    }
    action = add_action(objective, by=by, **values)
    add_indicator(
        action,
        by=by,
        name="Tonnes livrées",
        baseline=Decimal("38"),
        target=Decimal("60"),
        unit="tonnes",
    )
    return action


def write_all(
    version: PlanVersion, *, by: User, priorities: int = 2, objectives: int = 1, actions: int = 1
) -> PlanVersion:
    """Writes every section and the whole logic."""
    SectionText.objects.bulk_create(
        SectionText(
            version=version,
            territory_id=version.territory_id,
            section=section,
            html=f"<p>Texte de la section {section.code}.</p>",
            revision=1,
            updated_by=by,
        )
        for section in CanvasSection.objects.filter(canvas=version.plan.canvas_id)
    )
    for p in range(1, priorities + 1):
        priority = add_priority(version, by=by, title=f"Priorité numéro {p}")
        for o in range(1, objectives + 1):
            objective = add_objective(priority, by=by, title=f"Objectif {p}.{o}")
            for a in range(1, actions + 1):
                write_action(objective, by=by, title=f"Action {p}.{o}.{a}")
    return version


def written_version(
    territory: str | Alliance = "mauricie", *, by: User | None = None, **size: int
) -> PlanVersion:
    """A draft that lacks nothing."""
    by = by or UserFactory()
    return write_all(draft_version(territory, by=by), by=by, **size)


def texts(version: PlanVersion) -> dict[str, str]:
    """What is written in the sections, by their code."""
    return dict(SectionText.objects.filter(version=version).values_list("section__code", "html"))


def review_all(version: PlanVersion, *, by: User, verdict: str = "in_order") -> PlanVersion:
    """Every point of the checklist decided on the submission as it stands."""
    version.refresh_from_db()
    note = "À préciser." if verdict == ReviewPoint.Verdict.TO_CORRECT else ""
    points = CanvasRequirement.objects.filter(canvas=version.plan.canvas_id, is_required=True)
    save_points(version, [PointEntry(one.pk, verdict, note) for one in points], by=by)
    return version


def validate(version: PlanVersion, *, by: User | None = None) -> PlanVersion:
    """The DGSQ's opinion, the analyst's checklist and the validation."""
    by = by or UserFactory()
    review_all(version, by=by)
    give_opinion(version, by=UserFactory(), stance="favourable")
    return validate_version(version, by=by)


def answer_corrections(version: PlanVersion, *, by: User) -> None:
    """The Table answers each correction that a return asked."""
    for one in roots(version).filter(is_correction=True):
        post_comment(
            version, by=by, alliance=version.plan.alliance, body="C’est corrigé.", answers=one
        )


def version_in(state: str, territory: str | Alliance = "mauricie", **size: int) -> PlanVersion:
    """A complete version brought to ``state`` through the acts that lead there."""
    version = written_version(territory, **size)
    if state == "draft":
        return version
    version = submit_version(version, by=UserFactory())
    if state == "returned":
        return return_version(version, by=UserFactory(), reason="La cible 1.1 manque de clarté.")
    if state == "submitted":
        return version
    version = validate(version)
    if state == "validated":
        return version
    version = approve_version(version, by=UserFactory())
    if state == "approved":
        return version
    following = open_version(version.plan, by=UserFactory(), reason="Nouvelle priorité")
    submit_version(following, by=UserFactory())
    validate(following)
    tomorrow = clock.now() + timedelta(days=1)
    with clock.at(tomorrow):
        approve_version(following, by=UserFactory())
    return PlanVersion.objects.get(pk=version.pk)


def approved_plan(
    territory: str | Alliance = "mauricie", *, on: date | None = None, priorities: int = 2
) -> PlanVersion:
    """A version in force since ``on`` (today) with its priorities, as fqis and reporting need it.

    The acts happen on that day.
    """
    moment = datetime.combine(on, time(10, 0), ZoneInfo("America/Montreal")) if on else clock.now()
    with clock.at(moment):
        return version_in("approved", territory, priorities=priorities)


__all__ = [
    "PlanFactory",
    "answer_corrections",
    "approved_plan",
    "draft_version",
    "person",
    "review_all",
    "texts",
    "validate",
    "version_in",
    "write_action",
    "write_all",
    "written_version",
]
