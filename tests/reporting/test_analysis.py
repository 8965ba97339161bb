"""The analysis of a report: anomalies, checklist, the part held back, the return to the DGSQ."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as
from alliances.models import JournalEntry, Notification, User
from fqis.models import Versement
from plans.models import Priority
from reporting.models import AnnualReport, Anomaly, ReportingPeriod, ReviewEntry
from reporting.selectors.anomalies import anomalies_of, entries_of, find_anomalies
from reporting.selectors.figures import Figures, compute_figures
from reporting.selectors.reviews import Variance, compare
from reporting.services.analysis import save_analysis
from reporting.services.reports import (
    LineEntry,
    accept_report,
    hand_back_report,
    recommend_report,
    return_report,
    save_report,
    submit_report,
)
from tests.factories import person
from tests.fqis.factories import plan_in_force, project_in
from tests.reporting.factories import OTHERS, Story, period, seen
from tests.reporting.test_figures import WINTER

pytestmark = pytest.mark.django_db
D, Rule, State = Decimal, Anomaly.Rule, AnnualReport.State


@pytest.fixture
def story() -> Story:
    return Story()


def later(hours: int = 1) -> Any:
    return clock.at(datetime(2026, 11, 23, 15, tzinfo=UTC) + timedelta(hours=hours))


# --- What the rules find


def rules(report: AnnualReport, last: AnnualReport | None = None, **figures: Any) -> set[str]:
    return {rule for rule, _found in find_anomalies(report, Figures(**figures), last)}


def test_the_rules_find_what_they_name(story: Story) -> None:
    report = story.written()
    assert rules(report) == {Rule.UNBALANCED, Rule.NO_PROJECT}
    assert rules(report, received=D("79750.00"), projects_supported=1) == set()
    assert rules(report, received=D("79750.00"), projects_supported=1, projects_orphan=2) == {
        Rule.ORPHANS
    }
    assert rules(report, received=D("79750.00"), projects_supported=1, projects_late=1) == {
        Rule.LATE_RESULTS
    }


@pytest.mark.parametrize(
    ("before", "now", "halved"),
    [(500, 599, True), (500, 600, False), (0, 0, False), (500, 0, True)],
)
def test_people_fall_by_half_month_for_month(
    story: Story, before: int, now: int, halved: bool
) -> None:
    last = story.submitted()
    last.figures = Figures(people_reached=before).frozen()
    story.period = period(2025)
    report = story.written()
    found = rules(report, last, people_reached=now)
    assert (Rule.PEOPLE_HALVED in found) is halved


def test_a_submission_keeps_its_anomalies_and_the_next_one_finds_them_again(story: Story) -> None:
    report = story.submitted()
    assert set(report.anomalies.values_list("rule", flat=True)) == {
        Rule.UNBALANCED,
        Rule.NO_PROJECT,
    }
    report = return_report(report, by=story.advisor, reason="Un écart.")
    lines = {"closing_balance": LineEntry(D("250.00")), "other_income": LineEntry(D("80000.00"))}
    save_report(report, by=story.coordination, texts={}, lines=lines, revision=report.revision)
    report = submit_report(report, by=story.direction)
    assert set(report.anomalies.values_list("rule", flat=True)) == {Rule.NO_PROJECT}


def test_orphans_and_late_results_lead_to_their_rows(
    client: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(WINTER):
        plan_in_force(story.alliance)
        project = project_in("under_way", story.alliance, amount=D("30000.00"))
    story.period = period(2025)
    report = story.submitted()
    found = {one.rule: one for one in anomalies_of(report, {})}
    assert Rule.LATE_RESULTS in found
    client.force_login(story.advisor)
    assert project.number in client.get(found[Rule.LATE_RESULTS].url).text
    rows = story.alliance.url("report_figure", "2025-2026", "projects_orphan")
    assert "Aucune ligne pour cet exercice." in client.get(rows).text
    # The plan in force at the end of the year has none of their priorities.
    none = Priority.objects.none()
    monkeypatch.setattr("reporting.selectors.indicators.priorities_in_force", lambda *_: none)
    assert project.number in client.get(rows).text
    assert compute_figures(story.alliance, story.period).projects_orphan == 1


# --- What the DGSQ answers


def test_a_recommendation_waits_for_an_answer_to_each_anomaly(story: Story) -> None:
    report = story.submitted()
    with pytest.raises(Refusal, match="2 anomalies attendent votre réponse") as refused:
        recommend_report(report, by=story.advisor, note="Oui.")
    assert len(refused.value.missing) == 2
    save_analysis(report, by=story.advisor, checks={}, seen={Rule.UNBALANCED: "Expliqué."})
    with pytest.raises(Refusal, match="1 anomalie attend votre réponse"):
        recommend_report(report, by=story.advisor, note="Oui.")
    report = recommend_report(seen(report, by=story.advisor), by=story.advisor, note="Oui.")
    assert report.state == State.RECOMMENDED


def test_an_anomaly_is_seen_with_a_word(story: Story) -> None:
    with pytest.raises(Refusal, match="Dites un mot") as refused:
        save_analysis(story.submitted(), by=story.advisor, checks={}, seen={Rule.NO_PROJECT: "  "})
    assert refused.value.field == "word_no-project"
    assert not ReviewEntry.objects.exists()


def test_the_checklist_keeps_who_and_when_and_the_last_answer(story: Story) -> None:
    report = story.submitted()
    other = person("advisor", story.alliance.territory)
    assert (
        save_analysis(report, by=story.advisor, checks={"norms": "no", "seats": ""}, seen={}) == 1
    )
    assert save_analysis(report, by=other, checks={"norms": "no"}, seen={}) == 0
    with later():
        assert save_analysis(report, by=other, checks={"norms": "yes"}, seen={}) == 1
    entry = entries_of(report)["norms"]
    assert (entry.answer, entry.said_by) == ("yes", other)
    assert ReviewEntry.objects.count() == 2


def test_answers_are_of_one_submission(story: Story) -> None:
    report = story.analysed()
    with later():
        report = return_report(report, by=story.advisor, reason="Un écart.")
        report = submit_report(report, by=story.direction)
        assert entries_of(report) == {}
        with pytest.raises(Refusal, match="anomalies attendent"):
            recommend_report(report, by=story.advisor, note="Oui.")


@pytest.mark.parametrize("who", ["coordination", "analyst"])
def test_only_the_dgsq_analyses(story: Story, who: str) -> None:
    with pytest.raises(Refusal, match="Seule la DGSQ"):
        save_analysis(story.submitted(), by=getattr(story, who), checks={"norms": "yes"}, seen={})


def test_a_recommended_report_is_analysed_no_more(story: Story) -> None:
    with pytest.raises(StaleAct, match="déjà recommandée"):
        save_analysis(story.recommended(), by=story.advisor, checks={"norms": "yes"}, seen={})


# --- A part held back


def test_a_part_is_held_back_when_the_report_is_accepted(story: Story) -> None:
    report = recommend_report(
        story.analysed(),
        by=story.advisor,
        note="Deux factures à revoir.",
        held_amount=D("85000.00"),
        held_reason="Deux factures sont comptées deux fois.",
    )
    accept_report(report, by=story.analyst)
    rest, part = Versement.objects.filter(tranche__waits_for_year=2024).order_by("pk")
    assert (rest.state, rest.amount) == (Versement.State.RECOMMENDED, OTHERS - D("85000.00"))
    assert (part.state, part.amount) == (Versement.State.HELD, D("85000.00"))
    assert part.held_reason == "Deux factures sont comptées deux fois."


@pytest.mark.parametrize(
    ("amount", "reason", "field"),
    [
        (D(0), "Motif", "held_amount"),
        (OTHERS, "Motif", "held_amount"),
        (D(10), " ", "held_reason"),
    ],
)
def test_a_part_of_nothing_of_everything_or_without_reason_is_refused(
    story: Story, amount: Decimal, reason: str, field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        recommend_report(
            story.analysed(), by=story.advisor, note="Oui.", held_amount=amount, held_reason=reason
        )
    assert refused.value.field == field


# --- Back to the DGSQ


def test_the_dgssac_gives_it_back_without_the_table_reading_why(story: Story) -> None:
    report = hand_back_report(story.recommended(), by=story.analyst, reason="Vérifiez les sièges.")
    assert (report.state, report.recommended_by, report.recommendation) == (
        State.SUBMITTED,
        None,
        "",
    )
    assert entries_of(report)["back"].word == "Vérifiez les sièges."
    told = Notification.objects.filter(recipient=story.advisor).latest("pk")
    assert "à analyser de nouveau" in told.subject
    with acting_as(story.direction):
        assert not ReviewEntry.objects.exists()
        assert not Notification.objects.filter(body__contains="sièges").exists()
        assert not JournalEntry.objects.filter(reason__contains="sièges").exists()
    # What was seen stays seen: the DGSQ may recommend again at once.
    assert recommend_report(report, by=story.advisor, note="Vérifié.").state == State.RECOMMENDED


@pytest.mark.parametrize(
    ("who", "reason", "sentence"),
    [("advisor", "Motif", "Seule l’analyse"), ("analyst", " ", "motif du retour")],
)
def test_giving_it_back_is_refused(story: Story, who: str, reason: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        hand_back_report(story.recommended(), by=getattr(story, who), reason=reason)


def test_only_a_recommended_report_is_given_back(story: Story) -> None:
    with pytest.raises(StaleAct, match="déjà transmise"):
        hand_back_report(story.submitted(), by=story.analyst, reason="Motif.")


# --- What the database holds, past the services


def refused_by(rule: str, change: Any) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        change()
    assert refused.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]


def recommended(report: AnnualReport, by: User, **more: Any) -> None:
    AnnualReport.objects.filter(pk=report.pk).update(
        state="recommended",
        recommended_at=clock.now(),
        recommended_by=by,
        recommendation="Oui.",
        **more,
    )


def test_the_database_wants_each_anomaly_answered(story: Story) -> None:
    report = story.submitted()
    with acting_as(story.advisor):
        refused_by("report_anomalies_answered", lambda: recommended(report, story.advisor))
        seen(report, by=story.advisor)
        recommended(report, story.advisor)


def test_the_database_wants_a_reason_for_what_is_held(story: Story) -> None:
    report = story.analysed()
    for more in (
        {"held_amount": 10},
        {"held_reason": "Motif"},
        {"held_amount": 0, "held_reason": "Motif"},
    ):
        refused_by(
            "report_held_part_has_reason",
            lambda one=more: recommended(report, story.advisor, **one),
        )


def test_the_database_wants_a_reason_for_a_return_to_the_dgsq(story: Story) -> None:
    row = AnnualReport.objects.filter(pk=story.recommended().pk)
    refused_by("report_handed_back_with_reason", lambda: row.update(state="submitted"))


def test_the_database_freezes_what_was_accepted_to_pay(story: Story) -> None:
    row = AnnualReport.objects.filter(pk=story.accepted().pk)
    refused_by("report_frozen", lambda: row.update(recommendation="Autre"))
    refused_by("report_frozen", lambda: row.update(held_amount=1, held_reason="Autre"))


def test_the_database_freezes_the_anomalies_of_a_submission(story: Story) -> None:
    report = story.submitted()
    rows = Anomaly.objects.filter(report=report)
    refused_by("report_frozen", lambda: rows.update(rule="orphans"))
    refused_by("report_frozen", lambda: rows.delete())
    refused_by("report_frozen", lambda: Anomaly.objects.create(report=report, rule="orphans"))


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "check", "point": "norms", "answer": "seen"},
        {"kind": "check", "point": "", "answer": "yes"},
        {"kind": "anomaly", "point": "orphans", "answer": "seen"},
        {"kind": "anomaly", "point": "orphans", "answer": "yes", "word": "Mot"},
    ],
)
def test_the_database_wants_whole_answers(story: Story, values: dict[str, str]) -> None:
    report = story.submitted()
    refused_by(
        "review_entry_is_whole",
        lambda: ReviewEntry.objects.create(report=report, said_by=story.advisor, **values),
    )


def test_the_database_takes_answers_in_their_turn_and_keeps_them(story: Story) -> None:
    report = story.written()
    tick = {"kind": "check", "point": "norms", "answer": "yes"}
    refused_by(
        "review_entry_in_turn",
        lambda: ReviewEntry.objects.create(report=report, said_by=story.advisor, **tick),
    )
    report = submit_report(report, by=story.direction)
    refused_by(
        "review_entry_in_turn",
        lambda: ReviewEntry.objects.create(
            report=report, said_by=story.analyst, kind="back", word="Motif"
        ),
    )
    entry = ReviewEntry.objects.create(report=report, said_by=story.advisor, **tick)
    rows = ReviewEntry.objects.filter(pk=entry.pk)
    for change in (lambda: rows.update(answer="no"), lambda: rows.delete()):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            change()


def test_the_table_neither_reads_nor_writes_what_the_ministry_says(story: Story) -> None:
    report = story.analysed()
    with acting_as(story.direction):
        assert not ReviewEntry.objects.exists()
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            ReviewEntry.objects.create(
                report=report, said_by=story.direction, kind="check", point="norms", answer="yes"
            )
    with acting_as(person("advisor", "estrie")):
        assert not ReviewEntry.objects.exists()
        assert not Anomaly.objects.exists()


def test_the_threshold_is_a_percentage(story: Story) -> None:
    rows = ReportingPeriod.objects.filter(pk=story.period.pk)
    for wrong in (0, 101):
        refused_by(
            "period_threshold_in_range", lambda wrong=wrong: rows.update(variance_threshold=wrong)
        )


# --- The comparison


def test_the_threshold_of_the_period_says_what_to_explain(story: Story) -> None:
    story.submitted()
    story.period = period(2025)
    report = story.written()
    last = AnnualReport.objects.get(period__fiscal_year=2024)
    report.period.variance_threshold = 60
    found = {row.label: row for row in compare(report, last).rows}
    # The same 61 250 $ in 12 months as in 5 is 58.3 % less by month.
    assert not found["Coordination et mobilisation"].is_outside
    report.period.variance_threshold = 50
    found = {row.label: row for row in compare(report, last).rows}
    assert found["Coordination et mobilisation"].is_outside
    assert found["Reçu du FQIS"].percent == "s. o."
    assert found["Solde de fermeture"].percent == "s. o."


def test_what_stands_on_a_day_is_not_divided_by_months(story: Story) -> None:
    closing = {"closing_balance": LineEntry(D(100), "Écart.")}
    for year in (2024, 2025):
        story.period = period(year)
        report = story.written()
        save_report(report, by=story.coordination, texts={}, lines=closing, revision=1)
        report = submit_report(report, by=story.direction)
    last = AnnualReport.objects.get(period__fiscal_year=2024)
    found = {row.label: row for row in compare(report, last).rows}
    assert found["Solde de fermeture"].percent == "+0,0\u00a0%"


def test_a_variance_of_nothing_is_no_percentage() -> None:
    assert Variance("Poste", 0, 10, None).percent == "s. o."
