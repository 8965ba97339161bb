"""The editor: one screen for every section of the canvas, for who writes and for who reads."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances.errors import Refusal
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.selectors import remarks_on
from alliances.templatetags.portal import time_fr
from plans import selectors, services
from plans.formatting import editable
from plans.forms import BaseIndicatorLines, ElementForm
from plans.models import CanvasSection, PlanVersion, Priority
from plans.services import TextConflict
from plans.wording import state_words, title_of


@dataclass(frozen=True)
class Opened:
    """The element whose form is open: a new one under ``parent``, or the one that is ``pk``."""

    kind: str
    form: ElementForm
    parent: int | None = None
    pk: int | None = None
    lines: BaseIndicatorLines | None = None
    action_url: str = ""

    @property
    def all_forms(self) -> list[BaseForm]:
        return [self.form, *(self.lines.forms if self.lines is not None else [])]


def _open_priority(
    request: HttpRequest, priorities: list[Priority], opened: Opened | None
) -> int | None:
    """The priority shown in full: that of the open element, the one asked for, else the first."""
    if opened is not None:
        for priority in priorities:
            below = {("objectif", o.pk) for o in priority.objectives.all()} | {
                ("action", a.pk) for o in priority.objectives.all() for a in o.actions.all()
            }
            parents = {("objectif", priority.pk)} | {
                ("action", o.pk) for o in priority.objectives.all()
            }
            if (opened.kind, opened.pk) in below | {("priorite", priority.pk)} or (
                opened.pk is None and (opened.kind, opened.parent) in parents
            ):
                return priority.pk
    asked = request.GET.get("priorite", "")
    known = [priority.pk for priority in priorities]
    if asked.isdecimal() and int(asked) in known:
        return int(asked)
    return known[0] if known else None


def section_page(
    request: HttpRequest,
    alliance: Alliance,
    version: PlanVersion,
    section: CanvasSection,
    *,
    opened: Opened | None = None,
    status: int = 200,
) -> HttpResponse:
    """The editor on ``section``, with one element's form open when ``opened`` says so."""
    reader = person_of(request)
    sheet = selectors.sheet_of(version, with_logic=not section.is_text)
    text = sheet.texts.get(section.pk)
    before, after = sheet.around(section)
    places = [line.section.pk for line in sheet.lines]
    context: dict[str, Any] = {
        "alliance": alliance,
        "version": version,
        "title": title_of(version),
        "state": state_words(version, reader),
        "sheet": sheet,
        "section": section,
        "place": places.index(section.pk) + 1,
        "line": sheet.line_of(section),
        "text": text,
        "editable": editable(text.html) if text else "",
        "before": before,
        "after": after,
        "may_write": version.is_writable and can(reader, "edit_plan", alliance),
        "opened": opened,
        "open_priority": _open_priority(request, sheet.priorities, opened),
        "remarks": remarks_on(
            version._meta.label_lower, version.pk, alliance=alliance, user=reader,
            field=section.code,
        ),
        "section_url": alliance.url("plan_section", version.number, section.code),
    }  # fmt: skip
    return render(request, "plans/editor.html", context, status=status)


@require_safe
@alliance_page()
def write(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Goes to the first section that lacks something."""
    version = selectors.get_version(alliance, number)
    section = selectors.first_section(version)
    if section is None:
        return redirect(alliance.url("plan_version", number))
    return redirect(alliance.url("plan_section", number, section.code))


@require_safe
@alliance_page()
def section(request: HttpRequest, alliance: Alliance, number: int, code: str) -> HttpResponse:
    version = selectors.get_version(alliance, number)
    return section_page(request, alliance, version, selectors.get_section(version, code))


@require_POST
@alliance_page("edit_plan")
def text(request: HttpRequest, alliance: Alliance, number: int, code: str) -> HttpResponse:
    """Saves a section's text; two writers get a screen with both texts."""
    version = selectors.get_version(alliance, number)
    found = selectors.get_section(version, code)
    asked = request.POST.get("revision", "")
    try:
        saved = services.save_section_text(
            version,
            found,
            by=person_of(request),
            html=request.POST.get("html", ""),
            revision=int(asked) if asked.isdecimal() else 0,
        )
    except TextConflict as conflict:
        if request.headers.get("X-Autosave"):
            both = _("Enregistrez le texte pour voir les deux et choisir.")
            return JsonResponse({"message": f"{conflict} {both}"}, status=409)
        context = {
            "alliance": alliance, "tab": "plan", "page_title": found.title, "version": version,
            "title": title_of(version), "section": found, "conflict": conflict,
            "editable": editable(conflict.mine),
        }  # fmt: skip
        return render(request, "plans/conflict.html", context, status=409)
    except Refusal as refusal:
        if request.headers.get("X-Autosave"):
            return JsonResponse({"message": str(refusal)}, status=422)
        messages.error(request, str(refusal))
        return redirect(alliance.url("plan_section", number, code))
    at = time_fr(saved.updated_at)
    if request.headers.get("X-Autosave"):
        return JsonResponse({"at": at, "fields": {"revision": str(saved.revision)}})
    messages.success(request, _("Texte enregistré à %(time)s.") % {"time": at})
    return redirect(alliance.url("plan_section", number, code))
