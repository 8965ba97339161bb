"""The filters of the lists of money and projects, kept in the address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Territory, User
from fqis.models import Project, Versement
from fqis.selectors.projects import mrcs_of, priorities_in_force, serving_none
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


STATES = [
    ("a-decider", _("À décider")),
    ("soutenus", _("Soutenus")),
    ("sans-bilan", _("Finis sans bilan")),
    *Project.State.choices,
]
SORTS = {
    "numero": "number",
    "titre": "title",
    "demande": "amount_requested",
    "accorde": "amount_granted",
    "recu": "received_on",
    "etat": "state",
}


class ProjectFilter(django_filters.FilterSet):
    etat = django_filters.ChoiceFilter(
        label=_("État"), choices=STATES, method="by_state", empty_label=_("Tous")
    )
    priorite = django_filters.ChoiceFilter(
        label=_("Priorité"), method="by_priority", empty_label=_("Toutes")
    )
    mrc = django_filters.ChoiceFilter(
        label=_("MRC"), field_name="places__mrc__code", empty_label=_("Toutes")
    )
    exercice = django_filters.ChoiceFilter(
        label=_("Reçu en"), method="by_year", empty_label=_("Tous")
    )
    q = django_filters.CharFilter(
        label=_("Titre, porteur ou numéro"), method="search", widget=forms.SearchInput
    )
    tri = django_filters.CharFilter(widget=forms.HiddenInput, method="sort")

    class Meta:
        model = Project
        fields: list[str] = []

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.priorities = list(priorities_in_force(alliance))
        self.filters["priorite"].extra["choices"] = [
            *((str(one.lineage), f"{one.rank}. {one.title}") for one in self.priorities),
            ("aucune", _("Aucune en vigueur")),
        ]
        self.filters["mrc"].extra["choices"] = [(mrc.code, mrc.name) for mrc in mrcs_of(alliance)]
        self.filters["exercice"].extra["choices"] = [
            (year.start, str(year)) for year in alliance.cycle.fiscal_years
        ]

    def by_state(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        if value == "a-decider":
            return queryset.filter(state__in=[Project.State.RECEIVED, Project.State.ANALYSED])
        if value == "soutenus":
            return queryset.filter(state__in=Project.SUPPORTED)
        if value == "sans-bilan":
            return queryset.filter(state=Project.State.UNDER_WAY, ends_on__lt=clock.today())
        return queryset.filter(state=value)

    def by_priority(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        if value == "aucune":
            return queryset.filter(serving_none([one.lineage for one in self.priorities]))
        return queryset.filter(priority_lineage=value)

    def by_year(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        year = FiscalYear(int(value))
        return queryset.filter(received_on__range=(year.first_day, year.last_day))

    def search(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        return queryset.filter(
            Q(title__icontains=value)
            | Q(organisation__name__icontains=value)
            | Q(number__icontains=value)
        )

    def sort(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        column = SORTS.get(value.removeprefix("-"))
        if column is None:
            return queryset
        order = F(column).desc(nulls_last=True) if value[0] == "-" else F(column).asc()
        return queryset.order_by(order, "-pk")
