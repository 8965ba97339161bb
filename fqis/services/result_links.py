"""The link by which a carrier writes its results, without an account: one project, one year.

A request is a row that the worker sends; its link is signed, never stored. Asked again, it makes a
new link and closes the former one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Unpack

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.cycle_words import words_of
from alliances.errors import Refusal, StaleAct
from alliances.fiscal import FiscalYear
from alliances.identity import acting_as_portal
from alliances.links import key_of, token_of
from alliances.models import Alliance, User
from alliances.permissions import require
from alliances.services import journal
from alliances.services.notifications import notify, people_with
from alliances.templatetags.portal import date_long
from fqis.models import Project, ProjectResult, ResultRequest
from fqis.models.results import Said
from fqis.selectors.project_results import due_day, without_results
from fqis.services.follow_up_rules import said
from fqis.services.projects import lock_project, record_on
from fqis.services.results import ResultDetails, check_year, fill, held_result, write_targets
from fqis.wording import already

SALT = "fqis.result"
MAX_ATTEMPTS = 8
MOST_AT_ONCE = 500


def link_of(row: ResultRequest) -> str:
    """The address the carrier opens. Signed, never stored."""
    token = token_of(SALT, row.pk, row.round)
    return f"{settings.PUBLIC_URL}{reverse('project_result_link', args=[token])}"


def _renew(row: ResultRequest, *, by: User) -> None:
    """The full delay again; the caller gave the row its round."""
    row.asked_at, row.asked_by = clock.now(), by
    row.expires_at = clock.now() + timedelta(days=settings.RESULT_LINK_DAYS)
    row.sent_at, row.attempts = None, 0
    row.revoked_at, row.revoked_by = None, None


def _email(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refusal(
            _("Entrez un courriel, par exemple nom@organisme.ca."), field="email"
        ) from None
    return email


def _check_asked(project: Project, year: FiscalYear) -> None:
    if project.agreed_on is None:
        raise Refusal(_("La convention du projet n’est pas signée : il n’a pas de résultat."))
    check_year(project, year)
    told = ProjectResult.objects.filter(
        project=project, fiscal_year=year.start, state=ProjectResult.State.ACCEPTED
    ).first()
    if told is not None:
        raise already(told.accepted_by, told.accepted_at, _("accepté"))


@transaction.atomic
def ask_result(
    project: Project, *, by: User, fiscal_year: FiscalYear, email: str = ""
) -> ResultRequest:
    """Sends the carrier a link to write its results of a year; again, a new link, and the former
    one closes. ``email``: where, else the organisation's own address.

    Refuses a project without a signed agreement, a year outside it, results already accepted, an
    address that is none.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    _check_asked(project, fiscal_year)
    row = _ask(project, fiscal_year, by=by, email=_email(email or project.organisation.email))
    record_on(
        project,
        by=by,
        verb="ask_result",
        summary=_("a demandé les résultats %(year)s du projet %%(project)s")
        % {"year": fiscal_year},
        email=row.email,
    )
    return row


def _ask(project: Project, year: FiscalYear, *, by: User, email: str) -> ResultRequest:
    row = (
        ResultRequest.objects.select_for_update(of=("self",))
        .filter(project=project, fiscal_year=year.start)
        .first()
    )
    if row is None:
        row = ResultRequest(project=project, fiscal_year=year.start)
    else:
        row.round += 1
    row.email = email
    _renew(row, by=by)
    row.save()
    return row


@dataclass(frozen=True)
class Reminded:
    """What one act asked of many: the links that part, and the projects without an address."""

    asked: list[ResultRequest] = field(default_factory=list)
    unreachable: list[Project] = field(default_factory=list)


@transaction.atomic
def remind_late(
    alliance: Alliance,
    *,
    by: User,
    fiscal_year: FiscalYear,
    projects: Sequence[int] | None = None,
) -> Reminded:
    """Reminds in one act every carrier whose results of the year are late, or only ``projects``.

    Refuses before the day results are due, and when nothing is late.
    """
    require(by, "manage_projects", alliance)
    if clock.today() <= due_day(fiscal_year):
        raise Refusal(
            _("Les résultats %(year)s sont attendus le %(day)s : rien n’est en retard.")
            % {"year": fiscal_year, "day": date_long(due_day(fiscal_year))}
        )
    late = (
        without_results(alliance, fiscal_year)
        .select_related("organisation")
        .order_by("number", "pk")
    )
    if projects is not None:
        late = late.filter(pk__in=projects)
    found = list(late.select_for_update(of=("self",))[: MOST_AT_ONCE + 1])
    if not found:
        raise StaleAct(_("Aucun résultat n’est en retard."))
    if len(found) > MOST_AT_ONCE:
        raise Refusal(_("Relancez %(n)s projets au plus à la fois.") % {"n": MOST_AT_ONCE})
    emails = _known_addresses(found, fiscal_year)
    reached = [one for one in found if emails.get(one.pk)]
    asked = [_ask(one, fiscal_year, by=by, email=emails[one.pk]) for one in reached]
    journal.record(
        by=by,
        verb="remind_results",
        summary=ngettext(
            "a relancé %(n)s organisation pour ses résultats %(year)s",
            "a relancé %(n)s organisations pour leurs résultats %(year)s",
            len(asked),
        )
        % {"n": len(asked), "year": fiscal_year},
        alliance=alliance,
        target=alliance,
        url=alliance.url("project_results"),
        projects=[one.number for one in reached],
    )
    return Reminded(asked, [one for one in found if not emails.get(one.pk)])


def _known_addresses(projects: Iterable[Project], year: FiscalYear) -> dict[int, str]:
    """Where each project's carrier was last written to, else its organisation's address."""
    emails = {one.pk: one.organisation.email for one in projects}
    rows = ResultRequest.objects.filter(project__in=list(emails)).order_by("asked_at")
    return emails | {row.project_id: row.email for row in rows}


@transaction.atomic
def revoke_request(row: ResultRequest, *, by: User) -> ResultRequest:
    """Closes the link before it is used; refuses it twice."""
    require(by, "manage_projects", row.project)
    project = lock_project(row.project_id)
    held = (
        ResultRequest.objects.select_for_update(of=("self",))
        .select_related("revoked_by")
        .get(pk=row.pk)
    )
    if held.revoked_at is not None:
        raise already(held.revoked_by, held.revoked_at, _("fermé"))
    held.revoked_at, held.revoked_by = clock.now(), by
    held.save()
    record_on(
        project,
        by=by,
        verb="revoke_result_request",
        summary=_("a fermé le lien des résultats %(year)s, projet %%(project)s")
        % {"year": held.year},
    )
    return held


# --- The carrier's part


class Door(StrEnum):
    """What a link opens today."""

    OPEN = "open"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    EXPIRED = "expired"


def result_of(row: ResultRequest) -> ProjectResult | None:
    return (
        ProjectResult.objects.filter(project=row.project_id, fiscal_year=row.fiscal_year)
        .prefetch_related("targets", "photos")
        .first()
    )


def _door(row: ResultRequest | None, round_: int, result: ProjectResult | None) -> Door:
    if row is None or round_ > row.round:
        return Door.UNKNOWN
    if round_ < row.round:
        return Door.SUPERSEDED
    if row.revoked_at is not None:
        return Door.REVOKED
    if clock.now() >= row.expires_at:
        return Door.EXPIRED
    if result is not None and result.state == ProjectResult.State.ACCEPTED:
        return Door.ACCEPTED
    if result is not None and result.state == ProjectResult.State.SUBMITTED:
        return Door.SUBMITTED
    return Door.OPEN


def find(token: str) -> tuple[Door, ResultRequest | None]:
    """What the link opens, and the request behind it; the caller acts as the portal."""
    key = key_of(SALT, token)
    if key is None:
        return Door.UNKNOWN, None
    row = (
        ResultRequest.objects.select_related(
            "asked_by",
            "project__organisation",
            "project__priority",
            "project__alliance__territory",
            "project__alliance__cycle",
            "project__alliance__table",
        )
        .filter(pk=key[0])
        .first()
    )
    return _door(row, key[1], result_of(row) if row else None), row


def _held_by_link(token: str) -> tuple[Project, ResultRequest]:
    """The project and the request of an open link, locked in this order."""
    _first, row = find(token)
    if row is None:
        raise StaleAct(_("Ce lien n’est pas valable."))
    project = lock_project(row.project_id)
    held = ResultRequest.objects.select_for_update(of=("self",)).get(pk=row.pk)
    held.project = project
    key = key_of(SALT, token)
    assert key is not None
    if _door(held, key[1], result_of(held)) is not Door.OPEN:
        raise StaleAct(_("Ce lien ne sert plus : rien n’est enregistré."))
    return project, held


@transaction.atomic
def save_by_link(token: str, **details: Unpack[ResultDetails]) -> ProjectResult:
    """Keeps what the carrier wrote so far; nothing is sent. Refuses a link that no longer opens,
    and a figure that contradicts its state."""
    with acting_as_portal() as portal:
        project, row = _held_by_link(token)
        return _write(project, row, portal, details)


def _write(
    project: Project, row: ResultRequest, portal: User, details: ResultDetails
) -> ProjectResult:
    result = held_result(project, row.year, by=portal)
    fill(result, details)
    result.recorded_at, result.recorded_by = clock.now(), portal
    result.save()
    write_targets(result, details.get("targets", ()))
    return result


def open_result(token: str, *, by: User) -> tuple[Project, ProjectResult]:
    """The project and the row an open link writes, locked and saved; the caller acts as the
    portal."""
    project, row = _held_by_link(token)
    result = held_result(project, row.year, by=by)
    if result.pk is None:
        result.save()
    return project, result


@transaction.atomic
def submit_by_link(token: str, *, name: str, **details: Unpack[ResultDetails]) -> ProjectResult:
    """Sends the results to the Table. Refuses a link that no longer opens, no name, people reached
    without the method of counting, and a result where nothing at all is known."""
    with acting_as_portal() as portal:
        project, row = _held_by_link(token)
        name = said(name, "name", _("Entrez votre nom."), most=150)
        result = _write(project, row, portal, details)
        if result.people_reached and not result.method:
            raise Refusal(_("Dites comment ces personnes ont été comptées."), field="method")
        if result.people_reached_said == Said.MISSING:
            raise Refusal(
                _(
                    "Dites combien de personnes sont rejointes : un nombre, « Zéro confirmé » ou"
                    " « Sans objet »."
                ),
                field="people_reached",
            )
        result.submit(name=name)
        result.save()
        _tell_submitted(project, result, portal)
        return result


def _tell_submitted(project: Project, result: ProjectResult, portal: User) -> None:
    alliance = project.alliance
    with words_of(alliance.cycle, alliance.territory.default_language):
        record_on(
            project,
            by=portal,
            verb="receive_result",
            summary=_("a reçu les résultats %(year)s du projet %%(project)s")
            % {"year": result.year},
            name=result.submitted_name,
        )
        notify(
            people_with("manage_projects", alliance),
            alliance=alliance,
            subject=_("Résultats à accepter : %(number)s, %(year)s")
            % {"number": project.number, "year": result.year},
            body=_("%(name)s a transmis les résultats %(year)s de « %(title)s ».")
            % {"name": result.submitted_name, "year": result.year, "title": project.title},
            url=alliance.url("project_follow_results", project.number),
        )


# --- The worker's part


def to_send() -> QuerySet[ResultRequest]:
    """The requests whose letter waits."""
    return ResultRequest.objects.filter(
        expires_at__gt=clock.now(), revoked_at=None, sent_at=None, attempts__lt=MAX_ATTEMPTS
    )


def count_failure(pk: int) -> None:
    ResultRequest.objects.filter(pk=pk).update(attempts=F("attempts") + 1)


def send(row: ResultRequest) -> None:
    """Sends the letter; the caller holds the row. Raises what the mail server raises."""
    project = row.project
    alliance = project.alliance
    with words_of(alliance.cycle, alliance.territory.default_language):
        about = {"title": project.title, "number": project.number, "year": row.year}
        lines = [
            _("Bonjour,"),
            _(
                "%(person)s, %(table)s, vous demande les résultats %(year)s de votre projet"
                " « %(title)s » (%(number)s)."
            )
            % {"person": row.asked_by, "table": alliance.table.name, **about},
            _(
                "Remplissez-les par ce lien, sans compte. Vous pouvez enregistrer et revenir avant"
                " de transmettre."
            ),
            link_of(row),
            _("Ce lien sert jusqu’au %(day)s, pour ce projet et cet exercice. Gardez-le pour vous.")
            % {"day": date_long(row.expires_at)},
            _("Alliances pour la solidarité"),
        ]
        subject = " ".join((_("Vos résultats %(year)s : %(title)s") % about).split())
        EmailMessage(
            subject=subject[:200],
            body="\n\n".join(lines),
            to=[row.email],
            reply_to=[row.asked_by.email],
        ).send()
    row.sent_at = clock.now()
    row.save(update_fields=["sent_at"])
