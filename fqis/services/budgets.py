"""The budget of a project, by line: written whole, and balanced with the money asked and found."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.money import ZERO
from fqis.models import BudgetLine, Project
from fqis.wording import money

Category = BudgetLine.Category


@dataclass(frozen=True)
class Line:
    """A cost and the share of it asked of the FQIS, in dollars."""

    category: str
    amount: Decimal
    asked: Decimal = ZERO
    description: str = ""


def refusals_of_budget(
    lines: Sequence[Line], *, requested: Decimal, others: Decimal
) -> list[Refusal]:
    """Every rule that a budget breaks, amounts in dollars; one without lines breaks none.

    ``requested`` is asked of the FQIS, ``others`` is the other funding, confirmed or not.
    """
    if not lines:
        return []
    broken = [refusal for line in lines for refusal in _of_line(line)]
    asked = sum((line.asked for line in lines), ZERO)
    total = sum((line.amount for line in lines), ZERO)
    if asked != requested:
        broken.append(
            Refusal(
                _(
                    "Les parts demandées au FQIS font %(asked)s; le montant demandé est de"
                    " %(requested)s. Les deux doivent être égaux."
                )
                % {"asked": money(asked), "requested": money(requested)},
                field="budget",
            )
        )
    if total != requested + others:
        broken.append(
            Refusal(
                _(
                    "Le budget fait %(total)s; le montant demandé et les autres sources font"
                    " %(found)s. Les deux doivent être égaux."
                )
                % {"total": money(total), "found": money(requested + others)},
                field="budget",
            )
        )
    return broken


def _of_line(line: Line) -> list[Refusal]:
    said = []
    if line.category not in Category.values:
        said.append(_("Choisissez le poste de chaque ligne du budget."))
    if line.amount <= 0:
        said.append(_("Le coût d’une ligne du budget doit dépasser zéro."))
    elif not ZERO <= line.asked <= line.amount:
        said.append(_("La part demandée dépasse le coût de la ligne."))
    if line.category == Category.OTHER and not line.description.strip():
        said.append(_("Décrivez cette autre dépense."))
    return [Refusal(text, field="budget") for text in said]


def write_budget(project: Project, lines: Sequence[Line], *, others: Decimal) -> None:
    """Replaces the budget of a project that the caller holds; ``others``: see above."""
    for refusal in refusals_of_budget(lines, requested=project.amount_requested, others=others):
        raise refusal
    project.budget.all().delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(
            project=project,
            territory_id=project.territory_id,
            rank=rank,
            category=line.category,
            description=line.description.strip(),
            amount=line.amount,
            asked=line.asked,
        )
        for rank, line in enumerate(lines, start=1)
    )
