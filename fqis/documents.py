"""The letters of the fund: what is frozen when a versement is authorised, when its notice is given
up before it is issued, when a recovery is decided."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from alliances import clock
from alliances.models import (
    Alliance,
    Document,
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
from fqis.models import Envelope, Recovery, Versement
from fqis.wording import local_day

NOTICE_KIND = "avis_versement"
NOTICE_SERIES = "AV"


RECOVERY_KIND = "avis_recouvrement"
RECOVERY_SERIES = "RV"
ANNULMENT_KIND = "annulation_avis"


@dataclass(frozen=True)
class NoticeFacts:
    """What the notices of a selection read, loaded at once for all of them."""

    tranches: dict[int, int]
    directors: dict[int, str]
    milestones: dict[int, list[Milestone]]
    deductions: dict[int, list[Recovery]]


def notice_facts(versements: Sequence[Versement]) -> NoticeFacts:
    """Four queries whatever the number of versements."""
    alliances = {versement.alliance_id for versement in versements}
    territories = {versement.territory_id for versement in versements}
    counts = (
        Tranche.objects.filter(
            convention__in={versement.tranche.convention_id for versement in versements}
        )
        .order_by()
        .values_list("convention")
        .annotate(n=Count("pk"))
    )
    milestones: dict[int, list[Milestone]] = defaultdict(list)
    for milestone in (
        Milestone.objects.filter(alliance__in=alliances)
        .select_related("recorded_by")
        .order_by("on", "sequence", "pk")
    ):
        milestones[milestone.alliance_id].append(milestone)
    deductions: dict[int, list[Recovery]] = defaultdict(list)
    for recovery in (
        Recovery.objects.deducted()
        .filter(deducted_from__in=[versement.pk for versement in versements])
        .select_related("letter")
        .order_by("pk")
    ):
        assert recovery.deducted_from_id is not None
        deductions[recovery.deducted_from_id].append(recovery)
    return NoticeFacts(dict(counts), directors_of(territories), milestones, deductions)


def notice_data(
    versement: Versement,
    envelope: Envelope,
    committed: Decimal,
    *,
    by: User,
    facts: NoticeFacts,
) -> dict[str, Any]:
    """Everything the notice says, frozen: primitives only, amounts in dollars. No query."""
    alliance, tranche = versement.alliance, versement.tranche
    convention = tranche.convention
    assert envelope.amount is not None
    return {
        "recipient": recipient_of(alliance, facts.directors.get(alliance.territory_id, "")),
        "dated_on": clock.today().isoformat(),
        "alliance": str(alliance),
        "convention": convention.number,
        "fiscal_year": str(versement.year),
        "tranche": {"rank": tranche.rank, "of": facts.tranches[convention.pk]},
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
        "deductions": [
            {"letter": recovery.letter.number, "amount": str(recovery.amount)}
            for recovery in facts.deductions.get(versement.pk, [])
            if recovery.letter
        ],
        "conditions": _conditions(versement, facts.milestones.get(alliance.pk, [])),
        "envelope": {
            "paid": str(committed),
            "this": str(versement.amount),
            "left": str(envelope.amount - committed - versement.amount),
            "total": str(envelope.amount),
            "label": _("Enveloppe : %(quality)s") % {"quality": envelope.get_quality_display()},
        },
        "authorised": signature_of(by, alliance),
    }


def payee_of(alliance: Alliance) -> Organisation:
    """Who receives the money: the fiduciary of a Table that is not at the REQ, else the Table."""
    if not alliance.table.is_registered and alliance.fiduciary is not None:
        return alliance.fiduciary
    return alliance.table


def recipient_of(alliance: Alliance, director: str) -> dict[str, str]:
    """Who receives the money, and the letter."""
    payee = payee_of(alliance)
    return {"name": payee.name, "neq": payee.neq, "attention": director, "city": payee.city}


def signature_of(by: User, alliance: Alliance) -> dict[str, str]:
    """Who signs a letter by their act, as what, and when."""
    role = role_of(by, alliance)
    return {
        "name": by.full_name,
        "title": f"{role.side.label}, {str(role.label).lower()}" if role else "",
        "at": clock.now().isoformat(),
    }


def directors_of(territories: Iterable[int]) -> dict[int, str]:
    """The director of the Table of each territory, by its id. One query."""
    members = (
        Membership.objects.active_on(clock.today())
        .filter(role="direction", territory_id__in=set(territories), user__is_active=True)
        .select_related("user")
        .order_by("-pk")
    )
    return {member.territory_id: member.user.full_name for member in members if member.territory_id}


def _conditions(versement: Versement, milestones: Iterable[Milestone]) -> list[dict[str, str]]:
    """The steps that opened this versement: who, and on which day."""
    tranche = versement.tranche
    rows = []
    plan: Milestone | None = None
    for milestone in milestones:
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


def annulment_data(versement: Versement, notice: Document) -> dict[str, Any]:
    """What is kept of a notice given up before it was issued, frozen."""
    assert versement.cancelled_at is not None and versement.cancelled_by is not None
    return {
        "notice": notice.number,
        "notice_dated_on": notice.dated_on.isoformat(),
        "issued": versement.issued_at is not None,
        "alliance": str(versement.alliance),
        "convention": versement.tranche.convention.number,
        "fiscal_year": str(versement.year),
        "rank": versement.tranche.rank,
        "amount": str(versement.amount),
        "reason": versement.cancelled_reason,
        "acts": [
            {"label": _("Recommandé"), **_act(versement.recommended_by, versement.recommended_at)},
            {"label": _("Autorisé"), **_act(versement.authorised_by, versement.authorised_at)},
            {"label": _("Annulé"), **_act(versement.cancelled_by, versement.cancelled_at)},
        ],
        "authorised": signature_of(versement.cancelled_by, versement.alliance),
    }


def _act(who: User | None, moment: datetime | None) -> dict[str, str]:
    return {"by": str(who or ""), "on": local_day(moment).isoformat() if moment else ""}


def recovery_data(recovery: Recovery, *, by: User) -> dict[str, Any]:
    """Everything the letter of a recovery says, frozen; amounts in dollars."""
    alliance, versement = recovery.alliance, recovery.versement
    directors = directors_of([alliance.territory_id])
    notice = versement.notice
    return {
        "recipient": recipient_of(alliance, directors.get(alliance.territory_id, "")),
        "dated_on": clock.today().isoformat(),
        "alliance": str(alliance),
        "kind": str(recovery.get_kind_display()),
        "amount": str(recovery.amount),
        "amount_words": money_in_words(recovery.amount),
        "reason": recovery.reason,
        "convention": versement.tranche.convention.number,
        "fiscal_year": str(versement.year),
        "rank": versement.tranche.rank,
        "versement": {
            "amount": str(versement.amount),
            "notice": notice.number if notice else "",
            "paid_on": versement.paid_on.isoformat() if versement.paid_on else "",
        },
        "acts": [
            {"label": _("Proposé"), **_act(recovery.proposed_by, recovery.proposed_at)},
            {"label": _("Décidé"), **_act(by, clock.now())},
        ],
        "authorised": signature_of(by, alliance),
    }
