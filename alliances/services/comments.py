"""Remarks: a thread on an object or one of its fields, with its audience said in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Alliance, Comment, User
from alliances.permissions import can, let_close, may_close, side_of
from alliances.roles import Side
from alliances.services import journal

AllianceOf = Callable[[Any], Alliance]
QuoteOf = Callable[[Any, str], str]


@dataclass(frozen=True)
class Target:
    """What people may write remarks on.

    ``quote_of`` gives the words a field shows, and refuses a field that is not of the object.
    """

    model: type[models.Model]
    alliance_of: AllianceOf
    quote_of: QuoteOf | None = None


_targets: dict[str, Target] = {}


def register_target(
    model: type[models.Model],
    alliance_of: AllianceOf = lambda row: row.alliance,
    *,
    closers: Iterable[str] = (),
    quote_of: QuoteOf | None = None,
) -> None:
    """Lets people write remarks on a model's rows: called from the application's ``ready``.

    ``closers`` are the rights that let somebody close a thread of another side.
    """
    label = model._meta.label_lower
    _targets[label] = Target(model, alliance_of, quote_of)
    let_close(label, closers)


def find_target(label: str, pk: int) -> tuple[models.Model, Alliance] | None:
    """The object and its Alliance; None when it does not exist for the person who asks."""
    if label not in _targets:
        return None
    target = _targets[label]
    row = target.model._default_manager.filter(pk=pk).first()
    return (row, target.alliance_of(row)) if row is not None else None


@transaction.atomic
def post_comment(
    target: models.Model,
    *,
    by: User,
    alliance: Alliance,
    body: str,
    field: str = "",
    quote: str = "",
    audience: str = Comment.Audience.ALL,
    answers: Comment | None = None,
) -> Comment:
    """Posts a remark on ``target``. Refuses an empty text, an answer to another object's remark
    and a ministry-only remark by somebody who is not of the ministry.

    An answer to a closed thread opens it again: what two people do at once is never lost.
    """
    text = body.strip()
    if not text:
        raise Refusal(_("Écrivez votre remarque avant de la publier."), field="body")
    if audience == Comment.Audience.MINISTRY and not can(by, "comment_ministry", alliance):
        raise Refusal(_("Seul le ministère écrit une remarque réservée."), field="audience")
    label = target._meta.label_lower
    if answers is not None:
        if (answers.target_label, answers.target_id) != (label, target.pk):
            raise Refusal(_("Cette remarque porte sur autre chose."))
        audience, field, quote = answers.audience, answers.field, ""
        _open_again(answers)
    elif not quote and label in _targets and (quote_of := _targets[label].quote_of) is not None:
        quote = quote_of(target, field)
    comment = Comment.objects.create(
        alliance=alliance,
        territory_id=alliance.territory_id,
        target_label=label,
        target_id=target.pk,
        field=field,
        quote=quote[:300],
        audience=audience,
        answers=answers,
        body=text,
        author=by,
        side=side_of(by, alliance),
    )
    if audience == Comment.Audience.ALL:
        journal.record(
            by=by, verb="comment", summary=_("a écrit une remarque"), alliance=alliance,
            target=target, field=field,
        )  # fmt: skip
    return comment


def ask_correction(
    target: models.Model, *, by: User, alliance: Alliance, body: str, field: str, quote: str = ""
) -> Comment:
    """A remark read by all that a return makes: the Table answers it before transmitting again."""
    return Comment.objects.create(
        alliance=alliance,
        territory_id=alliance.territory_id,
        target_label=target._meta.label_lower,
        target_id=target.pk,
        field=field,
        quote=quote[:300],
        is_correction=True,
        body=body.strip()[:5000],
        author=by,
        side=side_of(by, alliance),
    )


def _held(comment: Comment) -> Comment:
    """The first remark of a thread as it is now, held until the transaction ends."""
    return (
        Comment.objects.select_for_update(of=("self",))
        .select_related("alliance", "resolved_by")
        .get(pk=comment.pk)
    )


def _open_again(comment: Comment) -> None:
    thread = _held(comment)
    if thread.resolved_at is not None:
        thread.resolved_at = thread.resolved_by = None
        thread.save(update_fields=["resolved_at", "resolved_by"])


def _record(comment: Comment, *, by: User, verb: str, summary: str) -> None:
    """The journal is read by all: what the ministry keeps to itself is not in it."""
    if comment.is_ministry_only:
        return
    found = find_target(comment.target_label, comment.target_id)
    journal.record(
        by=by,
        verb=verb,
        summary=summary,
        alliance=comment.alliance,
        target=found[0] if found else None,
        field=comment.field,
    )


@transaction.atomic
def resolve_comment(comment: Comment, *, by: User) -> Comment:
    """Closes a thread: the remark and its answers stay readable.

    Refuses who neither is of the author's side nor decides on the object, and the Table when it
    has not answered a correction.
    """
    if comment.answers_id is not None:
        raise Refusal(_("Réglez la remarque elle-même, pas une réponse."))
    comment = _held(comment)
    if not may_close(comment, by, comment.alliance):
        raise Refusal(_("Seul le côté qui a écrit cette remarque peut la régler."))
    if comment.resolved_at is not None:
        return comment
    if comment.awaits_table and side_of(by, comment.alliance) == Side.TABLE.value:
        raise Refusal(_("Répondez à cette correction avant de la régler."))
    comment.resolved_at, comment.resolved_by = clock.now(), by
    comment.save(update_fields=["resolved_at", "resolved_by"])
    _record(comment, by=by, verb="resolve_comment", summary=_("a réglé une remarque"))
    return comment


@transaction.atomic
def reopen_comment(comment: Comment, *, by: User) -> Comment:
    """Opens a closed thread again. Refuses as for closing."""
    comment = _held(comment)
    if not may_close(comment, by, comment.alliance):
        raise Refusal(_("Seul le côté qui a écrit cette remarque peut la rouvrir."))
    if comment.resolved_at is None:
        return comment
    comment.resolved_at = comment.resolved_by = None
    comment.save(update_fields=["resolved_at", "resolved_by"])
    _record(comment, by=by, verb="reopen_comment", summary=_("a rouvert une remarque"))
    return comment
