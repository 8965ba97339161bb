"""The zones the plan favours, each with its index, its year and its source."""

from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, DevitalisedZone, Mrc, User
from alliances.services import journal
from alliances.services.revisions import as_changed, hold, named_like, refuse_stale, spelled, write

FIRST_YEAR = 1990


class ZoneFields(TypedDict, total=False):
    """A place, an index in its own unit with the year it describes, who is most affected."""

    mrc: Mrc | None
    municipality: str
    index_name: str
    value: Decimal | None
    year: int | None
    source: str
    most_affected: str


@transaction.atomic
def add_zone(alliance: Alliance, *, by: User, **fields: Unpack[ZoneFields]) -> DevitalisedZone:
    """Adds a zone to favour (guide 2024, annex 2c; 2017, « Plan de travail »).

    Refuses a zone already there, one that names no place, an MRC of another territory, and an
    index without its year or its source.
    """
    hold(alliance)
    zone = DevitalisedZone(
        alliance=alliance, updated_by=by, updated_at=clock.now(), **_said(dict(fields))
    )
    _check(zone)
    zone.save()
    _record(zone, by=by, verb="add_zone", summary=_("a inscrit la zone « %(zone)s »"))
    return zone


@transaction.atomic
def change_zone(
    zone: DevitalisedZone, *, by: User, revision: int | None = None, **fields: Unpack[ZoneFields]
) -> DevitalisedZone:
    """Changes what is said of a zone. Refuses what ``add_zone`` refuses, and to write over what
    somebody else wrote since ``revision``."""
    zone = _held(zone)
    refuse_stale(zone, revision)
    values = _said(dict(fields))
    _check(as_changed(zone, values))
    if changed := write(zone, values, by=by):
        summary = _("a modifié la zone « %(zone)s »")
        _record(zone, by=by, verb="change_zone", summary=summary, changed=changed)
    return zone


@transaction.atomic
def remove_zone(zone: DevitalisedZone, *, by: User, revision: int | None = None) -> None:
    """Takes a zone out of the register; the versions already transmitted keep it, and the journal
    says what it held."""
    zone = _held(zone)
    refuse_stale(zone, revision)
    _record(
        zone,
        by=by,
        verb="remove_zone",
        summary=_("a retiré la zone « %(zone)s »"),
        index=zone.index_name,
        value=f"{zone.value.normalize():f}" if zone.value is not None else "",
        year=zone.year,
        source=zone.source,
    )
    zone.delete()


def _held(zone: DevitalisedZone) -> DevitalisedZone:
    hold(zone.alliance)
    found = DevitalisedZone.objects.select_for_update(of=("self",))
    current = (
        found.select_related("alliance__territory", "alliance__cycle", "mrc", "updated_by")
        .filter(pk=zone.pk)
        .first()
    )
    if current is None:
        raise StaleAct(_("Cette zone a été retirée du registre entre-temps."))
    return current


def _said(values: dict[str, Any]) -> dict[str, Any]:
    for name in ("municipality", "index_name", "source"):
        if name in values:
            values[name] = spelled(values[name])
    if "most_affected" in values:
        values["most_affected"] = values["most_affected"].strip()
    return values


def _check(zone: DevitalisedZone) -> None:
    if zone.mrc is None and not zone.municipality:
        raise Refusal(_("Nommez la MRC, la municipalité ou le secteur."), field="mrc")
    if zone.mrc is not None and zone.mrc.territory_id != zone.alliance.territory_id:
        raise Refusal(
            _("Cette MRC est d’un autre territoire. Choisissez-en une du vôtre."), field="mrc"
        )
    same = DevitalisedZone.objects.filter(alliance=zone.alliance, mrc=zone.mrc)
    if named_like(same.exclude(pk=zone.pk), zone.municipality, "municipality").exists():
        raise Refusal(_("Cette zone est déjà inscrite. Modifiez-la plutôt."), field="municipality")
    if zone.value is not None:
        _check_index(zone)
    if zone.year is not None and not FIRST_YEAR <= zone.year <= clock.today().year:
        raise Refusal(
            _("Inscrivez une année entre %(first)s et %(last)s.")
            % {"first": FIRST_YEAR, "last": clock.today().year},
            field="year",
        )


def _check_index(zone: DevitalisedZone) -> None:
    if not zone.index_name:
        raise Refusal(_("Nommez l’indice dont c’est la valeur."), field="index_name")
    if zone.year is None:
        raise Refusal(_("Un indice a une année. Inscrivez-la."), field="year")
    if not zone.source:
        raise Refusal(_("Un indice a une source. Inscrivez-la."), field="source")


def _record(zone: DevitalisedZone, *, by: User, verb: str, summary: str, **data: Any) -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=(summary % {"zone": zone})[:300],
        alliance=zone.alliance,
        target=zone,
        url=zone.alliance.url("zones"),
        **data,
    )
