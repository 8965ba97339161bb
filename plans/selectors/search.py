"""Search across plans: texts and elements, best first, each with where it was found.

French full text (the configuration ``alliances_fr`` of the database): accents and plurals are
forgiven. The database tests the territory of each row (``plans_search``); three queries a page.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.db import connection
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from alliances.models import Cycle, Territory
from plans.models import PlanVersion

LONGEST = 200
# What surrounds a word found, and what stands between two passages: signs nobody types.
_START, _STOP, _GAP = "\x02", "\x03", "\x04"
_HEADLINE = (
    f"StartSel={_START}, StopSel={_STOP}, FragmentDelimiter={_GAP},"
    " MaxFragments=2, MaxWords=30, MinWords=15, ShortWord=0"
)
_QUOTES = str.maketrans("«»“”„’‘ʼ", '"""""\'\'\'')


def typed_query(text: str) -> str:
    """What a person typed, as the database reads it: guillemets quote, « centre-ville » is two
    words, and what nobody can see goes."""
    shown = "".join(sign for sign in text if sign.isprintable() or sign.isspace())[:LONGEST]
    return re.sub(r"(?<=\w)[-/–](?=\w)", " ", shown.translate(_QUOTES)).strip()


def can_be_searched(text: str) -> bool:
    """Whether a word remains once the stop words and the exclusions are gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT querytree(plans_wanted(%s))", [typed_query(text)])
        return cursor.fetchone()[0] not in ("", "T")


@dataclass(frozen=True)
class Found:
    """One place: in which version, under which title (``heading`` with its words marked), in
    which passages of the text."""

    kind: str
    version: PlanVersion
    title: str
    heading: SafeString
    passage: SafeString
    anchor: str

    @property
    def kind_label(self) -> str:
        return {
            "text": _("Section"),
            "priority": _("Priorité"),
            "objective": _("Objectif"),
            "action": _("Action"),
            "indicator": _("Indicateur"),
        }[self.kind]

    @property
    def url(self) -> str:
        alliance = self.version.plan.alliance
        return alliance.url("plan_version", self.version.number) + self.anchor


_FROM = """
    FROM plans_search(plans_wanted(%(typed)s), %(in_force)s) f
    JOIN plans_planversion v ON v.id = f.version_id
    JOIN plans_plan p ON p.id = v.plan_id
    JOIN alliances_alliance a ON a.id = p.alliance_id
    WHERE (%(cycle)s::bigint IS NULL OR a.cycle_id = %(cycle)s)
      AND (%(territory)s::bigint IS NULL OR a.territory_id = %(territory)s)
"""
_COUNT = f"SELECT count(*) {_FROM}"
_PAGE = f"""
    WITH chosen AS (
        SELECT f.kind, f.pk, f.version_id, f.rank {_FROM}
        ORDER BY f.rank DESC, f.version_id DESC, f.kind, f.pk
        LIMIT %(size)s OFFSET %(first)s
    )
    SELECT c.kind, c.pk, c.version_id, section.code,
           coalesce(section.code || ' ' || section.title, s.heading),
           plans_spaced(s.heading),
           ts_headline('public.alliances_fr', plans_spaced(s.heading),
                       plans_wanted(%(typed)s), %(whole)s),
           s.body, plans_spaced(s.body),
           ts_headline('public.alliances_fr', plans_spaced(s.body),
                       plans_wanted(%(typed)s), %(options)s)
    FROM chosen c
    CROSS JOIN LATERAL plans_said(c.kind, c.pk) s
    LEFT JOIN plans_canvassection section ON section.id = s.section_id
    ORDER BY c.rank DESC, c.version_id DESC, c.kind, c.pk
"""  # noqa: S608


class Results(Sequence[Found]):
    """The results of a search, one page at a time, as a paginator takes them."""

    def __init__(
        self,
        text: str,
        *,
        all_versions: bool = False,
        cycle: Cycle | None = None,
        territory: Territory | None = None,
    ) -> None:
        self.values: dict[str, Any] = {
            "typed": typed_query(text),
            "in_force": not all_versions,
            "cycle": cycle.pk if cycle else None,
            "territory": territory.pk if territory else None,
            "options": _HEADLINE,
            "whole": f"StartSel={_START}, StopSel={_STOP}, HighlightAll=true",
        }
        self._count: int | None = None

    def __len__(self) -> int:
        if self._count is None:
            with connection.cursor() as cursor:
                cursor.execute(_COUNT, self.values)
                self._count = cursor.fetchone()[0]
        return self._count

    def __getitem__(self, place: Any) -> Any:
        chosen = place if isinstance(place, slice) else slice(place, place + 1)
        first, last, _step = chosen.indices(len(self))
        found = self._page(first, last - first)
        return found if isinstance(place, slice) else found[0]

    def _page(self, first: int, size: int) -> list[Found]:
        with connection.cursor() as cursor:
            cursor.execute(_PAGE, {**self.values, "first": first, "size": size})
            rows = cursor.fetchall()
        versions = PlanVersion.objects.select_related(
            "plan__alliance__territory", "plan__alliance__cycle"
        ).in_bulk([row[2] for row in rows])
        return [_found(row, versions[row[2]]) for row in rows]


def _found(row: tuple[Any, ...], version: PlanVersion) -> Found:
    kind, pk, _version, code, title, spaced_title, headed, body, spaced, headline = row
    heading = title if code else _as_written(headed, spaced_title, title)
    return Found(
        kind,
        version,
        title,
        marked(heading),
        marked(_as_written(headline, spaced, body)),
        f"#section-{code}" if code else f"#{_ANCHORS[kind]}-{pk}",
    )


_ANCHORS = {
    "priority": "priorite",
    "objective": "objectif",
    "action": "action",
    "indicator": "indicateur",
}


def _as_written(headline: str, spaced: str, whole: str) -> str:
    """The passages of ``headline`` with the signs of ``whole``: both texts count as many
    characters, so that each passage has the place it has in what people wrote."""
    passages: list[str] = []
    begins = place = 0
    for passage in headline.split(_GAP):
        bare = passage.replace(_START, "").replace(_STOP, "")
        found = spaced.find(bare, place)
        if found < 0:
            return headline
        begins = begins if passages else found
        place, written = found, []
        for sign in passage:
            if sign in (_START, _STOP):
                written.append(sign)
            else:
                written.append(whole[place])
                place += 1
        passages.append("".join(written))
    before = _GAP if re.search(r"\w", spaced[:begins]) else ""
    after = _GAP if re.search(r"\w", spaced[place:]) else ""
    return before + _GAP.join(passages) + after


def marked(passages: str) -> SafeString:
    """The passages as HTML: everything escaped, the words found in ``<mark>``."""
    inside, shown = False, []
    for piece in re.split(f"([{_START}{_STOP}{_GAP}])", passages):
        if piece in (_START, _STOP):
            inside = piece == _START
        elif piece == _GAP:
            shown.append(" … ")
        else:
            text = re.sub(r"\s+", " ", unescape(piece))
            shown.append(format_html("<mark>{}</mark>", text) if inside else text)
    return format_html_join("", "{}", ((one,) for one in shown))
