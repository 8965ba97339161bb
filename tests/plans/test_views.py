import gzip
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances import clock
from plans.models import (
    Action,
    CanvasSection,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    SectionText,
)
from plans.services import add_priority, return_version, submit_version
from tests.factories import UserFactory, person

from .factories import (
    answer_corrections,
    approved_plan,
    draft_version,
    review_all,
    version_in,
    write_all,
    written_version,
)
from .pages import text_of

pytestmark = pytest.mark.django_db
PLAN = "/alliances/mauricie/2024-2029/plan/"


# --- Who sees and does what

PAGES = ["", "1/", "1/3/", "1/2c/", "1/ecrire/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["coordination", "partner", "advisor", "analyst", "auditor"])
def test_every_role_of_the_territory_reads_the_plan(
    signed_in: Callable[..., Client], role: str, page: str
) -> None:
    written_version("mauricie", priorities=1)

    assert signed_in(role).get(PLAN + page).status_code in {200, 302}


@pytest.mark.parametrize("page", [*PAGES, "1/verifier/"])
def test_another_territory_does_not_exist(signed_in: Callable[..., Client], page: str) -> None:
    draft_version("mauricie")

    assert signed_in("direction", "laval").get(PLAN + page).status_code == 404


ACTS = {
    "nouvelle-version/": {"coordination", "direction"},
    "1/transmettre/": {"direction"},
    "1/retourner/": {"analyst"},
    "1/valider/": {"analyst"},
    "1/approuver/": {"delegate"},
    "1/2c/texte/": {"coordination", "direction"},
    "1/3/ajouter/priorite/": {"coordination", "direction"},
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "role", ["coordination", "direction", "partner", "advisor", "analyst", "delegate", "auditor"]
)
def test_each_act_belongs_to_its_roles(
    signed_in: Callable[..., Client], role: str, act: str
) -> None:
    draft_version("mauricie")

    status = signed_in(role).post(PLAN + act).status_code

    assert (status != 403) == (role in ACTS[act])


# --- Writing


def test_the_text_saves_itself_and_says_when(signed_in: Callable[..., Client]) -> None:
    draft_version("mauricie")

    answer = signed_in("coordination").post(
        f"{PLAN}1/champ/",
        {"kind": "texte", "code": "2c", "field": "html", "value": "<p>La Tuque</p>", "base": "0"},
        headers={"X-Autosave": "1"},
    )

    assert re.fullmatch(r"\d+\sh\s\d\d", answer.json()["at"])
    assert (answer.json()["before"], answer.json()["revision"]) == (0, 1)


def test_two_writers_get_a_screen_with_both_texts(signed_in: Callable[..., Client]) -> None:
    draft_version("mauricie")
    client = signed_in("coordination", full_name="Maude Gélinas")
    client.post(f"{PLAN}1/2c/texte/", {"html": "<p>Le sien</p>", "revision": "0"})
    client = signed_in("direction")
    sent = {"html": "<p>Le mien</p>", "revision": "0"}

    page = client.post(f"{PLAN}1/2c/texte/", sent)
    quiet = client.post(
        f"{PLAN}1/champ/",
        {"kind": "texte", "code": "2c", "field": "html", "value": "<p>Le mien</p>", "base": "0"},
        headers={"X-Autosave": "1"},
    )

    assert (page.status_code, quiet.status_code) == (409, 409)
    assert "Maude Gélinas a enregistré un autre texte" in quiet.json()["message"]
    assert "Le sien" in text_of(page)
    assert "Le mien" in text_of(page)
    client.post(f"{PLAN}1/2c/texte/", {"html": "<p>Les deux</p>", "revision": "1"})
    assert SectionText.objects.get().html == "<p>Les deux</p>"


def action_data(**changes: str) -> dict[str, str]:
    return {
        "title": "Marchés mobiles",
        "people_to_reach": "1 200",
        "revision": "",
        "ind-TOTAL_FORMS": "1",
        "ind-INITIAL_FORMS": "0",
        "ind-0-name": "Tonnes livrées",
        "ind-0-baseline": "38",
        "ind-0-target": "4,5",
        "ind-0-unit": "tonnes",
        **changes,
    }


def test_the_logic_is_written_from_the_editor(signed_in: Callable[..., Client]) -> None:
    draft_version("mauricie")
    client = signed_in("coordination")

    client.post(f"{PLAN}1/3/ajouter/priorite/", {"title": "Se nourrir"})
    priority = Priority.objects.get()
    client.post(f"{PLAN}1/3/ajouter/objectif/?sous={priority.pk}", {"title": "Un point d’accès"})
    objective = Objective.objects.get()
    answer = client.post(f"{PLAN}1/3/ajouter/action/?sous={objective.pk}", action_data())

    action = Action.objects.get()
    assert answer.url == f"{PLAN}1/3/?priorite={priority.pk}#action-{action.pk}"
    assert action.people_to_reach == 1200
    assert str(Indicator.objects.get().target) == "4.50"
    page = text_of(client.get(f"{PLAN}1/3/action/{action.pk}/"))
    assert "1.1.1" in page
    client.post(f"{PLAN}1/3/action/{action.pk}/retirer/")
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Nommez l’action."),
        ({"ind-0-target": "12,345.6"}, "Entrez un nombre, par exemple 1 200 ou 4,5."),
        ({"ind-0-target": "-5"}, "Entrez un nombre, par exemple 1 200 ou 4,5."),
        ({"ind-0-target": "1e9"}, "Entrez un nombre, par exemple 1 200 ou 4,5."),
        ({"ind-0-unit": ""}, "Dites l’unité, par exemple « tonnes »."),
        ({"ind-0-name": ""}, "Nommez l’indicateur."),
        ({"people_to_reach": "douze"}, "Entrez un nombre, par exemple 1 200 ou 4,5."),
        ({"people_to_reach": "4,5"}, "Entrez un nombre entier, par exemple 1 200."),
    ],
)
def test_a_faulty_action_is_shown_again_with_what_to_type(
    signed_in: Callable[..., Client], changes: dict[str, str], sentence: str
) -> None:
    version = draft_version("mauricie")
    priority = add_priority(version, by=UserFactory(), title="Se nourrir")
    client = signed_in("coordination")
    client.post(f"{PLAN}1/3/ajouter/objectif/?sous={priority.pk}", {"title": "Un point d’accès"})
    objective = Objective.objects.get()

    answer = client.post(f"{PLAN}1/3/ajouter/action/?sous={objective.pk}", action_data(**changes))

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "Tonnes livrées" in answer.content.decode() or "ind-0-name" in changes
    assert not Action.objects.exists()


def test_an_element_of_another_version_does_not_exist(signed_in: Callable[..., Client]) -> None:
    first = approved_plan("mauricie", priorities=1)
    draft_version("mauricie")
    old = Priority.objects.get(version=first)

    assert signed_in("coordination").get(f"{PLAN}2/3/priorite/{old.pk}/").status_code == 404


def test_a_frozen_version_has_no_form_and_refuses_what_is_sent(
    signed_in: Callable[..., Client],
) -> None:
    version = approved_plan("mauricie", priorities=1)
    client = signed_in("coordination")

    page = client.get(f"{PLAN}1/3/").content.decode()
    answer = client.post(f"{PLAN}1/3/ajouter/priorite/", {"title": "Se loger"})

    assert "data-rte" not in page
    assert answer.status_code == 422
    assert "ne change plus" in text_of(answer)
    assert Priority.objects.filter(version=version).count() == 1


# --- Deciding


def test_submitting_an_incomplete_plan_lists_what_is_missing_with_links(
    signed_in: Callable[..., Client],
) -> None:
    draft_version("mauricie")

    answer = signed_in("direction").post(f"{PLAN}1/transmettre/")

    assert answer.status_code == 422
    assert f'<a href="{PLAN}1/2c/">zones de dévitalisation (2c)</a>' in answer.content.decode()


def test_from_submission_to_the_version_in_force(signed_in: Callable[..., Client]) -> None:
    written_version("mauricie", priorities=1)
    client = signed_in("direction")
    client.post(f"{PLAN}1/transmettre/")
    client = signed_in("analyst")
    review_all(PlanVersion.objects.get(), by=UserFactory())
    assert "Valider le plan" in text_of(client.get(f"{PLAN}1/"))
    client.post(f"{PLAN}1/valider/", {"note": "Entente avec la DGSQ."}, follow=True)
    client = signed_in("delegate")
    version = PlanVersion.objects.get()
    page = client.post(
        f"{PLAN}1/approuver/", {"on": clock.day_of(version.validated_at).isoformat()}, follow=True
    )

    assert "approuvé. La lettre d’approbation part à la Table." in text_of(page)
    client = signed_in("coordination")
    assert "Priorité numéro 1" in text_of(client.get(PLAN))
    section = CanvasSection.objects.get(canvas=version.plan.canvas, code="2c")
    client.post(f"{PLAN}nouvelle-version/", {"reason": "Itinérance", "sections": [section.pk]})
    assert PlanVersion.objects.filter(state="draft", number=2).exists()


def test_a_return_without_a_reason_keeps_the_page(signed_in: Callable[..., Client]) -> None:
    version_in("submitted", priorities=1)

    answer = signed_in("analyst").post(f"{PLAN}1/retourner/", {"reason": ""})

    assert answer.status_code == 422
    assert "Écrivez le motif du retour" in text_of(answer)


def test_the_second_person_to_decide_is_told_who_decided(
    signed_in: Callable[..., Client],
) -> None:
    version = version_in("submitted", priorities=1)
    return_version(version, by=UserFactory(full_name="Sophie Lavoie"), reason="À préciser.")

    page = signed_in("analyst").post(f"{PLAN}1/valider/", follow=True)

    assert page.status_code == 409
    assert "Sophie Lavoie l’a retournée à la Table le" in text_of(page)


def test_a_decision_on_an_older_submission_is_refused(signed_in: Callable[..., Client]) -> None:
    read = version_in("submitted", priorities=1)
    return_version(read, by=UserFactory(), reason="À préciser.")
    answer_corrections(read, by=person("coordination", "mauricie"))
    submit_version(read, by=UserFactory())

    page = signed_in("analyst").post(
        f"{PLAN}1/valider/", {"submitted_at": read.submitted_at.isoformat()}, follow=True
    )

    assert "un autre texte" in text_of(page)
    assert PlanVersion.objects.get().state == "submitted"


def test_the_version_in_force_on_a_day_before_any_approval(
    signed_in: Callable[..., Client],
) -> None:
    approved_plan("mauricie", priorities=1)

    page = signed_in("partner").get(PLAN, {"le": "2020-01-01"})

    assert "Aucune version n’était en vigueur ce jour-là." in text_of(page)


# --- Size and queries


def measured(client: Client, address: str) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(captured), len(gzip.compress(answer.content))


@pytest.mark.parametrize("page", ["", "1/", "1/3/", "1/8/", "1/2c/", "1/verifier/"])
def test_a_large_plan_takes_the_same_queries_as_a_small_one(
    signed_in: Callable[..., Client], page: str
) -> None:
    small, large = draft_version("mauricie"), draft_version("laval")
    write_all(small, by=UserFactory(), priorities=1)
    write_all(large, by=UserFactory(), priorities=10, actions=3)

    client = signed_in("coordination", "mauricie")
    client.get(PLAN + page)
    one, _size = measured(client, PLAN + page)
    client = signed_in("coordination", "laval")
    client.get(PLAN.replace("mauricie", "laval") + page)
    many, size = measured(client, PLAN.replace("mauricie", "laval") + page)

    assert one == many
    assert size < 60_000


def test_saving_a_text_reads_and_writes_little(signed_in: Callable[..., Client]) -> None:
    written_version("mauricie", priorities=3)
    client = signed_in("coordination")
    client.get(f"{PLAN}1/2c/")

    with CaptureQueriesContext(connection) as captured:
        client.post(
            f"{PLAN}1/2c/texte/", {"html": "<p>La Tuque</p>", "revision": "1"},
        )  # fmt: skip

    own = [q["sql"] for q in captured if "plans_" in q["sql"]]
    assert len(own) <= 6
