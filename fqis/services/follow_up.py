"""A supported project, from the start of its work to its end. Its agreement, its payments, its
changes and its results have modules of their own."""

from datetime import date
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances.errors import Refusal
from alliances.fiscal import FiscalYear
from alliances.models import User
from alliances.permissions import require
from fqis.models import Project, ProjectAgreement
from fqis.services.agreements import standing_agreement
from fqis.services.follow_up_rules import check_day, stale_project
from fqis.services.projects import lock_project, record_on
from fqis.services.results import ResultDetails, write_result

State = Project.State


@transaction.atomic
def start_project(project: Project, *, by: User) -> Project:
    """The work began."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    try:
        project.start()
    except TransitionNotAllowed:
        raise stale_project(project) from None
    project.save()
    record_on(project, by=by, verb="start_project", summary=_("a démarré le projet %(project)s"))
    return project


@transaction.atomic
def complete_project(
    project: Project,
    *,
    by: User,
    on: date,
    note: str,
    **details: Unpack[ResultDetails],
) -> Project:
    """Closes a project with its results for the fiscal year of ``on``: counts of people, never
    names. Refuses a date out of order, more people in poverty than reached, an empty note."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state != State.UNDER_WAY:
        raise stale_project(project)
    check_day(on, project.agreed_on, what=_("la signature"))
    if not note.strip():
        raise Refusal(_("Écrivez le bilan en quelques phrases."), field="note")
    write_result(project, by=by, fiscal_year=FiscalYear.of(on), **details)
    project.complete(on=on, note=note.strip())
    project.save()
    record_on(project, by=by, verb="complete_project", summary=_("a terminé le projet %(project)s"))
    return project


@transaction.atomic
def abandon_project(project: Project, *, by: User, on: date, note: str) -> Project:
    """Closes a project that will not be done. Refuses without a reason or with a date out of
    order."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state in (State.ACCEPTED, State.AGREED, State.UNDER_WAY):
        check_day(on, project.agreed_on or project.decided_on, what=_("le dernier acte"))
    if not note.strip():
        raise Refusal(_("Écrivez pourquoi le projet est abandonné."), field="note")
    try:
        project.abandon(on=on, note=note.strip())
    except TransitionNotAllowed:
        raise stale_project(project) from None
    project.save()
    agreement = standing_agreement(project)
    if agreement is not None and agreement.state == ProjectAgreement.State.PREPARED:
        agreement.withdraw(by=by, reason=note.strip())
        agreement.save()
    record_on(
        project,
        by=by,
        verb="abandon_project",
        summary=_("a consigné l’abandon du projet %(project)s"),
        reason=note.strip(),
    )
    return project
