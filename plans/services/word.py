"""A Word file brought into a version: its pieces are placed one choice at a time, none dropped."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.services import journal
from alliances.services.documents import check_upload
from plans.models import PlanVersion, WordImport
from plans.opening import opening_of
from plans.selectors.starting import open_import_of, outline_of
from plans.word import open_parts, pieces_of
from plans.word.archive import protected, with_macros
from plans.word.pieces import ASIDE
from plans.wording import moment_words, title_of, why_frozen

from .locking import writable
from .placing import Placement, place_texts

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def _read_upload(file: UploadedFile) -> bytes:
    """The bytes of a ``.docx``; refuses in plain words what is another kind of file."""
    extension = PurePosixPath(file.name or "").suffix.lower()
    if extension in {".docm", ".dotm"}:
        raise Refusal(with_macros(), field="file")
    if extension in {".doc", ".dot", ".odt", ".rtf"}:
        raise Refusal(
            _(
                "Ce fichier est au format %(extension)s. Dans Word, choisissez « Enregistrer sous »"
                " puis « Document Word (.docx) »."
            )
            % {"extension": extension},
            field="file",
        )
    if extension != ".docx":
        raise Refusal(_("Choisissez un fichier Word, en .docx."), field="file")
    if file.size and file.size <= settings.UPLOAD_MAX_BYTES:
        file.seek(0)
        if file.read(len(_OLE)) == _OLE:
            file.seek(0)
            if _ENCRYPTED in file.read():
                raise Refusal(protected(), field="file")
            raise Refusal(
                _(
                    "Ce fichier est un ancien document .doc, malgré son nom. Dans Word, choisissez"
                    " « Enregistrer sous » puis « Document Word (.docx) »."
                ),
                field="file",
            )
    check_upload(file)
    file.seek(0)
    return bytes(file.read())


def _refuse_second(version: PlanVersion) -> None:
    other = open_import_of(version)
    if other is not None:
        raise StaleAct(
            _(
                "%(person)s a apporté le fichier « %(file)s » le %(moment)s. Terminez de le placer"
                " avant d’en apporter un autre."
            )
            % {
                "person": other.created_by,
                "file": other.file_name,
                "moment": moment_words(other.created_at),
            },
            field="file",
        )


def _record(version: PlanVersion, *, by: User, verb: str, summary: str) -> None:
    alliance = version.plan.alliance
    journal.record(
        by=by,
        verb=verb,
        summary=summary,
        alliance=alliance,
        target=version,
        url=alliance.url("plan_version", version.number),
    )


def import_word(version: PlanVersion, file: UploadedFile, *, by: User) -> WordImport:
    """Reads a Word canvas and keeps its pieces; nothing is written in the plan yet.

    Refuses a frozen version, a second file while one is being placed, and what is not a sound
    ``.docx``: see ``open_parts``.
    """
    if not version.is_writable:
        raise Refusal(why_frozen(version))
    _refuse_second(version)
    content = _read_upload(file)
    opening = opening_of(version)
    pieces = pieces_of(open_parts(content), outline_of(version, opening.sections))
    opened = {one.code for one in opening.sections if opening.has(one)}
    for piece in pieces:
        if piece.section != ASIDE and piece.section not in opened:
            piece.section = ""
    with transaction.atomic():
        held = writable(version.pk)
        _refuse_second(held)
        created = WordImport.objects.create(
            version=held,
            file_name=PurePosixPath(file.name or "").name[:200],
            sha256=sha256(content).hexdigest(),
            pieces=[piece.as_data() for piece in pieces],
            created_by=by,
        )
        _record(
            held,
            by=by,
            verb="import_word",
            summary=_("a apporté le fichier Word « %(file)s » dans %(plan)s")
            % {"file": created.file_name[:150], "plan": title_of(held)},
        )
    return created


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
    version, and a file whose placing is finished.
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
        _record(
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
    _record(
        version,
        by=by,
        verb="finish_word",
        summary=_("a terminé de placer « %(file)s » dans %(plan)s : %(count)s de côté")
        % {"file": word.file_name[:150], "plan": title_of(version), "count": count},
    )
    return word
