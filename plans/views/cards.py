"""What the cards on the plan's tab and beside a version need: the consensus, the deadline."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import person_of
from plans.agreement_forms import ExtendForm
from plans.models import Plan, PlanVersion
from plans.selectors.deadlines import deadline_of
from plans.selectors.endorsements import board_of


def consensus_context(
    request: HttpRequest, alliance: Alliance, version: PlanVersion | None
) -> dict[str, Any]:
    """What the card « Appuis » needs, on the plan's tab and beside a version."""
    if version is None:
        return {"consensus": None}
    return {
        "consensus": board_of(version),
        "may_ask": version.state in PlanVersion.OPEN
        and can(person_of(request), "edit_plan", alliance),
    }


def deadline_context(
    request: HttpRequest, plan: Plan | None, versions: Iterable[PlanVersion]
) -> dict[str, Any]:
    """What the card « Échéance » needs: its dates, its history, the reader's act."""
    if plan is None:
        return {"deadline": None}
    deadline = deadline_of(plan, versions)
    may_extend = (
        deadline is not None
        and not deadline.is_transmitted
        and can(person_of(request), "extend_plan", plan)
    )
    return {
        "deadline": deadline,
        "may_extend": may_extend,
        "extend_form": ExtendForm(now_due_on=plan.due_on) if may_extend else None,
    }
