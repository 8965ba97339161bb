"""Payments of the Table against the instalments of a project, and their correction."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry
from fqis import services
from fqis.models import Project, ProjectInstalment, ProjectPayment
from tests.factories import person

from .factories import accepted_project
from .follow_up import coordination, prepared, signed
from .pages import said
from .test_rules import broken

pytestmark = pytest.mark.django_db


def pay(
    project: Project, amount: str, part: ProjectInstalment | None = None, **changes: Any
) -> Any:
    values: dict[str, Any] = {"on": clock.today(), "by": coordination()} | changes
    return services.record_payment(project, amount=Decimal(amount), instalment=part, **values)


def parts_of(project: Project) -> list[ProjectInstalment]:
    return list(project.agreements.get().instalments.all())


def test_a_payment_goes_to_its_instalment() -> None:
    project = signed()
    first, _report, _dated = parts_of(project)
    assert pay(project, "4000.00", first).instalment == first
    assert pay(project, "6000.00").instalment == first
    with pytest.raises(Refusal, match="n’a plus que") as refusal:
        pay(project, "0.01", first)
    assert refusal.value.field == "amount"


def test_a_payment_waits_for_the_signature_the_report_and_the_date() -> None:
    agreement = prepared()
    with pytest.raises(Refusal, match="n’est pas signée"):
        pay(agreement.project, "1.00")
    project = signed(accepted_project(agreement.project.alliance))
    _first, report, dated = parts_of(project)
    with pytest.raises(Refusal, match="attend sa condition") as waits:
        pay(project, "1.00", report)
    assert waits.value.field == "instalment"
    with pytest.raises(Refusal, match="pas avant"):
        pay(project, "1.00", dated)
    services.meet_condition(report, by=coordination(), on=clock.today())
    pay(project, "12000.00", report)
    with pytest.raises(Refusal, match="ne peut précéder la signature"):
        pay(project, "1.00", on=clock.today() - timedelta(days=11))


def test_the_instalment_of_another_project_is_refused() -> None:
    project = signed()
    other = signed(accepted_project(project.alliance))
    with pytest.raises(Refusal) as refusal:
        pay(project, "1.00", parts_of(other)[0])
    assert refusal.value.field == "instalment"


def test_a_form_sent_twice_pays_once() -> None:
    project, key = signed(), uuid4()
    first = pay(project, "10000.00", key=key)
    assert pay(project, "10000.00", key=key) == first
    assert ProjectPayment.objects.count() == 1
    assert JournalEntry.objects.filter(verb="pay_project").count() == 1


def test_a_correction_keeps_the_wrong_payment_and_writes_the_right_one() -> None:
    project = signed()
    wrong = pay(project, "9000.00", on=clock.today() - timedelta(days=3))
    right = services.correct_project_payment(
        wrong, by=coordination(), reason="Chiffres inversés.", on=clock.today(),
        amount=Decimal("900.00"),
    )  # fmt: skip
    assert (right.amount, right.reverses) == (Decimal("900.00"), None)
    undone = ProjectPayment.objects.get(reverses=wrong)
    assert (undone.amount, undone.on) == (Decimal("-9000.00"), wrong.on)
    assert services.paid_to(project) == Decimal("900.00")
    line = JournalEntry.objects.get(verb="correct_project_payment")
    assert line.reason == "Chiffres inversés."
    assert line.data["before"]["amount"] == "9000.00"


def test_a_correction_alone_cancels() -> None:
    project = signed()
    paid = pay(project, "10000.00")
    services.correct_project_payment(paid, by=coordination(), reason="Chèque revenu.")
    assert services.paid_to(project) == 0
    pay(project, "10000.00")


def test_correct_refuses() -> None:
    project = signed()
    paid = pay(project, "5000.00")
    by = person("direction", "laval", full_name="Diane Beaulieu")

    def correct(payment: ProjectPayment, **values: Any) -> ProjectPayment:
        return services.correct_project_payment(payment, **{"by": by, "reason": "x"} | values)

    with pytest.raises(Refusal) as empty:
        correct(paid, reason=" ")
    assert empty.value.field == "reason"
    with pytest.raises(Refusal) as half:
        correct(paid, amount=Decimal(1))
    assert half.value.field == "on"
    with pytest.raises(StaleAct):
        correct(paid, amount=paid.amount, on=paid.on)
    with pytest.raises(Refusal, match="dépasse"):
        correct(paid, amount=Decimal("30000.01"), on=paid.on)
    assert ProjectPayment.objects.count() == 1
    correct(paid)
    with pytest.raises(StaleAct) as twice:
        correct(paid)
    assert "Diane Beaulieu l’a déjà corrigé" in said(twice)
    with pytest.raises(Refusal, match="déjà une correction"):
        correct(ProjectPayment.objects.get(reverses=paid))


# --- What the database holds


def written(project: Project, part: ProjectInstalment, **values: Any) -> Any:
    filled: dict[str, Any] = {
        "project": project,
        "instalment": part,
        "on": clock.today(),
        "amount": Decimal(1),
        "recorded_by": person("budget"),
    } | values
    return lambda: ProjectPayment.objects.create(**filled)


def test_the_database_refuses_before_signature_condition_and_date() -> None:
    agreement = prepared()
    broken("project_payment_due", written(agreement.project, agreement.instalments.all()[0]))
    project = signed(accepted_project(agreement.project.alliance))
    first, report, dated = parts_of(project)
    broken("project_payment_due", written(project, report))
    broken("project_payment_due", written(project, dated))
    broken("project_payment_due", written(project, first, on=date(2026, 11, 22)))
    broken("project_payment_due", written(project, agreement.instalments.all()[0]))


def test_the_database_keeps_a_payment_in_its_instalment_and_its_correction_whole() -> None:
    project = signed()
    first, _report, _dated = parts_of(project)
    broken("project_payment_within_instalment", written(project, first, amount=Decimal("10000.01")))
    paid = pay(project, "500.00")
    broken("project_payment_positive", written(project, first, amount=Decimal(-1)))
    reversal = {"reverses": paid, "reason": "x"}
    broken(
        "project_payment_reversal", written(project, first, amount=Decimal("-499.99"), **reversal)
    )
    broken(
        "project_payment_once",
        written(project, first, key=paid.key),
    )
