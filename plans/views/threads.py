"""The page « Discussion » of a version: every thread, its state, its place."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from alliances.exports import Cell, export_response
from alliances.models import Alliance, Comment
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.selectors import Remarks
from plans import selectors
from plans.models import CanvasSection, PlanVersion
from plans.selectors import Thread
from plans.wording import title_of

ALL, CORRECTIONS = "", "corrections"


class ThreadFilter(forms.Form):
    """What the list keeps; a choice that does not exist filters nothing."""

    etat = forms.ChoiceField(
        label=_lazy("État"),
        choices=[("", _lazy("Toutes")), *Comment.Thread.choices],
        required=False,
    )
    lieu = forms.ChoiceField(label=_lazy("Section"), required=False)
    genre = forms.ChoiceField(
        label=_lazy("Genre"),
        choices=[(ALL, _lazy("Tous")), (CORRECTIONS, _lazy("Corrections demandées"))],
        required=False,
    )
    lecteurs = forms.ChoiceField(
        label=_lazy("Visible par"),
        choices=[("", _lazy("Tous")), *Comment.Audience.choices],
        required=False,
    )

    def __init__(
        self, data: Any, *, version: PlanVersion, reserved: bool, sections: list[CanvasSection]
    ) -> None:
        super().__init__(data, auto_id="filtre_%s")
        places = [("", _("Tout le plan")), *((one.code, str(one)) for one in sections)]
        self.fields["lieu"].choices = places  # type: ignore[attr-defined]
        if not reserved:
            del self.fields["lecteurs"]

    def keep(self, threads: list[Thread]) -> list[Thread]:
        self.is_valid()
        asked = self.cleaned_data
        return [
            one
            for one in threads
            if asked.get("etat") in (None, "", one.comment.thread_state)
            and asked.get("lieu") in (None, "", one.place.section)
            and (asked.get("genre") != CORRECTIONS or one.comment.is_correction)
            and asked.get("lecteurs") in (None, "", one.comment.audience)
        ]


def _rows(threads: list[Thread]) -> Iterator[list[Cell]]:
    """One line for each remark and each answer, in the order they are read."""
    for one in threads:
        root = one.comment
        for line in (root, *root.replies.all()):
            yield [
                one.place.label,
                root.quote,
                str(root.thread_state.label),
                root.get_audience_display(),
                line.get_side_display(),
                line.author.full_name,
                line.created_at,
                line.body,
            ]


def _columns() -> list[str]:
    return [
        _("Section ou élément"), _("Passage"), _("État"), _("Visible par"), _("Côté"),
        _("Personne"), _("Date"), _("Remarque"),
    ]  # fmt: skip


@require_safe
@alliance_page()
def threads(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Every thread of the version; ``?sur=`` opens the box of one place; ``export=csv`` or
    ``xlsx`` gives exactly what is filtered."""
    version, reader = selectors.get_version(alliance, number), person_of(request)
    reserved = can(reader, "comment_ministry", alliance)
    sections = list(CanvasSection.objects.filter(canvas=version.plan.canvas_id))
    found = selectors.threads(version, reader)
    filters = ThreadFilter(request.GET, version=version, reserved=reserved, sections=sections)
    about = selectors.field_of(version, request.GET.get("sur", ""))
    kept = filters.keep([one for one in found if not about or one.place.field == about])
    if export := request.GET.get("export"):
        name = f"discussion-{alliance.territory.slug}-{alliance.cycle.slug}-{number}"
        return export_response(export, name, _columns(), _rows(kept))
    place = selectors.places_of(version, {about})[about] if about else None
    box = Remarks(
        version._meta.label_lower,
        version.pk,
        about,
        [],
        can(reader, "comment", alliance) and (place is None or not place.is_removed),
        reserved,
    )
    context = {
        "alliance": alliance,
        "tab": "plan",
        "page_title": _("Discussion, %(plan)s") % {"plan": title_of(version)},
        "lede": _("Tout ce qui s’écrit sur cette version, section par section."),
        "version": version,
        "threads": kept,
        "total": len(found),
        "filters": filters,
        "place": place,
        "remarks": box,
        "back": request.get_full_path(),
    }
    return render(request, "plans/threads.html", context)
