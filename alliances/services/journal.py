"""The journal: one line per act, written in the act's own transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.functional import Promise

from alliances import logs
from alliances.models import Alliance, JournalEntry, Territory, User
from alliances.permissions import standing_in

_verbs: dict[str, str | Promise] = {}


def name_verbs(verbs: Mapping[str, str | Promise]) -> None:
    """Says what people call each act: « invite » reads « Invitation ». Called from ``ready``."""
    _verbs.update(verbs)


def verb_label(verb: str) -> str:
    return str(_verbs.get(verb, verb.replace("_", " ").capitalize()))


def entry(
    *,
    by: User,
    verb: str,
    summary: str,
    alliance: Alliance | None = None,
    territory: Territory | None = None,
    target: models.Model | None = None,
    reason: str = "",
    acting_for: str = "",
    right: str = "",
    url: str = "",
    **data: Any,
) -> JournalEntry:
    """Who did what, when and why, not yet written. ``summary`` is a French phrase that follows
    the name: « a transmis la reddition 2025-2026 ». With ``right``, the one that was used, says
    for which absent person, when the author holds it in their stead."""
    if right:
        absent = standing_in(by, right, alliance)
        acting_for = absent.full_name if absent else ""
    place = territory.pk if territory is not None else None
    return JournalEntry(
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


def record(**words: Any) -> JournalEntry:
    """Writes one act; its words are those of ``entry``."""
    written = entry(**words)
    written.save()
    return written


def record_all(entries: Iterable[JournalEntry]) -> None:
    """Writes the acts of many at once. One query."""
    JournalEntry.objects.bulk_create(entries)
