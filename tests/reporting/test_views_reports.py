"""The pages of a report, as each person sees and uses them."""

from decimal import Decimal

import pytest
from django.test import Client

from alliances.models import User
from alliances.money import format_plain
from reporting.models import AnnualReport
from reporting.services.reports import LineEntry, save_report, submit_report
from tests.factories import person
from tests.reporting.factories import Story

pytestmark = pytest.mark.django_db
State = AnnualReport.State
TYPED = {
    "achievements": "Trente-quatre projets.",
    "participation": "Trois sièges.",
    "administration": "18 500,00",
    "administration_note": "Un poste partagé.",
    "mobilisation": "61 250",
    "closing_balance": "0",
    "closing_balance_note": "La Table a avancé ces frais.",
}


@pytest.fixture
def story() -> Story:
    return Story()


def as_(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def page(story: Story, name: str = "report") -> str:
    return story.alliance.url(name, str(story.period))


def test_the_list_shows_each_year_and_its_state(client: Client, story: Story) -> None:
    story.submitted()
    answer = as_(client, story.coordination).get(story.alliance.url("reports"))
    assert answer.status_code == 200
    assert "2024-2025" in answer.text and "Transmise" in answer.text
    assert "En retard" in answer.text  # 2025-2026 was due on 30 June
    assert "À venir" in answer.text  # 2026-2027 is not over


def test_the_table_starts_writes_and_submits(client: Client, story: Story) -> None:
    as_(client, story.direction)
    assert "Commencer la reddition" in client.get(page(story)).text
    client.post(page(story, "report_open"))
    answer = client.post(
        page(story, "report_save"), {**TYPED, "revision": 0, "then": "submit"}, follow=True
    )
    assert "Reddition 2024-2025 transmise. La DGSQ est avertie" in answer.text
    assert AnnualReport.objects.get().state == State.SUBMITTED


def test_an_incomplete_report_lists_what_is_missing_and_loses_nothing(
    client: Client, story: Story
) -> None:
    story.draft()
    answer = as_(client, story.direction).post(
        page(story, "report_save"),
        {"achievements": "Trente-quatre projets.", "revision": 0, "then": "submit"},
    )
    assert answer.status_code == 422
    assert f"{page(story)}#id_participation" in answer.text
    assert "Trente-quatre projets." in answer.text
    assert AnnualReport.objects.get().achievements == "Trente-quatre projets."


@pytest.mark.parametrize("typed", ["12,345.6", "-5", "1e9"])
def test_a_doubtful_amount_is_refused_under_its_field(
    client: Client, story: Story, typed: str
) -> None:
    story.draft()
    answer = as_(client, story.coordination).post(
        page(story, "report_save"), {**TYPED, "administration": typed, "revision": 0}
    )
    assert answer.status_code == 422
    assert "Entrez un montant en dollars, par exemple 1 234,56." in answer.text
    assert "Trente-quatre projets." in answer.text


def test_autosave_keeps_one_field_and_gives_the_next_revision(client: Client, story: Story) -> None:
    report = story.written()
    answer = as_(client, story.coordination).post(
        page(story, "report_save"),
        {"revision": 1, "mobilisation": "70 000", "autosave_fields": "mobilisation"},
        headers={"X-Autosave": "1"},
    )
    assert answer.json() == {"fields": {"revision": 2}, "at": "10\u00a0h\u00a000"}
    report.refresh_from_db(fields=["achievements"])
    line = report.lines.get(category="administration")
    assert (str(line.amount), line.note) == ("18500.00", "Un poste partagé.")
    assert str(report.lines.get(category="mobilisation").amount) == "70000.00"


def test_autosave_says_that_somebody_else_saved(client: Client, story: Story) -> None:
    story.written()
    answer = as_(client, story.direction).post(
        page(story, "report_save"),
        {"revision": 0, "achievements": "Autre", "autosave_fields": "achievements"},
        headers={"X-Autosave": "1"},
    )
    assert answer.status_code == 409
    assert str(story.coordination) in answer.json()["message"]


def test_two_writers_see_both_texts(client: Client, story: Story) -> None:
    report = story.written()
    answer = as_(client, story.direction).post(
        page(story, "report_save"), {**TYPED, "achievements": "Le texte du second", "revision": 0}
    )
    assert answer.status_code == 409
    assert "Le texte du second" in answer.text
    assert "Trente-quatre projets soutenus." in answer.text
    answer = client.post(
        page(story, "report_save"), {**TYPED, "achievements": "Le texte du second", "revision": 1}
    )
    assert answer.status_code == 302
    saved = AnnualReport.objects.get(pk=report.pk)
    assert saved.achievements == "Le texte du second"


def test_what_the_second_writer_left_alone_stays_as_the_first_saved_it(
    client: Client, story: Story
) -> None:
    story.written()
    as_(client, story.direction)
    form = client.get(page(story)).context["form"]
    opened = {name: form.initial.get(name) or "" for name in form.fields}
    report = AnnualReport.objects.get()
    save_report(
        report,
        by=story.coordination,
        texts={"difficulties": "Le premier écrit ici."},
        lines={"mobilisation": LineEntry(Decimal("70000.00"))},
        revision=1,
    )
    opened |= {"administration": "18 500,00", "mobilisation": "61 250,00"}
    opened["achievements"] = "Le second écrit là."
    answer = client.post(page(story, "report_save"), opened)
    assert [field.name for field, _saved in answer.context["pairs"]] == ["achievements"]
    kept = {field.name: field.value() for field in answer.context["same"]}
    sent = {name: "" if value is None else value for name, value in kept.items()}
    sent["mobilisation"] = format_plain(kept["mobilisation"])
    sent["administration"] = format_plain(kept["administration"])
    answer = client.post(page(story, "report_save"), sent | {"achievements": "Les deux."})
    assert answer.status_code == 302
    report.refresh_from_db(fields=["achievements", "difficulties"])
    assert (report.achievements, report.difficulties) == ("Les deux.", "Le premier écrit ici.")
    assert report.lines.get(category="mobilisation").amount == Decimal("70000.00")


def test_the_partner_reads_and_cannot_write(client: Client, story: Story) -> None:
    story.written()
    as_(client, story.partner)
    answer = client.get(page(story))
    assert "Trente-quatre projets soutenus." in answer.text
    assert "id_achievements" not in answer.text
    assert client.post(page(story, "report_save"), TYPED).status_code == 403


def test_the_coordination_does_not_submit(client: Client, story: Story) -> None:
    story.written()
    as_(client, story.coordination)
    assert "Transmettre à la DGSQ" not in client.get(page(story)).text
    assert client.post(page(story, "report_submit")).status_code == 403


def test_another_territory_sees_nothing(client: Client, story: Story) -> None:
    story.written()
    as_(client, person("direction", "estrie"))
    assert client.get(page(story)).status_code == 404
    assert client.get(page(story, "report_review")).status_code == 404
    assert client.post(page(story, "report_save"), TYPED).status_code == 404


@pytest.mark.parametrize("year", ["2024", "2024-2026", "abc", "2001-2002"])
def test_a_year_that_does_not_exist_is_not_found(client: Client, story: Story, year: str) -> None:
    answer = as_(client, story.coordination).get(story.alliance.url("report", year))
    assert answer.status_code == 404


def test_the_adviser_compares_then_recommends(client: Client, story: Story) -> None:
    story.analysed()
    as_(client, story.advisor)
    answer = client.get(page(story, "report_review"))
    assert "1\u00a0246\u00a0420,50\u00a0$" in answer.text
    assert "Recommander le versement" in answer.text
    answer = client.post(
        page(story, "report_review"), {"decision": "recommend", "reason": "Tout suit."}, follow=True
    )
    assert "recommandée. La DGSSAC est avertie" in answer.text


def test_the_adviser_must_say_why(client: Client, story: Story) -> None:
    story.submitted()
    as_(client, story.advisor)
    answer = client.post(page(story, "report_review"), {"decision": "return", "reason": ""})
    assert answer.status_code == 422
    assert "Écrivez le motif du retour" in answer.text
    answer = client.post(page(story, "report_review"), {"reason": "Motif."})
    assert "Choisissez votre décision." in answer.text


def test_an_adviser_who_comes_late_is_refused_in_words(client: Client, story: Story) -> None:
    story.recommended()
    answer = as_(client, person("advisor", "mauricie")).post(
        page(story, "report_review"), {"decision": "return", "reason": "Trop tard."}
    )
    assert answer.status_code == 422
    assert f"{story.advisor} l’a déjà recommandée le" in answer.text


def test_the_analyst_accepts(client: Client, story: Story) -> None:
    story.recommended()
    as_(client, story.analyst)
    assert "Les dépenses suivent." in client.get(page(story, "report_review")).text
    answer = client.post(page(story, "report_review"), {"decision": "accept"}, follow=True)
    assert "acceptée. La Table et la DGSQ sont averties" in answer.text
    assert AnnualReport.objects.get().state == State.ACCEPTED


def test_the_table_does_not_review(client: Client, story: Story) -> None:
    story.submitted()
    answer = as_(client, story.direction).get(page(story, "report_review"))
    assert answer.status_code == 403


def test_the_comparison_is_of_monthly_averages(client: Client) -> None:
    story = Story(year=2024)
    last = story.accepted()
    assert last.period.months == 5
    story.period = type(last.period).objects.get(fiscal_year=2025)
    report = story.written()
    line = {"mobilisation": LineEntry(report.lines.get(category="mobilisation").amount)}
    save_report(report, by=story.coordination, texts={}, lines=line, revision=1)
    submit_report(report, by=story.direction)
    answer = as_(client, story.advisor).get(page(story, "report_review"))
    # The same 61 250 $ in 12 months as in 5 is 58.3 % less by month.
    assert "−58,3\u00a0%" in answer.text
    assert "À expliquer" in answer.text


def test_the_queue_filters_and_exports_the_same_rows(client: Client, story: Story) -> None:
    story.submitted()
    as_(client, story.analyst)
    address = "/redditions/?exercice=2024-2025&etat="
    assert "Mauricie" in client.get(address + "submitted").text
    assert "Aucune reddition" in client.get(address + "accepted").text
    sheet = client.get(address + "submitted&format=csv").content.decode("utf-8-sig")
    assert "Mauricie;2024-2025;À analyser" in sheet
    assert client.get(address + "accepted&format=csv").content.decode("utf-8-sig").count("\n") == 1
    assert client.get(address + "submitted&format=xlsx").content.startswith(b"PK")
