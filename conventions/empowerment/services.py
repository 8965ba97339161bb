"""What empowers a Table to sign: its resolution, its place at the REQ, its fiduciary.

Guide 2024, §2.1 and §4.1-2; guide 2017, « Mise en œuvre », step 2.
"""

import re
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Missing, Refusal
from alliances.models import Alliance, Organisation, User
from alliances.models.alliances import NEQ
from alliances.services import journal
from alliances.services.documents import deposit_document
from alliances.templatetags.portal import date_long
from conventions.models import Convention, Resolution
from conventions.permissions import may_empower

TEN_DIGITS = r"[0-9]{10}"


def needs_fiduciary(alliance: Alliance) -> bool:
    """A Table that is not at the REQ needs one; Montréal, Laval and the Indigenous organisations
    may manage their envelope themselves, so the guide asks them for none."""
    return not alliance.table.is_registered and not alliance.territory.manages_own_envelope


def missing_to_send(alliance: Alliance) -> list[Missing]:
    """What stands between a draft and its signatures, each with the page where it is mended."""
    missing = []
    here = alliance.url("empowerment")
    if not Resolution.objects.filter(alliance=alliance).exists():
        missing.append(
            Missing(_("La résolution qui habilite la Table à signer"), f"{here}#resolution")
        )
    if needs_fiduciary(alliance) and alliance.fiduciary is None:
        missing.append(Missing(_("Le fiduciaire du FQIS"), f"{here}#fiduciaire"))
    return missing


def check_empowered(alliance: Alliance) -> None:
    """Refuses an Alliance that lacks its resolution, or a fiduciary that it needs; says each."""
    missing = missing_to_send(alliance)
    if missing:
        names = ", ".join(one.label[0].lower() + one.label[1:] for one in missing)
        raise Refusal(
            _("Avant d’envoyer la convention, il manque : %(names)s.") % {"names": names},
            missing=missing,
        )


def is_fixed(alliance: Alliance) -> bool:
    """Whether the parties are already signing, or have signed."""
    states = [Convention.State.SENT, Convention.State.SIGNED]
    return alliance.conventions.filter(state__in=states).exists()


def _require(by: User, alliance: Alliance) -> None:
    if not may_empower(by, alliance):
        raise Refusal(_("Votre rôle ne permet pas cet acte sur cette convention."))


def _open(alliance: Alliance) -> Alliance:
    """The Alliance, locked. Refuses one whose parties are already signing or have signed."""
    alliance = Alliance.objects.for_pages().select_for_update(of=("self",)).get(pk=alliance.pk)
    if is_fixed(alliance):
        raise Refusal(
            _("La convention est déjà envoyée : ses parties ne changent que par un avenant.")
        )
    return alliance


@transaction.atomic
def record_resolution(
    alliance: Alliance, *, by: User, adopted_on: date, file: UploadedFile
) -> Resolution:
    """Keeps the resolution and its day. A later one is added; none is erased.

    Refuses a role that does not prepare or govern, a day in the future, and a file that is not
    what its name says.
    """
    _require(by, alliance)
    if adopted_on > clock.today():
        raise Refusal(
            _("La date de la résolution est dans l’avenir. Entrez aujourd’hui ou un jour passé."),
            field="adopted_on",
        )
    document = deposit_document(
        file,
        by=by,
        alliance=alliance,
        title=_("Résolution du %(day)s, %(table)s")
        % {"day": date_long(adopted_on), "table": alliance.table},
        kind="resolution",
        subject=alliance,
    )
    resolution = Resolution.objects.create(
        alliance=alliance, adopted_on=adopted_on, document=document, recorded_by=by
    )
    journal.record(
        by=by,
        verb="record_resolution",
        summary=_("a déposé la résolution du %(day)s") % {"day": date_long(adopted_on)},
        alliance=alliance,
        target=resolution,
        url=alliance.url("empowerment"),
    )
    return resolution


@transaction.atomic
def record_registration(
    alliance: Alliance, *, by: User, is_registered: bool, neq: str = ""
) -> Alliance:
    """Says whether the Table is at the REQ, under which NEQ. A Table that is has no fiduciary.

    Refuses parties already signing, and a NEQ that another organisation of the territory has.
    """
    _require(by, alliance)
    alliance = _open(alliance)
    table = alliance.table
    _check_neq(alliance, neq, but=table)
    table.is_registered, table.neq = is_registered, neq
    table.save(update_fields=["is_registered", "neq"])
    if is_registered and alliance.fiduciary_id is not None:
        alliance.fiduciary = None
        alliance.save(update_fields=["fiduciary"])
    journal.record(
        by=by,
        verb="record_registration",
        summary=_("a inscrit que la Table est au REQ")
        if is_registered
        else _("a inscrit que la Table n’est pas au REQ"),
        alliance=alliance,
        target=table,
        url=alliance.url("empowerment"),
    )
    return alliance


@transaction.atomic
def name_fiduciary(
    alliance: Alliance, *, by: User, name: str, neq: str, city: str = ""
) -> Alliance:
    """Names the organisation that receives the envelope for a Table that is not at the REQ.

    Refuses a Table that is at the REQ, the Table itself, parties already signing, and a NEQ that
    is not ten digits. An organisation of the territory with this NEQ is taken as it is.
    """
    _require(by, alliance)
    alliance = _open(alliance)
    if alliance.table.is_registered:
        raise Refusal(_("La Table est inscrite au REQ : elle n’a pas besoin de fiduciaire."))
    if not re.fullmatch(TEN_DIGITS, neq):
        raise Refusal(NEQ.message, field="neq")
    if not name.strip():
        raise Refusal(_("Entrez le nom du fiduciaire."), field="name")
    if neq == alliance.table.neq:
        raise Refusal(_("Le fiduciaire est une autre organisation que la Table."), field="neq")
    fiduciary, _is_new = Organisation.objects.get_or_create(
        territory_id=alliance.territory_id,
        neq=neq,
        defaults={
            "name": name.strip(),
            "city": city.strip(),
            "legal_class": Organisation.LegalClass.NON_PROFIT,
        },
    )
    alliance.fiduciary = fiduciary
    alliance.save(update_fields=["fiduciary"])
    journal.record(
        by=by,
        verb="name_fiduciary",
        summary=_("a nommé le fiduciaire du FQIS : %(name)s") % {"name": fiduciary.name},
        alliance=alliance,
        target=fiduciary,
        url=alliance.url("empowerment"),
    )
    return alliance


def _check_neq(alliance: Alliance, neq: str, *, but: Organisation) -> None:
    if not neq:
        return
    if not re.fullmatch(TEN_DIGITS, neq):
        raise Refusal(NEQ.message, field="neq")
    others = Organisation.objects.filter(territory_id=alliance.territory_id, neq=neq)
    if others.exclude(pk=but.pk).exists():
        raise Refusal(_("Une organisation de ce territoire a déjà ce NEQ."), field="neq")
