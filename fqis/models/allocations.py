"""The national split of a cycle's total: figures, scenarios, the one the minister confirms.

Guide 2017, « Répartition régionale du FQIS »; guide 2024, §4.1 step 1. The ministry's own work:
the database shows none of it to a Table, which reads its envelope once confirmed. ``place`` is
the territory a row is about, not one that owns it.
"""

from datetime import date
from decimal import Decimal

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Cycle, Territory, User
from alliances.money import ZERO, MoneyField

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class AllocationFigure(models.Model):
    """A figure the split draws on, for one territory, with its year and its source."""

    class Kind(models.TextChoices):
        FORMER = "former", _("Montant du cycle précédent, en dollars")
        POPULATION = "population", _("Population")
        AREA = "area", _("Superficie terrestre, en km²")
        IDMS = "idms", _("Population du dernier quintile de l’IDMS, en %")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="figures")
    place = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("chiffre"), max_length=10, choices=Kind)
    value = models.DecimalField(_("valeur"), max_digits=16, decimal_places=2)
    year = models.CharField(_("année"), max_length=20)
    source = models.CharField(_("source"), max_length=300)
    written_at = models.DateTimeField(default=clock.now, editable=False)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["cycle", "place__rank", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "place", "kind"], name="allocation_figure_once"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="allocation_figure_positive"),
            models.CheckConstraint(
                condition=~Q(kind="idms") | Q(value__lte=100), name="allocation_figure_percent"
            ),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(year=""),
                name="allocation_figure_sourced",
                violation_error_message=_("Un chiffre a une année et une source."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} : {self.get_kind_display()}"


class Allocation(FSMModelMixin, models.Model):
    """A scenario of the split, in dollars; once confirmed, the cycle's split for good."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Simulation")
        CONFIRMED = "confirmed", _("Confirmée")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="allocations")
    name = models.CharField(_("nom du scénario"), max_length=100)
    total = MoneyField(_("total à répartir"))
    increase = models.DecimalField(
        _("hausse pour tous, en %"),
        max_digits=6,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
    )
    idms_share = models.DecimalField(
        _("part du solde selon l’IDMS, en %"),
        max_digits=5,
        decimal_places=2,
        default=50,
        validators=PERCENT,
    )
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    decided_on = models.DateField(_("décision de la ministre du"), null=True, editable=False)
    reference = models.CharField(_("référence"), max_length=100, blank=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-cycle__starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "name"],
                name="allocation_name_once",
                violation_error_message=_("Un scénario de ce cycle porte déjà ce nom."),
            ),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(state="confirmed"),
                name="allocation_confirmed_once",
                violation_error_message=_("La répartition de ce cycle est déjà confirmée."),
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="allocation_total_positive"),
            models.CheckConstraint(
                condition=Q(increase__gte=0, idms_share__gte=0, idms_share__lte=100),
                name="allocation_percents",
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(reference=""),
                    state="confirmed",
                    decided_on__isnull=False,
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                )
                | Q(
                    state="draft",
                    decided_on=None,
                    reference="",
                    confirmed_at=None,
                    confirmed_by=None,
                ),
                name="allocation_confirmed_has_decision",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("changed_by")),
                name="allocation_two_people",
                violation_error_message=_(
                    "Une autre personne que celle qui a préparé le scénario le confirme."
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="confirmed_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="confirmed"),
            ),
            pgtrigger.Trigger(
                name="confirmed_is_exact",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__state="confirmed"),
                func="""
                    IF NEW.total IS DISTINCT FROM (
                        SELECT sum(l.floor + l.idms_part + l.density_part)
                        FROM fqis_allocationline l WHERE l.allocation_id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'Les parts ne font pas le total à répartir.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_exact';
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM fqis_allocationline l
                        WHERE l.allocation_id = NEW.id AND CASE
                            WHEN l.fixed IS NULL THEN l.former IS NULL OR l.floor < l.former
                            ELSE l.floor <> l.fixed OR l.idms_part <> 0 OR l.density_part <> 0
                        END
                    ) THEN
                        RAISE EXCEPTION 'Un territoire passe sous son plancher.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_floors';
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM fqis_allocationline l
                        JOIN alliances_alliance a
                          ON a.cycle_id = NEW.cycle_id AND a.territory_id = l.place_id
                        LEFT JOIN fqis_envelope e ON e.alliance_id = a.id
                        WHERE l.allocation_id = NEW.id
                          AND e.amount IS DISTINCT FROM l.floor + l.idms_part + l.density_part
                    ) THEN
                        RAISE EXCEPTION 'Une enveloppe n’a pas le montant de sa part.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'allocation_gives_envelopes';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @transition(field=state, source=State.DRAFT, target=State.CONFIRMED)
    def confirm(self, *, by: User, on: date, reference: str) -> None:
        self.decided_on, self.reference = on, reference
        self.confirmed_at, self.confirmed_by = clock.now(), by


class AllocationLine(models.Model):
    """The share of one territory in a scenario, in dollars, by what it is made of.

    ``fixed``: an amount outside the formula (a published envelope, an Indigenous organisation, a
    city), with its reason.
    """

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="lines")
    place = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+")
    fixed = MoneyField(_("montant fixé"), null=True, blank=True)
    fixed_reason = models.CharField(_("raison du montant fixé"), max_length=300, blank=True)
    former = MoneyField(null=True, editable=False)
    floor = MoneyField(default=ZERO, editable=False)
    idms_part = MoneyField(default=ZERO, editable=False)
    density_part = MoneyField(default=ZERO, editable=False)

    class Meta:
        ordering = ["allocation", "place__rank"]
        constraints = [
            models.UniqueConstraint(fields=["allocation", "place"], name="allocation_line_once"),
            models.CheckConstraint(
                condition=Q(floor__gte=0, idms_part__gte=0, density_part__gte=0),
                name="allocation_line_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(fixed=None, fixed_reason="")
                | (Q(fixed__isnull=False, fixed__gte=0) & ~Q(fixed_reason="")),
                name="allocation_line_fixed_has_reason",
                violation_error_message=_("Dites pourquoi ce montant est fixé."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_with_allocation",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    -- The lock waits for who confirms, then reads what they decided.
                    IF EXISTS (
                        SELECT 1 FROM (
                            SELECT a.state FROM fqis_allocation a
                            WHERE a.id IN (NEW.allocation_id, OLD.allocation_id) FOR SHARE
                        ) parent WHERE parent.state = 'confirmed'
                    ) THEN
                        RAISE EXCEPTION 'Une répartition confirmée ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_frozen';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.allocation} : {self.place}"

    @property
    def amount(self) -> Decimal:
        return self.floor + self.idms_part + self.density_part
