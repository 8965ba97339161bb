"""A plan with 20 priorities, 100 objectives, 500 actions, 1 000 indicators beside an empty one.

Every screen of the editor: the same queries, a page that a slow line bears. A field: six queries.
"""

import gzip
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.models import Mrc, User
from plans.models import (
    Action,
    ActionPlace,
    CanvasSection,
    Indicator,
    NationalPriority,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
    SectionText,
)
from tests.factories import person
from tests.plans.factories import draft_version

from .test_project_pages import quickest

pytestmark = pytest.mark.django_db

PRIORITIES, OBJECTIVES, ACTIONS, INDICATORS = 20, 100, 500, 1_000
LIGHT = 100_000
PLACES = ["quartier", "village", "centre-ville", "rang", "secteur", "campus", "marché", "parc"]
PEOPLE = ["familles", "aînés", "jeunes", "nouveaux arrivants", "travailleurs", "locataires"]
DEEDS = ["cuisine", "transport", "logement", "répit", "formation", "jardin", "écoute", "accueil"]


def words(number: int, *, many: int) -> str:
    """Sentences that differ from one another, as those of people do."""
    said = []
    for step in range(many):
        seed = number * 31 + step * 17
        said.append(
            f"Offrir {DEEDS[seed % 8]} n° {seed % 977} aux {PEOPLE[seed % 6]} du"
            f" {PLACES[seed % 7]} {seed % 431}, avec {seed % 53} bénévoles."
        )
    return " ".join(said)


def fill(version: PlanVersion, by: User) -> None:
    """Rows as the services leave them, written at once."""
    common = {"version": version, "territory_id": version.territory_id}
    signed = {**common, "updated_by": by}
    SectionText.objects.bulk_create(
        SectionText(section=section, html=f"<p>{words(section.pk, many=60)}</p>", **signed)
        for section in CanvasSection.objects.filter(canvas=version.plan.canvas_id)
    )
    priorities = Priority.objects.bulk_create(
        Priority(title=words(n, many=1), rank=n + 1, regional_link=words(n, many=1), **signed)
        for n in range(PRIORITIES)
    )
    themes = list(NationalPriority.objects.filter(cycle=version.plan.alliance.cycle_id))
    PriorityTheme.objects.bulk_create(
        PriorityTheme(priority=one, national_priority=themes[n % len(themes)], **common)
        for n, one in enumerate(priorities)
    )
    objectives = Objective.objects.bulk_create(
        Objective(
            priority=priorities[n // 5], rank=n % 5 + 1, title=words(n + 50, many=2), **signed
        )
        for n in range(OBJECTIVES)
    )
    actions = Action.objects.bulk_create(
        Action(
            objective=objectives[n // 5],
            rank=n % 5 + 1,
            title=words(n + 200, many=1),
            means=words(n + 900, many=4),
            population=words(n, many=1),
            people_to_reach=n,
            expected_result=words(n + 3000, many=2),
            lead=f"Organisme {n}",
            collaborators=words(n + 4000, many=1),
            starts_on=date(2026, 1, 1),
            ends_on=date(2028, 3, 31),
            budget=Decimal(1000 + n),
            **signed,
        )
        for n in range(ACTIONS)
    )
    mrcs = list(Mrc.objects.filter(territory=version.territory_id))
    ActionPlace.objects.bulk_create(
        ActionPlace(action=one, mrc=mrc, **common) for one in actions for mrc in mrcs
    )
    Indicator.objects.bulk_create(
        Indicator(
            action=actions[n // 2],
            rank=n % 2 + 1,
            name=words(n + 5000, many=1),
            baseline=Decimal(n),
            target=Decimal(n + 10),
            unit="personnes",
            frequency="yearly",
            **signed,
        )
        for n in range(INDICATORS)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE plans_priority, plans_objective, plans_action, plans_indicator")


def measured(client: Client, address: str) -> tuple[int, int]:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(captured), len(gzip.compress(answer.content))


def client_of(place: str) -> Client:
    client = Client()
    client.force_login(person("coordination", place))
    return client


def screens(version: PlanVersion) -> list[str]:
    """Every screen of the editor: each section, and the pages around it."""
    codes = CanvasSection.objects.filter(canvas=version.plan.canvas_id)
    return ["", "verifier/", *(f"{code}/" for code in codes.values_list("code", flat=True))]


def test_every_screen_of_a_large_plan_takes_the_queries_of_an_empty_one_and_stays_light() -> None:
    empty, full = draft_version("mauricie"), draft_version("laval")
    fill(full, person("coordination", "laval"))
    here, there = client_of("mauricie"), client_of("laval")

    for page in screens(full):
        few, _size = measured(here, f"/alliances/mauricie/2024-2029/plan/1/{page}")
        many, size = measured(there, f"/alliances/laval/2024-2029/plan/1/{page}")
        assert many == few, page
        assert size < LIGHT, (page, size)
    assert empty.number == full.number


def test_the_form_of_one_action_stays_light_in_a_large_plan() -> None:
    full = draft_version("laval")
    fill(full, person("coordination", "laval"))
    client = client_of("laval")

    for action in Action.objects.filter(version=full).order_by("pk")[:: ACTIONS // 3]:
        _queries, size = measured(
            client, f"/alliances/laval/2024-2029/plan/1/3/action/{action.pk}/"
        )
        assert size < LIGHT, size


def test_saving_a_field_costs_the_same_in_a_large_plan() -> None:
    small, full = draft_version("mauricie"), draft_version("laval")
    for version, place in ((small, "mauricie"), (full, "laval")):
        by = person("coordination", place)
        priority = Priority.objects.create(version=version, title="Une", rank=99, updated_by=by)
        objective = Objective.objects.create(
            version=version, priority=priority, title="Un", rank=1, updated_by=by
        )
        Action.objects.create(
            version=version, objective=objective, title="Seule", rank=1, updated_by=by
        )
    fill(full, person("coordination", "laval"))
    found = {}

    for version, place in ((small, "mauricie"), (full, "laval")):
        client = client_of(place)
        action = Action.objects.get(version=version, title="Seule")
        address = f"/alliances/{place}/2024-2029/plan/1/champ/"
        state = {"lead": ""}

        def save(
            client: Client = client,
            address: str = address,
            pk: int = action.pk,
            state: dict[str, str] = state,
        ) -> None:
            value = f"{state['lead']}x"
            answer = client.post(
                address,
                {"kind": "action", "pk": pk, "field": "lead", "value": value,
                 "base": state["lead"], "code": "3"},
                headers={"X-Autosave": "1"},
            )  # fmt: skip
            assert answer.status_code == 200, answer.content
            state["lead"] = value

        save()
        with CaptureQueriesContext(connection) as captured:
            save()
        # A test nests each request in its own transaction: savepoints, and its own identity given
        # back at the end.
        *real, given_back = [
            one["sql"] for one in captured
            if not one["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))
        ]  # fmt: skip
        assert "set_config('app.user_id'" in given_back
        found[place] = (len(real), quickest(save, times=9))

    assert found["mauricie"][0] == found["laval"][0] == 6
    assert found["laval"][1] < 3 * found["mauricie"][1], found
