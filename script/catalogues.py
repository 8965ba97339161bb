"""``python -m script.catalogues``: compiles the catalogues of sentences.

Each language of ``locale/``, then what each cycle says otherwise in French and in that language
(``script/cycle_words.py``): « fr-x-entente », « en-x-entente ». What is up to date stays.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from script import cycle_words

FOLDER = Path(__file__).resolve().parents[1] / "locale"
WRITTEN_IN = "fr"


def target_of(language: str) -> Path:
    """Where Django looks for a language; « fr_X-entente » is its name for « fr-x-entente »."""
    return FOLDER / language / "LC_MESSAGES" / "django.mo"


def is_fresh(target: Path, *sources: Path) -> bool:
    made = target.stat().st_mtime if target.exists() else 0
    return all(made > source.stat().st_mtime for source in sources)


def write(catalog: Catalog, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, catalog)


def forms(text: object) -> tuple[str, ...]:
    """The singular, and the plural when there is one."""
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def said_in(catalog: Catalog, language: str) -> Iterator[tuple[Message, tuple[str, ...]]]:
    """Each sentence, as ``language`` says it: the code is written in French."""
    for message in catalog:
        said = forms(message.id if language == WRITTEN_IN else message.string)
        if message.id and all(said):
            yield message, said


def variant_of(catalog: Catalog, language: str, word: str) -> Catalog:
    """The sentences that a cycle says otherwise, and nothing else."""
    variant = Catalog(locale=language)
    for message, said in said_in(catalog, language):
        told = tuple(cycle_words.told(one, language, word) for one in said)
        if told != said:
            string = told if message.pluralizable else told[0]
            variant.add(message.id, string, context=message.context)
    return variant


def compile_all() -> None:
    for source in sorted(FOLDER.glob("*/LC_MESSAGES/django.po")):
        language = source.parent.parent.name
        wanted = [(language, "")]
        wanted += [(one, word) for word in cycle_words.WORDS for one in (WRITTEN_IN, language)]
        targets = {pair: target_of("_X-".join(filter(None, pair))) for pair in wanted}
        made_from = (source, Path(__file__), Path(cycle_words.__file__))
        if all(is_fresh(target, *made_from) for target in targets.values()):
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=language, abort_invalid=True)
        for (spoken, word), target in targets.items():
            write(variant_of(catalog, spoken, word) if word else catalog, target)


if __name__ == "__main__":
    compile_all()
