"""Invitations: the only way into the portal. A link by e-mail, then a password of one's own."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as_portal
from alliances.links import key_of, token_of
from alliances.models import Invitation, Membership, Territory, User
from alliances.roles import ROLES
from alliances.services import journal
from alliances.services.people import check_gift, grant_role

MAX_ATTEMPTS = 8
SALT = "alliances.invitation"


def link_of(invitation: Invitation) -> str:
    """The address the invited person opens. Signed, never stored."""
    token = token_of(SALT, invitation.pk, invitation.round)
    return f"{settings.PUBLIC_URL}{reverse('invitation', args=[token])}"


def _expiry() -> timedelta:
    return timedelta(days=settings.INVITATION_DAYS)


@transaction.atomic
def invite(
    email: str, role: str, *, by: User, territory: Territory | None = None, language: str = "fr"
) -> Invitation:
    """Invites an address to take a role; the worker sends the letter.

    Refuses a role the person may not give, an address that has an account (give it the role),
    and one that an invitation already waits for.
    """
    check_gift(role, territory, by)
    address = email.strip().lower()
    if User.objects.filter(email=address).exists():
        raise Refusal(
            _("Cette personne a déjà un compte. Donnez-lui le rôle directement."), field="email"
        )
    if Invitation.objects.pending().filter(email=address, role=role, territory=territory).exists():
        raise Refusal(
            _("Une invitation attend déjà cette personne. Renvoyez-la plutôt."), field="email"
        )
    invitation = Invitation.objects.create(
        email=address,
        role=role,
        territory=territory,
        language=language,
        invited_by=by,
        expires_at=clock.now() + _expiry(),
    )
    journal.record(
        by=by,
        verb="invite",
        summary=_("a invité une personne : %(role)s") % {"role": ROLES[role].label},
        territory=territory,
        target=invitation,
    )
    return invitation


@transaction.atomic
def bring_in(
    email: str, role: str, *, by: User, territory: Territory | None = None, language: str = "fr"
) -> Invitation | Membership:
    """Gives the role to the address's account, or invites the address when it has none."""
    known = User.objects.filter(email=email.strip().lower(), is_portal=False).first()
    if known is None:
        return invite(email, role, by=by, territory=territory, language=language)
    if not known.is_active:
        raise Refusal(
            _("Le compte de cette personne est fermé. Demandez à la DGSSAC de l’ouvrir."),
            field="email",
        )
    return grant_role(known, role, by=by, territory=territory)


def _locked(invitation: Invitation, by: User) -> Invitation:
    """The row, locked and still pending, for somebody who could have sent it."""
    check_gift(invitation.role, invitation.territory, by)
    row = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("territory")
        .get(pk=invitation.pk)
    )
    if row.accepted_at is not None:
        raise Refusal(_("Cette invitation est déjà acceptée."))
    if row.cancelled_at is not None:
        raise Refusal(_("Cette invitation est déjà annulée."))
    return row


@transaction.atomic
def resend(invitation: Invitation, *, by: User) -> Invitation:
    """Makes a new link, good for the full delay; the former one stops opening."""
    row = _locked(invitation, by)
    row.round += 1
    row.sent_at, row.attempts = None, 0
    row.expires_at = clock.now() + _expiry()
    row.save(update_fields=["round", "sent_at", "attempts", "expires_at"])
    journal.record(
        by=by,
        verb="resend_invitation",
        summary=_("a renvoyé une invitation : %(role)s") % {"role": row.spec.label},
        territory=row.territory,
        target=row,
    )
    return row


@transaction.atomic
def cancel(invitation: Invitation, *, by: User) -> Invitation:
    """Closes the link before anybody uses it."""
    row = _locked(invitation, by)
    row.cancelled_at, row.cancelled_by = clock.now(), by
    row.save(update_fields=["cancelled_at", "cancelled_by"])
    journal.record(
        by=by,
        verb="cancel_invitation",
        summary=_("a annulé une invitation : %(role)s") % {"role": row.spec.label},
        territory=row.territory,
        target=row,
    )
    return row


def find(token: str) -> Invitation | None:
    """The invitation a link opens, None when it opens nothing any more."""
    key = key_of(SALT, token)
    if key is None:
        return None
    with acting_as_portal():
        invitation = (
            Invitation.objects.select_related("territory", "invited_by")
            .filter(pk=key[0], round=key[1])
            .first()
        )
    return invitation if invitation and invitation.is_open_at(clock.now()) else None


def accept(token: str, *, full_name: str, password: str, language: str) -> User:
    """Makes the account and gives it every role its address was invited to.

    Refuses a link that expired, was cancelled, was replaced or was used.
    """
    closed = Refusal(_("Ce lien n’est plus valable. Demandez une nouvelle invitation."))
    key = key_of(SALT, token)
    if key is None:
        raise closed
    with acting_as_portal() as portal:
        moment = clock.now()
        first = Invitation.objects.filter(pk=key[0], round=key[1]).first()
        if first is None:
            raise closed
        pending = list(
            Invitation.objects.select_for_update(of=("self",))
            .select_related("territory")
            .pending()
            .filter(email=first.email, expires_at__gt=moment)
            .order_by("pk")
        )
        if not any((one.pk, one.round) == key for one in pending):
            raise closed
        user = User.objects.create_user(
            first.email, password, full_name=full_name.strip(), language=language
        )
        for invitation in pending:
            grant_role(user, invitation.role, by=portal, territory=invitation.territory)
            invitation.accepted_at, invitation.accepted_by = moment, user
            invitation.save(update_fields=["accepted_at", "accepted_by"])
        return user


def send(invitation: Invitation) -> None:
    """Sends the letter; the caller holds the row. Raises what the mail server raises."""
    with translation.override(invitation.language):
        place = invitation.territory
        role = f"{invitation.spec.label} ({place})" if place else invitation.role_label
        lines = [
            _("Bonjour,"),
            _("%(person)s vous invite au portail des Alliances pour la solidarité.")
            % {"person": invitation.invited_by},
            _("Votre rôle : %(role)s.") % {"role": role},
            _("Ouvrez ce lien pour choisir votre mot de passe."),
            ngettext(
                "Il sert une seule fois, pendant %(n)s jour.",
                "Il sert une seule fois, pendant %(n)s jours.",
                settings.INVITATION_DAYS,
            )
            % {"n": settings.INVITATION_DAYS},
            link_of(invitation),
            _("Vous n’attendiez pas ce message? Ne faites rien : le lien se fermera seul."),
            _("Alliances pour la solidarité"),
        ]
        subject = _("Votre invitation au portail des Alliances")
        EmailMessage(subject=subject, body="\n\n".join(lines), to=[invitation.email]).send()
    invitation.sent_at = clock.now()
    invitation.save(update_fields=["sent_at"])
