"""Finding projects by their words: French, accents and plurals forgiven, a last word begun.

The database searches by the measured recipe (``fqis_search``): its own index, the territory of
each row tested there.
"""

import re

from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from alliances.models import Alliance
from plans.selectors.search import typed_query

_BEGUN = re.compile(r"(?:^|\s)(\w{2,})$")


def matching(text: str, alliance: Alliance | None = None) -> RawSQL:
    """The ids of the projects that say ``text``: title, number, description, carrier, NEQ."""
    typed = typed_query(text)
    where = alliance.pk if alliance else None
    wanted, words = "plans_wanted(%s)", [typed]
    begun = None if '"' in typed else _BEGUN.search(typed)
    if begun:
        wanted += " || (plans_wanted(%s) && to_tsquery('public.alliances_fr', %s))"
        words += [typed[: begun.start()], f"{begun[1]}:*"]
    return RawSQL(  # noqa: S611 - the words travel as parameters
        f"SELECT fqis_search({wanted}, %s)", [*words, where], BigIntegerField()
    )
