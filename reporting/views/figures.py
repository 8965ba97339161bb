"""The rows behind one figure of a report."""

from datetime import date
from decimal import Decimal

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alliances.exports import Cell, export_response
from alliances.models import Alliance
from alliances.scoping import alliance_page
from alliances.templatetags.portal import count, date_medium, money
from reporting.selectors.figures import compute_figures, figure_row
from reporting.selectors.lines import lines_of
from reporting.selectors.reports import get_period, report_of
from reporting.selectors.reviews import figures_of

PER_PAGE = 50


@require_safe
@alliance_page()
def report_figure(request: HttpRequest, alliance: Alliance, year: str, key: str) -> HttpResponse:
    """What sums to the figure today, and the figure as it was frozen when the two differ."""
    period = get_period(alliance, year)
    lines = lines_of(alliance, period, key)
    if request.GET.get("format") in {"csv", "xlsx"}:
        name = f"{alliance.territory.slug}-{period}-{key}"
        rows = map(lines.cells, lines.rows)
        return export_response(request.GET["format"], name, lines.columns, rows)
    report = report_of(alliance, period)
    today = figure_row(alliance, compute_figures(alliance, period), year, key)
    shown = figure_row(alliance, figures_of(report), year, key) if report else today
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


def _written(cell: Cell) -> tuple[str, bool]:
    """A cell in words, and whether it is a number to align at the right."""
    if isinstance(cell, Decimal):
        return money(cell), True
    if isinstance(cell, int):
        return count(cell), True
    if isinstance(cell, date):
        return date_medium(cell), False
    return str(cell if cell is not None else "—"), False
