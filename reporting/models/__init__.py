"""The nouns of the report: its periods, the report itself, its analysis."""

from .periods import ReportingPeriod
from .reports import AnnualReport, FinancialLine
from .reviews import Anomaly, ReviewEntry

__all__ = [
    "AnnualReport",
    "Anomaly",
    "FinancialLine",
    "ReportingPeriod",
    "ReviewEntry",
]
