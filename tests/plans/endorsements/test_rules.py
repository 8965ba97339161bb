"""What the database holds of the consensus by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from alliances import clock
from alliances.models import User
from plans.models import Endorsement, PlanVersion
from plans.services import (
    approve_version,
    ask_endorsements,
    cancel_endorsement,
    submit_version,
)
from tests.factories import AllianceFactory, UserFactory, person
from tests.plans.agreement import (
    AGREE,
    DISAGREE,
    RESERVATION,
    BodyFactory,
    PartnerFactory,
    answered,
    asked,
)
from tests.plans.factories import validate, written_version

pytestmark = pytest.mark.django_db


# --- What the database holds by itself


def refused(constraint: str) -> Any:
    return pytest.raises((IntegrityError, ValidationError), match=constraint)


@pytest.mark.parametrize(
    "change",
    [
        {"answer": DISAGREE, "text": "Changé"},
        {"text": "Changé"},
        {"answered_name": "Quelqu’un"},
        {"content_sha256": "0" * 64},
        {"email": "autre@org.example"},
        {"name": "Autre"},
    ],
)
def test_the_database_keeps_an_answer_as_it_was_given(
    row: Endorsement, change: dict[str, str]
) -> None:
    answered(row)

    with refused("ne change plus"), transaction.atomic():
        Endorsement.objects.filter(pk=row.pk).update(**change)
    with refused("ne change plus"), transaction.atomic():
        Endorsement.objects.filter(pk=row.pk).delete()


WHOLE = {
    "answer": AGREE,
    "answered_name": "Line Caron",
    "content_sha256": "a" * 64,
}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"content_sha256": ""}, "endorsement_answer_is_whole"),
        ({"content_sha256": "g" * 64}, "endorsement_answer_is_whole"),
        ({"answered_name": ""}, "endorsement_answer_is_whole"),
        ({"answered_at": None}, "endorsement_answer_is_whole"),
        ({"answer": RESERVATION}, "endorsement_reservation_has_text"),
        ({"answer": DISAGREE}, "endorsement_reservation_has_text"),
    ],
)
def test_the_database_wants_a_whole_answer(
    row: Endorsement, change: dict[str, Any], rule: str
) -> None:
    values = {**WHOLE, "answered_at": clock.now(), **change}

    with refused(rule), transaction.atomic():
        Endorsement.objects.filter(pk=row.pk).update(**values)


def test_the_database_refuses_an_answer_to_a_closed_request(
    row: Endorsement, coordinator: User
) -> None:
    cancel_endorsement(row, by=coordinator)

    with refused("n’est plus ouverte"), transaction.atomic():
        Endorsement.objects.filter(pk=row.pk).update(**WHOLE, answered_at=clock.now())


def test_the_database_refuses_an_answer_to_an_approved_version(coordinator: User) -> None:
    version = written_version("mauricie", by=coordinator, priorities=1)
    (row,) = asked(version, "Logis", by=coordinator)
    submit_version(version, by=coordinator)
    validate(version)
    approve_version(version, by=UserFactory())

    with refused("n’est plus ouverte"), transaction.atomic():
        Endorsement.objects.filter(pk=row.pk).update(**WHOLE, answered_at=clock.now())


def copy_of(row: Endorsement, **changes: Any) -> Endorsement:
    values = {
        name: getattr(row, name)
        for name in ("version", "partner", "body", "name", "email", "asked_by", "expires_at")
    }
    return Endorsement(**{**values, "territory": row.version.plan.alliance.territory, **changes})


def test_the_database_asks_a_partner_once(version: PlanVersion, coordinator: User) -> None:
    partner = PartnerFactory(version.plan.alliance, "Moisson", by=coordinator)
    (row,) = ask_endorsements(version, by=coordinator, partners=[partner])

    with refused("endorsement_once_per_partner"), transaction.atomic():
        copy_of(row).save()


def test_the_database_asks_a_body_once(version: PlanVersion, coordinator: User) -> None:
    body = BodyFactory(version.plan.alliance)
    (row,) = ask_endorsements(version, by=coordinator, bodies=[(body, "c@org.example")])

    with refused("endorsement_once_per_body"), transaction.atomic():
        copy_of(row).save()


def test_the_database_refuses_a_partner_of_another_alliance(
    row: Endorsement, coordinator: User
) -> None:
    older = AllianceFactory("mauricie", "2017-2024")
    for partner in (
        PartnerFactory(AllianceFactory("estrie"), "Ailleurs", by=coordinator),
        PartnerFactory(older, "D’avant", by=coordinator),
    ):
        with refused("pas de cette Alliance"), transaction.atomic():
            copy_of(row, partner=partner).save()
    with refused("pas de cette Alliance"), transaction.atomic():
        copy_of(row, body=BodyFactory(older)).save()


def test_the_database_refuses_a_territory_that_is_not_the_version_s(row: Endorsement) -> None:
    foreign = AllianceFactory("estrie").territory

    with refused("territory"), transaction.atomic(), connection.cursor() as cursor:
        copy_of(row, territory=foreign).save()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_another_table_sees_no_request(
    row: Endorsement, identity: Callable[[User | None], None]
) -> None:
    identity(person("direction", "estrie"))
    assert not Endorsement.objects.exists()
    identity(None)
    assert not Endorsement.objects.exists()
