"""The filters of the lists of versements, kept in the address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Territory, User
from fqis.models import Versement
from fqis.selectors.queue import with_anomaly

ANOMALIES = [
    ("aucune", _("Aucune")),
    ("enveloppe", _("Enveloppe à confirmer ou dépassée")),
    ("montant", _("Moins que la tranche")),
    ("ordre", _("Tranche précédente impayée")),
    ("exercice", _("Exercice terminé")),
    ("vous", _("Recommandé par vous")),
]


class VersementFilter(django_filters.FilterSet):
    exercice = django_filters.ChoiceFilter(
        label=_("Exercice"), field_name="fiscal_year", empty_label=_("Tous")
    )
    territoire = django_filters.ChoiceFilter(
        label=_("Territoire"), field_name="territory__slug", empty_label=_("Tous")
    )
    anomalie = django_filters.ChoiceFilter(
        label=_("Anomalie"), choices=ANOMALIES, method="by_anomaly", empty_label=_("Toutes")
    )
    etat = django_filters.CharFilter(widget=forms.HiddenInput, method="keep")

    class Meta:
        model = Versement
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        this_year = FiscalYear.of(clock.today()).start
        self.filters["exercice"].extra["choices"] = [
            (year, str(FiscalYear(year))) for year in range(this_year + 3, this_year - 10, -1)
        ]
        self.filters["territoire"].extra["choices"] = [
            (territory.slug, territory.name) for territory in Territory.objects.order_by("rank")
        ]

    def by_anomaly(
        self, queryset: QuerySet[Versement], name: str, value: str
    ) -> QuerySet[Versement]:
        return with_anomaly(queryset, value, self.user)

    def keep(self, queryset: QuerySet[Versement], name: str, value: str) -> QuerySet[Versement]:
        return queryset
