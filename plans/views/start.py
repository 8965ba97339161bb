"""Starting a version: blank, from another plan, or from a Word file."""

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
from plans.selectors.starting import (
    excerpt_of,
    get_source,
    is_shown_whole,
    offer_of,
    open_import_of,
    sources_of,
    texts_in,
)
from plans.services.starting import take_from
from plans.services.word import finish_import, import_word, place_pieces, waiting_in
from plans.start_forms import (
    AFTER,
    KEEP,
    PieceLine,
    WordFileForm,
    codes_of,
    kept_in,
    piece_choices,
    seen_in,
    text_lines,
    tick,
)
from plans.word import words_of
from plans.word.pieces import ASIDE
from plans.wording import title_of, why_frozen


def _frame(alliance: Alliance, version: PlanVersion, title: str, lede: str) -> dict[str, Any]:
    return {
        "alliance": alliance,
        "tab": "plan",
        "page_title": title,
        "lede": lede,
        "version": version,
        "title": title_of(version),
    }


def _frozen(request: HttpRequest, alliance: Alliance, version: PlanVersion) -> HttpResponse:
    messages.error(request, why_frozen(version))
    return redirect(alliance.url("plan_version", version.number))


def _start_page(
    request: HttpRequest,
    alliance: Alliance,
    version: PlanVersion,
    *,
    form: WordFileForm | None = None,
    status: int = 200,
) -> HttpResponse:
    cycle = alliance.cycle
    context = {
        **_frame(
            alliance,
            version,
            _("Commencer le plan"),
            _("%(plan)s : choisissez d’où vous partez. Vous pouvez combiner les trois.")
            % {"plan": title_of(version)},
        ),
        "sources": sources_of(version),
        "word": open_import_of(version),
        "form": form or WordFileForm(),
        "plan_word": cycle.plan_word,
    }
    return render(request, "plans/start.html", context, status=status)


@require_safe
@alliance_page("edit_plan")
def start(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The three ways to start, for a version that can be written."""
    version = selectors.get_version(alliance, number)
    if not version.is_writable:
        return _frozen(request, alliance, version)
    return _start_page(request, alliance, version)


# --- From another plan


def _take_page(
    request: HttpRequest,
    alliance: Alliance,
    version: PlanVersion,
    source: PlanVersion,
    *,
    posted: QueryDict | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    offer = offer_of(version, source)
    tick(offer, posted)
    context = {
        **_frame(
            alliance,
            version,
            _("Reprendre ligne par ligne"),
            _("Depuis %(source)s (%(cycle)s). Ce que vous gardez se change ensuite dans l’éditeur.")
            % {"source": title_of(source), "cycle": source.plan.alliance.cycle.slug},
        ),
        "source": source,
        "source_cycle": source.plan.alliance.cycle,
        "offer": offer,
        "lines": text_lines(offer, posted),
        "groups": codes_of(offer.opening),
        "codes_written": {one.section.code for one in offer.written.values()},
        "refusal": refusal,
    }
    return render(request, "plans/start_take.html", context, status=status)


def _taken_words(offer_themes: list[str], late: int) -> str:
    said = ""
    if offer_themes:
        said += " " + _(
            "Les priorités nationales de l’autre cycle ne sont pas reprises : %(names)s."
        ) % {"names": ", ".join(offer_themes)}
    if late:
        said += " " + _(
            "Les dates hors du cycle ne sont pas reprises (actions touchées : %(n)s)."
        ) % {"n": late}
    return said


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("edit_plan")
def take(
    request: HttpRequest, alliance: Alliance, number: int, from_cycle: str, from_number: int
) -> HttpResponse:
    """What another version holds, line by line; then what is kept of it."""
    version = selectors.get_version(alliance, number)
    source = get_source(version, from_cycle, from_number)
    if source is None:
        raise Http404
    if not version.is_writable:
        return _frozen(request, alliance, version)
    if request.method != "POST":
        return _take_page(request, alliance, version, source)
    choices = [line.choice for line in text_lines(offer_of(version, source), request.POST)]
    try:
        taken = take_from(
            version,
            source,
            by=person_of(request),
            texts=[one for one in choices if one is not None],
            kept=kept_in(request.POST),
            seen=seen_in(request.POST),
        )
    except Refusal as refusal:
        status = 409 if isinstance(refusal, StaleAct) else 422
        return _take_page(
            request, alliance, version, source,
            posted=request.POST, refusal=refusal, status=status,
        )  # fmt: skip
    done = _("Repris dans le plan : %(what)s.") % {"what": taken.words}
    messages.success(request, done + _taken_words(taken.themes, taken.late))
    return redirect(alliance.url("plan_write", number))


# --- From a Word file


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
        **_frame(
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


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("edit_plan")
def word(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Takes a Word file; then shows its pieces."""
    version = selectors.get_version(alliance, number)
    if not version.is_writable:
        return _frozen(request, alliance, version)
    if request.method != "POST":
        opened = open_import_of(version)
        if opened is None:
            return redirect(alliance.url("plan_start", number))
        return _word_page(request, alliance, version, opened)
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
            messages.success(
                request, _("Le fichier est lu. Rien n’est encore écrit dans le plan : choisissez.")
            )
            return redirect(alliance.url("plan_word", number))
    return _start_page(request, alliance, version, form=form, status=422)


def _opened_import(version: PlanVersion) -> WordImport:
    found = open_import_of(version)
    if found is None:
        raise Http404
    return found


@require_POST
@alliance_page("edit_plan")
def place(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Puts the pieces where the person chose."""
    version = selectors.get_version(alliance, number)
    if not version.is_writable:
        return _frozen(request, alliance, version)
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
        **_frame(alliance, version, heading, opened.file_name),
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
        return _frozen(request, alliance, version)
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
