"""Fifty people authorise at once against an envelope that covers thirty: real connections."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from alliances.errors import Refusal
from alliances.identity import acting_as, acting_as_portal
from alliances.models import Document, User
from conventions.terms import TrancheSpec
from fqis import services
from fqis.models import Versement
from tests.factories import person

from .factories import funded_alliance, many_recommended, recommended_versement, squeezed

PEOPLE = 50
COVERED = 30
PART = Decimal("1000.00")


def at_once(act: Any, arguments: list[Any]) -> list[str]:
    """Runs ``act`` for each argument in its own thread and connection, all from one start."""
    barrier = Barrier(len(arguments))

    def run(argument: Any) -> str:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return str(act(argument))
        except Refusal as refusal:
            return f"refused: {refusal}"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        # Each thread keeps the day of the test.
        waiting = [pool.submit(copy_context().run, run, argument) for argument in arguments]
        return [one.result(timeout=600) for one in waiting]


def authorise_as(budget: User) -> Any:
    def act(pk: int) -> str:
        with acting_as(User.objects.get(pk=budget.pk)) as _:
            versement = Versement.objects.get(pk=pk)
            return services.authorise_versement(versement, by=budget).state

    return act


def test_thirty_of_fifty_pass_and_the_sum_is_exact(committed_db: Any) -> None:
    parts = [TrancheSpec(2024, PART, "convention_signed")] * PEOPLE
    with acting_as_portal():
        alliance = funded_alliance(tranches=parts)
        analyst, budget = person("analyst"), person("budget")
        waiting = list(Versement.objects.filter(alliance=alliance))
        for versement in waiting:
            services.recommend_versement(versement, by=analyst)
        squeezed(waiting[0], PART * COVERED)
    said = at_once(authorise_as(budget), [versement.pk for versement in waiting])
    assert said.count("authorised") == COVERED
    refused = [one for one in said if one.startswith("refused")]
    assert len(refused) == PEOPLE - COVERED
    assert all("dépasse l’enveloppe" in one and "reste 0,00" in one for one in refused)
    with acting_as_portal():
        committed = Versement.objects.filter(alliance=alliance).committed()
        assert committed.total() == PART * COVERED
        notices = Document.objects.filter(kind="avis_versement")
        assert sorted(notices.values_list("sequence", flat=True)) == [*range(1, COVERED + 1)]


def test_one_versement_is_authorised_once_by_ten_at_once(committed_db: Any) -> None:
    with acting_as_portal():
        versement = recommended_versement()
        budget = person("budget")
    said = at_once(authorise_as(budget), [versement.pk] * 10)
    assert said.count("authorised") == 1
    assert sum("l’a déjà autorisé" in one for one in said) == 9


def test_selections_that_cross_do_not_block_each_other(committed_db: Any) -> None:
    with acting_as_portal():
        places = ["laval", "jamesie", "kativik", "gnc"]
        ids = [recommended_versement(place).pk for place in places]
        budget = person("budget")

    def act(order: list[int]) -> int:
        with acting_as(User.objects.get(pk=budget.pk)):
            return len(services.authorise_versements(order, by=budget).done)

    said = at_once(act, [ids, ids[::-1], ids[1:] + ids[:1], ids[2:] + ids[:2]])
    assert sorted(said) == ["0", "0", "0", "4"]


@pytest.mark.slow
def test_eight_people_authorise_a_thousand_versements_without_a_deadlock(
    committed_db: Any,
) -> None:
    """The same thousand in eight orders, while others hold, set aside and cancel among them."""
    places = ["laval", "jamesie", "kativik", "gnc"]
    with acting_as_portal():
        ids = many_recommended(places, each=250, part=PART)
        officers = [person("budget") for _one in range(8)]
        analyst = person("analyst")

    def act(rank: int) -> int:
        mixed = random.Random(rank).sample(ids, len(ids))
        officer = User.objects.get(pk=officers[rank].pk)
        with acting_as(officer):
            return len(services.authorise_versements(mixed, by=officer).done)

    def disturb(rank: int) -> str:
        pk = ids[rank * 97 % len(ids)]
        someone = User.objects.get(pk=analyst.pk)
        with acting_as(someone):
            found = Versement.objects.get(pk=pk)
            if rank % 2:
                return services.cancel_versement(found, by=someone, reason="Doublon.").state
            return services.hold_versement(found, by=someone, reason="Doute.").state

    said = at_once(
        lambda one: one[0](one[1]), [(act, n) for n in range(8)] + [(disturb, n) for n in range(6)]
    )
    with acting_as_portal():
        authorised = Versement.objects.committed().count()
        kept = Versement.objects.filter(notice__isnull=False)
        sequences = kept.values_list("notice__sequence", flat=True)
        assert sorted(sequences) == [*range(1, len(sequences) + 1)]
        assert authorised >= len(ids) - 6
        assert sum(int(one) for one in said[:8]) == len(sequences)
