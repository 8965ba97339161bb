"""The cycle 2010-2015 adds up to what its guide says, to the dollar."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum

from alliances.models import Cycle, User
from fqis.models import FundingSource, Project
from fqis.services.history import CYCLE, in_proportion, write_history
from tests.factories import person

from .pages import text

pytestmark = pytest.mark.django_db


def test_parts_make_their_total_exactly() -> None:
    parts = in_proportion(100, [1, 1, 1])
    assert sum(parts) == 100
    assert sorted(parts) == [33, 33, 34]


def test_the_history_makes_the_guides_totals_to_the_dollar(page: Any) -> None:
    portal, analyst = User.objects.portal(), person("analyst")
    assert write_history(by=portal, validated_by=analyst) == 3915
    assert write_history(by=portal, validated_by=analyst) == 0
    projects = Project.objects.filter(alliance__cycle__slug=CYCLE)
    cycle = Cycle.objects.get(slug=CYCLE)
    granted = projects.aggregate(total=Sum("amount_granted"))["total"]
    levered = FundingSource.objects.filter(project__in=projects).aggregate(total=Sum("amount"))
    assert granted == Decimal("118500000.00") == cycle.invested
    assert levered["total"] == Decimal("160500000.00") == cycle.invested_by_partners
    assert granted + levered["total"] == Decimal("279000000.00")
    assert projects.count() == 3915 == cycle.initiatives_supported
    years = [
        sum(
            row["n"]
            for row in projects.order_by()
            .values("decided_on__year", "decided_on__month")
            .annotate(n=Count("pk"))
            if (row["decided_on__year"], row["decided_on__month"]) >= (year, 4)
            and (row["decided_on__year"], row["decided_on__month"]) < (year + 1, 4)
        )
        for year in range(2010, 2015)
    ]
    assert years == [783] * 5
    assert not projects.exclude(title__contains="données fictives").exists()

    seen = text(page(analyst, f"/registre/?cycle={CYCLE}"))
    assert "3 915 projets. Accordé : 118 500 000,00 $." in seen
    assert "Données fictives" in seen
    drawn = page(analyst, f"/registre/portrait/?cycle={CYCLE}").context["portrait"]
    assert drawn.leverage == Decimal("1.35")
    assert drawn.orphans == 0


def test_the_history_is_refused_in_production(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("load_history")
