"""What people are told of an avenant."""

from django.utils.translation import gettext as _

from alliances.models import User
from alliances.services.notifications import notify, people_with
from conventions.models import Avenant

from .words import in_words


def _people(avenant: Avenant, *rights: str) -> list[User]:
    alliance = avenant.convention.alliance
    found = {person for right in rights for person in people_with(right, alliance)}
    return sorted(found, key=lambda person: person.pk)


def _words(avenant: Avenant) -> dict[str, object]:
    return {
        "territory": avenant.convention.alliance.territory,
        "n": avenant.number,
        "number": avenant.convention.number,
        "changes": in_words(avenant),
        "reason": avenant.withdrawn_reason,
    }


def _tell(people: list[User], avenant: Avenant, *, subject: str, body: str, by: User) -> None:
    words = _words(avenant)
    notify(
        people,
        alliance=avenant.convention.alliance,
        subject=subject % words,
        body=body % words,
        url=avenant.convention.alliance.url("avenant", avenant.number),
        but=by,
    )


def tell_sent(avenant: Avenant, *, by: User) -> None:
    """Those who sign, then those who follow."""
    signers = _people(avenant, "sign_convention", "sign_for_table")
    _tell(
        signers,
        avenant,
        subject=_("%(territory)s : un avenant attend votre signature"),
        body=_(
            "L’avenant no %(n)s à la convention %(number)s est prêt : %(changes)s. Lisez-le, puis"
            " signez-le."
        ),
        by=by,
    )
    followers = [
        one for one in _people(avenant, "edit_plan", "review_report") if one not in signers
    ]
    _tell(
        followers,
        avenant,
        subject=_("%(territory)s : un avenant part en signature"),
        body=_("L’avenant no %(n)s à la convention %(number)s : %(changes)s."),
        by=by,
    )


def tell_withdrawn(avenant: Avenant, *, by: User) -> None:
    _tell(
        _people(avenant, "sign_convention", "sign_for_table", "edit_plan", "review_report"),
        avenant,
        subject=_("%(territory)s : un avenant est retiré"),
        body=_(
            "L’avenant no %(n)s à la convention %(number)s est retiré. La convention reste comme"
            " elle est. Motif : %(reason)s"
        ),
        by=by,
    )


def tell_signed(avenant: Avenant, *, by: User) -> None:
    _tell(
        _people(avenant, "edit_plan", "review_report", "prepare_convention", "manage_envelope"),
        avenant,
        subject=_("%(territory)s : l’avenant no %(n)s est signé"),
        body=_(
            "Toutes les parties ont signé l’avenant no %(n)s à la convention %(number)s. Il est"
            " appliqué : %(changes)s."
        ),
        by=by,
    )
