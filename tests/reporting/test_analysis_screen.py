"""The screen of the analysis: all in one page, ticked and decided in one act."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reporting.models import ReviewEntry
from reporting.services.analysis import save_analysis
from tests.reporting.factories import Story
from tests.reporting.test_analysis import later

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return Story()


def screen(story: Story) -> str:
    return story.alliance.url("report_review", str(story.period))


def test_one_screen_holds_the_whole_analysis(client: Client, story: Story) -> None:
    story.submitted()
    client.force_login(story.advisor)
    page = client.get(screen(story)).text
    for words in (
        "L’état financier ne balance pas",
        "Des dépenses et aucun projet soutenu",
        "Solde de fermeture calculé",
        "Liste de vérification",
        "0 point sur 6",
        "Il n’y a pas encore d’année à comparer.",
        "s. o.",
    ):
        assert words in page
    assert story.alliance.url("report_figure", "2024-2025", "projects_supported") in page


def test_the_adviser_ticks_then_comes_back(client: Client, story: Story) -> None:
    story.submitted()
    client.force_login(story.advisor)
    typed = {"check_norms": "no", "seen_no-project": "on", "word_no-project": "Plan non approuvé."}
    page = client.post(screen(story), typed | {"then": "save"}, follow=True)
    assert "Votre analyse est enregistrée." in page.text
    assert "1 point sur 6" in page.text
    assert "1 point est à" in page.text
    assert "Plan non approuvé." in page.text
    assert str(story.advisor) in page.text


def test_a_refused_recommendation_says_why_and_keeps_what_was_ticked(
    client: Client, story: Story
) -> None:
    story.submitted()
    client.force_login(story.advisor)
    page = client.post(
        screen(story),
        {"decision": "recommend", "reason": "Oui.", "check_norms": "yes", "then": "decide"},
    )
    assert page.status_code == 422
    assert "2 anomalies attendent votre réponse" in page.text
    assert ReviewEntry.objects.filter(point="norms", answer="yes").exists()


def test_a_tick_without_a_word_is_refused_under_its_field(client: Client, story: Story) -> None:
    story.submitted()
    client.force_login(story.advisor)
    page = client.post(screen(story), {"seen_unbalanced": "on", "then": "save"})
    assert page.status_code == 422
    assert "Dites un mot de ce que vous avez vu." in page.text


def test_the_adviser_holds_a_part_in_one_act(client: Client, story: Story) -> None:
    story.submitted()
    client.force_login(story.advisor)
    typed = {
        "decision": "hold",
        "reason": "Deux factures à revoir.",
        "seen_unbalanced": "on",
        "word_unbalanced": "Expliqué.",
        "seen_no-project": "on",
        "word_no-project": "Plan non approuvé.",
        "then": "decide",
    }
    page = client.post(screen(story), typed)
    assert "Retenez une partie au-dessus de zéro" in page.text
    typed |= {"held_amount": "85 000,00", "held_reason": "Comptées deux fois."}
    page = client.post(screen(story), typed, follow=True)
    assert "recommandée. La DGSSAC est avertie" in page.text
    client.force_login(story.analyst)
    page = client.get(screen(story)).text
    assert "85\u00a0000,00\u00a0$" in page and "Comptées deux fois." in page
    assert "Plan non approuvé." in page


def test_the_analyst_gives_it_back_and_the_adviser_reads_why(client: Client, story: Story) -> None:
    story.recommended()
    client.force_login(story.analyst)
    page = client.post(screen(story), {"decision": "back", "reason": ""})
    assert page.status_code == 422
    page = client.post(screen(story), {"decision": "back", "reason": "Revoyez."}, follow=True)
    assert "rendue à la DGSQ" in page.text
    client.force_login(story.direction)
    page = client.get(story.alliance.url("report", str(story.period))).text
    assert "Revoyez." not in page and "Expliqué par la Table." not in page
    assert "Transmise" in page
    client.force_login(story.advisor)
    assert "Revoyez." in client.get(screen(story)).text


def test_the_screen_costs_the_same_whatever_was_said(client: Client, story: Story) -> None:
    report = story.submitted()
    client.force_login(story.advisor)

    def queries() -> int:
        client.get(screen(story))
        with CaptureQueriesContext(connection) as seen_queries:
            assert client.get(screen(story)).status_code == 200
        return len(seen_queries)

    few = queries()
    for hour in range(1, 11):
        with later(hour):
            answer = "yes" if hour % 2 else "no"
            save_analysis(report, by=story.advisor, checks={"norms": answer}, seen={})
    assert ReviewEntry.objects.count() == 10
    assert queries() == few
