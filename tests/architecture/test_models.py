"""What every model promises, read from the database itself."""

import pytest
from django.apps import apps
from django.db import connection, models

OURS = ["alliances", "conventions", "plans", "fqis", "reporting"]
MODELS = [model for app in OURS for model in apps.get_app_config(app).get_models()]
PAIRS = [
    (model, stem)
    for model in MODELS
    for stem in sorted(
        field.name[:-3]
        for field in model._meta.local_concrete_fields
        if field.name.endswith("_at")
        and any(
            other.name == f"{field.name[:-3]}_by" for other in model._meta.local_concrete_fields
        )
    )
]
# A moment that may have no actor, with its reason.
NO_ACTOR = {("alliances.Membership", "created"): "the first roles are given at installation"}
# Rows that are only a part of their parent: drafts lose them with it; triggers hold the rest.
PARTS = {
    "alliances.TerritoryGroupPermission.permission",
    "alliances.TerritoryGroupPermission.group",
    "alliances.TerritoryGroupPermission.content_object",
    "conventions.AvenantSignatory.avenant",
    "conventions.AvenantTranche.avenant",
    "conventions.ConventionText.convention",
    "conventions.Signatory.convention",
    "conventions.Tranche.convention",
    "plans.CanvasSection.canvas",
    "plans.CanvasRequirement.canvas",
    "plans.CanvasRequirement.section",
    "plans.SectionText.version",
    "plans.OpenedSection.version",
    "plans.Endorsement.version",
    "plans.Presence.version",
    "plans.WordImport.version",
    "plans.Priority.version",
    "plans.PriorityTheme.version",
    "plans.PriorityTheme.priority",
    "plans.Objective.version",
    "plans.Objective.priority",
    "plans.Action.version",
    "plans.Action.objective",
    "plans.ActionPlace.version",
    "plans.ActionPlace.action",
    "plans.Indicator.version",
    "plans.Indicator.action",
    "fqis.AllocationLine.allocation",
    "fqis.EnvelopeShare.split",
    "fqis.SubEnvelope.split",
    "fqis.ProjectPlace.project",
    "fqis.ApplicationFile.application",
    "fqis.BudgetLine.project",
    "fqis.CallPaper.call",
    "fqis.CallPlace.call",
    "fqis.CallPriority.call",
    "fqis.FundingSource.project",
    "reporting.FinancialLine.report",
    "fqis.EligibilityCheck.project",
    "fqis.Criterion.committee",
    "fqis.SittingPresence.sitting",
    "fqis.SittingItem.sitting",
    "fqis.SittingWithdrawal.sitting",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "stem"), PAIRS, ids=lambda p: getattr(p, "__name__", p))
def test_a_moment_and_its_actor_come_together(model: type[models.Model], stem: str) -> None:
    """Both are always there, or a constraint of the database names both."""
    at, by = model._meta.get_field(f"{stem}_at"), model._meta.get_field(f"{stem}_by")
    if (not at.null and not by.null) or (model._meta.label, stem) in NO_ACTOR:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'c'",
            [model._meta.db_table],
        )
        rules = [row[0] for row in cursor.fetchall()]
    assert any(f"{stem}_at" in rule and f"{stem}_by_id" in rule for rule in rules)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_an_actor_never_stands_without_a_date(model: type[models.Model]) -> None:
    names = {field.name for field in model._meta.local_concrete_fields}
    for name in names:
        if name.endswith("_by"):
            stem = name[:-3]
            assert {f"{stem}_at", f"{stem}_on"} & names, name


def test_only_a_part_disappears_with_its_parent() -> None:
    found = {
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        for field in model._meta.local_concrete_fields
        if field.remote_field
        and field.remote_field.on_delete not in (models.PROTECT, models.RESTRICT)
    }
    assert found == PARTS


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_money_is_a_decimal_of_fourteen_figures(model: type[models.Model]) -> None:
    for field in model._meta.local_concrete_fields:
        assert not isinstance(field, models.FloatField), field.name
        if "amount" in field.name and isinstance(field, models.DecimalField):
            assert (field.max_digits, field.decimal_places) == (14, 2)
