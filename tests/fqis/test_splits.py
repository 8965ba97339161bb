"""Sharing an envelope: sub-envelopes, uses and their reasons; prepared, decided, replaced."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Cycle, JournalEntry, Mrc
from fqis import services
from fqis.allocation import parts_of
from fqis.models import Envelope, EnvelopeShare, EnvelopeSplit, SubEnvelope
from fqis.selectors.commitments import amounts_of
from fqis.services.splits import Part, Share
from tests.conventions.factories import with_envelope
from tests.factories import AllianceFactory, person

from .pages import count, text
from .test_rules import broken

pytestmark = pytest.mark.django_db
WHY = "Une demi-tâche de comptabilité."
SHARES = {"administration": Share(Decimal("7.5"), WHY), "mobilisation": Share(Decimal(0))}
cents = st.integers(1, 10**10).map(lambda n: Decimal(n) / 100)


@given(cents, st.lists(st.decimals("0.01", 100, places=2), min_size=1, max_size=20))
def test_percentages_never_take_more_than_the_envelope(amount, percents) -> None:
    total = sum(percents)
    if total > 100:
        percents = [(one * 100 / total).quantize(Decimal("0.01"), "ROUND_DOWN") for one in percents]
        total = sum(percents)
    parts = parts_of(amount, {}, dict(enumerate(percents)))
    assert sum(parts.values()) <= amount
    assert amount * total / 100 - sum(parts.values()) < Decimal("0.01")
    if total == 100:
        assert sum(parts.values()) == amount


@pytest.fixture
def alliance() -> Alliance:
    made = AllianceFactory("mauricie")
    with_envelope(made, Decimal("1000.01"))
    return made


def envelope_of(alliance: Alliance) -> Envelope:
    return Envelope.objects.select_related("alliance__cycle").get(alliance=alliance)


def thirds(alliance: Alliance) -> list[Part]:
    mrcs = list(alliance.territory.mrcs.order_by("pk")[:2])
    return [
        Part(mrcs[0], percent=Decimal("33.33")),
        Part(mrcs[1], amount=Decimal("500.00")),
        Part(name="Haut-Saint-Maurice", percent=Decimal("10")),
    ]


def draft_of(alliance: Alliance, **changes: Any) -> EnvelopeSplit:
    asked = {
        "by": person("coordination", "mauricie"),
        "parts": thirds(alliance),
        "shares": SHARES,
        **changes,
    }
    return services.write_split(envelope_of(alliance), **asked)


def test_the_coordination_prepares_and_the_direction_decides(alliance: Alliance) -> None:
    draft = draft_of(alliance)
    parts = list(draft.parts.order_by("pk"))
    assert amounts_of(Decimal("1000.01"), parts) == [
        Decimal("333.30"),
        Decimal("500.00"),
        Decimal("100.00"),
    ]
    assert dict(draft.shares.values_list("use", "percent")) == {
        "administration": Decimal("7.5"),
        "mobilisation": 0,
        "projects": Decimal("92.5"),
    }
    with pytest.raises(PermissionDenied):
        services.decide_split(draft, by=person("coordination", "mauricie"))
    services.decide_split(draft, by=person("direction", "mauricie"))
    draft.refresh_from_db()
    assert draft.state == EnvelopeSplit.State.DECIDED
    verbs = set(JournalEntry.objects.filter(alliance=alliance).values_list("verb", flat=True))
    assert {"write_envelope_split", "decide_envelope_split"} <= verbs
    with pytest.raises(StaleAct, match="a décidé ce partage"):
        services.decide_split(draft, by=person("budget"))


def test_the_next_decision_replaces_the_former_one(alliance: Alliance) -> None:
    first = services.decide_split(draft_of(alliance), by=person("budget"))
    second = services.decide_split(draft_of(alliance, parts=[]), by=person("budget"))
    first.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "decided")
    assert first.parts.count() == 3


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([Part(name="A", amount=Decimal("1000.02"))], "0,01 $ de plus que l’enveloppe"),
        (
            [Part(name="A", percent=Decimal(100)), Part(name="B", amount=Decimal("0.01"))],
            "de plus que l’enveloppe",
        ),
        ([Part(name="A", percent=Decimal(1)), Part(name=" a ", percent=Decimal(1))], "deux fois"),
    ],
)
def test_parts_stay_within_the_envelope(alliance: Alliance, parts: Any, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        draft_of(alliance, parts=parts)
    assert sentence in str(refused.value).replace("\u00a0", " ")


def test_an_mrc_of_elsewhere_is_refused(alliance: Alliance) -> None:
    elsewhere = Mrc.objects.exclude(territory=alliance.territory).earliest("pk")
    with pytest.raises(Refusal, match="autre territoire"):
        draft_of(alliance, parts=[Part(elsewhere, percent=Decimal(5))])
    draft = draft_of(alliance)
    broken(
        "sub_envelope_own_mrc",
        lambda: SubEnvelope.objects.create(split=draft, mrc=elsewhere, percent=Decimal(5)),
    )


def test_a_share_is_justified_and_no_ceiling_is_fixed_unless_the_cycle_says(
    alliance: Alliance,
) -> None:
    with pytest.raises(Refusal, match="pourquoi"):
        draft_of(alliance, shares={"administration": Share(Decimal(10), "  ")})
    high = {"administration": Share(Decimal(60), WHY), "mobilisation": Share(Decimal(30), WHY)}
    draft = draft_of(alliance, shares=high)
    services.set_own_share_ceiling(alliance.cycle, by=person("budget"), percent=Decimal("89.99"))
    with pytest.raises(Refusal, match="ce cycle permet"):
        services.decide_split(draft, by=person("direction", "mauricie"))
    draft.decide(by=person("direction", "mauricie"))
    broken("split_own_ceiling", draft.save)
    with pytest.raises(PermissionDenied):
        services.set_own_share_ceiling(
            alliance.cycle, by=person("direction", "mauricie"), percent=None
        )


def test_an_envelope_to_confirm_is_not_shared() -> None:
    unknown = AllianceFactory("estrie")
    services.open_envelope(unknown)
    with pytest.raises(Refusal, match="à confirmer"):
        draft_of(unknown, by=person("coordination", "estrie"))


def test_two_people_do_not_overwrite_each_other(alliance: Alliance) -> None:
    draft = draft_of(alliance)
    with pytest.raises(StaleAct, match="a changé ce partage"):
        draft_of(alliance, revision=0)
    draft_of(alliance, revision=draft.revision)
    with pytest.raises(StaleAct):
        services.decide_split(draft, by=person("budget"), revision=draft.revision)


def test_who_only_reads_or_is_elsewhere_writes_nothing(alliance: Alliance) -> None:
    for role, place, error in (
        ("partner", "mauricie", PermissionDenied),
        ("advisor", "mauricie", PermissionDenied),
        ("direction", "estrie", Http404),
    ):
        with pytest.raises(error):
            draft_of(alliance, by=person(role, place))


# --- Past the service


def test_the_database_keeps_the_sum_within_the_envelope(alliance: Alliance) -> None:
    draft = draft_of(alliance)
    broken(
        "sub_envelopes_within_envelope",
        lambda: SubEnvelope.objects.create(split=draft, name="Trop", amount=Decimal("66.72")),
    )
    services.decide_split(draft, by=person("budget"))
    broken(
        "sub_envelopes_within_envelope",
        lambda: Envelope.objects.filter(alliance=alliance).update(amount=Decimal("882.00")),
    )
    with pytest.raises(Refusal, match="changez d’abord le partage"):
        services.propose_amount(
            envelope_of(alliance),
            by=person("budget"),
            amount=Decimal("882.00"),
            quality="confirmed",
            source="Lettre",
            on=clock.today(),
            reference="L-2",
        )


def test_a_decided_sharing_never_changes_in_the_database(alliance: Alliance) -> None:
    draft = services.decide_split(draft_of(alliance), by=person("budget"))
    for change in (
        lambda: SubEnvelope.objects.filter(split=draft).update(percent=1, amount=None),
        lambda: SubEnvelope.objects.filter(split=draft).delete(),
        lambda: EnvelopeShare.objects.filter(split=draft).update(percent=1),
        lambda: EnvelopeSplit.objects.filter(pk=draft.pk).update(decided_at=None),
    ):
        broken("split_frozen", change)
    empty = services.decide_split(draft_of(alliance, parts=[]), by=person("budget"))
    broken("split_frozen", lambda: EnvelopeSplit.objects.filter(pk=empty.pk).delete())


def test_shares_make_the_whole_and_one_draft_stands(alliance: Alliance) -> None:
    draft = draft_of(alliance)
    EnvelopeShare.objects.filter(split=draft, use="projects").update(percent=1)
    draft.decide(by=person("budget"))
    broken("split_shares_whole", draft.save)
    broken(
        "split_one_draft",
        lambda: EnvelopeSplit.objects.create(
            envelope=draft.envelope, created_by=draft.created_by, changed_by=draft.created_by
        ),
    )


# --- Pages


def test_the_table_shares_its_envelope_on_its_pages(page: Any, alliance: Alliance) -> None:
    coordination, mrc = person("coordination", "mauricie"), alliance.territory.mrcs.earliest("pk")
    address = alliance.url("envelope_split")
    assert mrc.name in text(page(coordination, address))
    typed = {
        "revision": "0",
        f"percent_m{mrc.pk}": "12,5",
        "name_n0": "Nord",
        "amount_n0": "100,00",
        "percent_administration": "8",
        "why_administration": WHY,
    }
    done = text(page(coordination, address, typed))
    assert "Partage préparé" in done
    assert "125,00 $" in done
    assert "Décider ce partage" not in done
    direction = person("direction", "mauricie")
    assert "Décider ce partage" in text(page(direction, alliance.url("envelope")))
    stale = text(page(direction, alliance.url("envelope_split_decide"), {"revision": "0"}))
    assert "a changé ce partage" in stale
    done = text(page(direction, alliance.url("envelope_split_decide"), {"revision": "1"}))
    assert "Partage décidé" in done
    assert WHY in done


def test_what_cannot_be_read_is_said_and_kept(page: Any, alliance: Alliance) -> None:
    mrc = alliance.territory.mrcs.earliest("pk")
    response = page(
        person("coordination", "mauricie"),
        alliance.url("envelope_split"),
        {
            "revision": "0",
            f"percent_m{mrc.pk}": "12",
            f"amount_m{mrc.pk}": "12,00",
            "amount_n0": "5,00",
            "name_n1": "Sud",
            "percent_mobilisation": "8",
        },
    )
    assert response.status_code == 422
    shown = text(response)
    for sentence in ("pas les deux", "Nommez la sous-région", "un montant ou un pourcentage."):
        assert sentence in shown
    assert not EnvelopeSplit.objects.exists()


def test_the_page_costs_the_same_for_one_and_thirty_parts(page: Any, alliance: Alliance) -> None:
    reader = person("direction", "mauricie")
    services.decide_split(draft_of(alliance, parts=[Part(name="A", percent=Decimal(1))]),
                          by=person("budget"))  # fmt: skip
    draft_of(alliance, parts=[])
    one = count(page, reader, alliance.url("envelope"))
    many = [Part(name=f"Lieu {n}", percent=Decimal(1)) for n in range(30)]
    draft_of(alliance, parts=many)
    assert count(page, reader, alliance.url("envelope")) == one


def test_the_budget_sets_and_lifts_the_ceiling_of_a_cycle(page: Any) -> None:
    budget, cycle = person("budget"), Cycle.objects.get(slug="2024-2029")
    shown = page(budget, "/enveloppes/plafond/2024-2029/", {"percent": "15"})
    assert "15 % de chaque enveloppe au plus" in text(shown)
    page(budget, "/enveloppes/plafond/2024-2029/", {"percent": "101"})
    cycle.refresh_from_db()
    assert cycle.own_share_ceiling == 15
    page(budget, "/enveloppes/plafond/2024-2029/", {"percent": ""})
    cycle.refresh_from_db()
    assert cycle.own_share_ceiling is None
