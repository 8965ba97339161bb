"""What a request must respect (guide 2024, §4.2): each rule, alone or all at once.

A service raises the first rule broken; a form shows them all.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.models import Alliance, Organisation
from fqis.models import Call
from fqis.norms import five_years_after
from fqis.wording import date_long, in_future, money
from plans.models import PlanVersion, Priority


def refusals_of_request(
    alliance: Alliance,
    *,
    day: date,
    title: str | None = None,
    amount_requested: Decimal | None = None,
    received_on: date | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    organisation: Organisation | None = None,
    priority: Priority | None = None,
    call: Call | None = None,
    is_admissible: bool = True,
) -> list[Refusal]:
    """Every rule that a request of ``day`` breaks; amounts in dollars. What is None is not known
    yet, save the priority. One that is not admissible may break the rules on its organisation and
    its priority: it is kept to be refused."""
    broken = []
    if title is not None:
        broken.append(_refusal(_check_title, title))
    if amount_requested is not None:
        broken.append(_refusal(check_amount, amount_requested))
    if received_on is not None:
        broken.append(_refusal(_check_received, received_on))
    if starts_on is not None and ends_on is not None:
        broken.append(_refusal(check_period, starts_on, ends_on))
    if is_admissible and organisation is not None:
        broken.append(_refusal(check_eligible, organisation))
    if is_admissible:
        broken.append(_refusal(served_priority, alliance, priority, day))
    if call is not None:
        broken.append(_refusal(check_call, alliance, call))
        if amount_requested is not None:
            broken.append(_refusal(_check_ceiling, call, amount_requested))
        if priority is not None:
            broken.append(_refusal(_check_served, call, priority))
    return [refusal for refusal in broken if refusal is not None]


def _refusal(rule: Callable[..., object], *known: Any) -> Refusal | None:
    try:
        rule(*known)
    except Refusal as refusal:
        return refusal
    return None


def version_in_force(alliance: Alliance, day: date) -> PlanVersion | None:
    return PlanVersion.objects.filter(plan__alliance=alliance).in_force_on(day).first()


def _check_received(received_on: date) -> None:
    if in_future(received_on):
        raise Refusal(_("La date de réception est dans le futur."), field="received_on")


def check_period(starts_on: date, ends_on: date) -> None:
    """Refuses an end before the start, and more than five years (guide 2024, §4.2)."""
    if ends_on < starts_on:
        raise Refusal(_("La fin du projet doit suivre son début."), field="ends_on")
    anniversary = five_years_after(starts_on)
    if ends_on >= anniversary:
        raise Refusal(
            _("Un projet dure cinq ans au plus : celui-ci doit finir avant le %(day)s.")
            % {"day": date_long(anniversary)},
            field="ends_on",
        )


def check_eligible(organisation: Organisation) -> None:
    if not organisation.is_eligible:
        raise Refusal(
            _(
                "« %(name)s » n’est pas admissible au FQIS. Choisissez une autre organisation, ou"
                " consignez la demande comme non admissible avec son motif."
            )
            % {"name": organisation.name},
            field="organisation",
        )


def check_call(alliance: Alliance, call: Call) -> None:
    if call.alliance_id != alliance.pk or call.state == Call.State.DRAFT:
        raise Refusal(_("Choisissez un appel publié de cette alliance."), field="call")


def _check_ceiling(call: Call, amount: Decimal) -> None:
    if amount > call.ceiling:
        raise Refusal(
            _("Le montant demandé dépasse le plafond par projet de l’appel, %(ceiling)s.")
            % {"ceiling": money(call.ceiling)},
            field="amount_requested",
        )


def _check_served(call: Call, priority: Priority) -> None:
    if not call.served.filter(priority__lineage=priority.lineage).exists():
        raise Refusal(
            _("L’appel %(number)s ne vise pas cette priorité.") % {"number": call.number},
            field="priority",
        )


def served_priority(alliance: Alliance, priority: Priority | None, day: date) -> Priority:
    """The priority as the version in force on ``day`` has it (guide 2017, « Mise en œuvre », 5:
    nothing before the plan is approved; guide 2024, §4.2: each initiative answers a priority)."""
    version = version_in_force(alliance, day)
    if version is None:
        raise Refusal(
            _(
                "Aucun plan approuvé n’était en vigueur le %(day)s : un projet répond à une"
                " priorité d’un plan approuvé."
            )
            % {"day": date_long(day)},
            field="priority",
        )
    if priority is None:
        raise Refusal(
            _("Choisissez la priorité du plan à laquelle le projet répond."), field="priority"
        )
    found = Priority.objects.filter(version=version, lineage=priority.lineage).first()
    if found is None:
        raise Refusal(
            _("« %(title)s » n’est pas une priorité de la version %(n)s, en vigueur le %(day)s.")
            % {"title": priority.title, "n": version.number, "day": date_long(day)},
            field="priority",
        )
    return found


def check_amount(amount: Decimal, field: str = "amount_requested") -> None:
    if amount <= 0:
        raise Refusal(_("Le montant doit dépasser zéro."), field=field)


def _check_title(title: str) -> None:
    if not title.strip():
        raise Refusal(_("Écrivez le titre du projet."), field="title")
