"""Texts brought from elsewhere into the sections of a version, beside what is already written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from alliances.errors import Refusal, StaleAct
from alliances.models import User
from plans.models import CanvasSection, PlanVersion, SectionText
from plans.opening import Opening, closed_words
from plans.wording import moment_words

from .sections import write_text


@dataclass(frozen=True)
class Placement:
    """A text for the section ``code``: after what is written there, or in its place."""

    code: str
    html: str
    replaces: bool = False


def _section(opening: Opening, code: str) -> CanvasSection:
    section = next((one for one in opening.sections if one.code == code), None)
    if section is None:
        raise Refusal(_("Cette section ne fait pas partie du canevas de ce plan."))
    if not opening.has(section):
        raise Refusal(closed_words(section))
    return section


def _refuse_unseen(text: SectionText, seen: Mapping[str, int]) -> None:
    """What replaces a text replaces the one the person read."""
    if text.html and text.revision != seen.get(text.section.code):
        raise StaleAct(
            _(
                "%(person)s a enregistré un autre texte dans la section %(code)s le %(moment)s."
                " Relisez-le avant de choisir."
            )
            % {
                "person": text.updated_by,
                "code": text.section.code,
                "moment": moment_words(text.updated_at),
            }
        )


def place_texts(
    version: PlanVersion,
    placements: Sequence[Placement],
    *,
    by: User,
    seen: Mapping[str, int],
    opening: Opening,
) -> list[SectionText]:
    """Writes ``placements`` in ``version``, which the caller holds; returns the texts written.

    ``seen`` is the revision of each text the person had before their eyes, by code. Refuses a
    section of another canvas or that a modification leaves closed, a text over the limit, and to
    replace a text that somebody changed since it was read.
    """
    by_section: dict[int, list[Placement]] = {}
    for one in placements:
        by_section.setdefault(_section(opening, one.code).pk, []).append(one)
    texts = {
        text.section_id: text
        for text in SectionText.objects.filter(
            version=version, section__in=by_section
        ).select_related("section", "updated_by")
    }
    written = []
    for section_id, parts in by_section.items():
        text = texts.get(section_id)
        if text is None:
            text = SectionText(version=version, section_id=section_id, updated_by=by)
        start = text.html
        if any(part.replaces for part in parts):
            _refuse_unseen(text, seen)
            start = ""
        html = start + "".join(part.html for part in parts)
        written.append(write_text(text, by=by, html=html, revision=text.revision))
    return written
