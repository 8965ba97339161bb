"""French counts as French does: « 0 projet », « 1 projet », « 2 projets ».

The sentences of the portal are written in French, so no French catalogue holds their plurals, and
gettext without a catalogue counts as English does: « 0 projets ».
"""

from gettext import NullTranslations

from django.utils.translation import trans_real


class _FrenchPlurals(NullTranslations):
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if abs(n) < 2 else msgid2


def count_in_french() -> None:
    """Gives French its rule wherever Django's own catalogue does not know the sentence."""
    trans_real.translation("fr").add_fallback(_FrenchPlurals())
