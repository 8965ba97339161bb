"""What people are told of a convention."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.models import User
from alliances.services.notifications import notify, people_with

from .models import Convention, Scan, ScanPage


def tell_sent(convention: Convention, *, by: User) -> None:
    """Those who sign, then those who follow."""
    alliance = convention.alliance
    url = alliance.url("convention")
    signers = [*people_with("sign_convention", alliance), *people_with("sign_for_table", alliance)]
    notify(
        signers,
        alliance=alliance,
        subject=_("%(territory)s : une convention attend votre signature")
        % {"territory": alliance.territory},
        body=_("La convention %(number)s est prête. Lisez-la, puis signez-la.")
        % {"number": convention.number},
        url=url,
        but=by,
    )
    followers = {
        person
        for right in ("edit_plan", "review_report")
        for person in people_with(right, alliance)
        if person not in signers
    }
    notify(
        sorted(followers, key=lambda person: person.pk),
        alliance=alliance,
        subject=_("%(territory)s : la convention part en signature")
        % {"territory": alliance.territory},
        body=_("La convention %(number)s attend la signature de chaque partie.")
        % {"number": convention.number},
        url=url,
        but=by,
    )


def tell_signed(convention: Convention, *, by: User) -> None:
    alliance = convention.alliance
    people = {
        person
        for right in ("edit_plan", "review_report", "prepare_convention", "manage_envelope")
        for person in people_with(right, alliance)
    }
    notify(
        sorted(people, key=lambda person: person.pk),
        alliance=alliance,
        subject=_("%(territory)s : la convention est signée") % {"territory": alliance.territory},
        body=_(
            "Toutes les parties ont signé la convention %(number)s. Le premier versement peut être"
            " préparé et la Table peut écrire son plan."
        )
        % {"number": convention.number},
        url=alliance.url("convention"),
        but=by,
    )


def tell_split(scan: Scan, pages: Sequence[ScanPage], *, by: User) -> None:
    """Who deposited the papers, and who records the signatures on them."""
    alliance = scan.alliance
    recorders = people_with("record_signature", alliance)
    waiting = sum(page.is_waiting for page in pages)
    names = dict.fromkeys(page.party.name for page in pages if page.party)
    lines = []
    if names:
        said = _("Feuilles de signature classées : %(names)s.")
        lines.append(said % {"names": ", ".join(names)})
    if waiting:
        said = ngettext(
            "%(n)s page attend que vous la classiez.",
            "%(n)s pages attendent que vous les classiez.",
            waiting,
        )
        lines.append(said % {"n": waiting})
    notify(
        {person.pk: person for person in (*recorders, scan.received_by)}.values(),
        alliance=alliance,
        subject=_("%(territory)s : les papiers numérisés sont classés")
        % {"territory": alliance.territory},
        body=" ".join(lines) or _("Chaque page a trouvé sa place."),
        url=alliance.url("scan", scan.pk),
        but=by,
    )
