"""The words of a cycle: « entente » and « plan de travail » in 2017, « convention » and « PARC »
since (guide 2017, « Mise en œuvre » and « Plan de travail »).

The portal's sentences are written with the words of 2024. These rules say them with those of
another cycle, once, when the catalogues are compiled. The agreement of a project keeps its word.
"""

import re
from collections.abc import Callable

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
# The guide of 2017 wants people involved; that of 2024, more and more of them.
_PARTICIPATION: Rule = (
    re.compile(r"^Le Plan de lutte vise une plus grande participation .*"),
    "La cible 4 du PAGIEPS demande que ces personnes prennent part à la mise en œuvre.",
)
_FRENCH: list[Rule] = [
    *_THEMES,
    _PARTICIPATION,
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
    (
        re.compile(r"^The Plan de lutte aims for greater participation .*"),
        "Target 4 of the PAGIEPS asks that these people take part in the implementation.",
    ),
    (re.compile(r"^National priorit(y|ies)\b"), _guide_theme),
    (re.compile(r"\bnational priorit(y|ies)\b"), _guide_theme),
    (re.compile(r"^National$"), "Theme"),
    (re.compile(r"\b[Cc]oncerted regional action plan(?: \(PARC\))?"), _cased("work plan")),
    (re.compile(r"\bPARC\b"), _cased("work plan")),
    *_FRENCH[-2:],
]
# By the cycle's word for what is signed, then by language.
WORDS: dict[str, dict[str, list[Rule]]] = {"entente": {"fr": _FRENCH, "en": _ENGLISH}}


def told(sentence: str, language: str, word: str) -> str:
    """``sentence`` with the words of the cycle that signs a ``word``: « entente »."""
    for pattern, said in WORDS[word].get(language, []):
        sentence = pattern.sub(said, sentence)
    return sentence
