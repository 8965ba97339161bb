"""What people type about a report."""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances.money import ZERO, MoneyFormField
from alliances.widgets import SegmentedRadioSelect
from reporting.models import AnnualReport, FinancialLine, ReviewEntry
from reporting.selectors.anomalies import AnomalyLine
from reporting.selectors.checklist import CheckLine
from reporting.services.reports import LineEntry

CATEGORIES = [category.value for category in FinancialLine.Category]
CHECK_ANSWERS = [
    ReviewEntry.Answer.YES,
    ReviewEntry.Answer.NO,
    ReviewEntry.Answer.NOT_APPLICABLE,
]


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


# The answers of the analysis are beside the decision: one act sends both.
ANALYSIS = "analyse"
_IN_ANALYSIS = {"form": ANALYSIS}


class AnalysisForm(forms.Form):
    """The checklist, and an answer to each anomaly; what is left empty is left for later."""

    hide_optional = True

    def __init__(
        self, *args: Any, checks: list[CheckLine], anomalies: list[AnomalyLine], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.checks, self.anomalies = checks, anomalies
        for line in checks:
            self.fields[f"check_{line.point}"] = forms.ChoiceField(
                label=line.question,
                help_text=line.note,
                required=False,
                choices=[(one.value, one.label) for one in CHECK_ANSWERS],
                widget=SegmentedRadioSelect(attrs=_IN_ANALYSIS),
                initial=line.entry.answer if line.entry else "",
            )
        for one in anomalies:
            self.fields[f"seen_{one.rule}"] = forms.BooleanField(
                label=_("Vu"),
                required=False,
                widget=forms.CheckboxInput(attrs=_IN_ANALYSIS),
                initial=one.answer is not None,
            )
            self.fields[f"word_{one.rule}"] = forms.CharField(
                label=_("Un mot sur : %(title)s") % {"title": one.title},
                required=False,
                max_length=500,
                widget=forms.TextInput(attrs=_IN_ANALYSIS),
                initial=one.answer.word if one.answer else "",
            )

    @property
    def check_rows(self) -> list[tuple[CheckLine, forms.BoundField]]:
        return [(line, self[f"check_{line.point}"]) for line in self.checks]

    @property
    def anomaly_rows(self) -> list[tuple[AnomalyLine, forms.BoundField, forms.BoundField]]:
        return [(one, self[f"seen_{one.rule}"], self[f"word_{one.rule}"]) for one in self.anomalies]

    def answers(self) -> dict[str, str]:
        return {line.point: self.cleaned_data[f"check_{line.point}"] for line in self.checks}

    def seen(self) -> dict[str, str]:
        """The word on each anomaly that is ticked."""
        return {
            one.rule: self.cleaned_data[f"word_{one.rule}"]
            for one in self.anomalies
            if self.cleaned_data[f"seen_{one.rule}"]
        }


class ReviewForm(forms.Form):
    """The DGSQ's recommendation, then the DGSSAC's decision; both may send the report back."""

    RETURN, RECOMMEND, HOLD, ACCEPT, HAND_BACK = "return", "recommend", "hold", "accept", "back"

    decision = forms.ChoiceField(
        label=_("Votre décision"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez votre décision.")},
    )
    held_amount = _amount(_("Partie à retenir"), _("En dollars. Le reste suit son cours."))
    held_reason = _note(_("Motif de la retenue"))
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, is_acceptance: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True
        decision = self.fields["decision"]
        assert isinstance(decision, forms.ChoiceField)
        if is_acceptance:
            decision.choices = [
                (self.ACCEPT, _("Accepter la reddition")),
                (self.HAND_BACK, _("Rendre à la DGSQ")),
                (self.RETURN, _("Retourner à la Table")),
            ]
            del self.fields["held_amount"], self.fields["held_reason"]
        else:
            decision.choices = [
                (self.RECOMMEND, _("Recommander le versement")),
                (self.HOLD, _("Recommander, sauf une partie")),
                (self.RETURN, _("Retourner à la Table")),
            ]
        self.fields["reason"].help_text = (
            _("Requis pour rendre à la DGSQ, seule à le lire, ou retourner à la Table.")
            if is_acceptance
            else _("Lu par la DGSSAC et par la Table.")
        )

    def held(self) -> Decimal | None:
        """What to hold back: zero when the part is chosen and nothing is typed, so that the
        service says what it needs."""
        if self.cleaned_data["decision"] != self.HOLD:
            return None
        amount: Decimal | None = self.cleaned_data.get("held_amount")
        return amount if amount is not None else ZERO
