"""The pieces of a Word file are placed in a version one choice at a time, none dropped."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from plans.models import PlanVersion, WordImport
from plans.opening import opening_of
from plans.word.pieces import ASIDE
from plans.wording import moment_words, title_of

from .locking import writable
from .placing import Placement, place_texts
from .word_reading import record_word


@dataclass(frozen=True)
class PieceChoice:
    """Where a piece goes: the code of a section, « - » to leave it aside, « » to decide later."""

    code: str
    replaces: bool = False


@dataclass(frozen=True)
class Placed:
    """How many pieces went into how many sections, were left aside, and wait."""

    placed: int
    sections: int
    aside: int
    waiting: int


def _held(word: WordImport) -> tuple[PlanVersion, WordImport]:
    version = writable(word.version_id)
    word = WordImport.objects.select_for_update().get(pk=word.pk)
    if word.finished_at is not None:
        raise StaleAct(
            _("Ce fichier Word a été placé : le travail est terminé depuis le %(moment)s.")
            % {"moment": moment_words(word.finished_at)}
        )
    if not word.is_read:
        raise StaleAct(_("Le portail lit encore ce fichier Word. Attendez la fin de la lecture."))
    return version, word


@transaction.atomic
def place_pieces(
    word: WordImport,
    choices: Mapping[int, PieceChoice],
    *,
    by: User,
    seen: Mapping[str, int] | None = None,
) -> Placed:
    """Places the pieces chosen, by their rank in the file; a piece left aside may be placed later.

    A piece already placed is not placed twice. Refusals: those of ``place_texts``, a frozen
    version, a file that is not read yet, and one whose placing is finished.
    """
    version, word = _held(word)
    placements: list[Placement] = []
    placed, aside = 0, 0
    for rank, piece in enumerate(word.pieces):
        choice = choices.get(rank)
        if choice is None or not choice.code or not piece["html"]:
            continue
        if piece["done"] and piece["outcome"] != ASIDE:
            continue
        if choice.code == ASIDE:
            aside += not piece["done"]
        else:
            placements.append(Placement(choice.code, piece["html"], choice.replaces))
            placed += 1
        piece["done"], piece["outcome"] = True, choice.code
    written = place_texts(version, placements, by=by, seen=seen or {}, opening=opening_of(version))
    word.save(update_fields=["pieces"])
    if placed:
        count = ngettext("%(n)s passage", "%(n)s passages", placed) % {"n": placed}
        record_word(
            version,
            by=by,
            verb="place_word",
            summary=_("a placé %(count)s du fichier « %(file)s » dans %(plan)s")
            % {"count": count, "file": word.file_name[:150], "plan": title_of(version)},
        )
    return Placed(placed, len(written), aside, waiting_in(word))


def waiting_in(word: WordImport) -> int:
    """How many pieces wait for a person's choice."""
    return sum(not piece["done"] for piece in word.pieces)


@transaction.atomic
def finish_import(word: WordImport, *, by: User, leave_rest: bool = False) -> WordImport:
    """Ends the placing of a Word file. Refuses while a piece waits, unless the person says to leave
    the rest aside."""
    version, word = _held(word)
    waiting = waiting_in(word)
    if waiting and not leave_rest:
        raise Refusal(
            ngettext(
                "%(n)s passage attend votre choix. Placez-le ou laissez-le de côté.",
                "%(n)s passages attendent votre choix. Placez-les ou laissez-les de côté.",
                waiting,
            )
            % {"n": waiting}
        )
    for piece in word.pieces:
        if not piece["done"]:
            piece["done"], piece["outcome"] = True, ASIDE
    word.finished_at = clock.now()
    word.save(update_fields=["pieces", "finished_at"])
    aside = sum(piece["outcome"] == ASIDE for piece in word.pieces)
    count = ngettext("%(n)s passage laissé", "%(n)s passages laissés", aside) % {"n": aside}
    record_word(
        version,
        by=by,
        verb="finish_word",
        summary=_("a terminé de placer « %(file)s » dans %(plan)s : %(count)s de côté")
        % {"file": word.file_name[:150], "plan": title_of(version), "count": count},
    )
    return word
