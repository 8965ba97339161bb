"""Applications written online: a link by e-mail, a draft, files, then a project that is received.

Nobody signs in: the portal acts, for whoever holds the link. Guide 2024, §4.2.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from alliances import clock
from alliances.cycle_words import words_of
from alliances.errors import Refusal, StaleAct
from alliances.links import key_of, token_of
from alliances.services.documents import check_upload
from fqis.models import Application, ApplicationFile, Call, CallPaper
from fqis.services.calls import moment_words
from fqis.wording import date_long

SALT = "fqis.application"
MAX_ATTEMPTS = 8
MOST_FILES = 20
MOST_CHARACTERS = 200_000
# A second link asked within the minute is the same one.
AGAIN_AFTER = timedelta(minutes=1)


class Door(StrEnum):
    """What a link opens, for the browser that holds it."""

    OPEN = "open"
    NEW = "new"
    ELSEWHERE = "elsewhere"
    EXPIRED = "expired"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Opened:
    door: Door
    application: Application | None = None


def token_for(application: Application) -> str:
    return token_of(SALT, application.pk, application.round)


def link_of(application: Application) -> str:
    """The address the organisation opens. Signed, never stored."""
    return f"{settings.PUBLIC_URL}{reverse('application', args=[token_for(application)])}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _expiry() -> timedelta:
    return timedelta(days=settings.APPLICATION_LINK_DAYS)


def _whole() -> QuerySet[Application]:
    return Application.objects.select_related(
        "call__alliance__territory",
        "call__alliance__cycle",
        "call__alliance__table",
        "call__mrc",
        "project__organisation",
    )


def check_open(call: Call) -> None:
    """Refuses outside the call's days (Québec time, the server's clock)."""
    moment = clock.now()
    if call.state == Call.State.DRAFT:
        raise Refusal(_("Cet appel n’est pas publié."))
    if moment < call.opens_at:
        raise Refusal(_("Cet appel ouvre le %(moment)s.") % {"moment": moment_words(call.opens_at)})
    if not call.is_open_at(moment):
        raise Refusal(
            _("Cet appel a fermé le %(moment)s, heure du Québec.")
            % {"moment": moment_words(call.closes_at)}
        )


# --- The link


@transaction.atomic
def ask_link(call: Call, *, email: str, language: str) -> Application:
    """Opens an application for an address, or sends the link of the one it is writing again.

    Refuses a call that is not open.
    """
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    check_open(call)
    address = email.strip().lower()
    found = (
        Application.objects.select_for_update(of=("self",))
        .filter(call=call, email=address, state=Application.State.DRAFT)
        .first()
    )
    if found is not None:
        found.language = language
        return _send_again(found)
    moment = clock.now()
    return Application.objects.create(
        call=call,
        email=address,
        language=language,
        started_at=moment,
        link_asked_at=moment,
        link_expires_at=moment + _expiry(),
    )


def _send_again(application: Application) -> Application:
    moment = clock.now()
    if moment - application.link_asked_at >= AGAIN_AFTER:
        application.round += 1
        application.opened_with = ""
        application.link_asked_at, application.link_sent_at = moment, None
        application.link_expires_at = moment + _expiry()
        application.attempts = 0
    application.save()
    return application


@transaction.atomic
def renew_link(token: str) -> Application | None:
    """Sends another link to the address of an application; None for a link that never was. The
    former one stops opening."""
    key = key_of(SALT, token)
    found = (
        Application.objects.select_for_update(of=("self",)).filter(pk=key[0]).first()
        if key is not None
        else None
    )
    return _send_again(found) if found is not None else None


def find(token: str, secret: str) -> Opened:
    """What a link opens for the browser that holds ``secret``. Writes nothing."""
    key = key_of(SALT, token)
    row = _whole().filter(pk=key[0]).first() if key is not None else None
    if key is None or row is None:
        return Opened(Door.UNKNOWN)
    if row.round != key[1]:
        return Opened(Door.REPLACED, row)
    if row.link_expires_at <= clock.now():
        return Opened(Door.EXPIRED, row)
    if not row.opened_with:
        return Opened(Door.NEW, row)
    if not secret or not constant_time_compare(row.opened_with, _hash(secret)):
        return Opened(Door.ELSEWHERE, row)
    return Opened(Door.OPEN, row)


@transaction.atomic
def open_link(token: str) -> tuple[Application, str]:
    """Gives the application to the browser that opens its link first; returns what it must hold.

    Refuses a link that was opened by another, expired, or was replaced.
    """
    opened = find(token, "")
    if opened.door is not Door.NEW or opened.application is None:
        raise Refusal(_("Ce lien ne sert plus. Demandez-en un autre."))
    row = Application.objects.select_for_update(of=("self",)).get(pk=opened.application.pk)
    if row.opened_with or row.round != opened.application.round:
        raise StaleAct(_("Ce lien vient d’être ouvert ailleurs. Demandez-en un autre."))
    secret = secrets.token_urlsafe(32)
    row.opened_with = _hash(secret)
    row.save(update_fields=["opened_with"])
    return row, secret


def to_send() -> QuerySet[Application]:
    return Application.objects.filter(link_sent_at=None, attempts__lt=MAX_ATTEMPTS)


def count_failure(pk: int) -> None:
    Application.objects.filter(pk=pk).update(attempts=F("attempts") + 1)


def send_link(application: Application) -> None:
    """Sends the link; the caller holds the row. Raises what the mail server raises."""
    call = application.call
    with words_of(call.alliance.cycle, application.language):
        lines = [
            _("Bonjour,"),
            _("Voici le lien de votre demande pour l’appel de projets « %(call)s », %(table)s.")
            % {"call": call.title, "table": call.alliance.table.name},
            link_of(application),
            _(
                "Le premier navigateur qui l’ouvre le garde. Ailleurs, demandez un autre lien : il"
                " arrive à cette adresse."
            ),
            _("L’appel ferme le %(moment)s, heure du Québec.")
            % {"moment": moment_words(call.closes_at)},
            _("Ce lien est valable jusqu’au %(day)s.")
            % {"day": date_long(application.link_expires_at)},
            _("Vous n’attendiez pas ce message? Ne faites rien : le lien se fermera seul."),
            _("Alliances pour la solidarité"),
        ]
        subject = " ".join((_("Votre demande : %(call)s") % {"call": call.title}).split())
        EmailMessage(subject=subject, body="\n\n".join(lines), to=[application.email]).send()
    application.link_sent_at = clock.now()
    application.save(update_fields=["link_sent_at"])


# --- Writing


def lock_draft(application: Application, *, revision: int | None = None) -> Application:
    """The row, locked and still to send; refuses one that changed since ``revision``."""
    row = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if row.state != Application.State.DRAFT:
        assert row.submitted_at is not None
        raise StaleAct(
            _("Cette demande est déjà transmise, le %(moment)s.")
            % {"moment": moment_words(row.submitted_at)}
        )
    if revision is not None and row.revision != revision:
        raise StaleAct(
            _(
                "Cette demande a changé dans une autre fenêtre, le %(moment)s. Ouvrez-la de"
                " nouveau avant d’enregistrer."
            )
            % {"moment": moment_words(row.saved_at) if row.saved_at else ""}
        )
    return row


@transaction.atomic
def save_draft(
    application: Application,
    content: dict[str, list[str]],
    *,
    revision: int | None = None,
    names: list[str] | None = None,
) -> Application:
    """Keeps what is typed, as it is typed: ``names`` alone when they are given, else all of it.

    Refuses a text beyond reason, an application already sent, and one that changed since
    ``revision``.
    """
    row = lock_draft(application, revision=revision)
    kept: dict[str, Any] = dict(row.content) if names is not None else {}
    for name in names if names is not None else content:
        kept[name] = content.get(name, [])
    if sum(len(name) + sum(map(len, values)) for name, values in kept.items()) > MOST_CHARACTERS:
        raise Refusal(_("Ces textes sont trop longs. Abrégez-les."))
    row.content, row.saved_at = kept, clock.now()
    row.revision += 1
    row.save(update_fields=["content", "saved_at", "revision"])
    return row


@transaction.atomic
def attach_file(
    application: Application, file: UploadedFile, *, paper: CallPaper | None = None
) -> ApplicationFile:
    """Joins a file. Refusals: see ``check_upload``; the same file twice; too many files."""
    row = lock_draft(application)
    _extension, mime = check_upload(file)
    file.seek(0)
    content = file.read()
    sha256 = hashlib.sha256(content).hexdigest()
    others = list(row.files.all())
    if len(others) >= MOST_FILES:
        raise Refusal(_("Une demande a %(n)s fichiers au plus.") % {"n": MOST_FILES}, field="file")
    if any(one.sha256 == sha256 for one in others):
        raise Refusal(_("Ce fichier est déjà joint."), field="file")
    if paper is not None and paper.call_id != row.call_id:
        raise Refusal(_("Choisissez un document de cet appel."), field="paper")
    joined = ApplicationFile(
        application=row,
        paper=paper,
        name=(file.name or "fichier")[-200:],
        mime=mime,
        size=len(content),
        sha256=sha256,
    )
    joined.file.save(joined.name, ContentFile(content), save=False)
    joined.save()
    return joined


@transaction.atomic
def remove_file(application: Application, pk: int) -> None:
    """Takes a file back; one that is already gone is no matter."""
    row = lock_draft(application)
    found = row.files.filter(pk=pk).first()
    if found is not None:
        storage, name = found.file.storage, str(found.file.name)
        found.delete()
        transaction.on_commit(lambda: storage.delete(name), robust=True)
