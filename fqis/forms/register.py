"""The filters, the order and the columns of a register of projects, kept in the address."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Cycle, Territory
from fqis.models import Project, ProjectTally, SavedView
from fqis.selectors.project_follow_up import ending_soon, instalments_due
from fqis.selectors.projects import (
    RegisterTotals,
    mrcs_of,
    priorities_in_force,
    register_totals,
    serving_none,
    tallied_totals,
)
from fqis.selectors.register import lineages_in_force
from fqis.selectors.search import matching

STATES = [
    ("a-decider", _("À décider")),
    ("soutenus", _("Soutenus")),
    ("sans-bilan", _("Finis sans bilan")),
    ("a-payer", _("Versement convenu à payer")),
    ("finit-bientot", _("Finissent d’ici trente jours")),
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
# Those that the sums do not know: they look at other rows, or at the day.
UNTALLIED = {"sans-bilan", "a-payer", "finit-bientot"}
# What a filter on the sums can say as well as one on the projects.
TALLIED = {"etat", "priorite", "exercice", "cycle", "territoire", "tri"}


class ProjectFilter(django_filters.FilterSet):
    """The register of one Alliance."""

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
        label=_("Mots du projet, porteur ou numéro"), method="search", widget=forms.SearchInput
    )
    tri = django_filters.CharFilter(widget=forms.HiddenInput, method="sort")

    class Meta:
        model = Project
        fields: list[str] = []

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alliance: Alliance | None = alliance
        priorities = list(priorities_in_force(alliance))
        self.in_force: Any = [one.lineage for one in priorities]
        self._choose("priorite", [(str(p.lineage), f"{p.rank}. {p.title}") for p in priorities])
        self.filters["priorite"].extra["choices"].append(("aucune", _("Aucune en vigueur")))
        self._choose("mrc", [(mrc.code, mrc.name) for mrc in mrcs_of(alliance)])
        self._choose("exercice", [(year.start, str(year)) for year in alliance.cycle.fiscal_years])

    def _choose(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        self.filters[name].extra["choices"] = list(choices)

    @property
    def totals(self) -> RegisterTotals:
        """The sums of what is filtered: those the database keeps, when it keeps them."""
        self.form.is_valid()
        chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        if set(chosen) - TALLIED or chosen.get("etat") in UNTALLIED:
            return register_totals(self.qs)
        return tallied_totals(self.tallies(chosen))

    def tallies(self, chosen: Mapping[str, Any]) -> QuerySet[ProjectTally]:
        """The sums behind these filters."""
        found = ProjectTally.objects.filter(self.place(chosen))
        if state := chosen.get("etat"):
            found = found.filter(self._of_state(state))
        if priority := chosen.get("priorite"):
            found = found.filter(self._of_priority(priority))
        if year := chosen.get("exercice"):
            found = found.filter(fiscal_year=int(year))
        return found

    def place(self, chosen: Mapping[str, Any]) -> Q:
        return Q(alliance=self.alliance)

    def _of_state(self, value: str) -> Q:
        if value == "a-decider":
            return Q(state__in=[Project.State.RECEIVED, Project.State.ANALYSED])
        if value == "soutenus":
            return Q(state__in=Project.SUPPORTED)
        return Q(state=value)

    def _of_priority(self, value: str) -> Q:
        if value == "aucune":
            return serving_none(self.in_force)
        return Q(priority_lineage=value)

    def by_state(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        if value == "sans-bilan":
            return queryset.filter(state=Project.State.UNDER_WAY, ends_on__lt=clock.today())
        if value == "a-payer":
            return queryset.filter(pk__in=instalments_due().values("agreement__project"))
        if value == "finit-bientot":
            return queryset.filter(ending_soon())
        return queryset.filter(self._of_state(value))

    def by_priority(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        return queryset.filter(self._of_priority(value))

    def by_year(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        year = FiscalYear(int(value))
        return queryset.filter(received_on__range=(year.first_day, year.last_day))

    def search(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        return queryset.filter(pk__in=matching(value, self.alliance))

    def sort(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        column = SORTS.get(value.removeprefix("-"))
        if column is None:
            return queryset
        order = F(column).desc(nulls_last=True) if value[0] == "-" else F(column).asc()
        return queryset.order_by(order, "-pk")


class NationalFilter(ProjectFilter):
    """The register of every territory the person reads, one cycle at a time."""

    cycle = django_filters.ChoiceFilter(
        label=_("Cycle"), method="of_alliances", empty_label=None, null_label=None
    )
    territoire = django_filters.ChoiceFilter(
        label=_("Territoire"), method="of_alliances", empty_label=_("Tous")
    )
    priorite = django_filters.ChoiceFilter(
        label=_("Priorité"),
        method="by_priority",
        choices=[("aucune", _("Aucune en vigueur"))],
        empty_label=_("Toutes"),
    )
    mrc = None

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any) -> None:
        self.cycles = list(Cycle.objects.order_by("-starts_on"))
        values = data.copy()
        self.cycle = _chosen(self.cycles, values.get("cycle", ""))
        values["cycle"] = self.cycle.slug
        django_filters.FilterSet.__init__(self, values, *args, **kwargs)
        self.alliance = None
        found = Alliance.objects.filter(cycle=self.cycle).select_related("territory")
        self.alliances = list(found.order_by("territory__rank"))
        self.in_force = lineages_in_force(self.alliances)
        self._choose("cycle", [(one.slug, one.slug) for one in self.cycles])
        self._choose("territoire", [(a.territory.slug, a.territory.name) for a in self.alliances])
        self._choose("exercice", [(year.start, str(year)) for year in self.cycle.fiscal_years])

    def place(self, chosen: Mapping[str, Any]) -> Q:
        where = chosen.get("territoire")
        return Q(
            alliance__in=[
                one.pk for one in self.alliances if not where or one.territory.slug == where
            ]
        )

    def of_alliances(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        return queryset.filter(self.place({name: value}))

    @property
    def territory(self) -> Territory | None:
        slug = self.data.get("territoire")
        return next((a.territory for a in self.alliances if a.territory.slug == slug), None)


def _chosen(cycles: Sequence[Cycle], slug: str) -> Cycle:
    today = clock.today()
    running = [one for one in cycles if one.starts_on <= today <= one.closes_on]
    return next((one for one in cycles if one.slug == slug), (running or list(cycles))[0])


class SavedViewForm(forms.ModelForm):
    """The name of a view, and whether the whole territory has it."""

    hide_optional = True

    class Meta:
        model = SavedView
        fields = ["name", "is_shared"]

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if not name:
            raise ValidationError(_("Nommez cette vue."))
        return name
