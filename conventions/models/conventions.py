"""What the ministry and a territory sign, and who must sign it.

Called « entente » in the 2017 cycle (guide 2017, « Mise en œuvre », step 3; guide 2024, §4.1).
"""

from datetime import date
from typing import Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Alliance, Document, ScopedModel, User
from alliances.money import MoneyField
from conventions.avenants.rules import CONVENTION_MOVED_BY_AVENANT, WITHIN_CYCLE

from .papers import empowered_before_sending
from .parties import Party, signature_stays


def tranches_sum(conventions: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """At the end of the transaction, tranches sum to the convention's amount, to the cent.

    ``conventions`` is the SQL list of the ids to check.
    """
    return pgtrigger.Trigger(
        name="tranches_sum",
        operation=operation,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM conventions_convention c
                WHERE c.id IN ({conventions}) AND c.amount IS DISTINCT FROM (
                    SELECT sum(t.amount) FROM conventions_tranche t
                    WHERE t.convention_id = c.id AND t.removed_with_id IS NULL
                )
            ) THEN
                RAISE EXCEPTION 'La somme des tranches diffère du montant de la convention.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_tranches_sum';
            END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


class DaysOf(models.Func):
    """From a first day to a last one, both included."""

    function = "daterange"
    output_field = DateRangeField()


class ConventionQuerySet(models.QuerySet["Convention"]):
    def for_acts(self) -> Self:
        """With what a service reads of the Alliance; one row, to lock."""
        return self.select_related(
            "alliance__territory",
            "alliance__cycle",
            "alliance__table",
            "alliance__fiduciary",
            "sent_by",
            "changed_by",
        )

    def for_lists(self) -> Self:
        """With the Alliance's address and the parties; two queries."""
        return self.select_related("alliance__territory", "alliance__cycle").prefetch_related(
            "signatories"
        )

    def for_pages(self) -> Self:
        """With everything a convention's page shows; three queries."""
        return self.select_related(
            "alliance__territory", "alliance__cycle", "document", "created_by", "sent_by"
        ).prefetch_related(
            "tranches",
            models.Prefetch(
                "signatories",
                Signatory.objects.select_related("document", "mrc").order_by("rank"),
            ),
        )

    def current(self) -> Self:
        """A draft, in signature or signed: an Alliance has one at most."""
        return self.filter(
            state__in=[Convention.State.DRAFT, Convention.State.SENT, Convention.State.SIGNED]
        )

    def signed(self) -> Self:
        return self.filter(state__in=Convention.SIGNED)

    def waiting_for_signatures(self) -> Self:
        return self.filter(state=Convention.State.SENT)

    def in_force_on(self, day: date) -> Self:
        """Signed, whenever it was, for a time that covers ``day``: one at most in a territory."""
        return self.signed().filter(starts_on__lte=day, ends_on__gte=day)


class Convention(FSMModelMixin, ScopedModel):
    """A five-year agreement: an amount in dollars, two dates, tranches that sum to the amount.

    Once signed it never reopens; an avenant changes it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        SENT = "sent", _("En signature")
        SIGNED = "signed", _("Signée")
        ENDED = "ended", _("Terminée")
        TERMINATED = "terminated", _("Résiliée")

    SIGNED = [State.SIGNED, State.ENDED]
    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="conventions")
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    amount = MoneyField(_("montant"))
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"))
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    sent_at = models.DateTimeField(null=True, editable=False)
    sent_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    signed_on = models.DateField(_("signée le"), null=True, editable=False)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = ConventionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="convention_dates_in_order",
                violation_error_message=_("La fin de la convention doit suivre son début."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="convention_amount_positive",
                violation_error_message=_("Le montant de la convention doit dépasser zéro."),
            ),
            models.CheckConstraint(
                condition=Q(changed_at=None, changed_by=None)
                | Q(changed_at__isnull=False, changed_by__isnull=False),
                name="convention_changed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="convention_sent_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None)
                | Q(~Q(state="draft"), sent_at__isnull=False),
                name="convention_sent_has_sender",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent"], signed_on=None)
                | Q(~Q(state__in=["draft", "sent"]), signed_on__isnull=False),
                name="convention_signed_has_date",
            ),
            models.UniqueConstraint(
                fields=["alliance"],
                condition=Q(state__in=["draft", "sent", "signed"]),
                name="convention_one_current",
                violation_error_message=_("Cette alliance a déjà une convention en cours."),
            ),
            ExclusionConstraint(
                name="convention_one_at_a_time",
                expressions=[
                    ("territory", RangeOperators.EQUAL),
                    (DaysOf("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["sent", "signed", "ended"]),
                violation_error_message=_("Ce territoire a déjà une convention pour ces jours."),
            ),
        ]
        triggers = [
            empowered_before_sending(),
            tranches_sum("NEW.id", pgtrigger.Insert | pgtrigger.Update),
            pgtrigger.Protect(
                name="kept_once_sent",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=["sent", "signed", "ended", "terminated"]),
            ),
            pgtrigger.Trigger(
                name="fixed_once_sent",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state__in=["sent", "signed", "ended", "terminated"]),
                func=f"""
                    IF ROW(OLD.starts_on, OLD.number, OLD.alliance_id, OLD.sent_at)
                       IS DISTINCT FROM
                       ROW(NEW.starts_on, NEW.number, NEW.alliance_id, NEW.sent_at)
                       OR (ROW(OLD.amount, OLD.ends_on) IS DISTINCT FROM
                           ROW(NEW.amount, NEW.ends_on) AND NOT {CONVENTION_MOVED_BY_AVENANT})
                       OR NEW.state = 'draft'
                       OR (OLD.state <> 'sent' AND NEW.state = 'sent')
                       OR (OLD.state IN ('ended', 'terminated') AND NEW.state <> OLD.state)
                       OR (OLD.signed_on IS NOT NULL
                           AND NEW.signed_on IS DISTINCT FROM OLD.signed_on)
                    THEN
                        RAISE EXCEPTION 'Une convention envoyée ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_fixed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="within_cycle",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                declare=[
                    ("opens", "date"),
                    ("closes", "date"),
                    ("former", "bigint"),
                    ("ended", "date"),
                ],
                func=WITHIN_CYCLE,
            ),
            pgtrigger.Trigger(
                name="signed_by_every_party",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'signed'"),
                func="""
                    IF (SELECT count(*) FROM conventions_signatory s
                        WHERE s.convention_id = NEW.id AND s.signed_on IS NOT NULL
                          AND s.kind IN ('ministry', 'table')) < 2
                    OR EXISTS (SELECT 1 FROM conventions_signatory s
                               WHERE s.convention_id = NEW.id AND s.signed_on IS NULL)
                    THEN
                        RAISE EXCEPTION 'Il manque une signature à cette convention.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'convention_signature_missing';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=State.DRAFT, target=State.SENT)
    def send(self, *, by: User) -> None:
        self.sent_at, self.sent_by = clock.now(), by

    @property
    def is_signed(self) -> bool:
        """Every party signed, and nobody terminated it since."""
        return self.state in self.SIGNED

    @property
    def is_in_force(self) -> bool:
        """Signed, and its last day is not past."""
        return self.state == self.State.SIGNED and clock.today() <= self.ends_on

    @transition(field=state, source=State.SENT, target=State.SIGNED)
    def complete_signatures(self, *, on: date) -> None:
        self.signed_on = on

    @transition(field=state, source=State.SIGNED, target=State.ENDED)
    def end(self) -> None:
        """The last day passed."""

    @transition(field=state, source=State.SIGNED, target=State.TERMINATED)
    def terminate(self) -> None:
        """A party left before the end."""


class Signatory(Party):
    """A party that must sign: the ministry, the Table, its fiduciary, each MRC that cosigns."""

    scoped_by = "convention"

    convention = models.ForeignKey(Convention, on_delete=models.CASCADE, related_name="signatories")

    class Meta(Party.Meta):
        constraints = [
            *Party.Meta.constraints,
            models.UniqueConstraint(
                fields=["convention", "kind", "mrc"],
                nulls_distinct=False,
                name="signatory_once",
            ),
        ]
        triggers = [
            signature_stays(),
            pgtrigger.Trigger(
                name="parties_fixed_once_sent",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM conventions_convention c
                        WHERE c.id IN (NEW.convention_id, OLD.convention_id)
                          AND c.state <> 'draft'
                    ) AND ROW(OLD.convention_id, OLD.kind, OLD.mrc_id, OLD.organisation_id,
                              OLD.name)
                      IS DISTINCT FROM
                          ROW(NEW.convention_id, NEW.kind, NEW.mrc_id, NEW.organisation_id,
                              NEW.name)
                    THEN
                        RAISE EXCEPTION 'Les parties d’une convention envoyée ne changent plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'signatory_fixed';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
        ]
