"""Two territories told by the demo story, once for the whole package.

The story lives in a transaction that every test nests in and nobody commits: the tests read real
rows of every kind, and leave none.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Comment, User
from alliances.services import comments, invitations
from alliances.services.documents import deposit_document
from conventions.avenants import services as avenants
from conventions.avenants.changes import Changes, rows_of
from conventions.models import Scan, ScanPage
from conventions.reminders import remind_party
from fqis import services as money
from fqis.models import Envelope, ImportFault, ImportLine, RegisterImport, Versement
from fqis.selectors.project_results import targets_asked
from fqis.selectors.projects import priorities_in_force
from fqis.services import imports
from plans import services
from plans.models import DueExtension, DueReminder, Endorsement, PlanVersion, WordImport
from reporting.demo import earlier
from reporting.demo import story as demo
from reporting.demo.papers import paper
from reporting.demo.people import Cast, create_cast
from reporting.models import ReportingPeriod
from reporting.services.deadlines import extend_report
from reporting.services.exports import ask_export
from tests.conftest import bind_identity
from tests.fqis.follow_up import photo_file
from tests.fqis.registers import as_csv, row, upload

HOME, AWAY = "mauricie", "estrie"
PROFILES = [
    replace(profile, projects=24) for profile in demo.PROFILES if profile.slug in (HOME, AWAY)
]


@pytest.fixture(scope="package")
def story(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Alliance]]:
    """The Alliances of Mauricie and Estrie with something in every scoped table."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        try:
            bind_identity(User.objects.portal())
            yield _tell()
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)
            connection.close()


def _tell() -> dict[str, Alliance]:
    cast = create_cast()
    found = Alliance.objects.for_pages().select_related("envelope")
    alliances = list(found.filter(territory__slug__in=[HOME, AWAY], cycle__slug="2024-2029"))
    told_before = [profile for profile in earlier.EARLIER if profile.slug == HOME]
    with (
        patch.object(demo, "PROFILES", PROFILES),
        patch.object(earlier, "EARLIER", told_before),
    ):
        demo.tell(cast, alliances, demo.in_turn)
    bind_identity(User.objects.portal())
    for alliance in alliances:
        invitations.invite(
            f"nouvelle@{alliance.territory.slug}.example",
            "partner",
            by=cast.of(alliance, "direction"),
            territory=alliance.territory,
        )
        Endorsement.objects.create(
            version=PlanVersion.objects.filter(plan__alliance=alliance).latest("number"),
            name="Cégep du territoire",
            email=f"cegep@{alliance.territory.slug}.example",
            asked_by=cast.of(alliance, "coordination"),
            expires_at=clock.now() + timedelta(days=30),
        )
        comments.post_comment(
            alliance.table,
            by=cast.of(alliance, "advisor"),
            alliance=alliance,
            body="Réservé au ministère.",
            audience=Comment.Audience.MINISTRY,
        )
        _work_on_the_plan(alliance, cast)
        _amend(alliance, cast)
        _scan_papers(alliance, cast)
        _recover(alliance, cast)
        _import_register(alliance, cast)
        money.save_view(
            by=cast.of(alliance, "direction"),
            name="À décider",
            query="etat=a-decider",
            alliance=alliance,
            is_shared=True,
        )
        _follow_a_project(alliance, cast)
        _propose_amount(alliance, cast)
        _extend_report(alliance, cast)
        ask_export(alliance, by=cast.of(alliance, "direction"))
    with connection.cursor() as cursor:
        # The rules that wait for a commit are asked now: this story never commits.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return {alliance.territory.slug: alliance for alliance in alliances}


def _extend_report(alliance: Alliance, cast: Cast) -> None:
    """A delay for the year that runs."""
    period = ReportingPeriod.objects.get(cycle=alliance.cycle, fiscal_year=2026)
    extend_report(
        alliance,
        period,
        by=cast.analyst,
        due_on=period.due_on + timedelta(days=31),
        reason="Un congé.",
        expected_due_on=period.due_on,
    )


def _recover(alliance: Alliance, cast: Cast) -> None:
    """Two recoveries: one to decide, one to pay back."""
    paid = Versement.objects.filter(alliance=alliance).paid().earliest("pk")
    found = [
        money.propose_recovery(
            paid,
            by=cast.of(alliance, "advisor"),
            kind="balance",
            amount=Decimal(5),
            reason="Solde.",
        )
        for _one in range(2)
    ]
    money.decide_recovery(found[1], by=cast.budget)


def _follow_a_project(alliance: Alliance, cast: Cast) -> None:
    """One project with all that can follow its acceptance."""
    by, today = cast.of(alliance, "coordination"), clock.today()
    priority = (
        priorities_in_force(alliance).filter(objectives__actions__indicators__isnull=False).first()
    )
    lines = [money.Line("supplies", Decimal(9000), Decimal(9000))]
    project = money.register_project(
        alliance,
        by=by,
        title="Un projet suivi de bout en bout",
        organisation=alliance.projects.earliest("pk").organisation,
        amount_requested=Decimal(9000),
        received_on=today - timedelta(days=60),
        starts_on=today - timedelta(days=20),
        ends_on=today + timedelta(days=200),
        priority=priority,
        budget=lines,
        is_structuring=True,
    )
    decided = today - timedelta(days=40)
    money.analyse_project(project, by=by, because="Demande lue.")
    project = money.decide_project(
        project, by=by, outcome="accepted", on=decided, amount=Decimal(9000)
    )
    money.prepare_agreement(
        project,
        by=by,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        parts=[money.Part(Decimal(4000)), money.Part(Decimal(5000), "report")],
    )
    project = money.sign_agreement(
        project,
        by=by,
        on=today - timedelta(days=30),
        carrier_signatory="Lise Roy",
        table_signatory="Marc Dion",
        file=paper("convention.pdf", ["Signée."]),
    )
    project = money.start_project(project, by=by)
    money.record_payment(project, by=by, on=today, amount=Decimal(100))
    line = project.budget.get()
    money.record_expense(project, by=by, on=today, what="Café", amount=Decimal(12), line=line)
    money.propose_change(
        project, by=by, reason="Un retard.", ends_on=project.ends_on + timedelta(days=30)
    )
    year = FiscalYear.of(today)
    asked = targets_asked(project, year)
    result = money.record_result(
        project,
        by=by,
        fiscal_year=year,
        people_reached=12,
        targets=[money.TargetAnswer(asked[0].lineage)],
    )
    money.add_photo(result, by=by, file=photo_file(), has_consent=True, consent_note="Écrit.")
    other = alliance.projects.filter(state="under_way").exclude(pk=project.pk).earliest("pk")
    money.ask_result(other, by=by, fiscal_year=FiscalYear.of(today), email="porteur@x.example")
    money.continue_project(
        project,
        by=by,
        agreed_by_whom="La Table et ses partenaires.",
        agreed_on=today,
        evidence=paper("consensus.pdf", ["D’accord."]),
        title="La suite du projet suivi",
        amount_requested=Decimal(5000),
        starts_on=today + timedelta(days=201),
        ends_on=today + timedelta(days=400),
    )


def _propose_amount(alliance: Alliance, cast: Cast) -> None:
    """The same amount of the envelope, said by another source: it waits for the delegate."""
    envelope = Envelope.objects.select_related("alliance__cycle").get(alliance=alliance)
    amount = envelope.amount
    assert amount is not None
    money.propose_amount(
        envelope,
        by=cast.budget,
        amount=amount,
        quality="conflicting",
        source="Une autre source.",
        on=clock.today(),
        reference="Communiqué",
    )


def _work_on_the_plan(alliance: Alliance, cast: Cast) -> None:
    """What the story tells of some territories only: a modification, a delay, a Word file."""
    by, plan = cast.of(alliance, "coordination"), alliance.plan
    version = PlanVersion.objects.open().filter(plan=plan).first() or services.open_version(
        plan, by=by, reason="Un besoin nouveau.", sections=plan.canvas.sections.filter(code="2c")
    )
    section = plan.canvas.sections.get(code="2c")
    services.note_presence(version, section, by=by)
    piece = {"heading": "Annexe", "html": "<p>À situer.</p>", "section": "", "done": False}
    WordImport.objects.create(
        version=version,
        file_name="plan.docx",
        sha256="0",
        pieces=[{**piece, "outcome": "", "images": 0}],
        read_at=clock.now(),
        created_by=by,
    )
    due_on = clock.today() + timedelta(days=30)
    DueExtension.objects.create(
        plan=plan, was_due_on=clock.today(), due_on=due_on, reason="Un congé.", granted_by=by
    )
    DueReminder.objects.create(plan=plan, due_on=due_on, offset_days=-30)


def _amend(alliance: Alliance, cast: Cast) -> None:
    """An avenant in signature: two tranches that nobody recommended trade a dollar."""
    by, convention = cast.analyst, alliance.conventions.get()
    *rows, before, last = rows_of(convention.tranches.all())
    more = before.spec._replace(amount=before.spec.amount + 1)
    less = last.spec._replace(amount=last.spec.amount - 1)
    changes = Changes(rows=[*rows, before._replace(spec=more), last._replace(spec=less)])
    avenant = avenants.create_avenant(convention, by=by, reason="Un ajustement.", changes=changes)
    avenants.send_avenant(avenant, by=by)
    remind_party(avenant.signatories.get(kind="table"), by=by)


def _import_register(alliance: Alliance, cast: Cast) -> None:
    """A register that was brought and checked: a line that would be a project, and a fault."""
    source = imports.bring_register(
        alliance, upload(as_csv([row(1), row(2, neq="x")])), by=cast.of(alliance, "coordination")
    )
    day = clock.today()
    ImportLine.objects.create(
        source=source, line=2, organisation_key="x", organisation_name="x", title="x",
        title_key="x", received_on=day, starts_on=day, ends_on=day, requested=1, state="received",
    )  # fmt: skip
    ImportFault.objects.create(source=source, line=3, field="neq", code="neq", value="x")
    summary = {"projects": 1, "new_bodies": 1, "states": {"received": 1}}
    RegisterImport.objects.filter(pk=source.pk).update(
        state="checked", faults_count=1, summary=summary
    )


def _scan_papers(alliance: Alliance, cast: Cast) -> None:
    """A scan of one page that no code filed."""
    by = cast.of(alliance, "coordination")
    document = deposit_document(
        paper("feuilles.pdf", ["Une feuille."]), by=by, alliance=alliance, title="x", kind="scan"
    )
    scan = Scan.objects.create(
        alliance=alliance,
        document=document,
        file_name="feuilles.pdf",
        sha256=document.sha256,
        page_count=1,
        received_by=by,
    )
    ScanPage.objects.create(scan=scan, position=1, problem=ScanPage.Problem.UNREADABLE)
    Scan.objects.filter(pk=scan.pk).update(split_at=clock.now())


@pytest.fixture
def home(story: dict[str, Alliance], db: None) -> Alliance:
    return story[HOME]


@pytest.fixture
def away(story: dict[str, Alliance], db: None) -> Alliance:
    return story[AWAY]
