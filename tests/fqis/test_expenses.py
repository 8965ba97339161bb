"""What a project spends, by line of its budget, within its days."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from alliances import clock
from alliances.errors import Refusal, StaleAct
from fqis import services
from fqis.models import Project, ProjectExpense
from fqis.selectors.project_follow_up import money_of_project
from tests.factories import person

from .factories import accepted_project, planned_alliance, received_project
from .follow_up import coordination, signed_file
from .pages import count, text
from .test_rules import broken

pytestmark = pytest.mark.django_db

BUDGET = [
    services.Line("salaries", Decimal("35000.00"), Decimal("35000.00")),
    services.Line("supplies", Decimal("5000.00"), Decimal("5000.00")),
]


def budgeted() -> Project:
    return accepted_project(budget=BUDGET)


def spend(project: Project, **changes: Any) -> ProjectExpense:
    values: dict[str, Any] = {
        "by": coordination(),
        "on": clock.today(),
        "what": "Légumes",
        "amount": Decimal("120.50"),
        "line": project.budget.last(),
    } | changes
    return services.record_expense(project, **values)


def test_an_expense_keeps_its_line_and_its_paper() -> None:
    project = budgeted()
    expense = spend(project, file=signed_file())
    assert str(expense.line) == "Matériel et fournitures"
    assert expense.document is not None and expense.document.kind == "depense_projet"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"on": date(2026, 11, 2)}, "on", "précède l’acceptation"),
        ({"on": date(2027, 12, 4)}, "on", "suit la fin"),
        ({"on": date(2026, 12, 4)}, "on", "dans le futur"),
        ({"amount": Decimal(0)}, "amount", "dépasser zéro"),
        ({"what": " "}, "what", "Dites"),
        ({"line": None}, "line", "poste"),
    ],
)
def test_an_expense_is_refused(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refusal:
        spend(budgeted(), **changes)
    assert refusal.value.field == field
    assert not ProjectExpense.objects.exists()


def test_the_line_of_another_project_is_refused_and_a_project_without_budget_needs_none() -> None:
    project = budgeted()
    other = accepted_project(project.alliance)
    with pytest.raises(Refusal) as refusal:
        spend(other, line=project.budget.first())
    assert refusal.value.field == "line"
    assert spend(other, line=None).line is None


def test_nothing_is_spent_before_acceptance() -> None:
    with pytest.raises(Refusal, match="n’est pas accepté"):
        spend(received_project(planned_alliance()), line=None)


def test_a_form_sent_twice_spends_once_and_a_cancelled_expense_says_why() -> None:
    project, key = budgeted(), uuid4()
    expense = spend(project, key=key)
    assert spend(project, key=key) == expense
    services.cancel_expense(expense, by=coordination(), reason="Facture en double.")
    with pytest.raises(StaleAct, match="l’a déjà annulée"):
        services.cancel_expense(expense, by=coordination(), reason="Encore.")


def test_the_database_holds_the_days_the_line_and_the_words() -> None:
    project = budgeted()
    expense = spend(project)
    row = ProjectExpense.objects.filter(pk=expense.pk)

    def write(**values: Any) -> Any:
        filled: dict[str, Any] = {
            "project": project,
            "on": clock.today(),
            "what": "x",
            "amount": Decimal(1),
            "recorded_by": person("budget"),
        } | values
        return lambda: ProjectExpense.objects.create(**filled)

    assert project.decided_on is not None
    broken("project_expense_within", write(on=project.decided_on - timedelta(days=1)))
    broken("project_expense_within", write(on=project.ends_on + timedelta(days=1)))
    broken("project_expense_positive", write(amount=Decimal(0)))
    broken(
        "project_expense_line",
        write(project=accepted_project(project.alliance), line=project.budget.first()),
    )
    broken("project_expense_frozen", lambda: row.update(amount=Decimal(2)))
    broken("project_expense_cancelled_has_reason", lambda: row.update(cancelled_at=clock.now()))
    broken("Cannot delete", lambda: expense.delete())


def test_the_money_page_costs_the_same_with_one_and_many_rows(page: Any) -> None:
    project = budgeted()
    project = services.sign_agreement(project, by=coordination(), on=clock.today())
    by, address = coordination(), project.alliance.url("project_money", project.number)

    def live() -> None:
        spend(project, amount=Decimal(1), file=signed_file())
        paid = services.record_payment(project, by=by, on=clock.today(), amount=Decimal(1))
        services.correct_project_payment(paid, by=by, reason="Erreur.")

    live()
    once = count(page, by, address)
    for _ in range(6):
        live()
    assert count(page, by, address) == once


def test_the_money_page_sums_each_line_against_the_budget(page: Any) -> None:
    project = budgeted()
    spend(project, amount=Decimal("5200.00"))
    gone = spend(project, amount=Decimal("99.00"))
    services.cancel_expense(gone, by=coordination(), reason="En double.")
    money = money_of_project(project)
    salaries, supplies = money.uses
    assert (salaries.spent, supplies.spent, supplies.left) == (0, 5200, -200)
    assert (money.spent, supplies.is_over) == (Decimal("5200.00"), True)
    shown = text(page(coordination(), project.alliance.url("project_money", project.number)))
    assert "5 200,00 $" in shown
    assert "En double." in shown
