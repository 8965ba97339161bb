"""What people are told of a plan: one letter per person the step concerns."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.cycle_words import words_of
from alliances.models import Alliance, User
from alliances.services.notifications import notify, people_with
from alliances.templatetags.portal import date_long

from .models import DueExtension, Endorsement, Opinion, Plan, PlanVersion
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


def tell_opinion(version: PlanVersion, opinion: Opinion, *, by: User) -> None:
    _tell(
        version,
        ["validate_plan", "edit_plan"],
        by=by,
        event=_("avis de la DGSQ"),
        body=_("%(person)s a donné l’avis de la DGSQ : %(stance)s. %(text)s")
        % {"person": by, "stance": opinion.get_stance_display(), "text": opinion.text},
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


def spoken(people: Iterable[User], alliance: Alliance) -> Iterator[list[User]]:
    """Groups of people who read the same language, while it is the one spoken, with the words of
    the Alliance's cycle."""
    groups: dict[str, list[User]] = {}
    for person in people:
        groups.setdefault(person.language, []).append(person)
    for language, readers in groups.items():
        with words_of(alliance.cycle, language):
            yield readers


def holders(alliance: Alliance, rights: list[str]) -> list[User]:
    """The people who hold one of ``rights`` on the Alliance's territory, each once."""
    people = {person.pk: person for right in rights for person in people_with(right, alliance)}
    return list(people.values())


def tell_endorsement(version: PlanVersion, row: Endorsement, *, all_answered: bool) -> None:
    """To who asked: a reservation or a disagreement to read, or the last answer awaited."""
    alliance = version.plan.alliance
    for readers in spoken([row.asked_by], alliance):
        body = _("%(name)s a répondu : %(answer)s.") % {
            "name": row.name,
            "answer": row.get_answer_display(),
        }
        if row.text:
            body += f"\n\n{row.text}"
        if all_answered:
            body += "\n\n" + _("Toutes les réponses demandées sont reçues.")
        notify(
            readers,
            alliance=alliance,
            subject=_("%(alliance)s : %(plan)s, réponse reçue")
            % {"alliance": alliance, "plan": title_of(version)},
            body=body,
            url=alliance.url("plan_endorsements", version.number),
        )


def tell_extended(extension: DueExtension, *, by: User) -> None:
    """To the Table and its DGSQ: the plan's new deadline, and why."""
    alliance = extension.plan.alliance
    for readers in spoken(
        holders(alliance, ["edit_plan", "submit_plan", "review_report"]), alliance
    ):
        notify(
            readers,
            alliance=alliance,
            subject=_("%(alliance)s : délai accordé pour le plan") % {"alliance": alliance},
            body=_(
                "%(person)s accorde un délai : le plan est à transmettre au plus tard le %(day)s,"
                " et non le %(before)s. Motif : %(reason)s"
            )
            % {
                "person": by,
                "day": date_long(extension.due_on),
                "before": date_long(extension.was_due_on),
                "reason": extension.reason,
            },
            url=alliance.url("plan"),
            but=by,
        )


def _reminder_words(plan: Plan, days_left: int) -> tuple[str, str]:
    """The subject and the body of a reminder, in the language spoken."""
    alliance = plan.alliance
    number = abs(days_left)
    due = {"alliance": alliance, "day": date_long(plan.due_on), "n": number}
    if days_left > 0:
        subject = ngettext(
            "%(alliance)s : le plan est à transmettre dans %(n)s jour",
            "%(alliance)s : le plan est à transmettre dans %(n)s jours",
            number,
        )
        body = _(
            "Le plan est à transmettre au plus tard le %(day)s. La DGSSAC peut accorder un délai,"
            " avec un motif : parlez-en à votre DGSQ avant cette date."
        )
    elif days_left == 0:
        subject = _("%(alliance)s : le plan est à transmettre aujourd’hui")
        body = _("Le plan est à transmettre aujourd’hui, %(day)s.")
    else:
        subject = ngettext(
            "%(alliance)s : le plan est en retard de %(n)s jour",
            "%(alliance)s : le plan est en retard de %(n)s jours",
            number,
        )
        body = _("Le plan était à transmettre au plus tard le %(day)s et ne l’est pas encore.")
    return subject % due, body % due


def remind_due(plan: Plan, *, days_left: int, late: bool) -> int:
    """To who writes and transmits the plan; once it is late, also to the DGSQ and the analysts.

    Returns how many letters were written.
    """
    alliance = plan.alliance
    rights = ["edit_plan", "submit_plan"]
    if late:
        rights += ["review_report", "validate_plan"]
    people = holders(alliance, rights)
    for readers in spoken(people, alliance):
        subject, body = _reminder_words(plan, days_left)
        notify(readers, alliance=alliance, subject=subject, body=body, url=alliance.url("plan"))
    return len(people)
