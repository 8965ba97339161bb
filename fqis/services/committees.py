"""Committees: who sits, what grid they score with, which projects they are given."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Alliance, Membership, Mrc, User
from alliances.permissions import require
from alliances.roles import TABLE_ROLES
from alliances.services import journal
from fqis.grid import DEFAULT_GRID
from fqis.models import Committee, CommitteeMember, Criterion, Project, Referral, SittingItem
from fqis.services.projects import lock_project, record_on
from fqis.wording import already

State = Project.State


@dataclass(frozen=True)
class GridLine:
    """One criterion as a person writes it; weights of a grid make 100."""

    label: str
    weight: int
    help: str = ""


def record_on_committee(
    committee: Committee, *, by: User, verb: str, summary: str, reason: str = ""
) -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=summary,
        alliance=committee.alliance,
        target=committee,
        reason=reason,
        url=committee.get_absolute_url(),
    )


def lock_committee(pk: int) -> Committee:
    return (
        Committee.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle", "mrc")
        .get(pk=pk)
    )


@transaction.atomic
def create_committee(
    alliance: Alliance,
    *,
    by: User,
    name: str,
    mandate: str = "",
    mrc: Mrc | None = None,
    part_name: str = "",
) -> Committee:
    """Opens a committee with the default grid. With a place it spends that sub-envelope. Refuses
    an empty name, a name already taken, and an MRC of another territory."""
    require(by, "decide_projects", alliance)
    if not name.strip():
        raise Refusal(_("Écrivez le nom du comité."), field="name")
    if mrc is not None and mrc.territory_id != alliance.territory_id:
        raise Refusal(_("%(mrc)s n’est pas de ce territoire.") % {"mrc": mrc}, field="place")
    try:
        with transaction.atomic():
            committee = Committee.objects.create(
                alliance=alliance,
                name=name.strip(),
                mandate=mandate.strip(),
                mrc=mrc,
                part_name=part_name.strip() if mrc is None else "",
                created_by=by,
            )
    except IntegrityError as error:
        raise Refusal(_("Un comité porte déjà ce nom."), field="name") from error
    Criterion.objects.bulk_create(
        Criterion(
            committee=committee,
            territory_id=committee.territory_id,
            rank=rank,
            label=str(line.label),
            help=str(line.help),
            weight=line.weight,
        )
        for rank, line in enumerate(DEFAULT_GRID, start=1)
    )
    record_on_committee(
        committee,
        by=by,
        verb="create_committee",
        summary=_("a formé le comité « %(name)s »") % {"name": committee},
    )
    return committee


@transaction.atomic
def write_grid(committee: Committee, *, by: User, lines: Sequence[GridLine]) -> Committee:
    """Replaces the grid. Refuses once a project is scored, weights that do not make 100, a
    criterion without a name or written twice."""
    require(by, "decide_projects", committee)
    committee = lock_committee(committee.pk)
    names = [line.label.strip() for line in lines]
    if not names or not all(names):
        raise Refusal(_("Écrivez le nom de chaque critère."), field="label")
    if len({name.casefold() for name in names}) < len(names):
        raise Refusal(_("Le même critère est écrit deux fois."), field="label")
    if any(not 1 <= line.weight <= 100 for line in lines):
        raise Refusal(_("Un poids va de 1 à 100."), field="weight")
    total = sum(line.weight for line in lines)
    if total != 100:
        raise Refusal(
            _("Les poids font %(total)s : ils doivent faire 100.") % {"total": total},
            field="weight",
        )
    try:
        with transaction.atomic():
            committee.criteria.all().delete()
            Criterion.objects.bulk_create(
                Criterion(
                    committee=committee,
                    territory_id=committee.territory_id,
                    rank=rank,
                    label=name,
                    help=line.help.strip(),
                    weight=line.weight,
                )
                for rank, (line, name) in enumerate(zip(lines, names, strict=True), start=1)
            )
    except IntegrityError as error:
        raise Refusal(_("Un projet est déjà noté : la grille ne change plus.")) from error
    record_on_committee(
        committee,
        by=by,
        verb="write_grid",
        summary=_("a écrit la grille du comité « %(name)s »") % {"name": committee},
    )
    return committee


@transaction.atomic
def add_member(committee: Committee, *, by: User, person: User) -> CommitteeMember:
    """Seats a person of the territory. Refuses somebody else, and who sits already."""
    require(by, "decide_projects", committee)
    committee = lock_committee(committee.pk)
    of_territory = Membership.objects.active_on(clock.today()).filter(
        user=person, territory=committee.territory_id, role__in=TABLE_ROLES
    )
    if not person.is_active or not of_territory.exists():
        raise Refusal(_("%(who)s n’est pas de ce territoire.") % {"who": person}, field="person")
    seat = committee.members.filter(person=person, left_at=None).select_related("joined_by").first()
    if seat is not None:
        raise already(seat.joined_by, seat.joined_at, _("ajouté"))
    seat = CommitteeMember.objects.create(committee=committee, person=person, joined_by=by)
    record_on_committee(
        committee,
        by=by,
        verb="add_committee_member",
        summary=_("a ajouté %(who)s au comité « %(name)s »") % {"who": person, "name": committee},
    )
    return seat


@transaction.atomic
def remove_member(seat: CommitteeMember, *, by: User) -> CommitteeMember:
    """Ends a seat; what its person scored stays. Refuses one already ended."""
    require(by, "decide_projects", seat)
    committee = lock_committee(seat.committee_id)
    seat = committee.members.select_related("person", "left_by").get(pk=seat.pk)
    if seat.left_at is not None:
        raise already(seat.left_by, seat.left_at, _("retiré"))
    seat.left_at, seat.left_by = clock.now(), by
    seat.save()
    record_on_committee(
        committee,
        by=by,
        verb="remove_committee_member",
        summary=_("a retiré %(who)s du comité « %(name)s »")
        % {"who": seat.person, "name": committee},
    )
    return seat


@transaction.atomic
def refer_projects(
    committee: Committee, projects: Sequence[Project], *, by: User
) -> list[Referral]:
    """Gives admissible projects to a committee. Refuses one of another Alliance, one that is not
    to decide, and one already given (to whom)."""
    require(by, "decide_projects", committee)
    committee = lock_committee(committee.pk)
    given = []
    for one in sorted(projects, key=lambda project: project.pk):
        project = lock_project(one.pk)
        if project.alliance_id != committee.alliance_id:
            raise Refusal(_("Ce projet est d’une autre alliance."), field="projects")
        if project.state not in Project.DECIDABLE:
            raise Refusal(
                _("Le projet %(number)s n’est pas à décider.") % {"number": project.number},
                field="projects",
            )
        before = Referral.objects.filter(project=project).select_related("committee").first()
        if before is not None:
            raise Refusal(
                _("Le projet %(number)s est déjà confié à « %(committee)s ».")
                % {"number": project.number, "committee": before.committee},
                field="projects",
            )
        given.append(Referral.objects.create(project=project, committee=committee, referred_by=by))
        record_on(
            project,
            by=by,
            verb="refer_project",
            summary=_("a confié au comité « %(name)s » le projet %%(project)s")
            % {"name": str(committee).replace("%", "%%")},
        )
    return given


@transaction.atomic
def take_back_project(referral: Referral, *, by: User) -> None:
    """Takes a project back from its committee. Refuses once scored, on the list of a sitting, or
    decided."""
    require(by, "decide_projects", referral)
    project = lock_project(referral.project_id)
    if project.state not in Project.DECIDABLE:
        raise Refusal(_("Ce projet est décidé : il reste à son comité."))
    if project.scores.exists():
        raise Refusal(_("Ce projet est déjà noté : il reste à son comité."))
    if SittingItem.objects.filter(project=project).exists():
        raise Refusal(_("Ce projet est sur la liste d’une séance : retirez-le d’abord."))
    Referral.objects.filter(pk=referral.pk).delete()
    record_on(
        project,
        by=by,
        verb="take_back_project",
        summary=_("a repris à son comité le projet %(project)s"),
    )
