"""The journal: one line per act, written in the act's own transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.functional import Promise

from alliances import logs
from alliances.models import Alliance, JournalEntry, Territory, User

_verbs: dict[str, str | Promise] = {}


def name_verbs(verbs: Mapping[str, str | Promise]) -> None:
    """Says what people call each act: « invite » reads « Invitation ». Called from ``ready``."""
    _verbs.update(verbs)


def verb_label(verb: str) -> str:
    return str(_verbs.get(verb, verb.replace("_", " ").capitalize()))


def record(
    *,
    by: User,
    verb: str,
    summary: str,
    alliance: Alliance | None = None,
    territory: Territory | None = None,
    target: models.Model | None = None,
    reason: str = "",
    acting_for: str = "",
    url: str = "",
    **data: Any,
) -> JournalEntry:
    """Writes who did what, when and why. ``summary`` is a French phrase that follows the name:
    « a transmis la reddition 2025-2026 »."""
    place = territory.pk if territory is not None else None
    return JournalEntry.objects.create(
        actor=by,
        verb=verb,
        summary=summary,
        alliance=alliance,
        territory_id=alliance.territory_id if alliance is not None else place,
        target_label=target._meta.label_lower if target is not None else "",
        target_id=target.pk if target is not None else None,
        reason=reason,
        acting_for=acting_for,
        url=url,
        data=data,
        request_id=logs.current().request_id,
    )
