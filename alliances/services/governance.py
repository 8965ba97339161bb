"""Who decides on an Alliance: its bodies, and their seats, counted and never named."""

from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, GovernanceBody, SeatCount, User
from alliances.services import journal
from alliances.services.revisions import (
    hold,
    named_like,
    refuse_future,
    refuse_stale,
    spelled,
    write,
)
from alliances.templatetags.portal import date_long


class BodyFields(TypedDict, total=False):
    """What is said of a body; ``support`` is what makes a seat possible for people in poverty."""

    name: str
    mandate: str
    meetings_per_year: int | None
    support: str


@transaction.atomic
def add_body(
    alliance: Alliance,
    name: str,
    *,
    by: User,
    mandate: str = "",
    meetings_per_year: int | None = None,
    support: str = "",
) -> GovernanceBody:
    """Adds a committee or board (guide 2024, annex 1a). Refuses a name already there."""
    hold(alliance)
    name = spelled(name)
    _only_once(alliance, name)
    body = GovernanceBody.objects.create(
        alliance=alliance,
        name=name,
        mandate=mandate.strip(),
        meetings_per_year=meetings_per_year,
        support=support.strip(),
        updated_at=clock.now(),
        updated_by=by,
    )
    _record(body, by=by, verb="add_body", summary=_("a ajouté l’instance « %(name)s »"))
    return body


@transaction.atomic
def change_body(
    body: GovernanceBody, *, by: User, revision: int | None = None, **fields: Unpack[BodyFields]
) -> GovernanceBody:
    """Changes what is said of a body. Refuses a name already there, and to write over what somebody
    else wrote since ``revision``."""
    body = _held(body)
    refuse_stale(body, revision)
    values: dict[str, Any] = dict(fields)
    for name in ("mandate", "support"):
        if name in values:
            values[name] = values[name].strip()
    if "name" in values:
        values["name"] = spelled(values["name"])
        _only_once(body.alliance, values["name"], but=body)
    if changed := write(body, values, by=by):
        summary = _("a modifié l’instance « %(name)s »")
        _record(body, by=by, verb="change_body", summary=summary, changed=changed)
    return body


@transaction.atomic
def close_body(
    body: GovernanceBody, *, by: User, on: date, revision: int | None = None
) -> GovernanceBody:
    """The body no longer sits from that day; its counts stay. Refuses a day to come or before its
    last count, and a body already dissolved."""
    body = _held(body)
    if body.closed_on is not None:
        raise StaleAct(
            _("« %(name)s » est déjà dissoute depuis le %(day)s.")
            % {"name": body, "day": date_long(body.closed_on)}
        )
    refuse_stale(body, revision)
    refuse_future(on, field="on")
    last = body.counts.first()
    if last is not None and on < last.on:
        raise Refusal(
            _("Ses sièges sont comptés le %(day)s : l’instance siégeait encore ce jour-là.")
            % {"day": date_long(last.on)},
            field="on",
        )
    write(body, {"closed_on": on}, by=by)
    summary = _("a consigné la dissolution de « %(name)s » le %(day)s")
    _record(body, by=by, verb="close_body", summary=summary, day=on)
    return body


@transaction.atomic
def reopen_body(body: GovernanceBody, *, by: User, revision: int | None = None) -> GovernanceBody:
    """The body sits again. Refuses a name taken meanwhile, and a body that still sits."""
    body = _held(body)
    if body.closed_on is None:
        raise StaleAct(_("« %(name)s » siège déjà.") % {"name": body})
    refuse_stale(body, revision)
    _only_once(body.alliance, body.name, but=body)
    write(body, {"closed_on": None}, by=by)
    _record(body, by=by, verb="reopen_body", summary=_("a repris l’instance « %(name)s »"))
    return body


@transaction.atomic
def count_seats(
    body: GovernanceBody, *, by: User, on: date, seats: int, lived_experience: int
) -> SeatCount:
    """Counts the seats of ``body`` on a day, and those held by people living in poverty.

    A count is written once. Refuses a day to come, a day already counted, a body dissolved that
    day, and more seats held than there are.
    """
    if on > clock.today():
        raise Refusal(
            _("Cette date est dans l’avenir. Comptez les sièges d’aujourd’hui."), field="on"
        )
    if lived_experience > seats:
        raise Refusal(
            _("Il y a plus de sièges tenus que de sièges. Corrigez l’un des deux."),
            field="lived_experience",
        )
    body = GovernanceBody.objects.select_for_update(of=("self",)).get(pk=body.pk)
    if body.closed_on is not None and body.closed_on < on:
        raise Refusal(
            _("« %(name)s » est dissoute depuis le %(day)s.")
            % {"name": body, "day": date_long(body.closed_on)},
            field="on",
        )
    if SeatCount.objects.filter(body=body, on=on).exists():
        raise Refusal(
            _("Les sièges sont déjà comptés pour ce jour. Choisissez-en un autre."), field="on"
        )
    count = SeatCount.objects.create(
        body=body, on=on, seats=seats, lived_experience=lived_experience, counted_by=by
    )
    journal.record(
        by=by,
        verb="count_seats",
        summary=_("a compté les sièges de « %(name)s » : %(held)s sur %(seats)s")
        % {"name": body.name, "held": lived_experience, "seats": seats},
        alliance=body.alliance,
        target=count,
        url=body.alliance.url("body", body.pk),
    )
    return count


def _held(body: GovernanceBody) -> GovernanceBody:
    hold(body.alliance)
    found = GovernanceBody.objects.select_for_update(of=("self",))
    return found.select_related("alliance__territory", "alliance__cycle", "updated_by").get(
        pk=body.pk
    )


def _only_once(alliance: Alliance, name: str, but: GovernanceBody | None = None) -> None:
    if not name:
        raise Refusal(_("Écrivez le nom de l’instance."), field="name")
    bodies = GovernanceBody.objects.filter(alliance=alliance, closed_on=None)
    if but is not None:
        bodies = bodies.exclude(pk=but.pk)
    if named_like(bodies, name).exists():
        raise Refusal(_("Cette instance existe déjà. Comptez plutôt ses sièges."), field="name")


def _record(
    body: GovernanceBody,
    *,
    by: User,
    verb: str,
    summary: str,
    day: date | None = None,
    **data: Any,
) -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=(summary % {"name": body.name, "day": date_long(day)})[:300],
        alliance=body.alliance,
        target=body,
        url=body.alliance.url("body", body.pk),
        **data,
    )
