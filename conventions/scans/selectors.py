"""What the screens show of scanned papers, and the pages that wait for a person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.models import Alliance, User
from alliances.permissions import rights_of
from alliances.todo import Todo
from conventions.models import Avenant, Convention, Scan, ScanPage

from .papers import Paper

RECENT = 5


def scans_of(alliance: Alliance) -> QuerySet[Scan]:
    """The scans of an Alliance, the last first, with how many pages are filed and waiting."""
    return Scan.objects.for_pages().filter(alliance=alliance).select_related("received_by")


def recent_scans(alliance: Alliance) -> list[Scan]:
    return list(scans_of(alliance)[:RECENT])


def get_scan(alliance: Alliance, pk: int) -> Scan | None:
    return scans_of(alliance).filter(pk=pk).first()


def get_page(alliance: Alliance, pk: int, position: int) -> ScanPage | None:
    """One page of one scan of the Alliance, with the file it is in."""
    return (
        ScanPage.objects.for_pages()
        .select_related("scan__document", "scan__alliance__territory", "scan__alliance__cycle")
        .filter(scan__alliance=alliance, scan=pk, position=position)
        .first()
    )


@dataclass(frozen=True)
class PageRow:
    """One page on the list of a scan: where it is, or why it waits."""

    page: ScanPage
    where: str
    url: str


def page_rows(scan: Scan) -> list[PageRow]:
    """The pages of a scan in their order."""
    return [
        PageRow(page, where_it_is(page), scan.alliance.url("scan_page", scan.pk, page.position))
        for page in scan.pages.for_pages().order_by("position")
    ]


def where_it_is(page: ScanPage) -> str:
    """Where a page is, or why it waits, in words."""
    if page.set_aside_at is not None:
        return page.reason
    if not page.is_filed:
        if page.problem == ScanPage.Problem.FOREIGN:
            code = f"{page.code[:4]}-{page.code[4:]}" if page.code else "—"
            return _("Page d’un autre document, code %(code)s") % {"code": code}
        return str(page.get_problem_display())
    party, avenant = page.party, page.avenant
    if party is not None and avenant is not None:
        return _("Feuille de signature de l’avenant no %(n)s, %(party)s") % {
            "n": avenant.number,
            "party": party.name,
        }
    if party is not None:
        return _("Feuille de signature, %(party)s") % {"party": party.name}
    words = {"n": page.number, "all": page.total, "avenant": avenant.number if avenant else 0}
    if page.number is None:
        if avenant is not None:
            return _("Texte de l’avenant no %(n)s") % {"n": avenant.number}
        return _("Texte de la convention")
    if avenant is not None:
        return _("Texte de l’avenant no %(avenant)s, page %(n)s sur %(all)s") % words
    return _("Texte de la convention, page %(n)s sur %(all)s") % words


@dataclass(frozen=True)
class MissingPages:
    """The pages of one text that no scan holds yet."""

    label: str
    numbers: list[int]


def text_pages_missing(papers: Iterable[Paper]) -> list[MissingPages]:
    """For each text, what no scan holds yet, once one page at least came back. One query."""
    papers = list(papers)
    if not papers:
        return []
    filed = ScanPage.objects.filed().filter(
        convention=papers[0].convention, number__isnull=False, total__isnull=False
    )
    known: dict[int | None, set[int]] = defaultdict(set)
    totals: dict[int | None, int] = {}
    for avenant, number, total in filed.values_list("avenant", "number", "total"):
        known[avenant].add(number or 0)
        totals[avenant] = max(totals.get(avenant, 0), total or 0)
    found = []
    for paper in papers:
        key = paper.avenant.pk if paper.avenant else None
        last = totals.get(key, 0) - len(paper.parties)
        numbers = [number for number in range(1, last + 1) if number not in known[key]]
        if numbers:
            found.append(MissingPages(paper.text_label, numbers))
    return found


def sheets_of(convention: Convention) -> dict[int, ScanPage]:
    """The last scanned sheet of each party, by the party's id."""
    filed = ScanPage.objects.filed().filter(convention=convention, signatory__isnull=False)
    return {
        page.signatory_id: page for page in filed.order_by("filed_at", "pk") if page.signatory_id
    }


def avenant_sheets(avenant: Avenant) -> dict[int, ScanPage]:
    """The same for an avenant."""
    filed = ScanPage.objects.filed().filter(avenant=avenant, avenant_party__isnull=False)
    return {
        page.avenant_party_id: page
        for page in filed.order_by("filed_at", "pk")
        if page.avenant_party_id
    }


# --- Things to do


def pending(user: User) -> list[QuerySet[Any]]:
    """The scans that hold a page to file, where the person may file it."""
    held = rights_of(user)
    territories = [pk for pk in held.on if held.allow("add_document", pk)]
    waiting = ScanPage.objects.waiting().filter(scan=OuterRef("pk"))
    return [Scan.objects.filter(Exists(waiting), territory_id__in=territories)]


def todo(user: User) -> list[Todo]:
    """Pages that no code filed, one thing for each scan."""
    (rows,) = pending(user)
    found: list[Todo] = []
    for scan in Scan.objects.for_pages().filter(pk__in=rows.values("pk")):
        waiting: int = scan.pages_waiting  # type: ignore[attr-defined]
        title = ngettext("Classer %(n)s page numérisée", "Classer %(n)s pages numérisées", waiting)
        found.append(
            Todo(
                title=title % {"n": waiting},
                url=scan.alliance.url("scan", scan.pk),
                button=_("Classer les pages"),
                alliance=scan.alliance,
                since=timezone.localtime(scan.received_at).date(),
                detail=scan.file_name,
            )
        )
    return found
