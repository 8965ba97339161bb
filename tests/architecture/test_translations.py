"""The portal is whole in English: every sentence of the code has its translation."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
APPS = ["alliances", "conventions", "plans", "fqis", "reporting"]
KEYWORDS = dict.fromkeys(
    ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy")
)
PLACES = re.compile(r"%\((\w+)\)s")


def sources() -> Iterator[tuple[Path, bytes]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_bytes()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            yield path, templatize(path.read_text(encoding="utf-8")).encode()


def sentences() -> dict[str, str]:
    """Every sentence to translate, with the file that says it."""
    found: dict[str, str] = {}
    for path, source in sources():
        for _line, function, said, _comments in extract_python(
            BytesIO(source), KEYWORDS, [], {"encoding": "utf-8"}
        ):
            first = said[0] if isinstance(said, tuple) and function.startswith("n") else said
            if isinstance(first, str) and first:
                found.setdefault(first, str(path.relative_to(ROOT)))
    return found


def catalogue() -> dict[str, list[tuple[str, str]]]:
    """Each sentence, and then each form (singular, plural) with its English."""
    with (ROOT / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        messages = read_po(file)
    known: dict[str, list[tuple[str, str]]] = {}
    for message in messages:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if ids[0] and not message.fuzzy:
            known[ids[0]] = list(zip(ids, texts, strict=True))
    return known


def test_every_sentence_has_its_english() -> None:
    known, said = catalogue(), sentences()
    assert len(said) > 1000

    missing = [
        f"{path}: {sentence}"
        for sentence, path in said.items()
        if not all(text for _french, text in known.get(sentence, [("", "")]))
    ]

    assert not missing, "\n" + "\n".join(missing)


def test_a_translation_keeps_the_places_of_its_sentence() -> None:
    wrong = [
        french
        for forms in catalogue().values()
        for french, english in forms
        if english and set(PLACES.findall(french)) != set(PLACES.findall(english))
    ]

    assert not wrong


def test_the_catalogue_compiles_whole() -> None:
    with (ROOT / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        messages = read_po(file)

    wrong = [f"{message.id}: {errors}" for message, errors in messages.check()]

    assert not wrong, "\n" + "\n".join(wrong)
