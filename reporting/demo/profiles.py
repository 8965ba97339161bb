"""Where each territory stands on 22 November 2026: twenty different, believable points; and the
five whose cycle 2017-2024 is told."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Profile:
    """One territory's story.

    ``plan``: approved · v2_submitted · v3_draft · submitted · returned · validated · none.
    ``report``: the state of the report 2025-2026, « late » when its draft passed the deadline.
    ``versement``: the 2026-2027 payment: planned · recommended · issued · paid · held.
    """

    slug: str
    drafted_on: date
    signed_on: date | None
    plan: str = "approved"
    report: str = "draft"
    versement: str = "planned"
    projects: int = 0


def _day(month: int, day: int, year: int = 2024) -> date:
    return date(year, month, day)


PROFILES = [
    Profile("bas-saint-laurent", _day(11, 5), _day(12, 6), report="recommended", projects=88),
    Profile(
        "saguenay-lac-saint-jean",
        _day(11, 6),
        _day(12, 10),
        report="accepted",
        versement="recommended",
        projects=84,
    ),
    Profile(
        "capitale-nationale",
        _day(11, 6),
        _day(12, 12),
        report="accepted",
        versement="recommended",
        projects=112,
    ),
    Profile(
        "mauricie", _day(11, 4), _day(11, 29), plan="v3_draft", report="submitted", projects=64
    ),
    Profile(
        "estrie",
        _day(11, 7),
        _day(12, 13),
        report="accepted",
        versement="recommended",
        projects=104,
    ),
    Profile(
        "montreal", _day(11, 4), _day(11, 22), report="accepted", versement="issued", projects=220
    ),
    Profile("outaouais", _day(11, 12), _day(1, 14, 2025), report="returned", projects=86),
    Profile(
        "abitibi-temiscamingue",
        _day(11, 8),
        _day(12, 5),
        report="accepted",
        versement="paid",
        projects=72,
    ),
    Profile("cote-nord", _day(11, 25), _day(2, 20, 2025), plan="submitted", report="late"),
    Profile("jamesie", _day(11, 18), _day(12, 18), report="draft", projects=28),
    Profile("gaspesie-iles-de-la-madeleine", _day(9, 14, 2026), None, plan="none", report="none"),
    Profile("chaudiere-appalaches", _day(11, 6), _day(12, 9), report="submitted", projects=94),
    Profile(
        "laval",
        _day(11, 4),
        _day(11, 21),
        report="accepted",
        versement="recommended",
        projects=76,
    ),
    Profile(
        "lanaudiere", _day(11, 7), _day(12, 11), report="accepted", versement="paid", projects=92
    ),
    Profile("laurentides", _day(11, 20), _day(3, 14, 2025), plan="returned", report="draft"),
    Profile(
        "monteregie", _day(11, 5), _day(12, 16), report="accepted", versement="held", projects=200
    ),
    Profile(
        "centre-du-quebec",
        _day(11, 8),
        _day(12, 19),
        plan="v2_submitted",
        report="submitted",
        projects=80,
    ),
    Profile(
        "kativik",
        _day(11, 26),
        _day(1, 30, 2025),
        report="accepted",
        versement="issued",
        projects=48,
    ),
    Profile("cssspnql", _day(11, 19), _day(1, 17, 2025), report="recommended", projects=56),
    Profile("gnc", _day(11, 28), _day(2, 14, 2025), plan="validated", report="draft"),
]

# Signed before 31 December 2018, when the projects of the cycle before end (guide 2017, note 4).
EARLIER = [
    Profile("mauricie", _day(10, 9, 2018), _day(11, 23, 2018)),
    Profile("montreal", _day(10, 1, 2018), _day(10, 31, 2018)),
    Profile("lanaudiere", _day(10, 15, 2018), _day(12, 6, 2018)),
    Profile("laurentides", _day(10, 22, 2018), _day(12, 14, 2018)),
    Profile("jamesie", _day(10, 29, 2018), _day(12, 19, 2018)),
]
