"""The editor: one screen for every section of the canvas, for who writes and for who reads."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances.errors import Refusal
from alliances.formatting import editable
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.selectors import remarks_on
from alliances.templatetags.portal import time_fr
from plans import selectors, services
from plans.completeness import Kind
from plans.forms import BaseIndicatorLines, ElementForm
from plans.models import PlanVersion
from plans.models.logic import ACTION_PARTS
from plans.selectors import Place
from plans.services import TextConflict
from plans.wording import state_words, title_of

LOGIC = [Kind.PRIORITIES, Kind.OBJECTIVES, Kind.MEANS, Kind.INDICATORS]
ACTION = [*ACTION_PARTS, Kind.INDICATORS]


@dataclass(frozen=True)
class Difference:
    """A field that two people wrote differently."""

    label: str
    mine: str
    saved: str


@dataclass(frozen=True)
class Opened:
    """The element whose form is open: a new one under ``parent``, or the one that is ``pk``.

    ``priority`` is the one it hangs from, shown in full; ``moving`` the indicator of the action
    that is being moved under another.
    """

    kind: str
    form: ElementForm
    parent: int | None = None
    pk: int | None = None
    priority: int | None = None
    lines: BaseIndicatorLines | None = None
    action_url: str = ""
    moving: int | None = None
    differences: list[Difference] = field(default_factory=list)

    @property
    def all_forms(self) -> list[BaseForm]:
        return [self.form, *(self.lines.forms if self.lines is not None else [])]

    @property
    def saves_itself(self) -> bool:
        """An element that exists saves field by field, but when its form was just refused."""
        return self.pk is not None and not self.form.is_bound


def asked_key(request: HttpRequest, name: str) -> int | None:
    """The key that the address gives under ``name``."""
    asked = request.GET.get(name, "")
    return int(asked) if asked.isdecimal() and len(asked) < 19 else None


def _asked_priority(request: HttpRequest, opened: Opened | None) -> int | None:
    """The priority to show in full: that of the open element, else the one asked for."""
    if opened is not None and opened.priority is not None:
        return opened.priority
    return asked_key(request, "priorite")


def _places(desk: selectors.Desk, opened: Opened | None) -> dict[str, list[Place]]:
    """Where the open element may be moved, and its indicator that is being moved."""
    if opened is None or opened.pk is None:
        return {}
    found = {"places": selectors.places_for(desk.version, opened.kind)}
    if opened.moving is not None:
        found["indicator_places"] = selectors.places_for(desk.version, "indicateur")
    return found


def section_page(
    request: HttpRequest,
    alliance: Alliance,
    version: PlanVersion,
    code: str,
    *,
    opened: Opened | None = None,
    status: int = 200,
) -> HttpResponse:
    """The editor on section ``code``, with one element's form open when ``opened`` says so."""
    reader = person_of(request)
    desk = selectors.desk_of(
        version, code, reader=reader, priority=_asked_priority(request, opened)
    )
    section, text = desk.section, desk.text
    before, after = desk.around(section)
    may_write = version.is_writable and can(reader, "edit_plan", alliance)
    threads = selectors.threads(version, reader)
    context: dict[str, Any] = {
        "alliance": alliance,
        "version": version,
        "title": title_of(version),
        "state": state_words(version, reader),
        "sheet": desk,
        "section": section,
        "place": desk.place,
        "line": desk.line,
        "text": text,
        "editable": editable(text.html) if text else "",
        "before": before,
        "after": after,
        "may_write": may_write,
        "may_text": may_write and desk.opening.has(section),
        "may": {kind: may_write and desk.opening.allows(kind) for kind in LOGIC},
        "may_actions": may_write and any(desk.opening.allows(kind) for kind in ACTION),
        "opened": opened,
        **_places(desk, opened),
        "open_priority": desk.open_priority,
        "remarks": remarks_on(
            version._meta.label_lower, version.pk, alliance=alliance, user=reader,
            field=section.code,
        ),
        "element_threads": selectors.element_threads(threads, section),
        "corrections": selectors.Corrections.among(threads),
        "section_url": alliance.url("plan_section", version.number, section.code),
        "register": selectors.register_for(section, version),
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
    return section_page(request, alliance, selectors.get_version(alliance, number), code)


@require_POST
@alliance_page("edit_plan")
def text(request: HttpRequest, alliance: Alliance, number: int, code: str) -> HttpResponse:
    """Saves a section's text, sent whole; two writers get a screen with both texts."""
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
        context = {
            "alliance": alliance, "tab": "plan", "page_title": found.title, "version": version,
            "title": title_of(version), "section": found, "conflict": conflict,
            "editable": editable(conflict.mine), "base": [str(conflict.saved.revision)],
            "back": alliance.url("plan_section", number, code),
        }  # fmt: skip
        return render(request, "plans/conflict.html", context, status=409)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(alliance.url("plan_section", number, code))
    at = time_fr(saved.updated_at)
    messages.success(request, _("Texte enregistré à %(time)s.") % {"time": at})
    return redirect(alliance.url("plan_section", number, code))
