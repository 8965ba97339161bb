"""The partners: what the register holds, what it refuses, what the database holds."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, transaction

from alliances import clock
from alliances.errors import StaleAct
from alliances.models import (
    Alliance,
    JournalEntry,
    Partner,
    PartnerCategory,
    User,
)
from alliances.services import governance, partners
from tests.factories import AllianceFactory, UserFactory

from .registers import (
    JOINED,
    category,
    held_by_the_database,
    insert,
    mrc,
    of_another_territory,
    partner,
    refused,
)

pytestmark = pytest.mark.django_db


def test_the_guides_name_nine_and_twelve_kinds_of_partners() -> None:
    def codes(cycle: str) -> list[str]:
        found = PartnerCategory.objects.filter(cycle__slug=cycle)
        return list(found.order_by("rank").values_list("code", flat=True))

    assert codes("2024-2029") == [
        "municipal", "car", "sante", "education", "developpement-social",
        "communautaire", "habitation", "alimentation", "affaires",
    ]  # fmt: skip
    assert len(codes("2017-2024")) == 12
    assert {"deputation", "ministre-regional", "mtess"} <= set(codes("2017-2024"))


def test_loading_the_kinds_again_mends_and_adds_nothing() -> None:
    number = PartnerCategory.objects.count()
    PartnerCategory.objects.filter(code="sante", cycle__slug="2024-2029").update(name="Autre")
    call_command("load_reference", verbosity=0)
    assert PartnerCategory.objects.count() == number
    assert "Santé" in PartnerCategory.objects.get(code="sante", cycle__slug="2024-2029").name


def test_a_partner_is_written_with_its_author_and_its_act(alliance: Alliance, who: User) -> None:
    one = partner(alliance, "  CDC   de Mékinac ", by=who, place="Mékinac", kind="communautaire")
    assert (one.name, one.updated_by, one.territory_id) == (
        "CDC de Mékinac",
        who,
        alliance.territory_id,
    )
    entry = JournalEntry.objects.get(target_label="alliances.partner", target_id=one.pk)
    assert entry.summary == "a inscrit le partenaire « CDC de Mékinac »"
    assert entry.url.endswith(f"/concertation/partenaires/{one.pk}/")


@pytest.mark.parametrize(
    "again",
    [
        "ÉCOLE L’ENVOL", "ecole l'envol", "  École   l’Envol ", "École l’Envol", "Ecole-l’Envol",
        "École l’Envol",
    ],
)  # fmt: skip
def test_a_partner_is_written_once_however_it_is_spelled(
    alliance: Alliance, who: User, again: str
) -> None:
    first = partner(alliance, "École l’Envol", by=who)
    with refused("déjà inscrit, sous le nom « École l’Envol »", "name"):
        partner(alliance, again, by=who)
    with held_by_the_database("partner_once"), transaction.atomic():
        Partner.objects.create(
            alliance=alliance, name=again, category=first.category, updated_by=who
        )


def test_two_names_that_differ_by_a_letter_are_two_partners(alliance: Alliance) -> None:
    partner(alliance, "École l’Envol")
    partner(alliance, "École l’Envola")
    assert Partner.objects.count() == 2


def test_the_same_name_lives_in_two_alliances(alliance: Alliance) -> None:
    partner(alliance)
    partner(AllianceFactory("estrie"))
    assert Partner.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"name": "  "}, "Écrivez le nom", "name"),
        ({"level": "local"}, "nomme sa MRC", "place"),
        ({"level": "regional", "mrc": "Mékinac"}, "aucune MRC", "place"),
        ({"level": "local", "mrc": "Sherbrooke"}, "d’un autre territoire", "place"),
        ({"category": "deputation"}, "d’un autre cycle", "category"),
        ({"joined_on": date(2999, 1, 1)}, "dans l’avenir", "joined_on"),
    ],
)
def test_a_partner_is_refused_when_added_and_when_changed(
    alliance: Alliance, who: User, changes: dict[str, Any], sentence: str, field: str
) -> None:
    if "mrc" in changes:
        changes = {**changes, "mrc": mrc(changes["mrc"])}
    if "category" in changes:
        changes = {**changes, "category": PartnerCategory.objects.get(code=changes["category"])}
    with refused(sentence, field):
        partner(alliance, **{"name": "CIUSSS", **changes})
    assert not Partner.objects.exists()
    one = partner(alliance, by=who)
    with refused(sentence, field):
        partners.change_partner(one, by=who, **changes)
    one.refresh_from_db()
    assert (one.name, one.revision) == ("CIUSSS", 0)


def test_a_change_is_written_once_and_named(alliance: Alliance, who: User) -> None:
    one = partner(alliance)
    changed = partners.change_partner(
        one, by=who, revision=0, contribution="Deux organisateurs.", level="local", mrc=mrc()
    )
    assert (changed.revision, changed.updated_by) == (1, who)
    entry = JournalEntry.objects.get(verb="change_partner")
    assert entry.data["changed"] == ["contribution", "level", "mrc"]
    partners.change_partner(changed, by=who, revision=1, contribution="Deux organisateurs.")
    assert JournalEntry.objects.filter(verb="change_partner").count() == 1


def test_the_second_writer_is_told_who_wrote_and_when(alliance: Alliance, who: User) -> None:
    one = partner(alliance)
    with clock.at(clock.now()):
        partners.change_partner(one, by=who, revision=0, contact="Léa Roy")
        with pytest.raises(StaleAct, match=r"Maude Gélinas a modifié cette fiche le .* à .*h"):
            partners.change_partner(one, by=UserFactory(), revision=0, contact="Ève Roy")
    assert Partner.objects.get().contact == "Léa Roy"


def test_a_partner_leaves_and_comes_back_with_its_days(alliance: Alliance, who: User) -> None:
    one = partner(alliance)
    left = partners.leave(one, by=who, on=date(2025, 6, 1))
    assert not Partner.objects.active().exists()
    back = partners.come_back(left, by=who, on=date(2025, 9, 1))
    assert (back.left_on, back.joined_on) == (None, date(2025, 9, 1))
    verbs = JournalEntry.objects.filter(target_id=one.pk, target_label="alliances.partner")
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == [
        "add_partner",
        "partner_left",
        "partner_back",
    ]


def test_coming_back_the_very_day_means_never_left(alliance: Alliance, who: User) -> None:
    left = partners.leave(partner(alliance), by=who, on=date(2025, 6, 1))
    assert partners.come_back(left, by=who, on=date(2025, 6, 1)).joined_on == JOINED


@pytest.mark.parametrize(
    ("on", "sentence"),
    [(JOINED - timedelta(days=1), "participe depuis"), (date(2999, 1, 1), "dans l’avenir")],
)
def test_a_departure_out_of_order_is_refused(
    alliance: Alliance, who: User, on: date, sentence: str
) -> None:
    one = partner(alliance)
    with refused(sentence, "on"):
        partners.leave(one, by=who, on=on)
    assert Partner.objects.active().exists()


def test_a_return_before_the_departure_is_refused(alliance: Alliance, who: User) -> None:
    left = partners.leave(partner(alliance), by=who, on=date(2025, 6, 1))
    with refused("le retour ne peut pas le précéder", "on"):
        partners.come_back(left, by=who, on=date(2025, 5, 31))


def test_leaving_or_coming_back_twice_is_told(alliance: Alliance, who: User) -> None:
    one = partner(alliance)
    with pytest.raises(StaleAct, match="participe déjà"):
        partners.come_back(one, by=who, on=clock.today())
    partners.leave(one, by=who, on=date(2025, 6, 1))
    with pytest.raises(StaleAct, match="a déjà quitté"):
        partners.leave(one, by=who, on=date(2025, 6, 2))


def test_a_name_that_left_is_brought_back_rather_than_added(alliance: Alliance, who: User) -> None:
    partners.leave(partner(alliance), by=who, on=date(2025, 6, 1))
    with refused("Consignez plutôt son retour", "name"):
        partner(alliance, "ciusss")


def test_who_was_present_on_a_day(alliance: Alliance, who: User) -> None:
    partners.leave(partner(alliance), by=who, on=date(2025, 6, 1))

    def present(day: date) -> bool:
        return Partner.objects.present_on(day).exists()

    assert [present(day) for day in (JOINED - timedelta(days=1), JOINED, date(2025, 5, 31))] == [
        False, True, True,
    ]  # fmt: skip
    assert not present(date(2025, 6, 1))


def partner_row(alliance: Alliance, who: User, **changes: Any) -> dict[str, Any]:
    return {
        "territory_id": alliance.territory_id,
        "alliance_id": alliance.pk,
        "name": "CIUSSS",
        "category_id": category(alliance).pk,
        "level": "regional",
        "mrc_id": None,
        "contribution": "",
        "contact": "",
        "email": "",
        "joined_on": JOINED,
        "left_on": None,
        "revision": 0,
        "updated_at": clock.now(),
        "updated_by_id": who.pk,
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"level": "local"}, "partner_local_names_its_mrc"),
        ({"mrc_id": lambda: mrc().pk}, "partner_local_names_its_mrc"),
        ({"level": "local", "mrc_id": of_another_territory}, "partner_mrc_of_territory"),
        ({"left_on": JOINED - timedelta(days=1)}, "partner_dates_in_order"),
        ({"name": ""}, "partner_has_name"),
        (
            {"category_id": lambda: PartnerCategory.objects.get(code="deputation").pk},
            "autre cycle",
        ),
    ],
)
def test_the_database_refuses_the_partner_too(
    alliance: Alliance, who: User, changes: dict[str, Any], rule: str
) -> None:
    values = {name: value() if callable(value) else value for name, value in changes.items()}
    insert("alliances_partner", **partner_row(alliance, who, name="Un qui est en ordre"))
    with held_by_the_database(rule):
        insert("alliances_partner", **partner_row(alliance, who, **values))


def test_the_database_refuses_to_move_a_partner_to_a_foreign_mrc(
    alliance: Alliance, who: User
) -> None:
    one = partner(alliance, place="Mékinac")
    with held_by_the_database("partner_mrc_of_territory"), transaction.atomic():
        Partner.objects.filter(pk=one.pk).update(mrc=of_another_territory())


@pytest.mark.parametrize("make", [partner, lambda a: governance.add_body(a, "C", by=UserFactory())])
def test_the_database_never_deletes_a_partner_or_a_body(
    alliance: Alliance, make: Callable[[Alliance], Any]
) -> None:
    row = make(alliance)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).delete()
