"""The indicators of the year by territory: the province's, or those of an adviser's territories."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliances.cycle_words import words_of
from alliances.exports import export_response
from alliances.permissions import holds_national
from alliances.scoping import person_of
from reporting.filters import IndicatorFilterForm
from reporting.selectors.roll_up import (
    alliances_of,
    may_read_indicators,
    roll_up,
    sheet_columns,
    sheet_rows,
)


@require_safe
def national_indicators(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    if not may_read_indicators(user):
        raise PermissionDenied
    form = IndicatorFilterForm(request.GET)
    alliances = alliances_of(user, form.chosen_cycle)
    with words_of(form.chosen_cycle):
        found = roll_up(form.chosen_cycle, form.chosen_year, list(alliances))
        if request.GET.get("format") in {"csv", "xlsx"}:
            return export_response(
                request.GET["format"],
                f"indicateurs-{found.year}",
                sheet_columns(found),
                sheet_rows(found),
            )
        general, followed = found.tables
        context = {
            "form": form,
            "found": found,
            "general": general,
            "followed": followed,
            "is_national": holds_national(user),
        }
        return render(request, "reporting/national_indicators.html", context)
