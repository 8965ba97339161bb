"""When a versement should be paid, and who to call about it: from recorded facts only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.utils.translation import gettext as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Membership, User
from conventions.models import Tranche
from fqis.models import Versement
from fqis.wording import local_day

State = Versement.State
# The moment from which the way to the payment is counted, in each state.
_FROM = {
    State.READY: "ready_at",
    State.RECOMMENDED: "recommended_at",
    State.AUTHORISED: "authorised_at",
    State.ISSUED: "authorised_at",
}


@dataclass(frozen=True)
class Expected:
    """A day, and the sentence that says where it comes from. ``day`` is None while nobody can
    tell."""

    day: date | None
    note: str
    is_limit: bool = False


def expected_for(tranche: Tranche, versement: Versement | None) -> Expected | None:
    """When the money should come: from the time the Alliance's earlier versements took from the
    same step, else the end of the fiscal year. None once it is paid or cancelled. One query."""
    state = versement.state if versement else State.PLANNED
    if state in (State.PAID, State.CANCELLED):
        return None
    if state == State.HELD:
        return Expected(None, _("La date sera connue quand la retenue sera levée."))
    step = _FROM.get(State(state))
    since: datetime | None = getattr(versement, step) if versement and step else None
    days = _usual_days(versement, step) if versement and step else None
    if since is not None and days is not None:
        day = local_day(since) + timedelta(days=days)
        if day < clock.today():
            note = _("Le temps habituel est dépassé : demandez une date à votre contact.")
            return Expected(None, note)
        return Expected(day, _("D’après le temps qu’ont pris vos versements précédents."))
    last = FiscalYear(tranche.fiscal_year).last_day
    if last < clock.today():
        return Expected(None, _("L’exercice est terminé : demandez une date à votre contact."))
    return Expected(last, _("La fin de l’exercice de cette tranche."), is_limit=True)


def _usual_days(versement: Versement, step: str) -> int | None:
    """The middle number of days from ``step`` to the payment, among the paid ones."""
    paid = Versement.objects.filter(alliance=versement.alliance_id).paid().order_by("pk")
    took = [(day - local_day(moment)).days for moment, day in paid.values_list(step, "paid_on")]
    return max(0, round(median(took))) if took else None


@dataclass(frozen=True)
class Contact:
    """Somebody to call, and as what they answer."""

    person: User
    role: str


def contact_for(alliance: Alliance, versement: Versement | None, user: User) -> Contact | None:
    """Who holds the versement back, else the adviser of the territory, else the DGSSAC's analyst;
    never the reader. One query."""
    if versement is not None and versement.state == State.HELD and versement.held_by is not None:
        if versement.held_by_id == user.pk:
            return None
        return Contact(versement.held_by, _("retient ce versement"))
    members = (
        Membership.objects.active_on(clock.today())
        .filter(role__in=["advisor", "analyst"], user__is_active=True)
        .exclude(user=user)
        .select_related("user", "territory")
        .order_by("pk")
    )
    for role, territory in (("advisor", alliance.territory_id), ("analyst", None)):
        for member in members:
            if member.role == role and member.territory_id == territory:
                spec = member.spec
                return Contact(member.user, f"{spec.side.label}, {str(spec.label).lower()}")
    return None
