"""A plan and its versions: one open at a time, the approved ones frozen by the database."""

from datetime import date
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Alliance, Document, ScopedModel, User

from .canvas import Canvas, CanvasSection

# What may be written only while its version is a draft or was returned. The shared lock makes a
# writer and the person who submits wait for each other.
_FREEZE = """
    SELECT v.state INTO version_state FROM plans_planversion v WHERE v.id = {version} FOR SHARE;
    IF version_state NOT IN ('draft', 'returned') THEN
        RAISE EXCEPTION 'Cette version du plan est figée.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';
    END IF;
"""


def frozen_with_version() -> pgtrigger.Trigger:
    """Refuses any writing under a version that is not being written."""
    return pgtrigger.Trigger(
        name="frozen_with_version",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        declare=[("version_state", "text")],
        func="IF TG_OP <> 'INSERT' THEN"
        + _FREEZE.format(version="OLD.version_id")
        + "END IF; IF TG_OP <> 'DELETE' THEN"
        + _FREEZE.format(version="NEW.version_id")
        + "END IF; RETURN coalesce(NEW, OLD);",
    )


def opened_section(
    kind: str, *, parts: dict[str, list[str]] | None = None, new_with: str = ""
) -> pgtrigger.Trigger:
    """In a modification, refuses what belongs to a section that was not opened.

    ``kind`` is the section the row is written in; ``parts`` names, for a row written in several,
    the columns of each. An action new in the version is written whole (``new_with``).
    """
    refused = """
        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_section_not_opened';
    """
    row_kind = f"plans_kind_is_open(coalesce(NEW.version_id, OLD.version_id), '{kind}')"
    if new_with:
        row_kind += f" OR plans_is_new_{new_with}(coalesce(NEW.{new_with}_id, OLD.{new_with}_id))"
    if parts is None:
        body = f"IF NOT ({row_kind}) THEN {refused} END IF;"
    else:
        changed = "".join(
            f"""
            IF ROW({", ".join(f"OLD.{name}" for name in names)}) IS DISTINCT FROM
               ROW({", ".join(f"NEW.{name}" for name in names)})
               AND NOT (plans_kind_is_open(NEW.version_id, '{part}')
                        OR plans_is_new_action(NEW.id)) THEN {refused} END IF;
            """
            for part, names in parts.items()
        )
        body = f"IF TG_OP = 'UPDATE' THEN {changed} ELSIF NOT ({row_kind}) THEN {refused} END IF;"
    return pgtrigger.Trigger(
        name="opened_section",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"{body} RETURN coalesce(NEW, OLD);",
    )


class Plan(ScopedModel):
    """The regional action plan of an Alliance (PARC; « plan de travail » in 2017)."""

    alliance = models.OneToOneField(Alliance, on_delete=models.PROTECT, related_name="plan")
    canvas = models.ForeignKey(Canvas, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("à transmettre au plus tard le"), null=True, blank=True)

    def __str__(self) -> str:
        return str(self.alliance)


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    def open(self) -> Self:
        return self.filter(state__in=PlanVersion.OPEN)

    def in_force_on(self, day: date) -> Self:
        """The approved version whose turn ``day`` falls in."""
        return self.filter(in_force_from__lte=day).filter(
            Q(in_force_until=None) | Q(in_force_until__gt=day)
        )


class PlanVersion(FSMModelMixin, ScopedModel):
    """One version of a plan, from draft to approval (guide 2024, §4.1 step 5 and §4.2)."""

    scoped_by = "plan"

    class State(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        SUBMITTED = "submitted", _("Transmis")
        RETURNED = "returned", _("Retourné")
        VALIDATED = "validated", _("Validé")
        APPROVED = "approved", _("Approuvé")
        SUPERSEDED = "superseded", _("Remplacé")
        ABANDONED = "abandoned", _("Abandonné")

    OPEN = [State.DRAFT, State.SUBMITTED, State.RETURNED, State.VALIDATED]
    WRITABLE = [State.DRAFT, State.RETURNED]

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    base = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        help_text=_("La version que celle-ci modifie; vide pour un plan entier."),
    )
    reason = models.TextField(_("pourquoi cette version"), blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    returned_at = models.DateTimeField(null=True, editable=False)
    returned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    return_reason = models.TextField(_("motif du retour"), blank=True, editable=False)
    registers = models.JSONField(
        default=dict,
        editable=False,
        help_text=_("Partenaires, instances, zones et consultations le jour de la transmission."),
    )
    validation_note = models.TextField(_("note de validation"), blank=True, editable=False)
    validated_at = models.DateTimeField(null=True, editable=False)
    validated_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_for = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        help_text=_("La personne absente au nom de qui la version est approuvée."),
    )
    abandoned_at = models.DateTimeField(null=True, editable=False)
    abandoned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    in_force_from = models.DateField(_("en vigueur du"), null=True, editable=False)
    in_force_until = models.DateField(_("jusqu’au"), null=True, editable=False)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number_once"),
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(state__in=["draft", "submitted", "returned", "validated"]),
                name="plan_version_one_open",
                violation_error_message=_("Une version de ce plan est déjà ouverte."),
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="approved"), name="plan_version_one_in_force"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{act}_at": None, f"{act}_by": None})
                    | Q(**{f"{act}_at__isnull": False, f"{act}_by__isnull": False}),
                    name=f"plan_version_{act}_at_and_by",
                )
                for act in ("submitted", "returned", "validated", "approved", "abandoned")
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned", "abandoned"])
                | Q(submitted_at__isnull=False),
                name="plan_version_submitted_first",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned")
                | (Q(returned_at__isnull=False) & ~Q(return_reason="")),
                name="plan_version_return_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "returned", "abandoned"])
                | Q(validated_at__isnull=False),
                name="plan_version_validated_first",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("validated_by")),
                name="plan_version_two_people",
                violation_error_message=_(
                    "La personne qui a validé cette version ne peut pas l’approuver."
                ),
            ),
            models.CheckConstraint(
                condition=Q(approved_for=None)
                | (
                    Q(approved_at__isnull=False)
                    & ~Q(approved_for=F("approved_by"))
                    & ~Q(approved_for=F("validated_by"))
                ),
                name="plan_version_stand_in_two_people",
                violation_error_message=_(
                    "La personne qui a validé cette version ne peut pas l’approuver."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state="abandoned", abandoned_at__isnull=False, submitted_at=None)
                | (~Q(state="abandoned") & Q(abandoned_at=None)),
                name="plan_version_abandoned_untold",
                violation_error_message=_("Une version transmise ne s’abandonne plus."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["approved", "superseded"],
                    approved_at__isnull=False,
                    in_force_from__isnull=False,
                )
                | Q(~Q(state__in=["approved", "superseded"]), approved_at=None, in_force_from=None),
                name="plan_version_approved_in_force",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="kept_once_submitted",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
            ),
            pgtrigger.Trigger(
                name="approved_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state__in=["approved", "superseded"]),
                func="""
                    IF NEW.state NOT IN ('approved', 'superseded')
                       OR (OLD.state = 'superseded' AND NEW.state = 'approved')
                       OR ROW(OLD.number, OLD.plan_id, OLD.approved_at, OLD.approved_by_id,
                              OLD.in_force_from, OLD.submitted_at, OLD.validated_at, OLD.reason,
                              OLD.document_id, OLD.approved_for_id, OLD.registers,
                              OLD.validation_note)
                          IS DISTINCT FROM
                          ROW(NEW.number, NEW.plan_id, NEW.approved_at, NEW.approved_by_id,
                              NEW.in_force_from, NEW.submitted_at, NEW.validated_at, NEW.reason,
                              NEW.document_id, NEW.approved_for_id, NEW.registers,
                              NEW.validation_note)
                    THEN
                        RAISE EXCEPTION 'Une version approuvée ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="abandoned_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="abandoned"),
            ),
            pgtrigger.Trigger(
                name="base_is_set_once",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.base_id IS DISTINCT FROM NEW.base_id"),
                func="""
                    IF OLD.base_id IS NOT NULL OR NOT EXISTS (
                        SELECT 1 FROM plans_planversion b
                        WHERE b.id = NEW.base_id AND b.plan_id = NEW.plan_id
                          AND b.number < NEW.number AND b.state IN ('approved', 'superseded')
                    ) THEN
                        RAISE EXCEPTION 'La version modifiée ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_base';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, version {self.number}"

    @property
    def is_modification(self) -> bool:
        """Whether only some sections are opened (guide 2024, §4.2: changes during the term)."""
        return self.base_id is not None

    @property
    def is_writable(self) -> bool:
        return self.state in self.WRITABLE

    def is_in_force_on(self, day: date) -> bool:
        if self.in_force_from is None or self.in_force_from > day:
            return False
        return self.in_force_until is None or self.in_force_until > day

    @transition(field=state, source=WRITABLE, target=State.SUBMITTED)
    def submit(self, *, by: User) -> None:
        self.submitted_at, self.submitted_by = clock.now(), by

    @transition(field=state, source=[State.SUBMITTED, State.VALIDATED], target=State.RETURNED)
    def send_back(self, *, by: User, reason: str) -> None:
        self.returned_at, self.returned_by, self.return_reason = clock.now(), by, reason

    @transition(field=state, source=State.SUBMITTED, target=State.VALIDATED)
    def validate(self, *, by: User, note: str) -> None:
        self.validated_at, self.validated_by = clock.now(), by
        self.validation_note = note

    @transition(field=state, source=State.VALIDATED, target=State.APPROVED)
    def approve(self, *, by: User, on: date, acting_for: User | None) -> None:
        self.approved_at, self.approved_by, self.in_force_from = clock.now(), by, on
        self.approved_for = acting_for

    @transition(field=state, source=State.APPROVED, target=State.SUPERSEDED)
    def supersede(self, *, on: date) -> None:
        self.in_force_until = on

    @transition(field=state, source=State.DRAFT, target=State.ABANDONED)
    def abandon(self, *, by: User) -> None:
        self.abandoned_at, self.abandoned_by = clock.now(), by


class Written(ScopedModel):
    """What people write in a version: who wrote last, and a counter that catches two writers."""

    scoped_by = "version"

    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True


class OpenedSection(ScopedModel):
    """A section that a modification opens; the others stay as the version in force has them."""

    scoped_by = "version"

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="opened")
    section = models.ForeignKey(CanvasSection, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now, editable=False)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["version", "section__rank"]
        constraints = [
            models.UniqueConstraint(fields=["version", "section"], name="opened_section_once")
        ]
        triggers = [frozen_with_version()]

    def __str__(self) -> str:
        return f"{self.version} · {self.section}"


class SectionText(Written):
    """What the Table wrote in a section: cleaned HTML, empty when nothing is left to read."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="texts")
    section = models.ForeignKey(CanvasSection, on_delete=models.PROTECT, related_name="+")
    html = models.TextField(_("texte"), blank=True)

    class Meta:
        ordering = ["version", "section__rank"]
        constraints = [
            models.UniqueConstraint(fields=["version", "section"], name="section_text_once")
        ]
        triggers = [
            frozen_with_version(),
            pgtrigger.Trigger(
                name="opened_section",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM plans_planversion v
                        WHERE v.id = coalesce(NEW.version_id, OLD.version_id)
                          AND v.base_id IS NOT NULL
                    ) AND NOT EXISTS (
                        SELECT 1 FROM plans_openedsection o
                        WHERE o.version_id = coalesce(NEW.version_id, OLD.version_id)
                          AND o.section_id = coalesce(NEW.section_id, OLD.section_id)
                    ) THEN
                        RAISE EXCEPTION 'Cette section n’est pas ouverte par la modification.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'plan_section_not_opened';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.section}"
