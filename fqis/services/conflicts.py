"""Conflicts of interest: a person withdraws from a project, and sees no more of it."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Membership, User
from alliances.permissions import can, require
from alliances.roles import VIEW
from fqis.models import ConflictOfInterest, Project
from fqis.services.projects import lock_project, record_on
from fqis.wording import already


@transaction.atomic
def declare_conflict(
    project: Project, *, by: User, reason: str, person: User | None = None
) -> ConflictOfInterest:
    """Withdraws ``person`` (``by`` unless said) from a project; from then on the database shows
    them nothing of it. Refuses without a reason, for somebody outside the territory, twice, and
    for another without the right to decide."""
    require(by, VIEW, project)
    who = person or by
    if who != by and not can(by, "decide_projects", project):
        raise Refusal(_("Chaque personne déclare son propre conflit."), field="person")
    if not reason.strip():
        raise Refusal(_("Écrivez le motif du retrait."), field="reason")
    if (
        not Membership.objects.active_on(clock.today())
        .filter(user=who, territory=project.territory_id)
        .exists()
    ):
        raise Refusal(_("%(who)s n’est pas de ce territoire.") % {"who": who}, field="person")
    project = lock_project(project.pk)
    # First the journal: afterwards the author may not see the project any more.
    record_on(
        project,
        by=by,
        verb="declare_conflict",
        summary=_("a retiré %(who)s, pour conflit d’intérêts, du projet %%(project)s")
        % {"who": who},
        reason=reason.strip(),
        person=who.pk,
    )
    try:
        with transaction.atomic():
            return ConflictOfInterest.objects.create(
                project=project, person=who, reason=reason.strip(), declared_by=by
            )
    except IntegrityError as error:
        raise Refusal(_("Cette personne est déjà retirée de ce projet."), field="person") from error


@transaction.atomic
def withdraw_conflict(conflict: ConflictOfInterest, *, by: User, reason: str) -> ConflictOfInterest:
    """Ends a conflict, with the reason. Refuses the person it is about, and a second time."""
    require(by, "decide_projects", conflict)
    project = lock_project(conflict.project_id)
    conflict = (
        ConflictOfInterest.objects.select_for_update(of=("self",))
        .select_related("person", "withdrawn_by")
        .get(pk=conflict.pk)
    )
    if conflict.withdrawn_at is not None:
        raise already(conflict.withdrawn_by, conflict.withdrawn_at, _("levé"))
    if conflict.person_id == by.pk:
        raise Refusal(_("Une autre personne lève un conflit d’intérêts."))
    if not reason.strip():
        raise Refusal(_("Écrivez pourquoi le conflit est levé."), field="reason")
    conflict.withdrawn_at, conflict.withdrawn_by = clock.now(), by
    conflict.withdrawn_reason = reason.strip()
    conflict.save()
    record_on(
        project,
        by=by,
        verb="withdraw_conflict",
        summary=_("a levé le conflit d’intérêts de %(who)s sur le projet %%(project)s")
        % {"who": conflict.person},
        reason=reason.strip(),
        person=conflict.person_id,
    )
    return conflict
