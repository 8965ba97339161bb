"""An avenant withdrawn, and the extension that brings one cycle to the next."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Cycle
from conventions.avenants import services
from conventions.models import Convention
from conventions.services import send_convention
from tests.factories import AllianceFactory, person

from .avenants import (
    draft_avenant,
    moved,
    sent_avenant,
    sign_all,
    signed_avenant,
)
from .factories import (
    DRAFTED,
    sent_convention,
    signed_convention,
    signed_entente,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 2, 9, 0, tzinfo=DRAFTED.tzinfo)
MARCH_2028 = date(2028, 3, 31)


@pytest.fixture(autouse=True)
def _second_of_june() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def convention() -> Convention:
    """Signed for a year less than its cycle: an avenant can extend it. No MRC signs it."""
    return signed_convention(AllianceFactory("laval"), ends_on=MARCH_2028)


@pytest.fixture
def region() -> Convention:
    """The same where each MRC signs."""
    return signed_convention(AllianceFactory("mauricie"), ends_on=MARCH_2028)


def again(convention: Convention) -> Convention:
    return Convention.objects.for_pages().get(pk=convention.pk)


class TestWithdraw:
    def test_leaves_the_convention_and_lets_another_begin(self, region: Convention) -> None:
        avenant = sent_avenant(region, ends_on=date(2029, 3, 31))
        sign_all(avenant, but="MRC de Mékinac")

        services.withdraw_avenant(avenant, by=person("analyst"), reason="Date à revoir.")

        avenant.refresh_from_db()
        assert (avenant.state, avenant.withdrawn_reason) == ("withdrawn", "Date à revoir.")
        assert again(region).ends_on == MARCH_2028
        assert draft_avenant(region, ends_on=date(2028, 12, 31)).number == 2

    def test_needs_a_reason_and_a_right(self, convention: Convention) -> None:
        avenant = draft_avenant(convention, rows=moved(convention))

        with pytest.raises(Refusal, match="motif"):
            services.withdraw_avenant(avenant, by=person("analyst"), reason=" ")
        with pytest.raises(Refusal, match="Votre rôle"):
            services.withdraw_avenant(avenant, by=person("delegate"), reason="x")

    def test_is_too_late_once_signed_or_withdrawn(self, convention: Convention) -> None:
        sophie = person("analyst", full_name="Sophie Lavoie")
        signed = signed_avenant(convention, rows=moved(convention))
        withdrawn = draft_avenant(again(convention), ends_on=date(2029, 3, 31))
        services.withdraw_avenant(withdrawn, by=sophie, reason="x")

        with pytest.raises(StaleAct, match="est signé par toutes les parties"):
            services.withdraw_avenant(signed, by=sophie, reason="x")
        for act in (
            lambda: services.withdraw_avenant(withdrawn, by=sophie, reason="x"),
            lambda: services.send_avenant(withdrawn, by=sophie),
        ):
            with pytest.raises(StaleAct, match="Sophie Lavoie a retiré l’avenant no 2"):
                act()

    def test_closes_its_signatures(self, convention: Convention) -> None:
        avenant = sent_avenant(convention, rows=moved(convention))
        services.withdraw_avenant(avenant, by=person("analyst"), reason="x")

        with pytest.raises(Refusal, match="n’est pas en signature"):
            sign_all(avenant)


class TestFormerCycle:
    """The entente of 2017-2024, extended, then the convention that takes over."""

    @pytest.fixture
    def entente(self) -> Convention:
        return signed_entente(AllianceFactory("laval", "2017-2024"))

    def test_the_extension_of_2024_leaves_no_gap_before_1_november(
        self, entente: Convention
    ) -> None:
        with clock.at(datetime(2023, 3, 1, 9, tzinfo=DRAFTED.tzinfo)):
            signed_avenant(entente, ends_on=date(2024, 10, 31))

        convention = sent_convention(AllianceFactory("laval"))

        assert convention.starts_on == date(2024, 11, 1)
        with pytest.raises(Refusal, match=r"commence le 1er.novembre.2024"):
            draft_avenant(again(entente), ends_on=date(2024, 11, 1))

    def test_a_convention_waits_for_the_extension_of_the_former_one(
        self, entente: Convention
    ) -> None:
        with pytest.raises(Refusal, match="doit commencer le lendemain"):
            sent_convention(AllianceFactory("laval"))

        signed_avenant(entente, ends_on=date(2024, 10, 31))
        draft = Convention.objects.get(state="draft")
        assert send_convention(draft, by=person("analyst")).state == "sent"

    def test_a_former_one_is_not_extended_over_the_next(self, entente: Convention) -> None:
        Cycle.objects.filter(slug="2017-2024").update(extended_to=date(2025, 3, 31))
        signed_avenant(entente, ends_on=date(2024, 10, 31))
        signed_convention(AllianceFactory("laval"))

        with pytest.raises(Refusal, match=r"commence le 1er.novembre.2024.: la fin peut aller"):
            draft_avenant(again(entente), ends_on=date(2025, 3, 31))
