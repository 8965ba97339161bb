"""Good practices: shared by one Table, read by everybody, written by nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Cycle, JournalEntry, Notification, User
from plans.models import Action, NationalPriority, PlanVersion, SharedPractice
from plans.services import (
    add_objective,
    add_priority,
    approve_version,
    submit_version,
)
from plans.services.practices import share_practice, update_practice, withdraw_practice
from tests.factories import AllianceFactory, UserFactory, person

from .factories import (
    approved_plan,
    draft_version,
    validate,
    write_action,
    written_version,
)

pytestmark = pytest.mark.django_db
Identity = Callable[[User | None], None]
TOLD = {
    "title": "Marchés mobiles",
    "summary": "Un camion réfrigéré livre les légumes dans dix villages.",
    "result": "Soixante tonnes livrées.",
    "contact": "CDC, cdc@exemple.example",
}


def an_action(territory: str | Alliance = "mauricie") -> Action:
    version = approved_plan(territory, priorities=1)
    return Action.objects.select_related("objective").filter(version=version).earliest("pk")


def shared(territory: str = "mauricie", **told: str) -> SharedPractice:
    return share_practice(
        an_action(territory), by=person("coordination", territory), **{**TOLD, **told}
    )


def sql(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def refused(statement: str, *values: object) -> bool:
    try:
        with transaction.atomic():
            sql(statement, *values)
    except DatabaseError:
        return True
    return False


# --- The acts


def approved(version: PlanVersion) -> PlanVersion:
    return approve_version(validate(submit_version(version, by=UserFactory())), by=UserFactory())


def test_sharing_keeps_what_the_action_says_and_tells_nobody() -> None:
    action = an_action()
    before = Notification.objects.count()

    practice = share_practice(action, by=person("coordination", "mauricie"), **TOLD)

    assert (practice.title, practice.population) == (TOLD["title"], action.population)
    assert (practice.lineage, practice.version_id) == (action.lineage, action.version_id)
    assert "Marchés mobiles" in JournalEntry.objects.get(verb="share_practice").summary
    assert Notification.objects.count() == before


def test_the_themes_of_the_priority_are_kept_with_the_practice() -> None:
    by = UserFactory()
    version = written_version("mauricie", by=by, priorities=1)
    theme = NationalPriority.objects.get(cycle__slug="2024-2029", code="prevention")
    priority = add_priority(version, by=by, title="Se loger", national_priorities=[theme])
    objective = add_objective(priority, by=by, title="Un toit")
    action = write_action(objective, by=by, title="Logements de transition")
    approved(version)

    practice = share_practice(action, by=person("coordination", "mauricie"), **TOLD)

    assert practice.themes == ["prevention"]


@pytest.mark.parametrize("empty", ["title", "summary"])
def test_a_practice_says_what_it_is(empty: str) -> None:
    action = an_action()
    with pytest.raises(Refusal) as refusal:
        share_practice(action, by=person("coordination", "mauricie"), **{**TOLD, empty: "  "})
    assert refusal.value.field == empty


def test_an_action_is_shared_once_and_again_once_withdrawn() -> None:
    by = person("coordination", "mauricie")
    action = an_action()
    practice = share_practice(action, by=by, **TOLD)
    with pytest.raises(StaleAct):
        share_practice(action, by=by, **TOLD)

    withdraw_practice(practice, by=by)

    assert share_practice(action, by=by, **TOLD).pk != practice.pk
    with pytest.raises(StaleAct) as refusal:
        update_practice(practice, by=by, title="Autre")
    assert by.full_name in str(refusal.value)


def test_only_an_action_of_the_version_in_force_is_shared() -> None:
    version = written_version("mauricie", priorities=1)
    action = Action.objects.filter(version=version).earliest("pk")
    with pytest.raises(Refusal, match="en vigueur"):
        share_practice(action, by=person("coordination", "mauricie"), **TOLD)


@pytest.mark.parametrize(
    ("role", "territory", "error"),
    [
        ("partner", "mauricie", PermissionDenied),
        ("advisor", "mauricie", PermissionDenied),
        ("analyst", None, PermissionDenied),
        ("coordination", "laval", Http404),
    ],
)
def test_only_who_writes_the_plan_shares_and_withdraws(
    role: str, territory: str | None, error: type[Exception]
) -> None:
    action, other = an_action(), person(role, territory)
    with pytest.raises(error):
        share_practice(action, by=other, **TOLD)
    practice = share_practice(action, by=person("direction", "mauricie"), **TOLD)
    with pytest.raises(error):
        update_practice(practice, by=other, title="Autre")
    with pytest.raises(error):
        withdraw_practice(practice, by=other)


# --- What the database holds, past the services


def test_another_table_reads_a_practice_and_nothing_else_of_its_plan(identity: Identity) -> None:
    practice = shared("mauricie")

    identity(person("partner", "laval"))

    assert SharedPractice.objects.get(pk=practice.pk).title == TOLD["title"]
    assert not Action.objects.filter(lineage=practice.lineage).exists()
    identity(None)
    assert not SharedPractice.objects.exists()


def test_another_table_neither_changes_nor_deletes_nor_writes_one(identity: Identity) -> None:
    practice = shared("mauricie")

    identity(person("direction", "laval"))

    pk = practice.pk
    assert sql("UPDATE plans_sharedpractice SET title = 'Pris' WHERE id = %s", pk) == 0
    assert sql("UPDATE plans_sharedpractice SET withdrawn_at = NULL WHERE id = %s", pk) == 0
    assert sql("DELETE FROM plans_sharedpractice WHERE id = %s", pk) == 0
    assert refused(
        "INSERT INTO plans_sharedpractice (alliance_id, cycle_id, territory_id, version_id,"
        " lineage, title, summary, result, population, themes, contact, shared_at, shared_by_id)"
        " SELECT alliance_id, cycle_id, territory_id, version_id, gen_random_uuid(), title,"
        " summary, result, population, themes, contact, shared_at, shared_by_id"
        " FROM plans_sharedpractice"
    )
    identity(User.objects.portal())
    assert SharedPractice.objects.get(pk=pk).title == TOLD["title"]


def test_a_withdrawn_practice_leaves_the_other_territories(identity: Identity) -> None:
    practice = shared("mauricie")
    withdraw_practice(practice, by=person("coordination", "mauricie"))
    elsewhere, here = person("direction", "laval"), person("partner", "mauricie")

    identity(elsewhere)
    assert not SharedPractice.objects.filter(pk=practice.pk).exists()
    identity(here)
    assert SharedPractice.objects.filter(pk=practice.pk).exists()


def test_the_database_keeps_a_practice_and_where_it_comes_from() -> None:
    practice = shared("mauricie")
    pk = practice.pk
    assert refused("DELETE FROM plans_sharedpractice WHERE id = %s", pk)
    assert refused("UPDATE plans_sharedpractice SET lineage = gen_random_uuid() WHERE id = %s", pk)
    assert refused("UPDATE plans_sharedpractice SET shared_at = now() WHERE id = %s", pk)
    other = Cycle.objects.get(slug="2017-2024").pk
    assert refused("UPDATE plans_sharedpractice SET cycle_id = %s WHERE id = %s", other, pk)
    withdraw_practice(practice, by=person("coordination", "mauricie"))
    assert refused("UPDATE plans_sharedpractice SET title = 'Autre' WHERE id = %s", pk)


@pytest.mark.parametrize("fault", ["draft", "lineage", "alliance", "cycle"])
def test_the_database_refuses_what_is_not_an_action_in_force(fault: str) -> None:
    action = an_action("mauricie")
    alliance = action.version.plan.alliance
    draft = draft_version("laval")
    by = UserFactory()
    values: dict[str, Any] = {
        "alliance": alliance,
        "cycle": alliance.cycle,
        "version": action.version,
        "lineage": action.lineage,
        "title": "Une pratique",
        "summary": "Dite.",
        "shared_by": by,
    }
    wrong = {
        "draft": {"alliance": draft.plan.alliance, "version": draft},
        "lineage": {"lineage": "00000000-0000-4000-8000-000000000000"},
        "alliance": {"alliance": draft.plan.alliance},
        "cycle": {"cycle": Cycle.objects.get(slug="2017-2024")},
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        SharedPractice.objects.create(**{**values, **wrong[fault]})
    assert SharedPractice.objects.create(**values).pk


# --- The pages


def sign_in(client: Client, role: str, territory: str | None = "mauricie") -> User:
    user = person(role, territory)
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("role", "territory"),
    [
        ("coordination", "mauricie"),
        ("partner", "laval"),
        ("advisor", "laval"),
        ("analyst", None),
        ("auditor", None),
        ("admin", None),
    ],
)
def test_everybody_who_signs_in_finds_and_reads_a_practice(
    client: Client, role: str, territory: str | None
) -> None:
    practice = shared("mauricie")
    sign_in(client, role, territory)

    assert TOLD["title"] in client.get("/pratiques/").text
    page = client.get(f"/pratiques/{practice.pk}/").text
    assert TOLD["summary"] in page
    assert "Mauricie" in page


@pytest.mark.parametrize(
    ("cycle", "words"),
    [("2017-2024", "Thèmes du guide"), ("2024-2029", "Priorités nationales")],
)
def test_a_practice_speaks_with_the_words_of_its_cycle(
    client: Client, cycle: str, words: str
) -> None:
    alliance = AllianceFactory("mauricie", cycle)
    theme = NationalPriority.objects.get(cycle=alliance.cycle, code="securite-alimentaire")
    by = UserFactory()
    version = written_version(alliance, by=by, priorities=1)
    priority = add_priority(version, by=by, title="Se nourrir", national_priorities=[theme])
    action = write_action(add_objective(priority, by=by, title="Manger"), by=by, title="Jardins")
    approved(version)
    practice = share_practice(action, by=person("coordination", "mauricie"), **TOLD)
    sign_in(client, "partner", "laval")

    page = client.get(f"/pratiques/{practice.pk}/").text
    everybody = client.get("/pratiques/").text
    sheet = client.get("/pratiques/?export=csv").content.decode("utf-8-sig")

    said = {one for one in ("Thèmes du guide", "Priorités nationales") if one in page}
    assert said == {words}
    assert "Priorité ou thème du guide" in everybody
    assert cycle in everybody
    assert "Priorités ou thèmes du guide" in sheet
    assert cycle in sheet
    sign_in(client, "coordination", "mauricie")
    form = client.get(f"/pratiques/{practice.pk}/modifier/").text
    assert (">Entente<" in form) is (cycle == "2017-2024")


def test_a_practice_needs_a_session(client: Client) -> None:
    practice = shared("mauricie")
    for address in ("/pratiques/", f"/pratiques/{practice.pk}/"):
        assert client.get(address).status_code == 302


def test_a_shared_text_is_never_run(client: Client) -> None:
    text = "<script>alert(1)</script><b>gras</b>"
    practice = shared("mauricie", title=text, summary=text, result=text, contact=text)
    sign_in(client, "partner", "laval")

    for address in ("/pratiques/", f"/pratiques/{practice.pk}/"):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "<b>gras" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_a_table_shares_from_its_plan_then_changes_and_withdraws(client: Client) -> None:
    action = an_action("mauricie")
    user = sign_in(client, "coordination")
    base = "/alliances/mauricie/2024-2029/plan/pratiques/"
    assert action.title in client.get(base).text
    form = client.get(f"{base}{action.lineage}/").text
    assert action.means in form
    assert user.email in form

    empty = client.post(f"{base}{action.lineage}/", {"title": "Un titre gardé", "summary": ""})
    assert empty.status_code == 422
    assert "Un titre gardé" in empty.text
    done = client.post(f"{base}{action.lineage}/", TOLD)
    practice = SharedPractice.objects.get()
    assert done.url == f"/pratiques/{practice.pk}/"
    twice = client.post(f"{base}{action.lineage}/", TOLD, follow=True)
    assert "déjà partagée" in twice.text

    client.post(f"/pratiques/{practice.pk}/modifier/", {**TOLD, "title": "Camions"})
    practice.refresh_from_db()
    assert practice.title == "Camions"
    client.post(f"/pratiques/{practice.pk}/retirer/")
    practice.refresh_from_db()
    assert practice.withdrawn_by == user
    assert "Camions" not in client.get("/pratiques/").text


@pytest.mark.parametrize(
    ("role", "territory", "status"),
    [("partner", "mauricie", 403), ("analyst", None, 403), ("coordination", "laval", 404)],
)
def test_nobody_else_changes_or_withdraws_it(
    client: Client, role: str, territory: str | None, status: int
) -> None:
    practice = shared("mauricie")
    sign_in(client, role, territory)
    assert client.get(f"/pratiques/{practice.pk}/modifier/").status_code == status
    assert client.post(f"/pratiques/{practice.pk}/retirer/").status_code == status
    share = f"/alliances/mauricie/2024-2029/plan/pratiques/{practice.lineage}/"
    assert client.post(share, TOLD).status_code == status


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"Marchés mobiles", "Aide au logement"}),
        ("?q=legume", {"Marchés mobiles"}),
        ("?q=CAMIONS+refrigeres", {"Marchés mobiles"}),
        ("?population=menage", {"Marchés mobiles", "Aide au logement"}),
        ("?population=aînés", set()),
        ("?nature=ville", {"Aide au logement"}),
        ("?theme=prevention", set()),
        ("?theme=inconnu", {"Marchés mobiles", "Aide au logement"}),
        ("?q=%27%22%3B+DROP", set()),
    ],
)
def test_practices_are_found_by_words_theme_kind_and_population(
    client: Client, asked: str, found: set[str]
) -> None:
    shared("mauricie")
    shared("montreal", title="Aide au logement", summary="Une équipe accompagne.", result="")
    sign_in(client, "partner", "laval")

    page = client.get(f"/pratiques/{asked}").text
    sheet = client.get(f"/pratiques/{asked}{'&' if asked else '?'}export=csv").text

    titles = {"Marchés mobiles", "Aide au logement"}
    assert {title for title in titles if title in page} == found
    assert {title for title in titles if title in sheet} == found


def test_the_list_costs_the_same_for_1_and_30_practices(client: Client) -> None:
    by = UserFactory()
    version = written_version("mauricie", by=by, priorities=1, actions=31)
    approved(version)
    actions = list(Action.objects.filter(version=version))
    coordination = person("coordination", "mauricie")
    addresses = ["/pratiques/", "/alliances/mauricie/2024-2029/plan/pratiques/"]
    client.force_login(coordination)

    def counts() -> list[int]:
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            found.append(len(captured))
        return found

    share_practice(actions[0], by=coordination, **TOLD)
    counts()
    one = counts()
    for action in actions[1:]:
        share_practice(action, by=coordination, **TOLD)
    assert counts() == one
