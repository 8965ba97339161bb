"""What is public of the initiatives: the copy, its sums, the pages, the open data."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from jsonschema import ValidationError

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.fiscal import FiscalYear
from alliances.models import User
from fqis import open_data, services
from fqis.models import GoodPractice, Project, Publication, PublishedInitiative
from fqis.services.publication import refresh_publication
from tests.conftest import bind_identity
from tests.factories import person

from .factories import accepted_project, planned_alliance, project_in, received_project
from .follow_up import coordination

pytestmark = pytest.mark.django_db
WORDS = {"title": "Des voisins aux fourneaux", "text": "Un repas par semaine, cuisiné ensemble."}


@pytest.fixture(autouse=True)
def _files_apart(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def told(project: Project, people: int) -> None:
    year = FiscalYear.of(clock.today())
    services.record_result(project, by=coordination(), fiscal_year=year, people_reached=people)


def read(client: Client, address: str) -> str:
    text = client.get(address).content.decode()
    return str(text).replace("\xa0", " ").replace("\u202f", " ")


def row_of(project: Project) -> PublishedInitiative:
    return PublishedInitiative.objects.get(number=project.number)


# --- The copy


def test_supported_projects_are_published_and_no_other() -> None:
    alliance = planned_alliance()
    kept = [accepted_project(alliance), project_in("under_way", alliance)]
    received_project(alliance)
    made = refresh_publication()
    assert made.initiatives == 2
    assert set(PublishedInitiative.objects.values_list("number", flat=True)) == {
        one.number for one in kept
    }
    row = row_of(kept[0])
    assert (row.title, row.amount, row.place) == (kept[0].title, kept[0].amount_granted, "laval")
    assert row.priority == kept[0].priority.title


def test_a_refresh_forgets_what_is_no_longer_so() -> None:
    project = project_in("under_way")
    refresh_publication()
    Project.objects.filter(pk=project.pk).update(title="Un autre titre")
    refresh_publication()
    assert row_of(project).title == "Un autre titre"
    assert PublishedInitiative.objects.count() == 1


@pytest.mark.parametrize(
    ("people", "shown", "few"), [(0, 0, False), (4, None, True), (5, 5, False)]
)
def test_a_small_count_is_neither_shown_nor_added(
    people: int, shown: int | None, few: bool
) -> None:
    alliance = planned_alliance()
    project, other = project_in("under_way", alliance), project_in("under_way", alliance)
    told(project, people)
    told(other, 40)
    made = refresh_publication()
    row = row_of(project)
    assert (row.people, row.people_are_few) == (shown, few)
    assert made.totals["2024-2029"]["whole"]["people"] == 40 + (shown or 0)


def test_results_that_the_table_did_not_accept_are_not_counted() -> None:
    project = project_in("under_way")
    told(project, 40)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM fqis_projectresult WHERE project_id = %s", [project.pk])
        assert cursor.fetchone() == ("accepted",)
    asked = project_in("under_way", project.alliance)
    services.ask_result(
        asked, by=coordination(), fiscal_year=FiscalYear.of(clock.today()), email="a@b.example"
    )
    refresh_publication()
    assert row_of(project).people == 40
    assert row_of(asked).people is None


def test_the_sums_are_those_of_the_rows() -> None:
    alliance = planned_alliance()
    for _ in range(3):
        told(project_in("under_way", alliance), 7)
    made = refresh_publication()
    granted = sum((one.amount_granted for one in Project.objects.supported()), start=Decimal(0))
    whole = made.totals["2024-2029"]["whole"]
    assert (whole["initiatives"], Decimal(whole["amount"]), whole["people"]) == (3, granted, 21)
    assert made.totals["2024-2029"]["places"]["laval"] == whole | {"name": "Laval"}


def test_only_the_portal_writes_what_is_public() -> None:
    project_in("under_way")
    refresh_publication()
    bind_identity(coordination())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fqis_publishedinitiative SET amount = 1")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM fqis_publication")
        assert cursor.rowcount == 0
    for table in ("fqis_publishedinitiative", "fqis_publication"):
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}")


def test_the_database_keeps_small_counts_out() -> None:
    project = project_in("under_way")
    refresh_publication()
    with pytest.raises(DatabaseError, match="published_initiative_no_small_count"):
        PublishedInitiative.objects.filter(number=project.number).update(people=3)


# --- Open data


def opened(extension: str, client: Client) -> bytes:
    answer = client.get(f"/donnees-ouvertes/initiatives.{extension}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_the_json_follows_the_standard_and_says_each_grant(client: Client) -> None:
    project = project_in("under_way")
    refresh_publication()
    package = json.loads(opened("json", client))
    assert package["version"] == "1.1" and package["license"] == open_data.LICENCE
    [grant] = package["grants"]
    open_data.check_grant(grant)
    assert grant["id"] == f"360G-alliances-solidarite-2024-2029-laval-{project.number}"
    assert Decimal(str(grant["amountAwarded"])) == project.amount_granted
    assert grant["recipientOrganization"][0]["name"] == project.organisation.name
    assert grant["awardDate"] == project.decided_on.isoformat()


@pytest.mark.parametrize(
    ("field", "value"),
    [("amountAwarded", 0), ("awardDate", "2026-13-01"), ("title", ""), ("contactName", "Lise Roy")],
)
def test_a_grant_that_does_not_follow_the_standard_is_refused(field: str, value: Any) -> None:
    project = project_in("under_way")
    refresh_publication()
    grant = open_data.grant_of(row_of(project)) | {field: value}
    with pytest.raises(ValidationError):
        open_data.check_grant(grant)


def test_a_refresh_that_fails_leaves_the_former_one(tmp_path: Any) -> None:
    project = project_in("under_way")
    former = refresh_publication()
    files = sorted(tmp_path.rglob("*.*"))
    # The database lets an empty title through; the standard does not.
    Project.objects.filter(pk=project.pk).update(title="")
    with pytest.raises(ValidationError), transaction.atomic():
        refresh_publication()
    assert Publication.objects.get() == former
    assert sorted(tmp_path.rglob("*.*")) == files


def test_the_table_is_plain_and_runs_nothing(client: Client) -> None:
    project = project_in("under_way")
    Project.objects.filter(pk=project.pk).update(title="=cmd|' /C calc'!A0")
    told(project, 3)
    refresh_publication()
    lines = list(csv.reader(io.StringIO(opened("csv", client).decode("utf-8-sig"))))
    assert lines[0] == open_data.COLUMNS
    row = dict(zip(*lines, strict=True))
    assert row["titre"] == "'=cmd|' /C calc'!A0"
    assert row["montant_accorde"] == str(project.amount_granted)
    assert row["personnes_rejointes"] == "<5"


def test_files_before_the_former_one_are_removed(
    tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    project_in("under_way")
    for _ in range(4):
        with django_capture_on_commit_callbacks(execute=True):
            refresh_publication()
    assert Publication.objects.count() == 2
    names = {one.csv_file for one in Publication.objects.all()}
    assert {str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*.csv")} == names


def test_no_file_before_the_first_refresh_and_no_other_kind(client: Client) -> None:
    assert client.get("/donnees-ouvertes/initiatives.csv").status_code == 404
    project_in("under_way")
    refresh_publication()
    assert client.get("/donnees-ouvertes/initiatives.exe").status_code == 404


# --- Good practices


def test_a_practice_is_shown_then_withdrawn(client: Client) -> None:
    project = project_in("under_way")
    services.publish_practice(project, by=coordination(), **WORDS)
    refresh_publication()
    assert WORDS["title"] in read(client, "/initiatives/laval/")
    bind_identity(User.objects.portal())
    services.withdraw_practice(project, by=coordination())
    refresh_publication()
    assert WORDS["title"] not in read(client, "/initiatives/laval/")
    bind_identity(User.objects.portal())
    assert GoodPractice.objects.get().text == WORDS["text"]


def test_what_a_practice_refuses() -> None:
    alliance = planned_alliance()
    project = project_in("under_way", alliance)
    with pytest.raises(Refusal, match="Donnez un titre"):
        services.publish_practice(project, by=coordination(), title=" ", text="x")
    with pytest.raises(Refusal, match="pas accepté"):
        services.publish_practice(received_project(alliance), by=coordination(), **WORDS)
    with pytest.raises(PermissionDenied):
        services.publish_practice(project, by=person("partner", "laval"), **WORDS)
    with pytest.raises(StaleAct, match="plus publiée"):
        services.withdraw_practice(project, by=coordination())
    services.publish_practice(project, by=coordination(), **WORDS)
    with pytest.raises(StaleAct, match="déjà présenté"):
        services.publish_practice(project, by=coordination(), **WORDS)


def test_the_database_keeps_the_words_of_a_practice() -> None:
    practice = services.publish_practice(project_in("under_way"), by=coordination(), **WORDS)
    mine = GoodPractice.objects.filter(pk=practice.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        mine.update(text="Autre chose")
    with pytest.raises(DatabaseError), transaction.atomic():
        mine.delete()
    with pytest.raises(DatabaseError, match="projet accepté"), transaction.atomic():
        GoodPractice.objects.create(
            project=received_project(practice.project.alliance), published_by=coordination(),
            **WORDS,
        )  # fmt: skip


def test_the_table_presents_its_project_from_its_page(page: Any) -> None:
    project = project_in("under_way")
    by = coordination()
    address = project.alliance.url("project_follow_results", project.number)
    text = page(by, address).content.decode()
    assert "Présenter comme bonne pratique" in text
    answer = page(by, project.alliance.url("project_act", project.number, "presenter"), WORDS)
    text = answer.content.decode()
    assert "paraîtra demain" in text and WORDS["title"] in text
    assert "Retirer la bonne pratique" in text


# --- The pages


def test_the_pages_say_what_the_rows_say(client: Client) -> None:
    alliance = planned_alliance()
    few, many = project_in("under_way", alliance), project_in("under_way", alliance)
    told(few, 3)
    told(many, 1200)
    refresh_publication()
    whole = read(client, "/initiatives/")
    assert "1 200" in whole and 'href="/initiatives/laval/?cycle=2024-2029"' in whole
    place = read(client, "/initiatives/laval/")
    assert "moins de 5" in place and few.title in place and few.organisation.name in place
    assert "initiatives-fqis.json" in read(client, "/donnees-ouvertes/")


def test_the_pages_before_the_first_refresh(client: Client) -> None:
    for address in ("/initiatives/", "/initiatives/laval/", "/donnees-ouvertes/"):
        assert "chaque nuit" in read(client, address)
    assert client.get("/initiatives/nulle-part/").status_code == 404


def test_an_unknown_cycle_does_not_exist(client: Client) -> None:
    project_in("under_way")
    refresh_publication()
    assert client.get("/initiatives/?cycle=1999-2004").status_code == 404
    assert client.get("/initiatives/laval/?cycle=1999-2004").status_code == 404


def test_the_pages_cost_the_same_for_one_and_many(client: Client) -> None:
    alliance = planned_alliance()

    def costs() -> list[int]:
        found = []
        for address in ("/initiatives/", "/initiatives/laval/", "/donnees-ouvertes/"):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            found.append(len(seen))
        bind_identity(User.objects.portal())
        return found

    project_in("under_way", alliance)
    refresh_publication()
    one = costs()
    for _ in range(12):
        project_in("under_way", alliance)
    refresh_publication()
    assert costs() == one
