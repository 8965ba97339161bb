"""A Table brings its own register: checked cell by cell, applied or undone as a whole."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction

from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry, Organisation
from fqis import services as money
from fqis.models import (
    Decision,
    FundingSource,
    ImportLine,
    Project,
    ProjectPayment,
    ProjectResult,
    ProjectTally,
    RegisterImport,
)
from fqis.selectors.projects import register_of, register_totals, tallied_totals
from fqis.services import import_applying, import_reading
from fqis.services import imports as services
from fqis.tasks import sweep_imports, work_on_import
from tests.factories import OrganisationFactory, person

from .factories import analysed_project, received_project
from .pages import said, text
from .registers import (
    BROKEN,
    HEADINGS,
    applied,
    as_csv,
    as_xlsx,
    checked,
    codes,
    fresh,
    funded,
    row,
    undone,
    upload,
)

pytestmark = pytest.mark.django_db


def test_a_register_becomes_projects_with_all_that_followed() -> None:
    alliance, by = funded(), person("coordination", "laval")
    lines = [
        row(1, etat="Reçu", decide="", accorde=""),
        row(2, etat="Refusé", accorde="", motif="Hors priorité"),
        row(3, etat="En cours", signe="2025-07-15", paye="4 000", paye_le="2025-08-01"),
        row(4, porteur="Cuisines 3", neq="1180000003", rejointes="120"),
    ]
    source = applied(alliance, by, as_csv(lines))

    assert source.state == "applied"
    found = {one.title: one for one in Project.objects.filter(alliance=alliance)}
    assert [found[f"Cuisine {n}"].state for n in (1, 2, 3, 4)] == [
        "received", "refused", "under_way", "accepted",
    ]  # fmt: skip
    assert sorted(one.number for one in found.values()) == [f"LAV-{n:04d}" for n in (1, 2, 3, 4)]
    assert (
        Organisation.objects.filter(territory=alliance.territory, neq__startswith="118").count()
        == 3
    )
    assert found["Cuisine 3"].organisation == found["Cuisine 4"].organisation
    assert ProjectPayment.objects.get().amount == Decimal("4000.00")
    assert set(Decision.objects.values_list("outcome", "recorded_by")) == {
        ("refused", by.pk), ("accepted", by.pk),
    }  # fmt: skip
    assert ProjectResult.objects.get().people_reached == 120
    assert JournalEntry.objects.filter(verb="apply_import", actor=by).count() == 1
    tallied = tallied_totals(ProjectTally.objects.filter(alliance=alliance))
    assert tallied == register_totals(register_of(alliance))
    later = received_project(alliance)
    assert later.number == "LAV-0005"


@pytest.mark.parametrize(("changes", "field", "code"), BROKEN)
def test_each_cell_that_breaks_a_rule_is_named(
    changes: dict[str, str], field: str, code: str
) -> None:
    alliance = funded()
    source = checked(alliance, person("coordination", "laval"), as_csv([row(1), row(2, **changes)]))
    assert source.state == "checked"
    assert (3, field, code) in codes(source)
    assert {line for line, _field, _code in codes(source)} == {3}
    assert not Project.objects.exists()


def test_doubles_are_found_in_the_file_and_in_the_register() -> None:
    alliance, by = funded(), person("coordination", "laval")
    known = OrganisationFactory(territory=alliance.territory, name="Frigos", neq="1180000050")
    project = received_project(alliance, title="Frigo libre", organisation=known)
    lines = [
        row(1),
        row(2, titre="  CUISINE 1 ", porteur="Cuisines 1", neq="1180000001"),
        row(3, titre="frigo libre", porteur="Autre nom", neq="1180000050"),
        row(4, titre="Frigo libre", porteur="FRIGOS", neq=""),
        row(5, porteur="Cuisines 6", neq="1180000001"),
    ]
    source = checked(alliance, by, as_csv(lines))
    assert codes(source) == {
        (3, "title", "same_line"), (4, "title", "same_project"), (5, "title", "same_line"),
        (6, "neq", "neq_two_names"),
    }  # fmt: skip
    assert source.faults.get(line=4).detail == project.number


def test_what_exceeds_the_envelope_is_refused_in_the_dry_run() -> None:
    alliance, by = funded(amount="25000.00"), person("coordination", "laval")
    source = checked(alliance, by, as_csv([row(1), row(2), row(3)]))
    assert codes(source) == {(4, "granted", "envelope")}
    with pytest.raises(Refusal) as refusal:
        services.apply_import(source, by=by)
    assert "Corrigez d’abord chaque erreur" in said(refusal)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE fqis_registerimport SET state = 'applying', applied_at = now(),"
            " applied_by_id = %s WHERE id = %s", [by.pk, source.pk],
        )  # fmt: skip


def test_an_envelope_spent_since_the_check_gives_the_file_back() -> None:
    alliance, by = funded(amount="25000.00"), person("coordination", "laval")
    source = checked(alliance, by, as_csv([row(1), row(2)]))
    money.decide_project(
        analysed_project(alliance, by=by),
        by=by, outcome="accepted", on=date(2026, 12, 1), amount=Decimal("6000.00"),
    )  # fmt: skip
    services.apply_import(source, by=by)
    work_on_import(source.pk)
    source = fresh(source)
    assert (source.state, source.refusal, source.applied_by) == ("checked", "envelope", None)
    assert Project.objects.filter(alliance=alliance).count() == 1
    assert Organisation.objects.filter(neq="1180000001").count() == 0


def test_a_project_written_since_the_check_gives_the_file_back() -> None:
    alliance, by = funded(), person("coordination", "laval")
    known = OrganisationFactory(territory=alliance.territory, neq="1180000001")
    source = checked(alliance, by, as_csv([row(1)]))
    received_project(alliance, by=by, title="cuisine 1", organisation=known)
    services.apply_import(source, by=by)
    work_on_import(source.pk)
    assert fresh(source).refusal == "double"
    assert Project.objects.count() == 1


def test_an_import_is_undone_as_a_whole() -> None:
    alliance, by = funded(), person("coordination", "laval")
    before = received_project(alliance, by=by)
    lines = [row(1, signe="2025-07-15", paye="10", paye_le="2025-08-01", rejointes="9"), row(2)]
    source = applied(alliance, by, as_csv(lines))
    source = undone(source, by)
    assert source.state == "undone"
    assert list(Project.objects.all()) == [before]
    assert not ProjectPayment.objects.exists()
    assert not Decision.objects.exists()
    assert not Organisation.objects.filter(neq__startswith="118").exists()
    assert ImportLine.objects.filter(source=source).count() == 2
    assert tallied_totals(ProjectTally.objects.filter(alliance=alliance)).count == 1
    again = applied(alliance, by, as_csv(lines))
    assert again.state == "applied"


def test_an_import_that_something_followed_is_kept() -> None:
    alliance, by = funded(), person("coordination", "laval")
    source = applied(alliance, by, as_csv([row(1), row(2)]))
    project = Project.objects.get(title="Cuisine 1")
    money.abandon_project(project, by=by, on=date(2026, 12, 1), note="Dissous.")
    source = undone(source, by)
    assert (source.state, source.refusal) == ("applied", "followed")
    assert Project.objects.count() == 2


def test_what_is_kept_for_ever_is_deleted_by_no_other_way() -> None:
    alliance, by = funded(), person("coordination", "laval")
    source = applied(alliance, by, as_csv([row(1)]))
    for sql in (
        "DELETE FROM fqis_decision",
        "DELETE FROM fqis_project",
        f"SELECT fqis_undo_import({source.pk})",
        "DELETE FROM fqis_registerimport",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Project.objects.count() == 1


def test_another_territory_undoes_nothing(identity: Any) -> None:
    alliance, by = funded(), person("coordination", "laval")
    source = applied(alliance, by, as_csv([row(1)]))
    services.undo_import(source, by=by)
    identity(person("coordination", "mauricie"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT fqis_undo_import(%s)", [source.pk])


def test_a_workbook_with_dates_and_numbers_reads_like_a_csv() -> None:
    alliance, by = funded(), person("coordination", "laval")
    line: list[object] = list(row(1))
    line[2], line[5], line[8], line[11] = 1180000001, date(2025, 6, 1), 12000.0, 9999.99
    source = checked(alliance, by, as_xlsx([line]), "registre.xlsx")
    assert codes(source) == set()
    draft = ImportLine.objects.get()
    assert (draft.organisation_neq, draft.granted) == ("1180000001", Decimal("9999.99"))
    assert draft.received_on == date(2025, 6, 1)


def bomb() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return output.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("registre.xlsx", bomb(), "démesuré"),
        ("registre.xlsx", b"PK\x03\x04" + b"x" * 100, "pas du XLSX"),
        ("registre.csv", b"", "vide"),
        ("registre.csv", b"Titre;NEQ\n", "aucune ligne"),
        ("registre.csv", b"a\0b;c\n1;2\n", "lisible"),
        ("registre.pdf", b"%PDF-1.4", "CSV ou XLSX"),
        ("registre.exe", b"MZ", "n’est pas accepté"),
    ],
    ids=["bomb", "broken", "empty", "headings only", "nul", "pdf", "exe"],
)
def test_hostile_files_are_refused_at_the_door(name: str, content: bytes, words: str) -> None:
    alliance, by = funded(), person("coordination", "laval")
    with pytest.raises(Refusal) as refusal:
        services.bring_register(alliance, upload(content, name), by=by)
    assert words in said(refusal)
    assert not RegisterImport.objects.exists()


def test_no_register_comes_in_while_the_antivirus_is_silent(settings: Any) -> None:
    alliance, by = funded(), person("coordination", "laval")
    settings.CLAMAV_SOCKET = "/nulle/part.sock"
    with pytest.raises(Refusal, match="antivirus ne répond pas"):
        services.bring_register(alliance, upload(as_csv([row(1)])), by=by)


def test_a_file_that_ends_badly_is_refused_with_nothing_kept() -> None:
    alliance, by = funded(), person("coordination", "laval")
    content = as_csv([row(n) for n in range(5)]) + b'"' + b"x" * 200_000
    source = checked(alliance, by, content)
    assert source.state == "refused"
    assert "lisible" in source.refusal
    assert not ImportLine.objects.exists()


def test_columns_are_guessed_then_remembered() -> None:
    alliance, by = funded(), person("coordination", "laval")
    headings = list(HEADINGS)
    headings[0] = "Ce qu’on fait"
    content = as_csv([row(1)], headings)
    first = services.bring_register(alliance, upload(content), by=by)
    assert "title" not in first.mapping
    with pytest.raises(Refusal) as refusal:
        services.match_columns(first, first.mapping, by=by)
    assert "Titre du projet" in said(refusal)
    with pytest.raises(Refusal):
        services.match_columns(first, {**first.mapping, "title": 1}, by=by)
    services.match_columns(first, {**first.mapping, "title": 0}, by=by)
    work_on_import(first.pk)
    services.drop_import(fresh(first), by=by)
    again = services.bring_register(alliance, upload(content), by=by)
    assert again.mapping["title"] == 0


def test_a_second_file_waits_for_the_first_and_an_act_done_twice_says_so() -> None:
    alliance, by = funded(), person("coordination", "laval")
    source = checked(alliance, by, as_csv([row(1)]))
    with pytest.raises(StaleAct):
        services.bring_register(alliance, upload(as_csv([row(2)])), by=person("direction", "laval"))
    services.apply_import(source, by=by)
    with pytest.raises(StaleAct):
        services.apply_import(source, by=by)
    assert work_on_import(source.pk) == "applied"
    assert work_on_import(source.pk) == "nothing to do"
    assert Project.objects.count() == 1


def test_a_worker_thought_dead_writes_nothing_more() -> None:
    alliance, by = funded(), person("coordination", "laval")
    source = services.bring_register(alliance, upload(as_csv([row(1), row(2)])), by=by)
    services.match_columns(source, source.mapping, by=by)
    first = import_reading.begin_work(source.pk)
    second = import_reading.begin_work(source.pk)
    assert first is not None
    assert second is not None
    with pytest.raises(import_reading.Superseded):
        import_reading.check_import(source.pk, first[1])
    import_reading.check_import(source.pk, second[1])
    assert ImportLine.objects.filter(source=source).count() == 2


def test_a_worker_that_dies_half_way_is_followed_by_another_from_the_start() -> None:
    alliance, by = funded(), person("coordination", "laval")
    source = services.bring_register(alliance, upload(as_csv(map(row, range(1, 8)))), by=by)
    services.match_columns(source, source.mapping, by=by)
    with (
        patch.object(import_reading, "CHUNK", 3),
        patch.object(import_reading, "summary_of", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        work_on_import(source.pk)
    assert work_on_import(source.pk) == "checked"
    assert ImportLine.objects.filter(source=source).count() == 7
    services.apply_import(fresh(source), by=by)
    with (
        patch.object(import_applying, "_check_constraints", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        work_on_import(source.pk)
    assert not Project.objects.exists()
    assert work_on_import(source.pk) == "applied"
    assert Project.objects.count() == 7


def test_a_file_that_kills_the_worker_again_and_again_is_not_read_for_ever() -> None:
    alliance, by = funded(), person("coordination", "laval")
    source = services.bring_register(alliance, upload(as_csv([row(1)])), by=by)
    services.match_columns(source, source.mapping, by=by)
    for _ in range(import_reading.MAX_ATTEMPTS):
        assert import_reading.begin_work(source.pk) is not None
    assert import_reading.begin_work(source.pk) is None
    assert fresh(source).state == "refused"
    with patch("fqis.tasks.work_on_import.apply_async") as sent:
        assert sweep_imports() == 0
    assert not sent.called


def test_the_table_follows_its_file_on_the_screen(page: Any) -> None:
    alliance, by = funded(), person("coordination", "laval")
    shown = page(
        by, alliance.url("project_imports"), {"file": upload(as_csv([row(1), row(2, neq="x")]))}
    )
    assert "Colonnes du fichier" in text(shown)
    source = RegisterImport.objects.get()
    data = {key: str(rank) for key, rank in source.mapping.items()}
    act = lambda name: alliance.url("project_import_act", source.pk, name)  # noqa: E731
    assert "Vérification en cours" in text(page(by, act("colonnes"), data))
    work_on_import(source.pk)
    seen = text(page(by, source.get_absolute_url()))
    assert "Un NEQ compte dix chiffres : « x » n’en est pas un." in seen
    assert "Inscrire ces" not in seen
    sent = page(by, alliance.url("project_import_faults", source.pk))
    sheet = list(
        csv.reader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig")), delimiter=";")
    )
    assert sheet[0] == ["Ligne", "Colonne", "Valeur lue", "Ce qui ne va pas"]
    assert sheet[1][:3] == ["3", "NEQ", "x"]
    page(by, act("abandonner"), {})
    assert fresh(source).state == "dropped"
    partner = person("partner", "laval")
    assert page(partner, alliance.url("project_imports")).status_code == 403
    assert page(person("direction", "mauricie"), source.get_absolute_url()).status_code == 404


def test_an_imported_source_of_money_counts_in_leverage() -> None:
    alliance, by = funded(), person("coordination", "laval")
    line = [*row(1), "Centraide", "5 000"]
    content = as_csv([line], [*HEADINGS, "Autre source", "Autres sources"])
    applied(alliance, by, content)
    assert FundingSource.objects.get().name == "Centraide"
    assert ProjectTally.objects.filter(levered=5000).exists()
