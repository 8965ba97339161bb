"""Letters to people: written with the act, sent by the worker, never inside a request."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from alliances import clock
from alliances.models import (
    Alliance,
    Document,
    Membership,
    Notification,
    Organisation,
    User,
)
from alliances.roles import ROLES

MAX_ATTEMPTS = 8


def people_with(right: str, alliance: Alliance) -> list[User]:
    """The people who hold ``right`` on the Alliance's territory today."""
    roles = [slug for slug, role in ROLES.items() if right in role.on_territory]
    members = (
        Membership.objects.active_on(clock.today())
        .filter(role__in=roles, user__is_active=True)
        .filter(Q(territory=None) | Q(territory_id=alliance.territory_id))
        .select_related("user")
    )
    return list({member.user_id: member.user for member in members}.values())


def notify(
    recipients: Iterable[User],
    *,
    alliance: Alliance,
    subject: str | Promise,
    body: str | Promise,
    url: str = "",
    but: User | None = None,
    attachment: Document | None = None,
) -> None:
    """Writes one letter per person, except ``but`` (who acted and knows); ``attachment``, a
    document whose file is ready, goes with it."""
    Notification.objects.bulk_create(
        Notification(
            recipient=person,
            territory_id=alliance.territory_id,
            subject=str(subject)[:200],
            body=str(body),
            url=url,
            attachment=attachment,
        )
        for person in recipients
        if person != but
    )


def write_to(
    organisation: Organisation,
    *,
    alliance: Alliance,
    subject: str | Promise,
    body: str | Promise,
    attachment: Document | None = None,
) -> None:
    """Writes one letter to an organisation without an account, in the territory's language; none
    when nobody gave its address. No link: it could not open it."""
    if organisation.email:
        write_to_address(
            organisation.email,
            language=alliance.territory.default_language,
            alliance=alliance,
            subject=subject,
            body=body,
            attachment=attachment,
        )


def write_to_address(
    address: str,
    *,
    language: str,
    alliance: Alliance,
    subject: str | Promise,
    body: str | Promise,
    attachment: Document | None = None,
) -> None:
    """Writes one letter to an address that has no account, in the language it chose."""
    Notification.objects.create(
        address=address,
        language=language,
        territory_id=alliance.territory_id,
        subject=str(subject)[:200],
        body=str(body),
        attachment=attachment,
    )


def send(notification: Notification) -> None:
    """Sends one letter; the caller holds its row. Raises what the mail server raises."""
    person, attachment = notification.recipient, notification.attachment
    with translation.override(person.language if person else notification.language):
        address = f"{settings.PUBLIC_URL}{notification.url}" if notification.url else ""
        text = "\n\n".join(
            part
            for part in (
                _("Bonjour,"),
                notification.body,
                address,
                _("Alliances pour la solidarité"),
            )
            if part
        )
        letter = EmailMessage(
            subject=notification.subject,
            body=text,
            to=[person.email if person else notification.address],
        )
    if attachment is not None:
        with attachment.file.open("rb") as file:
            extension = str(attachment.file.name).rsplit(".", 1)[-1]
            letter.attach(f"{attachment.number}.{extension}", file.read(), attachment.mime)
    letter.send()
    notification.sent_at = clock.now()
    notification.save(update_fields=["sent_at"])


def mark_read(person: User, pk: int | None = None) -> int:
    """Marks one of the person's letters as read, or all of them; returns how many changed."""
    unread = Notification.objects.filter(recipient=person, read_at=None)
    if pk is not None:
        unread = unread.filter(pk=pk)
    return unread.update(read_at=clock.now())
