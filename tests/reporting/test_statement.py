"""The financial statement: what the portal knows, what the Table declares and explains."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as
from alliances.models import Alliance, User
from fqis import services as fqis
from reporting.models import AnnualReport, FinancialLine
from reporting.selectors.figures import compute_figures
from reporting.selectors.lines import lines_of
from reporting.selectors.report_todos import todo
from reporting.selectors.statement import Statement, known_money, statement_of
from reporting.services.reports import LineEntry, save_report, submit_report
from tests.fqis.factories import plan_in_force, project_in
from tests.reporting.factories import Story, period
from tests.reporting.test_figures import WINTER

pytestmark = pytest.mark.django_db
D = Decimal
# What remains of LINES without any versement.
COMPUTED = D("-79750.00")


@pytest.fixture
def story() -> Story:
    return Story()


def declare(report: AnnualReport, story: Story, amount: str | None, note: str = "") -> AnnualReport:
    report = AnnualReport.objects.for_pages().get(pk=report.pk)
    closing = LineEntry(D(amount) if amount is not None else None, note)
    return save_report(
        report,
        by=story.coordination,
        texts={},
        lines={"closing_balance": closing, "other_income": LineEntry(D("80000.00"))},
        revision=report.revision,
    )


@pytest.mark.parametrize(
    ("closing", "difference", "balances"),
    [("250.00", "0.00", True), ("250.01", "0.01", False), ("0.00", "-250.00", False)],
)
def test_what_remains_is_what_came_less_what_went(
    closing: str, difference: str, balances: bool
) -> None:
    statement = Statement(D(100), D(1000), D(50), D(200), D(300), D(400), D(closing))
    assert statement.computed == D(250)
    assert statement.difference == D(difference)
    assert statement.is_balanced is balances


def test_nothing_declared_has_no_difference() -> None:
    assert Statement().difference is None
    assert not Statement().is_balanced
    assert not Statement().lacks_reason


def test_a_balanced_statement_needs_no_explanation(story: Story) -> None:
    report = declare(story.written(), story, "250.00")
    report = submit_report(report, by=story.direction)
    assert statement_of(report, compute_figures(story.alliance, story.period)).is_balanced


def test_a_difference_is_explained_or_refused(story: Story) -> None:
    report = declare(story.written(), story, "300.00")
    with pytest.raises(Refusal, match="n’est pas complète") as refused:
        submit_report(report, by=story.direction)
    (missing,) = refused.value.missing
    assert missing.url.endswith("#id_closing_balance_note")
    assert "50,00\u00a0$" in missing.label
    report = declare(report, story, "300.00", "Intérêts du compte.")
    assert submit_report(report, by=story.direction).state == "submitted"


def test_the_closing_balance_is_declared_even_at_zero(story: Story) -> None:
    report = declare(story.written(), story, None)
    with pytest.raises(Refusal) as refused:
        submit_report(report, by=story.direction)
    assert [one.url.split("#")[1] for one in refused.value.missing] == ["id_closing_balance"]


def test_the_year_opens_with_what_the_year_before_declares(story: Story) -> None:
    declared = declare(story.written(), story, "250.00")
    assert compute_figures(story.alliance, period(2025)).opening_balance == 0
    submit_report(declared, by=story.direction)
    assert compute_figures(story.alliance, period(2025)).opening_balance == D(250)
    lines = lines_of(story.alliance, period(2025), "opening_balance")
    assert [lines.cells(one) for one in lines.rows] == [
        ["2024-2025", date(2026, 11, 23), D("250.00")]
    ]
    assert compute_figures(story.alliance, story.period).opening_balance == 0


def paid_project(alliance: Alliance, amount: str = "10000.00") -> None:
    with clock.at(WINTER):
        plan_in_force(alliance)
        project = project_in("agreed", alliance, amount=D("30000.00"))
        fqis.record_payment(
            project, by=User.objects.portal(), on=date(2026, 1, 20), amount=D(amount)
        )


def test_projects_are_shared_by_priority(story: Story) -> None:
    paid_project(story.alliance)
    figures = compute_figures(story.alliance, period(2025))
    assert sum(D(one["amount"]) for one in figures.by_priority) == figures.paid_to_projects
    assert figures.paid_to_projects == D(10000)
    assert figures.by_priority[0]["title"]


def test_the_part_of_a_priority_opens_its_rows(client: Client, story: Story) -> None:
    paid_project(story.alliance)
    figures = compute_figures(story.alliance, period(2025))
    (part,) = figures.by_priority
    address = story.alliance.url("report_figure", "2025-2026", "paid_to_projects")
    client.force_login(story.partner)
    rows = client.get(f"{address}?priorite={part['lineage']}")
    assert part["title"] in rows.text and "10\u00a0000,00\u00a0$" in rows.text
    assert client.get(f"{address}?priorite={part['lineage']}&format=csv").content.count(b"\n") == 2
    none = client.get(f"{address}?priorite=aucune")
    assert "Aucune ligne pour cet exercice." in none.text and "Sans priorité" in none.text
    assert client.get(f"{address}?priorite=autre").status_code == 404
    received = story.alliance.url("report_figure", "2025-2026", "received")
    assert client.get(f"{received}?priorite=aucune").status_code == 404


# --- What the database holds, past the service


def freeze(report: AnnualReport, **changes: Any) -> None:
    figures = compute_figures(report.alliance, report.period).frozen() | changes
    AnnualReport.objects.filter(pk=report.pk).update(
        state="submitted",
        figures=figures,
        submitted_at=clock.now(),
        submitted_by=User.objects.portal(),
    )


def refused_by(rule: str, report: AnnualReport, **changes: Any) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        freeze(report, **changes)
    assert refused.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]


def test_the_database_wants_a_difference_explained(story: Story) -> None:
    report = declare(story.written(), story, "300.00", " ")
    refused_by("report_statement_balances", report)
    freeze(declare(report, story, "250.00"))


def test_the_database_wants_a_whole_statement(story: Story) -> None:
    report = declare(story.written(), story, None)
    refused_by("report_statement_whole", report)
    report = declare(report, story, "250.00")
    FinancialLine.objects.filter(report=report, category="mobilisation").delete()
    refused_by("report_statement_whole", report)


@pytest.mark.parametrize("key", ["opening_balance", "received", "paid_to_projects"])
def test_the_database_reads_what_the_portal_knows_by_itself(story: Story, key: str) -> None:
    refused_by("report_statement_known", story.written(), **{key: "1.00"})


def test_the_database_adds_the_priorities_up(story: Story) -> None:
    other = [{"lineage": "", "title": "", "amount": "1.00"}]
    refused_by("report_statement_known", story.written(), by_priority=other)


def test_the_database_agrees_with_the_figures_of_a_year_with_money(story: Story) -> None:
    paid_project(story.alliance)
    story.period = period(2025)
    report = story.submitted()
    assert report.figures["paid_to_projects"] == "10000.00"


def test_the_known_money_of_another_territory_is_not_told(story: Story) -> None:
    report = story.written()
    stranger = Story("estrie").direction
    with acting_as(stranger), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM reporting_known_money(%s)", [report.pk])
        assert cursor.fetchall() == []


# --- The pages


def test_the_table_sees_what_remains_and_what_to_explain(client: Client, story: Story) -> None:
    declare(story.written(), story, "300.00")
    client.force_login(story.coordination)
    page = client.get(story.alliance.url("report", str(story.period)))
    assert "L’état financier ne balance pas." in page.text
    assert "L’explication de l’écart de 50,00\u00a0$" in page.text
    for key in ("opening_balance", "received", "paid_to_projects"):
        assert story.alliance.url("report_figure", "2024-2025", key) in page.text
    rows = client.get(story.alliance.url("report_figure", "2024-2025", "opening_balance"))
    assert "Aucune ligne pour cet exercice." in rows.text


def test_home_counts_the_explanation_that_lacks(client: Client, story: Story) -> None:
    report = declare(story.written(), story, "300.00")
    titles = {one.title: one.progress for one in todo(story.direction)}
    assert titles["Terminer la reddition 2024-2025"] == (5, 6)
    declare(report, story, "250.00")
    assert "Transmettre la reddition 2024-2025" in {one.title for one in todo(story.direction)}


def test_the_database_counts_what_the_selectors_count(story: Story) -> None:
    paid_project(story.alliance)
    story.period = period(2025)
    report = story.written()
    known, figures = (
        known_money([report.pk])[report.pk],
        compute_figures(story.alliance, story.period),
    )
    for key in ("opening_balance", "received", "paid_to_projects"):
        assert getattr(known, key) == getattr(figures, key)


def test_the_pdf_freezes_the_statement(story: Story) -> None:
    document = story.accepted().document
    assert document is not None
    table = document.data["tables"][0]
    assert table["title"] == "État financier"
    assert ["= Solde de fermeture calculé", "\u221279\u00a0750,00\u00a0$"] in table["rows"]
    assert "La Table a avancé ces frais." in table["note"]
