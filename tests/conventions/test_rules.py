"""What the database holds when somebody writes past the services, as the application's role."""

from datetime import date

import pytest
from django.db import Error, connection, transaction

from conventions.models import Convention, Signatory, Tranche
from tests.factories import AllianceFactory, person

from .factories import draft_convention, sent_convention, signed_convention

pytestmark = pytest.mark.django_db


def refused(sql: str, *parameters: object, rule: str) -> None:
    """Runs the statement with every deferred rule brought forward; it must break ``rule``."""
    with pytest.raises(Error, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_tranches_sum_to_the_amount() -> None:
    convention = draft_convention(AllianceFactory("mauricie"))
    total = "La somme des tranches diffère"

    refused(
        "UPDATE conventions_tranche SET amount = amount + 0.01 WHERE convention_id = %s AND rank=1",
        convention.pk,
        rule=total,
    )
    refused(
        "DELETE FROM conventions_tranche WHERE convention_id = %s AND rank = 1",
        convention.pk,
        rule=total,
    )
    refused(
        "UPDATE conventions_convention SET amount = amount - 1 WHERE id = %s",
        convention.pk,
        rule=total,
    )


def test_a_tranche_does_not_move_to_another_convention() -> None:
    mauricie = sent_convention(AllianceFactory("mauricie"))
    laval = draft_convention(AllianceFactory("laval"))

    refused(
        "UPDATE conventions_tranche SET convention_id = %s, rank = 9, territory_id = %s"
        " WHERE convention_id = %s AND rank = 1",
        laval.pk,
        laval.territory_id,
        mauricie.pk,
        rule="Les tranches d’une convention envoyée ne changent plus",
    )


@pytest.mark.parametrize(
    "change",
    [
        "amount = amount + 1",
        "starts_on = starts_on + 1",
        "ends_on = ends_on - 1",
        "number = 'C-99-2024'",
        "state = 'draft', sent_at = NULL, sent_by_id = NULL",
    ],
)
def test_a_sent_convention_never_changes(change: str) -> None:
    convention = sent_convention(AllianceFactory("mauricie"))

    refused(
        f"UPDATE conventions_convention SET {change} WHERE id = %s",
        convention.pk,
        rule="Une convention envoyée ne change plus",
    )


@pytest.mark.parametrize("state", ["draft", "sent"])
def test_a_signed_convention_never_reopens(state: str) -> None:
    convention = signed_convention(AllianceFactory("mauricie"))

    refused(
        "UPDATE conventions_convention SET state = %s, signed_on = NULL WHERE id = %s",
        state,
        convention.pk,
        rule="ne change plus",
    )


def test_an_ended_convention_never_starts_again() -> None:
    convention = signed_convention(AllianceFactory("mauricie"))
    convention.end()
    convention.save()

    refused(
        "UPDATE conventions_convention SET state = 'signed' WHERE id = %s",
        convention.pk,
        rule="ne change plus",
    )


def test_no_convention_is_signed_while_a_party_is_missing() -> None:
    convention = sent_convention(AllianceFactory("mauricie"))

    refused(
        "UPDATE conventions_convention SET state = 'signed', signed_on = '2024-11-29'"
        " WHERE id = %s",
        convention.pk,
        rule="Il manque une signature",
    )


def test_the_parties_of_a_sent_convention_stay() -> None:
    convention = sent_convention(AllianceFactory("mauricie"))
    fixed = "Les parties d’une convention envoyée ne changent plus"

    refused(
        "DELETE FROM conventions_signatory WHERE convention_id = %s AND rank = 3",
        convention.pk,
        rule=fixed,
    )
    refused(
        "UPDATE conventions_signatory SET name = 'Une autre' WHERE convention_id = %s AND rank = 3",
        convention.pk,
        rule=fixed,
    )
    with pytest.raises(Error, match=fixed), transaction.atomic():
        Signatory.objects.create(convention=convention, kind="fiduciary", name="Une autre", rank=99)


def test_a_signature_stays() -> None:
    convention = signed_convention(AllianceFactory("mauricie"))

    refused(
        "UPDATE conventions_signatory SET signer = 'Une autre' WHERE convention_id = %s",
        convention.pk,
        rule="Cannot update",
    )


def test_a_signature_needs_a_day_a_signer_and_who_recorded_it() -> None:
    convention = sent_convention(AllianceFactory("mauricie"))

    refused(
        "UPDATE conventions_signatory SET signed_on = '2024-11-29' WHERE convention_id = %s",
        convention.pk,
        rule="signatory_signature_is_recorded",
    )


def test_a_sent_convention_is_never_deleted() -> None:
    convention = sent_convention(AllianceFactory("mauricie"))

    refused("DELETE FROM conventions_convention WHERE id = %s", convention.pk, rule="Cannot delete")


def test_an_alliance_has_one_current_convention() -> None:
    convention = draft_convention(AllianceFactory("mauricie"))

    with pytest.raises(Error, match="convention_one_current"), transaction.atomic():
        Convention.objects.create(
            alliance=convention.alliance,
            number="C-04-2024-9",
            amount=1,
            starts_on=date(2024, 11, 1),
            ends_on=date(2029, 3, 31),
            created_by=person("analyst"),
        )


def test_a_tranche_that_waits_for_a_report_says_which() -> None:
    convention = draft_convention(AllianceFactory("mauricie"))

    refused(
        "UPDATE conventions_tranche SET waits_for_year = 0 WHERE convention_id = %s AND rank = 3",
        convention.pk,
        rule="tranche_year_when_report",
    )


def test_a_tranche_cannot_leave_its_territory() -> None:
    convention = draft_convention(AllianceFactory("mauricie"))
    laval = AllianceFactory("laval").territory

    refused(
        "UPDATE conventions_tranche SET territory_id = %s WHERE convention_id = %s",
        laval.pk,
        convention.pk,
        rule="convention_id_territory",
    )
    assert Tranche.objects.filter(territory=laval).count() == 0
