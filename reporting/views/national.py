"""The national board: twenty territories and the steps of the line."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliances import clock
from alliances.cycle_words import words_of
from alliances.exports import export_response
from alliances.models import Alliance
from alliances.permissions import holds_national
from alliances.scoping import person_of
from conventions.permissions import may_write_templates
from reporting.filters import BoardFilterForm
from reporting.selectors.board import board_columns, board_of, board_values, tiles_of, totals_of
from reporting.selectors.national import queues_of


@require_safe
def national(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    if not holds_national(user):
        raise PermissionDenied
    form = BoardFilterForm(request.GET)
    with words_of(form.chosen_cycle):
        return _national(request, form)


def _national(request: HttpRequest, form: BoardFilterForm) -> HttpResponse:
    user = person_of(request)
    alliances = list(Alliance.objects.for_pages().filter(cycle=form.chosen_cycle))
    board = board_of(form.chosen_cycle, form.chosen_year, alliances)
    if request.GET.get("format") in {"csv", "xlsx"}:
        return export_response(
            request.GET["format"],
            f"national-{form.chosen_year}",
            board_columns(board),
            map(board_values, board.rows),
        )
    context = {
        "form": form,
        "board": board,
        "totals": totals_of(board),
        "tiles": tiles_of(board),
        "queues": queues_of(board, user),
        "today": clock.today(),
        "may_write_templates": may_write_templates(user),
    }
    return render(request, "reporting/national.html", context)
