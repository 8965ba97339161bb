"""The Alliances of a person, and the page that says where one of them stands."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliances.cycle_words import words_of
from alliances.models import Alliance
from alliances.permissions import territories_of
from alliances.scoping import alliance_page, person_of
from alliances.selectors import other_cycles
from reporting.cards import card_of
from reporting.filters import BoardFilterForm
from reporting.selectors.board import board_of, convention_word
from reporting.selectors.overview import (
    envelope_view,
    load_story,
    milestones_drawing,
    recent_documents,
    seats_of,
    steps_of,
    team_of,
)


@require_safe
def alliance_list(request: HttpRequest) -> HttpResponse:
    """The person's Alliances of the chosen cycle, and their others apart."""
    user = person_of(request)
    form = BoardFilterForm(request.GET)
    mine = list(Alliance.objects.for_pages().filter(territory_id__in=territories_of(user)))
    shown = [alliance for alliance in mine if alliance.cycle_id == form.chosen_cycle.pk]
    context: dict[str, Any] = {
        "others": [alliance for alliance in mine if alliance.cycle_id != form.chosen_cycle.pk],
    }
    with words_of(form.chosen_cycle):
        context["board"] = board_of(form.chosen_cycle, form.chosen_year, shown)
        return render(request, "reporting/alliance_list.html", context)


@require_safe
@alliance_page()
def alliance_overview(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    user = person_of(request)
    story = load_story(alliance)
    team = team_of(alliance)
    advisers = [one.user.full_name for one in team if one.role == "advisor"]
    adviser = next((one for one in team if one.role == "advisor"), None)
    context = {
        "alliance": alliance,
        "tab": "overview",
        "other_cycles": other_cycles(alliance),
        "convention": story.convention,
        "convention_state": convention_word(story.convention),
        "adviser": adviser,
        "team": team[:4],
        "team_total": len(team),
        "drawing": milestones_drawing(story),
        "steps": steps_of(story),
        "card": card_of(story, user, adviser=", ".join(advisers)),
        "seats": seats_of(alliance),
        "documents": recent_documents(alliance),
        "money": envelope_view(story),
    }
    return render(request, "reporting/alliance.html", context)
