"""The days the Alliance asked people for a common vision, needs and priorities."""

from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Consultation, Mrc, User
from alliances.services import journal
from alliances.services.revisions import (
    as_changed,
    hold,
    named_like,
    refuse_future,
    refuse_stale,
    spelled,
    write,
)


class ConsultationFields(TypedDict, total=False):
    """What is said of a consultation. ``people_in_poverty`` is None when it is not known."""

    on: date
    kind: str
    title: str
    mrc: Mrc | None
    people: int
    people_in_poverty: int | None
    outcome: str


@transaction.atomic
def add_consultation(
    alliance: Alliance, *, by: User, **fields: Unpack[ConsultationFields]
) -> Consultation:
    """Adds a consultation (guide 2024, §4.1, step 4).

    Refuses a day to come, a title already there on that day, an MRC of another territory, a
    consultation of nobody or that gave nothing, and more people in poverty than people.
    """
    hold(alliance)
    consultation = Consultation(
        alliance=alliance, updated_by=by, updated_at=clock.now(), **_said(dict(fields))
    )
    _check(consultation)
    consultation.save()
    summary = _("a inscrit la consultation « %(title)s »")
    _record(consultation, by=by, verb="add_consultation", summary=summary)
    return consultation


@transaction.atomic
def change_consultation(
    consultation: Consultation,
    *,
    by: User,
    revision: int | None = None,
    **fields: Unpack[ConsultationFields],
) -> Consultation:
    """Changes what is said of a consultation. Refuses what ``add_consultation`` refuses, and to
    write over what somebody else wrote since ``revision``."""
    consultation = _held(consultation)
    refuse_stale(consultation, revision)
    values = _said(dict(fields))
    _check(as_changed(consultation, values))
    if changed := write(consultation, values, by=by):
        summary = _("a modifié la consultation « %(title)s »")
        _record(consultation, by=by, verb="change_consultation", summary=summary, changed=changed)
    return consultation


@transaction.atomic
def remove_consultation(
    consultation: Consultation, *, by: User, revision: int | None = None
) -> None:
    """Takes a consultation out of the register; the versions already transmitted keep it, and the
    journal says what it held."""
    consultation = _held(consultation)
    refuse_stale(consultation, revision)
    _record(
        consultation,
        by=by,
        verb="remove_consultation",
        summary=_("a retiré la consultation « %(title)s »"),
        on=consultation.on.isoformat(),
        kind=consultation.kind,
        mrc=consultation.mrc.name if consultation.mrc else "",
        people=consultation.people,
        people_in_poverty=consultation.people_in_poverty,
        outcome=consultation.outcome,
    )
    consultation.delete()


def _held(consultation: Consultation) -> Consultation:
    hold(consultation.alliance)
    found = Consultation.objects.select_for_update(of=("self",))
    current = (
        found.select_related("alliance__territory", "alliance__cycle", "mrc", "updated_by")
        .filter(pk=consultation.pk)
        .first()
    )
    if current is None:
        raise StaleAct(_("Cette consultation a été retirée du registre entre-temps."))
    return current


def _said(values: dict[str, Any]) -> dict[str, Any]:
    if "title" in values:
        values["title"] = spelled(values["title"])
    if "outcome" in values:
        values["outcome"] = values["outcome"].strip()
    return values


def _check(one: Consultation) -> None:
    refuse_future(one.on, field="on")
    if not one.title:
        raise Refusal(_("Donnez un titre à la consultation."), field="title")
    same = Consultation.objects.filter(alliance=one.alliance, on=one.on).exclude(pk=one.pk)
    if named_like(same, one.title, "title").exists():
        raise Refusal(
            _("Cette consultation est déjà inscrite à ce jour. Modifiez-la plutôt."), field="title"
        )
    if one.mrc is not None and one.mrc.territory_id != one.alliance.territory_id:
        raise Refusal(
            _("Cette MRC est d’un autre territoire. Choisissez-en une du vôtre."), field="mrc"
        )
    if one.people < 1:
        raise Refusal(_("Inscrivez au moins une personne."), field="people")
    if one.people_in_poverty is not None and one.people_in_poverty > one.people:
        raise Refusal(
            _("Il y a plus de personnes en situation de pauvreté que de personnes. Corrigez-les."),
            field="people_in_poverty",
        )
    if not one.outcome:
        raise Refusal(_("Dites ce qui en ressort."), field="outcome")


def _record(one: Consultation, *, by: User, verb: str, summary: str, **data: Any) -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=(summary % {"title": one.title})[:300],
        alliance=one.alliance,
        target=one,
        url=one.alliance.url("consultations"),
        **data,
    )
