"""What the tests of a project's follow-up share: who acts, a prepared agreement, small files."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from alliances import clock
from alliances.models import Alliance, User
from fqis import services
from fqis.models import Project, ProjectAgreement
from plans.models import Action, Indicator, Objective, PlanVersion, Priority
from reporting.demo.papers import paper
from tests.factories import AllianceFactory, person
from tests.plans.factories import PlanFactory

from .factories import accepted_project

PARTS = [
    services.Part(Decimal("10000.00"), "signature"),
    services.Part(Decimal("12000.00"), "report", words="Rapport d’étape"),
    services.Part(Decimal("8000.00"), "date", due_on=date(2027, 3, 31)),
]
GRANT = Decimal("30000.00")


def coordination() -> User:
    return person("coordination", "laval")


def signed_file() -> SimpleUploadedFile:
    return paper("convention.pdf", ["Convention signée."])


def photo_file(name: str = "photo.jpg", size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    made = BytesIO()
    Image.new("RGB", size, "navy").save(made, "JPEG")
    return SimpleUploadedFile(name, made.getvalue(), content_type="image/jpeg")


def prepared(project: Project | None = None, **changes: Any) -> ProjectAgreement:
    """An accepted project of 30 000 $ with an agreement of three instalments to sign."""
    project = project or accepted_project()
    values = {
        "starts_on": project.starts_on,
        "ends_on": project.ends_on,
        "parts": PARTS,
    } | changes
    return services.prepare_agreement(project, by=coordination(), **values)


def signed(project: Project | None = None, **changes: Any) -> Project:
    """The same, signed by both parties ten days ago."""
    agreement = prepared(project, **changes)
    day = clock.today() - timedelta(days=10)
    return services.sign_agreement(
        agreement.project,
        by=coordination(),
        on=day,
        carrier_signed_on=day - timedelta(days=2),
        carrier_signatory="Lise Roy, présidente",
        table_signatory="Marc Dion, directeur",
        file=signed_file(),
    )


def planned_with_indicator() -> Alliance:
    """An Alliance whose plan in force has one priority, with one indicator: 40 meals."""
    alliance = AllianceFactory("laval")
    plan = PlanFactory(alliance)
    plan.versions.filter(state="draft").delete()
    version = PlanVersion.objects.create(plan=plan, number=1, created_by=person("analyst"))
    common = {"version": version, "updated_by": person("analyst"), "rank": 1}
    priority = Priority.objects.create(title="Priorité 1.1", **common)
    objective = Objective.objects.create(priority=priority, title="Nourrir", **common)
    action = Action.objects.create(objective=objective, title="Cuisiner", **common)
    Indicator.objects.create(
        action=action, name="Repas servis", target=Decimal(40), unit="repas", **common
    )
    moment = clock.now() - timedelta(days=200)
    PlanVersion.objects.filter(pk=version.pk).update(
        state="approved",
        submitted_at=moment,
        submitted_by=person("direction", "laval"),
        validated_at=moment,
        validated_by=person("analyst"),
        approved_at=moment,
        approved_by=person("delegate"),
        in_force_from=moment.date(),
    )
    return alliance
