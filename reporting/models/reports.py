"""Annual reports: the « reddition de comptes » of a Table (guide 2024, §5.1)."""

from datetime import date
from decimal import Decimal
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Alliance, Document, ScopedModel, User
from alliances.money import MoneyField

from .deadlines import ReportExtension
from .periods import ReportingPeriod

# The financial statement: what the portal knows is what its rows say, and what remains is either
# what the Table declares or explained.
STATEMENT_BALANCES = """
    DECLARE known record; typed record; closing record; remains numeric;
    BEGIN
        SELECT * INTO known FROM reporting_known_money(NEW.id);
        IF ROW((NEW.figures->>'opening_balance')::numeric, (NEW.figures->>'received')::numeric,
               (NEW.figures->>'paid_to_projects')::numeric)
           IS DISTINCT FROM ROW(known.opening, known.received, known.paid)
           OR known.paid IS DISTINCT FROM (
               SELECT coalesce(sum((one->>'amount')::numeric), 0)
               FROM jsonb_array_elements(NEW.figures->'by_priority') one)
        THEN
            RAISE EXCEPTION 'Les montants connus du portail ne sont pas ceux de ses lignes.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'report_statement_known';
        END IF;
        SELECT sum(amount) FILTER (WHERE category = 'administration') AS administration,
               sum(amount) FILTER (WHERE category = 'mobilisation') AS mobilisation,
               coalesce(sum(amount) FILTER (WHERE category = 'other_income'), 0) AS income
        INTO typed FROM reporting_financialline WHERE report_id = NEW.id;
        SELECT amount, note INTO closing FROM reporting_financialline
        WHERE report_id = NEW.id AND category = 'closing_balance';
        remains := known.opening + known.received + typed.income
            - typed.administration - typed.mobilisation - known.paid;
        IF remains IS NULL OR closing.amount IS NULL THEN
            RAISE EXCEPTION 'L’état financier n’est pas complet.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'report_statement_whole';
        END IF;
        IF closing.amount <> remains AND btrim(closing.note) = '' THEN
            RAISE EXCEPTION 'L’état financier ne balance pas, et rien ne l’explique.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'report_statement_balances';
        END IF;
        RETURN NEW;
    END;
"""


# What the ministry writes while it analyses is in ``ReviewEntry``, which the Table never reads.
ANOMALIES_ANSWERED = """
    IF EXISTS (
        SELECT 1 FROM reporting_anomaly a WHERE a.report_id = NEW.id AND NOT EXISTS (
            SELECT 1 FROM reporting_reviewentry e
            WHERE e.report_id = NEW.id AND e.kind = 'anomaly' AND e.point = a.rule
              AND e.said_at >= NEW.submitted_at)
    ) THEN
        RAISE EXCEPTION 'Une anomalie attend une réponse.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_anomalies_answered';
    END IF;
    RETURN NEW;
"""
HANDED_BACK_WITH_REASON = """
    IF NOT EXISTS (
        SELECT 1 FROM reporting_reviewentry e
        WHERE e.report_id = NEW.id AND e.kind = 'back' AND e.said_at >= OLD.recommended_at
    ) THEN
        RAISE EXCEPTION 'Un retour à la DGSQ a un motif.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_handed_back_with_reason';
    END IF;
    RETURN NEW;
"""
# A part of a report is written with it, and stays as it was submitted.
FROZEN_WITH_REPORT = """
    IF EXISTS (
        SELECT 1 FROM reporting_annualreport r
        WHERE r.id = coalesce(NEW.report_id, OLD.report_id)
          AND r.state NOT IN ('draft', 'returned')
    ) THEN
        RAISE EXCEPTION 'Une reddition transmise ne change plus.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
"""


class AnnualReportQuerySet(models.QuerySet["AnnualReport"]):
    def for_pages(self) -> Self:
        """With its Alliance, its period, the people who acted and the day its due date moved to,
        if it did."""
        delays = (
            ReportExtension.objects.filter(alliance=OuterRef("alliance"), period=OuterRef("period"))
            .order_by("-due_on")
            .values("due_on")[:1]
        )
        return self.annotate(extended_to=Subquery(delays)).select_related(
            "alliance__territory",
            "alliance__cycle",
            "period__cycle",
            "document",
            "submitted_by",
            "returned_by",
            "recommended_by",
            "accepted_by",
            "updated_by",
        )

    def accepted(self) -> Self:
        return self.filter(state=AnnualReport.State.ACCEPTED)

    def to_review(self) -> Self:
        return self.filter(state=AnnualReport.State.SUBMITTED)

    def to_accept(self) -> Self:
        return self.filter(state=AnnualReport.State.RECOMMENDED)


class AnnualReport(FSMModelMixin, ScopedModel):
    """One year of one Alliance: figures the portal knows, the Table's own words, a decision.

    ``figures`` is what the portal computed when the Table submitted (dollars as text, counts as
    numbers); it changes no more, and nothing does once accepted.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        SUBMITTED = "submitted", _("Transmise")
        RETURNED = "returned", _("Retournée")
        RECOMMENDED = "recommended", _("Recommandée")
        ACCEPTED = "accepted", _("Acceptée")

    # The last day an extension gives; read by ``for_pages``.
    extended_to: date | None = None

    WRITABLE = [State.DRAFT, State.RETURNED]
    SENT = [State.SUBMITTED, State.RECOMMENDED, State.ACCEPTED]
    TEXTS = ["achievements", "difficulties", "participation", "good_practices", "next_year"]

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="reports")
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="reports")
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    achievements = models.TextField(_("réalisations de l’année"), blank=True)
    difficulties = models.TextField(_("difficultés et ajustements"), blank=True)
    participation = models.TextField(
        _("participation des personnes en situation de pauvreté"), blank=True
    )
    good_practices = models.TextField(_("pratiques gagnantes"), blank=True)
    next_year = models.TextField(_("l’année qui vient"), blank=True)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    figures = models.JSONField(default=dict)
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
    recommended_at = models.DateTimeField(null=True, editable=False)
    recommended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    recommendation = models.TextField(_("recommandation"), blank=True, editable=False)
    held_amount = MoneyField(_("partie retenue"), null=True, editable=False)
    held_reason = models.TextField(_("motif de la retenue"), blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = AnnualReportQuerySet.as_manager()

    class Meta:
        ordering = ["alliance", "period__fiscal_year"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "period"], name="report_once_a_year"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{act}_at": None, f"{act}_by": None})
                    | Q(**{f"{act}_at__isnull": False, f"{act}_by__isnull": False}),
                    name=f"report_{act}_at_and_by",
                )
                for act in ("updated", "submitted", "returned", "recommended", "accepted")
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned"]) | Q(submitted_at__isnull=False),
                name="report_submitted_first",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned")
                | (Q(returned_at__isnull=False) & ~Q(return_reason="")),
                name="report_return_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["recommended", "accepted"])
                | (Q(recommended_at__isnull=False) & ~Q(recommendation="")),
                name="report_recommended_first",
            ),
            models.CheckConstraint(
                condition=Q(held_amount=None, held_reason="")
                | Q(~Q(held_reason=""), held_amount__isnull=False, held_amount__gt=0),
                name="report_held_part_has_reason",
                violation_error_message=_("Dites pourquoi une partie du versement est retenue."),
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_at__isnull=False)
                | Q(~Q(state="accepted"), accepted_at=None),
                name="report_accepted_has_author",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("recommended_by")),
                name="report_two_persons",
                violation_error_message=_(
                    "Une autre personne que celle qui a recommandé doit accepter."
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="kept_once_submitted",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
            ),
            pgtrigger.Trigger(
                name="content_frozen",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=~pgtrigger.Q(old__state__in=["draft", "returned"]),
                func="""
                    IF ROW(OLD.achievements, OLD.difficulties, OLD.participation,
                           OLD.good_practices, OLD.next_year, OLD.figures, OLD.alliance_id,
                           OLD.period_id)
                       IS DISTINCT FROM
                       ROW(NEW.achievements, NEW.difficulties, NEW.participation,
                           NEW.good_practices, NEW.next_year, NEW.figures, NEW.alliance_id,
                           NEW.period_id)
                       OR (OLD.state = 'accepted' AND ROW(
                           NEW.state, NEW.recommendation, NEW.held_amount, NEW.held_reason)
                           IS DISTINCT FROM ROW(
                           OLD.state, OLD.recommendation, OLD.held_amount, OLD.held_reason))
                    THEN
                        RAISE EXCEPTION 'Une reddition transmise ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="statement_balances",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state__in=["draft", "returned"])
                & ~pgtrigger.Q(new__state__in=["draft", "returned"]),
                func=STATEMENT_BALANCES,
            ),
            pgtrigger.Trigger(
                name="anomalies_answered",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "OLD.state = 'submitted' AND NEW.state = 'recommended'"
                ),
                func=ANOMALIES_ANSWERED,
            ),
            pgtrigger.Trigger(
                name="handed_back_with_reason",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "OLD.state = 'recommended' AND NEW.state = 'submitted'"
                ),
                func=HANDED_BACK_WITH_REASON,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance} · {self.period}"

    @property
    def is_writable(self) -> bool:
        return self.state in self.WRITABLE

    @property
    def own_period(self) -> ReportingPeriod:
        """The period with the due date of this Alliance, for a report read by ``for_pages``."""
        return self.period.extended_to(self.extended_to)

    @property
    def is_late(self) -> bool:
        """Never submitted, and the last day is over; days are Québec days."""
        return self.submitted_at is None and self.own_period.is_past_due

    @property
    def analysis_due_on(self) -> date:
        """When the DGSQ should have analysed it: as long after a late submission as after a
        timely one."""
        period = self.own_period
        due: date = period.analysis_due_on
        if self.submitted_at is None:
            return due
        delay = due - period.due_on
        return max(self.period.analysis_due_on, clock.day_of(self.submitted_at) + delay)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """What the Table wrote: the name of each text, and the text."""
        fields = {field.name: field for field in self._meta.concrete_fields}
        return [(str(fields[name].verbose_name), getattr(self, name)) for name in self.TEXTS]

    def get_absolute_url(self) -> str:
        return self.alliance.url("report", str(self.period.year))

    @transition(field=state, source=WRITABLE, target=State.SUBMITTED)
    def submit(self, *, by: User) -> None:
        self.submitted_at, self.submitted_by = clock.now(), by

    @transition(field=state, source=[State.SUBMITTED, State.RECOMMENDED], target=State.RETURNED)
    def send_back(self, *, by: User, reason: str) -> None:
        self.returned_at, self.returned_by, self.return_reason = clock.now(), by, reason

    @transition(field=state, source=State.SUBMITTED, target=State.RECOMMENDED)
    def recommend(
        self, *, by: User, note: str, held_amount: Decimal | None = None, held_reason: str = ""
    ) -> None:
        """``held_amount``: the dollars of the versement that are held back."""
        self.recommended_at, self.recommended_by, self.recommendation = clock.now(), by, note
        self.held_amount, self.held_reason = held_amount, held_reason

    @transition(field=state, source=State.RECOMMENDED, target=State.SUBMITTED)
    def hand_back(self) -> None:
        """The DGSQ analyses it again; its recommendation is withdrawn."""
        self.recommended_at = self.recommended_by = None
        self.recommendation, self.held_amount, self.held_reason = "", None, ""

    @transition(field=state, source=State.RECOMMENDED, target=State.ACCEPTED)
    def accept(self, *, by: User) -> None:
        self.accepted_at, self.accepted_by = clock.now(), by


class FinancialLine(ScopedModel):
    """An amount of the year only the Table knows, in dollars; empty while it is not said."""

    scoped_by = "report"

    class Category(models.TextChoices):
        ADMINISTRATION = "administration", _("Frais d’administration")
        MOBILISATION = "mobilisation", _("Coordination et mobilisation")
        OTHER_INCOME = "other_income", _("Autres revenus")
        CLOSING_BALANCE = "closing_balance", _("Solde de fermeture déclaré")

    report = models.ForeignKey(AnnualReport, on_delete=models.CASCADE, related_name="lines")
    category = models.CharField(max_length=16, choices=Category)
    amount = MoneyField(_("montant"), null=True, blank=True)
    note = models.CharField(_("explication"), max_length=500, blank=True)

    class Meta:
        ordering = ["report", "category"]
        constraints = [
            models.UniqueConstraint(fields=["report", "category"], name="financial_line_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="financial_line_not_negative"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_with_report",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=FROZEN_WITH_REPORT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.category}"
