"""Calls for projects: prepared, published, put off, closed; what the database holds of them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, JournalEntry, Mrc
from fqis import services, tasks
from fqis.models import Call, CallExtension, CallPaper, CallPlace, CallPriority, Project
from fqis.selectors.calls import room_for
from fqis.services.splits import Part
from tests.factories import AllianceFactory, person

from .calls import draft_call, published_call, ready_alliance, terms_of
from .factories import analysed_project, plan_in_force, received_project
from .test_rules import broken

pytestmark = pytest.mark.django_db
BIG = Decimal("300000.00")


def set_call(call: Call, **values: Any) -> Any:
    return lambda: Call.objects.filter(pk=call.pk).update(**values)


def _erase(call: Call) -> None:
    """Straight to the row, past what the parts of a call would say first."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM fqis_call WHERE id = %s", [call.pk])


def shared_alliance() -> tuple[Alliance, Mrc]:
    """Mauricie, with 120 000 $ for one of its MRCs."""
    alliance = ready_alliance("mauricie")
    mrc = alliance.territory.mrcs.first()
    assert mrc is not None
    by = person("direction", alliance.territory)
    split = services.write_split(
        alliance.envelope, by=by, parts=[Part(mrc=mrc, amount=Decimal("120000.00"))], shares={}
    )
    services.decide_split(split, by=by)
    return alliance, mrc


def test_a_call_is_prepared_published_and_told_in_the_journal() -> None:
    call = published_call(papers=[services.Paper("Lettre d’appui")])
    assert call.number == "A01"
    assert call.phase == "open"
    assert [str(paper) for paper in call.papers.all()] == ["Lettre d’appui"]
    verbs = JournalEntry.objects.filter(target_label="fqis.call").values_list("verb", flat=True)
    assert set(verbs) == {"write_call", "publish_call"}


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"title": " "}, "titre", "title"),
        ({"selection": ""}, "mécanisme", "selection"),
        ({"frequency": ""}, "fréquence", "frequency"),
        ({"ceiling": Decimal("100000.01")}, "plafond", "ceiling"),
        ({"amount": Decimal(0)}, "dépasser zéro", "amount"),
        ({"priorities": []}, "au moins une priorité", "priorities"),
        ({"sub_region": "Nord"}, "aucune sous-enveloppe", "place"),
    ],
)
def test_terms_that_do_not_hold_are_refused(
    changes: dict[str, Any], sentence: str, field: str
) -> None:
    with pytest.raises(Refusal, match=sentence) as refusal:
        draft_call(**changes)
    assert refusal.value.field == field


def test_a_call_closes_after_it_opens() -> None:
    with pytest.raises(Refusal, match="suit l’ouverture"):
        draft_call(closes_at=clock.now() - timedelta(days=1))


def test_a_call_serves_the_plan_in_force() -> None:
    alliance = ready_alliance()
    old = plan_in_force(alliance)
    plan_in_force(alliance, since=clock.today() - timedelta(days=5))
    with pytest.raises(Refusal, match="n’est pas une priorité") as refusal:
        draft_call(alliance, priorities=old[:1])
    assert refusal.value.field == "priorities"


def test_a_published_call_keeps_its_rules() -> None:
    call = published_call(papers=[services.Paper("Lettre")])
    by = person("coordination", "laval")
    with pytest.raises(StaleAct, match="déjà publié"):
        services.write_call(call.alliance, terms_of(call.alliance), by=by, call=call)
    with pytest.raises(StaleAct, match="déjà publié"):
        services.publish_call(call, by=by)
    with pytest.raises(StaleAct, match="déjà publié"):
        services.drop_call(call, by=by)


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Autre"},
        {"amount": Decimal(60000)},
        {"ceiling": Decimal(1)},
        {"selection": "Au hasard"},
        {"state": "draft", "published_at": None, "published_by": None},
        {"sub_region": "Nord"},
    ],
)
def test_the_database_keeps_what_is_published(values: dict[str, Any]) -> None:
    broken("call_frozen", set_call(published_call(), **values))


def test_the_database_keeps_the_dates_and_the_rows_of_a_published_call() -> None:
    call = published_call(papers=[services.Paper("Lettre")])
    broken("call_frozen", set_call(call, opens_at=call.opens_at - timedelta(days=1)))
    broken("call_frozen", set_call(call, closes_at=call.closes_at + timedelta(days=1)))
    broken("call_frozen", CallPaper.objects.filter(call=call).delete)
    broken("call_frozen", CallPriority.objects.filter(call=call).delete)
    mrc = Mrc.objects.filter(territory=call.territory).first()
    broken("call_frozen", lambda: CallPlace.objects.create(call=call, mrc=mrc))
    broken("kept_once_published", lambda: _erase(call))


def test_the_database_holds_a_call_in_order() -> None:
    call = draft_call()
    broken("call_dates_in_order", set_call(call, closes_at=call.opens_at))
    broken("call_amounts", set_call(call, ceiling=call.amount + 1))
    broken("call_published_at_and_by", set_call(call, published_at=clock.now()))
    CallPriority.objects.filter(call=call).delete()
    by = person("coordination", "laval")
    published = {"state": "published", "published_at": clock.now(), "published_by": by}
    broken("call_has_priority", set_call(call, **published))


def test_a_call_has_no_priority_nor_place_of_elsewhere() -> None:
    call = draft_call()
    other = ready_alliance("mauricie")
    elsewhere = terms_of(other).priorities[0]
    mrc = other.territory.mrcs.first()
    broken(
        "call_priority_in_plan",
        lambda: CallPriority.objects.create(call=call, priority=elsewhere),
    )
    broken("call_own_mrc", lambda: CallPlace.objects.create(call=call, mrc=mrc))
    with pytest.raises(Refusal, match="n’est pas de ce territoire"):
        draft_call(call.alliance, mrcs=[mrc])


def test_calls_are_held_together_within_the_envelope() -> None:
    alliance = ready_alliance()
    published_call(alliance, amount=BIG)
    second = draft_call(alliance, amount=BIG)
    by = person("coordination", "laval")
    with pytest.raises(Refusal, match="reste de l’enveloppe") as refusal:
        services.publish_call(second, by=by)
    assert "200 000,00" in str(refusal.value).replace("\xa0", " ").replace("\u202f", " ")
    published = {"state": "published", "published_at": clock.now(), "published_by": by}
    broken("calls_within_envelope", set_call(second, **published))
    assert room_for(alliance).envelope == Decimal("200000.00")


def test_an_envelope_to_confirm_publishes_nothing() -> None:
    alliance = ready_alliance("estrie", envelope=None)
    call = draft_call(alliance)
    with pytest.raises(Refusal, match="à confirmer"):
        services.publish_call(call, by=person("coordination", "estrie"))


def test_calls_of_an_mrc_are_held_within_its_sub_envelope() -> None:
    alliance, mrc = shared_alliance()
    published_call(alliance, mrc=mrc)
    second = draft_call(alliance, mrc=mrc)
    by = person("coordination", "mauricie")
    with pytest.raises(Refusal, match="reste de la sous-enveloppe"):
        services.publish_call(second, by=by)
    published = {"state": "published", "published_at": clock.now(), "published_by": by}
    broken("calls_within_sub_envelope", set_call(second, **published))


def test_a_new_sharing_keeps_what_published_calls_hold() -> None:
    alliance, mrc = shared_alliance()
    published_call(alliance, mrc=mrc)
    by = person("direction", "mauricie")
    split = services.write_split(
        alliance.envelope, by=by, parts=[Part(mrc=mrc, amount=Decimal("99999.99"))], shares={}
    )
    with pytest.raises(Refusal, match="Des appels publiés dépassent"):
        services.decide_split(split, by=by)


def test_a_closed_call_holds_what_was_granted_once_all_is_decided() -> None:
    alliance = ready_alliance()
    call = published_call(alliance, amount=BIG)
    project = analysed_project(alliance, call=call)
    with clock.at(call.closes_at):
        assert tasks.close_calls() == 1
        assert room_for(alliance).envelope == Decimal("200000.00")
        services.decide_project(
            project,
            by=person("direction", "laval"),
            outcome="accepted",
            on=clock.today(),
            amount=Decimal("30000.00"),
        )
    assert room_for(alliance).envelope == Decimal("470000.00")


def test_an_end_is_put_off_with_its_trace() -> None:
    call = published_call()
    by = person("coordination", "laval")
    before, after = call.closes_at, call.closes_at + timedelta(days=7)
    call = services.extend_call(call, by=by, closes_at=after, reason="Une tempête.")
    trace = call.extensions.get()
    assert (trace.before, trace.after, trace.reason, trace.made_by) == (
        before, after, "Une tempête.", by,
    )  # fmt: skip
    assert call.closes_at == after
    assert JournalEntry.objects.get(verb="extend_call").reason == "Une tempête."
    broken("append_only", CallExtension.objects.filter(pk=trace.pk).delete)


def test_an_end_is_only_put_off_forward_in_time_and_with_a_reason() -> None:
    call = published_call()
    by = person("coordination", "laval")
    later = call.closes_at + timedelta(days=1)
    with pytest.raises(Refusal, match="La nouvelle fermeture suit"):
        services.extend_call(call, by=by, closes_at=call.closes_at, reason="x")
    with pytest.raises(Refusal, match="motif"):
        services.extend_call(call, by=by, closes_at=later, reason=" ")
    with clock.at(call.closes_at), pytest.raises(StaleAct, match="ne se prolonge plus"):
        services.extend_call(call, by=by, closes_at=later, reason="Trop tard.")
    seen = call.closes_at
    services.extend_call(call, by=by, closes_at=later, reason="Une tempête.")
    with pytest.raises(StaleAct, match="déjà prolongé"):
        services.extend_call(
            call, by=by, closes_at=later + timedelta(days=1), reason="Encore.", seen=seen
        )


def test_the_clock_closes_a_call() -> None:
    call = published_call()
    assert tasks.close_calls() == 0
    with clock.at(call.closes_at):
        assert Call.objects.get(pk=call.pk).phase == "closed"
        assert tasks.close_calls() == 1
        assert tasks.close_calls() == 0
    call = Call.objects.get(pk=call.pk)
    assert call.state == "closed"
    broken("call_frozen", set_call(call, title="Autre"))
    early = {"state": "closed", "closed_at": clock.now(), "closed_by": call.created_by}
    broken("call_closed_at_and_by", set_call(published_call(call.alliance), **early))


def test_two_people_write_the_same_call() -> None:
    call = draft_call()
    by = person("coordination", "laval")
    terms = replace(terms_of(call.alliance), title="Autre")
    services.write_call(call.alliance, terms, by=by, call=call, revision=call.revision)
    with pytest.raises(StaleAct, match="déjà modifié"):
        services.write_call(call.alliance, terms, by=by, call=call, revision=call.revision)
    with pytest.raises(StaleAct, match="déjà modifié"):
        services.publish_call(call, by=by, revision=call.revision)


def test_others_write_no_call() -> None:
    alliance = ready_alliance()
    with pytest.raises(PermissionDenied):
        services.write_call(alliance, terms_of(alliance), by=person("partner", "laval"))
    with pytest.raises(Http404):
        services.write_call(alliance, terms_of(alliance), by=person("coordination", "mauricie"))


# --- Projects of a call


def test_a_project_is_of_a_published_call_within_its_ceiling_and_priorities() -> None:
    alliance = ready_alliance()
    first, second = terms_of(alliance).priorities
    call = published_call(alliance, priorities=[first])
    project = received_project(alliance, call=call, priority=first)
    with pytest.raises(Refusal, match="plafond par projet"):
        received_project(
            alliance, call=call, title="B", priority=first, amount_requested=Decimal("50000.01")
        )
    with pytest.raises(Refusal, match="ne vise pas cette priorité"):
        received_project(alliance, call=call, title="C", priority=second)
    with pytest.raises(Refusal, match="appel publié"):
        received_project(alliance, call=draft_call(alliance), title="D", priority=first)
    one = Project.objects.filter(pk=project.pk)
    broken("project_within_call_ceiling", lambda: one.update(amount_requested=50001))
    broken("project_priority_of_call", lambda: one.update(priority_lineage=second.lineage))
    broken("project_call_published", lambda: one.update(call=draft_call(alliance)))


def test_the_same_request_comes_once_for_a_call() -> None:
    call = published_call()
    project = received_project(call.alliance, call=call)
    with pytest.raises(
        Refusal, match=f"déjà reçue pour cet appel, sous le numéro {project.number}"
    ):
        received_project(call.alliance, call=call, title="CUISINE collective  du quartier")
    other = received_project(call.alliance, call=call, title="Jardin")
    broken(
        "project_once_per_call",
        lambda: Project.objects.filter(pk=other.pk).update(title=project.title),
    )


def test_a_call_of_another_alliance_is_not_for_this_project() -> None:
    elsewhere = published_call(ready_alliance("mauricie"))
    alliance = AllianceFactory("laval")
    plan_in_force(alliance)
    with pytest.raises(Refusal, match="appel publié de cette alliance"):
        received_project(alliance, call=elsewhere)
