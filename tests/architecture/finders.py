"""Where each kind of object of an Alliance is found in the story, to fill an address."""

from typing import Any

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import (
    Alliance,
    Consultation,
    DevitalisedZone,
    GovernanceBody,
    Partner,
    User,
)
from conventions.models import Avenant, Scan
from fqis.models import (
    Allocation,
    Application,
    Call,
    Committee,
    ConflictOfInterest,
    EnvelopeMove,
    PaymentAnswer,
    PaymentLine,
    Project,
    ProjectChange,
    ProjectInstalment,
    Recovery,
    RegisterImport,
    ResultRequest,
    Sitting,
    Versement,
)
from fqis.services.applications import token_for
from plans.models import Action, Endorsement, Objective, PlanVersion, SharedPractice
from reporting.models import Export


def export(alliance: Alliance) -> tuple[int]:
    return (Export.objects.filter(alliance=alliance).earliest("pk").pk,)


def version(alliance: Alliance) -> PlanVersion:
    return PlanVersion.objects.filter(plan__alliance=alliance).latest("number")


def section(alliance: Alliance) -> tuple[Any, ...]:
    return version(alliance).number, "1a"


def in_the_logic(alliance: Alliance) -> tuple[Any, ...]:
    return version(alliance).number, "4", "objectif", objective(alliance).pk


def in_force(alliance: Alliance) -> Action:
    return Action.objects.filter(
        version__plan__alliance=alliance, version__state="approved"
    ).earliest("pk")


def practice(alliance: Alliance) -> tuple[Any, ...]:
    return (SharedPractice.objects.filter(alliance=alliance).earliest("pk").pk,)


def objective(alliance: Alliance) -> Objective:
    return Objective.objects.filter(version=version(alliance)).earliest("pk")


def endorsement(alliance: Alliance) -> Endorsement:
    return Endorsement.objects.filter(version__plan__alliance=alliance, answer="").latest("pk")


def asked(alliance: Alliance) -> tuple[Any, ...]:
    row = endorsement(alliance)
    return row.version.number, row.pk


def versement(alliance: Alliance, *states: str) -> Versement:
    found = Versement.objects.filter(alliance=alliance)
    return (found.filter(state__in=states).first() if states else None) or found.latest("pk")


def recovery(alliance: Alliance, *states: str) -> Recovery:
    found = Recovery.objects.filter(alliance=alliance)
    return (found.filter(state__in=states).first() if states else None) or found.earliest("pk")


def project(alliance: Alliance, *states: str) -> Project:
    found = Project.objects.filter(alliance=alliance)
    return (found.filter(state__in=states).first() if states else None) or found.earliest("pk")


def call(alliance: Alliance) -> tuple[Any, ...]:
    return (Call.objects.filter(alliance=alliance).latest("pk").number,)


def application(alliance: Alliance) -> tuple[Any, ...]:
    row = Application.objects.filter(call__alliance=alliance).earliest("pk")
    return (token_for(row),)


def register_import(alliance: Alliance) -> tuple[Any, ...]:
    return (RegisterImport.objects.filter(alliance=alliance).earliest("pk").pk,)


def committee(alliance: Alliance) -> Committee:
    return Committee.objects.filter(alliance=alliance).earliest("pk")


def sitting(alliance: Alliance) -> Sitting:
    return Sitting.objects.filter(committee__alliance=alliance, state="planned").earliest("pk")


def referred(alliance: Alliance) -> Project:
    """One that everybody sees: nobody withdrew from it."""
    return Project.objects.filter(referral__committee=committee(alliance)).earliest("pk")


def conflict(alliance: Alliance) -> tuple[Any, ...]:
    found = ConflictOfInterest.objects.filter(project__alliance=alliance).earliest("pk")
    return found.project.number, found.pk


def scan(alliance: Alliance) -> tuple[Any, ...]:
    return (Scan.objects.filter(alliance=alliance).latest("pk").pk,)


def body(alliance: Alliance) -> GovernanceBody:
    return GovernanceBody.objects.filter(alliance=alliance).earliest("pk")


def partner(alliance: Alliance) -> Partner:
    return Partner.objects.filter(alliance=alliance).earliest("pk")


def consultation(alliance: Alliance) -> Consultation:
    return Consultation.objects.filter(alliance=alliance).earliest("pk")


def zone(alliance: Alliance) -> DevitalisedZone:
    return DevitalisedZone.objects.filter(alliance=alliance).earliest("pk")


def avenant(alliance: Alliance) -> tuple[Any, ...]:
    return (Avenant.objects.filter(convention__alliance=alliance).latest("number").number,)


def scenario(alliance: Alliance) -> tuple[Any, ...]:
    return (Allocation.objects.filter(cycle=alliance.cycle_id).earliest("pk").pk,)


def line(alliance: Alliance) -> PaymentLine:
    found = PaymentLine.objects.select_related("batch__document")
    return found.filter(versement__alliance=alliance).earliest("pk")


def answer(alliance: Alliance) -> tuple[Any, ...]:
    said = PaymentAnswer.objects.filter(lines__line=line(alliance)).select_related("document")
    return (said.earliest("pk").document.number,)


def move_of_money(alliance: Alliance) -> tuple[Any, ...]:
    return (
        EnvelopeMove.objects.filter(target__alliance__cycle=alliance.cycle_id).earliest("pk").pk,
    )


def someone(alliance: Alliance) -> User:
    return User.objects.get(email=f"partenaire@{alliance.territory.slug}.example")


def part(alliance: Alliance) -> str:
    (number,) = followed(alliance)
    parts = ProjectInstalment.objects.filter(
        agreement__project__alliance=alliance, agreement__project__number=number
    )
    return str(parts.earliest("rank").pk)


def followed(alliance: Alliance) -> tuple[Any, ...]:
    """The project that has an agreement of the portal's own, a change to answer, results."""
    return (ProjectChange.objects.filter(project__alliance=alliance).latest("pk").project.number,)


def request(alliance: Alliance) -> ResultRequest:
    return ResultRequest.objects.filter(project__alliance=alliance).latest("pk")


def this_year() -> int:
    return FiscalYear.of(clock.today()).start
