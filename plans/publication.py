"""A version of a plan as a document holds it: its header, its content, its registers, its history.

The same data make the PDF, the Word document and the JSON export. They are texts, numbers and
lists only: a document freezes them as they are (guide 2024, annex: region or organisation, and
contact person).
"""

from datetime import date
from typing import Any

from django.utils import timezone

from alliances import clock
from alliances.models import Alliance, Membership

from .models import PlanVersion
from .selectors.content import PlanContent, as_data, content_of, fingerprint
from .selectors.registers import registers_of
from .wording import title_of

FORMAT = "alliances-plan/1"


def _day(moment: Any) -> str:
    if moment is None:
        return ""
    return (moment if type(moment) is date else timezone.localtime(moment).date()).isoformat()


def contact_of(alliance: Alliance) -> dict[str, str]:
    """Who coordinates the plan today, else who directs the Table; nobody's name when none is."""
    members = (
        Membership.objects.active_on(clock.today())
        .filter(
            territory_id=alliance.territory_id,
            role__in=["coordination", "direction"],
            user__is_active=True,
        )
        .select_related("user")
        .order_by("role", "starts_on", "pk")
    )
    member = members.first()
    if member is None:
        return {"name": "", "email": ""}
    return {"name": member.user.full_name, "email": member.user.email}


def is_final(version: PlanVersion) -> bool:
    return version.state in (PlanVersion.State.APPROVED, PlanVersion.State.SUPERSEDED)


def _history(version: PlanVersion) -> list[dict[str, Any]]:
    """The versions approved up to this one, and itself."""
    earlier = version.plan.versions.filter(number__lte=version.number).order_by("number")
    return [
        {
            "number": one.number,
            "state": "approved" if is_final(one) else str(one.state),
            "approved_on": _day(one.in_force_from),
            "reason": one.reason,
        }
        for one in earlier
        if is_final(one) or one.pk == version.pk
    ]


def publication_data(version: PlanVersion, content: PlanContent | None = None) -> dict[str, Any]:
    """Everything a document of ``version`` says; ``content`` when it is already read."""
    content = content or content_of(version)
    alliance = version.plan.alliance
    approved = is_final(version)
    return {
        "format": FORMAT,
        "alliance": str(alliance),
        "territory": {"slug": alliance.territory.slug, "name": alliance.territory.name},
        "cycle": {"slug": alliance.cycle.slug, "name": alliance.cycle.name},
        "plan": {"word": alliance.cycle.plan_word, "short": alliance.cycle.plan_short},
        "title": title_of(version),
        "version": version.number,
        # Replaced later or not, what was approved reads the same.
        "state": "approved" if approved else str(version.state),
        "is_draft": not approved,
        "approved": {
            "on": _day(version.in_force_from),
            "by": version.approved_by.full_name if version.approved_by else "",
            "for": version.approved_for.full_name if version.approved_for else "",
        },
        "reason": version.reason,
        "header": {
            "region": alliance.territory.name,
            "organisation": alliance.table.name,
            "city": alliance.table.city,
            "contact": contact_of(alliance),
        },
        "history": _history(version),
        "registers": registers_of(version),
        "fingerprint": fingerprint(content),
        "content": as_data(content),
    }


def says_the_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two publications read the same; the day living registers were read on aside."""

    def read(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "registers": {**data["registers"], "on": ""}}

    return read(one) == read(other)
