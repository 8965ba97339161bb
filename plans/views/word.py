"""A Word file brought to a version: followed while it is read, then placed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance
from alliances.scoping import alliance_page, person_of
from plans import selectors
from plans.models import PlanVersion, SectionText, WordImport
from plans.opening import opening_of
from plans.selectors.starting import excerpt_of, is_shown_whole, open_import_of, texts_in
from plans.services.word import finish_import, place_pieces, waiting_in
from plans.services.word_reading import import_word
from plans.start_forms import (
    AFTER,
    KEEP,
    PieceLine,
    WordFileForm,
    codes_of,
    piece_choices,
    seen_in,
)
from plans.views.start import frame, frozen, start_page
from plans.word import words_of
from plans.word.pieces import ASIDE


def _piece_line(
    rank: int, piece: dict[str, Any], mine: SectionText | None, posted: QueryDict | None
) -> PieceLine:
    """``mine`` is what is written already in the section the piece seems to be for."""
    to = piece["outcome"] if piece["done"] else piece["section"]
    how = AFTER
    if posted is not None:
        to = posted.get(f"vers-{rank}", to)
        how = posted.get(f"comment-{rank}", how)
    return PieceLine(
        rank, piece["heading"], excerpt_of(piece["html"]), len(words_of(piece["html"])),
        piece["images"], piece["section"], to, how, excerpt_of(mine.html) if mine else "",
        is_shown_whole(piece["html"]),
    )  # fmt: skip


def _word_page(
    request: HttpRequest,
    alliance: Alliance,
    version: PlanVersion,
    word: WordImport,
    *,
    posted: QueryDict | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    opening = opening_of(version)
    texts = texts_in(version)
    sections = {one.code: one for one in opening.sections}
    written = {
        one.code: texts[one.pk]
        for one in opening.sections
        if one.pk in texts and texts[one.pk].html
    }
    recognised, unplaced, aside, placed, titles = [], [], [], [], []
    for rank, piece in enumerate(word.pieces):
        line = _piece_line(rank, piece, written.get(piece["section"]), posted)
        if not piece["html"]:
            titles.append(piece["heading"])
        elif piece["done"] and piece["outcome"] != ASIDE:
            placed.append((line, sections[piece["outcome"]]))
        elif piece["done"]:
            aside.append(line)
        elif piece["section"] and piece["section"] != ASIDE:
            recognised.append(line)
        else:
            unplaced.append(line)
    context = {
        **frame(
            alliance,
            version,
            _("Placer le fichier Word"),
            _("Chaque passage du fichier va dans une section, ou est laissé de côté. Rien ne se"
              " perd."),
        ),
        "word": word,
        "recognised": recognised,
        "unplaced": unplaced,
        "aside": aside,
        "placed": placed,
        "titles": titles,
        "waiting": waiting_in(word),
        "images": sum(piece["images"] for piece in word.pieces),
        "groups": codes_of(opening),
        "written": written,
        "refusal": refusal,
        "ASIDE": ASIDE,
        "KEEP": KEEP,
    }  # fmt: skip
    return render(request, "plans/word.html", context, status=status)


def _reading_page(
    request: HttpRequest, alliance: Alliance, version: PlanVersion, word: WordImport
) -> HttpResponse:
    """What is done of the reading. A page that asks again whether it changed gets an answer only
    when it did."""
    if request.htmx and request.GET.get("vu") == str(word.attempts):  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    context = {
        **frame(
            alliance,
            version,
            _("Lecture du fichier Word"),
            _("Le portail lit « %(file)s ». Vous placerez ensuite chaque passage.")
            % {"file": word.file_name},
        ),
        "word": word,
    }
    response = render(request, "plans/word_reading.html", context)
    if request.htmx:  # type: ignore[attr-defined]
        response["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("edit_plan")
def word(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Takes a Word file; then shows how its reading goes, and its pieces."""
    version = selectors.get_version(alliance, number)
    if not version.is_writable:
        return frozen(request, alliance, version)
    if request.method != "POST":
        return _followed(request, alliance, version)
    form = WordFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            import_word(version, form.cleaned_data["file"], by=person_of(request))
        except StaleAct as refusal:
            messages.error(request, str(refusal))
            return redirect(alliance.url("plan_word", number))
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect(alliance.url("plan_word", number))
    return start_page(request, alliance, version, form=form, status=422)


def _followed(request: HttpRequest, alliance: Alliance, version: PlanVersion) -> HttpResponse:
    opened = open_import_of(version)
    if opened is not None and not opened.is_read:
        return _reading_page(request, alliance, version, opened)
    if request.htmx:  # type: ignore[attr-defined]
        # The page that waited is over: it opens again as what it has become.
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    if opened is None:
        return redirect(alliance.url("plan_start", version.number))
    return _word_page(request, alliance, version, opened)


def _opened_import(version: PlanVersion) -> WordImport:
    """The Word file to place; 404 when there is none, or it is still being read."""
    found = open_import_of(version)
    if found is None or not found.is_read:
        raise Http404
    return found


@require_POST
@alliance_page("edit_plan")
def place(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Puts the pieces where the person chose."""
    version = selectors.get_version(alliance, number)
    if not version.is_writable:
        return frozen(request, alliance, version)
    opened = _opened_import(version)
    choices = piece_choices(request.POST, opened.pieces)
    try:
        done = place_pieces(opened, choices, by=person_of(request), seen=seen_in(request.POST))
    except Refusal as refusal:
        status = 409 if isinstance(refusal, StaleAct) else 422
        return _word_page(
            request, alliance, version, opened,
            posted=request.POST, refusal=refusal, status=status,
        )  # fmt: skip
    messages.success(
        request,
        _("Passages placés : %(placed)s. Laissés de côté : %(aside)s. À placer : %(waiting)s.")
        % {"placed": done.placed, "aside": done.aside, "waiting": done.waiting},
    )
    return redirect(alliance.url("plan_word", number))


@require_safe
@alliance_page("edit_plan")
def piece(request: HttpRequest, alliance: Alliance, number: int, rank: int) -> HttpResponse:
    """One piece of the Word file, whole."""
    version = selectors.get_version(alliance, number)
    opened = _opened_import(version)
    if rank >= len(opened.pieces):
        raise Http404
    found = opened.pieces[rank]
    heading = found["heading"] or _("Début du fichier")
    context = {
        **frame(alliance, version, heading, opened.file_name),
        "piece": found,
        "word": opened,
    }
    return render(request, "plans/word_piece.html", context)


@require_POST
@alliance_page("edit_plan")
def finish(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Ends the placing; what waits is left aside only when the person says so."""
    version = selectors.get_version(alliance, number)
    if not version.is_writable:
        return frozen(request, alliance, version)
    opened = _opened_import(version)
    try:
        finish_import(opened, by=person_of(request), leave_rest="reste" in request.POST)
    except StaleAct as refusal:
        messages.error(request, str(refusal))
        return redirect(alliance.url("plan_start", number))
    except Refusal as refusal:
        return _word_page(request, alliance, version, opened, refusal=refusal, status=422)
    messages.success(request, _("Le fichier Word est placé. Relisez le plan section par section."))
    return redirect(alliance.url("plan_write", number))
