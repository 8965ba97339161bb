"""Remarks: a thread on an object or one of its fields, with its audience said in words."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Alliance, Comment, User
from alliances.permissions import can, role_of
from alliances.services import journal

AllianceOf = Callable[[Any], Alliance]
_targets: dict[str, tuple[type[models.Model], AllianceOf]] = {}


def register_target(
    model: type[models.Model], alliance_of: AllianceOf = lambda row: row.alliance
) -> None:
    """Lets people write remarks on a model's rows: called from the application's ``ready``."""
    _targets[model._meta.label_lower] = (model, alliance_of)


def find_target(label: str, pk: int) -> tuple[models.Model, Alliance] | None:
    """The object and its Alliance; None when it does not exist for the person who asks."""
    if label not in _targets:
        return None
    model, alliance_of = _targets[label]
    row = model._default_manager.filter(pk=pk).first()
    return (row, alliance_of(row)) if row is not None else None


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
    and a ministry-only remark by somebody who is not of the ministry."""
    text = body.strip()
    if not text:
        raise Refusal(_("Écrivez votre remarque avant de la publier."), field="body")
    if audience == Comment.Audience.MINISTRY and not can(by, "comment_ministry", alliance):
        raise Refusal(_("Seul le ministère écrit une remarque réservée."), field="audience")
    label = target._meta.label_lower
    if answers is not None:
        if (answers.target_label, answers.target_id) != (label, target.pk):
            raise Refusal(_("Cette remarque porte sur autre chose."))
        audience, field = answers.audience, answers.field
    role = role_of(by, alliance)
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
        side=role.side.value if role else "dgssac",
    )
    if audience == Comment.Audience.ALL:
        journal.record(
            by=by, verb="comment", summary=_("a écrit une remarque"), alliance=alliance,
            target=target, field=field,
        )  # fmt: skip
    return comment


def resolve_comment(comment: Comment, *, by: User) -> Comment:
    """Closes a thread: the remark and its answers stay readable."""
    if comment.answers_id is not None:
        raise Refusal(_("Réglez la remarque elle-même, pas une réponse."))
    if comment.resolved_at is None:
        comment.resolved_at, comment.resolved_by = clock.now(), by
        comment.save(update_fields=["resolved_at", "resolved_by"])
    return comment
