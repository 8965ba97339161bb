"""Two people who act at the same moment: one act, and a sentence for the second."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from alliances.errors import StaleAct
from alliances.identity import acting_as, acting_as_portal
from alliances.models import Milestone, User
from conventions.models import Convention, Signatory
from tests.conftest import CommittedDatabase
from tests.factories import AllianceFactory, person

from .factories import draft_convention, sent_convention, sign


def both(people: list[User], act: Callable[[User], object]) -> list[str]:
    """What each person is told when both act at once; nothing when the act was done."""
    start = Barrier(len(people))

    def run(user: User) -> str:
        start.wait()
        try:
            with acting_as(user):
                act(user)
        except StaleAct as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(people)) as pool:
        return sorted(pool.map(run, people))


def test_two_analysts_create_one_convention(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        alliance = AllianceFactory("mauricie")
        analysts = [person("analyst", full_name=name) for name in ("Sophie Lavoie", "Marc Roy")]

    told = both(analysts, lambda user: draft_convention(alliance, by=user))

    assert told[0] == ""
    assert "a déjà créé la convention C-04-2024" in told[1]
    with acting_as_portal():
        assert Convention.objects.count() == 1


def test_two_analysts_record_one_signature_once(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        analysts = [person("analyst", full_name=name) for name in ("Sophie Lavoie", "Marc Roy")]
        convention = sent_convention(AllianceFactory("mauricie"), by=analysts[0])
        party = convention.signatories.get(name="MRC de Mékinac")

    told = both(analysts, lambda user: sign(party, by=user))

    assert told[0] == ""
    assert "a déjà consigné la signature de cette partie" in told[1]


def test_the_last_two_signatures_sign_the_convention_once(
    committed_db: CommittedDatabase,
) -> None:
    with acting_as_portal():
        analyst, delegate = person("analyst"), person("delegate")
        convention = sent_convention(AllianceFactory("laval"), by=analyst)
        parties = {party.kind: party for party in convention.signatories.all()}

    def act(user: User) -> Signatory:
        return sign(parties["ministry" if user == delegate else "table"], by=user)

    assert both([analyst, delegate], act) == ["", ""]
    with acting_as_portal():
        assert Convention.objects.get().state == Convention.State.SIGNED
        assert Milestone.objects.count() == 1
