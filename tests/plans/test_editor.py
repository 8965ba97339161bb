"""The editor without a script: whole forms, order, what each section is asked, large plans."""

import gzip
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from plans.models import (
    Action,
    Indicator,
    Objective,
    Priority,
)
from plans.services import add_indicator, add_priority, update_action
from tests.factories import AllianceFactory, UserFactory, person

from .editor import PLAN, QUIET, sent
from .factories import draft_version, write_all, written_version
from .pages import text_of
from .test_views import action_data

pytestmark = pytest.mark.django_db


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


def test_an_indicator_is_moved_and_copied_in_the_form_of_its_action(
    signed_in: Callable[..., Client],
) -> None:
    version = written_version("mauricie", priorities=1)
    action = Action.objects.get(version=version)
    add_indicator(action, by=UserFactory(), name="Repas servis")
    last = action.indicators.get(name="Repas servis")
    client = signed_in("coordination")
    form = f"{PLAN}1/8/action/{action.pk}/"

    page = client.get(form).content.decode()
    shown = list(action.indicators.all())
    moved = client.post(f"{PLAN}1/8/indicateur/{last.pk}/deplacer/", {"sens": "haut"})
    copied = client.post(f"{PLAN}1/8/indicateur/{last.pk}/copier/")

    for one in shown:
        assert f'<form id="ranger-{one.pk}"' in page
        assert f'form="ranger-{one.pk}"' in page
    assert 'form=""' not in page
    assert page.count("Monter « Repas servis »") == page.count("Descendre « Tonnes livrées »") == 1
    assert "Monter « Tonnes livrées »" not in page
    assert "Descendre « Repas servis »" not in page
    assert moved.url == f"{form}#indicateur-{last.pk}"
    names = ["Repas servis", "Repas servis (copie)", "Tonnes livrées"]
    assert list(action.indicators.order_by("rank").values_list("name", flat=True)) == names
    assert copied.url == f"{form}#indicateur-{action.indicators.get(rank=2).pk}"


def test_an_indicator_goes_under_another_action(signed_in: Callable[..., Client]) -> None:
    version = written_version("mauricie", priorities=2)
    here, there = Action.objects.filter(version=version).order_by("objective__priority__rank")
    one = Indicator.objects.get(action=here)
    client = signed_in("coordination")
    form = f"{PLAN}1/8/action/{here.pk}/"

    closed = client.get(form).content.decode()
    page = text_of(client.get(form, {"deplacer": one.pk}))
    answer = client.post(f"{PLAN}1/8/indicateur/{one.pk}/deplacer/", {"sous": there.pk, "rang": ""})

    assert f'href="{form}?deplacer={one.pk}#vers-action"' in closed
    assert "Sous quelle action" not in closed
    assert "Sous quelle action" in page
    assert "2.1.1 Action 2.1.1" in page
    assert answer.url == f"{PLAN}1/8/action/{there.pk}/#indicateur-{one.pk}"
    one.refresh_from_db()
    assert (one.action, one.rank) == (there, 2)


def test_an_indicator_goes_under_no_action_of_another_version(
    signed_in: Callable[..., Client],
) -> None:
    mine = Indicator.objects.get(action__version=written_version("mauricie", priorities=1))
    theirs = Action.objects.get(version=written_version("laval", priorities=1))
    client = signed_in("coordination")
    address = f"{PLAN}1/8/indicateur/{mine.pk}/deplacer/"

    assert client.post(address, {"sous": theirs.pk}).status_code == 404
    assert client.post(address, {"sous": "9" * 30}).status_code == 404
    assert Indicator.objects.get(pk=mine.pk).action_id == mine.action_id


def test_an_indicator_of_another_version_is_not_moved_nor_taken_out_alone(
    signed_in: Callable[..., Client],
) -> None:
    mine = Indicator.objects.get(action__version=written_version("mauricie", priorities=1))
    theirs = Indicator.objects.get(action__version=written_version("laval", priorities=1))
    client = signed_in("coordination")

    assert client.post(f"{PLAN}1/8/indicateur/{theirs.pk}/deplacer/").status_code == 404
    assert client.post(f"{PLAN}1/8/indicateur/{theirs.pk}/copier/").status_code == 404
    assert client.post(f"{PLAN}1/8/indicateur/{mine.pk}/retirer/").status_code == 404
    assert Indicator.objects.filter(pk=mine.pk).exists()


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
