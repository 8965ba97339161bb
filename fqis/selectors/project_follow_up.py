"""The money of one project, from the grant to what is left, and its papers."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from alliances import clock
from alliances.models import Document
from alliances.money import ZERO
from fqis.models import (
    BudgetLine,
    Project,
    ProjectAgreement,
    ProjectChange,
    ProjectContinuation,
    ProjectExpense,
    ProjectInstalment,
    ProjectPayment,
    ResultPhoto,
)

Condition = ProjectInstalment.Condition


@dataclass(frozen=True)
class InstalmentLine:
    """An instalment with what it received; ``due_on`` is None while its condition waits."""

    instalment: ProjectInstalment
    paid: Decimal
    due_on: date | None

    @property
    def left(self) -> Decimal:
        return self.instalment.amount - self.paid

    @property
    def state(self) -> str:
        """« paid », « due », « to_come », or « waits » for its condition."""
        if self.left <= 0:
            return "paid"
        if self.due_on is None:
            return "waits"
        return "due" if self.due_on <= clock.today() else "to_come"


@dataclass(frozen=True)
class BudgetUse:
    """A line of the budget and what was spent of it; without ``line``, what has no line."""

    line: BudgetLine | None
    spent: Decimal

    @property
    def planned(self) -> Decimal:
        return self.line.asked if self.line else ZERO

    @property
    def left(self) -> Decimal:
        return self.planned - self.spent

    @property
    def is_over(self) -> bool:
        return self.left < 0


@dataclass(frozen=True)
class ProjectMoney:
    """All that the page « Argent » of a project says, in dollars."""

    granted: Decimal | None
    paid: Decimal
    spent: Decimal
    agreement: ProjectAgreement | None
    instalments: list[InstalmentLine]
    payments: list[ProjectPayment]
    expenses: list[ProjectExpense]
    uses: list[BudgetUse]
    changes: list[ProjectChange]

    @property
    def to_pay(self) -> Decimal | None:
        return None if self.granted is None else self.granted - self.paid

    @property
    def unspent(self) -> Decimal:
        """Of what was paid; below zero, the carrier has advanced money."""
        return self.paid - self.spent

    @property
    def open_change(self) -> ProjectChange | None:
        return next((one for one in self.changes if one.state == "proposed"), None)


def money_of_project(project: Project) -> ProjectMoney:
    """Eight queries, whatever the number of rows."""
    agreement = (
        ProjectAgreement.objects.standing()
        .select_related("document", "signed_file", "prepared_by", "signed_by")
        .filter(project=project)
        .first()
    )
    payments = list(
        project.payments.select_related("recorded_by", "instalment", "reversed_by", "reverses")
    )
    expenses = list(project.expenses.select_related("recorded_by", "line", "document"))
    live = [one for one in expenses if one.cancelled_at is None]
    return ProjectMoney(
        granted=project.amount_granted,
        paid=sum((one.amount for one in payments), ZERO),
        spent=sum((one.amount for one in live), ZERO),
        agreement=agreement,
        instalments=_instalments(agreement, payments),
        payments=payments,
        expenses=expenses,
        uses=_uses(project, live),
        changes=list(
            project.changes.select_related("proposed_by", "decided_by", "document").order_by(
                "-proposed_at", "-pk"
            )
        ),
    )


def _instalments(
    agreement: ProjectAgreement | None, payments: list[ProjectPayment]
) -> list[InstalmentLine]:
    if agreement is None:
        return []
    paid: dict[int, Decimal] = {}
    for one in payments:
        paid[one.instalment_id] = paid.get(one.instalment_id, ZERO) + one.amount
    return [
        InstalmentLine(part, paid.get(part.pk, ZERO), _due(part, agreement))
        for part in agreement.instalments.all()
    ]


def _due(part: ProjectInstalment, agreement: ProjectAgreement) -> date | None:
    signed_on = agreement.signed_on
    if signed_on is None:
        return None
    if part.condition == Condition.SIGNATURE:
        return signed_on
    if part.condition == Condition.DATE:
        return max(part.due_on or signed_on, signed_on)
    return part.met_on


def _uses(project: Project, expenses: list[ProjectExpense]) -> list[BudgetUse]:
    spent: dict[int | None, Decimal] = {}
    for one in expenses:
        spent[one.line_id] = spent.get(one.line_id, ZERO) + one.amount
    uses = [BudgetUse(line, spent.pop(line.pk, ZERO)) for line in project.budget.all()]
    return uses + [BudgetUse(None, amount) for amount in spent.values()]


def instalments_due() -> QuerySet[ProjectInstalment]:
    """Those the Table may pay today and has not paid whole, with what is ``paid``."""
    today = clock.today()
    ready = (
        Q(condition=Condition.SIGNATURE)
        | Q(condition=Condition.DATE, due_on__lte=today)
        | Q(met_on__lte=today)
    )
    return (
        ProjectInstalment.objects.filter(
            ready,
            agreement__state="signed",
            agreement__project__state__in=["agreed", "under_way", "completed"],
        )
        .annotate(paid=Sum("payments__amount", default=ZERO))
        .filter(amount__gt=F("paid"))
    )


def what_it_continues(project: Project) -> ProjectContinuation | None:
    """The consensus by which this project goes on from another."""
    return (
        ProjectContinuation.objects.select_related("former", "evidence")
        .filter(project=project)
        .first()
    )


def what_continues_it(project: Project) -> list[ProjectContinuation]:
    """The consensus by which others go on from this one."""
    return list(
        ProjectContinuation.objects.select_related("project", "evidence").filter(former=project)
    )


SOON = 30  # days


def ending_soon() -> Q:
    """The projects under way that end within thirty days."""
    today = clock.today()
    return Q(state=Project.State.UNDER_WAY, ends_on__range=(today, today + timedelta(days=SOON)))


def papers_of(project: Project) -> QuerySet[Document]:
    """The documents about a project, the newest first; a photo withdrawn is not shown."""
    hidden = ResultPhoto.objects.filter(result__project=project, withdrawn_at__isnull=False).values(
        "document"
    )
    return (
        Document.objects.filter(subject_label="fqis.project", subject_id=project.pk)
        .exclude(pk__in=hidden)
        .select_related("created_by")
        .order_by("-created_at", "-pk")
    )
