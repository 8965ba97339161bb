"""What people are told of a convention."""

from django.utils.translation import gettext as _

from alliances.models import User
from alliances.services.notifications import notify, people_with

from .models import Convention


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
