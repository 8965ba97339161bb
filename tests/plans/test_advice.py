"""Advice never blocks: it says what would make the plan better, with the way there."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.advice import advice_on
from plans.completeness import check
from plans.models import Action, Indicator, NationalPriority, PlanVersion, Priority, SectionText
from plans.services import update_action, update_priority
from tests.conventions.factories import signed_convention
from tests.factories import AllianceFactory, UserFactory

from .factories import draft_version, write_all, written_version

pytestmark = pytest.mark.django_db


def advised(version: PlanVersion) -> dict[str, str]:
    return {one.label: one.sentence for one in advice_on(version, check(version))}


def test_a_complete_plan_is_advised_without_being_kept_back() -> None:
    version = written_version(priorities=1)

    found = advised(version)

    assert check(version).is_complete
    assert found["dates des actions"] == "Sans début ou fin : 1.1.1."
    assert found["budget des actions"] == "Sans budget : 1.1.1."
    assert found["fréquence des indicateurs"] == "Sans fréquence de mesure : « Tonnes livrées »."
    assert found["lien national des priorités"] == "Sans priorité nationale : priorité 1."
    assert found["registre des partenaires"] == "Rien n’y est inscrit."
    assert found["registre des consultations"] == "Rien n’y est inscrit."
    assert "référence des indicateurs" not in found


def test_what_the_canvas_asks_beside_the_fifteen_is_advice() -> None:
    version = written_version(priorities=1)
    SectionText.objects.filter(version=version, section__code__in=["1b", "2a"]).delete()

    assert advised(version)["transition et liens"] == "Le texte est à écrire."
    assert [point.requirement.section.code for point in check(version).missing] == ["2a"]
    assert check(version).total == 15


def test_advice_followed_goes_away() -> None:
    version, by = written_version(priorities=1), UserFactory()
    theme = NationalPriority.objects.filter(cycle__slug="2024-2029")[0]
    update_priority(Priority.objects.get(version=version), by=by, national_priorities=[theme])
    update_action(
        Action.objects.get(version=version), by=by, starts_on=date(2026, 1, 1),
        ends_on=date(2027, 1, 1), budget=Decimal(1000),
    )  # fmt: skip
    Indicator.objects.filter(version=version).update(frequency="yearly")

    labels = advised(version)

    assert not {
        "dates des actions", "budget des actions", "fréquence des indicateurs",
        "lien national des priorités",
    } & set(labels)  # fmt: skip


def test_an_advice_leads_to_the_element() -> None:
    version = written_version(priorities=1)
    action = Action.objects.get(version=version)

    urls = {one.label: one.url for one in advice_on(version, check(version))}

    assert urls["dates des actions"] == (
        f"/alliances/mauricie/2024-2029/plan/1/5/action/{action.pk}/#action-{action.pk}"
    )


def test_the_2017_plan_is_advised_in_its_own_sections() -> None:
    version = draft_version(AllianceFactory("mauricie", "2017-2024"))

    assert all(
        one.section.canvas_id == version.plan.canvas_id
        for one in advice_on(version, check(version))
    )


def test_budgets_over_the_convention_are_said() -> None:
    convention = signed_convention(AllianceFactory("mauricie"))
    opened = PlanVersion.objects.get(plan__alliance=convention.alliance)
    version = write_all(opened, by=UserFactory(), priorities=1)
    action = Action.objects.get(version=version)

    update_action(action, by=UserFactory(), budget=convention.amount)
    assert "budgets et enveloppe" not in advised(version)
    update_action(action, by=UserFactory(), budget=convention.amount + 1)
    assert "budgets et enveloppe" in advised(version)


def test_advice_takes_the_same_queries_for_a_small_and_a_large_plan() -> None:
    counts = []
    for version in (
        draft_version("mauricie"),
        written_version("laval", priorities=4, objectives=2, actions=3),
    ):
        completeness = check(version)
        with CaptureQueriesContext(connection) as captured:
            advice_on(version, completeness)
        counts.append(len(captured))

    assert counts[0] == counts[1]
