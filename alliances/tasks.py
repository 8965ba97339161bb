"""What the worker does. Every task takes ids, can run twice, and binds the portal's identity."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import models, transaction

from . import clock
from .identity import acting_as_portal
from .models import Document, Heartbeat, Invitation, Notification
from .rendering import render_pdf
from .services import documents, invitations, notifications, people

logger = logging.getLogger(__name__)
SWEEP_AFTER = timedelta(seconds=15)


@shared_task
def render_document(document_id: int) -> str:
    """Renders one pending document. The row stays locked to the end: killed at any moment, the
    worker leaves it pending; run twice, the second finds it ready."""
    with acting_as_portal():
        document = (
            Document.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("alliance__territory", "alliance__cycle")
            .filter(pk=document_id, state=Document.State.PENDING)
            .first()
        )
        if document is None:
            return "nothing to do"
        renderer = documents.renderer_of(document)
        try:
            with transaction.atomic():
                made = _made(document, renderer)
                documents.store_file(document, made.content, made.extension, mime=made.mime)
                if renderer.after:
                    renderer.after(document)
        except Exception as error:
            logger.exception("document %s not rendered", document_id)
            _note_failure(document_id, error)
            return "failed"
    return "rendered"


def _made(document: Document, renderer: documents.Renderer) -> documents.Made:
    if renderer.build is not None:
        return renderer.build(document)
    return documents.Made(render_pdf(document, renderer.template, page_codes=renderer.page_codes))


def _note_failure(document_id: int, error: Exception) -> None:
    """Counts the attempt; after too many, the document is shown as failed and stops coming back."""
    document = Document.objects.get(pk=document_id)
    document.attempts += 1
    document.last_error = repr(error)[:500]
    if document.attempts >= documents.MAX_ATTEMPTS:
        document.state = Document.State.FAILED
    document.save(update_fields=["attempts", "last_error", "state"])


@shared_task
def sweep_documents() -> int:
    """Finds the documents a dead worker or a silent broker left behind, and queues them again."""
    with acting_as_portal():
        waiting = list(
            Document.objects.filter(
                state=Document.State.PENDING, created_at__lt=clock.now() - SWEEP_AFTER
            )
            .order_by("created_at")
            .values_list("pk", flat=True)[:500]
        )
    for document_id in waiting:
        render_document.apply_async([document_id], retry=False)
    return len(waiting)


@shared_task
def send_notifications() -> int:
    """Sends the letters that wait, each in its own transaction."""
    sent = 0
    with acting_as_portal():
        waiting = list(
            Notification.objects.filter(sent_at=None, attempts__lt=notifications.MAX_ATTEMPTS)
            .order_by("created_at")
            .values_list("pk", flat=True)[:200]
        )
    for pk in waiting:
        with acting_as_portal():
            letter = (
                Notification.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("recipient", "attachment")
                .filter(pk=pk, sent_at=None)
                .first()
            )
            if letter is None:
                continue
            try:
                notifications.send(letter)
                sent += 1
            except OSError:
                logger.warning("letter %s not sent", pk)
                Notification.objects.filter(pk=pk).update(attempts=models.F("attempts") + 1)
    return sent


@shared_task
def send_invitations() -> int:
    """Sends the invitations that wait, each in its own transaction."""
    sent = 0
    with acting_as_portal():
        waiting = list(
            Invitation.objects.pending()
            .filter(sent_at=None, attempts__lt=invitations.MAX_ATTEMPTS)
            .order_by("invited_at")
            .values_list("pk", flat=True)[:200]
        )
    for pk in waiting:
        with acting_as_portal():
            invitation = (
                Invitation.objects.pending()
                .select_for_update(skip_locked=True, of=("self",))
                .select_related("territory", "invited_by")
                .filter(pk=pk, sent_at=None)
                .first()
            )
            if invitation is None:
                continue
            try:
                invitations.send(invitation)
                sent += 1
            except OSError:
                logger.warning("invitation %s not sent", pk)
                Invitation.objects.filter(pk=pk).update(attempts=models.F("attempts") + 1)
    return sent


@shared_task
def apply_memberships() -> int:
    """Gives and takes back rights as roles start and end."""
    with acting_as_portal():
        return people.apply_memberships()


@shared_task
def beat() -> None:
    """A sign of life of the worker and of the clock that feeds it."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": clock.now()})
