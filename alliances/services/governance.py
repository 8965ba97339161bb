"""Who decides on an Alliance: its bodies, and their seats, counted and never named."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Alliance, GovernanceBody, SeatCount, User
from alliances.services import journal


@transaction.atomic
def add_body(alliance: Alliance, name: str, *, by: User) -> GovernanceBody:
    """Adds a committee or board (guide 2024, annex 1a). Refuses a name already there."""
    name = name.strip()
    if GovernanceBody.objects.filter(alliance=alliance, name__iexact=name).exists():
        raise Refusal(_("Cette instance existe déjà. Comptez plutôt ses sièges."), field="name")
    body = GovernanceBody.objects.create(alliance=alliance, name=name)
    journal.record(
        by=by,
        verb="add_body",
        summary=_("a ajouté l’instance « %(name)s »") % {"name": name},
        alliance=alliance,
        target=body,
    )
    return body


@transaction.atomic
def count_seats(
    body: GovernanceBody, *, by: User, on: date, seats: int, lived_experience: int
) -> SeatCount:
    """Counts the seats of ``body`` on a day, and those held by people living in poverty.

    A count is written once. Refuses a day to come, a day already counted, and more seats held
    than there are.
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
    )
    return count
