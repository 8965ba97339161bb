"""The consensus on a plan: partners and bodies say, by a link, whether they agree (guide 2024,
§4.2 : « le PARC fait l’objet d’un consensus »).

A request is a row that the worker sends; its link is signed, never stored. An answer is written
once, with the fingerprint of the text it was given on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.cycle_words import words_of
from alliances.errors import Refusal, StaleAct
from alliances.links import token_of
from alliances.models import GovernanceBody, Partner, User
from alliances.services import documents, journal
from alliances.templatetags.portal import date_long
from plans.models import Endorsement, PlanVersion
from plans.selectors.content import content_of, fingerprint
from plans.selectors.endorsements import Standing, standing_of
from plans.wording import moment_words, name_of, title_of

from .locking import locked

SALT = "plans.endorsement"
MAX_ATTEMPTS = 8
MOST_AT_ONCE = 500


def link_of(row: Endorsement) -> str:
    """The address the asked person opens. Signed, never stored."""
    token = token_of(SALT, row.pk, row.round)
    return f"{settings.PUBLIC_URL}{reverse('endorsement', args=[token])}"


def _expiry() -> timedelta:
    return timedelta(days=settings.ENDORSEMENT_DAYS)


# --- Asking


@dataclass(frozen=True)
class Addressee:
    """In whose name an answer is asked, and where the link goes."""

    name: str
    email: str
    partner: Partner | None = None
    body: GovernanceBody | None = None

    @property
    def field(self) -> str:
        if self.partner is not None:
            return "partners"
        return "bodies" if self.body is not None else "others"


def _clean(one: Addressee, version: PlanVersion) -> Addressee:
    """``one`` with a name on one line and an address that is one; refuses what is not of here."""
    name, email = " ".join(one.name.split()), one.email.strip().lower()
    owner = one.partner or one.body
    if owner is not None and owner.alliance_id != version.plan.alliance_id:
        raise Refusal(_("Choisissez parmi les partenaires de cette Alliance."), field=one.field)
    if one.partner is not None and one.partner.left_on is not None:
        raise Refusal(
            _("%(name)s ne participe plus à l’Alliance.") % {"name": name}, field=one.field
        )
    if one.body is not None and one.body.closed_on is not None:
        raise Refusal(_("%(name)s est dissoute.") % {"name": name}, field=one.field)
    if not name or len(name) > 200:
        raise Refusal(
            _("Dites au nom de qui l’appui est demandé, en 200 caractères au plus."),
            field=one.field,
        )
    try:
        validate_email(email)
    except ValidationError:
        raise Refusal(
            _("%(name)s : entrez un courriel, par exemple nom@organisme.ca.") % {"name": name},
            field=one.field,
        ) from None
    return Addressee(name, email, one.partner, one.body)


def _open_version(version: PlanVersion) -> PlanVersion:
    """The version held to ask or answer; refuses one whose decision is taken."""
    held = locked(version)
    if held.state not in PlanVersion.OPEN:
        raise Refusal(
            _("La %(version)s est approuvée : son consensus ne change plus.")
            % {"version": name_of(held)}
        )
    return held


def _key(partner: int | None, body: int | None, name: str, email: str) -> tuple[object, ...]:
    """What makes two requests the same: the partner, the body, or the name and its address."""
    return ("", name.casefold(), email) if partner is None and body is None else (partner, body)


def _already(version: PlanVersion, addressees: Sequence[Addressee]) -> list[str]:
    """The names that a request of this version already waits for or has answered."""
    live = Endorsement.objects.filter(version=version, cancelled_at=None)
    seen = {
        _key(partner, body, name, email)
        for partner, body, name, email in live.values_list("partner", "body", "name", "email")
    }
    found = []
    for one in addressees:
        partner = one.partner.pk if one.partner else None
        body = one.body.pk if one.body else None
        key = _key(partner, body, one.name, one.email)
        if key in seen:
            found.append(one.name)
        seen.add(key)
    return found


@transaction.atomic
def ask_endorsements(
    version: PlanVersion,
    *,
    by: User,
    partners: Iterable[Partner] = (),
    bodies: Iterable[tuple[GovernanceBody, str]] = (),
    others: Iterable[tuple[str, str]] = (),
    language: str = "",
) -> list[Endorsement]:
    """Asks all of them in one act; the worker sends the letters. All or none.

    ``bodies`` come with the address to write to, ``others`` are (name, address). Refuses nobody,
    somebody already asked, a partner of elsewhere or without address, a version that is decided.
    """
    version = _open_version(version)
    asked = [
        *(Addressee(one.name, one.email, partner=one) for one in partners),
        *(Addressee(body.name, email, body=body) for body, email in bodies),
        *(Addressee(name, email) for name, email in others),
    ]
    if not asked:
        raise Refusal(_("Choisissez au moins un partenaire ou une instance."))
    if len(asked) > MOST_AT_ONCE:
        raise Refusal(_("Demandez %(n)s appuis au plus à la fois.") % {"n": MOST_AT_ONCE})
    asked = [_clean(one, version) for one in asked]
    again = _already(version, asked)
    if again:
        raise StaleAct(
            _("L’appui est déjà demandé : %(names)s. Renvoyez le lien plutôt.")
            % {"names": ", ".join(again)}
        )
    rows = _write(version, asked, by=by, language=language)
    write_line(
        version,
        by=by,
        verb="ask_endorsements",
        summary=ngettext(
            "a demandé %(n)s appui à la %(version)s",
            "a demandé %(n)s appuis à la %(version)s",
            len(rows),
        )
        % {"n": len(rows), "version": name_of(version)},
        names=[row.name for row in rows],
    )
    return rows


def _write(
    version: PlanVersion, asked: Iterable[Addressee], *, by: User, language: str
) -> list[Endorsement]:
    place = version.plan.alliance.territory
    moment = clock.now()
    return Endorsement.objects.bulk_create(
        Endorsement(
            version=version,
            territory=place,
            partner=one.partner,
            body=one.body,
            name=one.name,
            email=one.email,
            language=language or place.default_language,
            asked_at=moment,
            asked_by=by,
            expires_at=moment + _expiry(),
        )
        for one in asked
    )


def write_line(
    version: PlanVersion,
    *,
    by: User,
    verb: str,
    summary: str,
    row: Endorsement | None = None,
    **data: Any,
) -> None:
    """The act's line in the journal, on one request or on the whole version."""
    alliance = version.plan.alliance
    journal.record(
        by=by,
        verb=verb,
        summary=summary,
        alliance=alliance,
        target=row or version,
        url=alliance.url("plan_endorsements", version.number),
        **data,
    )


def _held(row: Endorsement) -> tuple[PlanVersion, Endorsement]:
    """The version first, then the row: everybody locks in this order."""
    version = _open_version(row.version)
    held = Endorsement.objects.select_for_update(of=("self",)).get(pk=row.pk)
    held.version = version
    return version, held


def _pending(row: Endorsement) -> tuple[PlanVersion, Endorsement]:
    version, held = _held(row)
    if held.answer:
        raise StaleAct(
            _("%(name)s a déjà répondu le %(moment)s.")
            % {"name": held.name, "moment": moment_words(held.answered_at or clock.now())}
        )
    if held.cancelled_at is not None:
        raise StaleAct(
            _("Cette demande est déjà annulée depuis le %(moment)s.")
            % {"moment": moment_words(held.cancelled_at)}
        )
    return version, held


@transaction.atomic
def resend_endorsement(row: Endorsement, *, by: User) -> Endorsement:
    """Makes a new link, good for the full delay; the former one stops opening."""
    version, row = _pending(row)
    row.round += 1
    row.sent_at, row.attempts = None, 0
    row.expires_at = clock.now() + _expiry()
    row.save(update_fields=["round", "sent_at", "attempts", "expires_at"])
    write_line(
        version,
        by=by,
        verb="resend_endorsement",
        summary=_("a renvoyé une demande d’appui : %(name)s") % {"name": row.name},
        row=row,
    )
    return row


@transaction.atomic
def cancel_endorsement(row: Endorsement, *, by: User) -> Endorsement:
    """Closes the link before anybody answers."""
    version, row = _pending(row)
    row.cancelled_at, row.cancelled_by = clock.now(), by
    row.save(update_fields=["cancelled_at", "cancelled_by"])
    write_line(
        version,
        by=by,
        verb="cancel_endorsement",
        summary=_("a annulé une demande d’appui : %(name)s") % {"name": row.name},
        row=row,
    )
    return row


@transaction.atomic
def ask_again(
    version: PlanVersion, *, by: User, rows: Iterable[Endorsement] | None = None
) -> list[Endorsement]:
    """Asks again those who answered on another text: all of them, or only ``rows``.

    The former answers stay, replaced. Refuses when every answer holds for the present text.
    """
    version = _open_version(version)
    found = (
        Endorsement.objects.select_for_update(of=("self",))
        .select_related("partner", "body")
        .filter(version=version, cancelled_at=None)
        .exclude(answer="")
    )
    if rows is not None:
        found = found.filter(pk__in=[row.pk for row in rows])
    sha256 = fingerprint(content_of(version))
    outdated = [row for row in found if standing_of(row, sha256) is Standing.EARLIER]
    if not outdated:
        raise StaleAct(_("Aucune réponse ne porte sur un texte antérieur."))
    Endorsement.objects.filter(pk__in=[row.pk for row in outdated]).update(
        cancelled_at=clock.now(), cancelled_by=by
    )
    by_language: dict[str, list[Addressee]] = {}
    for row in outdated:
        email = row.partner.email if row.partner and row.partner.email else row.email
        one = Addressee(row.name, email, row.partner, row.body)
        by_language.setdefault(row.language, []).append(one)
    written = [
        new
        for language, asked in by_language.items()
        for new in _write(version, asked, by=by, language=language)
    ]
    write_line(
        version,
        by=by,
        verb="ask_endorsements",
        summary=ngettext(
            "a demandé de nouveau %(n)s appui à la %(version)s",
            "a demandé de nouveau %(n)s appuis à la %(version)s",
            len(written),
        )
        % {"n": len(written), "version": name_of(version)},
        names=[row.name for row in written],
    )
    return written


@transaction.atomic
def attach_evidence(row: Endorsement, file: UploadedFile, *, by: User) -> Endorsement:
    """Keeps a file that proves the endorsement: a resolution, a letter, minutes.

    Allowed whatever became of the version: evidence comes late. Refusals: see ``check_upload``.
    """
    version = locked(row.version)
    row = Endorsement.objects.select_for_update(of=("self",)).get(pk=row.pk)
    row.evidence = documents.deposit_document(
        file,
        by=by,
        alliance=version.plan.alliance,
        title=(_("Appui : %(name)s") % {"name": row.name})[:200],
        kind="letter",
        subject=row,
    )
    row.save(update_fields=["evidence"])
    write_line(
        version,
        by=by,
        verb="attach_evidence",
        summary=_("a déposé la preuve d’un appui : %(name)s") % {"name": row.name},
        row=row,
    )
    return row


# --- The worker's part


def to_send() -> QuerySet[Endorsement]:
    """The requests whose letter waits, for versions that still ask."""
    return Endorsement.objects.filter(
        Q(expires_at__gt=clock.now()),
        answer="",
        cancelled_at=None,
        sent_at=None,
        attempts__lt=MAX_ATTEMPTS,
        version__state__in=PlanVersion.OPEN,
    )


def count_failure(pk: int) -> None:
    Endorsement.objects.filter(pk=pk).update(attempts=F("attempts") + 1)


def send(row: Endorsement) -> None:
    """Sends the letter; the caller holds the row. Raises what the mail server raises."""
    version = row.version
    alliance = version.plan.alliance
    with words_of(alliance.cycle, row.language):
        plan = {"plan": title_of(version), "alliance": alliance}
        lines = [
            _("Bonjour,"),
            _("%(person)s, %(table)s, vous demande si vous appuyez ce plan : %(plan)s (%(word)s).")
            % {
                "person": row.asked_by,
                "table": alliance.table.name,
                "plan": title_of(version),
                "word": alliance.cycle.plan_word,
            },
            _("Vous répondez au nom de : %(name)s.") % {"name": row.name},
            _(
                "Lisez le plan, puis dites si vous êtes d’accord, d’accord avec une réserve ou en"
                " désaccord. Vous n’avez pas besoin de compte."
            ),
            link_of(row),
            _("Ce lien sert une seule fois, jusqu’au %(day)s. Il répond en votre nom : gardez-le.")
            % {"day": date_long(row.expires_at)},
            _("Vous n’attendiez pas ce message? Ne faites rien : le lien se fermera seul."),
            _("Alliances pour la solidarité"),
        ]
        subject = " ".join((_("Votre appui est demandé : %(plan)s, %(alliance)s") % plan).split())
        EmailMessage(
            subject=subject,
            body="\n\n".join(lines),
            to=[row.email],
            reply_to=[row.asked_by.email],
        ).send()
    row.sent_at = clock.now()
    row.save(update_fields=["sent_at"])
