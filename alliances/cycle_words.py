"""The words of a cycle: « entente » and « plan de travail » in 2017, « convention » and « PARC »
since.

The portal's sentences are written with the words of 2024. « fr-x-entente » is French with the few
sentences that the cycle of 2017 says otherwise, made when the catalogues are compiled. Only the
portal's own sentences change: what people wrote keeps its words.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation

from .models import Cycle

# The word of the sentences in the code.
WRITTEN = "convention"


@contextmanager
def words_of(cycle: Cycle, language: str | None = None) -> Iterator[None]:
    """Speaks ``language`` (else the one spoken) with the words of ``cycle``, until it closes."""
    spoken = (language or translation.get_language() or settings.LANGUAGE_CODE)[:2]
    word = cycle.agreement_word
    with translation.override(spoken if word == WRITTEN else f"{spoken}-x-{word}"):
        yield
