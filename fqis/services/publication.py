"""Makes what is public anew, as a whole: the rows that public pages read, their sums, and the two
files of open data. Run each night by the worker; a refresh that fails leaves the former one."""

import csv
import hashlib
import io
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from alliances import clock
from alliances.identity import acting_as_portal
from alliances.money import ZERO
from fqis.models import SMALL_COUNT, Project, Publication, PublishedInitiative
from fqis.open_data import COLUMNS, cells_of, check_grant, grant_of, package_head

KEPT = 2  # former files stay a little: somebody may be reading them
# One refresh at a time.
ONLY_ONE = 4_211_960

SOURCE = """
INSERT INTO fqis_publishedinitiative (
    cycle, place, place_name, number, title, description, organisation, neq, city, amount,
    decided_on, starts_on, ends_on, state, priority, themes, mrcs, people, people_are_few,
    practice_title, practice_text
)
SELECT c.slug, t.slug, t.name, p.number, p.title, p.description, o.name, o.neq, o.city,
       p.amount_granted, p.decided_on, p.starts_on, p.ends_on, p.state, pr.title,
       coalesce(th.names, '[]'), coalesce(m.names, '[]'),
       CASE WHEN r.people BETWEEN 1 AND %(small)s - 1 THEN NULL ELSE r.people END,
       coalesce(r.people BETWEEN 1 AND %(small)s - 1, false),
       coalesce(g.title, ''), coalesce(g.text, '')
FROM fqis_project p
JOIN alliances_alliance a ON a.id = p.alliance_id
JOIN alliances_cycle c ON c.id = a.cycle_id
JOIN alliances_territory t ON t.id = p.territory_id
JOIN alliances_organisation o ON o.id = p.organisation_id
JOIN plans_priority pr ON pr.id = p.priority_id
LEFT JOIN (SELECT s.priority_id, jsonb_agg(n.name ORDER BY n.rank) AS names
           FROM plans_prioritytheme s
           JOIN plans_nationalpriority n ON n.id = s.national_priority_id
           GROUP BY s.priority_id) th ON th.priority_id = p.priority_id
LEFT JOIN (SELECT l.project_id, jsonb_agg(x.name ORDER BY x.name) AS names
           FROM fqis_projectplace l JOIN alliances_mrc x ON x.id = l.mrc_id
           GROUP BY l.project_id) m ON m.project_id = p.id
LEFT JOIN (SELECT f.project_id, sum(f.people_reached) AS people
           FROM fqis_projectresult f
           WHERE f.state = 'accepted' AND f.people_reached IS NOT NULL
           GROUP BY f.project_id) r ON r.project_id = p.id
LEFT JOIN fqis_goodpractice g ON g.project_id = p.id AND g.withdrawn_at IS NULL
WHERE p.state = ANY(%(supported)s)
"""


@dataclass(frozen=True)
class Kept:
    """A file of open data as it is kept: its name, its size in bytes, its sha256."""

    name: str
    size: int
    sha256: str


def refresh_publication() -> Publication:
    """Raises ``ValidationError`` of jsonschema when a grant does not follow the standard: nothing
    public changes then."""
    kept: list[Kept] = []
    try:
        with acting_as_portal():
            return _refresh(kept)
    except Exception:
        for one in kept:
            default_storage.delete(one.name)
        raise


def _refresh(kept: list[Kept]) -> Publication:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONLY_ONE])
        cursor.execute("DELETE FROM fqis_publishedinitiative")
        cursor.execute(
            SOURCE,
            {"small": SMALL_COUNT, "supported": [str(state) for state in Project.SUPPORTED]},
        )
    rows = PublishedInitiative.objects.order_by("cycle", "place", "number")
    for extension, write in (("csv", _write_csv), ("json", _write_json)):
        kept.append(_keep(extension, write, rows))
    table, package = kept
    made = Publication.objects.create(
        initiatives=rows.count(),
        totals=totals_of(rows),
        csv_file=table.name,
        csv_size=table.size,
        csv_sha256=table.sha256,
        json_file=package.name,
        json_size=package.size,
        json_sha256=package.sha256,
    )
    _forget_former()
    return made


def _keep(
    extension: str, write: Callable[[IO[bytes], QuerySet[PublishedInitiative]], None],
    rows: QuerySet[PublishedInitiative],
) -> Kept:  # fmt: skip
    with TemporaryFile() as made:
        write(made, rows)
        size = made.tell()
        made.seek(0)
        digest = hashlib.file_digest(made, "sha256").hexdigest()
        made.seek(0)
        name = f"donnees/initiatives-{secrets.token_hex(8)}.{extension}"
        return Kept(default_storage.save(name, File(made)), size, digest)


@contextmanager
def _text(made: IO[bytes], encoding: str) -> Iterator[IO[str]]:
    text = io.TextIOWrapper(made, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.flush()
        text.detach()


def _write_csv(made: IO[bytes], rows: QuerySet[PublishedInitiative]) -> None:
    with _text(made, "utf-8-sig") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for row in rows.iterator(chunk_size=2000):
            writer.writerow(cells_of(row))


def _write_json(made: IO[bytes], rows: QuerySet[PublishedInitiative]) -> None:
    with _text(made, "utf-8") as text:
        head = json.dumps(package_head(clock.today()), ensure_ascii=False)
        text.write(head[:-1] + ', "grants": [')
        for rank, row in enumerate(rows.iterator(chunk_size=2000)):
            grant = grant_of(row)
            check_grant(grant)
            text.write(("," if rank else "") + "\n" + json.dumps(grant, ensure_ascii=False))
        text.write("\n]}\n")


def totals_of(rows: QuerySet[PublishedInitiative]) -> dict[str, Any]:
    """By cycle, the number of initiatives, the dollars and the people of the whole, of each place
    and of each theme. Small counts are left out of every sum: nothing is found by subtraction. An
    initiative of two themes counts in each."""
    sums = {"initiatives": Count("pk"), "amount": Sum("amount"), "people": Sum("people")}
    found: dict[str, Any] = {}
    plain = rows.order_by()
    for row in plain.values("cycle").annotate(**sums):
        found[row["cycle"]] = {"whole": _sum(row), "places": {}, "themes": {}}
    for row in plain.values("cycle", "place", "place_name").annotate(**sums):
        found[row["cycle"]]["places"][row["place"]] = _sum(row) | {"name": row["place_name"]}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.cycle, t.name, count(*), sum(p.amount), sum(p.people)"
            " FROM fqis_publishedinitiative p, jsonb_array_elements_text(p.themes) AS t (name)"
            " GROUP BY p.cycle, t.name ORDER BY p.cycle, t.name"
        )
        for cycle, name, initiatives, amount, people in cursor.fetchall():
            one = {"initiatives": initiatives, "amount": amount, "people": people}
            found[cycle]["themes"][name] = _sum(one)
    return found


def _sum(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "initiatives": row["initiatives"],
        "amount": str(row["amount"] or ZERO),
        "people": row["people"],
    }


def _forget_former() -> None:
    """The rows now; their files once nothing can bring the rows back."""
    for former in Publication.objects.order_by("-made_at", "-pk")[KEPT:]:
        for name in (former.csv_file, former.json_file):
            transaction.on_commit(partial(default_storage.delete, name))
        former.delete()
