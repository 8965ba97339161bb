"""The words of a cycle: « entente » and « plan de travail » in 2017, « convention » and « PARC »
since.

The portal's sentences are written with the words of 2024. While ``words_of(cycle)`` is open they
are said with those of the cycle, in the reader's language. Only the portal's own sentences change:
what people wrote, and the agreements of projects, keep their words (guide 2017, « Mise en œuvre »
and « Plan de travail »).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import trans_real

from .models import Cycle

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
# « %(convention)s » is a place to fill, and a project keeps its « convention du projet ».
_CONVENTION = r"(?<!%\()convention(s?)\b(?! d(?:u|e|es) projet)"


def _cased(lower: str) -> Callable[[re.Match[str]], str]:
    """``lower``, with a capital where it begins the sentence."""
    return lambda found: (
        lower.capitalize()
        if found.start() == 0 or found.string[: found.start()].endswith((". ", "? ", "! "))
        else lower
    )


def _guide_theme(found: re.Match[str]) -> str:
    theme = "theme of the guide" if found[1] == "y" else "themes of the guide"
    return theme.capitalize() if found.start() == 0 else theme


def _theme(found: re.Match[str]) -> str:
    return f"{'T' if found[1] == 'P' else 't'}hème{found[2]} du guide"


# The guide of 2017 suggests themes, where that of 2024 gives national priorities.
_THEMES: list[Rule] = [
    (re.compile(r"^Priorités nationales auxquelles"), "Thèmes du guide auxquels"),
    (re.compile(r"^Cette priorité nationale"), "Ce thème du guide"),
    (re.compile(r"^Les priorités nationales (.*) reprises"), r"Les thèmes du guide \1 repris"),
    (re.compile(r"^Nationale$"), "Thème"),
    (re.compile(r"\b([Pp])riorité(s?) nationale(s?)\b"), _theme),
    (re.compile(r"^lien national des priorités$"), "thèmes des priorités"),
]
_FRENCH: list[Rule] = [
    *_THEMES,
    (re.compile(r"\b([Pp])lan d’action régional concerté(?: \(PARC\))?"), r"\1lan de travail"),
    (re.compile(r"\bPARC\b"), _cased("plan de travail")),
    (re.compile(r"\b([Ll])a " + _CONVENTION), r"\1’entente\2"),
    (re.compile(r"\b([Dd]|[Qq]u)e " + _CONVENTION), r"\1’entente\2"),
    (re.compile(r"\b([MTSmts])a " + _CONVENTION), r"\1on entente\2"),
    (re.compile(r"\b" + _CONVENTION), r"entente\1"),
    (re.compile(r"\b" + _CONVENTION.replace("convention", "Convention")), r"Entente\1"),
    (re.compile(r"\bMinistère de l’Emploi"), "Ministère du Travail, de l’Emploi"),
    (re.compile(r"\bMESS\b"), "MTESS"),
]
_ENGLISH: list[Rule] = [
    (re.compile(r"^National priorit(y|ies)\b"), _guide_theme),
    (re.compile(r"\bnational priorit(y|ies)\b"), _guide_theme),
    (re.compile(r"^National$"), "Theme"),
    (re.compile(r"\b[Cc]oncerted regional action plan(?: \(PARC\))?"), _cased("work plan")),
    (re.compile(r"\bPARC\b"), _cased("work plan")),
    *_FRENCH[-2:],
]
# By the cycle's word for what is signed, then by language.
_VOCABULARIES: dict[str, dict[str, list[Rule]]] = {"entente": {"fr": _FRENCH, "en": _ENGLISH}}


class _CycleTranslation(trans_real.DjangoTranslation):
    """A language, spoken with the words of a cycle."""

    def __init__(self, language: str, rules: list[Rule]) -> None:
        super().__init__(language)
        self._rules = rules
        # Pages say the same few hundred sentences again and again.
        self._say = lru_cache(maxsize=4096)(self._apply)

    def _apply(self, sentence: str) -> str:
        for pattern, said in self._rules:
            sentence = pattern.sub(said, sentence)
        return sentence

    def gettext(self, message: str) -> str:
        return self._say(super().gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._say(super().ngettext(msgid1, msgid2, n))


def speak_each_cycle() -> None:
    """Makes each vocabulary a language that Django can activate: « fr-x-entente »."""
    for word, languages in _VOCABULARIES.items():
        for language, rules in languages.items():
            code = f"{language}-x-{word}"
            trans_real._translations[code] = _CycleTranslation(code, rules)  # type: ignore[attr-defined]


@contextmanager
def words_of(cycle: Cycle, language: str | None = None) -> Iterator[None]:
    """Speaks ``language`` (else the one spoken) with the words of ``cycle``, until it closes."""
    spoken = (language or translation.get_language() or settings.LANGUAGE_CODE)[:2]
    known = spoken in _VOCABULARIES.get(cycle.agreement_word, {})
    code = f"{spoken}-x-{cycle.agreement_word}" if known else spoken
    with translation.override(code):
        yield
