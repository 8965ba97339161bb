"""Who stands in for an absent person: the same role between two days, under their own name."""

from datetime import date

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Membership, Notification, User
from alliances.permissions import can, forget_rights, may_be_replaced
from alliances.services import journal
from alliances.services.people import close_lapsed
from alliances.templatetags.portal import date_long


@transaction.atomic
def stand_in(
    absence: Membership, *, user: User, by: User, starts_on: date, ends_on: date, reason: str
) -> Membership:
    """Gives ``user`` the role of an absent person from ``starts_on`` to ``ends_on``, both included.
    Rights start and end with the role, as for any other.

    Refuses who does not manage people, the absent person themself, days out of order or past, a
    role that the absent person does not hold until then, somebody of the other side or who holds
    the role already, and a second stand-in for the same days.
    """
    if not can(by, "manage_people"):
        raise Refusal(_("Vous ne pouvez pas organiser un remplacement."))
    # Two administrators who replace the same person wait for each other.
    absence = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "territory")
        .get(pk=absence.pk)
    )
    absent = absence.user
    if not reason.strip():
        raise Refusal(_("Dites pourquoi cette personne est remplacée."), field="reason")
    if user.pk == absent.pk:
        raise Refusal(_("Personne ne se remplace soi-même. Choisissez une autre."), field="user")
    _check_days(absence, starts_on, ends_on)
    _check_person(absence, user)
    _refuse_second(absence, starts_on, ends_on)
    close_lapsed(user, absence.role, absence.territory)
    if Membership.objects.filter(
        user=user, role=absence.role, territory=absence.territory, ended_at=None
    ).exists():
        raise Refusal(
            _("%(person)s a déjà ce rôle, ou doit le tenir bientôt.") % {"person": user},
            field="user",
        )
    made = Membership.objects.create(
        user=user,
        role=absence.role,
        territory=absence.territory,
        starts_on=starts_on,
        ends_on=ends_on,
        created_by=by,
        stands_in_for=absent,
    )
    if starts_on <= clock.today():
        user.groups.add(Group.objects.get(name=made.group_name))
    forget_rights(user)
    _tell(made, by=by, reason=reason.strip())
    return made


def _check_days(absence: Membership, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Refusal(_("La fin du remplacement suit son début."), field="ends_on")
    if starts_on < clock.today():
        raise Refusal(_("Un remplacement commence aujourd’hui ou plus tard."), field="starts_on")
    if not may_be_replaced(absence) or absence.starts_on > starts_on:
        raise Refusal(
            _("%(person)s ne tient pas ce rôle ces jours-là.") % {"person": absence.user},
            field="starts_on",
        )
    if absence.ends_on is not None and absence.ends_on < ends_on:
        raise Refusal(
            _("Le rôle de %(person)s se termine le %(day)s. Choisissez une fin plus proche.")
            % {"person": absence.user, "day": date_long(absence.ends_on)},
            field="ends_on",
        )


def _check_person(absence: Membership, user: User) -> None:
    """The Table never decides for the ministry, nor the ministry for the Table."""
    if not user.is_active or user.is_portal:
        raise Refusal(_("Ce compte est fermé. Choisissez une autre personne."), field="user")
    held = Membership.objects.active_on(clock.today()).filter(user=user)
    if any(one.spec.is_ministry != absence.spec.is_ministry for one in held):
        raise Refusal(
            _(
                "%(person)s est de l’autre côté : la Table et le ministère ne se remplacent pas."
            )
            % {"person": user},
            field="user",
        )  # fmt: skip


def _refuse_second(absence: Membership, starts_on: date, ends_on: date) -> None:
    other = (
        Membership.objects.filter(
            stands_in_for=absence.user_id,
            role=absence.role,
            territory=absence.territory,
            ended_at=None,
            starts_on__lte=ends_on,
            ends_on__gte=starts_on,
        )
        .select_related("user")
        .first()
    )
    if other is not None:
        raise StaleAct(
            _("%(other)s remplace déjà %(person)s jusqu’au %(day)s.")
            % {"other": other.user, "person": absence.user, "day": date_long(other.ends_on)}
        )


def _tell(made: Membership, *, by: User, reason: str) -> None:
    words = {
        "person": made.user,
        "absent": made.stands_in_for,
        "role": made.role_label,
        "start": date_long(made.starts_on),
        "end": date_long(made.ends_on),
    }
    journal.record(
        by=by,
        verb="stand_in",
        summary=_("a confié à %(person)s le rôle de %(absent)s, %(role)s, du %(start)s au %(end)s")
        % words,
        territory=made.territory,
        target=made,
        reason=reason,
    )
    body = _(
        "%(person)s remplace %(absent)s, %(role)s, du %(start)s au %(end)s. Les actes le disent :"
        " « pour %(absent)s »."
    )
    Notification.objects.bulk_create(
        Notification(
            recipient=person,
            territory=made.territory,
            subject=_("Remplacement pendant une absence"),
            body=body % words,
        )
        for person in (made.user, made.stands_in_for)
        if person is not None and person != by
    )
