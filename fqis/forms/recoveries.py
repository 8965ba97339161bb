"""What people type about a recovery."""

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.forms import DateInput
from alliances.money import MoneyFormField
from fqis.models import Recovery, Versement
from fqis.selectors.recoveries import deductible_from
from fqis.wording import versement_name


class RecoveryForm(forms.Form):
    """On the page of the versement it comes from."""

    kind = forms.ChoiceField(label=_("Nature"), choices=Recovery.Kind.choices)
    amount = MoneyFormField(
        label=_("Montant à recouvrer"), help_text=_("En dollars, par exemple 1 234,56.")
    )
    reason = forms.CharField(
        label=_("Motif"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("La Table le lira dans l’avis de recouvrement."),
    )

    def __init__(self, *args: object, versement: Versement, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]


class _OfRecovery(forms.Form):
    def __init__(self, *args: object, recovery: Recovery, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.recovery = recovery


class DecideForm(_OfRecovery):
    """Nothing to type: the act is the button."""


class DropForm(_OfRecovery):
    reason = forms.CharField(label=_("Motif"), widget=forms.Textarea(attrs={"rows": 3}))


class ReceiveForm(_OfRecovery):
    received_on = forms.DateField(label=_("Reçu le"), widget=DateInput())
    reference = forms.CharField(
        label=_("Référence du remboursement"),
        max_length=60,
        help_text=_("Le numéro que donne le système de paiement."),
    )

    def __init__(self, *args: object, recovery: Recovery, **kwargs: object) -> None:
        kwargs.setdefault("initial", {"received_on": clock.today()})
        super().__init__(*args, recovery=recovery, **kwargs)


class VersementChoice(forms.ModelChoiceField):
    def label_from_instance(self, versement: Versement) -> str:
        return versement_name(versement)


class DeductForm(_OfRecovery):
    versement = VersementChoice(
        label=_("Versement à diminuer"),
        queryset=Versement.objects.none(),
        help_text=_("Un versement à venir, plus élevé que le recouvrement."),
    )

    def __init__(self, *args: object, recovery: Recovery, **kwargs: object) -> None:
        super().__init__(*args, recovery=recovery, **kwargs)
        field = self.fields["versement"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = deductible_from(recovery)
