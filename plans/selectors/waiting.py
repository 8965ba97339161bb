"""What a person must do about the plans, and what they wait for; derived from states.

The number of queries is the same for one Alliance and for twenty.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.models import User
from alliances.permissions import can
from alliances.todo import Todo, Waiting
from plans.completeness import Completeness, check_all
from plans.models import Opinion, PlanVersion
from plans.wording import name_of

from .states import since
from .threads import awaiting_table

SOON = timedelta(days=30)
NAMED = 4
State = PlanVersion.State
# The DGSQ's opinion on the submission as it stands.
_STANCE = Subquery(
    Opinion.objects.filter(version=OuterRef("pk"), submitted_at=OuterRef("submitted_at")).values(
        "stance"
    )[:1]
)


@dataclass(frozen=True)
class _Open:
    """An open version with what the lists say of it."""

    version: PlanVersion
    completeness: Completeness | None
    corrections: tuple[int, int] = (0, 0)

    @property
    def due_on(self) -> date | None:
        """The deadline, until the plan is transmitted for the first time."""
        first = self.version.number == 1 and self.version.submitted_at is None
        return self.version.plan.due_on if first else None

    @property
    def is_complete(self) -> bool:
        """Nothing the guide requires lacks, and every correction asked has its answer."""
        if self.unanswered:
            return False
        return self.completeness is not None and self.completeness.is_complete

    @property
    def unanswered(self) -> int:
        return self.corrections[0]

    @property
    def stance(self) -> str:
        """The DGSQ's opinion on the submission; « » when it is not given."""
        return getattr(self.version, "stance", None) or ""

    @property
    def is_pressing(self) -> bool:
        return self.due_on is not None and self.due_on <= clock.today() + SOON

    @property
    def day(self) -> date | None:
        moment = since(self.version)
        zone = timezone.get_default_timezone()
        return timezone.localtime(moment, zone).date() if moment else None


def _open_versions(user: User) -> list[_Open]:
    versions = list(
        PlanVersion.objects.open()
        .select_related(
            "plan__alliance__territory",
            "plan__alliance__cycle",
            "created_by",
            "submitted_by",
            "returned_by",
            "validated_by",
        )
        .annotate(stance=_STANCE)
        .order_by("plan__due_on", "plan__alliance__territory__rank")
    )
    written = [one for one in versions if one.is_writable and can(user, "edit_plan", one)]
    checked = check_all(written) if written else {}
    asked = awaiting_table([one.pk for one in written]) if written else {}
    return [_Open(one, checked.get(one.pk), asked.get(one.pk, (0, 0))) for one in versions]


def todo(user: User) -> list[Todo]:
    """The plans that wait for ``user``."""
    return todo_and_waiting(user)[0]


def todo_and_waiting(user: User) -> tuple[list[Todo], list[Waiting]]:
    """Both lists, from the same rows: for the page that shows them beside each other."""
    opened = _open_versions(user)
    todos, waitings = [_todo(one, user) for one in opened], [_waiting(one, user) for one in opened]
    return [one for one in todos if one], [one for one in waitings if one]


def _todo(one: _Open, user: User) -> Todo | None:
    version = one.version
    if version.is_writable and can(user, "edit_plan", version):
        return _to_write(one, user)
    if version.state == State.SUBMITTED and can(user, "validate_plan", version):
        return _to_decide(one, _("Valider la %(plan)s"), _("Lire le plan"), _submitted_words(one))
    if version.state == State.SUBMITTED and not one.stance and can(user, "give_opinion", version):
        return _to_decide(
            one, _("Donner l’avis de la DGSQ sur la %(plan)s"), _("Lire le plan"),
            _("Transmis par %(person)s") % {"person": version.submitted_by},
        )  # fmt: skip
    if version.state == State.VALIDATED and can(user, "approve_plan", version):
        return _to_decide(
            one, _("Approuver la %(plan)s"), _("Lire le plan"),
            _("Validé par %(person)s") % {"person": version.validated_by},
        )  # fmt: skip
    return None


def _to_decide(one: _Open, title: str, button: str, detail: str) -> Todo:
    version, alliance = one.version, one.version.plan.alliance
    return Todo(
        title % {"plan": name_of(version)},
        alliance.url("plan_version", version.number),
        button,
        alliance=alliance,
        since=one.day,
        detail=detail,
    )


def _submitted_words(one: _Open) -> str:
    """Who transmitted the plan, and what the DGSQ says of it."""
    if not one.stance:
        return _("Transmis par %(person)s. La DGSQ n’a pas encore donné son avis.") % {
            "person": one.version.submitted_by
        }
    return _("Transmis par %(person)s. Avis de la DGSQ : %(stance)s.") % {
        "person": one.version.submitted_by,
        "stance": Opinion.Stance(one.stance).label,
    }


def _what_lacks(completeness: Completeness | None) -> str:
    """« Il manque : zones de dévitalisation, dépôt et 3 autres. »"""
    if completeness is None or completeness.done == 0:
        return _("Rien n’est encore écrit.")
    names = [point.requirement.short for point in completeness.missing]
    shown, others = ", ".join(names[:NAMED]), len(names) - NAMED
    if others > 0:
        return ngettext(
            "Il manque : %(names)s et %(n)s autre.",
            "Il manque : %(names)s et %(n)s autres.",
            others,
        ) % {"names": shown, "n": others}
    return _("Il manque : %(names)s.") % {"names": shown}


def _to_write(one: _Open, user: User) -> Todo | None:
    version, alliance = one.version, one.version.plan.alliance
    progress = (one.completeness.done, one.completeness.total) if one.completeness else None
    plan = {"plan": name_of(version)}
    common = {"alliance": alliance, "due_on": one.due_on, "since": one.day, "progress": progress}
    may_submit = can(user, "submit_plan", version)
    if one.is_complete:
        if not may_submit:
            return None
        return Todo(
            _("Transmettre la %(plan)s") % plan,
            alliance.url("plan_check", version.number),
            _("Relire et transmettre"),
            detail=_("Tous les éléments exigés sont là."),
            **common,  # type: ignore[arg-type]
        )
    if may_submit and not one.is_pressing and version.state != State.RETURNED:
        return None
    if version.state == State.RETURNED:
        title, button = _("Corriger la %(plan)s"), _("Corriger le plan")
        detail = _("Retourné par %(person)s") % {"person": version.returned_by}
        if one.unanswered:
            return Todo(
                title % plan,
                alliance.url("plan_threads", version.number) + "?genre=corrections",
                _("Répondre aux corrections"),
                detail=detail + ". " + _unanswered_words(one),
                **common | {"progress": _answered(one)},  # type: ignore[arg-type]
            )
    else:
        title, button = _("Terminer la %(plan)s"), _("Continuer le plan")
        detail = _what_lacks(one.completeness)
    return Todo(
        title % plan,
        alliance.url("plan_write", version.number),
        button,
        detail=detail,
        **common,  # type: ignore[arg-type]
    )


def _answered(one: _Open) -> tuple[int, int]:
    pending, total = one.corrections
    return total - pending, total


def _unanswered_words(one: _Open) -> str:
    return ngettext(
        "%(n)s correction attend votre réponse.",
        "%(n)s corrections attendent votre réponse.",
        one.unanswered,
    ) % {"n": one.unanswered}


def waiting(user: User) -> list[Waiting]:
    """The plans whose next step belongs to somebody else."""
    return todo_and_waiting(user)[1]


def _waiting(one: _Open, user: User) -> Waiting | None:
    version = one.version
    if version.state == State.SUBMITTED and can(user, "edit_plan", version):
        return _wait(one, _("Validation de la %(plan)s"), _("DGSSAC"), _("Elle lit votre plan."))
    if version.state == State.VALIDATED and (
        can(user, "edit_plan", version) or can(user, "validate_plan", version)
    ):
        return _wait(
            one,
            _("Approbation de la %(plan)s"),
            _("Délégation de la ministre"),
            _("Validé par %(person)s") % {"person": version.validated_by},
        )
    if not version.is_writable:
        return None
    if can(user, "validate_plan", version):
        return _wait(one, _("Transmission de la %(plan)s"), _("Table"), str(version.plan.alliance))
    if (
        one.is_complete
        and can(user, "edit_plan", version)
        and not can(user, "submit_plan", version)
    ):
        return _wait(
            one,
            _("Transmission de la %(plan)s"),
            _("Direction de la Table"),
            _("Le plan est complet."),
        )
    if (
        can(user, "submit_plan", version)
        and not one.is_complete
        and not one.is_pressing
        and version.state == State.DRAFT
    ):
        return _wait(one, _("Rédaction de la %(plan)s"), _("Coordination de la Table"), "")
    return None


def _wait(one: _Open, what: str, who: str, detail: str) -> Waiting:
    version, alliance = one.version, one.version.plan.alliance
    return Waiting(
        what % {"plan": name_of(version)},
        alliance.url("plan_version", version.number),
        who,
        detail,
        since=one.day,
        due_on=one.due_on,
        alliance=alliance,
    )
