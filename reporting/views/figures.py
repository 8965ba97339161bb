"""The rows behind one figure of a report."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alliances.exports import Cell, export_response
from alliances.models import Alliance
from alliances.scoping import alliance_page
from alliances.templatetags.portal import count, date_medium, money
from reporting.selectors.figures import (
    NO_PRIORITY,
    FigureRow,
    Figures,
    compute_figures,
    figure_row,
    priority_row,
)
from reporting.selectors.lines import lines_of
from reporting.selectors.reports import get_period, report_of
from reporting.selectors.reviews import figures_of

PER_PAGE = 50


@require_safe
@alliance_page()
def report_figure(request: HttpRequest, alliance: Alliance, year: str, key: str) -> HttpResponse:
    """What sums to the figure today, and the figure as it was frozen when the two differ."""
    period = get_period(alliance, year)
    priority = _priority(request.GET.get("priorite", ""), key)
    lines = lines_of(alliance, period, key, priority=priority)
    if request.GET.get("format") in {"csv", "xlsx"}:
        name = f"{alliance.territory.slug}-{period}-{key}"
        rows = map(lines.cells, lines.rows)
        return export_response(request.GET["format"], name, lines.columns, rows)
    report = report_of(alliance, period)

    def row(figures: Figures) -> FigureRow:
        if priority is not None:
            return priority_row(alliance, figures, year, priority)
        return figure_row(alliance, figures, year, key)

    today = row(compute_figures(alliance, period))
    shown = row(figures_of(report)) if report else today
    page = Paginator(lines.rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "alliance": alliance,
        "tab": "reports",
        "period": period,
        "report": report,
        "page_title": today.label,
        "lede": _("Reddition %(year)s : %(figure)s.") % {"year": period, "figure": shown.text},
        "today": today,
        "shown": shown,
        "columns": lines.columns,
        "page": page,
        "rows": [(lines.url(row), [_written(c) for c in lines.cells(row)]) for row in page],
    }
    return render(request, "reporting/figure.html", context)


def _priority(typed: str, key: str) -> str | None:
    """The lineage of the priority that the address names, empty for « aucune »; None without one.
    Raises Http404 for what no address of the portal says."""
    if not typed:
        return None
    if key != "paid_to_projects":
        raise Http404
    if typed == NO_PRIORITY:
        return ""
    try:
        return str(UUID(typed))
    except ValueError:
        raise Http404 from None


def _written(cell: Cell) -> tuple[str, bool]:
    """A cell in words, and whether it is a number to align at the right."""
    if isinstance(cell, Decimal):
        return money(cell), True
    if isinstance(cell, int):
        return count(cell), True
    if isinstance(cell, date):
        return date_medium(cell), False
    return str(cell if cell is not None else "—"), False
