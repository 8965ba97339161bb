"""The rules the database holds, tried by writing past the services, as the application's role."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Organisation
from fqis import services
from fqis.models import (
    Decision,
    Envelope,
    FundingSource,
    Project,
    ProjectPayment,
    ProjectResult,
    Versement,
)
from tests.conventions.factories import with_envelope
from tests.factories import AllianceFactory, OrganisationFactory, person

from .factories import (
    accepted_project,
    analysed_project,
    issued_versement,
    paid_versement,
    plan_in_force,
    planned_alliance,
    project_in,
    ready_versement,
    received_project,
    recommended_versement,
    squeezed,
)

pytestmark = pytest.mark.django_db


def broken(rule: str, write: Any) -> None:
    """``write`` breaks ``rule``, now or when deferred rules are checked."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        write()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cause: Any = error.value.__cause__
    named = f"{getattr(cause.diag, 'constraint_name', '') or ''} {error.value}"
    assert rule in named, named


def set_versement(versement: Versement, **values: Any) -> Any:
    return lambda: Versement.objects.filter(pk=versement.pk).update(**values)


def set_project(project: Project, **values: Any) -> Any:
    return lambda: Project.objects.filter(pk=project.pk).update(**values)


def test_runs_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone()[0] == "alliances_app"


# --- Versements


def test_the_recommender_never_authorises() -> None:
    analyst = person("analyst")
    versement = services.authorise_versement(recommended_versement(by=analyst), by=person("budget"))
    fresh = recommended_versement("jamesie", by=analyst)
    broken(
        "versement_two_persons",
        set_versement(
            fresh,
            state="authorised",
            authorised_by=analyst,
            authorised_at=clock.now(),
            notice=_notice("jamesie"),
        ),
    )
    assert versement.state == "authorised"


def _notice(territory: str) -> Any:
    from alliances.services.documents import create_document

    alliance = AllianceFactory(territory)
    return create_document(
        "avis_versement", by=person("budget"), title="Avis", data={}, alliance=alliance, series="AV"
    )


def test_the_authoriser_never_confirms_the_payment() -> None:
    budget = person("budget")
    versement = issued_versement(by=budget)
    broken(
        "versement_payer_is_another",
        set_versement(
            versement,
            state="paid",
            paid_on=clock.today(),
            payment_reference="X",
            payment_confirmed_at=clock.now(),
            payment_confirmed_by=budget,
        ),
    )


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"amount": Decimal("-1")}, "versement_amount_positive"),
        ({"amount": Decimal("200000.01")}, "versement_within_tranche"),
        ({"state": "recommended"}, "versement_recommended_first"),
        ({"state": "authorised"}, "versement_"),
        ({"state": "issued"}, "versement_"),
        ({"state": "paid"}, "versement_"),
        ({"state": "held"}, "versement_hold_has_reason"),
        ({"state": "cancelled"}, "versement_cancel_has_reason"),
        ({"state": "ready", "ready_at": None}, "versement_ready_has_date"),
    ],
)
def test_a_state_needs_what_led_to_it(values: dict[str, Any], rule: str) -> None:
    broken(rule, set_versement(ready_versement(), **values))


@pytest.mark.parametrize("act", ["recommended", "authorised", "held", "cancelled"])
def test_an_act_has_its_moment_and_its_author(act: str) -> None:
    broken(
        f"versement_{act}_at_and_by", set_versement(ready_versement(), **{f"{act}_at": clock.now()})
    )


def test_the_envelope_is_never_exceeded() -> None:
    versement = squeezed(recommended_versement(), Decimal("199999.99"))
    broken(
        "versement_within_envelope",
        set_versement(
            versement,
            state="authorised",
            authorised_by=person("budget"),
            authorised_at=clock.now(),
            notice=_notice("laval"),
        ),
    )


def test_the_tranche_is_of_the_same_alliance() -> None:
    versement = ready_versement()
    elsewhere = AllianceFactory("mauricie")
    broken("versement_own_tranche", set_versement(versement, alliance=elsewhere))


@pytest.mark.parametrize(
    "values",
    [{"amount": Decimal(1)}, {"state": "ready"}, {"authorised_at": clock.now()}],
    ids=["amount", "state", "authorised_at"],
)
def test_what_is_authorised_does_not_change(values: dict[str, Any]) -> None:
    versement = issued_versement()
    broken("versement_fixed", set_versement(versement, **values))


def test_a_reference_pays_once() -> None:
    paid_versement("laval")
    other = issued_versement("jamesie")
    broken(
        "versement_reference_once",
        set_versement(
            other,
            state="paid",
            paid_on=clock.today(),
            payment_reference="FIN-laval",
            payment_confirmed_at=clock.now(),
            payment_confirmed_by=person("payments"),
        ),
    )


def test_a_versement_is_never_deleted() -> None:
    broken("Cannot delete", lambda: Versement.objects.filter(pk=ready_versement().pk).delete())


# --- Envelopes


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"amount": None}, "envelope_amount_and_quality"),
        ({"amount": Decimal(0)}, "envelope_amount_and_quality"),
        ({"quality": "unknown"}, "envelope_amount_and_quality"),
        ({"confirmed_by": None}, "envelope_confirmed_at_and_by"),
    ],
)
def test_an_envelope_has_an_amount_and_its_quality(values: dict[str, Any], rule: str) -> None:
    envelope = with_envelope(AllianceFactory("estrie"), Decimal(5))
    broken(rule, lambda: Envelope.objects.filter(pk=envelope.pk).update(**values))


def test_an_alliance_has_one_envelope() -> None:
    alliance = ready_versement().alliance
    with pytest.raises(IntegrityError), transaction.atomic():
        Envelope.objects.create(alliance=alliance)


# --- Projects


@pytest.mark.parametrize(
    ("days", "rule"), [(-1, "project_dates_in_order"), (5 * 366, "project_five_years")]
)
def test_a_project_lasts_five_years_at_most(days: int, rule: str) -> None:
    project = received_project()
    broken(rule, set_project(project, ends_on=project.starts_on + timedelta(days=days)))


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"amount_requested": Decimal(0)}, "project_amount_positive"),
        ({"amount_granted": Decimal(5)}, "project_supported_has_priority"),
        ({"state": "accepted"}, "project_supported_has_priority"),
        ({"state": "accepted", "decided_on": clock.today()}, "project_supported_has_priority"),
        ({"state": "completed"}, "project_"),
        ({"closed_on": clock.today()}, "project_closed_has_date"),
    ],
)
def test_a_project_has_what_its_state_says(values: dict[str, Any], rule: str) -> None:
    broken(rule, set_project(analysed_project(), **values))


def accept(project: Project, **values: Any) -> Any:
    return set_project(
        project,
        **{
            "state": "accepted",
            "amount_granted": Decimal(5),
            "decided_on": clock.today(),
            "priority": project.priority,
            "priority_lineage": project.priority_lineage,
        }
        | values,
    )


def test_an_ineligible_organisation_is_never_supported() -> None:
    project = analysed_project()
    shop = OrganisationFactory(
        territory=project.territory, legal_class=Organisation.LegalClass.OTHER
    )
    broken("project_eligible_organisation", accept(project, organisation=shop))


def test_a_supported_project_serves_a_priority_of_its_own_approved_plan() -> None:
    project = analysed_project()
    elsewhere = plan_in_force(AllianceFactory("jamesie"))[0]
    broken("project_priority_in_plan", accept(project, priority_lineage=elsewhere.lineage))
    broken("project_priority_in_plan", accept(project, priority=None, priority_lineage=None))


def test_a_number_is_given_once() -> None:
    project = received_project()
    other = received_project(project.alliance)
    broken("project_number_once", set_project(other, number=project.number))


def test_a_decided_project_is_not_deleted() -> None:
    project = accepted_project()
    broken("Cannot delete", lambda: Project.objects.filter(pk=project.pk)._raw_delete("default"))


def test_a_decision_stays_and_has_its_reason() -> None:
    project = accepted_project()
    broken("Cannot update", lambda: Decision.objects.filter(project=project).update(reason="Autre"))
    broken(
        "decision_has_reason",
        lambda: Decision.objects.create(
            project=project, outcome="refused", on=clock.today(), recorded_by=person("budget")
        ),
    )


@pytest.mark.parametrize(
    ("amount", "days"), [(Decimal("30000.01"), 0), (Decimal(1), -60)], ids=["above", "before"]
)
def test_a_payment_stays_within_the_grant(amount: Decimal, days: int) -> None:
    project = project_in("agreed")
    broken(
        "project_payment_within_grant",
        lambda: ProjectPayment.objects.create(
            project=project,
            instalment=project.agreements.get().instalments.get(),
            on=clock.today() + timedelta(days=days),
            amount=amount,
            recorded_by=person("budget"),
        ),
    )


def test_a_payment_stays_as_it_was_written() -> None:
    project = project_in("agreed")
    by = person("coordination", "laval")
    services.record_payment(project, by=by, on=clock.today(), amount=Decimal(5))
    broken("Cannot update", lambda: ProjectPayment.objects.filter(project=project).update(amount=1))


def test_a_result_counts_no_more_people_in_poverty_than_reached() -> None:
    project = project_in("under_way")
    by = person("coordination", "laval")
    services.record_result(project, by=by, fiscal_year=FiscalYear(2026), people_reached=5)
    broken(
        "project_result_within_reached",
        lambda: ProjectResult.objects.filter(project=project).update(
            people_in_poverty=6, people_in_poverty_said="reported"
        ),
    )


def test_a_source_is_positive_and_named_once() -> None:
    project = received_project(planned_alliance(), sources=[services.Source("A", Decimal(1))])
    broken(
        "funding_source_positive",
        lambda: FundingSource.objects.filter(project=project).update(amount=0),
    )
    broken(
        "funding_source_once",
        lambda: FundingSource.objects.create(project=project, name="A", amount=2),
    )


def test_a_row_and_its_parent_are_of_one_territory() -> None:
    project = received_project()
    elsewhere = AllianceFactory("mauricie").territory
    broken("territory", set_project(project, territory=elsewhere))
