"""The days of a deadline, and the delay that is granted."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

from alliances.models import User
from plans.models import DueExtension, Plan
from plans.services import extend_due_date

DUE = date(2025, 3, 31)
MONTREAL = ZoneInfo("America/Montreal")
PLAN = "/alliances/mauricie/2024-2029/plan/"


def on(day: date, at: time = time(7, 0)) -> Any:
    """Travels to that hour of that day in Montréal."""
    return time_machine.travel(datetime.combine(day, at, MONTREAL), tick=False)


def extend(plan: Plan, by: User, **changes: Any) -> DueExtension:
    values = {
        "due_on": date(2025, 4, 30),
        "reason": "Assemblée reportée par la tempête.",
        "expected_due_on": DUE,
        **changes,
    }
    return extend_due_date(plan, by=by, **values)
