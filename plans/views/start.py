"""Starting a version: blank, or from another plan."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance
from alliances.scoping import alliance_page, person_of
from plans import selectors
from plans.models import PlanVersion
from plans.selectors.starting import (
    get_source,
    offer_of,
    open_import_of,
    refused_import_of,
    sources_of,
)
from plans.services.starting import take_from
from plans.start_forms import WordFileForm, codes_of, kept_in, seen_in, text_lines, tick
from plans.wording import title_of, why_frozen


def frame(alliance: Alliance, version: PlanVersion, title: str, lede: str) -> dict[str, Any]:
    return {
        "alliance": alliance,
        "tab": "plan",
        "page_title": title,
        "lede": lede,
        "version": version,
        "title": title_of(version),
    }


def frozen(request: HttpRequest, alliance: Alliance, version: PlanVersion) -> HttpResponse:
    messages.error(request, why_frozen(version))
    return redirect(alliance.url("plan_version", version.number))


def start_page(
    request: HttpRequest,
    alliance: Alliance,
    version: PlanVersion,
    *,
    form: WordFileForm | None = None,
    status: int = 200,
) -> HttpResponse:
    cycle = alliance.cycle
    context = {
        **frame(
            alliance,
            version,
            _("Commencer le plan"),
            _("%(plan)s : choisissez d’où vous partez. Vous pouvez combiner les trois.")
            % {"plan": title_of(version)},
        ),
        "sources": sources_of(version),
        "word": open_import_of(version),
        "refused": refused_import_of(version),
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
        return frozen(request, alliance, version)
    return start_page(request, alliance, version)


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
        **frame(
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
        return frozen(request, alliance, version)
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
