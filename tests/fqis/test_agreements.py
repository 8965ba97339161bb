"""The agreement of a project: prepared with its instalments, signed by both, frozen."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Document, JournalEntry
from alliances.tasks import render_document
from fqis import services
from fqis.models import Project, ProjectAgreement, ProjectInstalment

from .factories import accepted_project, project_in, received_project
from .follow_up import GRANT, PARTS, coordination, prepared, signed, signed_file
from .test_rules import broken

pytestmark = pytest.mark.django_db


def test_an_agreement_freezes_the_grant_the_dates_and_the_instalments() -> None:
    agreement = prepared(conditions="Reconnaître l’aide du FQIS.")
    assert (agreement.state, agreement.amount) == ("prepared", GRANT)
    assert [part.amount for part in agreement.instalments.all()] == [p.amount for p in PARTS]
    document = agreement.document
    assert document is not None and document.data["amount"] == "30000.00"
    assert [part["condition"] for part in document.data["parts"]] == [
        "À la signature",
        "Au rapport reçu",
        "À une date",
    ]
    assert document.data["conditions"] == "Reconnaître l’aide du FQIS."


def test_the_agreement_is_drawn_as_a_tagged_pdf() -> None:
    agreement = prepared()
    assert agreement.document_id is not None
    render_document(agreement.document_id)
    document = Document.objects.get(pk=agreement.document_id)
    assert document.state == "ready"
    with document.file.open("rb") as file, pikepdf.open(file) as pdf:
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.MarkInfo.Marked


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"parts": []}, "parts"),
        ({"parts": PARTS[:2]}, "parts"),
        ({"parts": [*PARTS, services.Part(Decimal("-1"))]}, "parts"),
        ({"parts": [services.Part(GRANT, "date")]}, "parts"),
        ({"parts": [services.Part(GRANT, "other", words=" ")]}, "parts"),
        ({"parts": [services.Part(GRANT, "bientôt")]}, "parts"),
        ({"ends_on": date(2031, 12, 3)}, "ends_on"),
        ({"ends_on": date(2026, 1, 1)}, "ends_on"),
    ],
)
def test_prepare_refuses(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        prepared(**changes)
    assert refusal.value.field == field
    assert not ProjectAgreement.objects.exists()


def test_prepare_refuses_a_project_that_is_not_accepted_or_has_one() -> None:
    with pytest.raises(StaleAct):
        prepared(received_project())
    agreement = prepared()
    with pytest.raises(StaleAct, match="l’a déjà préparée"):
        prepared(agreement.project)


def test_a_withdrawn_agreement_makes_place_and_its_pdf_is_replaced() -> None:
    agreement = prepared()
    with pytest.raises(Refusal):
        services.withdraw_agreement(agreement.project, by=coordination(), reason=" ")
    services.withdraw_agreement(agreement.project, by=coordination(), reason="Mauvaise date.")
    again = prepared(agreement.project, parts=[services.Part(GRANT)])
    assert again.document is not None and again.document.replaces_id == agreement.document_id
    signed_one = signed(accepted_project(agreement.project.alliance))
    with pytest.raises(StaleAct, match="l’a déjà signée"):
        services.withdraw_agreement(signed_one, by=coordination(), reason="Trop tard.")


def test_both_sign_with_the_file_and_the_project_takes_its_dates() -> None:
    project = accepted_project()
    done = signed(project, ends_on=date(2027, 6, 30))
    agreement = done.agreements.get()
    assert (done.state, done.ends_on) == ("agreed", date(2027, 6, 30))
    assert done.agreed_on == agreement.table_signed_on
    assert agreement.signed_file is not None
    assert agreement.carrier_signatory == "Lise Roy, présidente"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"carrier_signatory": ""}, "carrier_signatory"),
        ({"table_signatory": " "}, "table_signatory"),
        ({"file": None}, "file"),
        ({"on": date(2026, 12, 4)}, "on"),
        ({"carrier_signed_on": date(2026, 11, 2)}, "carrier_signed_on"),
        ({"file": SimpleUploadedFile("x.pdf", b"<script>")}, "file"),
    ],
)
def test_sign_refuses(changes: dict[str, Any], field: str) -> None:
    agreement = prepared()
    values: dict[str, Any] = {
        "on": clock.today(),
        "carrier_signatory": "Lise Roy",
        "table_signatory": "Marc Dion",
        "file": signed_file(),
    } | changes
    with pytest.raises(Refusal) as refusal:
        services.sign_agreement(agreement.project, by=coordination(), **values)
    assert refusal.value.field == field
    assert Project.objects.get(pk=agreement.project_id).state == "accepted"


def test_an_agreement_on_paper_has_one_instalment_and_takes_its_file_later() -> None:
    project = project_in("agreed")
    agreement = project.agreements.get()
    assert agreement.is_on_paper and agreement.signed_file is None
    assert [(part.amount, part.condition) for part in agreement.instalments.all()] == [
        (GRANT, "signature")
    ]
    services.deposit_signed_agreement(project, by=coordination(), file=signed_file())
    with pytest.raises(StaleAct, match="déjà déposée"):
        services.deposit_signed_agreement(project, by=coordination(), file=signed_file())


def test_a_condition_is_met_once_and_says_who() -> None:
    project = signed()
    first, report, dated = project.agreements.get().instalments.all()
    services.meet_condition(report, by=coordination(), on=clock.today(), note="Rapport reçu.")
    with pytest.raises(StaleAct, match="l’a déjà consigné"):
        services.meet_condition(report, by=coordination(), on=clock.today())
    for one in (first, dated):
        with pytest.raises(Refusal, match="n’attend rien"):
            services.meet_condition(one, by=coordination(), on=clock.today())
    assert JournalEntry.objects.filter(verb="meet_instalment").count() == 1


def test_nothing_is_due_before_the_signature() -> None:
    report = prepared().instalments.get(condition="report")
    with pytest.raises(Refusal, match="n’est pas signée"):
        services.meet_condition(report, by=coordination(), on=clock.today())


def test_an_abandoned_project_leaves_nothing_to_sign() -> None:
    agreement = prepared()
    services.abandon_project(
        agreement.project, by=coordination(), on=clock.today(), note="Le porteur renonce."
    )
    agreement.refresh_from_db()
    assert (agreement.state, agreement.withdrawn_reason) == ("withdrawn", "Le porteur renonce.")


# --- What the database holds


def test_the_database_holds_the_sum_of_the_instalments() -> None:
    part = prepared().instalments.first()
    assert part is not None
    broken(
        "instalments_make_grant",
        lambda: ProjectInstalment.objects.filter(pk=part.pk).update(amount=Decimal("9999.99")),
    )
    broken("instalment_covers", lambda: _raise_part(part))
    broken("Cannot delete", lambda: part.delete())


def _raise_part(part: ProjectInstalment) -> None:
    ProjectInstalment.objects.filter(pk=part.pk).update(amount=Decimal("10000.01"))


def test_the_database_holds_one_agreement_of_the_grant() -> None:
    agreement = prepared()
    by = agreement.prepared_by

    def another(amount: str) -> Any:
        return lambda: ProjectAgreement.objects.create(
            project=agreement.project,
            amount=Decimal(amount),
            starts_on=agreement.starts_on,
            ends_on=agreement.ends_on,
            prepared_by=by,
        )

    broken("project_agreement_one_standing", another("30000.00"))
    broken("project_agreement_as_granted", another("30000.01"))
    lone = accepted_project(agreement.project.alliance)
    broken(
        "instalments_make_grant",
        lambda: ProjectAgreement.objects.create(
            project=lone,
            amount=GRANT,
            starts_on=lone.starts_on,
            ends_on=lone.ends_on,
            prepared_by=by,
        ),
    )


def test_the_database_freezes_a_signed_agreement() -> None:
    agreement = signed().agreements.get()
    row = ProjectAgreement.objects.filter(pk=agreement.pk)
    for values in (
        {"amount": Decimal(1)},
        {"ends_on": agreement.ends_on + timedelta(days=1)},
        {"state": "prepared"},
        {"carrier_signatory": "Une autre"},
        {"signed_file": None},
    ):
        broken("project_agreement_frozen", lambda values=values: row.update(**values))


def test_the_database_holds_the_five_years_and_the_signatures() -> None:
    agreement = prepared()
    row = ProjectAgreement.objects.filter(pk=agreement.pk)
    broken("project_agreement_signed_by_both", lambda: row.update(state="signed"))
    project = Project.objects.filter(pk=agreement.project_id)
    broken(
        "project_agreement_signed",
        lambda: project.update(state="agreed", agreed_on=clock.today()),
    )
    lone = accepted_project(agreement.project.alliance)
    broken(
        "project_agreement_five_years",
        lambda: ProjectAgreement.objects.create(
            project=lone,
            amount=GRANT,
            starts_on=date(2026, 1, 1),
            ends_on=date(2031, 1, 1),
            prepared_by=agreement.prepared_by,
        ),
    )
