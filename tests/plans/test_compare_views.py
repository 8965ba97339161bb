"""The page « Comparer »: what changed between two versions, in signs and words."""

import gzip
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from plans.changes import report
from plans.entries import Mark
from plans.models import Action, Objective, PlanVersion, Priority, SectionText
from plans.selectors.content import content_of
from plans.services import (
    add_action,
    add_indicator,
    add_objective,
    add_priority,
    move_element,
    open_version,
    remove_element,
    update_action,
)
from tests.factories import AllianceFactory, UserFactory, person

from .factories import PlanFactory, approved_plan, write_all
from .pages import text_of

pytestmark = pytest.mark.django_db
PAGE = "/alliances/mauricie/2024-2029/plan/comparer/"


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(person("analyst"))
    return client


@pytest.fixture
def versions() -> tuple[PlanVersion, PlanVersion]:
    """Version 1 in force; version 2 with one change of each kind."""
    by = UserFactory()
    old = approved_plan("mauricie", priorities=3)
    new = open_version(old.plan, by=by, reason="Consultations de La Tuque")
    text = SectionText.objects.get(version=new, section__code="2a")
    SectionText.objects.filter(pk=text.pk).update(html="<p>Texte de la section nouvelle 2a.</p>")
    first, second, third = Priority.objects.filter(version=new).order_by("rank")
    action = Action.objects.get(objective__priority=first)
    update_action(action, by=by, lead="CDC de Mékinac", people_to_reach=1200)
    add_indicator(action, by=by, name="Familles", target=Decimal(40), unit="familles")
    remove_element(second, by=by)
    priority = add_priority(new, by=by, title="Répondre à l’itinérance")
    objective = add_objective(priority, by=by, title="Ouvrir des lieux de répit")
    add_action(objective, by=by, title="Halte-répit", lead="Ville de Shawinigan")
    third.refresh_from_db()
    move_element(third, by=by, up=True)
    return old, new


def test_each_change_is_one_entry_with_its_sign_in_words(versions):
    old, new = versions

    entries = report(content_of(old), content_of(new)).entries

    assert [(one.name, one.words) for one in entries] == [
        ("2a. Portrait et enjeux", "Texte modifié"),
        ("Priorité 1", "Déplacée"),
        ("Action 2.1.1", "Modifiée"),
        ("Priorité 2", "Retirée"),
        ("Priorité 3", "Ajoutée"),
    ]


def test_a_changed_action_says_each_field_before_and_after(versions):
    old, new = versions

    entries = report(content_of(old), content_of(new)).entries
    rows = next(one for one in entries if one.kind == "action").rows

    assert [(row.label, row.before, row.after, row.sign.word) for row in rows if row.sign] == [
        ("Personnes à rejoindre", "", "<ins>1\u00a0200</ins>", "Ajouté"),
        ("Responsable", "CDC", "CDC <ins>de Mékinac</ins>", "Modifié"),
        ("Indicateur", "", "<ins>Familles\u00a0: 40 familles</ins>", "Ajouté"),
    ]


def test_what_was_added_or_removed_tells_all_it_held(versions):
    old, new = versions

    entries = report(content_of(old), content_of(new)).entries
    added = next(one for one in entries if Mark.ADDED in one.marks)

    assert [line.title for line in added.outline] == [
        "Priorité 3. Répondre à l’itinérance",
        "Objectif 3.1. Ouvrir des lieux de répit",
        "Action 3.1.1. Halte-répit",
    ]
    assert ("Responsable", "Ville de Shawinigan") in added.outline[2].facts
    removed = next(one for one in entries if Mark.REMOVED in one.marks)
    assert any("Tonnes livrées" in fact for line in removed.outline for _l, fact in line.facts)


def test_the_page_shows_both_sides_with_signs_and_words(reader: Client, versions):
    response = reader.get(PAGE, {"de": 1, "a": 2})

    html, text = response.content.decode(), text_of(response)
    assert response.status_code == 200
    assert "<ins>nouvelle</ins>" in html
    assert "CDC <ins>de Mékinac</ins>" in html
    for said in ("5 changements", "Texte modifié", "Déplacée", "Retirée", "Ajoutée",
                 "N’existe pas dans la version 1", "Ne figure plus dans la version 2",
                 "Motif de la Table : Consultations de La Tuque"):  # fmt: skip
        assert said in text


def test_sections_a_change_is_written_in_are_not_counted_as_identical(versions):
    old, new = versions

    found = report(content_of(old), content_of(new))

    # 2a, priorities, objectives, means, population, people, indicators: seven of twenty.
    assert (found.sections, found.same_sections) == (20, 13)


def test_the_list_can_be_limited_to_one_kind(reader: Client, versions):
    text = text_of(reader.get(PAGE, {"de": 1, "a": 2, "genre": "retraits"}))

    assert "Priorité 2. Priorité numéro 2" in text
    assert "section nouvelle" not in text


def test_what_is_identical_can_be_shown_too(reader: Client, versions):
    folded = text_of(reader.get(PAGE, {"de": 1, "a": 2}))
    whole = text_of(reader.get(PAGE, {"de": 1, "a": 2, "identique": 1}))

    assert "Texte de la section 1a." not in folded
    assert "Texte de la section 1a." in whole


def test_without_asking_the_last_version_faces_the_one_it_modifies(reader: Client, versions):
    assert "5 changements" in text_of(reader.get(PAGE))


def test_backwards_what_came_has_left(reader: Client, versions):
    text = text_of(reader.get(PAGE, {"de": 2, "a": 1}))

    assert "N’existe pas dans la version 2" in text


def test_two_versions_that_say_the_same_say_so(reader: Client):
    old = approved_plan("mauricie")
    open_version(old.plan, by=UserFactory(), reason="Rien encore")

    assert "au mot près" in text_of(reader.get(PAGE))


def test_a_plan_with_one_version_has_nothing_to_compare(reader: Client):
    approved_plan("mauricie")

    assert "pas encore deux versions" in text_of(reader.get(PAGE))


@pytest.mark.parametrize("query", ["de=9", "a=9", "de=x", "de=-1", "a=99999"])
def test_a_version_that_does_not_exist_is_not_found(reader: Client, versions, query: str):
    assert reader.get(f"{PAGE}?{query}").status_code == 404


def test_another_territory_does_not_see_the_page(client: Client, versions):
    client.force_login(person("coordination", "laval"))

    assert client.get(PAGE).status_code == 404


def test_what_people_typed_is_never_markup(reader: Client, versions):
    action = Action.objects.filter(version=versions[1]).earliest("rank", "pk")
    update_action(action, by=UserFactory(), means="Un <script>alert(1)</script> camion")

    html = reader.get(PAGE).content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_the_number_of_queries_does_not_follow_the_size(reader: Client, versions):
    reader.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        reader.get(PAGE)
    by = UserFactory()
    objective = Objective.objects.filter(version=versions[1]).earliest("pk")
    for number in range(30):
        add_action(objective, by=by, title=f"Action ajoutée {number}")

    with CaptureQueriesContext(connection) as many:
        response = reader.get(PAGE)

    assert len(many) == len(few)
    assert "35 changements" in text_of(response)


def test_two_plans_with_nothing_in_common_fit_in_a_light_page(reader: Client):
    old = approved_plan("mauricie")
    by = UserFactory()
    new = open_version(old.plan, by=by, reason="Tout refaire")
    for priority in Priority.objects.filter(version=new):
        remove_element(priority, by=by)
    objective = add_objective(add_priority(new, by=by, title="Tout"), by=by, title="Refaire")
    other = add_objective(
        Priority.objects.get(version=new), by=by, title="Autre objectif pour la suite"
    )
    assert other.pk != objective.pk
    for number in range(80):
        add_action(objective, by=by, title=f"Action {number}", means="Un camion " * 20)

    response = reader.get(PAGE)

    assert len(gzip.compress(response.content)) < 100_000


def test_the_cycle_of_2017_compares_in_its_own_words(reader: Client):
    alliance = AllianceFactory("mauricie", "2017-2024")
    by = UserFactory()
    first = write_all(open_version(PlanFactory(alliance), by=by), by=by, priorities=1)
    action = Action.objects.get(version=first)

    before = content_of(first)
    update_action(action, by=by, lead="Ville")
    found = report(before, content_of(first))

    assert [one.name for one in found.entries] == ["Action 1.1.1"]
    assert (found.sections, found.same_sections) == (10, 9)
    text = text_of(reader.get("/alliances/mauricie/2017-2024/plan/comparer/"))
    assert "Comparer deux versions du plan de travail" in text
