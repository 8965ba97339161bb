"""The budget of a project, line by line: what it must make, in the service and in the database."""

from decimal import Decimal
from typing import Any

import pytest

from alliances.errors import Refusal
from fqis import services
from fqis.models import BudgetLine, FundingSource, Project
from tests.factories import person

from .factories import accepted_project, planned_alliance, received_project, request_values
from .test_rules import broken

pytestmark = pytest.mark.django_db

SOURCES = [services.Source("Centraide", Decimal("10000.00"))]
BUDGET = [
    services.Line("salaries", Decimal("45000.00"), Decimal("38000.00"), "Une intervenante"),
    services.Line("supplies", Decimal("5000.00"), Decimal("2000.00")),
]


def project_with(budget: list[services.Line], **changes: Any) -> Project:
    return received_project(budget=budget, **{"sources": SOURCES} | changes)


def line(amount: str, asked: str = "0.00", **words: str) -> services.Line:
    return services.Line(
        words.get("category", "fees"), Decimal(amount), Decimal(asked), words.get("said", "")
    )


def test_a_budget_keeps_its_lines_in_order() -> None:
    project = project_with(BUDGET)
    kept = [(str(one), one.amount, one.asked, one.elsewhere) for one in project.budget.all()]
    assert kept == [
        ("Une intervenante", Decimal(45000), Decimal(38000), Decimal(7000)),
        ("Matériel et fournitures", Decimal(5000), Decimal(2000), Decimal(3000)),
    ]


def test_a_project_without_lines_is_kept_as_before() -> None:
    assert not project_with([]).budget.exists()


@pytest.mark.parametrize(
    ("budget", "sentence"),
    [
        ([line("50000", "39999.99")], "Les parts demandées au FQIS font"),
        ([line("49999.99", "40000")], "Le budget fait"),
        ([line("0", "0"), line("50000", "40000")], "doit dépasser zéro"),
        ([line("10000", "10000.01"), line("40000", "29999.99")], "dépasse le coût"),
        ([line("50000", "40000", category="other")], "Décrivez"),
        ([line("50000", "40000", category="gifts")], "Choisissez le poste"),
    ],
)
def test_a_budget_that_does_not_hold_is_refused(budget: list[services.Line], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence) as refusal:
        project_with(budget)
    assert refusal.value.field == "budget"


def test_mending_a_request_replaces_its_budget() -> None:
    project = project_with(BUDGET)
    project = services.update_project(
        project,
        by=person("coordination", "laval"),
        **request_values(project.alliance, budget=[line("40000", "40000")]),
    )
    assert [one.category for one in project.budget.all()] == ["fees"]
    assert not project.sources.exists()


def lines_of(project: Project) -> Any:
    return BudgetLine.objects.filter(project=project)


def test_the_database_holds_the_sums_whoever_writes() -> None:
    project = project_with(BUDGET)
    first = project.budget.all()[0]
    broken("budget_balances", lambda: lines_of(project).filter(pk=first.pk).update(asked=1))
    broken("budget_balances", lambda: lines_of(project).filter(pk=first.pk).update(amount=46000))
    broken("budget_balances", first.delete)
    broken(
        "budget_balances",
        lambda: Project.objects.filter(pk=project.pk).update(amount_requested=1),
    )
    broken("budget_balances", lambda: FundingSource.objects.filter(project=project).delete())
    broken(
        "budget_balances",
        lambda: FundingSource.objects.create(project=project, name="Ville", amount=1),
    )


def test_a_supported_project_never_asks_more_than_its_request() -> None:
    project = accepted_project(planned_alliance(), budget=BUDGET, sources=SOURCES)
    first = project.budget.all()[0]
    lines_of(project).filter(pk=first.pk).update(asked=Decimal("37000.00"))
    broken("budget_balances", lambda: lines_of(project).filter(pk=first.pk).update(asked=38001))


def test_the_database_holds_each_line() -> None:
    project = project_with(BUDGET)
    first = lines_of(project).filter(rank=1)
    broken("budget_line_positive", lambda: first.update(amount=0, asked=0))
    broken("budget_line_asked_within", lambda: first.update(asked=45001))
    broken("budget_line_asked_within", lambda: first.update(asked=-1))
    broken("budget_line_other_said", lambda: first.update(category="other", description=""))
    broken("budget_line_rank_once", lambda: first.update(rank=2))


ROWS = {
    "budget-0-category": "salaries",
    "budget-0-description": "Une intervenante",
    "budget-0-amount": "45 000,00",
    "budget-0-asked": "38 000,00",
    "budget-1-category": "supplies",
    "budget-1-amount": "5 000",
    "budget-1-asked": "2 000",
}


def typed(project: Project, **rows: str) -> dict[str, Any]:
    return {
        "title": project.title,
        "organisation": project.organisation_id,
        "priority": project.priority_id,
        "amount_requested": "40 000",
        "received_on": "2026-10-01",
        "starts_on": "2026-12-10",
        "ends_on": "2027-06-01",
        "sources-TOTAL_FORMS": 1,
        "sources-INITIAL_FORMS": 0,
        "sources-0-name": "Centraide",
        "sources-0-amount": "10 000",
        "budget-TOTAL_FORMS": 3,
        "budget-INITIAL_FORMS": 0,
        **rows,
    }


def test_the_form_writes_the_budget_and_the_page_shows_it(page: Any) -> None:
    project = project_with([])
    by = person("coordination", "laval")
    answer = page(by, project.get_absolute_url() + "modifier/", typed(project, **ROWS))
    html = answer.content.decode()
    assert "Une intervenante" in html
    assert "50 000,00" in html.replace("\xa0", " ").replace("\u202f", " ")
    form = page(by, project.get_absolute_url() + "modifier/").content.decode()
    assert 'value="45 000,00"' in form.replace("\xa0", " ").replace("\u202f", " ")


def test_the_form_says_what_does_not_balance(page: Any) -> None:
    project = project_with([])
    by = person("coordination", "laval")
    rows = ROWS | {"budget-0-asked": "37 000,00"}
    answer = page(by, project.get_absolute_url() + "modifier/", typed(project, **rows))
    assert answer.status_code == 422
    assert "Les parts demandées au FQIS font" in answer.content.decode()
    assert not project.budget.exists()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"budget-0-category": ""}, "Choisissez le poste de cette dépense."),
        ({"budget-0-amount": ""}, "Écrivez le coût de cette dépense."),
        ({"budget-0-asked": "45 000,01"}, "La part demandée dépasse le coût de la ligne."),
        ({"budget-0-category": "other", "budget-0-description": ""}, "Décrivez cette autre"),
    ],
)
def test_the_form_says_what_is_wrong_in_a_row(
    row: dict[str, str], sentence: str, page: Any
) -> None:
    project = project_with([])
    by = person("coordination", "laval")
    answer = page(by, project.get_absolute_url() + "modifier/", typed(project, **ROWS | row))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
