"""The recoveries that wait for a person: to decide, to pay back, to record."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from alliances.models import User
from alliances.permissions import can, rights_of
from alliances.todo import Todo
from fqis.models import Recovery
from fqis.wording import local_day, money

State = Recovery.State


def pending(user: User) -> list[QuerySet[Recovery]]:
    """Those that ``user`` must decide, then those to pay back or to record as paid back."""
    to_decide = Q(state=State.PROPOSED, territory__in=_where(user, "authorise_versement"))
    owed = Q(state=State.DECIDED, territory__in=_where(user, "submit_report", "confirm_payment"))
    return [
        Recovery.objects.for_pages().filter(to_decide).exclude(proposed_by=user).order_by("pk"),
        Recovery.objects.for_pages().filter(owed).exclude(decided_by=user).order_by("pk"),
    ]


def _where(user: User, *rights: str) -> list[int]:
    return [pk for pk, held in rights_of(user).on.items() if held & set(rights)]


def todo(user: User) -> list[Todo]:
    """One thing for each recovery; two queries."""
    to_decide, owed = pending(user)
    return [_decision(one) for one in to_decide] + [_payment(user, one) for one in owed]


def _decision(recovery: Recovery) -> Todo:
    return Todo(
        title=_("Décider un recouvrement de %(amount)s") % {"amount": money(recovery.amount)},
        url=recovery.alliance.url("recovery", recovery.pk),
        button=_("Décider le recouvrement"),
        alliance=recovery.alliance,
        since=local_day(recovery.proposed_at),
        detail=str(recovery.alliance.territory),
    )


def _payment(user: User, recovery: Recovery) -> Todo:
    words = {
        "amount": money(recovery.amount),
        "letter": recovery.letter.number if recovery.letter else "",
    }
    records = can(user, "confirm_payment", recovery)
    return Todo(
        title=_("Consigner le remboursement de %(amount)s") % words
        if records
        else _("Rembourser %(amount)s, avis %(letter)s") % words,
        url=recovery.alliance.url("recovery", recovery.pk),
        button=_("Consigner le remboursement") if records else _("Voir le recouvrement"),
        alliance=recovery.alliance,
        since=local_day(recovery.decided_at) if recovery.decided_at else None,
        detail=str(recovery.alliance.territory),
    )
