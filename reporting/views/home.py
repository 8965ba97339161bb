"""Accueil, « À faire »: what waits for the person, with dates, derived from states."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliances import clock
from alliances.drawings import deadline_rail
from alliances.permissions import holds_national
from alliances.scoping import person_of
from alliances.selectors import other_cycles
from fqis.cards import card_for
from reporting.filters import BoardFilterForm
from reporting.selectors.board import board_of
from reporting.selectors.home import activity_of, current_alliances, lede_of
from reporting.selectors.national import queues_of
from reporting.selectors.todos import todos_of, waitings_of

SHOWN = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    todos, waitings = todos_of(user), waitings_of(user)
    alliances = current_alliances(user)
    national = holds_national(user)
    everything = request.GET.get("attentes") == "tout"
    board = None
    if national or len(alliances) > 1:
        form = BoardFilterForm(request.GET)
        board = board_of(form.chosen_cycle, form.chosen_year, alliances)
    today = clock.today()
    context = {
        "todos": todos,
        "lede": lede_of(todos, today),
        "rail": deadline_rail([todo.due_on for todo in todos if todo.due_on], today=today),
        "waitings": waitings if everything else waitings[:SHOWN],
        "waitings_total": len(waitings),
        "waitings_hidden": len(waitings) > SHOWN and not everything,
        "alliance": alliances[0] if len(alliances) == 1 else None,
        "other_cycles": other_cycles(alliances[0]) if len(alliances) == 1 else [],
        "card": card_for(alliances[0], user) if len(alliances) == 1 else None,
        "board": None if national else board,
        "queues": queues_of(board, user) if board and national else [],
        "is_national": national,
        "activity": [] if national else activity_of(user, alliances),
        "today": today,
    }
    return render(request, "reporting/home.html", context)
