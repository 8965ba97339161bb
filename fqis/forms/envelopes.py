"""What people type to share an envelope, and to try or decide a move between two."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.forms import DateInput
from alliances.models import Alliance, Cycle, Mrc
from alliances.money import MoneyFormField
from fqis.forms.allocations import PercentField
from fqis.models import Envelope, EnvelopeShare, EnvelopeSplit
from fqis.services.splits import Part, Share

Use = EnvelopeShare.Use
Quality = Envelope.Quality
# A fictional amount is for the demonstration alone: nobody types one.
TYPED = [Quality.CONFIRMED, Quality.PUBLISHED, Quality.CONFLICTING, Quality.ROUNDED]
NAMED = 4
BOTH = _("Écrivez un montant ou un pourcentage, pas les deux.")


class AmountForm(forms.Form):
    """An amount for one envelope, with the decision or the publication it comes from."""

    amount = MoneyFormField(
        label=_("Montant de l’enveloppe"), help_text=_("En dollars, par exemple 1 234,56.")
    )
    quality = forms.ChoiceField(
        label=_("Valeur du montant"), choices=[(one.value, one.label) for one in TYPED]
    )
    decided_on = forms.DateField(
        label=_("Décision ou publication du"), widget=DateInput(), initial=clock.today
    )
    reference = forms.CharField(
        label=_("Référence"),
        max_length=100,
        help_text=_("Le numéro de la lettre ou du décret, ou le titre du communiqué."),
        error_messages={"required": _("Écrivez la référence de la décision.")},
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        help_text=_("Le document, et qui l’a signé ou publié."),
    )
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def of(cls, envelope: Envelope | None) -> "AmountForm":
        amount = envelope.amount if envelope else None
        return cls(
            initial={
                "amount": amount,
                "quality": Quality.CONFIRMED,
                "was": "" if amount is None else str(amount),
            }
        )


class SplitForm(forms.Form):
    """A line for each MRC and for a few named sub-regions; then two shares and their reasons."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, alliance: Alliance, split: EnvelopeSplit | None, **kwargs: Any
    ) -> None:
        is_draft = split is not None and split.state == EnvelopeSplit.State.DRAFT
        kwargs["initial"] = {"revision": split.revision if split and is_draft else 0}
        super().__init__(*args, **kwargs)
        self.mrcs = list(alliance.territory.mrcs.order_by("name"))
        parts = list(split.parts.all()) if split else []
        by_mrc = {one.mrc_id: one for one in parts if one.mrc_id}
        named = [one for one in parts if one.mrc_id is None]
        self.keys: list[tuple[str, Mrc | None]] = []
        for mrc in self.mrcs:
            self._add_line(f"m{mrc.pk}", mrc, by_mrc.get(mrc.pk))
        for rank in range(max(NAMED, len(named) + 2)):
            self._add_line(f"n{rank}", None, named[rank] if rank < len(named) else None)
        shares = {one.use: one for one in split.shares.all()} if split else {}
        for use in (Use.ADMINISTRATION, Use.MOBILISATION):
            self._add_share(use, shares.get(use))

    def _add_line(self, key: str, mrc: Mrc | None, part: Any) -> None:
        self.keys.append((key, mrc))
        if mrc is None:
            self.fields[f"name_{key}"] = forms.CharField(
                label=_("Nom de la sous-région"),
                max_length=150,
                required=False,
                initial=part.name if part else "",
            )
        self.fields[f"amount_{key}"] = MoneyFormField(
            label=_("Montant"), required=False, initial=part.amount if part else None
        )
        self.fields[f"percent_{key}"] = PercentField(
            label=_("ou part, en %"),
            most=100,
            required=False,
            initial=part.percent if part else None,
        )

    def _add_share(self, use: Use, share: Any) -> None:
        self.fields[f"percent_{use.value}"] = PercentField(
            label=_("Part de l’enveloppe, en %"),
            most=100,
            required=False,
            initial=share.percent if share else None,
        )
        self.fields[f"why_{use.value}"] = forms.CharField(
            label=_("Justification"),
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            initial=share.justification if share else "",
            help_text=_("Ce que cette part paie, et pourquoi elle est nécessaire."),
        )

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [
            {
                "title": mrc.name if mrc else "",
                "name": None if mrc else self[f"name_{key}"],
                "amount": self[f"amount_{key}"],
                "percent": self[f"percent_{key}"],
            }
            for key, mrc in self.keys
        ]

    @property
    def uses(self) -> list[dict[str, Any]]:
        return [
            {
                "title": use.label,
                "percent": self[f"percent_{use.value}"],
                "why": self[f"why_{use.value}"],
            }
            for use in (Use.ADMINISTRATION, Use.MOBILISATION)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for key, mrc in self.keys:
            amount, percent = cleaned.get(f"amount_{key}"), cleaned.get(f"percent_{key}")
            name = str(cleaned.get(f"name_{key}") or "").strip()
            if amount is not None and percent:
                self.add_error(f"percent_{key}", BOTH)
            if mrc is None and (amount is not None or percent) and not name:
                self.add_error(f"name_{key}", _("Nommez la sous-région."))
            if name and amount is None and not percent and f"amount_{key}" not in self.errors:
                self.add_error(f"amount_{key}", _("Écrivez un montant ou un pourcentage."))
        return cleaned

    @property
    def parts(self) -> list[Part]:
        cleaned = self.cleaned_data
        return [
            Part(
                mrc,
                cleaned.get(f"name_{key}", ""),
                cleaned[f"amount_{key}"],
                cleaned[f"percent_{key}"] or None,
            )
            for key, mrc in self.keys
            if cleaned[f"amount_{key}"] is not None or cleaned[f"percent_{key}"]
        ]

    @property
    def shares(self) -> dict[str, Share]:
        cleaned = self.cleaned_data
        return {
            use.value: Share(
                cleaned[f"percent_{use.value}"] or Decimal(0), cleaned[f"why_{use.value}"]
            )
            for use in (Use.ADMINISTRATION, Use.MOBILISATION)
        }


class CeilingForm(forms.Form):
    percent = PercentField(
        label=_("Part la plus grande, en %"),
        most=100,
        required=False,
        help_text=_("Vide : aucun plafond. L’administration et la mobilisation ensemble."),
    )


class TrialForm(forms.Form):
    """What a move would do; asked in the address of the page."""

    source = forms.ModelChoiceField(Envelope.objects.none(), label=_("De l’enveloppe de"))
    target = forms.ModelChoiceField(Envelope.objects.none(), label=_("À l’enveloppe de"))
    amount = MoneyFormField(label=_("Montant à déplacer"))

    def __init__(
        self, *args: Any, cycle: Cycle | None, envelopes: list[Envelope], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        of_cycle = [one for one in envelopes if cycle and one.alliance.cycle_id == cycle.pk]
        for name in ("source", "target"):
            field: Any = self.fields[name]
            field.queryset = Envelope.objects.filter(
                pk__in=[one.pk for one in of_cycle]
            ).select_related("alliance__territory", "alliance__cycle")
            field.choices = [("", "—"), *((one.pk, one.alliance.territory) for one in of_cycle)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        source, target = cleaned.get("source"), cleaned.get("target")
        if source is not None and source == target:
            self.add_error("target", _("Choisissez deux territoires différents."))
        amount = cleaned.get("amount")
        if source is not None and amount is not None and amount >= (source.amount or 0):
            self.add_error("amount", _("Ce montant prend toute l’enveloppe de départ."))
        return cleaned


class MoveForm(TrialForm):
    reason = forms.CharField(
        label=_("Motif"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Écrivez le motif.")},
    )


class DecideMoveForm(forms.Form):
    decided_on = forms.DateField(
        label=_("Décision de la ministre du"), widget=DateInput(), initial=clock.today
    )
    reference = forms.CharField(
        label=_("Référence"),
        max_length=100,
        help_text=_("Le numéro de la lettre ou du décret."),
        error_messages={"required": _("Écrivez la référence de la décision.")},
    )
