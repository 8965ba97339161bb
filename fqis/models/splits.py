"""How a Table shares its envelope: sub-envelopes by MRC or sub-region, and what each use takes.

Guide 2017, « Plan de travail » (mechanism to manage the envelope); guide 2024, §2.2 (no fixed
ceiling on administration: the share is shown and justified). Prepared, then decided: the decided
one never changes, the next one replaces it.
"""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Mrc, ScopedModel, User
from alliances.models.alliances import NameKey
from alliances.money import MoneyField

from .envelopes import Envelope

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]
FROZEN = """
    -- The lock waits for who decides, then reads what they decided.
    IF EXISTS (
        SELECT 1 FROM (
            SELECT s.state FROM fqis_envelopesplit s
            WHERE s.id IN (NEW.split_id, OLD.split_id) FOR SHARE
        ) parent WHERE parent.state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'Un partage décidé ne change plus.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
"""


def frozen_with_split() -> pgtrigger.Trigger:
    """The rows of a split change while it is prepared, and never after."""
    return pgtrigger.Trigger(
        name="frozen_with_split",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=FROZEN,
    )


class EnvelopeSplit(FSMModelMixin, ScopedModel):
    """One sharing of an envelope; the decided one is in force until the next."""

    class State(models.TextChoices):
        DRAFT = "draft", _("En préparation")
        DECIDED = "decided", _("Décidé")
        REPLACED = "replaced", _("Remplacé")

    scoped_by = "envelope"

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="splits")
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["envelope", "-pk"]
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["envelope"], condition=Q(state=state), name=f"split_one_{state}"
                )
                for state in ("draft", "decided")
            ),
            models.CheckConstraint(
                condition=Q(state="draft", decided_at=None, decided_by=None)
                | Q(~Q(state="draft"), decided_at__isnull=False, decided_by__isnull=False),
                name="split_decided_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="decided_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "OLD.state = 'replaced' OR (OLD.state = 'decided' AND"
                    " (NEW.state <> 'replaced' OR ROW(OLD.envelope_id, OLD.decided_at,"
                    " OLD.decided_by_id) IS DISTINCT FROM"
                    " ROW(NEW.envelope_id, NEW.decided_at, NEW.decided_by_id)))"
                ),
                func="""
                    RAISE EXCEPTION 'Un partage décidé ne change plus.'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'split_frozen';
                """,
            ),
            pgtrigger.Trigger(
                name="decided_is_whole",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__state="decided"),
                func="""
                    DECLARE the_amount numeric; own numeric; ceiling numeric;
                    BEGIN
                    SELECT e.amount INTO the_amount FROM fqis_envelope e
                    WHERE e.id = NEW.envelope_id FOR SHARE;
                    IF the_amount IS NULL OR the_amount < fqis_sub_envelopes_of(NEW.envelope_id)
                    THEN
                        RAISE EXCEPTION 'Les sous-enveloppes dépassent l’enveloppe.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'sub_envelopes_within_envelope';
                    END IF;
                    IF (SELECT sum(s.percent) FROM fqis_envelopeshare s WHERE s.split_id = NEW.id)
                        IS DISTINCT FROM 100
                    THEN
                        RAISE EXCEPTION 'Les parts des usages ne font pas 100 %%.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_shares_whole';
                    END IF;
                    SELECT coalesce(sum(s.percent), 0) INTO own FROM fqis_envelopeshare s
                    WHERE s.split_id = NEW.id AND s.use <> 'projects';
                    SELECT c.own_share_ceiling INTO ceiling FROM fqis_envelope e
                    JOIN alliances_alliance a ON a.id = e.alliance_id
                    JOIN alliances_cycle c ON c.id = a.cycle_id WHERE e.id = NEW.envelope_id;
                    IF own > ceiling THEN
                        RAISE EXCEPTION 'L’administration et la mobilisation passent le plafond.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_own_ceiling';
                    END IF;
                    RETURN NULL;
                    END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.envelope)

    @transition(field=state, source=State.DRAFT, target=State.DECIDED)
    def decide(self, *, by: User) -> None:
        self.decided_at, self.decided_by = clock.now(), by

    @transition(field=state, source=State.DECIDED, target=State.REPLACED)
    def replace(self) -> None:
        """A later split was decided."""


class SubEnvelope(ScopedModel):
    """The part of an envelope for an MRC or a named sub-region: dollars, or a percentage of it."""

    scoped_by = "split"

    split = models.ForeignKey(EnvelopeSplit, on_delete=models.CASCADE, related_name="parts")
    mrc = models.ForeignKey(
        Mrc, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="MRC"
    )
    name = models.CharField(_("sous-région"), max_length=150, blank=True)
    amount = MoneyField(_("montant"), null=True, blank=True)
    percent = models.DecimalField(
        _("part de l’enveloppe, en %"), max_digits=5, decimal_places=2, null=True, blank=True
    )

    class Meta:
        ordering = ["split", "mrc__name", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mrc__isnull=False, name="") | (Q(mrc=None) & ~Q(name="")),
                name="sub_envelope_names_a_place",
                violation_error_message=_("Une sous-enveloppe nomme une MRC ou une sous-région."),
            ),
            models.CheckConstraint(
                condition=Q(percent=None, amount__isnull=False, amount__gt=0)
                | Q(amount=None, percent__isnull=False, percent__gt=0, percent__lte=100),
                name="sub_envelope_amount_or_percent",
                violation_error_message=_("Écrivez un montant ou un pourcentage, pas les deux."),
            ),
            models.UniqueConstraint(
                "split",
                "mrc",
                NameKey("name"),
                nulls_distinct=False,
                name="sub_envelope_once",
                violation_error_message=_("Cette sous-région est déjà dans le partage."),
            ),
        ]
        triggers = [
            frozen_with_split(),
            pgtrigger.Trigger(
                name="mrc_of_the_territory",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.mrc_id IS NOT NULL"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM alliances_mrc m
                        WHERE m.id = NEW.mrc_id AND m.territory_id = NEW.territory_id
                    ) THEN
                        RAISE EXCEPTION 'Cette MRC est d’un autre territoire.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'sub_envelope_own_mrc';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="within_envelope",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    DECLARE the_amount numeric;
                    BEGIN
                    SELECT e.amount INTO the_amount FROM fqis_envelopesplit s
                    JOIN fqis_envelope e ON e.id = s.envelope_id WHERE s.id = NEW.split_id
                    FOR SHARE OF e;
                    IF the_amount IS NULL OR the_amount < fqis_parts_of(NEW.split_id, the_amount)
                    THEN
                        RAISE EXCEPTION 'Les sous-enveloppes dépassent l’enveloppe.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'sub_envelopes_within_envelope';
                    END IF;
                    RETURN NULL;
                    END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.mrc)


class EnvelopeShare(ScopedModel):
    """What one use takes of the envelope, in percent; administration and mobilisation say why."""

    class Use(models.TextChoices):
        ADMINISTRATION = "administration", _("Administration")
        MOBILISATION = "mobilisation", _("Mobilisation")
        PROJECTS = "projects", _("Projets")

    scoped_by = "split"

    split = models.ForeignKey(EnvelopeSplit, on_delete=models.CASCADE, related_name="shares")
    use = models.CharField(_("usage"), max_length=14, choices=Use)
    percent = models.DecimalField(
        _("part, en %"), max_digits=5, decimal_places=2, validators=PERCENT
    )
    justification = models.TextField(_("justification"), blank=True, max_length=2000)

    class Meta:
        ordering = ["split", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["split", "use"], name="envelope_share_once"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="envelope_share_percent"
            ),
            models.CheckConstraint(
                condition=Q(use="projects") | Q(percent=0) | ~Q(justification=""),
                name="envelope_share_justified",
                violation_error_message=_("Dites pourquoi cette part est nécessaire."),
            ),
        ]
        triggers = [frozen_with_split()]

    def __str__(self) -> str:
        return str(self.get_use_display())
