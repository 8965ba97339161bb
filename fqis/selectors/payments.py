"""Reconciliation of payments: what was issued, sent, paid, rejected, and what no answer names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alliances.exports import Cell
from alliances.models import User
from alliances.money import ZERO, MoneyField
from fqis.models import (
    PaymentAnswer,
    PaymentAnswerLine,
    PaymentBatch,
    PaymentLine,
    Versement,
)
from fqis.wording import local_day

State = Versement.State
TO_SEND, SENT, REJECTED, PAID = "a-envoyer", "envoye", "rejete", "paye"
ALL = "tous"
SITUATIONS = {
    TO_SEND: _("À envoyer"),
    SENT: _("Envoyé, sans réponse"),
    REJECTED: _("Rejeté, à corriger"),
    PAID: _("Payé"),
}


def with_payment(versements: QuerySet[Versement]) -> QuerySet[Versement]:
    """``sent_at`` and ``batch_number``: of the open line; ``rejected_on``, ``rejected_reason`` and
    ``rejected_line``: of a rejection that waits for its correction. None where there is none."""
    lines = PaymentLine.objects.filter(versement=OuterRef("pk"))
    rejected = lines.to_correct()
    return versements.annotate(
        sent_at=Subquery(lines.open().values("sent_at")[:1]),
        batch_number=Subquery(
            lines.order_by("-pk").values("batch__document__number")[:1], output_field=CharField()
        ),
        rejected_on=Subquery(rejected.values("rejected_on")[:1]),
        rejected_reason=Subquery(rejected.values("rejected_reason")[:1]),
        rejected_line=Subquery(rejected.values("pk")[:1]),
    )


def notices() -> QuerySet[Versement]:
    """Every versement whose notice is issued, with its ``situation``, the last notice first."""
    lines = PaymentLine.objects.filter(versement=OuterRef("pk"))
    return (
        with_payment(Versement.objects.filter(state__in=[State.ISSUED, State.PAID]))
        .annotate(
            situation=Case(
                When(state=State.PAID, then=Value(PAID)),
                When(Exists(lines.open()), then=Value(SENT)),
                When(Exists(lines.to_correct()), then=Value(REJECTED)),
                default=Value(TO_SEND),
                output_field=CharField(),
            ),
            waits_since=Case(
                When(state=State.PAID, then=None), default=Coalesce(F("sent_at"), F("issued_at"))
            ),
        )
        .select_related(
            "alliance__territory", "alliance__cycle", "notice", "tranche", "authorised_by"
        )
        .order_by("-notice__fiscal_year", "-notice__sequence")
    )


def to_correct() -> QuerySet[Versement]:
    """The notices whose payment was rejected, and not corrected yet."""
    return notices().filter(Q(situation=REJECTED))


def sendable(user: User) -> QuerySet[Versement]:
    """The notices that ``user`` may send now, the oldest first: issued, in no batch, authorised by
    somebody else."""
    return notices().filter(Q(situation=TO_SEND)).exclude(authorised_by=user).reverse()


def yours(user: User) -> QuerySet[Versement]:
    """The notices to send that ``user`` authorised: somebody else sends them."""
    return notices().filter(Q(situation=TO_SEND), authorised_by=user)


@dataclass(frozen=True)
class Amount:
    """How many, and how much in dollars."""

    count: int = 0
    amount: Decimal = ZERO


@dataclass(frozen=True)
class Control:
    """Two ways to the same sum; they must agree, to the cent."""

    label: str | Promise
    left: Decimal
    right: Decimal

    @property
    def gap(self) -> Decimal:
        return self.left - self.right


def totals(found: QuerySet[Versement]) -> dict[str, Amount]:
    """Count and sum of each situation, and of all under ``ALL``. One query."""
    grouped = {"n": Count("pk"), "total": Sum("amount")}
    rows = found.order_by().values_list(F("situation")).annotate(**grouped)
    sums = dict.fromkeys(SITUATIONS, Amount())
    sums |= {situation: Amount(n, total) for situation, n, total in rows}
    sums[ALL] = Amount(
        sum(one.count for one in sums.values()), sum((one.amount for one in sums.values()), ZERO)
    )
    return sums


def controls(found: QuerySet[Versement], sums: dict[str, Amount]) -> list[Control]:
    """What must agree about the notices of ``found``, each side read from its own rows."""
    ids = found.order_by().values("pk")
    frozen = Cast(KeyTextTransform("amount", "notice__data"), MoneyField())
    lines = PaymentLine.objects.filter(versement__in=ids)
    sent = PaymentBatch.objects.filter(lines__in=lines).distinct()
    kept = PaymentLine.objects.filter(batch__in=sent.order_by().values("pk"))
    answered = PaymentAnswerLine.objects.filter(
        outcome=PaymentAnswerLine.Outcome.CONFIRMED, line__in=lines
    )
    by_answer = PaymentLine.objects.filter(
        versement=OuterRef("pk"), answers__outcome=PaymentAnswerLine.Outcome.CONFIRMED
    )
    by_hand = found.filter(Q(situation=PAID)).exclude(Exists(by_answer))
    return [
        Control(
            _("Les avis émis font ce que disent leurs documents figés"),
            sums[ALL].amount,
            _sum(found.order_by(), frozen),
        ),
        Control(
            _("Les totaux figés des lots font la somme de leurs lignes"),
            sum((batch.total for batch in sent), ZERO),
            _sum(kept),
        ),
        Control(
            _("Les avis sans réponse font les lignes ouvertes des lots"),
            sums[SENT].amount,
            _sum(lines.open().filter(versement__state=State.ISSUED)),
        ),
        Control(
            _("Le payé fait les réponses appliquées et les confirmations à la main"),
            sums[PAID].amount,
            _sum(answered) + _sum(by_hand.order_by()),
        ),
    ]


def _sum(rows: QuerySet[Any], amount: Any = "amount") -> Decimal:
    return rows.aggregate(whole=Sum(amount))["whole"] or ZERO


def columns() -> list[str]:
    names = [
        _("Avis"),
        _("Exercice"),
        _("Territoire"),
        _("Montant"),
        _("Situation"),
        _("Émis le"),
        _("Lot"),
        _("Envoyé le"),
        _("Payé le"),
        _("Référence"),
        _("Rejeté le"),
        _("Motif du rejet"),
    ]
    return [str(name) for name in names]


def cells(found: Iterable[Versement]) -> Iterator[list[Cell]]:
    for one in found:
        row: dict[str, Cell] = vars(one)
        sent = one.sent_at  # type: ignore[attr-defined]
        yield [
            one.notice.number if one.notice else "",
            str(one.year),
            str(one.alliance.territory),
            one.amount,
            str(SITUATIONS[str(row["situation"])]),
            local_day(one.issued_at) if one.issued_at else None,
            row["batch_number"],
            local_day(sent) if sent else None,
            one.paid_on,
            one.payment_reference,
            row["rejected_on"],
            row["rejected_reason"],
        ]


# --- Batches and answers


def batches() -> QuerySet[PaymentBatch]:
    """Every batch, the last first, with what became of its lines and since when it waits."""
    waiting = Q(lines__rejected_at=None, lines__versement__state=State.ISSUED)
    paid = Q(lines__rejected_at=None, lines__versement__state=State.PAID)
    return (
        PaymentBatch.objects.select_related("document", "created_by")
        .annotate(
            paid_count=Count("lines", filter=paid),
            paid_total=Coalesce(Sum("lines__amount", filter=paid), ZERO),
            rejected_count=Count("lines", filter=Q(lines__rejected_at__isnull=False)),
            waiting_count=Count("lines", filter=waiting),
            waiting_total=Coalesce(Sum("lines__amount", filter=waiting), ZERO),
            waits_since=Min("lines__sent_at", filter=waiting),
        )
        .order_by("-created_at", "-pk")
    )


def lines_of(batch: PaymentBatch) -> QuerySet[PaymentLine]:
    return batch.lines.select_related(
        "versement__alliance__territory",
        "versement__alliance__cycle",
        "versement__notice",
        "rejected_by",
        "corrected_by",
    ).order_by("rank")


def answers() -> QuerySet[PaymentAnswer]:
    """Every answer, the last first, with what came of its lines."""
    kinds = PaymentAnswerLine.Outcome
    return (
        PaymentAnswer.objects.select_related("document", "read_by", "applied_by")
        .annotate(
            count=Count("lines"),
            confirmed=Count("lines", filter=Q(lines__outcome=kinds.CONFIRMED)),
            rejected=Count("lines", filter=Q(lines__outcome=kinds.REJECTED)),
            refused=Count("lines", filter=Q(lines__outcome=kinds.REFUSED)),
        )
        .order_by("-read_at", "-pk")
    )


def oldest_wait() -> date | None:
    """The day of the oldest line without an answer."""
    first = (
        PaymentLine.objects.open()
        .filter(versement__state=State.ISSUED)
        .aggregate(first=Min("sent_at"))["first"]
    )
    return local_day(first) if first else None
