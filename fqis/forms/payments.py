"""What people type about batches of payment and their answers."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.forms import DateInput
from alliances.models import Territory
from fqis.models import Versement
from fqis.selectors.payments import SITUATIONS
from fqis.sheets import LARGEST_FILE


class PaymentFilter(django_filters.FilterSet):
    exercice = django_filters.ChoiceFilter(
        label=_("Avis émis en"), field_name="notice__fiscal_year", empty_label=_("Tous")
    )
    situation = django_filters.ChoiceFilter(
        label=_("Situation"), choices=list(SITUATIONS.items()), empty_label=_("Toutes")
    )
    territoire = django_filters.ChoiceFilter(
        label=_("Territoire"), field_name="territory__slug", empty_label=_("Tous")
    )
    lot = django_filters.CharFilter(label=_("Lot"), method="by_batch")

    class Meta:
        model = Versement
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_year = FiscalYear.of(clock.today()).start
        self.filters["exercice"].extra["choices"] = [
            (year, str(FiscalYear(year))) for year in range(this_year, this_year - 10, -1)
        ]
        self.filters["territoire"].extra["choices"] = [
            (territory.slug, territory.name) for territory in Territory.objects.order_by("rank")
        ]
        self.filters["lot"].extra["widget"] = forms.TextInput(attrs={"size": 14})

    def by_batch(self, queryset: QuerySet[Versement], name: str, value: str) -> QuerySet[Versement]:
        return queryset.filter(Q(batch_number__iexact=value.strip()))


class AnswerForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier CSV ou XLSX"),
        help_text=_("Colonnes : numero_lot, numero_avis, montant, statut, date, reference, motif."),
        error_messages={"required": _("Choisissez un fichier.")},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > LARGEST_FILE:
            raise ValidationError(_("Ce fichier dépasse 1 Mo."))
        return file


class RejectForm(forms.Form):
    on = forms.DateField(label=_("Rejeté le"), widget=DateInput())
    reason = forms.CharField(
        label=_("Motif du rejet"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Tel que le système financier le donne. La Table le lira."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today()})
        super().__init__(*args, **kwargs)


class CorrectForm(forms.Form):
    correction = forms.CharField(
        label=_("Ce qui est corrigé"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Sans aucun numéro de compte : il reste dans le système financier."),
    )


class ContactForm(forms.Form):
    email = forms.EmailField(
        label=_("Courriel de contact"),
        required=False,
        help_text=_("Chaque avis de versement y est envoyé. Vide : aucun envoi."),
    )
