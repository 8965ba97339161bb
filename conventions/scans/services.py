"""What people do with signed papers that were scanned: deposit, file by hand, set aside.

The whole file is kept first. The worker then reads the code of each page and files what it can;
what it cannot is listed for a person. No page disappears.
"""

import hashlib
import logging
from collections.abc import Sequence

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Document, User
from alliances.services import journal
from alliances.services.documents import check_upload, deposit_document
from alliances.templatetags.portal import moment
from conventions import notifications
from conventions.models import AvenantSignatory, Party, Scan, ScanPage, Signatory
from conventions.permissions import may_scan

from .papers import Paper, papers_of
from .reading import PageCode, Reading, UnreadablePage, count_pages, page_alone

logger = logging.getLogger(__name__)
Problem = ScanPage.Problem


def _require(by: User, of: object) -> None:
    if not may_scan(by, of):
        raise Refusal(_("Votre rôle ne permet pas de déposer les papiers de cette convention."))


@transaction.atomic
def receive_scan(alliance: Alliance, *, by: User, file: UploadedFile) -> Scan:
    """Keeps a PDF of scanned pages whole, and queues its splitting.

    Refuses a convention not yet sent, what ``check_upload`` refuses, another type than PDF, a PDF
    that is broken, locked, immense or endless, and a file already deposited here.
    """
    _require(by, alliance)
    if not papers_of(alliance):
        raise Refusal(_("Aucune convention de cette alliance n’est envoyée en signature."))
    extension, _mime = check_upload(file, limit=settings.SCAN_MAX_BYTES)
    if extension != "pdf":
        raise Refusal(_("Déposez un PDF : votre numériseur peut en faire un."), field="file")
    file.seek(0)
    content = file.read()
    sha256 = hashlib.sha256(content).hexdigest()
    pages = count_pages(content)
    # Two deposits of one file wait for each other here: the second finds the first.
    Alliance.objects.select_for_update().get(pk=alliance.pk)
    known = alliance.scans.select_related("received_by").filter(sha256=sha256).first()
    if known is not None:
        raise StaleAct(
            _("%(who)s a déjà déposé ce fichier le %(when)s, sous le nom « %(name)s ».")
            % {
                "who": known.received_by,
                "when": moment(known.received_at),
                "name": known.file_name,
            },
            field="file",
        )
    name = (file.name or "")[-200:]
    title = _("Papiers numérisés, %(name)s") % {"name": name}
    document = deposit_document(
        file,
        by=by,
        alliance=alliance,
        title=title[:200],
        kind="scan",
        limit=settings.SCAN_MAX_BYTES,
    )
    scan = Scan.objects.create(
        alliance=alliance,
        document=document,
        file_name=name,
        sha256=sha256,
        page_count=pages,
        received_by=by,
    )
    journal.record(
        by=by,
        verb="receive_scan",
        summary=ngettext("a déposé %(n)s page numérisée", "a déposé %(n)s pages numérisées", pages)
        % {"n": pages},
        alliance=alliance,
        target=scan,
        url=alliance.url("scan", scan.pk),
    )
    transaction.on_commit(lambda: enqueue(scan.pk), robust=True)
    return scan


def enqueue(scan_id: int) -> None:
    """Tells the worker; the sweep finds the scan when the broker does not answer."""
    from celery import current_app

    try:
        current_app.send_task("conventions.tasks.split_scan", [scan_id], retry=False)
    except Exception:
        logger.warning("broker unavailable, scan %s waits for the sweep", scan_id)


# --- Splitting, by the worker


def _problem(reading: Reading, papers: dict[str, Paper]) -> Problem:
    if reading.is_blank:
        return Problem.BLANK
    documents = {code.code for code in reading.codes}
    if not documents:
        return Problem.UNREADABLE
    if len(reading.codes) == 1 and documents <= papers.keys():
        return Problem.NONE
    return Problem.SEVERAL if documents & papers.keys() else Problem.FOREIGN


def _new_page(scan: Scan, reading: Reading, papers: dict[str, Paper]) -> ScanPage:
    page = ScanPage(
        scan=scan,
        territory_id=scan.territory_id,
        position=reading.position,
        problem=_problem(reading, papers),
    )
    if reading.codes and page.problem in (Problem.NONE, Problem.FOREIGN):
        code: PageCode = reading.codes[0]
        page.code, page.turned = code.code, code.turned
        if 1 <= code.number <= code.total:
            page.number, page.total = code.number, code.total
        elif page.problem == Problem.NONE:
            page.problem = Problem.UNREADABLE
    return page


@transaction.atomic
def place_pages(scan: Scan, readings: Sequence[Reading], *, by: User) -> Scan:
    """Files each page by its code, and lists the others; ``readings`` are one for each page."""
    papers = {paper.code: paper for paper in papers_of(scan.alliance)}
    for reading in readings:
        page = _new_page(scan, reading, papers)
        if page.problem == Problem.NONE:
            assert page.number is not None and page.total is not None
            paper = papers[page.code]
            _file(page, paper, paper.party_of(page.number, page.total), by=by)
        page.save()
    scan.split_at = clock.now()
    scan.save(update_fields=["split_at"])
    pages = list(scan.pages.select_related("signatory", "avenant_party"))
    filed = sum(page.is_filed for page in pages)
    journal.record(
        by=by,
        verb="split_scan",
        summary=_("a classé %(filed)s pages numérisées sur %(all)s")
        % {"filed": filed, "all": len(pages)},
        alliance=scan.alliance,
        target=scan,
        url=scan.alliance.url("scan", scan.pk),
    )
    notifications.tell_split(scan, pages, by=by)
    return scan


def _file(page: ScanPage, paper: Paper, party: Party | None, *, by: User) -> None:
    """Writes where a page belongs; a party's sheet becomes a document of its own."""
    page.convention, page.avenant = paper.convention, paper.avenant
    page.signatory = party if isinstance(party, Signatory) else None
    page.avenant_party = party if isinstance(party, AvenantSignatory) else None
    page.filed_at, page.filed_by = clock.now(), by
    if party is not None:
        page.document = _sheet(page, paper, party, by=by)


def _sheet(page: ScanPage, paper: Paper, party: Party, *, by: User) -> Document | None:
    """The sheet alone. One that cannot be taken out stays in the whole file, where it is filed."""
    scan = page.scan
    try:
        content = page_alone(scan.document, page.position, page.turned)
    except UnreadablePage:
        logger.warning("page %s of scan %s not taken out", page.position, scan.pk)
        return None
    return deposit_document(
        SimpleUploadedFile(f"{paper.convention.number}-{paper.key}-{party.rank}.pdf", content),
        by=by,
        alliance=scan.alliance,
        title=paper.sheet_title(party)[:200],
        kind="signed_convention" if paper.avenant is None else "signed_avenant",
        subject=party,
        limit=settings.SCAN_MAX_BYTES,
    )


# --- By hand


def _waiting(page: ScanPage) -> ScanPage:
    """The page, locked. Refuses one that somebody placed first."""
    found = ScanPage.objects.select_for_update(of=("self",)).select_related(
        "scan__alliance__territory",
        "scan__alliance__cycle",
        "scan__document",
        "filed_by",
        "set_aside_by",
    )
    page = found.get(pk=page.pk)
    if page.filed_at is not None:
        raise StaleAct(
            _("%(who)s a déjà classé cette page le %(when)s.")
            % {"who": page.filed_by, "when": moment(page.filed_at)}
        )
    if page.set_aside_at is not None:
        raise StaleAct(
            _("%(who)s a déjà mis cette page de côté le %(when)s.")
            % {"who": page.set_aside_by, "when": moment(page.set_aside_at)}
        )
    return page


@transaction.atomic
def file_page(
    page: ScanPage,
    *,
    by: User,
    text: str = "convention",
    party: Party | None = None,
    turned: int = 0,
) -> ScanPage:
    """Files a page that no code filed: as a party's sheet, or as a page of a text; ``text`` is the
    key of its paper.

    Refuses a page of another document, one already placed, and a party of another text.
    """
    _require(by, page)
    page = _waiting(page)
    paper = next((one for one in papers_of(page.scan.alliance) if one.key == text), None)
    if page.problem == Problem.FOREIGN or paper is None:
        raise Refusal(
            _("Cette page est celle d’un autre document : elle ne se classe pas dans celui-ci.")
        )
    if party is not None and party not in paper.parties:
        raise Refusal(_("Cette partie est celle d’une autre convention."), field="place")
    page.turned = turned % 360
    _file(page, paper, party, by=by)
    page.save()
    words = {"n": page.position, "file": page.scan.file_name}
    journal.record(
        by=by,
        verb="file_page",
        summary=_("a classé à la main la page %(n)s du fichier « %(file)s »") % words,
        alliance=page.scan.alliance,
        target=page,
        url=page.scan.alliance.url("scan", page.scan_id),
    )
    return page


@transaction.atomic
def set_aside_page(page: ScanPage, *, by: User, reason: str) -> ScanPage:
    """Says why a page has no place here. It stays in the file, and in the list.

    Refuses a page already placed, and an empty reason.
    """
    _require(by, page)
    if not reason.strip():
        raise Refusal(_("Dites pourquoi cette page n’a pas sa place ici."), field="reason")
    page = _waiting(page)
    page.set_aside_at, page.set_aside_by = clock.now(), by
    page.reason = reason.strip()[:200]
    page.save()
    words = {"n": page.position, "file": page.scan.file_name}
    journal.record(
        by=by,
        verb="set_aside_page",
        summary=_("a mis de côté la page %(n)s du fichier « %(file)s »") % words,
        reason=page.reason,
        alliance=page.scan.alliance,
        target=page,
        url=page.scan.alliance.url("scan", page.scan_id),
    )
    return page


@transaction.atomic
def set_aside_blanks(scan: Scan, *, by: User) -> int:
    """Sets aside every page of a scan that bears nothing; returns how many."""
    _require(by, scan)
    blanks = list(scan.pages.waiting().filter(problem=Problem.BLANK))
    for page in blanks:
        set_aside_page(page, by=by, reason=_("Page blanche"))
    return len(blanks)
