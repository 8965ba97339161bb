"""The documents of an accepted report: made by the worker, each with its fingerprint."""

import hashlib
import json
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from alliances.models import Document
from alliances.tasks import render_document
from reporting.models import AnnualReport
from reporting.selectors.reports import documents_of
from reporting.services.reports import LineEntry, accept_report, recommend_report, save_report
from reporting.services.reports import submit_report as submit
from tests.factories import person
from tests.reporting.factories import Story, seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return Story()


def accepted(story: Story) -> AnnualReport:
    """With a text and a note that a spreadsheet would run."""
    report = story.written()
    report = save_report(
        report,
        by=story.coordination,
        texts={"difficulties": "=HYPERLINK(1)"},
        lines={"other_income": LineEntry(Decimal("80000.00"), "+1")},
        revision=report.revision,
    )
    report = seen(submit(report, by=story.direction), by=story.advisor)
    report = recommend_report(report, by=story.advisor, note="Tout suit.")
    return accept_report(report, by=story.analyst)


def made(report: AnnualReport, kind: str) -> Document:
    document = Document.objects.get(kind=kind, subject_id=report.pk)
    assert render_document(document.pk) == "rendered"
    document.refresh_from_db()
    return document


def test_acceptance_freezes_three_documents_that_the_worker_makes(story: Story) -> None:
    report = accepted(story)
    assert [one.kind for one in documents_of(report)] == [
        "annual_report",
        "annual_report_xlsx",
        "annual_report_json",
    ]
    assert {one.state for one in documents_of(report)} == {Document.State.PENDING}
    for one in documents_of(report):
        document = made(report, one.kind)
        content = document.file.read()
        assert document.sha256 == hashlib.sha256(content).hexdigest()
        assert render_document(document.pk) == "nothing to do"


def test_the_json_says_the_whole_report(story: Story) -> None:
    report = accepted(story)
    data = json.loads(made(report, "annual_report_json").file.read())
    amounts = {row["key"]: row["amount"] for row in data["statement"]}
    assert amounts["computed_balance"] == "250.00"
    assert amounts["difference"] == "-250.00"
    assert data["frozen_figures"] == report.figures
    assert data["fiscal_year"] == "2024-2025"
    assert data["acts"][2] == {"act": "accepted", "by": str(story.analyst), "on": "2026-11-23"}
    # Nothing of what the ministry keeps to itself.
    assert "Expliqué par la Table." not in json.dumps(data, ensure_ascii=False)


def test_the_sheets_are_numbers_and_run_nothing(story: Story) -> None:
    document = made(accepted(story), "annual_report_xlsx")
    book = load_workbook(BytesIO(document.file.read()))
    assert book.sheetnames == ["statement", "by_priority", "figures", "lines", "texts", "acts"]
    statement = dict(book["statement"].iter_rows(min_row=2, values_only=True))
    assert statement["Solde de fermeture calculé"] == 250
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert "'=HYPERLINK(1)" in {cell.value for cell in cells}


def test_the_page_lists_them(client: Client, story: Story) -> None:
    report = accepted(story)
    client.force_login(story.coordination)
    page = client.get(report.get_absolute_url()).text
    assert page.count("en préparation") == 3
    document = made(report, "annual_report_json")
    page = client.get(report.get_absolute_url()).text
    assert "JSON, " in page and document.sha256[:8] in page
    answer = client.get(f"/documents/{document.pk}/")
    assert answer["Content-Type"] == "application/json"
    client.force_login(person("direction", "estrie"))
    assert client.get(f"/documents/{document.pk}/").status_code == 404
