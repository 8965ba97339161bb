"""The national split as people meet it: figures, scenarios, the minister's decision."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Cycle, JournalEntry, Territory, User
from fqis import services
from fqis.models import Allocation, AllocationFigure, AllocationLine, Envelope, EnvelopeAmount
from fqis.services.allocations import Figure, outcome_of
from tests.conventions.factories import with_envelope
from tests.factories import AllianceFactory
from tests.factories import person as person_today
from tests.fqis.factories import recommended_versement
from tests.fqis.test_figures import HEAD
from tests.fqis.test_rules import broken

PLACES = ["laval", "mauricie", "estrie"]
Kind = AllocationFigure.Kind


@pytest.fixture
def cycle(db: None) -> Cycle:
    return Cycle.objects.get(slug="2024-2029")


def person(role: str, territory: str | None = None) -> User:
    """Somebody in office for long: the database reads its own clock, not the tests'."""
    someone = person_today(role, territory)
    someone.memberships.update(starts_on=date(2024, 11, 1))
    return someone


def figures(*places: str) -> list[Figure]:
    """Plausible figures of three territories, with a former amount of one million dollars."""
    return [
        Figure(Territory.objects.get(slug=slug), kind, Decimal(value), "2016", "Tests")
        for slug in places
        for kind, value in (
            (Kind.FORMER, "1000000"),
            (Kind.POPULATION, "200000"),
            (Kind.AREA, "1000"),
            (Kind.IDMS, "12.5"),
        )
    ]


def propose(envelope: Envelope, amount: Decimal, **changes: Any) -> EnvelopeAmount:
    """An amount that the budget office proposes, as the minister's letter gives it."""
    said: dict[str, Any] = {
        "by": person("budget"),
        "quality": "confirmed",
        "source": "Lettre",
        "on": clock.today(),
        "reference": "L-1",
    }
    return services.propose_amount(envelope, amount=amount, **(said | changes))


def scenario(cycle: Cycle, name: str = "Moitié-moitié") -> Allocation:
    """A complete scenario: every territory without figures has a fixed amount."""
    by = person("budget")
    services.write_figures(cycle, figures(*PLACES), by=by)
    made = services.create_scenario(cycle, name, by=by)
    fixed = {
        line.place_id: (Decimal(2_000_000), "Organisation hors formule")
        for line in made.lines.select_related("place")
        if line.place.slug not in PLACES
    }
    services.change_scenario(
        made, by=by, total=made.total, increase=Decimal(10), idms_share=Decimal(50), fixed=fixed
    )
    made.refresh_from_db()
    return made


def test_published_envelopes_stay_and_the_rest_sums_to_the_total(cycle: Cycle) -> None:
    made = scenario(cycle)
    outcome = outcome_of(made)
    assert outcome.is_complete
    assert sum(line.amount for line in made.lines.all()) == made.total == cycle.envelope_total
    published = Envelope.objects.get(alliance__cycle=cycle, territory__slug="mauricie")
    line = made.lines.get(place__slug="mauricie")
    assert line.fixed == line.amount == published.amount


def test_confirming_gives_each_envelope_its_amount_once(cycle: Cycle) -> None:
    made = scenario(cycle)
    before = Envelope.objects.get(alliance__cycle=cycle, territory__slug="mauricie")
    services.confirm_allocation(
        made, by=person("delegate"), on=clock.today(), reference="Décret 12-2026"
    )
    made.refresh_from_db()
    assert made.state == Allocation.State.CONFIRMED
    estrie = Envelope.objects.get(alliance__cycle=cycle, territory__slug="estrie")
    assert estrie.amount == made.lines.get(place__slug="estrie").amount
    assert (estrie.quality, "Décret 12-2026" in estrie.source) == ("confirmed", True)
    after = Envelope.objects.get(pk=before.pk)
    assert (after.amount, after.quality) == (before.amount, before.quality)
    total = sum(one.amount for one in Envelope.objects.filter(alliance__cycle=cycle))
    assert total == cycle.envelope_total
    assert JournalEntry.objects.filter(verb="confirm_allocation").count() == 1
    with pytest.raises(StaleAct, match="a confirmé cette répartition"):
        services.confirm_allocation(made, by=person("delegate"), on=clock.today(), reference="X")
    with pytest.raises(Refusal, match="est confirmée depuis"):
        services.write_figures(cycle, figures("estrie"), by=person("budget"))
    with pytest.raises(Refusal, match="est confirmée depuis"):
        services.create_scenario(cycle, "Un autre", by=person("budget"))


def test_a_confirmed_split_never_changes_in_the_database(cycle: Cycle) -> None:
    made = scenario(cycle)
    services.confirm_allocation(made, by=person("delegate"), on=clock.today(), reference="D-1")
    for change in (
        lambda: Allocation.objects.filter(pk=made.pk).update(total=1),
        lambda: AllocationLine.objects.filter(allocation=made).update(floor=1),
        lambda: AllocationLine.objects.filter(allocation=made)[:1].get().delete(),
    ):
        with pytest.raises(Exception, match=r"confirm|Cannot"), transaction.atomic():
            change()


def test_the_database_refuses_parts_that_do_not_make_the_total(cycle: Cycle) -> None:
    made = scenario(cycle)
    line = made.lines.get(place__slug="estrie")
    AllocationLine.objects.filter(pk=line.pk).update(floor=line.floor + 1)
    made.confirm(by=person("delegate"), on=clock.today(), reference="D-1")
    with pytest.raises(IntegrityError, match="ne font pas le total"), transaction.atomic():
        made.save()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_is_missing_or_short_is_said_before_the_decision(cycle: Cycle) -> None:
    made = services.create_scenario(cycle, "Sans chiffres", by=person("budget"))
    with pytest.raises(Refusal, match="Des chiffres manquent"):
        services.confirm_allocation(made, by=person("delegate"), on=clock.today(), reference="D")
    full = scenario(cycle)
    fixed = {line.place_id: (line.fixed, "Fixé") for line in full.lines.all() if line.fixed}
    outcome = services.change_scenario(
        full,
        by=person("budget"),
        total=Decimal(40_000_000),
        increase=Decimal(10),
        idms_share=Decimal(50),
        fixed=fixed,
    )
    assert outcome.shortage > 0
    with pytest.raises(Refusal, match=r"Il manque .* pour que personne"):
        services.confirm_allocation(full, by=person("delegate"), on=clock.today(), reference="D")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"on": date(2099, 1, 1)}, "dans le futur"),
        ({"reference": "  "}, "référence"),
    ],
)
def test_a_decision_has_its_date_and_reference(cycle: Cycle, given, sentence: str) -> None:
    made = scenario(cycle)
    asked = {"on": clock.today(), "reference": "D-1", **given}
    with pytest.raises(Refusal, match=sentence):
        services.confirm_allocation(made, by=person("delegate"), **asked)


def test_an_envelope_never_falls_under_what_is_committed(cycle: Cycle) -> None:
    versement = recommended_versement("estrie")
    services.authorise_versement(versement, by=person("budget"))
    made = scenario(cycle)
    line = made.lines.get(place__slug="estrie")
    fixed = {one.place_id: (one.amount, "Fixé") for one in made.lines.all()}
    rich = made.lines.exclude(pk=line.pk).filter(place__kind="autochtone").first()
    fixed[rich.place_id] = (rich.amount + line.amount - 1, "Fixé")
    fixed[line.place_id] = (Decimal(1), "Trop peu")
    services.change_scenario(
        made,
        by=person("budget"),
        total=made.total,
        increase=Decimal(0),
        idms_share=Decimal(50),
        fixed=fixed,
    )
    with pytest.raises(Refusal, match=r"^Estrie\s: Écrivez au moins"):
        services.confirm_allocation(made, by=person("delegate"), on=clock.today(), reference="D")
    made.refresh_from_db()
    assert made.state == Allocation.State.DRAFT


def test_only_the_budget_prepares_and_only_the_delegate_confirms(cycle: Cycle) -> None:
    made = scenario(cycle)
    with pytest.raises(PermissionDenied):
        services.create_scenario(cycle, "À moi", by=person("analyst"))
    with pytest.raises(PermissionDenied):
        services.confirm_allocation(made, by=person("budget"), on=clock.today(), reference="D")


def test_two_people_do_not_overwrite_each_other(cycle: Cycle) -> None:
    made = scenario(cycle)
    with pytest.raises(StaleAct, match="a changé ce scénario"):
        services.change_scenario(
            made,
            by=person("budget"),
            total=made.total,
            increase=Decimal(1),
            idms_share=Decimal(1),
            fixed={},
            revision=made.revision - 1,
        )


def test_a_table_sees_nothing_of_it(cycle: Cycle, identity) -> None:
    scenario(cycle)
    identity(person("direction", "estrie"))
    assert not Allocation.objects.exists()
    assert not AllocationLine.objects.exists()
    assert not AllocationFigure.objects.exists()


def confirmed(cycle: Cycle) -> Allocation:
    return services.confirm_allocation(
        scenario(cycle), by=person("delegate"), on=clock.today(), reference="D-1"
    )


def changed(made: Allocation, **changes: Any) -> None:
    """The scenario with one parameter changed by the budget office."""
    asked = {
        "total": made.total,
        "increase": made.increase,
        "idms_share": made.idms_share,
        "fixed": {
            line.place_id: (line.fixed, "Fixé")
            for line in made.lines.all()
            if line.fixed is not None
        },
    }
    services.change_scenario(made, by=person("budget"), **{**asked, **changes})


def test_a_scenario_above_the_cycle_compares_and_is_never_confirmed(cycle: Cycle) -> None:
    made = scenario(cycle)
    changed(made, total=made.total + 1)
    with pytest.raises(Refusal, match="dépasse celui du cycle"):
        services.confirm_allocation(made, by=person("delegate"), on=clock.today(), reference="D")


def test_figures_written_since_are_not_confirmed_unseen(cycle: Cycle) -> None:
    made = scenario(cycle)
    seen = made.revision
    services.write_figures(cycle, figures("estrie"), by=person("budget"))
    with pytest.raises(StaleAct, match="a changé ce scénario"):
        services.confirm_allocation(
            made, by=person("delegate"), on=clock.today(), reference="D", revision=seen
        )


def test_an_amount_published_since_asks_for_a_new_computation(cycle: Cycle) -> None:
    made = scenario(cycle)
    alliance = AllianceFactory("estrie")
    with_envelope(alliance, Decimal(3_000_000), quality="published")
    with pytest.raises(Refusal, match="publié depuis"):
        services.confirm_allocation(made, by=person("delegate"), on=clock.today(), reference="D")


def test_the_likeness_of_another_cycle_is_refused(cycle: Cycle) -> None:
    made = scenario(cycle)
    other = Cycle.objects.get(slug="2017-2024")
    with pytest.raises(Refusal, match="autre cycle"):
        services.create_scenario(other, "Copie", by=person("budget"), like=made)


def test_after_the_decision_only_a_decided_move_changes_an_envelope(cycle: Cycle) -> None:
    confirmed(cycle)
    with connection.cursor() as cursor:
        # As the commit of the decision would, before anything else happens.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    envelopes = Envelope.objects.select_related("alliance__cycle", "alliance__territory")
    estrie = envelopes.get(alliance__cycle=cycle, territory__slug="estrie")
    outaouais = envelopes.get(alliance__cycle=cycle, territory__slug="outaouais")
    assert estrie.amount is not None
    with pytest.raises(Refusal, match="proposez un déplacement"):
        propose(estrie, estrie.amount - 1)
    broken(
        "envelope_as_decided",
        lambda: Envelope.objects.filter(pk=estrie.pk).update(amount=estrie.amount - 1),
    )
    broken("envelopeamount_before_split", lambda: with_envelope(estrie.alliance, Decimal(5)))
    move = services.propose_move(
        estrie, outaouais, by=person("budget"), amount=Decimal(1000), reason="Retard"
    )
    services.decide_move(move, by=person("delegate"), on=clock.today(), reference="L-1")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert envelopes.get(pk=estrie.pk).amount == estrie.amount - 1000


def test_the_database_refuses_a_split_its_envelopes_or_floors_deny(cycle: Cycle) -> None:
    made = scenario(cycle)
    made.confirm(by=person("delegate"), on=clock.today(), reference="D-1")
    broken("allocation_gives_envelopes", made.save)
    made = scenario(cycle, "Sous le plancher")
    line = made.lines.get(place__slug="estrie")
    AllocationLine.objects.filter(pk=line.pk).update(
        floor=line.former - 1, idms_part=line.amount - line.former + 1, density_part=0
    )
    made.confirm(by=person("delegate"), on=clock.today(), reference="D-2")
    broken("allocation_floors", made.save)


def test_envelopes_never_sum_above_the_cycle(cycle: Cycle) -> None:
    envelope = Envelope.objects.select_related("alliance__cycle").get(
        alliance__cycle=cycle, territory__slug="estrie"
    )
    others = Envelope.objects.filter(alliance__cycle=cycle).exclude(pk=envelope.pk)
    given = sum(one.amount or 0 for one in others)
    assert cycle.envelope_total is not None
    room = cycle.envelope_total - given
    with pytest.raises(Refusal, match="Le total du cycle"):
        propose(envelope, room + Decimal("0.01"))
    broken(
        "envelopes_within_cycle",
        lambda: with_envelope(envelope.alliance, room + Decimal("0.01")),
    )
    services.confirm_amount(propose(envelope, room), by=person("delegate"))
    broken(
        "envelopes_within_cycle",
        lambda: Cycle.objects.filter(pk=cycle.pk).update(
            envelope_total=cycle.envelope_total - Decimal("0.01")
        ),
    )


def test_a_published_amount_stays_as_published(cycle: Cycle) -> None:
    laval = Envelope.objects.select_related("alliance__cycle").get(
        alliance__cycle=cycle, territory__slug="laval"
    )
    assert laval.amount is not None
    with pytest.raises(Refusal, match="reste comme publié"):
        propose(laval, laval.amount + 1)
    broken("Cannot delete", lambda: Envelope.objects.filter(pk=laval.pk).delete())


# --- Pages


@pytest.fixture
def budget(client: Client, db: None) -> Client:
    client.force_login(person("budget"))
    return client


def test_the_budget_officer_goes_from_the_list_to_a_computed_scenario(
    budget: Client, cycle: Cycle
) -> None:
    answer = budget.post(
        reverse("allocation_new"), {"cycle": cycle.pk, "name": "Essai"}, follow=True
    )
    made = Allocation.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("allocation", args=[made.pk])
    assert "Il manque des chiffres" in answer.content.decode()
    data = {"total": "145 360 000,00", "increase": "12,5", "idms_share": "60", "revision": "0"}
    for line in made.lines.all():
        data |= {f"fixed_{line.place_id}": "1 000 000", f"reason_{line.place_id}": "Essai"}
    answer = budget.post(reverse("allocation", args=[made.pk]), data)
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.increase, made.idms_share) == (Decimal("12.5"), Decimal(60))
    page = budget.get(reverse("allocation", args=[made.pk])).content.decode()
    assert "Il reste" in page


def test_a_refused_scenario_keeps_what_was_typed(budget: Client, cycle: Cycle) -> None:
    made = scenario(cycle)
    data = {"total": "12,345.6", "increase": "-5", "idms_share": "101", "revision": "0"}
    answer = budget.post(reverse("allocation", args=[made.pk]), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "12,345.6" in page
    assert "Entrez un montant en dollars" in page


def test_figures_are_read_then_written(budget: Client, cycle: Cycle) -> None:
    url = reverse("allocation_figures", args=[cycle.slug])
    upload = SimpleUploadedFile("f.csv", (HEAD + "laval;idms;13,9;2021;Institut\n").encode())
    answer = budget.post(url, {"cycle": cycle.pk, "file": upload})
    assert answer.status_code == 200
    kept = AllocationFigure.objects.filter(cycle=cycle, kind=Kind.IDMS, place__slug="laval")
    assert list(kept.values_list("year", flat=True)) == ["2011"]
    answer = budget.post(url, {"lues": answer.context["signed"]})
    assert answer.status_code == 302
    assert list(kept.values_list("value", "year")) == [(Decimal("13.90"), "2021")]


def test_a_forged_reading_writes_nothing(budget: Client, cycle: Cycle) -> None:
    AllocationFigure.objects.all().delete()
    budget.post(reverse("allocation_figures", args=[cycle.slug]), {"lues": "forged"})
    assert not AllocationFigure.objects.exists()


def test_who_only_reads_sees_no_form_and_a_table_sees_no_page(client: Client, cycle: Cycle) -> None:
    made = scenario(cycle)
    client.force_login(person("auditor"))
    page = client.get(reverse("allocation", args=[made.pk])).content.decode()
    assert "Calculer" not in page
    assert client.post(reverse("allocation", args=[made.pk]), {}).status_code == 403
    client.force_login(person("direction", "estrie"))
    for name, args in (("envelopes", []), ("allocation", [made.pk])):
        assert client.get(reverse(name, args=args)).status_code == 403


def test_scenarios_stand_side_by_side(budget: Client, cycle: Cycle) -> None:
    first = scenario(cycle)
    second = services.create_scenario(cycle, "Copie", by=person("budget"), like=first)
    page = budget.get(reverse("allocation_compare") + f"?cycle={cycle.slug}")
    assert [row.spread for row in page.context["rows"]] == [0] * len(page.context["rows"])
    assert [one.allocation for one in page.context["chosen"]] == [first, second]
    assert {one.allotted for one in page.context["chosen"]} == {cycle.envelope_total}


def test_the_export_holds_every_territory(budget: Client, cycle: Cycle) -> None:
    made = scenario(cycle)
    answer = budget.get(reverse("allocation", args=[made.pk]) + "?export=csv")
    assert len(answer.content.decode("utf-8-sig").splitlines()) == made.lines.count() + 1
