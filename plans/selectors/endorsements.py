"""Where the consensus on a version stands: who answered what, on which text, who has not yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliances import clock
from alliances.models import Alliance, GovernanceBody, Partner
from plans.models import Endorsement, PlanVersion

from .content import content_of, fingerprint

Answer = Endorsement.Answer


class Standing(StrEnum):
    """What a request for endorsement is worth today."""

    WAITING = "attente"
    HOLDS = "actuel"
    EARLIER = "anterieur"
    REPLACED = "remplace"
    CANCELLED = "annule"

    @property
    def label(self) -> Promise:
        return {
            Standing.WAITING: gettext_lazy("Sans réponse"),
            Standing.HOLDS: gettext_lazy("Sur le texte actuel"),
            Standing.EARLIER: gettext_lazy("Sur un texte antérieur"),
            Standing.REPLACED: gettext_lazy("Demandé de nouveau"),
            Standing.CANCELLED: gettext_lazy("Demande annulée"),
        }[self]


@dataclass(frozen=True)
class Line:
    """One request, with what it is worth for the text as it reads now."""

    row: Endorsement
    standing: Standing

    @property
    def glyph(self) -> str:
        return {
            Answer.AGREE.value: "done",
            Answer.RESERVATION.value: "warn",
            Answer.DISAGREE.value: "no",
        }.get(self.row.answer, "late" if self.row.is_expired else "sent")

    @property
    def kind(self) -> str:
        if self.row.partner_id:
            return _("Partenaire")
        return _("Instance") if self.row.body_id else _("Autre")


def standing_of(row: Endorsement, sha256: str) -> Standing:
    """What ``row`` is worth when the text has that fingerprint."""
    if row.cancelled_at is not None:
        return Standing.REPLACED if row.answer else Standing.CANCELLED
    if not row.answer:
        return Standing.WAITING
    return Standing.HOLDS if row.content_sha256 == sha256 else Standing.EARLIER


@dataclass(frozen=True)
class Board:
    """Every request made for a version. An answer counts for the exact text it was given on."""

    version: PlanVersion
    lines: list[Line]

    def _with(self, standing: Standing, *answers: str) -> list[Line]:
        return [
            line
            for line in self.lines
            if line.standing is standing and (not answers or line.row.answer in answers)
        ]

    @property
    def agreed(self) -> list[Line]:
        return self._with(Standing.HOLDS, Answer.AGREE)

    @property
    def reserved(self) -> list[Line]:
        return self._with(Standing.HOLDS, Answer.RESERVATION)

    @property
    def disagreed(self) -> list[Line]:
        return self._with(Standing.HOLDS, Answer.DISAGREE)

    @property
    def objections(self) -> list[Line]:
        """Disagreements, then reservations: what must be read in full."""
        return [*self.disagreed, *self.reserved]

    @property
    def earlier(self) -> list[Line]:
        return self._with(Standing.EARLIER)

    @property
    def waiting(self) -> list[Line]:
        return sorted(self._with(Standing.WAITING), key=lambda line: line.row.asked_at)

    @property
    def past(self) -> list[Line]:
        return [*self._with(Standing.REPLACED), *self._with(Standing.CANCELLED)]

    @property
    def answered(self) -> int:
        """How many answered on the text as it reads now."""
        return len(self._with(Standing.HOLDS))

    @property
    def asked(self) -> int:
        """How many were asked and not cancelled."""
        return self.answered + len(self.earlier) + len(self.waiting)

    @property
    def is_open(self) -> bool:
        return self.version.state in PlanVersion.OPEN

    def filtered(self, state: str = "", words: str = "") -> "Board":
        """The requests of one state or answer, whose name holds ``words``."""
        sought = words.strip().casefold()
        return Board(
            self.version,
            [
                line
                for line in self.lines
                if (not state or state in (line.standing.value, _held(line)))
                and sought in line.row.name.casefold()
            ],
        )


def _held(line: Line) -> str:
    return line.row.answer if line.standing is Standing.HOLDS else ""


def board_of(version: PlanVersion) -> Board:
    """The consensus on ``version``: one query, and those of its text when somebody answered."""
    rows = list(
        Endorsement.objects.filter(version=version)
        .select_related("asked_by", "cancelled_by", "evidence")
        .order_by("name", "pk")
    )
    answered = any(row.answer for row in rows)
    sha256 = fingerprint(content_of(version)) if answered else ""
    return Board(version, [Line(row, standing_of(row, sha256)) for row in rows])


def get_endorsement(version: PlanVersion, pk: int) -> Endorsement:
    """The request of that version with that key; raises Http404."""
    row = (
        Endorsement.objects.filter(version=version, pk=pk)
        .select_related("asked_by", "evidence", "partner", "body")
        .first()
    )
    if row is None:
        raise Http404
    row.version = version
    return row


@dataclass(frozen=True)
class Askable:
    """Who may still be asked for a version."""

    partners: list[Partner]
    bodies: list[GovernanceBody]
    without_email: int


def askable(alliance: Alliance, version: PlanVersion) -> Askable:
    """The partners and bodies that no request waits for; three queries."""
    live = Endorsement.objects.filter(version=version, cancelled_at=None)
    asked = list(live.values_list("partner_id", "body_id"))
    partners = [
        one
        for one in Partner.objects.active().filter(alliance=alliance).select_related("category")
        if one.pk not in {partner for partner, _body in asked}
    ]
    bodies = GovernanceBody.objects.filter(alliance=alliance, closed_on=None).exclude(
        pk__in=[body for _partner, body in asked if body]
    )
    reachable = [one for one in partners if one.email]
    return Askable(reachable, list(bodies), len(partners) - len(reachable))


def endorsement_columns() -> list[str]:
    return [
        _("Au nom de"),
        _("Qui"),
        _("Courriel"),
        _("État"),
        _("Réponse"),
        _("Précision"),
        _("Nom"),
        _("Fonction"),
        _("Demandé le"),
        _("Répondu le"),
        _("Empreinte du texte (sha256)"),
        _("Preuve"),
    ]


def endorsement_rows(lines: Iterable[Line], *, with_email: bool) -> list[list[Any]]:
    """What an export holds; the addresses only for who may ask."""
    return [
        [
            line.row.name,
            line.kind,
            line.row.email if with_email else "",
            str(line.standing.label),
            str(line.row.get_answer_display()) if line.row.answer else "",
            line.row.text,
            line.row.answered_name,
            line.row.answered_title,
            clock.day_of(line.row.asked_at),
            line.row.answered_at,
            line.row.content_sha256,
            line.row.evidence.title if line.row.evidence else "",
        ]
        for line in lines
    ]
