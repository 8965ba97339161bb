"""What people are told of a plan: one letter per person the step concerns."""

from django.utils.translation import gettext as _

from alliances.models import User
from alliances.services.notifications import notify, people_with

from .models import PlanVersion
from .wording import title_of


def _tell(version: PlanVersion, rights: list[str], *, by: User, event: str, body: str) -> None:
    alliance = version.plan.alliance
    people = {person.pk: person for right in rights for person in people_with(right, alliance)}
    notify(
        people.values(),
        alliance=alliance,
        subject=_("%(alliance)s : %(plan)s, %(event)s")
        % {"alliance": alliance, "plan": title_of(version), "event": event},
        body=body,
        url=alliance.url("plan"),
        but=by,
    )


def tell_submitted(version: PlanVersion, *, by: User) -> None:
    _tell(
        version,
        ["validate_plan", "review_report"],
        by=by,
        event=_("à valider"),
        body=_("%(person)s a transmis le plan. La DGSSAC le valide ou le retourne à la Table.")
        % {"person": by},
    )


def tell_returned(version: PlanVersion, *, by: User) -> None:
    _tell(
        version,
        ["edit_plan", "review_report"],
        by=by,
        event=_("retourné"),
        body=_("%(person)s a retourné le plan. Motif : %(reason)s")
        % {"person": by, "reason": version.return_reason},
    )


def tell_validated(version: PlanVersion, *, by: User) -> None:
    _tell(
        version,
        ["approve_plan", "edit_plan"],
        by=by,
        event=_("validé"),
        body=_("%(person)s a validé le plan. Il attend l’approbation de la ministre.")
        % {"person": by},
    )


def tell_approved(version: PlanVersion, *, by: User) -> None:
    _tell(
        version,
        ["edit_plan", "review_report", "validate_plan"],
        by=by,
        event=_("approuvé"),
        body=_(
            "%(person)s a approuvé le plan. La lettre d’approbation se trouve dans l’onglet"
            " Documents."
        )
        % {"person": by},
    )
