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
from plans.models import Canvas, CanvasSection, Plan, PlanVersion, SectionText
from plans.services import (
    add_action,
    add_indicator,
    add_objective,
    add_priority,
    approve_version,
    open_version,
    return_version,
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
    version = validate_version(version, by=UserFactory())
    if state == "validated":
        return version
    version = approve_version(version, by=UserFactory())
    if state == "approved":
        return version
    following = open_version(version.plan, by=UserFactory(), reason="Nouvelle priorité")
    submit_version(following, by=UserFactory())
    validate_version(following, by=UserFactory())
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
    "approved_plan",
    "draft_version",
    "person",
    "version_in",
    "write_action",
    "write_all",
    "written_version",
]
