"""A disputed part set aside, and a versement cancelled before its notice is issued."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Document, JournalEntry, Membership, Notification
from alliances.services.documents import annul_document
from alliances.tasks import render_document
from fqis import services
from fqis.models import Versement
from tests.factories import AllianceFactory, person

from .factories import issued_versement, ready_versement, recommended_versement

pytestmark = pytest.mark.django_db


# --- A disputed part


def park(versement: Versement, amount: str = "50000.00", **words: Any) -> Versement:
    by = words.pop("by", None) or person("analyst")
    words.setdefault("reason", "Une facture compte double.")
    return services.park_versement(versement, by=by, amount=Decimal(amount), **words)


def test_the_rest_goes_on_and_the_part_is_held_with_its_reason() -> None:
    director = person("direction", "laval")
    versement = recommended_versement()
    part = park(versement)
    rest = Versement.objects.get(pk=versement.pk)
    assert (rest.state, rest.amount) == ("recommended", Decimal("150000.00"))
    assert (part.state, part.amount, part.held_from) == ("held", Decimal("50000.00"), "ready")
    assert (part.held_reason, part.parked_from) == ("Une facture compte double.", rest)
    assert services.authorise_versement(rest, by=person("budget")).state == "authorised"
    letter = Notification.objects.get(recipient=director, subject__contains="une partie")
    assert "Une facture compte double." in letter.body


def test_a_part_released_is_recommended_and_authorised_again() -> None:
    part = park(recommended_versement())
    assert services.release_versement(part, by=person("budget")).state == "ready"
    part = services.recommend_versement(part, by=person("analyst"))
    assert services.authorise_versement(part, by=person("budget")).amount == Decimal("50000.00")


def test_a_part_of_a_planned_versement_waits_for_its_milestone() -> None:
    ready = ready_versement()
    second = Versement.objects.get(alliance=ready.alliance, tranche__rank=2)
    part = park(second)
    assert (part.held_from, part.ready_at) == ("planned", None)
    assert services.release_versement(part, by=person("analyst")).state == "planned"


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "200000.00", "200000.01"])
def test_a_part_is_neither_nothing_nor_everything(amount: str) -> None:
    with pytest.raises(Refusal, match="au-dessous de"):
        park(ready_versement(), amount)


def test_a_part_needs_its_reason() -> None:
    with pytest.raises(Refusal, match="motif"):
        park(ready_versement(), reason=" ")


def test_nothing_is_set_aside_once_authorised() -> None:
    versement = services.authorise_versement(recommended_versement(), by=person("budget"))
    with pytest.raises(StaleAct, match="déjà autorisé"):
        park(versement)


def test_setting_aside_is_for_who_may_hold() -> None:
    versement = ready_versement()
    with pytest.raises(PermissionDenied):
        park(versement, by=person("direction", "laval"))
    with pytest.raises(Http404):
        park(versement, by=person("direction", "mauricie"))


# --- Cancelled before the notice


def cancelled(versement: Versement) -> Versement:
    return services.cancel_versement(versement, by=person("analyst"), reason="Mauvaise Table.")


def test_a_second_person_cancels_before_the_notice_is_issued() -> None:
    first = services.authorise_versement(recommended_versement(), by=person("budget"))
    versement = cancelled(first)
    assert versement.state == "cancelled"
    assert first.notice is not None
    notice = Document.objects.get(pk=first.notice.pk)
    assert (notice.number, notice.state) == ("AV-2026-0001", "annulled")
    following = services.authorise_versement(recommended_versement("jamesie"), by=person("budget"))
    assert following.notice is not None
    assert following.notice.number == "AV-2026-0002"


def test_the_record_of_the_annulment_takes_the_place_of_the_notice(page: Any, worker: Any) -> None:
    versement = cancelled(
        services.authorise_versement(recommended_versement(), by=person("budget"))
    )
    assert versement.notice is not None
    assert worker() >= 1
    record = Document.objects.get(replaces=versement.notice)
    assert (record.state, record.number) == ("ready", "")
    assert record.data["reason"] == "Mauvaise Table."
    assert [act["label"] for act in record.data["acts"]] == ["Recommandé", "Autorisé", "Annulé"]
    assert render_document(versement.notice.pk) == "nothing to do"
    opened = page(person("budget"), reverse("download_document", args=[versement.notice.pk]))
    assert opened.status_code == 302
    assert opened["Location"] == reverse("download_document", args=[record.pk])


def test_what_a_cancelled_versement_took_comes_back_to_the_envelope() -> None:
    versement = recommended_versement()
    cancelled(services.authorise_versement(versement, by=person("budget")))
    assert not Versement.objects.filter(alliance=versement.alliance).committed().exists()


def test_who_authorised_does_not_cancel() -> None:
    budget = person("budget")
    versement = services.authorise_versement(recommended_versement(), by=budget)
    with pytest.raises(Refusal, match="une autre personne doit l’annuler"):
        services.cancel_versement(versement, by=budget, reason="Erreur.")


def test_nothing_is_cancelled_once_the_notice_is_issued() -> None:
    versement = issued_versement()
    with pytest.raises(Refusal, match="L’avis est émis"):
        services.cancel_versement(versement, by=person("analyst"), reason="Trop tard.")
    assert versement.notice is not None
    Document.objects.filter(pk=versement.notice.pk).update(
        state="ready", sha256="0" * 64, size=1, rendered_at=versement.issued_at
    )
    with pytest.raises(Refusal, match="déjà émis"):
        annul_document(versement.notice)


def test_the_journal_says_for_whom_a_stand_in_acted() -> None:
    absent = person("budget", full_name="Hélène Tremblay")
    stand_in = person("auditor")
    stand_in.groups.add(*absent.groups.all())
    Membership.objects.create(
        user=stand_in,
        role="budget",
        stands_in_for=absent,
        ends_on=clock.today() + timedelta(days=7),
    )
    versement = recommended_versement()
    services.authorise_versement(versement, by=stand_in)
    entry = JournalEntry.objects.get(verb="authorise_versement")
    assert (entry.actor, entry.acting_for) == (stand_in, "Hélène Tremblay")


def test_the_versement_s_page_offers_both_acts_and_shows_the_parts(page: Any) -> None:
    analyst = person("analyst")
    versement = recommended_versement()
    address = versement.alliance.url("versement_act", versement.pk, "detacher")
    done = page(analyst, address, {"amount": "50 000,00", "reason": "Compté deux fois."})
    assert "Partie contestée, mise de côté" in done.text
    assert "Le reste suit son cours" in done.text
    AllianceFactory("mauricie")
    foreign = page(person("direction", "mauricie"), address, {"amount": "1,00", "reason": "x"})
    assert foreign.status_code == 404
