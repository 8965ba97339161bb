"""The reference data say what the guides say."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from alliances.models import Alliance, Cycle, Mrc, Territory
from fqis.models import Envelope
from plans.models import Canvas, NationalPriority

pytestmark = pytest.mark.django_db


def test_twenty_signatories_and_all_mrcs():
    assert Territory.objects.count() == 20
    assert Territory.objects.filter(kind="autochtone").count() == 3
    assert Mrc.objects.count() == 104
    assert Mrc.objects.filter(kind="MRC").count() == 87
    assert Alliance.objects.filter(cycle__slug="2024-2029").count() == 20


def test_who_signs_without_its_mrcs():
    alone = Territory.objects.filter(mrc_cosigns=False).values_list("slug", flat=True)
    assert set(alone) == {"montreal", "laval", "jamesie", "kativik", "cssspnql", "gnc"}


def test_cycles_carry_the_guides_figures():
    assert Cycle.objects.get(slug="2017-2024").envelope_total == Decimal("160100000")
    assert Cycle.objects.get(slug="2017-2024").plan_preparation_amount == Decimal("70000")
    assert Cycle.objects.get(slug="2017-2024").closes_on == date(2024, 10, 31)
    current = Cycle.objects.get(slug="2024-2029")
    assert current.envelope_total == Decimal("145360000")
    assert current.starts_on == date(2024, 11, 1)
    history = Cycle.objects.get(slug="2010-2015")
    assert history.invested + history.invested_by_partners == Decimal("279000000")


@pytest.mark.parametrize(
    ("signed_on", "due_on"),
    [
        (date(2024, 11, 29), date(2025, 2, 28)),
        (date(2024, 11, 30), date(2025, 2, 28)),
        (date(2025, 1, 15), date(2025, 3, 31)),
    ],
)
def test_the_plan_is_due_after_three_months_and_by_31_march_2025(signed_on, due_on):
    assert Cycle.objects.get(slug="2024-2029").plan_due_on(signed_on) == due_on


def test_canvas_holds_twenty_sections_and_fifteen_required_elements():
    canvas = Canvas.objects.get(cycle__slug="2024-2029")
    codes = list(canvas.sections.order_by("rank").values_list("code", flat=True))
    assert codes[:4] == ["1a", "1b", "1c", "1d"]
    assert codes[-1] == "10f"
    assert len(codes) == 20
    assert canvas.requirements.filter(is_required=True).count() == 15
    assert NationalPriority.objects.filter(cycle__slug="2024-2029").count() == 4
    assert NationalPriority.objects.filter(cycle__slug="2017-2024").count() == 10


def test_only_published_envelopes_have_an_amount():
    known = Envelope.objects.exclude(amount=None).values_list("alliance__territory__slug", "amount")
    assert dict(known) == {
        "mauricie": Decimal("5805682"),
        "laval": Decimal("2606312"),
        "chaudiere-appalaches": Decimal("4716195"),
        "lanaudiere": Decimal("6100000"),
    }
    assert Envelope.objects.filter(amount=None, quality="unknown").count() == 16


def test_loading_twice_changes_nothing():
    before = list(Alliance.objects.order_by("pk").values("pk", "table_id", "fiduciary_id"))
    call_command("load_reference", verbosity=0)
    assert list(Alliance.objects.order_by("pk").values("pk", "table_id", "fiduciary_id")) == before
