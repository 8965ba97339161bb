"""The editor of a modification: it opens its sections and keeps the others closed."""

from collections.abc import Callable

import pytest
from django.test import Client

from plans.models import (
    Action,
    CanvasSection,
    Indicator,
    Objective,
    OpenedSection,
    PlanVersion,
    Priority,
)
from plans.services import open_version
from tests.factories import UserFactory

from .editor import PLAN, QUIET, sent
from .factories import approved_plan
from .pages import text_of
from .test_views import action_data

pytestmark = pytest.mark.django_db


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
