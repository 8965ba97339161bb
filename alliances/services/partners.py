"""Who takes part in an Alliance: partners come, change, leave and come back; none is deleted."""

from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Mrc, Partner, PartnerCategory, User
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
from alliances.templatetags.portal import date_long


class PartnerFields(TypedDict, total=False):
    """What is said of a partner. ``mrc`` is None for a regional one."""

    name: str
    category: PartnerCategory
    level: str
    mrc: Mrc | None
    contribution: str
    contact: str
    email: str
    joined_on: date


@transaction.atomic
def add_partner(alliance: Alliance, *, by: User, **fields: Unpack[PartnerFields]) -> Partner:
    """Adds a partner (guide 2024, §3.2 and annex 1c; 2017, « Partenariats »).

    Refuses a name already there, a local partner without its MRC, an MRC of another territory, a
    category of another cycle, a day to come.
    """
    hold(alliance)
    values = _said(alliance, dict(fields))
    if not values.get("name"):
        raise Refusal(_("Écrivez le nom du partenaire."), field="name")
    if "category" not in values:
        raise Refusal(_("Choisissez la catégorie du partenaire."), field="category")
    _only_once(alliance, values["name"])
    partner = Partner(alliance=alliance, updated_by=by, updated_at=clock.now(), **values)
    _check(partner)
    partner.save()
    _record(partner, by=by, verb="add_partner", summary=_("a inscrit le partenaire « %(name)s »"))
    return partner


@transaction.atomic
def change_partner(
    partner: Partner, *, by: User, revision: int | None = None, **fields: Unpack[PartnerFields]
) -> Partner:
    """Changes what is said of a partner. Refuses what ``add_partner`` refuses, and to write over
    what somebody else wrote since ``revision``."""
    partner = _held(partner)
    refuse_stale(partner, revision)
    values = _said(partner.alliance, dict(fields))
    if values.get("name", partner.name) == "":
        raise Refusal(_("Écrivez le nom du partenaire."), field="name")
    if "name" in values and partner.left_on is None:
        _only_once(partner.alliance, values["name"], but=partner)
    _check(as_changed(partner, values))
    changed = write(partner, values, by=by)
    if changed:
        _record(
            partner,
            by=by,
            verb="change_partner",
            summary=_("a modifié le partenaire « %(name)s »"),
            changed=changed,
        )
    return partner


@transaction.atomic
def leave(partner: Partner, *, by: User, on: date, revision: int | None = None) -> Partner:
    """The partner no longer takes part from that day. Its past stays. Refuses a day to come or
    before it joined, and one that already left."""
    partner = _held(partner)
    if partner.left_on is not None:
        raise StaleAct(
            _("« %(name)s » a déjà quitté l’Alliance le %(day)s.")
            % {"name": partner, "day": date_long(partner.left_on)}
        )
    refuse_stale(partner, revision)
    refuse_future(on, field="on")
    if on < partner.joined_on:
        raise Refusal(
            _("Ce partenaire participe depuis le %(day)s : le départ ne peut pas le précéder.")
            % {"day": date_long(partner.joined_on)},
            field="on",
        )
    write(partner, {"left_on": on}, by=by)
    summary = _("a consigné le départ de « %(name)s » le %(day)s")
    _record(partner, by=by, verb="partner_left", summary=summary, day=on)
    return partner


@transaction.atomic
def come_back(partner: Partner, *, by: User, on: date, revision: int | None = None) -> Partner:
    """The partner takes part again from that day; a return on the very day of the departure means
    it never left. Refuses a day to come or before the departure, and a name taken meanwhile."""
    partner = _held(partner)
    if partner.left_on is None:
        raise StaleAct(_("« %(name)s » participe déjà à l’Alliance.") % {"name": partner})
    refuse_stale(partner, revision)
    refuse_future(on, field="on")
    if on < partner.left_on:
        raise Refusal(
            _("Ce partenaire est parti le %(day)s : le retour ne peut pas le précéder.")
            % {"day": date_long(partner.left_on)},
            field="on",
        )
    _only_once(partner.alliance, partner.name, but=partner)
    since = partner.joined_on if on == partner.left_on else on
    write(partner, {"left_on": None, "joined_on": since}, by=by)
    summary = _("a consigné le retour de « %(name)s » le %(day)s")
    _record(partner, by=by, verb="partner_back", summary=summary, day=on)
    return partner


def _held(partner: Partner) -> Partner:
    """The partner as it is now, held until the transaction ends."""
    hold(partner.alliance)
    found = Partner.objects.select_for_update(of=("self",))
    return found.select_related(
        "alliance__territory", "alliance__cycle", "category", "mrc", "updated_by"
    ).get(pk=partner.pk)


def _said(alliance: Alliance, values: dict[str, Any]) -> dict[str, Any]:
    for name in ("name", "contact", "email"):
        if name in values:
            values[name] = spelled(values[name])
    if "contribution" in values:
        values["contribution"] = values["contribution"].strip()
    return values


def _only_once(alliance: Alliance, name: str, but: Partner | None = None) -> None:
    same = named_like(Partner.objects.filter(alliance=alliance), name)
    if but is not None:
        same = same.filter(left_on=None).exclude(pk=but.pk)
    found = list(same)
    active = next((one for one in found if one.left_on is None), None)
    if active is not None:
        raise Refusal(
            _("Ce partenaire est déjà inscrit, sous le nom « %(name)s ».") % {"name": active},
            field="name",
        )
    if found:
        gone = found[0]
        raise Refusal(
            _("« %(name)s » a quitté l’Alliance le %(day)s. Consignez plutôt son retour.")
            % {"name": gone, "day": date_long(gone.left_on)},
            field="name",
        )


def _check(partner: Partner) -> None:
    alliance = partner.alliance
    if partner.category.cycle_id != alliance.cycle_id:
        raise Refusal(
            _("Cette catégorie est d’un autre cycle. Choisissez-en une de la liste."),
            field="category",
        )
    if partner.level == Partner.Level.LOCAL and partner.mrc is None:
        raise Refusal(_("Un partenaire local nomme sa MRC. Choisissez-la."), field="place")
    if partner.level == Partner.Level.REGIONAL and partner.mrc is not None:
        raise Refusal(
            _("Un partenaire régional couvre tout le territoire : il ne nomme aucune MRC."),
            field="place",
        )
    if partner.mrc is not None and partner.mrc.territory_id != alliance.territory_id:
        raise Refusal(
            _("Cette MRC est d’un autre territoire. Choisissez-en une du vôtre."), field="place"
        )
    refuse_future(partner.joined_on, field="joined_on")
    if partner.left_on is not None and partner.left_on < partner.joined_on:
        raise Refusal(
            _("Ce partenaire est parti le %(day)s : il est arrivé avant.")
            % {"day": date_long(partner.left_on)},
            field="joined_on",
        )


def _record(
    partner: Partner, *, by: User, verb: str, summary: str, day: date | None = None, **data: Any
) -> None:
    alliance = partner.alliance
    journal.record(
        by=by,
        verb=verb,
        summary=(summary % {"name": partner.name, "day": date_long(day)})[:300],
        alliance=alliance,
        target=partner,
        url=alliance.url("partner", partner.pk),
        **data,
    )
