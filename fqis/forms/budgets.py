"""The rows of a project's budget, as people type them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances.money import ZERO, MoneyFormField
from fqis.models import BudgetLine, Project
from fqis.services.budgets import Line


class BudgetLineForm(forms.Form):
    """One cost; a row left empty is no line, and one emptied is taken out."""

    hide_optional = True
    use_required_attribute = False
    category = forms.ChoiceField(
        label=_("Poste"),
        required=False,
        choices=[("", _("Choisir")), *BudgetLine.Category.choices],
    )
    description = forms.CharField(label=_("Description"), max_length=200, required=False)
    amount = MoneyFormField(label=_("Coût"), required=False)
    asked = MoneyFormField(label=_("Part demandée au FQIS"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(name) for name in self.fields) and not self.errors:
            return {}
        if not data.get("category"):
            self.add_error("category", _("Choisissez le poste de cette dépense."))
        if not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Écrivez le coût de cette dépense."))
        if (data.get("asked") or ZERO) > (data.get("amount") or ZERO) and not self.errors:
            self.add_error("asked", _("La part demandée dépasse le coût de la ligne."))
        if data.get("category") == BudgetLine.Category.OTHER and not data.get("description"):
            self.add_error("description", _("Décrivez cette autre dépense."))
        return data


BudgetFormSet = forms.formset_factory(BudgetLineForm, extra=4, max_num=60, absolute_max=80)


def lines_of(formset: forms.BaseFormSet) -> list[Line]:
    """The rows that were filled."""
    return [
        Line(row["category"], row["amount"], row.get("asked") or ZERO, row["description"])
        for row in (form.cleaned_data for form in formset if form.is_valid())
        if row.get("amount")
    ]


def budget_initial(project: Project) -> list[dict[str, Any]]:
    return [
        {
            "category": line.category,
            "description": line.description,
            "amount": line.amount,
            "asked": line.asked,
        }
        for line in project.budget.all()
    ]
