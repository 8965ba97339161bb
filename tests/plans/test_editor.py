"""The editor: one field saved, two people in one, closed sections, who is where."""

import gzip
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.models import Mrc
from alliances.permissions import forget_rights
from plans.models import (
    Action,
    CanvasSection,
    Indicator,
    Objective,
    OpenedSection,
    PlanVersion,
    Presence,
    Priority,
)
from plans.services import add_priority, open_version, remove_element, submit_version, update_action
from tests.factories import AllianceFactory, UserFactory, person

from .factories import approved_plan, draft_version, write_all, written_version
from .test_views import action_data, text_of

pytestmark = pytest.mark.django_db
PLAN = "/alliances/mauricie/2024-2029/plan/"
QUIET = {"X-Autosave": "1"}


@pytest.fixture
def signed_in(client: Client) -> Callable[..., Client]:
    def sign_in(role: str, territory: str | None = "mauricie", **fields: Any) -> Client:
        national = role in {"analyst", "delegate", "budget", "payments", "auditor"}
        client.force_login(person(role, None if national else territory, **fields))
        return client

    return sign_in


def sent(element: Any, field: str, value: Any, base: Any, **more: Any) -> dict[str, Any]:
    kinds = {
        Priority: "priorite", Objective: "objectif", Action: "action", Indicator: "indicateur",
    }  # fmt: skip
    return {
        "kind": kinds[type(element)],
        "pk": element.pk,
        "field": field,
        "value": value,
        "base": base,
        "code": "3",
        **more,
    }


def modification(*codes: str) -> PlanVersion:
    """A version that modifies the one in force and opens those sections."""
    base = approved_plan("mauricie", priorities=1)
    version = open_version(base.plan, by=UserFactory(), reason="Correction d’une cible")
    if version.base_id is None:
        PlanVersion.objects.filter(pk=version.pk).update(base=base)
    OpenedSection.objects.filter(version=version).delete()
    OpenedSection.objects.bulk_create(
        OpenedSection(
            version=version, territory_id=version.territory_id, section=section,
            opened_by=UserFactory(),
        )
        for section in CanvasSection.objects.filter(canvas=version.plan.canvas, code__in=codes)
    )  # fmt: skip
    return PlanVersion.objects.get(pk=version.pk)


# --- One field


@pytest.mark.parametrize(
    ("field", "value", "base", "kept"),
    [
        ("lead", "Moisson", "CDC", "Moisson"),
        ("people_to_reach", "1 200", "", 1200),
        ("budget", "12 345,60", "", Decimal("12345.60")),
        ("starts_on", "2026-09-01", "", date(2026, 9, 1)),
    ],
)
def test_a_field_is_saved_as_it_is_typed(
    signed_in: Callable[..., Client], field: str, value: str, base: str, kept: Any
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))

    answer = signed_in("coordination").post(
        f"{PLAN}1/champ/", sent(action, field, value, base), headers=QUIET
    )

    assert answer.status_code == 200, answer.content
    action.refresh_from_db()
    assert getattr(action, field) == kept


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("budget", "12,345.6", "Entrez un montant en dollars"),
        ("budget", "-5", "Entrez un montant en dollars"),
        ("budget", "1e9", "Entrez un montant en dollars"),
        ("people_to_reach", "douze", "Entrez un nombre"),
        ("starts_on", "le 3 mai", "Entrez une date"),
        ("title", "", "Nommez l’action."),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_type(
    signed_in: Callable[..., Client], field: str, value: str, sentence: str
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    base = "Action 1.1.1" if field == "title" else ""

    answer = signed_in("coordination").post(
        f"{PLAN}1/champ/", sent(action, field, value, base), headers=QUIET
    )

    assert answer.status_code == 422
    assert sentence in answer.json()["message"]


def test_a_target_without_its_unit_or_that_is_no_number_is_refused(
    signed_in: Callable[..., Client],
) -> None:
    version = written_version("mauricie", priorities=1)
    Indicator.objects.filter(version=version).update(unit="", target=None)
    indicator = Indicator.objects.get(version=version)
    client = signed_in("coordination")

    without = client.post(f"{PLAN}1/champ/", sent(indicator, "target", "60", ""), headers=QUIET)
    words = client.post(f"{PLAN}1/champ/", sent(indicator, "target", "beaucoup", ""), headers=QUIET)

    assert (without.status_code, words.status_code) == (422, 422)
    assert "Dites l’unité" in without.json()["message"]
    assert "Entrez un nombre" in words.json()["message"]


def test_the_second_in_a_field_is_led_to_both_texts_and_chooses(
    signed_in: Callable[..., Client],
) -> None:
    version = written_version("mauricie", priorities=1)
    action = Action.objects.get(version=version)
    update_action(action, by=UserFactory(full_name="Maude Gélinas"), lead="La ville")
    client = signed_in("coordination")
    mine = sent(action, "lead", "Moisson", "CDC")

    quiet = client.post(f"{PLAN}1/champ/", mine, headers=QUIET)
    page = client.post(f"{PLAN}1/champ/", mine)

    assert (quiet.status_code, page.status_code) == (409, 409)
    assert quiet.json()["both"]
    shown = text_of(page)
    assert "Maude Gélinas a enregistré autre chose dans ce champ" in shown
    assert "Votre texte" in shown
    assert "La ville" in shown
    assert Action.objects.get(pk=action.pk).lead == "La ville"
    chosen = {**mine, "value": "Moisson et la ville", "base": "La ville"}
    answer = client.post(f"{PLAN}1/champ/", chosen)
    assert answer.url == f"{PLAN}1/3/action/{action.pk}/#action-{action.pk}"
    assert Action.objects.get(pk=action.pk).lead == "Moisson et la ville"


def test_two_choices_of_places_are_shown_by_name(signed_in: Callable[..., Client]) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    first, second = Mrc.objects.filter(territory__slug="mauricie")[:2]
    update_action(action, by=UserFactory(), mrcs=[first])

    page = signed_in("coordination").post(f"{PLAN}1/champ/", sent(action, "mrcs", [second.pk], []))

    assert page.status_code == 409
    assert str(first) in text_of(page)
    assert f'name="base" value="{first.pk}"' in page.content.decode()


def test_the_screen_of_two_texts_of_a_section_comes_from_the_field_too(
    signed_in: Callable[..., Client],
) -> None:
    written_version("mauricie", priorities=1)
    data = {"kind": "texte", "code": "2c", "field": "html", "value": "<p>Le mien</p>", "base": "0"}

    page = signed_in("coordination").post(f"{PLAN}1/champ/", data)

    assert page.status_code == 409
    assert "Texte de la section 2c." in text_of(page)
    assert "Le mien" in text_of(page)


def test_an_element_taken_out_is_said(signed_in: Callable[..., Client]) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    data = sent(action, "lead", "Moisson", "CDC")
    remove_element(action, by=UserFactory())

    answer = signed_in("coordination").post(f"{PLAN}1/champ/", data, headers=QUIET)

    assert answer.status_code == 409
    assert "retiré du plan" in answer.json()["message"]


@pytest.mark.parametrize(
    ("role", "territory", "status"),
    [
        ("coordination", "mauricie", 200),
        ("partner", "mauricie", 403),
        ("analyst", None, 403),
        ("coordination", "laval", 404),
    ],
)
def test_who_may_save_a_field(
    signed_in: Callable[..., Client], role: str, territory: str | None, status: int
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))

    answer = signed_in(role, territory).post(
        f"{PLAN}1/champ/", sent(action, "lead", "Moisson", "CDC"), headers=QUIET
    )

    assert answer.status_code == status


@pytest.mark.parametrize(
    "change",
    [
        {"code": "3/../4", "field": "x"},
        {"kind": "version"},
        {"field": "rank"},
        {"field": "objective"},
        {"pk": "9" * 30},
        {"kind": "texte", "code": "zz"},
    ],
)
def test_what_is_no_field_is_not_written(
    signed_in: Callable[..., Client], change: dict[str, str]
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))

    answer = signed_in("coordination").post(
        f"{PLAN}1/champ/", sent(action, "lead", "Moisson", "CDC") | change, headers=QUIET
    )

    assert answer.status_code in {404, 409}
    assert Action.objects.get(pk=action.pk).revision == 0


def test_the_name_of_a_new_indicator_makes_it(signed_in: Callable[..., Client]) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    client = signed_in("coordination")
    data = {"kind": "indicateur", "pk": "", "parent": action.pk, "field": "name"}

    answer = client.post(f"{PLAN}1/champ/", {**data, "value": "Paniers"}, headers=QUIET)
    empty = client.post(f"{PLAN}1/champ/", {**data, "value": " "}, headers=QUIET)

    made = Indicator.objects.get(pk=answer.json()["pk"])
    assert (made.name, made.action, made.rank) == ("Paniers", action, 2)
    assert empty.status_code == 422


# --- The whole form, without a script


def test_two_whole_forms_show_what_differs_then_obey(signed_in: Callable[..., Client]) -> None:
    version = written_version("mauricie", priorities=1)
    action = Action.objects.get(version=version)
    indicator = Indicator.objects.get(version=version)
    update_action(action, by=UserFactory(full_name="Maude Gélinas"), lead="La ville")
    client = signed_in("coordination")
    mine = action_data(
        title="Action 1.1.1", lead="Moisson", revision="0",
        **{"ind-0-pk": str(indicator.pk), "ind-0-revision": "0", "ind-0-target": "60"},
    )  # fmt: skip
    address = f"{PLAN}1/3/action/{action.pk}/"

    page = client.post(address, mine)

    shown = text_of(page)
    assert page.status_code == 409
    assert "Maude Gélinas a modifié cet élément" in shown
    assert "Responsable Moisson La ville" in shown
    assert Action.objects.get(pk=action.pk).lead == "La ville"
    assert 'name="revision" value="1"' in page.content.decode()
    assert "data-fields=" not in page.content.decode().split('id="form-action"')[1].split(">")[0]
    client.post(address, mine | {"revision": "1"})
    assert Action.objects.get(pk=action.pk).lead == "Moisson"


def test_dates_and_budget_are_written_and_read(signed_in: Callable[..., Client]) -> None:
    version = written_version("mauricie", priorities=1)
    action = Action.objects.get(version=version)
    client = signed_in("coordination")
    dates = {"starts_on": "2026-09-01", "ends_on": "2027-03-31", "budget": "12 000"}

    client.post(
        f"{PLAN}1/3/action/{action.pk}/",
        action_data(**dates, **{"ind-0-frequency": "yearly"}) | {"revision": "0"},
    )
    wrong = client.post(
        f"{PLAN}1/3/action/{action.pk}/",
        action_data(revision="1", starts_on="2026-09-01", ends_on="2026-01-01"),
    )

    page = text_of(client.get(f"{PLAN}1/"))
    assert "du 1er sept. 2026 au 31 mars 2027" in page
    assert "12 000 $" in page
    assert "chaque année" in page
    assert wrong.status_code == 422
    assert "La fin de l’action doit suivre son début." in text_of(wrong)


def test_an_objective_without_a_priority_is_refused(signed_in: Callable[..., Client]) -> None:
    draft_version("mauricie")

    answer = signed_in("coordination").post(f"{PLAN}1/4/ajouter/objectif/", {"title": "Seul"})

    assert answer.status_code == 422
    assert "Choisissez la priorité" in text_of(answer)
    assert not Objective.objects.exists()


# --- Order


def test_an_action_is_copied_and_moved_from_its_form(signed_in: Callable[..., Client]) -> None:
    version = written_version("mauricie", priorities=2)
    action = Action.objects.filter(version=version).order_by("pk")[0]
    other = Objective.objects.filter(version=version).order_by("-priority__rank")[0]
    client = signed_in("coordination")
    base = f"{PLAN}1/3/action/{action.pk}/"

    page = client.get(base).content.decode()
    client.post(f"{base}copier/")
    answer = client.post(f"{base}deplacer/", {"sous": other.pk, "rang": "1"})

    assert "Déplacer vers…" in page
    assert f'<option value="{other.pk}"' in page
    assert answer.url == f"{PLAN}1/3/?priorite={other.priority_id}#action-{action.pk}"
    action.refresh_from_db()
    assert (action.objective, action.rank) == (other, 1)
    assert Action.objects.filter(version=version, title="Action 1.1.1 (copie)").count() == 1


# --- Modifications


def test_a_modification_writes_only_what_it_opens(signed_in: Callable[..., Client]) -> None:
    version = modification("8")
    number = version.number
    action = Action.objects.get(version=version)
    indicator = Indicator.objects.get(version=version)
    client = signed_in("coordination")

    target = client.post(
        f"{PLAN}{number}/champ/", sent(indicator, "target", "80", "60"), headers=QUIET
    )
    lead = client.post(
        f"{PLAN}{number}/champ/", sent(action, "lead", "Moisson", "CDC"), headers=QUIET
    )
    text = client.post(
        f"{PLAN}{number}/champ/",
        {"kind": "texte", "code": "2c", "field": "html", "value": "<p>Autre</p>", "base": "1"},
        headers=QUIET,
    )

    assert target.status_code == 200, target.content
    assert (lead.status_code, text.status_code) == (422, 422)
    assert "n’ouvre pas la section 9" in lead.json()["message"]
    assert "n’ouvre pas la section 2c" in text.json()["message"]


def test_the_form_of_a_modification_shows_what_it_opens(signed_in: Callable[..., Client]) -> None:
    version = modification("8", "9")
    action = Action.objects.get(version=version)
    client = signed_in("coordination")

    page = client.get(f"{PLAN}{version.number}/9/action/{action.pk}/").content.decode()
    closed = client.get(f"{PLAN}{version.number}/2c/").content.decode()
    priority = Priority.objects.get(version=version)
    refused = client.get(f"{PLAN}{version.number}/3/priorite/{priority.pk}/", follow=True)

    assert 'name="lead"' in page
    assert 'name="means"' not in page
    assert "La modification n’ouvre pas ces champs." in page
    assert "Un camion réfrigéré partagé" in page
    assert "data-rte" not in closed
    assert "La modification n’ouvre pas cette section" in closed
    assert "Ajouter une priorité" not in page
    assert "n’ouvre pas la section 3" in text_of(refused)


def test_a_new_action_of_a_modification_is_written_whole(
    signed_in: Callable[..., Client],
) -> None:
    version = modification("5")
    objective = Objective.objects.get(version=version)
    client = signed_in("coordination")

    client.post(
        f"{PLAN}{version.number}/5/ajouter/action/?sous={objective.pk}", action_data(lead="CDC")
    )

    made = Action.objects.get(version=version, title="Marchés mobiles")
    assert (made.lead, made.indicators.count()) == ("CDC", 1)
    page = client.get(f"{PLAN}{version.number}/5/action/{made.pk}/").content.decode()
    assert 'name="lead"' in page
    answer = client.post(
        f"{PLAN}{version.number}/champ/", sent(made, "lead", "Moisson", "CDC"), headers=QUIET
    )
    assert answer.status_code == 200


def test_removing_what_a_modification_keeps_closed_is_refused_in_words(
    signed_in: Callable[..., Client],
) -> None:
    version = modification("5")
    action = Action.objects.get(version=version)

    page = signed_in("coordination").post(
        f"{PLAN}{version.number}/5/action/{action.pk}/retirer/", follow=True
    )

    assert "n’ouvre pas la section 8" in text_of(page)
    assert Action.objects.filter(pk=action.pk).exists()


# --- Who is where


def test_who_writes_is_seen_by_who_writes(client: Client) -> None:
    draft_version("mauricie")
    helene = person("direction", "mauricie", full_name="Hélène Tremblay")
    client.force_login(helene)
    answer = client.post(f"{PLAN}1/2c/presence/")
    assert answer.json()["sections"]["2c"]["people"] == ""

    client.force_login(person("coordination", "mauricie"))
    page = text_of(client.get(f"{PLAN}1/2c/"))
    reply = client.post(f"{PLAN}1/3/presence/").json()
    client.post(f"{PLAN}1/2c/presence/")

    assert "Hélène Tremblay est dans cette section." in page
    assert reply["sections"]["2c"]["people"] == "Hélène Tremblay est dans cette section."
    assert (reply["done"], reply["total"], reply["progress"]) == (0, 15, "0 élément sur 15")
    assert reply["sections"]["2c"]["state"] == "À faire"
    assert Presence.objects.count() == 2
    client.force_login(person("analyst"))
    assert "Hélène Tremblay est dans" not in text_of(client.get(f"{PLAN}1/2c/"))


def test_who_gives_no_sign_for_ninety_seconds_is_gone(client: Client) -> None:
    draft_version("mauricie")
    client.force_login(person("direction", "mauricie", full_name="Hélène Tremblay"))
    client.post(f"{PLAN}1/2c/presence/")
    client.force_login(person("coordination", "mauricie"))

    with clock.at(clock.now() + timedelta(seconds=91)):
        page = text_of(client.get(f"{PLAN}1/2c/"))

    assert "Hélène Tremblay est dans" not in page


def test_who_lost_the_right_to_write_is_not_shown(client: Client) -> None:
    draft_version("mauricie")
    helene = person("direction", "mauricie", full_name="Hélène Tremblay")
    client.force_login(helene)
    client.post(f"{PLAN}1/2c/presence/")
    helene.groups.clear()
    forget_rights(helene)
    client.force_login(person("coordination", "mauricie"))

    assert "Hélène Tremblay est dans" not in text_of(client.get(f"{PLAN}1/2c/"))


def test_a_reader_has_no_presence(client: Client) -> None:
    draft_version("mauricie")
    client.force_login(person("partner", "mauricie"))

    assert client.post(f"{PLAN}1/2c/presence/").status_code == 403
    assert not Presence.objects.exists()


def test_a_transmitted_version_says_it_is_no_longer_written(client: Client) -> None:
    version = written_version("mauricie", priorities=1)
    submit_version(version, by=UserFactory())
    client.force_login(person("coordination", "mauricie"))

    assert client.post(f"{PLAN}1/2c/presence/").json()["writable"] is False
    assert not Presence.objects.exists()


# --- What each section is asked


def test_a_section_says_what_is_required_and_what_is_advised(
    signed_in: Callable[..., Client],
) -> None:
    draft_version("mauricie")
    client = signed_in("coordination")

    required = text_of(client.get(f"{PLAN}1/2c/"))
    advised = text_of(client.get(f"{PLAN}1/2b/"))

    assert "Exigé Les zones de dévitalisation à privilégier" in required
    assert "Conseillé Les préoccupations transversales" in advised
    assert "À faire" in required


def test_the_check_page_keeps_advice_apart(signed_in: Callable[..., Client]) -> None:
    written_version("mauricie", priorities=1)

    page = text_of(signed_in("direction").get(f"{PLAN}1/verifier/"))

    assert "Transmettre à la DGSSAC" in page
    assert "Ils n’empêchent pas de transmettre." in page
    assert "Sans début ou fin : 1.1.1." in page


def test_the_2017_plan_is_written_with_its_own_sections(client: Client) -> None:
    version = draft_version(AllianceFactory("mauricie", "2017-2024"))
    priority = add_priority(version, by=UserFactory(), title="Se nourrir")
    client.force_login(person("coordination", "mauricie"))
    plan = "/alliances/mauricie/2017-2024/plan/1/"

    client.post(f"{plan}1/ajouter/objectif/?sous={priority.pk}", {"title": "Un point d’accès"})
    objective = Objective.objects.get()
    client.post(f"{plan}1/ajouter/action/?sous={objective.pk}", action_data())
    answer = client.post(
        f"{plan}champ/", sent(Action.objects.get(), "lead", "CDC", "") | {"code": "1"},
        headers=QUIET,
    )  # fmt: skip

    assert answer.status_code == 200
    assert client.get(f"{plan}1/").status_code == 200
    assert client.get(f"{plan}verifier/").status_code == 200


# --- Queries


def test_saving_a_field_takes_six_queries_from_end_to_end(
    signed_in: Callable[..., Client],
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    client = signed_in("coordination")
    client.post(f"{PLAN}1/champ/", sent(action, "lead", "La ville", "CDC"), headers=QUIET)

    counts = {}
    for name, data in {
        "column": sent(action, "lead", "Moisson", "La ville"),
        "text": {
            "kind": "texte", "code": "2c", "field": "html", "value": "<p>La Tuque</p>", "base": "1",
        },
    }.items():  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(f"{PLAN}1/champ/", data, headers=QUIET)
        assert answer.status_code == 200, answer.content
        counts[name] = [
            one["sql"] for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))
        ]

    # Session, person, identity (and its return, which only a test has), rights, the field, its
    # writing.
    identity = [one for one in counts["column"] if "set_config" in one]
    assert len(counts["column"]) - len(identity) + 1 == 6, counts["column"]
    assert len(counts["text"]) == len(counts["column"])


def test_a_large_plan_opens_with_the_queries_of_an_empty_one(
    signed_in: Callable[..., Client],
) -> None:
    draft_version("mauricie")
    write_all(draft_version("laval"), by=UserFactory(), priorities=6, objectives=2, actions=3)
    counts, sizes = [], []

    for place in ("mauricie", "laval"):
        client = signed_in("coordination", place)
        address = PLAN.replace("mauricie", place) + "1/3/"
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        counts.append(len(captured))
        sizes.append(len(gzip.compress(answer.content)))

    assert counts[0] == counts[1]
    assert sizes[1] < 60_000


def test_a_very_large_plan_is_read_one_priority_at_a_time(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plans.selectors.logic.WHOLE", 2)
    version = written_version("mauricie", priorities=3)
    last = Priority.objects.get(version=version, rank=3)
    client = signed_in("partner")

    first_shown = text_of(client.get(f"{PLAN}1/"))
    last_shown = text_of(client.get(f"{PLAN}1/", {"priorite": last.pk}))

    assert "Action 1.1.1" in first_shown
    assert "Action 3.1.1" not in first_shown
    assert "Priorité numéro 3" in first_shown
    assert "Action 3.1.1" in last_shown
