"""What people type about a convention."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Alliance, MilestoneKind
from alliances.money import MoneyFormField
from alliances.templatetags.portal import date_long

from .models import Convention, Party
from .scans.papers import Paper
from .schedules import preparation_of, proposed_tranches, split
from .terms import TrancheSpec

DAY = {"invalid": _("Entrez une date, par exemple 2024-11-29.")}


class DayInput(forms.DateInput):
    """A day: the browser's own picker, else typed as 2024-11-29."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def years_of(alliance: Alliance, *, beyond: int) -> list[tuple[int, str]]:
    """The fiscal years of the cycle, and ``beyond`` more at the end."""
    years = alliance.cycle.fiscal_years
    for _each in range(beyond):
        years.append(years[-1].next())
    return [(year.start, str(year)) for year in years]


class ConventionForm(forms.Form):
    """The amount and the dates; the tranches are rows of their own."""

    amount = MoneyFormField(
        label=_("Montant"), help_text=_("En dollars, par exemple 5 805 682,00.")
    )
    starts_on = forms.DateField(label=_("Début"), widget=DayInput, error_messages=DAY)
    ends_on = forms.DateField(label=_("Fin"), widget=DayInput, error_messages=DAY)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cycle = alliance.cycle
        self.fields["starts_on"].help_text = _("Au plus tôt le %(day)s.") % {
            "day": date_long(cycle.starts_on)
        }
        self.fields["ends_on"].help_text = _("Au plus tard le %(day)s.") % {
            "day": date_long(cycle.closes_on)
        }

    @classmethod
    def first(cls, alliance: Alliance) -> dict[str, Any]:
        """What the empty form proposes: the days of the cycle."""
        return {"starts_on": alliance.cycle.starts_on, "ends_on": alliance.cycle.closes_on}

    @classmethod
    def written(cls, convention: Convention) -> dict[str, Any]:
        return {
            "amount": convention.amount,
            "starts_on": convention.starts_on,
            "ends_on": convention.ends_on,
            "revision": convention.revision,
        }


class TrancheForm(forms.Form):
    """One row: when, how much, after what."""

    fiscal_year = forms.TypedChoiceField(label=_("Exercice"), coerce=int)
    amount = MoneyFormField(label=_("Montant"))
    waits_for = forms.ChoiceField(label=_("Versée après"))

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        empty = [("", _("Choisir"))]
        self.fields["fiscal_year"].choices = [*empty, *years_of(alliance, beyond=1)]  # type: ignore[attr-defined]
        self.fields["waits_for"].choices = [*empty, *conditions(alliance)]  # type: ignore[attr-defined]
        self.fields["amount"].widget.attrs["data-addend"] = ""

    def spec(self) -> TrancheSpec:
        kind, _sign, year = self.cleaned_data["waits_for"].partition(":")
        return TrancheSpec(
            self.cleaned_data["fiscal_year"], self.cleaned_data["amount"], kind, int(year or 0)
        )


def condition_value(kind: str, year: int) -> str:
    """What a tranche waits for, as the list of choices writes it."""
    return f"{kind}:{year}" if year else kind


def conditions(alliance: Alliance) -> list[tuple[str, str]]:
    """What a tranche can wait for: the convention, the plan, the report on each year."""
    kinds = MilestoneKind
    first: list[tuple[str, str]] = [
        (kind.value, str(kind.label)) for kind in (kinds.CONVENTION_SIGNED, kinds.PLAN_APPROVED)
    ]
    reports = [
        (f"{kinds.REPORT_ACCEPTED}:{year}", str(_("Reddition %(year)s acceptée")) % {"year": label})
        for year, label in years_of(alliance, beyond=0)
    ]
    return first + reports


class BaseTrancheFormSet(forms.BaseFormSet):
    """The tranches of a convention. A row ticked « Retirer » is not read."""

    def add_fields(self, form: TrancheForm, index: int | None) -> None:
        super().add_fields(form, index)
        number = "__number__" if index is None else index + 1
        form.fields["fiscal_year"].label = _("Tranche %(number)s, exercice") % {"number": number}
        form.fields["waits_for"].label = _("Tranche %(number)s, jalon") % {"number": number}
        form.fields["amount"].label = _("Tranche %(number)s, montant") % {"number": number}
        form.empty_permitted = False

    def specs(self) -> list[TrancheSpec]:
        return [form.spec() for form in self.forms if form not in self.deleted_forms]


TrancheFormSet = forms.formset_factory(
    TrancheForm, formset=BaseTrancheFormSet, can_delete=True, extra=0, max_num=24, absolute_max=30
)


def tranche_rows(
    alliance: Alliance, *, data: Any = None, rows: list[dict[str, Any]] | None = None
) -> BaseTrancheFormSet:
    """The rows as they were posted, or as ``rows`` proposes them."""
    options: dict[str, Any] = {"prefix": "tranche", "form_kwargs": {"alliance": alliance}}
    if data is not None:
        return TrancheFormSet(data, **options)  # type: ignore[return-value]
    return TrancheFormSet(initial=rows, **options)  # type: ignore[return-value]


def posted_rows(data: Any) -> list[dict[str, Any]]:
    """The rows exactly as they were typed, without those to take out: to show them again with one
    row more, before anything is checked."""
    total = str(data.get("tranche-TOTAL_FORMS", ""))
    count = min(int(total), 24) if total.isascii() and total.isdigit() else 0
    names = ("tranche", "fiscal_year", "amount", "waits_for")
    return [
        {name: data.get(f"tranche-{index}-{name}", "") for name in names}
        for index in range(count)
        if not data.get(f"tranche-{index}-DELETE")
    ]


def proposed_rows(alliance: Alliance) -> list[dict[str, Any]]:
    """What the empty form proposes: the schedule of the cycle, without amounts."""
    return [
        {
            "fiscal_year": tranche.fiscal_year,
            "waits_for": condition_value(tranche.waits_for, tranche.waits_for_year),
        }
        for tranche in proposed_tranches(alliance)
    ]


def split_rows(
    alliance: Alliance, rows: list[dict[str, Any]], amount: Decimal
) -> list[dict[str, Any]] | None:
    """The rows with ``amount`` dollars shared among them; None when there is not enough."""
    parts = split(amount, len(rows), preparation=preparation_of(alliance.cycle))
    if parts is None:
        return None
    return [row | {"amount": part} for row, part in zip(rows, parts, strict=True)]


def written_rows(convention: Convention) -> list[dict[str, Any]]:
    """The rows of a draft."""
    return [
        {
            "fiscal_year": tranche.fiscal_year,
            "amount": tranche.amount,
            "waits_for": condition_value(tranche.waits_for, tranche.waits_for_year),
        }
        for tranche in convention.tranches.all()
    ]


class SignatureForm(forms.Form):
    """Who signed for a party, and when."""

    signer = forms.CharField(label=_("Signataire"), max_length=150)
    signed_on = forms.DateField(label=_("Signée le"), widget=DayInput, error_messages=DAY)
    file = forms.FileField(
        label=_("Convention signée"),
        required=False,
        help_text=_("PDF ou image, 10 Mo au plus."),
    )

    @classmethod
    def first(cls, signer: str) -> dict[str, object]:
        """What the empty form proposes: who signs here, today."""
        return {"signer": signer, "signed_on": clock.today()}


class TextForm(forms.Form):
    """A formatted text with its fields: a template's, or a convention's."""

    body = forms.CharField(
        label=_("Texte"),
        widget=forms.Textarea,
        error_messages={"required": _("Écrivez le texte de la convention.")},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ResolutionForm(forms.Form):
    adopted_on = forms.DateField(label=_("Adoptée le"), widget=DayInput, error_messages=DAY)
    file = forms.FileField(
        label=_("Résolution"), help_text=_("PDF, DOCX, PNG ou JPEG, 10 Mo au plus.")
    )


class RegistrationForm(forms.Form):
    is_registered = forms.TypedChoiceField(
        label=_("La Table est-elle inscrite au REQ?"),
        choices=[("oui", _("Oui")), ("non", _("Non"))],
        coerce=lambda answer: answer == "oui",
        widget=forms.RadioSelect,
    )
    neq = forms.CharField(
        label=_("NEQ de la Table"),
        max_length=10,
        required=False,
        help_text=_("Dix chiffres, si elle en a un."),
    )


class FiduciaryForm(forms.Form):
    name = forms.CharField(label=_("Nom du fiduciaire"), max_length=200)
    neq = forms.CharField(label=_("NEQ"), max_length=10, help_text=_("Dix chiffres."))
    city = forms.CharField(label=_("Ville"), max_length=100, required=False)


class ScanForm(forms.Form):
    file = forms.FileField(
        label=_("Papiers numérisés"),
        help_text=_("Un PDF, 200 pages et 40 Mo au plus. L’ordre et le sens n’importent pas."),
        error_messages={"empty": _("Ce fichier est vide. Choisissez-en un autre.")},
    )


class PlaceForm(forms.Form):
    """Where a page belongs, for who looks at it."""

    place = forms.ChoiceField(label=_("Cette page est"))
    turned = forms.TypedChoiceField(
        label=_("Redresser la page"),
        initial=0,
        coerce=int,
        choices=[
            (0, _("Ne pas tourner")),
            (90, _("D’un quart de tour à droite")),
            (180, _("D’un demi-tour")),
            (270, _("D’un quart de tour à gauche")),
        ],
    )

    def __init__(self, *args: Any, papers: list[Paper], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, tuple[Paper, Party | None]] = {}
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        for paper in papers:
            sheets = {f"{paper.key}/{party.pk}": party for party in paper.parties}
            self.places |= {key: (paper, party) for key, party in sheets.items()}
            self.places[paper.key] = (paper, None)
            choices = [
                (key, _("La feuille de signature : %(party)s") % {"party": party.name})
                for key, party in sheets.items()
            ]
            choices.append((paper.key, str(_("Une page du texte"))))
            groups.append((paper.text_label, choices))
        chosen = groups if len(groups) > 1 else [one for _label, found in groups for one in found]
        self.fields["place"].choices = [("", _("Choisir")), *chosen]  # type: ignore[attr-defined]

    @property
    def where(self) -> tuple[str, Party | None]:
        """The key of the text, and the party whose sheet it is."""
        paper, party = self.places[self.cleaned_data["place"]]
        return paper.key, party


class SetAsideForm(forms.Form):
    reason = forms.CharField(
        label=_("Pourquoi cette page n’a pas sa place ici"),
        max_length=200,
        error_messages={"required": _("Dites pourquoi cette page n’a pas sa place ici.")},
    )
