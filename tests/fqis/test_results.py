"""The results of a year: four states for each figure, the link, the acceptance."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.fiscal import FiscalYear
from alliances.models import Document, Notification
from fqis import services
from fqis.models import Project, ProjectResult, ResultPhoto, ResultRequest, ResultTarget
from fqis.selectors import project_figures
from fqis.selectors.project_results import lines_of_year, targets_asked, without_results
from fqis.services.result_links import link_of
from fqis.tasks import send_result_requests
from tests.factories import person

from .factories import planned_alliance, project_in
from .follow_up import coordination, photo_file, planned_with_indicator
from .pages import count, text
from .test_rules import broken

pytestmark = pytest.mark.django_db
YEAR = FiscalYear(2026)


def told(project: Project, **figures: Any) -> ProjectResult:
    return services.record_result(project, by=coordination(), fiscal_year=YEAR, **figures)


def asked(project: Project | None = None) -> ResultRequest:
    project = project or project_in("under_way")
    return services.ask_result(
        project, by=coordination(), fiscal_year=YEAR, email="porteur@organisme.example"
    )


def token_of(row: ResultRequest) -> str:
    return link_of(row).rsplit("/", 2)[1]


def sent(row: ResultRequest, **figures: Any) -> ProjectResult:
    values = {"people_reached": 40, "method": "list"} | figures
    return services.submit_by_link(token_of(row), name="Lise Roy", **values)


# --- Four states


def test_a_figure_says_what_is_known_of_it() -> None:
    result = told(project_in("under_way"), people_reached=12, people_in_poverty=0)
    assert (result.people_reached_said, result.people_in_poverty_said) == ("reported", "zero")
    assert (result.carriers, result.carriers_said) == (None, "missing")
    assert result.pools_people_said == "missing"
    assert (result.state, result.accepted_at is not None) == ("accepted", True)


@pytest.mark.parametrize(
    ("figures", "field"),
    [
        ({"people_reached": None, "people_reached_said": "reported"}, "people_reached"),
        ({"people_reached": 3, "people_reached_said": "missing"}, "people_reached"),
        ({"people_reached": 3, "people_reached_said": "zero"}, "people_reached"),
        ({"people_reached": 3, "people_reached_said": "not_applicable"}, "people_reached"),
        ({"people_reached": -1}, "people_reached"),
        ({"people_reached": 3, "people_reached_said": "peut-être"}, "people_reached"),
        ({"people_in_poverty": 3}, "people_reached"),
        ({"people_reached": 3, "people_in_poverty": 4}, "people_in_poverty"),
        ({"people_reached": 3, "method": "au hasard"}, "method"),
        ({"sectors": ["inconnu"]}, "sectors"),
        ({"pools_people_said": "oui"}, "pools_people"),
        ({"testimony": "x" * 3001}, "testimony"),
        ({"targets": [services.TargetAnswer(uuid4())]}, "targets"),
    ],
)
def test_a_contradiction_is_refused(figures: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        told(project_in("under_way"), **figures)
    assert refusal.value.field == field
    assert not ProjectResult.objects.exists()


def test_a_missing_figure_is_no_zero_in_the_report() -> None:
    alliance = planned_alliance()
    known, unknown, silent = (project_in("under_way", alliance) for _ in range(3))
    told(known, people_reached=10, people_in_poverty=4)
    told(unknown, people_reached_said="missing")
    figures = project_figures(alliance, YEAR)
    assert (figures.people_reached, figures.people_in_poverty) == (10, 4)
    assert figures.results_missing == 2
    told(silent, people_reached=0)
    assert project_figures(alliance, YEAR).results_missing == 1


def test_the_indicators_of_the_plan_are_answered_one_by_one() -> None:
    project = project_in("under_way", planned_with_indicator())
    (asked_one,) = targets_asked(project, YEAR)
    lineage = asked_one.lineage
    answer = services.TargetAnswer(lineage, Decimal("38.00"), "reported", True)
    result = told(project, people_reached=40, targets=[answer])
    target = ResultTarget.objects.get(result=result)
    assert (target.name, target.target, target.is_met) == ("Repas servis", "40 repas", True)
    with pytest.raises(Refusal, match="avant de dire"):
        told(project, targets=[services.TargetAnswer(lineage, None, "missing", True)])
    broken(
        "result_target_figure",
        lambda: ResultTarget.objects.filter(pk=target.pk).update(value=None),
    )


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("project_result_people_reached", {"people_reached": 0}),
        ("project_result_people_reached", {"people_reached": None}),
        ("project_result_people_reached", {"people_reached_said": "missing"}),
        ("project_result_people_reached", {"people_reached_said": "zero"}),
        ("project_result_carriers", {"carriers": 2}),
        ("project_result_carriers", {"carriers_said": "peut-être"}),
        ("project_result_pools_money", {"pools_money_said": "oui"}),
        (
            "project_result_within_reached",
            {"people_in_poverty": 6, "people_in_poverty_said": "reported"},
        ),
        ("project_result_accepted_at_and_by", {"accepted_at": None}),
        ("project_result_submitted_by_somebody", {"state": "returned", "accepted_at": None,
                                                  "accepted_by": None}),
    ],
)  # fmt: skip
def test_the_database_holds_each_figure(rule: str, values: dict[str, Any]) -> None:
    result = told(project_in("under_way"), people_reached=5)
    broken(rule, lambda: ProjectResult.objects.filter(pk=result.pk).update(**values))


# --- The link


def test_a_carrier_saves_comes_back_sends_and_the_table_accepts() -> None:
    row = asked()
    services.save_by_link(token_of(row), people_reached=12)
    assert project_figures(row.project.alliance, YEAR).people_reached == 0
    services.save_by_link(token_of(row), people_reached=40, method="list", testimony="Merci.")
    result = sent(row)
    assert (result.state, result.submitted_name) == ("submitted", "Lise Roy")
    assert Notification.objects.filter(subject__startswith="Résultats à accepter").exists()
    assert project_figures(row.project.alliance, YEAR).people_reached == 0
    services.accept_result(result, by=coordination())
    assert project_figures(row.project.alliance, YEAR).people_reached == 40
    with pytest.raises(StaleAct, match="l’a déjà accepté"):
        services.accept_result(result, by=coordination())


def test_returned_results_open_the_link_again() -> None:
    row = asked()
    result = sent(row)
    with pytest.raises(StaleAct, match="ne sert plus"):
        services.save_by_link(token_of(row), people_reached=1)
    with pytest.raises(Refusal) as empty:
        services.return_result(result, by=coordination(), reason=" ")
    assert empty.value.field == "reason"
    services.return_result(result, by=coordination(), reason="Comptez sans doublon.")
    with pytest.raises(StaleAct, match="l’a déjà retourné"):
        services.return_result(result, by=coordination(), reason="Encore.")
    assert sent(row, people_reached=30).people_reached == 30


@pytest.mark.parametrize(
    ("figures", "field"),
    [
        ({"method": ""}, "method"),
        ({"people_reached": None}, "people_reached"),
        ({"people_reached": 5, "people_in_poverty": 6}, "people_in_poverty"),
    ],
)
def test_send_refuses_what_says_nothing(figures: dict[str, Any], field: str) -> None:
    row = asked()
    with pytest.raises(Refusal) as refusal:
        sent(row, **figures)
    assert refusal.value.field == field
    assert not ProjectResult.objects.exists()


def test_a_link_opens_one_project_and_one_year_until_it_is_closed() -> None:
    row = asked()
    former = token_of(row)
    row = services.ask_result(
        row.project, by=coordination(), fiscal_year=YEAR, email="autre@organisme.example"
    )
    with pytest.raises(StaleAct):
        services.save_by_link(former, people_reached=1)
    services.revoke_request(row, by=coordination())
    with pytest.raises(StaleAct):
        services.save_by_link(token_of(row), people_reached=1)
    with pytest.raises(StaleAct, match="l’a déjà fermé"):
        services.revoke_request(row, by=coordination())
    row = asked(row.project)
    over = clock.now() + timedelta(days=settings.RESULT_LINK_DAYS, seconds=1)
    with clock.at(over), pytest.raises(StaleAct):
        services.save_by_link(token_of(row), people_reached=1)
    with pytest.raises(StaleAct, match="n’est pas valable"):
        services.save_by_link("1.1~faux", people_reached=1)


def test_ask_refuses_results_accepted_and_a_bad_address() -> None:
    project = project_in("under_way")
    with pytest.raises(Refusal) as refusal:
        services.ask_result(project, by=coordination(), fiscal_year=YEAR, email="pas un courriel")
    assert refusal.value.field == "email"
    with pytest.raises(Refusal, match="n’est pas signée"):
        services.ask_result(
            project_in("accepted", project.alliance), by=coordination(), fiscal_year=YEAR,
            email="a@b.example",
        )  # fmt: skip
    told(project, people_reached=3)
    with pytest.raises(StaleAct, match="l’a déjà accepté"):
        asked(project)


def test_the_worker_sends_the_link_once(mailoutbox: list[Any]) -> None:
    row = asked()
    assert (send_result_requests(), send_result_requests()) == (1, 0)
    (letter,) = mailoutbox
    assert letter.to == ["porteur@organisme.example"]
    assert link_of(row) in letter.body


# --- Reminders


def test_the_late_are_reminded_in_one_act() -> None:
    spring = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("America/Montreal"))
    with clock.at(spring):
        alliance = planned_alliance()
        late, silent, done = (project_in("under_way", alliance) for _ in range(3))
        year = FiscalYear.of(clock.today())
        services.record_result(done, by=coordination(), fiscal_year=year, people_reached=4)
        with pytest.raises(Refusal, match="rien n’est en retard"):
            services.remind_late(alliance, by=coordination(), fiscal_year=year)
    assert set(without_results(alliance, year)) == {late, silent}
    assert {one.state for one in lines_of_year(alliance, year)} == {"missing", "accepted"}
    late.organisation.email = "porteur@organisme.example"
    late.organisation.save()
    reminded = services.remind_late(alliance, by=coordination(), fiscal_year=year)
    assert len(reminded.asked) == 2 and not reminded.unreachable
    services.remind_late(alliance, by=coordination(), fiscal_year=year)
    assert {row.round for row in ResultRequest.objects.all()} == {2}
    for project in (late, silent):
        services.record_result(project, by=coordination(), fiscal_year=year, people_reached=0)
    with pytest.raises(StaleAct, match="Aucun résultat"):
        services.remind_late(alliance, by=coordination(), fiscal_year=year)


# --- Photos


def test_a_photo_needs_the_consent_and_loses_what_the_camera_wrote(
    django_capture_on_commit_callbacks: Any,
) -> None:
    result = told(project_in("under_way"), people_reached=4)
    picture = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Appareil de Lise"
    Image.new("RGB", (3000, 30), "red").save(picture, "JPEG", exif=exif)
    file = SimpleUploadedFile("fete.jpg", picture.getvalue())
    with pytest.raises(Refusal) as refusal:
        services.add_photo(
            result, by=coordination(), file=file, has_consent=False, consent_note="Oui."
        )
    assert refusal.value.field == "has_consent"
    photo = services.add_photo(
        result, by=coordination(), file=file, has_consent=True, consent_note="Formulaire signé."
    )
    with photo.document.file.open("rb") as kept:
        content = kept.read()
        assert b"Appareil de Lise" not in content
        assert Image.open(BytesIO(content)).size[0] == 2000
    with django_capture_on_commit_callbacks(execute=True):
        services.withdraw_photo(photo, by=coordination())
    assert not photo.document.file.storage.exists(photo.document.file.name)
    with pytest.raises(StaleAct, match="l’a déjà retirée"):
        services.withdraw_photo(photo, by=coordination())
    broken(
        "result_photo_has_consent",
        lambda: ResultPhoto.objects.filter(pk=photo.pk).update(has_consent=False),
    )


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("x.jpg", b"\xff\xd8\xff" + b"0" * 50),
        SimpleUploadedFile("x.jpg", b"<script>alert(1)</script>"),
        SimpleUploadedFile("x.svg", b"<svg/>"),
        SimpleUploadedFile("x.pdf", b"%PDF-1.7"),
        SimpleUploadedFile("x.png", b""),
    ],
    ids=["torn", "script", "svg", "pdf", "empty"],
)
def test_a_hostile_photo_is_refused(file: SimpleUploadedFile) -> None:
    result = told(project_in("under_way"), people_reached=4)
    with pytest.raises(Refusal) as refusal:
        services.add_photo(
            result, by=coordination(), file=file, has_consent=True, consent_note="Oui."
        )
    assert refusal.value.field == "file"
    assert not Document.objects.filter(kind="photo_projet").exists()


# --- The pages


def test_the_public_page_saves_sends_and_closes(client: Client) -> None:
    row = asked()
    address = f"/resultats/{token_of(row)}/"
    assert "Vos résultats 2026-2027" in text(client.get(address))
    data = {
        "people_reached": "25",
        "people_reached_said": "missing",
        "people_in_poverty": "",
        "people_in_poverty_said": "missing",
        "method": "list",
        "carriers": "",
        "carriers_said": "not_applicable",
        "pools_people_said": "reported",
        "pools_material_said": "zero",
        "pools_money_said": "missing",
        "name": "Lise Roy, coordonnatrice",
    }
    kept = client.post(address, data | {"acte": "garder"}, follow=True)
    assert "Rien n’est encore transmis" in text(kept)
    assert 'value="25"' in text(kept)
    photo = {
        "acte": "photo",
        "file": photo_file(),
        "has_consent": "on",
        "consent_note": "Formulaire signé.",
    }
    assert "Photo gardée" in text(client.post(address, photo, follow=True))
    refused = client.post(address, data | {"acte": "transmettre", "name": ""})
    assert refused.status_code == 422
    assert "Entrez votre nom" in text(refused)
    assert "Vos résultats sont transmis" in text(
        client.post(address, data | {"acte": "transmettre"}, follow=True)
    )
    result = ProjectResult.objects.get()
    assert (result.people_reached, result.people_reached_said) == (25, "reported")
    assert (result.pools_people_said, result.carriers_said) == ("reported", "not_applicable")
    assert result.photos.count() == 1


def test_a_bad_link_says_how_to_ask_for_another(client: Client) -> None:
    row = asked()
    assert client.get("/resultats/faux/").status_code == 410
    assert "écrivez à la Table de votre région" in text(client.get("/resultats/1.1~faux/"))
    with clock.at(clock.now() + timedelta(days=settings.RESULT_LINK_DAYS, seconds=1)):
        shown = client.get(f"/resultats/{token_of(row)}/")
    assert shown.status_code == 410
    assert row.asked_by.email in text(shown)


def test_the_table_reads_the_states_in_one_list(page: Any) -> None:
    row = asked()
    sent(row)
    alliance = row.project.alliance
    project_in("under_way", alliance)
    reader = person("advisor", "laval")
    shown = text(page(reader, alliance.url("project_results") + "?exercice=2026"))
    assert "À accepter" in shown and "Manquants" in shown
    export = page(reader, alliance.url("project_results") + "?exercice=2026&export=csv")
    assert "Manquant" in export.content.decode("utf-8-sig")
    for address in ("project_follow_results", "project_money", "project_documents"):
        assert page(reader, alliance.url(address, row.project.number)).status_code == 200


def test_the_list_costs_the_same_for_one_and_many(page: Any) -> None:
    row = asked()
    alliance = row.project.alliance
    reader = coordination()
    address = alliance.url("project_results") + "?exercice=2026"
    once = count(page, reader, address)
    for _ in range(8):
        told(project_in("under_way", alliance), people_reached=3)
    assert count(page, reader, address) == once
