"""What a project spent: each expense by its budget line, with its paper."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.models import User
from alliances.permissions import require
from alliances.services.documents import deposit_document
from fqis.agreement_documents import EXPENSE_KIND
from fqis.models import BudgetLine, Project, ProjectExpense
from fqis.services.follow_up_rules import check_day, check_supported, said
from fqis.services.projects import lock_project, record_on
from fqis.wording import already, date_long, money


@transaction.atomic
def record_expense(
    project: Project,
    *,
    by: User,
    on: date,
    what: str,
    amount: Decimal,
    line: BudgetLine | None = None,
    file: UploadedFile | None = None,
    key: UUID | None = None,
) -> ProjectExpense:
    """An expense of the project, in dollars, against a line of its budget.

    Refuses one dated before the acceptance (guide 2017, « Projets »: nothing spent before is
    funded), after the end of the project or in the future, a missing line when there is a budget.
    The same ``key`` again gives the expense already there.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if key is not None and (twin := project.expenses.filter(key=key).first()):
        return twin
    check_supported(project)
    what = said(what, "what", _("Dites ce qui a été acheté ou payé."), most=200)
    if amount <= 0:
        raise Refusal(_("Le montant doit dépasser zéro."), field="amount")
    _check_expense_day(project, on)
    if line is None and project.budget.exists():
        raise Refusal(_("Choisissez le poste du budget."), field="line")
    if line is not None and line.project_id != project.pk:
        raise Refusal(_("Ce poste est du budget d’un autre projet."), field="line")
    document = None
    if file is not None:
        document = deposit_document(
            file,
            by=by,
            alliance=project.alliance,
            title=(
                _("Dépense, projet %(number)s : %(what)s")
                % {
                    "number": project.number,
                    "what": what,
                }
            )[:200],
            kind=EXPENSE_KIND,
            subject=project,
        )
    expense = ProjectExpense.objects.create(
        project=project,
        line=line,
        on=on,
        what=what,
        amount=amount,
        document=document,
        key=key or uuid4(),
        recorded_by=by,
    )
    record_on(
        project,
        by=by,
        verb="record_expense",
        summary=_("a consigné une dépense de %(amount)s, projet %%(project)s")
        % {"amount": money(amount)},
        amount=str(amount),
    )
    return expense


def _check_expense_day(project: Project, on: date) -> None:
    assert project.decided_on is not None
    if on < project.decided_on:
        raise Refusal(
            _(
                "Cette dépense précède l’acceptation du %(day)s : le FQIS ne finance rien de ce"
                " qui est dépensé avant."
            )
            % {"day": date_long(project.decided_on)},
            field="on",
        )
    if on > project.ends_on:
        raise Refusal(
            _("Cette dépense suit la fin du projet, le %(day)s.")
            % {"day": date_long(project.ends_on)},
            field="on",
        )
    check_day(on, None, what="")


@transaction.atomic
def cancel_expense(expense: ProjectExpense, *, by: User, reason: str) -> ProjectExpense:
    """Takes an expense out of the sums; it stays readable with the reason. Refuses it twice."""
    require(by, "manage_projects", expense.project)
    project = lock_project(expense.project_id)
    held = (
        ProjectExpense.objects.select_for_update(of=("self",))
        .select_related("cancelled_by")
        .get(pk=expense.pk)
    )
    if held.cancelled_at is not None:
        raise already(held.cancelled_by, held.cancelled_at, _("annulée"))
    held.cancelled_reason = said(reason, "reason", _("Écrivez pourquoi cette dépense est annulée."))
    held.cancelled_at, held.cancelled_by = clock.now(), by
    held.save()
    record_on(
        project,
        by=by,
        verb="cancel_expense",
        summary=_("a annulé une dépense de %(amount)s, projet %%(project)s")
        % {"amount": money(held.amount)},
        reason=held.cancelled_reason,
    )
    return held
