"""What changes a project once its agreement is signed, and what makes it go on after its end."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Document, ScopedModel, User
from alliances.money import MoneyField

from .projects import FiveYearsAfter, Project


class ProjectChange(FSMModelMixin, ScopedModel):
    """A « modification » of a signed project: its dates, its grant, its budget, its activities.

    It keeps what stood before and what stands after. Amounts in dollars; ``budget_before`` and
    ``budget_after`` are rows of line, label, cost and share asked. Five years at most, never below
    what is paid; a grant never grows without a new decision.
    """

    scoped_by = "project"

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposée")
        AGREED = "agreed", _("Convenue")
        DECLINED = "declined", _("Écartée")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="changes")
    reason = models.TextField(_("motif"))
    starts_on_before = models.DateField(editable=False)
    starts_on_after = models.DateField(_("début"))
    ends_on_before = models.DateField(editable=False)
    ends_on_after = models.DateField(_("fin"))
    amount_before = MoneyField(editable=False)
    amount_after = MoneyField(_("montant accordé"))
    activities_before = models.TextField(blank=True, editable=False)
    activities_after = models.TextField(_("activités"), blank=True)
    budget_before = models.JSONField(default=list, editable=False)
    budget_after = models.JSONField(default=list)
    state = FSMField(default=State.PROPOSED, choices=State.choices, protected=True)
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    agreed_on = models.DateField(_("convenue le"), null=True, editable=False)
    carrier_name = models.CharField(_("convenue pour le porteur par"), max_length=150, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    decline_reason = models.TextField(_("motif"), blank=True, editable=False)

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state="proposed"),
                name="project_change_one_open",
                violation_error_message=_("Une modification attend déjà une réponse."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="project_change_has_reason"),
            models.CheckConstraint(
                condition=Q(ends_on_after__gte=F("starts_on_after"))
                & Q(ends_on_after__lt=FiveYearsAfter(F("starts_on_after"))),
                name="project_change_five_years",
                violation_error_message=_("Un projet dure cinq ans au plus."),
            ),
            models.CheckConstraint(
                condition=Q(amount_after__gt=0, amount_after__lte=F("amount_before")),
                name="project_change_never_grows",
                violation_error_message=_("Une hausse demande une nouvelle décision."),
            ),
            models.CheckConstraint(
                condition=Q(
                    Q(state="agreed", agreed_on__isnull=False, decided_at__isnull=False),
                    Q(decided_by__isnull=False),
                    ~Q(carrier_name=""),
                )
                | Q(
                    Q(state="declined", agreed_on=None, decided_at__isnull=False),
                    Q(decided_by__isnull=False),
                    ~Q(decline_reason=""),
                )
                | Q(state="proposed", agreed_on=None, decided_at=None, decided_by=None),
                name="project_change_decided_is_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="kept_once_written",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.state <> 'proposed' OR
                       ROW(OLD.project_id, OLD.reason, OLD.starts_on_before, OLD.starts_on_after,
                           OLD.ends_on_before, OLD.ends_on_after, OLD.amount_before,
                           OLD.amount_after, OLD.activities_before, OLD.activities_after,
                           OLD.budget_before, OLD.budget_after, OLD.proposed_at,
                           OLD.proposed_by_id)
                       IS DISTINCT FROM
                       ROW(NEW.project_id, NEW.reason, NEW.starts_on_before, NEW.starts_on_after,
                           NEW.ends_on_before, NEW.ends_on_after, NEW.amount_before,
                           NEW.amount_after, NEW.activities_before, NEW.activities_after,
                           NEW.budget_before, NEW.budget_after, NEW.proposed_at,
                           NEW.proposed_by_id)
                    THEN
                        RAISE EXCEPTION 'Une modification proposée ne change pas : écartez-la.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_change_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.State(self.state).label}"

    @property
    def budget_rows(self) -> list[dict[str, str]]:
        """The lines that change, with the share asked of the FQIS before and after."""
        before = {row["line"]: row["asked"] for row in self.budget_before}
        return [
            {"label": row["label"], "before": before.get(row["line"], ""), "after": row["asked"]}
            for row in self.budget_after
            if row["asked"] != before.get(row["line"])
        ]

    @transition(field=state, source=State.PROPOSED, target=State.AGREED)
    def agree(self, *, on: date, carrier_name: str, by: User) -> None:
        self.agreed_on, self.carrier_name = on, carrier_name
        self.decided_at, self.decided_by = clock.now(), by

    @transition(field=state, source=State.PROPOSED, target=State.DECLINED)
    def decline(self, *, reason: str, by: User) -> None:
        self.decline_reason, self.decided_at, self.decided_by = reason, clock.now(), by


class ProjectContinuation(ScopedModel):
    """The consensus by which a structuring project goes on (guide 2024, §2.2): who agreed, when,
    and the paper that proves it. The new project follows the usual way to its own decision."""

    scoped_by = "project"

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="continuation")
    former = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="continuations")
    agreed_by_whom = models.TextField(_("qui est d’accord"))
    agreed_on = models.DateField(_("d’accord le"))
    evidence = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(agreed_by_whom=""),
                name="continuation_says_who",
                violation_error_message=_("Dites qui est d’accord."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="of_a_structuring_project",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM fqis_project f
                        JOIN fqis_project p ON p.alliance_id = f.alliance_id AND p.id <> f.id
                        WHERE f.id = NEW.former_id AND p.id = NEW.project_id AND f.is_structuring
                          AND f.state IN ('under_way', 'completed')
                    ) THEN
                        RAISE EXCEPTION 'Seul un projet structurant se poursuit.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'continuation_of_structuring';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.former} → {self.project}"
