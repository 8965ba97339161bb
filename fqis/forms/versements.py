"""What people type about versements."""

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.forms import DateInput
from alliances.money import MoneyFormField
from fqis.models import Versement


class RecommendForm(forms.Form):
    amount = MoneyFormField(
        label=_("Montant recommandé"),
        help_text=_("Le montant prévu, ou moins : dites alors pourquoi."),
    )
    note = forms.CharField(
        label=_("Note de recommandation"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: object, versement: Versement, **kwargs: object) -> None:
        kwargs.setdefault("initial", {"amount": versement.amount})
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]


class PaymentForm(forms.Form):
    paid_on = forms.DateField(label=_("Payé le"), widget=DateInput())
    reference = forms.CharField(
        label=_("Référence du paiement"),
        max_length=60,
        help_text=_("Le numéro que donne le système de paiement."),
    )

    def __init__(self, *args: object, versement: Versement, **kwargs: object) -> None:
        kwargs.setdefault("initial", {"paid_on": clock.today()})
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Motif"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: object, versement: Versement, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]


class ReleaseForm(forms.Form):
    note = forms.CharField(
        label=_("Ce qui a changé"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: object, versement: Versement, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]


class ParkForm(forms.Form):
    amount = MoneyFormField(
        label=_("Partie contestée"),
        help_text=_("Elle est retenue. Le reste du versement suit son cours."),
    )
    reason = forms.CharField(
        label=_("Ce qui est contesté"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: object, versement: Versement, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
