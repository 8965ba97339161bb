"""The line of an annual report: each act, each refusal, each rule the database holds."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from alliances.errors import Refusal, StaleAct
from alliances.models import Document, JournalEntry, Milestone, Notification
from fqis.models import Versement
from reporting.models import AnnualReport, FinancialLine
from reporting.services.reports import (
    LineEntry,
    StaleText,
    accept_report,
    open_report,
    recommend_report,
    return_report,
    save_report,
    submit_report,
)
from tests.factories import AllianceFactory, person
from tests.reporting.factories import LINES, TEXTS, Story, period

pytestmark = pytest.mark.django_db
State = AnnualReport.State


@pytest.fixture
def story() -> Story:
    return Story()


# --- Open


def test_open_gives_a_draft_and_the_same_one_the_second_time(story: Story) -> None:
    report = story.draft()
    assert report.state == State.DRAFT
    assert open_report(story.alliance, story.period, by=story.direction) == report
    assert JournalEntry.objects.filter(verb="open_report").count() == 1


def test_open_refuses_a_year_that_is_not_over(story: Story) -> None:
    with pytest.raises(Refusal, match="La reddition 2028-2029 ouvre le 1er"):
        open_report(story.alliance, period(2028), by=story.coordination)


def test_open_refuses_an_alliance_without_a_signed_convention() -> None:
    alliance = AllianceFactory("estrie")
    with pytest.raises(Refusal, match="attend la signature de la convention"):
        open_report(alliance, period(), by=person("coordination", "estrie"))


def test_open_refuses_somebody_who_only_reads(story: Story) -> None:
    with pytest.raises(Refusal, match="Seule la Table écrit"):
        open_report(story.alliance, story.period, by=story.partner)


# --- Save


def test_save_keeps_what_is_given_and_leaves_the_rest(story: Story) -> None:
    report = story.written()
    report = save_report(
        report, by=story.direction, texts={"difficulties": " Aucune. "}, lines={}, revision=1
    )
    assert report.achievements == TEXTS["achievements"]
    assert report.difficulties == "Aucune."
    assert (report.revision, report.updated_by) == (2, story.direction)
    assert report.lines.get(category="mobilisation").amount == Decimal("61250.00")


def test_save_removes_an_amount_that_was_emptied(story: Story) -> None:
    report = story.written()
    save_report(
        report, by=story.coordination, texts={}, lines={"mobilisation": LineEntry(None)}, revision=1
    )
    assert not report.lines.filter(category="mobilisation").exists()


def test_save_tells_the_second_writer_who_saved_and_keeps_both_texts(story: Story) -> None:
    report = story.written()
    with pytest.raises(StaleText, match="Rien n’est perdu") as refused:
        save_report(
            report, by=story.direction, texts={"achievements": "Autre"}, lines={}, revision=0
        )
    assert str(story.coordination) in str(refused.value)
    assert refused.value.report.achievements == TEXTS["achievements"]


def test_save_refuses_a_submitted_report(story: Story) -> None:
    report = story.submitted()
    with pytest.raises(StaleAct, match="l’a déjà transmise le"):
        save_report(report, by=story.coordination, texts={}, lines={}, revision=1)


# --- Submit


def test_submit_freezes_the_figures_and_tells_the_adviser(story: Story) -> None:
    report = story.submitted()
    assert report.state == State.SUBMITTED
    assert report.figures["received"] == "0.00"
    assert Notification.objects.get(recipient=story.advisor).url == report.get_absolute_url()
    assert "a transmis la reddition 2024-2025" in JournalEntry.objects.latest("pk").summary


def test_submit_lists_what_is_missing_with_links(story: Story) -> None:
    report = story.draft()
    with pytest.raises(Refusal) as refused:
        submit_report(report, by=story.direction)
    assert [missing.url.split("#")[1] for missing in refused.value.missing] == [
        "id_achievements",
        "id_participation",
        "id_administration",
        "id_mobilisation",
        "id_closing_balance",
    ]
    report.refresh_from_db(fields=["submitted_at"])
    assert report.submitted_at is None


def test_submit_refuses_the_coordination(story: Story) -> None:
    with pytest.raises(Refusal, match="Seule la direction"):
        submit_report(story.written(), by=story.coordination)


def test_submit_twice_tells_who_did_it(story: Story) -> None:
    report = story.submitted()
    with pytest.raises(StaleAct, match=f"{story.direction} l’a déjà transmise"):
        submit_report(report, by=story.direction)


# --- Return


def test_return_needs_a_reason_and_gives_the_report_back(story: Story) -> None:
    report = story.submitted()
    with pytest.raises(Refusal, match="motif du retour") as refused:
        return_report(report, by=story.advisor, reason="  ")
    assert refused.value.field == "reason"
    report = return_report(report, by=story.advisor, reason="Un écart à expliquer.")
    assert (report.state, report.return_reason) == (State.RETURNED, "Un écart à expliquer.")
    assert Notification.objects.filter(recipient=story.coordination).exists()
    assert submit_report(report, by=story.direction).state == State.SUBMITTED


def test_return_of_a_recommended_report_is_the_analysts(story: Story) -> None:
    report = story.recommended()
    with pytest.raises(StaleAct, match=f"{story.advisor} l’a déjà recommandée"):
        return_report(report, by=story.advisor, reason="Trop tard.")
    assert return_report(report, by=story.analyst, reason="Une pièce manque.").is_writable


def test_return_of_a_submitted_report_is_the_advisers(story: Story) -> None:
    with pytest.raises(Refusal, match="entre les mains de la DGSQ"):
        return_report(story.submitted(), by=story.analyst, reason="Trop tôt.")


def test_return_refuses_a_draft(story: Story) -> None:
    with pytest.raises(StaleAct, match="encore un brouillon"):
        return_report(story.draft(), by=story.advisor, reason="Motif.")


# --- Recommend


def test_recommend_needs_a_note(story: Story) -> None:
    report = story.analysed()
    with pytest.raises(Refusal, match="motif de votre recommandation"):
        recommend_report(report, by=story.advisor, note="")
    report = recommend_report(report, by=story.advisor, note="Les dépenses suivent le PARC.")
    assert report.recommended_by == story.advisor
    assert Notification.objects.filter(recipient=story.analyst).exists()


def test_recommend_refuses_the_analyst(story: Story) -> None:
    with pytest.raises(Refusal, match="Seule la DGSQ"):
        recommend_report(story.submitted(), by=story.analyst, note="Oui.")


def test_of_two_advisers_the_second_is_told_who_decided(story: Story) -> None:
    report = story.submitted()
    other = person("advisor", story.alliance.territory)
    return_report(report, by=story.advisor, reason="Un écart.")
    with pytest.raises(StaleAct, match=f"{story.advisor} l’a déjà retournée le"):
        recommend_report(report, by=other, note="Tout va bien.")


# --- Accept


def test_accept_passes_the_recommendation_on_to_the_versement(story: Story) -> None:
    report = story.accepted()
    assert report.state == State.ACCEPTED
    milestone = Milestone.objects.get(kind="report_accepted")
    assert (milestone.fiscal_year, milestone.evidence) == (2024, report.document)
    versement = Versement.objects.get(tranche__waits_for_year=2024)
    assert versement.state == Versement.State.RECOMMENDED
    assert versement.recommended_by == story.advisor
    assert versement.recommended_at == report.recommended_at
    assert versement.recommendation == "Les dépenses suivent."
    untouched = Versement.objects.get(tranche__waits_for_year=2025)
    assert untouched.state == Versement.State.PLANNED


def test_accept_freezes_the_document(story: Story) -> None:
    document = story.accepted().document
    assert document is not None
    assert (document.kind, document.state) == ("annual_report", Document.State.PENDING)
    assert document.data["fiscal_year"] == "2024-2025"
    assert document.data["sections"][0]["paragraphs"] == TEXTS["achievements"].split("\n")
    assert document.data["recommended"]["note"] == "Les dépenses suivent."
    assert {"label": "Projets soutenus", "value": "0"} in document.data["figures"]
    statement, explained = document.data["tables"]
    assert "18\u00a0500,00\u00a0$" in dict(statement["rows"]).values()
    assert "Un poste partagé." in dict(explained["rows"]).values()


def test_accept_refuses_the_adviser(story: Story) -> None:
    with pytest.raises(Refusal, match="Seule l’analyse"):
        accept_report(story.recommended(), by=story.advisor)


def test_accept_refuses_the_person_who_recommended(story: Story) -> None:
    both = person("advisor", story.alliance.territory)
    analyst = person("analyst")
    both.groups.add(*analyst.groups.all())
    report = recommend_report(story.analysed(), by=both, note="Oui.")
    with pytest.raises(Refusal, match="Une autre personne doit accepter"):
        accept_report(report, by=both)


def test_accept_twice_tells_who_did_it(story: Story) -> None:
    report = story.accepted()
    with pytest.raises(StaleAct, match=f"{story.analyst} l’a déjà acceptée"):
        accept_report(report, by=person("analyst"))


# --- What the database holds, past the services


def refused_by(rule: str, change: object) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        change()  # type: ignore[operator]


def test_the_database_freezes_a_submitted_report(story: Story) -> None:
    row = AnnualReport.objects.filter(pk=story.submitted().pk)
    refused_by("ne change plus", lambda: row.update(achievements="Autre"))
    refused_by("ne change plus", lambda: row.update(figures={"received": "1.00"}))


def test_the_database_freezes_the_lines_of_a_submitted_report(story: Story) -> None:
    report = story.submitted()
    lines = FinancialLine.objects.filter(report=report)
    refused_by("ne change plus", lambda: lines.update(amount=1))
    refused_by("ne change plus", lambda: lines.delete())
    refused_by(
        "ne change plus",
        lambda: FinancialLine.objects.create(report=report, category="other_income", amount=1),
    )


def test_the_database_keeps_an_accepted_report_accepted(story: Story) -> None:
    row = AnnualReport.objects.filter(pk=story.accepted().pk)
    refused_by(
        "ne change plus",
        lambda: row.update(state="recommended", accepted_at=None, accepted_by=None),
    )


def test_the_database_wants_two_persons(story: Story) -> None:
    report = story.recommended()
    row = AnnualReport.objects.filter(pk=report.pk)
    refused_by(
        "report_two_persons",
        lambda: row.update(
            state="accepted", accepted_at=report.recommended_at, accepted_by=story.advisor
        ),
    )


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("report_submitted_first", {"state": "submitted"}),
        ("report_return_has_reason", {"state": "returned"}),
        ("report_recommended_first", {"state": "recommended"}),
        ("report_accepted_has_author", {"state": "accepted"}),
        ("report_submitted_at_and_by", {"submitted_at": "2026-01-01T00:00Z"}),
        ("report_updated_at_and_by", {"updated_at": None}),
    ],
)
def test_the_database_ties_each_state_to_its_act(
    story: Story, rule: str, change: dict[str, object]
) -> None:
    row = AnnualReport.objects.filter(pk=story.written().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(**change)


def test_the_database_has_one_report_a_year_and_one_line_a_category(story: Story) -> None:
    report = story.written()
    refused_by(
        "report_once_a_year",
        lambda: AnnualReport.objects.create(
            alliance=story.alliance, period=story.period, created_by=story.direction
        ),
    )
    refused_by(
        "financial_line_once",
        lambda: FinancialLine.objects.create(report=report, category="mobilisation", amount=1),
    )
    refused_by(
        "financial_line_not_negative",
        lambda: FinancialLine.objects.filter(report=report).update(amount=-1),
    )


def test_the_database_keeps_what_was_submitted(story: Story) -> None:
    report = story.submitted()
    delete = "DELETE FROM reporting_annualreport WHERE id = %s"
    with (
        pytest.raises(ProgrammingError, match="Cannot delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(delete, [report.pk])


def test_lines_are_those_of_the_story(story: Story) -> None:
    assert set(LINES) == {line.category for line in story.written().lines.all()}
