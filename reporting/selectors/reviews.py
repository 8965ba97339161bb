"""This year's figures beside last year's: monthly averages, so that 5 and 12 months compare."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.drawings import coordinate
from reporting.models import AnnualReport
from reporting.selectors.figures import Figures, compute_figures

MARGIN = Decimal("0.25")
# Half of the drawing, in its units, is a variance of 78 %: 25 % is a quarter of the picture.
_MIDDLE, _UNITS_PER_SHARE, _HALF = 72, Decimal(92), Decimal(72)


@dataclass(frozen=True)
class Variance:
    """A line of the comparison. ``share`` is None when last year has nothing to divide by."""

    label: str
    last: Decimal | int | None
    this: Decimal | int
    share: Decimal | None
    is_money: bool = True
    is_total: bool = False
    note: str = ""

    @property
    def is_outside(self) -> bool:
        return self.share is not None and abs(self.share) > MARGIN

    @property
    def percent(self) -> str:
        """« +16,2 % », « −26,8 % »."""
        if self.share is None:
            return _("s. o.")
        share = round(self.share * 100, 1)
        sign = "−" if share < 0 else "+"
        return f"{sign}{abs(share):.1f}".replace(".", ",") + "\u00a0%"

    @property
    def bar_x(self) -> str:
        return coordinate(_MIDDLE + min(Decimal(0), self._length))

    @property
    def bar_width(self) -> str:
        return coordinate(abs(self._length))

    @property
    def _length(self) -> Decimal:
        length = (self.share or Decimal(0)) * _UNITS_PER_SHARE
        return max(min(length, _HALF), -_HALF)


@dataclass(frozen=True)
class Comparison:
    rows: list[Variance]
    last_months: int
    this_months: int
    has_last: bool


def figures_of(report: AnnualReport) -> Figures:
    """The frozen figures once submitted, those of today while it is written."""
    if report.is_writable or not report.figures:
        return compute_figures(report.alliance, report.period)
    return Figures.from_frozen(report.figures)


def compare(report: AnnualReport, last: AnnualReport | None) -> Comparison:
    """Each amount of the year beside last year's, with the variance of monthly averages."""
    this_months = report.period.months
    last_months = last.period.months if last else 0
    now, before = _values(report), _values(last) if last else {}

    def row(key: str, label: str, **options: bool | str) -> Variance:
        return Variance(
            label=label,
            last=before.get(key),
            this=now[key],
            share=_share(before.get(key), now[key], last_months, this_months),
            **options,  # type: ignore[arg-type]
        )

    return Comparison(
        rows=[
            row(
                "projects",
                _("Soutien aux projets"),
                note=ngettext("%(n)s projet", "%(n)s projets", int(now["supported"]))
                % {"n": now["supported"]},
            ),
            row("mobilisation", _("Coordination et mobilisation")),
            row("administration", _("Frais d’administration")),
            row("total", _("Total payé par le FQIS"), is_total=True),
            row("other_funding", _("Autres sources de financement"), note=_("effet levier")),
            row("people", _("Personnes rejointes"), is_money=False, note="3.3"),
        ],
        last_months=last_months,
        this_months=this_months,
        has_last=last is not None,
    )


def _values(report: AnnualReport) -> dict[str, Decimal | int]:
    figures = figures_of(report)
    lines = {line.category: line.amount or Decimal(0) for line in report.lines.all()}
    administration = lines.get("administration", Decimal(0))
    mobilisation = lines.get("mobilisation", Decimal(0))
    return {
        "projects": figures.paid_to_projects,
        "mobilisation": mobilisation,
        "administration": administration,
        "total": figures.paid_to_projects + mobilisation + administration,
        "other_funding": figures.other_funding + lines.get("other_income", Decimal(0)),
        "people": figures.people_reached,
        "supported": figures.projects_supported,
    }


def _share(
    last: Decimal | int | None, this: Decimal | int, last_months: int, this_months: int
) -> Decimal | None:
    """The variance of monthly averages as a share of one: 0.162 is +16,2 %."""
    if not last or not last_months or not this_months:
        return None
    before, now = Decimal(last) / last_months, Decimal(this) / this_months
    return (now - before) / before
