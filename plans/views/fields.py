"""The editor's quiet talk with the server: one field saved, who is where, what is left to write."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from alliances import logs
from alliances.errors import Refusal, StaleAct
from alliances.formatting import editable
from alliances.models import Alliance, Mrc, User
from alliances.permissions import require
from alliances.scoping import alliance_page, get_alliance, person_of
from alliances.templatetags.portal import time_fr
from plans import selectors, services
from plans.forms import FORMS, field_of, in_box, in_words, typed
from plans.models import Action, Indicator, NationalPriority, Objective, PlanVersion, Priority
from plans.services import FieldConflict, Held, TextConflict
from plans.wording import title_of

TEXT = "texte"
MODELS: dict[str, type[Any]] = {
    "priorite": Priority,
    "objectif": Objective,
    "action": Action,
    "indicateur": Indicator,
}
_NOTHING: Any = object()


@dataclass(frozen=True)
class Sent:
    """One field as it was sent: ``base`` is what the person opened, the revision for a text."""

    kind: str
    pk: int
    name: str
    value: list[str]
    base: list[str]
    code: str
    parent: int

    @classmethod
    def of(cls, request: HttpRequest) -> "Sent":
        post = request.POST
        name = post.get("field", "")

        def key(which: str) -> int:
            asked = post.get(which, "")
            return int(asked) if asked.isdecimal() and len(asked) < 19 else 0

        code = post.get("code", "")
        return cls(
            post.get("kind", ""),
            key("pk"),
            name,
            post.getlist("value") or post.getlist(name),
            post.getlist("base"),
            "" if "/" in code else code,
            key("parent"),
        )

    @property
    def revision(self) -> int:
        asked = self.base[0] if self.base else ""
        return int(asked) if asked.isdecimal() and len(asked) < 9 else 0


def _hold(sent: Sent, **place: Any) -> Held | None:
    if sent.kind == TEXT:
        return services.hold_text(sent.code, **place)
    if sent.kind not in MODELS:
        raise Http404
    return services.hold_field(MODELS[sent.kind], sent.pk, sent.name, **place)


def _write(held: Held, sent: Sent, by: User) -> Any:
    if sent.kind == TEXT:
        html = sent.value[-1] if sent.value else ""
        return services.save_held_text(held, by=by, html=html, revision=sent.revision)
    field = field_of(sent.kind, sent.name)
    if field is None:
        raise Http404
    try:
        value = typed(field, sent.value)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages), field=sent.name) from None
    try:
        base = typed(field, sent.base)
    except ValidationError:
        base = _NOTHING
    return services.save_field(held, by=by, value=value, base=base)


@require_POST
def save(request: HttpRequest, territory: str, cycle: str, number: int) -> HttpResponse:
    """Saves one field. Two people in the same one get a screen with both texts (409).

    The version, its Alliance and the element come in one query: no ``alliance_page`` here.
    """
    logs.add_context(territory=territory)
    by, sent = person_of(request), Sent.of(request)
    if sent.kind == "indicateur" and not sent.pk:
        return _first_word(request, sent, by, territory, cycle, number)
    held = _hold(sent, territory=territory, cycle=cycle, number=number)
    if held is None:
        return _gone(request, territory, cycle, number)
    require(by, "edit_plan", held)
    before = held.row.revision
    try:
        saved = _write(held, sent, by)
    except (FieldConflict, TextConflict) as conflict:
        return _conflict(request, held, sent, conflict)
    except Refusal as refusal:
        return _refused(request, refusal, _address(held.version, sent))
    at = time_fr(saved.updated_at)
    if request.headers.get("X-Autosave"):
        return JsonResponse({"at": at, "revision": saved.revision, "before": before})
    messages.success(request, _("Texte enregistré à %(time)s.") % {"time": at})
    return redirect(_address(held.version, sent))


def _address(version: PlanVersion, sent: Sent) -> str:
    """Where the field was open."""
    alliance = version.plan.alliance
    if not sent.code:
        return alliance.url("plan_write", version.number)
    if sent.kind in ("priorite", "objectif", "action"):
        url = alliance.url("plan_edit", version.number, sent.code, sent.kind, sent.pk)
        return f"{url}#{sent.kind}-{sent.pk}"
    return alliance.url("plan_section", version.number, sent.code)


def _refused(request: HttpRequest, refusal: Refusal, back: str) -> HttpResponse:
    if request.headers.get("X-Autosave"):
        status = 409 if isinstance(refusal, StaleAct) else 422
        return JsonResponse({"message": str(refusal), "field": refusal.field}, status=status)
    messages.error(request, str(refusal))
    return redirect(back)


def _gone(request: HttpRequest, territory: str, cycle: str, number: int) -> HttpResponse:
    """Nothing there: outside the territory it never existed, inside it was taken out."""
    alliance = get_alliance(person_of(request), territory, cycle)
    require(person_of(request), "edit_plan", alliance)
    version = selectors.get_version(alliance, number)
    refusal = StaleAct(_("Cet élément a été retiré du plan entre-temps."))
    return _refused(request, refusal, alliance.url("plan_write", version.number))


def _first_word(
    request: HttpRequest, sent: Sent, by: User, territory: str, cycle: str, number: int
) -> HttpResponse:
    """The name of a new indicator makes it; its other fields follow one at a time."""
    alliance = get_alliance(by, territory, cycle)
    require(by, "edit_plan", alliance)
    version = selectors.get_version(alliance, number)
    action = Action.objects.filter(version=version, pk=sent.parent).first()
    if action is None or sent.name != "name":
        raise Http404
    try:
        made = services.add_indicator(action, by=by, name=sent.value[-1] if sent.value else "")
    except Refusal as refusal:
        return _refused(request, refusal, _address(version, sent))
    at = time_fr(made.updated_at)
    return JsonResponse({"at": at, "revision": made.revision, "before": 0, "pk": made.pk})


# --- Two texts


def _names(held: Held, field: forms.Field) -> dict[int, str]:
    """The words behind the keys of a choice of several."""
    if not isinstance(field, forms.ModelMultipleChoiceField):
        return {}
    if held.field == "mrcs":
        return {one.pk: str(one) for one in Mrc.objects.filter(territory=held.territory_id)}
    cycle = held.version.plan.alliance.cycle_id
    return {one.pk: str(one) for one in NationalPriority.objects.filter(cycle=cycle)}


def _chosen(held: Held, sent: Sent, value: Any) -> Any:
    """The field's control, holding ``value``."""
    options: dict[str, Any] = {} if sent.kind == "indicateur" else {"version": held.version}
    form = FORMS[sent.kind](initial={sent.name: value}, **options)
    form.fields[sent.name].label = _("Texte à garder")
    form.fields[sent.name].help_text = _(
        "Il reprend le vôtre. Ajoutez ce que vous gardez de l’autre."
    )
    return form[sent.name]


def _conflict(
    request: HttpRequest, held: Held, sent: Sent, conflict: FieldConflict | TextConflict
) -> HttpResponse:
    if request.headers.get("X-Autosave"):
        return JsonResponse({"message": str(conflict), "both": True}, status=409)
    version = held.version
    context: dict[str, Any] = {
        "alliance": get_alliance(person_of(request), *_slugs(version)),
        "tab": "plan",
        "version": version,
        "title": title_of(version),
        "conflict": conflict,
        "sent": sent,
        "back": _address(version, sent),
    }
    if isinstance(conflict, TextConflict):
        section = conflict.saved.section
        context |= {
            "page_title": section.title,
            "section": section,
            "editable": editable(conflict.mine),
            "base": [str(conflict.saved.revision)],
        }
    else:
        field = field_of(sent.kind, sent.name)
        assert field is not None
        names = _names(held, field)
        context |= {
            "page_title": field.label,
            "mine": in_words(field, conflict.mine, names),
            "saved": in_words(field, conflict.saved, names),
            "control": _chosen(held, sent, conflict.mine),
            "base": in_box(field, conflict.saved),
        }
    return render(request, "plans/conflict.html", context, status=409)


def _slugs(version: PlanVersion) -> tuple[str, str]:
    alliance = version.plan.alliance
    return alliance.territory.slug, alliance.cycle.slug


# --- Who is here, what is left


@require_POST
@alliance_page("edit_plan")
def present(request: HttpRequest, alliance: Alliance, number: int, code: str) -> JsonResponse:
    """Says that the person is in section ``code``; tells who else is where, and what is left."""
    person = person_of(request)
    version = selectors.get_version(alliance, number)
    section = selectors.get_section(version, code)
    if version.is_writable:
        services.note_presence(version, section, by=person)
    completeness, lines = selectors.contents_of(version, reader=person)
    done, total = completeness.done, completeness.total
    return JsonResponse(
        {
            "writable": version.is_writable,
            "done": done,
            "total": total,
            "progress": ngettext(
                "%(done)s élément sur %(total)s", "%(done)s éléments sur %(total)s", done
            )
            % {"done": done, "total": total},
            "sections": {
                line.section.code: {
                    "glyph": line.glyph,
                    "state": line.state,
                    "people": line.present.words if line.present else "",
                }
                for line in lines
            },
        }
    )
