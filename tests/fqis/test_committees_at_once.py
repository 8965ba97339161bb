"""Two committees at the same moment: the money left is given once."""

from decimal import Decimal
from typing import Any

from alliances.identity import acting_as, acting_as_portal
from alliances.models import User
from fqis import services
from fqis.models import Project, Sitting
from fqis.selectors.project_money import purses_of
from tests.factories import person

from .committees import ready_sitting, referred_project, seated_committee
from .test_concurrency import at_once

BIG = Decimal("600000.00")


def test_two_committees_at_once_do_not_spend_the_same_money(committed_db: Any) -> None:
    """Each alone is within the million; together they are not."""
    with acting_as_portal():
        partner, by = person("partner", "laval"), person("direction", "laval")
        first = seated_committee(partner)
        second = seated_committee(partner, name="Comité du nord", alliance=first.alliance)
        sittings = [
            ready_sitting(
                committee,
                [referred_project(committee, amount_requested=BIG)],
                [partner],
                amount=BIG,
            ).pk
            for committee in (first, second)
        ]

    def close(pk: int) -> str:
        with acting_as(User.objects.get(pk=by.pk)):
            return services.close_sitting(Sitting.objects.get(pk=pk), by=by).state

    said = at_once(close, sittings)
    assert said.count("closed") == 1
    refused = next(one for one in said if one.startswith("refused"))
    assert "l’argent qui reste" in refused
    with acting_as_portal():
        assert Project.objects.filter(state="accepted").count() == 1
        assert purses_of(first.alliance_id)[""].left == Decimal("400000.00")
        assert Sitting.objects.filter(state="closed").count() == 1
