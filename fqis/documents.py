"""The notice of a versement: what is frozen when it is authorised."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from alliances import clock
from alliances.models import (
    Alliance,
    Membership,
    Milestone,
    MilestoneKind,
    Organisation,
    User,
)
from alliances.money import money_in_words
from alliances.permissions import role_of
from alliances.templatetags.portal import french_ordinal
from conventions.models import Tranche
from fqis.models import Envelope, Versement
from fqis.wording import local_day

NOTICE_KIND = "avis_versement"
NOTICE_SERIES = "AV"


def notice_data(
    versement: Versement, envelope: Envelope, committed: Decimal, *, by: User
) -> dict[str, Any]:
    """Everything the notice says, frozen: primitives only, amounts in dollars."""
    alliance, tranche = versement.alliance, versement.tranche
    convention = tranche.convention
    assert envelope.amount is not None
    payee = payee_of(alliance)
    role = role_of(by, alliance)
    return {
        "recipient": {
            "name": payee.name,
            "neq": payee.neq,
            "attention": _director_of(alliance.territory_id),
            "city": payee.city,
        },
        "dated_on": clock.today().isoformat(),
        "alliance": str(alliance),
        "convention": convention.number,
        "fiscal_year": str(versement.year),
        "tranche": {
            "rank": tranche.rank,
            "of": Tranche.objects.filter(convention=convention).count(),
        },
        "amount": str(versement.amount),
        "amount_words": money_in_words(versement.amount),
        "purpose": _(
            "Contribution du FQIS à l’Alliance pour la solidarité, territoire %(territory)s,"
            " %(rank)s tranche de la convention %(convention)s."
        )
        % {
            "territory": alliance.territory,
            "rank": french_ordinal(tranche.rank),
            "convention": convention.number,
        },
        "conditions": _conditions(versement),
        "envelope": {
            "paid": str(committed),
            "this": str(versement.amount),
            "left": str(envelope.amount - committed - versement.amount),
            "total": str(envelope.amount),
            "label": _("Enveloppe : %(quality)s") % {"quality": envelope.get_quality_display()},
        },
        "authorised": {
            "name": by.full_name,
            "title": f"{role.side.label}, {str(role.label).lower()}" if role else "",
            "at": clock.now().isoformat(),
        },
    }


def payee_of(alliance: Alliance) -> Organisation:
    """Who receives the money: the fiduciary of a Table that is not at the REQ, else the Table."""
    if not alliance.table.is_registered and alliance.fiduciary is not None:
        return alliance.fiduciary
    return alliance.table


def _director_of(territory_id: int) -> str:
    member = (
        Membership.objects.active_on(clock.today())
        .filter(role="direction", territory_id=territory_id, user__is_active=True)
        .select_related("user")
        .order_by("pk")
        .first()
    )
    return member.user.full_name if member else ""


def _conditions(versement: Versement) -> list[dict[str, str]]:
    """The steps that opened this versement: who, and on which day."""
    tranche = versement.tranche
    rows = []
    plan: Milestone | None = None
    for milestone in (
        Milestone.objects.filter(alliance=versement.alliance)
        .select_related("recorded_by")
        .order_by("on", "sequence", "pk")
    ):
        if milestone.kind == MilestoneKind.PLAN_APPROVED:
            plan = milestone
        elif milestone.kind == MilestoneKind.CONVENTION_SIGNED or tranche.is_reached_by(milestone):
            rows.append(milestone)
    steps = [*rows[:1], *([plan] if plan else []), *rows[1:]]
    conditions = [
        {"label": step.label, "by": str(step.recorded_by), "on": step.on.isoformat()}
        for step in steps
    ]
    assert versement.recommended_at is not None
    conditions.append(
        {
            "label": _("Versement recommandé"),
            "by": str(versement.recommended_by),
            "on": local_day(versement.recommended_at).isoformat(),
        }
    )
    return conditions
