"""What the lists of reporting filter, read from the address."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Cycle
from reporting.models import ReportingPeriod

STATES = [
    ("", _("Tous les états")),
    ("late", _("En retard")),
    ("expected", _("Attendues ou en brouillon")),
    ("returned", _("Retournées")),
    ("submitted", _("À analyser")),
    ("recommended", _("À accepter")),
    ("accepted", _("Acceptées")),
]


class ReportFilterForm(forms.Form):
    """One year at a time, the last one that is open unless another is chosen."""

    exercice = forms.ChoiceField(label=_("Exercice"), required=False)
    etat = forms.ChoiceField(label=_("État"), choices=STATES, required=False)

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any) -> None:
        self.periods = list(
            ReportingPeriod.objects.open_on(clock.today())
            .select_related("cycle")
            .order_by("-fiscal_year")
        )
        values = data.copy()
        if self.periods and not values.get("exercice"):
            values["exercice"] = str(self.periods[0])
        super().__init__(values, *args, **kwargs)
        choices = [(str(period), str(period)) for period in self.periods]
        exercice = self.fields["exercice"]
        assert isinstance(exercice, forms.ChoiceField)
        exercice.choices = choices
        self.is_valid()

    @property
    def period(self) -> ReportingPeriod | None:
        chosen = self.cleaned_data.get("exercice")
        return next(
            (one for one in self.periods if str(one) == chosen),
            self.periods[0] if self.periods else None,
        )

    @property
    def state(self) -> str:
        return self.cleaned_data.get("etat", "")


class BoardFilterForm(forms.Form):
    """A cycle and a year of it: today's unless others are chosen."""

    cycle = forms.ChoiceField(label=_("Cycle"), required=False)
    exercice = forms.ChoiceField(label=_("Exercice"), required=False)
    # How many years before today's the default is.
    years_back = 0

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any) -> None:
        cycles = list(Cycle.objects.order_by("-starts_on"))
        self.chosen_cycle = _chosen_cycle(cycles, data.get("cycle", ""))
        years = self.chosen_cycle.fiscal_years
        self.chosen_year = _chosen_year(years, data.get("exercice", ""), self.years_back)
        values = data.copy()
        values["cycle"], values["exercice"] = self.chosen_cycle.slug, str(self.chosen_year)
        super().__init__(values, *args, **kwargs)
        self._choose("cycle", [(cycle.slug, cycle.slug) for cycle in cycles])
        self._choose("exercice", [(str(year), str(year)) for year in years])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class IndicatorFilterForm(BoardFilterForm):
    """A cycle and a year of it that is over, for which reports are accepted."""

    years_back = 1


def _chosen_cycle(cycles: list[Cycle], slug: str) -> Cycle:
    """The cycle asked for, else the one of today, else the latest."""
    today = clock.today()
    running = [cycle for cycle in cycles if cycle.starts_on <= today <= cycle.closes_on]
    return next((cycle for cycle in cycles if cycle.slug == slug), (running or cycles)[0])


def _chosen_year(years: list[FiscalYear], text: str, back: int) -> FiscalYear:
    """The year asked for, else the one ``back`` years ago, kept within the cycle."""
    asked = FiscalYear(FiscalYear.of(clock.today()).start - back)
    default = min(max(asked, years[0]), years[-1])
    return next((year for year in years if str(year) == text), default)
