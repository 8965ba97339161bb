"""What people type about the split of a cycle's total."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.forms import DateInput
from alliances.models import Cycle
from alliances.money import MoneyFormField, parse_money
from fqis.models import Allocation, AllocationLine


class PercentField(forms.CharField):
    """A percentage as people type it: ``12,5``. From 0 to ``most``; None when it may be empty."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = Decimal(most)
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: object) -> object:
        if isinstance(value, Decimal):
            return f"{value.normalize():f}".replace(".", ",")
        return value

    def clean(self, value: object) -> Any:
        text = str(super().clean(value)).strip().removesuffix("%")
        if not text and not self.required:
            return None
        try:
            number = parse_money(text) if "$" not in text else None
        except ValueError:
            number = None
        if number is None or number > self.most:
            raise ValidationError(
                _("Entrez un pourcentage de 0 à %(most)s, par exemple 12,5.")
                % {"most": self.most.normalize()}
            )
        return number


class NewScenarioForm(forms.Form):
    cycle = forms.ModelChoiceField(Cycle.objects.none(), label=_("Cycle"))
    name = forms.CharField(
        label=_("Nom du scénario"),
        max_length=100,
        help_text=_("Par exemple « Moitié IDMS, moitié densité »."),
        error_messages={"required": _("Nommez le scénario.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cycles = Cycle.objects.exclude(envelope_total=None).order_by("-starts_on")
        self.fields["cycle"].queryset = cycles  # type: ignore[attr-defined]
        self.initial.setdefault("cycle", cycles.first())


class ScenarioForm(forms.Form):
    """The parameters of a scenario, and one fixed amount per territory outside the formula."""

    total = MoneyFormField(label=_("Total à répartir"))
    increase = PercentField(
        label=_("Hausse pour tous, en %"),
        most=1000,
        help_text=_("Ajoutée au montant du cycle précédent : c’est le plancher de chacun."),
    )
    idms_share = PercentField(
        label=_("Part du solde selon l’IDMS, en %"),
        most=100,
        help_text=_("Le reste suit l’inverse de la densité de population."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, allocation: Allocation, lines: list[AllocationLine], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {
            "total": allocation.total,
            "increase": allocation.increase,
            "idms_share": allocation.idms_share,
            "revision": allocation.revision,
        }
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            amount = MoneyFormField(label=_("Montant fixé"), required=False, allow_zero=True)
            reason = forms.CharField(label=_("Raison"), max_length=300, required=False)
            amount.initial, reason.initial = line.fixed, line.fixed_reason
            self.fields[f"fixed_{line.place_id}"] = amount
            self.fields[f"reason_{line.place_id}"] = reason

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for line in self.lines:
            amount = cleaned.get(f"fixed_{line.place_id}")
            reason = cleaned.get(f"reason_{line.place_id}")
            if amount is not None and not reason:
                self.add_error(f"reason_{line.place_id}", _("Dites pourquoi ce montant est fixé."))
        return cleaned

    @property
    def fixed(self) -> dict[int, tuple[Decimal, str]]:
        cleaned = self.cleaned_data
        return {
            line.place_id: (cleaned[f"fixed_{line.place_id}"], cleaned[f"reason_{line.place_id}"])
            for line in self.lines
            if cleaned.get(f"fixed_{line.place_id}") is not None
        }


class ConfirmAllocationForm(forms.Form):
    decided_on = forms.DateField(label=_("Décision de la ministre du"), widget=DateInput())
    reference = forms.CharField(
        label=_("Référence"),
        max_length=100,
        help_text=_("Le numéro de la lettre ou du décret."),
        error_messages={"required": _("Écrivez la référence de la décision.")},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, allocation: Allocation, **kwargs: Any) -> None:
        kwargs["initial"] = {"decided_on": clock.today(), "revision": allocation.revision}
        super().__init__(*args, **kwargs)


class FiguresForm(forms.Form):
    cycle = forms.ModelChoiceField(Cycle.objects.none(), widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("Fichier CSV ou XLSX"),
        help_text=_("Colonnes : territoire, chiffre, valeur, année, source."),
        error_messages={"required": _("Choisissez un fichier.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cycle"].queryset = Cycle.objects.all()  # type: ignore[attr-defined]
