"""What the database holds of avenants when somebody writes past the services."""

from datetime import date, datetime

import pytest
from django.db import Error, connection, transaction

from alliances import clock
from alliances.models import Alliance, Cycle
from conventions.avenants import services
from conventions.models import Avenant, Convention, Tranche
from tests.factories import AllianceFactory, OrganisationFactory, person

from .avenants import draft_avenant, moved, sent_avenant, sign_all, signed_avenant
from .factories import (
    DRAFTED,
    draft_convention,
    signed_convention,
    signed_entente,
    with_resolution,
)
from .test_rules import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention() -> Convention:
    return signed_convention(AllianceFactory("laval"), ends_on=date(2028, 3, 31))


def again(convention: Convention) -> Convention:
    return Convention.objects.for_pages().get(pk=convention.pk)


@pytest.mark.parametrize(
    "change",
    ["reason = 'Autre'", "ends_on = '2029-03-30'", "number = 9", "was_amount = 1",
     "state = 'draft'"],
)  # fmt: skip
def test_a_sent_avenant_never_changes(convention: Convention, change: str) -> None:
    avenant = sent_avenant(convention, ends_on=date(2029, 3, 31))

    refused(
        f"UPDATE conventions_avenant SET {change} WHERE id = %s",
        avenant.pk,
        rule="Un avenant envoyé ne change plus",
    )


@pytest.mark.parametrize("change", ["reason = 'Autre'", "signed_on = signed_on - 1",
                                    "state = 'withdrawn'"])  # fmt: skip
def test_a_signed_avenant_never_changes(convention: Convention, change: str) -> None:
    avenant = signed_avenant(convention, ends_on=date(2029, 3, 31))

    refused(
        f"UPDATE conventions_avenant SET {change} WHERE id = %s",
        avenant.pk,
        rule="Un avenant envoyé ne change plus",
    )
    refused("DELETE FROM conventions_avenant WHERE id = %s", avenant.pk, rule="Cannot delete")


def test_the_schedule_and_the_parties_of_a_sent_avenant_stay(convention: Convention) -> None:
    avenant = sent_avenant(convention, rows=moved(convention))

    for change in ("UPDATE conventions_avenanttranche SET amount = amount + 1",
                   "DELETE FROM conventions_avenanttranche"):  # fmt: skip
        refused(f"{change} WHERE avenant_id = %s", avenant.pk, rule="ne change plus")
    refused(
        "UPDATE conventions_avenantsignatory SET name = 'Une autre' WHERE avenant_id = %s",
        avenant.pk,
        rule="ne changent plus",
    )
    refused(
        "DELETE FROM conventions_avenantsignatory WHERE avenant_id = %s",
        avenant.pk,
        rule="ne changent plus",
    )


def test_a_signature_of_an_avenant_stays(convention: Convention) -> None:
    avenant = sign_all(sent_avenant(convention, rows=moved(convention)), but="Nobody")

    refused(
        "UPDATE conventions_avenantsignatory SET signer = 'Une autre' WHERE avenant_id = %s",
        avenant.pk,
        rule="Cannot update",
    )


def test_no_avenant_is_signed_while_a_party_is_missing(convention: Convention) -> None:
    avenant = sent_avenant(convention, rows=moved(convention))

    refused(
        "UPDATE conventions_avenant SET state = 'signed', signed_on = current_date WHERE id = %s",
        avenant.pk,
        rule="Il manque une signature",
    )


def test_a_signed_avenant_is_applied_whole(convention: Convention) -> None:
    """Signed past the service, without touching the convention: the transaction does not end."""
    avenant = sent_avenant(convention, ends_on=date(2029, 3, 31))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conventions_avenantsignatory SET signed_on = current_date, signer = 'X',"
            " recorded_at = now(), recorded_by_id = %s WHERE avenant_id = %s",
            [person("analyst").pk, avenant.pk],
        )

    refused(
        "UPDATE conventions_avenant SET state = 'signed', signed_on = current_date WHERE id = %s",
        avenant.pk,
        rule="s’applique en entier",
    )


def test_an_avenant_starts_from_the_convention_in_force(convention: Convention) -> None:
    values = {"convention": convention, "number": 1, "reason": "x",
              "created_by": person("analyst"), "was_table": convention.alliance.table,
              "was_amount": convention.amount, "was_ends_on": convention.ends_on}  # fmt: skip

    for wrong in ({"was_amount": 1}, {"was_ends_on": date(2028, 3, 30)}):
        with pytest.raises(Error, match="ne part pas"), transaction.atomic():
            Avenant.objects.create(**(values | wrong))
    with pytest.raises(Error, match="la fin du cycle"), transaction.atomic():
        Avenant.objects.create(**values, ends_on=date(2029, 4, 1))
    with pytest.raises(Error, match="avenant_extends"), transaction.atomic():
        Avenant.objects.create(**values, ends_on=date(2027, 3, 31))
    with pytest.raises(Error, match="ne change pas les parties"), transaction.atomic():
        Avenant.objects.create(**values, table=convention.alliance.table)
    with pytest.raises(Error, match="n’est pas signée"), transaction.atomic():
        other = draft_convention(AllianceFactory("montreal"))
        Avenant.objects.create(
            **(values | {"convention": other, "was_table": other.alliance.table})
        )


def test_an_avenant_that_changes_nothing_is_not_sent(convention: Convention) -> None:
    avenant = Avenant.objects.create(
        convention=convention, number=1, reason="x", created_by=person("analyst"),
        was_table=convention.alliance.table, was_amount=convention.amount,
        was_ends_on=convention.ends_on,
    )  # fmt: skip

    refused(
        "UPDATE conventions_avenant SET state = 'sent', sent_at = now(), sent_by_id = created_by_id"
        " WHERE id = %s",
        avenant.pk,
        rule="ne change rien",
    )


def test_a_convention_has_one_open_avenant(convention: Convention) -> None:
    avenant = draft_avenant(convention, rows=moved(convention))

    with pytest.raises(Error, match="avenant_one_open"), transaction.atomic():
        Avenant.objects.create(
            convention=convention, number=2, reason="x", created_by=avenant.created_by,
            was_table=avenant.was_table, was_amount=avenant.was_amount,
            was_ends_on=avenant.was_ends_on,
        )  # fmt: skip


class TestSignedConvention:
    """After its last avenant, a convention moves neither further nor back."""

    @pytest.fixture
    def amended(self, convention: Convention) -> Convention:
        signed_avenant(convention, ends_on=date(2028, 12, 31), rows=moved(convention))
        return again(convention)

    @pytest.mark.parametrize(
        "change", ["ends_on = '2028-03-31'", "ends_on = '2029-03-31'", "amount = amount + 1"]
    )
    def test_its_terms_stay(self, amended: Convention, change: str) -> None:
        refused(
            f"UPDATE conventions_convention SET {change} WHERE id = %s",
            amended.pk,
            rule="Une convention envoyée ne change plus",
        )

    @pytest.mark.parametrize(
        "change",
        ["fiscal_year = 2027", "amount = amount + 1", "waits_for_year = 2024", "rank = 9"],
    )
    def test_its_tranches_stay(self, amended: Convention, change: str) -> None:
        refused(
            f"UPDATE conventions_tranche SET {change} WHERE convention_id = %s AND rank = 4",
            amended.pk,
            rule="Les tranches d’une convention envoyée ne changent plus",
        )

    def test_no_tranche_comes_or_goes(self, amended: Convention) -> None:
        stays = "Les tranches d’une convention envoyée ne changent plus"
        refused("DELETE FROM conventions_tranche WHERE convention_id = %s", amended.pk, rule=stays)
        refused(
            "UPDATE conventions_tranche SET removed_with_id = %s WHERE convention_id = %s",
            amended.avenants.get().pk,
            amended.pk,
            rule=stays,
        )
        with pytest.raises(Error, match=stays), transaction.atomic():
            Tranche.objects.create(
                convention=amended, rank=6, fiscal_year=2028, amount=1, waits_for="plan_approved"
            )

    def test_its_parties_change_by_avenant_only(self, amended: Convention) -> None:
        alliance = Alliance.objects.get(pk=amended.alliance_id)
        alliance.table = OrganisationFactory(territory=alliance.territory)

        with pytest.raises(Error, match="changent par avenant"), transaction.atomic():
            alliance.save()


class TestPlaceOfAConvention:
    def test_it_stays_in_its_cycle(self) -> None:
        convention = draft_convention(AllianceFactory("laval"))

        for change in ("starts_on = '2024-10-31'", "ends_on = '2029-04-01'"):
            refused(
                f"UPDATE conventions_convention SET {change} WHERE id = %s",
                convention.pk,
                rule="La convention sort de son cycle",
            )

    def test_two_of_a_territory_never_overlap(self) -> None:
        signed_entente(AllianceFactory("laval", "2017-2024"))
        Cycle.objects.filter(slug="2024-2029").update(starts_on=date(2023, 1, 1), follows=None)
        draft = draft_convention(AllianceFactory("laval"), starts_on=date(2023, 3, 31))
        with_resolution(draft.alliance)

        refused(
            "UPDATE conventions_convention SET state = 'sent', sent_at = now(),"
            " sent_by_id = created_by_id WHERE id = %s",
            draft.pk,
            rule="convention_one_at_a_time",
        )

    def test_it_takes_over_on_the_next_day(self) -> None:
        signed_entente(AllianceFactory("laval", "2017-2024"))
        draft = draft_convention(AllianceFactory("laval"))
        with_resolution(draft.alliance)

        refused(
            "UPDATE conventions_convention SET state = 'sent', sent_at = now(),"
            " sent_by_id = created_by_id WHERE id = %s",
            draft.pk,
            rule="au lendemain de la précédente",
        )

    def test_an_avenant_signed_after_the_end_extends(self) -> None:
        entente = signed_entente(AllianceFactory("laval", "2017-2024"))
        with clock.at(datetime(2023, 5, 31, 9, tzinfo=DRAFTED.tzinfo)):
            avenant = signed_avenant(entente, ends_on=date(2024, 10, 31))
        assert avenant.effective_on == date(2023, 4, 1)

        with clock.at(datetime(2023, 3, 1, 9, tzinfo=DRAFTED.tzinfo)):
            other = sent_avenant(
                signed_entente(AllianceFactory("montreal", "2017-2024")),
                ends_on=date(2024, 10, 31),
            )
            services.withdraw_avenant(other, by=person("analyst"), reason="x")
        refused(
            "UPDATE conventions_avenant SET state = 'signed', signed_on = '2023-05-31',"
            " withdrawn_at = NULL, withdrawn_by_id = NULL, withdrawn_reason = '' WHERE id = %s",
            other.pk,
            rule="ne change plus",
        )
