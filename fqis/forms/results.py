"""What the Table or a carrier types of a year's results: each figure says what is known of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.registers import categories_of
from fqis.forms.projects import ActForm, lines
from fqis.models import Project, ProjectResult
from fqis.models.results import FIGURES, POOLS, Said
from fqis.selectors.project_results import targets_asked
from fqis.services.results import TargetAnswer

FIGURE_STATES = Said.choices
WHAT_IS_KNOWN = _("Ce qu’on en sait")
POOL_STATES = [
    (Said.REPORTED, _("Oui")),
    (Said.ZERO, _("Non")),
    (Said.NOT_APPLICABLE, Said.NOT_APPLICABLE.label),
    (Said.MISSING, _("Je ne sais pas encore")),
]
MET = [("", _("Pas encore évalué")), ("oui", _("Oui")), ("non", _("Non"))]


def _met(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        required=False,
        choices=MET,
        coerce=lambda value: {"oui": True, "non": False}.get(value),
        empty_value=None,
    )


def _said(choices: Any = FIGURE_STATES, label: Any = WHAT_IS_KNOWN) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, initial=Said.MISSING)


class FiguresForm(forms.Form):
    """The figures of one project and one year, in the order of the page."""

    hide_optional = True
    people_reached = forms.IntegerField(
        label=_("Personnes directement rejointes"),
        required=False,
        min_value=0,
        help_text=_(
            "Un nombre, jamais de noms. Comptez chaque personne une seule fois dans ce projet, même"
            " si elle est venue souvent."
        ),
    )
    people_reached_said = _said()
    people_in_poverty = forms.IntegerField(
        label=_("Dont personnes en situation de pauvreté"), required=False, min_value=0
    )
    people_in_poverty_said = _said()
    method = forms.ChoiceField(
        label=_("Comment ces personnes ont-elles été comptées?"),
        choices=[("", _("Choisir")), *ProjectResult.Method.choices],
        required=False,
    )
    method_words = forms.CharField(
        label=_("Précision sur la méthode"), max_length=300, required=False
    )
    carriers = forms.IntegerField(
        label=_("Organisations qui portent le projet"),
        required=False,
        min_value=0,
        max_value=999,
        help_text=_("Vous, et celles qui le portent avec vous."),
    )
    carriers_said = _said()
    sectors = forms.MultipleChoiceField(
        label=_("Secteurs engagés"), required=False, widget=forms.CheckboxSelectMultiple
    )
    pools_people_said = _said(POOL_STATES, _("Mise en commun de ressources humaines"))
    pools_material_said = _said(POOL_STATES, _("Mise en commun de ressources matérielles"))
    pools_money_said = _said(POOL_STATES, _("Mise en commun de ressources financières"))
    targets_met = _met(_("Cibles du projet atteintes"))
    testimony = forms.CharField(
        label=_("Témoignage"),
        widget=lines(4),
        required=False,
        max_length=3000,
        help_text=_("Sans nom ni détail qui permette de reconnaître quelqu’un."),
    )

    def __init__(
        self, *args: Any, project: Project, year: FiscalYear | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        sectors: Any = self.fields["sectors"]
        sectors.choices = [(one.code, one.name) for one in categories_of(project.alliance)]
        self.asked = targets_asked(project, year or FiscalYear.of(clock.today()))
        for rank, one in enumerate(self.asked, start=1):
            words = f"{one.name} ({one.target})" if one.target else one.name
            self.fields[f"target_{rank}"] = forms.DecimalField(
                label=words, required=False, max_digits=12, decimal_places=2, min_value=0
            )
            self.fields[f"target_{rank}_said"] = _said()
            self.fields[f"target_{rank}_met"] = _met(_("Cible atteinte"))

    @property
    def target_rows(self) -> list[tuple[Any, Any, Any]]:
        """The three fields of each indicator."""
        ranks = range(1, len(self.asked) + 1)
        return [
            (self[f"target_{n}"], self[f"target_{n}_said"], self[f"target_{n}_met"]) for n in ranks
        ]

    def clean(self) -> dict[str, Any]:
        """A number written without its state is reported; the services check the rest."""
        data = super().clean() or {}
        for name in FIGURES:
            self._reported(data, name)
        answers = []
        for rank, one in enumerate(self.asked, start=1):
            self._reported(data, f"target_{rank}")
            value = data.pop(f"target_{rank}", None)
            said = data.pop(f"target_{rank}_said", "") or Said.MISSING
            answers.append(
                TargetAnswer(one.lineage, value, said, data.pop(f"target_{rank}_met", None))
            )
        data["targets"] = answers
        return data

    @staticmethod
    def _reported(data: dict[str, Any], name: str) -> None:
        if data.get(name) and data.get(f"{name}_said") == Said.MISSING:
            data[f"{name}_said"] = Said.REPORTED

    @classmethod
    def initial_of(cls, result: ProjectResult | None) -> dict[str, Any]:
        if result is None:
            return {}
        names = [*FIGURES, *(f"{name}_said" for name in [*FIGURES, *POOLS])]
        words = ["method", "method_words", "sectors", "testimony"]
        return {name: getattr(result, name) for name in [*names, *words]} | {
            "targets_met": {True: "oui", False: "non"}.get(result.targets_met, "")  # type: ignore[arg-type]
        }

    def fill_targets(self, result: ProjectResult | None) -> None:
        """What was already said of each indicator."""
        said = {one.lineage: one for one in result.targets.all()} if result else {}
        for rank, one in enumerate(self.asked, start=1):
            if one.lineage in said:
                answer = said[one.lineage]
                self.initial[f"target_{rank}"] = answer.value
                self.initial[f"target_{rank}_said"] = answer.value_said
                self.initial[f"target_{rank}_met"] = {True: "oui", False: "non"}.get(
                    answer.is_met,  # type: ignore[arg-type]
                    "",
                )


class ResultChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.year)


class OneResultForm(ActForm):
    """Which of the results that came by the link."""

    result = ResultChoice(ProjectResult.objects.none(), label=_("Exercice"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["result"]
        choices.queryset = self.project.results.filter(state="submitted")


class ReturnForm(OneResultForm):
    reason = forms.CharField(label=_("Ce qui est à corriger"), widget=lines(2))


class YearForm(ActForm):
    fiscal_year = forms.TypedChoiceField(
        label=_("Exercice"), coerce=lambda value: FiscalYear(int(value))
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = FiscalYear.of(self.project.decided_on or clock.today()).start
        last = FiscalYear.of(clock.today()).start
        years: Any = self.fields["fiscal_year"]
        years.choices = [(year, str(FiscalYear(year))) for year in range(last, first - 1, -1)]


class AskForm(YearForm):
    email = forms.EmailField(label=_("Courriel du porteur"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].initial = self.project.organisation.email


class PhotoForm(forms.Form):
    file = forms.FileField(label=_("Photo"), help_text=_("JPEG ou PNG, 10 Mo au plus."))
    caption = forms.CharField(label=_("Légende"), max_length=200, required=False)
    has_consent = forms.BooleanField(
        label=_("Les personnes qu’on voit ont consenti à ce que la photo soit gardée et montrée."),
    )
    consent_note = forms.CharField(
        label=_("Comment le consentement a été obtenu"),
        max_length=200,
        help_text=_("Par exemple : formulaire signé, gardé par l’organisme."),
    )
