"""Committees for the tests, made through the services. Laval is the usual place."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from alliances import clock
from alliances.identity import acting_as
from alliances.models import User
from fqis import services
from fqis.models import Committee, Project, Sitting
from tests.factories import person

from .factories import analysed_project, funded_alliance, plan_in_force


def seated_committee(*people: User, name: str = "Comité de sélection", **words: Any) -> Committee:
    """A committee of Laval, whose envelope is of a million dollars, with a plan in force."""
    alliance = words.pop("alliance", None)
    if alliance is None:
        alliance = funded_alliance(envelope=Decimal("1000000.00"))
        plan_in_force(alliance)
    by = person("coordination", "laval")
    committee = services.create_committee(alliance, by=by, name=name, **words)
    for one in people:
        services.add_member(committee, by=by, person=one)
    return committee


def referred_project(committee: Committee, **changes: Any) -> Project:
    project = analysed_project(committee.alliance, **changes)
    services.refer_projects(committee, [project], by=person("coordination", "laval"))
    return project


def score_all(project: Project, by: User, *, value: int = 4) -> None:
    """``by`` scores every criterion, as themselves."""
    with acting_as(by):
        for criterion in project.referral.committee.criteria.all():
            services.write_score(project, criterion, by=by, value=value)


def ready_sitting(
    committee: Committee,
    projects: Sequence[Project],
    people: Sequence[User],
    *,
    amount: Decimal = Decimal("30000.00"),
    on: date | None = None,
) -> Sitting:
    """A sitting of today that is about to accept each project for ``amount``."""
    by = person("coordination", "laval")
    sitting = services.plan_sitting(committee, by=by, on=on or clock.today())
    services.write_presences(sitting, people, by=by)
    for item in services.list_projects(sitting, projects, by=by):
        services.prepare_item(item, by=by, outcome="accepted", amount=amount)
    return sitting
