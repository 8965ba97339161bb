"""Finding projects and showing them: words, columns, views, exports, drawings, organisations."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from openpyxl import load_workbook

from alliances import clock
from alliances.models import Alliance
from fqis import services
from fqis.forms.register import ProjectFilter
from fqis.models import Project, ProjectTally, SavedView
from fqis.selectors.portrait import portrait_across, portrait_of
from fqis.selectors.projects import register_of, register_totals, tallied_totals
from fqis.selectors.search import matching
from fqis.services import Source
from fqis.tasks import merge_tallies
from tests.factories import OrganisationFactory, person

from .factories import accepted_project, planned_alliance, project_in, received_project
from .pages import count, text

pytestmark = pytest.mark.django_db


def found(words: str, alliance: Alliance | None = None) -> set[str]:
    return {one.title for one in Project.objects.filter(pk__in=matching(words, alliance))}


def lines(response: Any) -> list[list[str]]:
    sent = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(sent), delimiter=";"))


@pytest.mark.parametrize(
    "words",
    [
        "épicerie", "EPICERIE", "epiceries", "épiceries solidaires", "epicerie solidaire",
        "épic", "Foyer", "l’Étoile", "1140000099", "lav-0001", '"épicerie solidaire"',
    ],
)  # fmt: skip
def test_words_are_found_whatever_their_accents_and_their_number(words: str) -> None:
    carrier = OrganisationFactory(
        territory=planned_alliance().territory, name="Foyer de l’Étoile", neq="1140000099"
    )
    received_project(
        Alliance.objects.get(territory__slug="laval", cycle__slug="2024-2029"),
        title="Épicerie solidaire de Chomedey",
        organisation=carrier,
    )
    assert found(words) == {"Épicerie solidaire de Chomedey"}


def test_what_nobody_wrote_is_not_found() -> None:
    received_project(title="Épicerie solidaire")
    assert found("logement") == set()
    assert found("épicerie -solidaire") == set()
    assert found("de la") == set()


def test_a_carrier_renamed_is_found_under_its_new_name() -> None:
    project = received_project(title="Jardin")
    project.organisation.name = "Coopérative Boréale"
    project.organisation.save()
    assert found("boreale") == {"Jardin"}
    assert found("porteur") == set()


def test_a_search_never_leaves_the_territories_of_the_person(identity: Any) -> None:
    received_project(title="Cuisine de Laval")
    received_project(planned_alliance("estrie"), title="Cuisine d’Estrie")
    assert found("cuisine") == {"Cuisine de Laval", "Cuisine d’Estrie"}
    identity(person("direction", "laval"))
    assert found("cuisine") == {"Cuisine de Laval"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM fqis_search(plans_wanted('cuisine'), NULL)")
        assert cursor.fetchone()[0] == 1
    identity(None)
    assert found("cuisine") == set()


def test_the_sums_of_the_register_follow_every_act() -> None:
    alliance = planned_alliance()
    by = person("coordination", "laval")

    def both() -> None:
        projects = ProjectFilter({}, queryset=register_of(alliance), alliance=alliance)
        assert projects.totals == register_totals(register_of(alliance))
        assert projects.totals == tallied_totals(ProjectTally.objects.filter(alliance=alliance))

    received = received_project(alliance, sources=[Source("Centraide", Decimal("10.00"))])
    both()
    values = {
        "title": "Autre",
        "organisation": received.organisation,
        "priority": received.priority,
    }
    services.update_project(
        received, by=by, amount_requested=Decimal("99.99"), starts_on=received.starts_on,
        ends_on=received.ends_on, sources=[Source("Caisse", Decimal("7.50"))], **values,
    )  # fmt: skip
    both()
    under_way = project_in("under_way", alliance)
    services.record_payment(
        under_way, by=by, on=clock.today() - timedelta(days=1), amount=Decimal("1234.56")
    )
    both()
    received.delete()
    both()
    assert tallied_totals(ProjectTally.objects.filter(alliance=alliance)).paid == Decimal("1234.56")


def test_sums_once_merged_are_the_same_and_fewer() -> None:
    alliance = planned_alliance()
    for _one in range(3):
        accepted_project(alliance)
    received_project(alliance).delete()
    tallies = ProjectTally.objects.filter(alliance=alliance)
    before, rows = tallied_totals(tallies), tallies.count()
    merge_tallies()
    assert tallied_totals(tallies) == before
    assert tallies.count() < rows
    assert not tallies.filter(projects=0).exists()
    assert merge_tallies() == ProjectTally.objects.count()


@pytest.mark.parametrize(
    "asked",
    [{}, {"etat": "soutenus"}, {"etat": "a-decider"}, {"priorite": "aucune"}, {"exercice": "2026"},
     {"exercice": "2024"}, {"q": "jardin"}, {"etat": "sans-bilan"}, {"etat": "received"}],
)  # fmt: skip
def test_each_filter_sums_what_it_lists(asked: dict[str, str]) -> None:
    alliance = planned_alliance()
    received_project(alliance, title="Jardin")
    accepted_project(alliance, title="Frigo")
    project_in("completed", alliance, title="Jardin d’hiver")
    filtered = ProjectFilter(asked, queryset=register_of(alliance), alliance=alliance)
    assert filtered.totals == register_totals(filtered.qs)
    assert filtered.totals.count == filtered.qs.count()


def test_the_screen_and_the_export_have_the_columns_that_were_chosen(page: Any) -> None:
    alliance = planned_alliance()
    received_project(alliance, title="Jardin")
    user = person("partner", "laval")
    where = alliance.url("projects") + "?col=neq&col=demande&tri=titre"
    shown = text(page(user, where))
    assert "NEQ" in shown
    assert 'data-l="Priorité du plan"' not in shown
    assert lines(page(user, where + "&export=csv")) == [
        ["Projet", "NEQ", "Demandé"],
        ["Jardin", Project.objects.get().organisation.neq, "40000,00"],
    ]
    sent = b"".join(page(user, where + "&export=xlsx").streaming_content)
    rows = list(load_workbook(io.BytesIO(sent)).active.values)
    assert rows[0] == ("Projet", "NEQ", "Demandé")
    assert rows[1][2] == 40000


def test_formulas_are_neutralised_in_both_exports(page: Any) -> None:
    alliance = planned_alliance()
    for rank, sign in enumerate("=+-@"):
        received_project(alliance, title=f"{sign}cmd|' /C calc'!A{rank}")
    user = person("coordination", "laval")
    where = alliance.url("projects")
    titles = [row[1] for row in lines(page(user, where + "?export=csv"))[1:]]
    assert len(titles) == 4
    assert all(title.startswith("'") for title in titles)
    sent = b"".join(page(user, where + "?export=xlsx").streaming_content)
    sheet = load_workbook(io.BytesIO(sent)).active
    assert all(cell.data_type == "s" and cell.value.startswith("'") for cell in sheet["B"][1:])


def test_an_export_read_after_the_request_keeps_to_the_reader(page: Any, identity: Any) -> None:
    received_project(title="Cuisine de Laval")
    received_project(planned_alliance("estrie"), title="Cuisine d’Estrie")
    sent = page(person("advisor", "laval"), "/registre/?export=csv")
    identity(None)
    assert [row[2] for row in lines(sent)[1:]] == ["Cuisine de Laval"]


def test_a_person_keeps_a_view_and_shares_another(page: Any) -> None:
    alliance = planned_alliance()
    received_project(alliance)
    mine, other = person("coordination", "laval"), person("direction", "laval")
    where = alliance.url("project_views")
    said = text(page(mine, where, {"name": "Mes reçus", "query": "etat=received&col=neq&x=1"}))
    assert "Vue « Mes reçus » gardée." in said
    assert SavedView.objects.get().query == "etat=received&col=neq"
    page(mine, where, {"name": "À décider", "query": "etat=a-decider", "is_shared": "on"})
    seen = text(page(other, alliance.url("projects")))
    assert "À décider" in seen
    assert "Mes reçus" not in seen
    again = text(page(mine, where, {"name": "Mes reçus", "query": "etat=refused"}))
    assert "Vous avez déjà une vue de ce nom." in again


def test_a_partner_shares_nothing_and_removes_only_its_own(page: Any) -> None:
    alliance = planned_alliance()
    partner, direction = person("partner", "laval"), person("direction", "laval")
    page(partner, alliance.url("project_views"), {"name": "x", "query": "", "is_shared": "on"})
    view = SavedView.objects.get()
    assert not view.is_shared
    gone = page(direction, alliance.url("project_view_remove", view.pk), {})
    assert gone.status_code == 404
    shared = services.save_view(
        by=direction, name="Toutes", query="", alliance=alliance, is_shared=True
    )
    said = text(page(partner, alliance.url("project_view_remove", shared.pk), {}))
    assert "Cette vue est celle d’une autre personne." in said
    page(partner, alliance.url("project_view_remove", view.pk), {})
    assert list(SavedView.objects.all()) == [shared]


def test_a_national_view_is_its_owners_alone(page: Any, identity: Any) -> None:
    analyst, other = person("analyst"), person("analyst")
    page(analyst, "/registre/vues/", {"name": "Reçus", "query": "etat=received"})
    identity(other)
    assert not SavedView.objects.exists()
    identity(analyst)
    assert SavedView.objects.get().name == "Reçus"


def test_the_ministry_reads_every_territory_in_one_register(page: Any) -> None:
    received_project(title="Cuisine de Laval")
    received_project(planned_alliance("estrie"), title="Cuisine d’Estrie")
    shown = page(person("analyst"), "/registre/?q=cuisines")
    assert {row.project.title for row in shown.context["rows"]} == {
        "Cuisine de Laval",
        "Cuisine d’Estrie",
    }
    only = page(person("auditor"), "/registre/?territoire=estrie")
    assert [row.project.title for row in only.context["rows"]] == ["Cuisine d’Estrie"]
    assert page(person("direction", "laval"), "/registre/").status_code == 403


def test_the_national_register_costs_the_same_for_one_and_thirty_projects(page: Any) -> None:
    alliance = planned_alliance()
    by, analyst = person("coordination", "laval"), person("analyst")
    received_project(alliance, by=by)
    addresses = ["/registre/", "/registre/portrait/", alliance.url("project_portrait")]
    once = [count(page, analyst, address) for address in addresses]
    for _ in range(29):
        received_project(alliance, by=by)
    assert [count(page, analyst, address) for address in addresses] == once


def test_the_portrait_tells_leverage_and_orphans(page: Any) -> None:
    alliance = planned_alliance()
    accepted_project(
        alliance, amount=Decimal("20000.00"), sources=[Source("Centraide", Decimal("30000.00"))]
    )
    found = portrait_of(alliance)
    assert (found.supported, found.granted, found.levered) == (1, 20000, 30000)
    assert found.leverage == Decimal("1.50")
    assert found.unserved == ["Priorité 1.2"]
    from .factories import plan_in_force

    plan_in_force(alliance, since=clock.today())
    later = portrait_of(alliance)
    assert later.orphans == 1
    assert len(later.unserved) == 2
    shown = text(page(person("partner", "laval"), alliance.url("project_portrait")))
    assert "1 projet soutenu ne sert aucune priorité en vigueur" in shown
    across = portrait_across([alliance], "2024-2029")
    assert across.granted == 20000
    assert "20 000 $" in text(page(person("analyst"), "/registre/portrait/"))


def test_an_organisation_is_seen_in_its_territory_and_by_the_ministry_in_all(page: Any) -> None:
    here, there = planned_alliance(), planned_alliance("estrie")
    carriers = [
        OrganisationFactory(territory=one.territory, name=name, neq="1140000077")
        for one, name in ((here, "Relais"), (there, "Le Relais"))
    ]
    received_project(here, title="Ici", organisation=carriers[0])
    accepted_project(there, title="Ailleurs", organisation=carriers[1])
    where = here.url("carrier", carriers[0].pk)
    seen = text(page(person("direction", "laval"), where))
    assert "Ici" in seen
    assert "Ailleurs" not in seen
    everywhere = text(page(person("analyst"), where))
    assert "Ailleurs" in everywhere
    assert "Laval, Estrie" in everywhere or "Estrie, Laval" in everywhere
    assert page(person("analyst"), here.url("carrier", carriers[1].pk)).status_code == 404
