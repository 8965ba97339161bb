"""What people type about a report."""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances.money import MoneyFormField
from reporting.models import AnnualReport, FinancialLine
from reporting.services.reports import LineEntry

CATEGORIES = [category.value for category in FinancialLine.Category]


def _text(label: Any, hint: Any, *, rows: int = 6) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _amount(label: Any, hint: Any = "") -> MoneyFormField:
    return MoneyFormField(label=label, help_text=hint, required=False, allow_zero=True)


_HIDDEN = {"revision", "shown"}


def _digest(value: str | Decimal | None) -> str:
    """Tells one value of a field from another: what a page showed from what was typed."""
    text = f"{value:.2f}" if isinstance(value, Decimal) else (value or "")
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def _note(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=500)


class ReportForm(forms.Form):
    """The Table's own words and amounts. Everything may stay empty until the report is submitted.

    ``only`` keeps the named fields: what an automatic saving sends.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    achievements = _text(
        _("Réalisations de l’année"),
        _("Ce que le plan a permis, projets et concertation. Nécessaire pour transmettre."),
    )
    difficulties = _text(
        _("Difficultés et ajustements"), _("Ce qui a changé par rapport au plan, et pourquoi.")
    )
    participation = _text(
        _("Participation des personnes en situation de pauvreté"),
        _(
            "À la gouvernance, à la mise en œuvre et au suivi. Ne nommez personne. Nécessaire pour"
            " transmettre."
        ),
    )
    good_practices = _text(_("Pratiques gagnantes"), _("Ce qui pourrait servir ailleurs."), rows=4)
    next_year = _text(_("L’année qui vient"), _("Vos priorités et vos besoins."), rows=4)
    administration = _amount(
        _("Frais d’administration"), _("En dollars, par exemple 18 500,00. Zéro si aucun.")
    )
    administration_note = _note(_("Explication des frais d’administration"))
    mobilisation = _amount(
        _("Coordination et mobilisation"), _("En dollars, par exemple 61 250,00. Zéro si aucun.")
    )
    mobilisation_note = _note(_("Explication de la coordination"))
    other_income = _amount(_("Autres revenus"), _("Reçus pour l’Alliance, hors du FQIS."))
    other_income_note = _note(_("Explication des autres revenus"))
    closing_balance = _amount(
        _("Solde de fermeture"), _("Ce qui reste au 31 mars, selon vos livres. Zéro si rien.")
    )
    closing_balance_note = _note(_("Explication de l’écart, s’il y en a un"))

    def __init__(self, *args: Any, only: Iterable[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True
        if only is not None:
            kept = {"revision", *only}
            for name in [name for name in self.fields if name not in kept]:
                del self.fields[name]

    @classmethod
    def for_report(cls, report: AnnualReport) -> "ReportForm":
        initial: dict[str, Any] = {name: getattr(report, name) for name in AnnualReport.TEXTS}
        initial["revision"] = report.revision
        for line in report.lines.all():
            initial |= {line.category: line.amount, f"{line.category}_note": line.note}
        written = cls.base_fields.keys() - _HIDDEN
        initial["shown"] = json.dumps({name: _digest(initial.get(name)) for name in written})
        return cls(initial=initial)

    def touched(self) -> set[str]:
        """The fields whose value is not the one the page showed; all of them when that is
        unknown."""
        written = self.cleaned_data.keys() - _HIDDEN
        try:
            shown = dict(json.loads(self.cleaned_data.get("shown") or "{}"))
        except (ValueError, TypeError):
            shown = {}
        return {name for name in written if _digest(self.cleaned_data[name]) != shown.get(name)}

    def texts(self) -> dict[str, str]:
        return {
            name: self.cleaned_data[name]
            for name in AnnualReport.TEXTS
            if name in self.cleaned_data
        }

    def lines(self, report: AnnualReport) -> dict[str, LineEntry]:
        """The lines of which something was sent; the half that was not is the one saved."""
        saved = {line.category: line for line in report.lines.all()}
        entries = {}
        for category in CATEGORIES:
            if not {category, f"{category}_note"} & self.fields.keys():
                continue
            line = saved.get(category)
            amount: Decimal | None = self.cleaned_data.get(category, line.amount if line else None)
            note = self.cleaned_data.get(f"{category}_note", line.note if line else "")
            entries[category] = LineEntry(amount, note)
        return entries


class ReviewForm(forms.Form):
    """The DGSQ's recommendation, then the DGSSAC's decision; both may send the report back."""

    RETURN = "return"

    decision = forms.ChoiceField(
        label=_("Votre décision"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez votre décision.")},
    )
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, is_acceptance: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True
        first = (
            ("accept", _("Accepter la reddition"))
            if is_acceptance
            else ("recommend", _("Recommander le versement"))
        )
        decision = self.fields["decision"]
        assert isinstance(decision, forms.ChoiceField)
        decision.choices = [first, (self.RETURN, _("Retourner à la Table"))]
        self.fields["reason"].help_text = (
            _("Requis si vous retournez la reddition. Lu par la Table et par la DGSQ.")
            if is_acceptance
            else _("Lu par la DGSSAC et par la Table.")
        )

    @property
    def is_return(self) -> bool:
        return self.cleaned_data["decision"] == self.RETURN
