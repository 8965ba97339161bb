"""Authorising: a second person, the limits, the notice, and a broker that does not answer."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Document, Notification
from conventions.terms import TrancheSpec
from fqis import services
from fqis.models import Versement
from tests.factories import person

from .factories import funded_alliance, ready_versement, recommended_versement, squeezed

pytestmark = pytest.mark.django_db


def test_authorise_freezes_a_numbered_notice() -> None:
    direction = person("direction", "laval", full_name="Diane Beaulieu")
    versement = services.authorise_versement(
        recommended_versement(by=person("analyst", full_name="Sophie Lavoie")),
        by=person("budget", full_name="Hélène Tremblay"),
    )
    notice = versement.notice
    assert notice is not None
    assert (versement.state, notice.number, notice.state) == (
        "authorised",
        "AV-2026-0001",
        "pending",
    )
    data = notice.data
    assert data["amount"] == "200000.00"
    assert data["amount_words"] == "deux cent mille dollars"
    assert data["recipient"]["attention"] == direction.full_name
    assert data["tranche"] == {"rank": 1, "of": 3}
    assert data["envelope"] | {"label": ""} == {
        "paid": "0.00",
        "this": "200000.00",
        "left": "800000.00",
        "total": "1000000.00",
        "label": "",
    }
    assert [step["label"] for step in data["conditions"]] == [
        "Convention signée",
        "Versement recommandé",
    ]
    assert data["conditions"][-1]["by"] == "Sophie Lavoie"
    assert data["authorised"]["name"] == "Hélène Tremblay"


def test_the_worker_issues_the_versement_and_tells_everybody(worker: Any) -> None:
    told = [person("direction", "laval"), person("advisor", "laval"), person("payments")]
    versement = services.authorise_versement(recommended_versement(), by=person("budget"))
    assert worker() >= 1
    versement = Versement.objects.get(pk=versement.pk)
    assert (versement.state, versement.notice and versement.notice.state) == ("issued", "ready")
    for someone in told:
        assert Notification.objects.filter(recipient=someone, subject__contains="AV-2026").exists()


def test_issuing_twice_changes_nothing() -> None:
    versement = services.authorise_versement(recommended_versement(), by=person("budget"))
    assert versement.notice is not None
    services.issue_versement(versement.notice)
    letters = Notification.objects.count()
    services.issue_versement(versement.notice)
    assert Notification.objects.count() == letters


def test_authorise_refuses_the_person_who_recommended() -> None:
    analyst = person("analyst")
    analyst.groups.add(*person("budget").groups.all())
    versement = recommended_versement(by=analyst)
    with pytest.raises(Refusal) as refusal:
        services.authorise_versement(versement, by=analyst)
    said = str(refusal.value).replace("\u00a0", " ")
    assert said.startswith("Vous avez recommandé ce versement le 3 décembre 2026 à 10 h 24")
    assert Document.objects.filter(kind="avis_versement").count() == 0


def test_authorise_refuses_above_the_envelope_and_says_what_is_left() -> None:
    versement = squeezed(recommended_versement(), Decimal("199999.99"))
    with pytest.raises(Refusal, match="dépasse l’enveloppe") as refusal:
        services.authorise_versement(versement, by=person("budget"))
    assert "199\u00a0999,99" in str(refusal.value)


def test_authorise_takes_the_envelope_to_the_cent() -> None:
    versement = squeezed(recommended_versement(), Decimal("200000.00"))
    assert services.authorise_versement(versement, by=person("budget")).state == "authorised"


def test_authorise_refuses_what_is_not_recommended() -> None:
    with pytest.raises(Refusal, match="n’est pas recommandé"):
        services.authorise_versement(ready_versement(), by=person("budget"))


def test_authorise_twice_says_who_did_it_and_when() -> None:
    versement = recommended_versement()
    services.authorise_versement(versement, by=person("budget", full_name="Hélène Tremblay"))
    with pytest.raises(StaleAct) as refusal:
        services.authorise_versement(versement, by=person("budget"))
    said = str(refusal.value).replace("\u00a0", " ")
    assert said == "Hélène Tremblay l’a déjà autorisé le 3 décembre 2026 à 10 h 24."
    assert Document.objects.filter(kind="avis_versement").count() == 1


def test_authorise_is_for_the_budget_office() -> None:
    versement = recommended_versement()
    for other in (person("analyst"), person("payments"), person("direction", "laval")):
        with pytest.raises(PermissionDenied):
            services.authorise_versement(versement, by=other)
    with pytest.raises(Http404):
        services.authorise_versement(versement, by=person("direction", "mauricie"))


def test_a_selection_passes_what_may_and_gives_no_number_to_the_rest() -> None:
    budget = person("budget")
    good = recommended_versement("laval")
    bad = squeezed(recommended_versement("jamesie"), Decimal("1.00"))
    last = recommended_versement("kativik")
    result = services.authorise_versements([good.pk, bad.pk, last.pk], by=budget)
    assert [one.pk for one in result.done] == [good.pk, last.pk]
    assert [one.versement.pk for one in result.refused] == [bad.pk]
    numbers = Document.objects.filter(kind="avis_versement").values_list("number", flat=True)
    assert sorted(numbers) == ["AV-2026-0001", "AV-2026-0002"]
    assert result.total == Decimal("400000.00")


def test_the_selection_shares_one_envelope() -> None:
    halves = [
        TrancheSpec(2024, Decimal("60.00"), "convention_signed"),
        TrancheSpec(2025, Decimal("60.00"), "convention_signed"),
    ]
    alliance = funded_alliance(tranches=halves)
    analyst = person("analyst")
    for versement in Versement.objects.filter(alliance=alliance):
        services.recommend_versement(versement, by=analyst)
    squeezed(Versement.objects.filter(alliance=alliance).latest("pk"), Decimal("100.00"))
    ids = Versement.objects.filter(alliance=alliance).values_list("pk", flat=True)
    result = services.authorise_versements(ids, by=person("budget"))
    assert (len(result.done), len(result.refused)) == (1, 1)
    assert "40,00" in str(result.refused[0].refusal)


def test_the_act_holds_when_the_broker_is_down(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/at/all"
    versement = recommended_versement()
    with django_capture_on_commit_callbacks(execute=True):
        versement = services.authorise_versement(versement, by=person("budget"))
    assert versement.state == "authorised"
    assert versement.notice is not None
    assert Document.objects.get(pk=versement.notice_id).state == "pending"


def test_a_selection_costs_the_same_queries_for_2_and_20_versements() -> None:
    def cost(place: str, number: int) -> int:
        parts = [TrancheSpec(2024, Decimal("10.00"), "convention_signed")] * number
        alliance = funded_alliance(place, tranches=parts)
        waiting = Versement.objects.filter(alliance=alliance)
        waiting.update(
            state="recommended", recommended_at=clock.now(), recommended_by=person("analyst")
        )
        budget = person("budget")
        ids = list(waiting.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as queries:
            assert len(services.authorise_versements(ids, by=budget).done) == number
        return len(queries)

    assert cost("laval", 2) == cost("jamesie", 20) <= 20
