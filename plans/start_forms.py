"""What a person chooses when a version starts from another, or from a Word file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from plans.models import Action, Indicator, Objective, Priority
from plans.opening import Opening
from plans.selectors.starting import Offer, TextOffer, elements_of
from plans.services.starting import TextChoice
from plans.services.word import PieceChoice
from plans.word.pieces import ASIDE

KEEP, AFTER, REPLACE = "garder", "apres", "prendre"
FIELDS: dict[str, type[Any]] = {
    "priorite": Priority,
    "objectif": Objective,
    "action": Action,
    "indicateur": Indicator,
}


class WordFileForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier Word"),
        help_text=_("Un .docx de 10 Mo au plus."),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx", "class": "file"}),
        error_messages={
            "required": _("Choisissez votre fichier Word."),
            "empty": _("Ce fichier est vide. Choisissez-en un autre."),
        },
    )


def seen_in(posted: QueryDict) -> dict[str, int]:
    """The revision of each text the person had before their eyes, by section code."""
    return {
        name.removeprefix("vu-"): int(str(value))
        for name, value in posted.items()
        if name.startswith("vu-") and str(value).isdecimal()
    }


@dataclass(frozen=True)
class TextLine:
    """A text on the page: what is offered, where it would go, and what is done with it there."""

    offer: TextOffer
    to: str
    how: str

    @property
    def code(self) -> str:
        return self.offer.section.code

    @property
    def choice(self) -> TextChoice | None:
        """None when the person keeps what they have. A text only replaces the one shown beside
        it: sent to another section, it goes after what is written there."""
        if self.how == KEEP or not self.to:
            return None
        shown = self.offer.target is not None and self.offer.target.code == self.to
        return TextChoice(self.code, self.to, replaces=self.how == REPLACE and shown)


def text_lines(offer: Offer, posted: QueryDict | None = None) -> list[TextLine]:
    """Each text with what was chosen, or what is proposed: taken where nothing is written, left
    where something is. What the draft has as it is has no line."""
    lines = []
    for one in offer.texts:
        if one.is_there:
            continue
        to = one.target.code if one.target else ""
        how = KEEP if one.in_conflict or not to else AFTER
        if posted is not None:
            to = posted.get(f"vers-{one.section.code}", to)
            how = posted.get(f"comment-{one.section.code}", KEEP)
        lines.append(TextLine(one, to, how))
    return lines


def kept_in(posted: QueryDict) -> dict[type[Any], set[int]]:
    """The elements ticked, by model."""
    return {
        model: {int(key) for key in posted.getlist(name) if key.isdecimal()}
        for name, model in FIELDS.items()
    }


def tick(offer: Offer, posted: QueryDict | None = None) -> None:
    """Says, on each element of the tree, whether its box is ticked."""
    kept = kept_in(posted) if posted is not None else {}
    for one in elements_of(offer.priorities):
        one.is_kept = one.pk in kept[type(one)] if kept else not (one.is_there or one.is_twin)


@dataclass(frozen=True)
class PieceLine:
    """A piece of a Word file on the page: ``section`` is the one it seems to be for, ``to`` the one
    chosen; ``mine`` the first words already written in ``section``."""

    rank: int
    heading: str
    excerpt: str
    words: int
    images: int
    section: str
    to: str
    how: str
    mine: str
    is_whole: bool


def piece_choices(posted: QueryDict, pieces: list[Mapping[str, Any]]) -> dict[int, PieceChoice]:
    """What was chosen for each piece. A piece replaces a text only in the section shown beside it;
    « garder le mien » leaves it aside."""
    choices = {}
    for rank, piece in enumerate(pieces):
        to = posted.get(f"vers-{rank}", "")
        how = posted.get(f"comment-{rank}", AFTER)
        if to and to != ASIDE and how == KEEP:
            to = ASIDE
        choices[rank] = PieceChoice(to, replaces=how == REPLACE and to == piece["section"])
    return choices


def codes_of(opening: Opening) -> list[tuple[str, list[Any]]]:
    """The sections that may be written, by group, for a list of choices."""
    groups: dict[str, list[Any]] = {}
    for section in opening.sections:
        if opening.has(section):
            groups.setdefault(section.group, []).append(section)
    return list(groups.items())
