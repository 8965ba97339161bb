"""Two people act on an avenant at the same moment: one act, and a sentence for the second."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

from django.db import connection

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as, acting_as_portal
from alliances.models import Milestone, User
from conventions.avenants import services
from conventions.models import Avenant, Convention
from fqis import services as money
from fqis.models import Versement
from tests.conftest import CommittedDatabase
from tests.factories import AllianceFactory, person

from .avenants import draft_avenant, schedule, sent_avenant, with_spec
from .factories import signed_convention


def at_once(acts: list[tuple[User, Callable[[], object]]]) -> list[str]:
    """What each person is told when all act together; nothing when the act was done."""
    start = Barrier(len(acts))

    def run(user: User, act: Callable[[], object]) -> str:
        start.wait()
        try:
            with acting_as(user):
                act()
        except Refusal as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(lambda one: run(*one), acts))


def sign(avenant: Avenant, kind: str, by: User) -> Callable[[], object]:
    def act() -> object:
        return services.record_avenant_signature(
            avenant.signatories.get(kind=kind), by=by, signed_on=clock.today(), signer="X"
        )

    return act


def test_two_analysts_begin_one_avenant(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        convention = signed_convention(AllianceFactory("laval"), ends_on=date(2028, 3, 31))
        people = [person("analyst", full_name=name) for name in ("Sophie Lavoie", "Marc Roy")]

    def begin(by: User) -> Callable[[], object]:
        return lambda: draft_avenant(convention, by=by, ends_on=date(2029, 3, 31))

    told = at_once([(one, begin(one)) for one in people])

    assert told[0] == ""
    assert "a déjà préparé l’avenant no 1" in told[1]
    with acting_as_portal():
        assert Avenant.objects.count() == 1


def test_the_last_two_signatures_apply_it_once(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        convention = signed_convention(AllianceFactory("laval"), ends_on=date(2028, 3, 31))
        analyst, delegate = person("analyst"), person("delegate")
        avenant = sent_avenant(convention, by=analyst, ends_on=date(2029, 3, 31))

    told = at_once(
        [
            (analyst, sign(avenant, "table", analyst)),
            (delegate, sign(avenant, "ministry", delegate)),
        ]
    )

    assert told == ["", ""]
    with acting_as_portal():
        assert Avenant.objects.get().state == "signed"
        assert Convention.objects.get().ends_on == date(2029, 3, 31)
        assert Milestone.objects.filter(kind="avenant_signed").count() == 1


def test_signed_or_withdrawn_never_both(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        convention = signed_convention(AllianceFactory("laval"), ends_on=date(2028, 3, 31))
        analyst, delegate = person("analyst"), person("delegate")
        avenant = sent_avenant(convention, by=analyst, ends_on=date(2029, 3, 31))
        sign(avenant, "table", analyst)()

    def withdraw() -> object:
        return services.withdraw_avenant(avenant, by=analyst, reason="À revoir.")

    told = at_once([(delegate, sign(avenant, "ministry", delegate)), (analyst, withdraw)])

    assert told[0] == ""
    assert told[1]
    with acting_as_portal():
        applied = Convention.objects.get().ends_on == date(2029, 3, 31)
        assert applied is (Avenant.objects.get().state == "signed")


def test_a_versement_recommended_and_its_avenant_signed_at_once(
    committed_db: CommittedDatabase,
) -> None:
    """Either the avenant changed the tranche first and the new amount is recommended, or the
    recommendation came first and the avenant is refused; no deadlock."""
    with acting_as_portal():
        convention = signed_convention(AllianceFactory("laval"))
        analyst, delegate = person("analyst"), person("delegate")
        first, *rows, last = schedule(convention)
        first = with_spec(first, amount=first.spec.amount - 1000)
        last = with_spec(last, amount=last.spec.amount + 1000)
        avenant = sent_avenant(convention, by=analyst, rows=[first, *rows, last])
        sign(avenant, "table", analyst)()
        versement = Versement.objects.get(tranche=first.tranche_id)

    def recommend() -> object:
        return money.recommend_versement(
            versement, by=analyst, amount=Decimal("150000.00"), note="Une part."
        )

    told = at_once([(delegate, sign(avenant, "ministry", delegate)), (analyst, recommend)])

    with acting_as_portal():
        versement.refresh_from_db()
        assert (versement.state, versement.amount) == ("recommended", Decimal("150000.00"))
        signed = Avenant.objects.get().state == "signed"
        assert versement.tranche.amount == Decimal("199000.00" if signed else "200000.00")
        assert bool(told[1]) is not signed
