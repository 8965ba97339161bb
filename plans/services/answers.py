"""Answering a request for endorsement: what its link opens, and an answer written once with the
fingerprint of the text it was given on (guide 2024, §4.2)."""

from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.cycle_words import words_of
from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as_portal
from alliances.links import key_of
from alliances.models import User
from plans import notifications
from plans.models import Endorsement, PlanVersion
from plans.selectors.content import content_of, fingerprint

from .endorsements import SALT, write_line
from .locking import locked


class Door(StrEnum):
    """What a link opens today."""

    OPEN = "open"
    ANSWERED = "answered"
    UNKNOWN = "unknown"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    EXPIRED = "expired"


def _door(row: Endorsement | None, round_: int) -> Door:
    if row is None or round_ > row.round:
        return Door.UNKNOWN
    if round_ < row.round:
        return Door.SUPERSEDED
    if row.answer:
        return Door.ANSWERED
    if row.cancelled_at is not None:
        return Door.CANCELLED
    if row.version.state not in PlanVersion.OPEN:
        return Door.CLOSED
    return Door.EXPIRED if clock.now() >= row.expires_at else Door.OPEN


def find(token: str) -> tuple[Door, Endorsement | None]:
    """What the link opens, and the request behind it; the caller acts as the portal."""
    key = key_of(SALT, token)
    if key is None:
        return Door.UNKNOWN, None
    row = (
        Endorsement.objects.select_related(
            "asked_by",
            "version__plan__alliance__territory",
            "version__plan__alliance__cycle",
            "version__plan__alliance__table",
        )
        .filter(pk=key[0])
        .first()
    )
    return _door(row, key[1]), row


class TextChanged(StaleAct):
    """The plan changed while the person was reading it."""


def _check_words(answer: str, text: str, name: str, title: str) -> None:
    if answer not in Endorsement.Answer.values:
        raise Refusal(_("Choisissez une réponse."), field="answer")
    if answer == Endorsement.Answer.RESERVATION and not text:
        raise Refusal(_("Écrivez votre réserve."), field="text")
    if answer == Endorsement.Answer.DISAGREE and not text:
        raise Refusal(_("Écrivez pourquoi vous n’êtes pas d’accord."), field="text")
    if len(text) > 5000:
        raise Refusal(_("Votre texte dépasse 5 000 caractères. Raccourcissez-le."), field="text")
    if not name or len(name) > 150:
        raise Refusal(_("Entrez votre nom."), field="name")
    if not title or len(title) > 150:
        raise Refusal(_("Entrez votre fonction."), field="title")


@transaction.atomic
def answer_endorsement(
    token: str, *, answer: str, sha256: str, name: str, title: str, text: str = ""
) -> Endorsement:
    """Writes the answer of who holds the link, once, for the text of fingerprint ``sha256``.

    Refuses a link that no longer opens, a reservation or a disagreement without a text, and a
    text that changed since it was shown (``TextChanged``).
    """
    text, name, title = text.strip(), " ".join(name.split()), " ".join(title.split())
    with acting_as_portal() as portal:
        _first, row = find(token)
        key = key_of(SALT, token)
        if row is None or key is None:
            raise StaleAct(_("Ce lien n’est pas valable."))
        version = locked(row.version)
        row = Endorsement.objects.select_for_update(of=("self",)).get(pk=row.pk)
        row.version = version
        if _door(row, key[1]) is not Door.OPEN:
            raise StaleAct(_("Ce lien ne sert plus : votre réponse n’est pas enregistrée."))
        _check_words(answer, text, name, title)
        if fingerprint(content_of(version)) != sha256:
            raise TextChanged(
                _(
                    "Le plan a changé pendant votre lecture. Relisez-le ci-dessous, puis envoyez"
                    " votre réponse : elle vaudra pour ce nouveau texte."
                )
            )
        row.answer, row.text = answer, text
        row.answered_name, row.answered_title = name, title
        row.answered_at, row.content_sha256 = clock.now(), sha256
        row.save(
            update_fields=[
                "answer",
                "text",
                "answered_name",
                "answered_title",
                "answered_at",
                "content_sha256",
            ]
        )
        _tell_answered(version, row, portal)
    return row


def _tell_answered(version: PlanVersion, row: Endorsement, portal: User) -> None:
    """The journal in the territory's language; a letter when something must be read or is done."""
    alliance = version.plan.alliance
    with words_of(alliance.cycle, alliance.territory.default_language):
        write_line(
            version,
            by=portal,
            verb="answer_endorsement",
            summary=_("a reçu la réponse de %(name)s : %(answer)s")
            % {"name": row.name, "answer": row.get_answer_display()},
            row=row,
            answered_name=row.answered_name,
            answered_title=row.answered_title,
            sha256=row.content_sha256,
        )
    waiting = Endorsement.objects.filter(version=version, answer="", cancelled_at=None).exists()
    if row.answer != Endorsement.Answer.AGREE or not waiting:
        notifications.tell_endorsement(version, row, all_answered=not waiting)
