"""The nouns of the report: its periods, its deadlines, the report itself, its analysis."""

from .deadlines import ReportExtension, ReportReminder
from .periods import ReportingPeriod
from .reports import AnnualReport, FinancialLine
from .reviews import Anomaly, ReviewEntry

__all__ = [
    "AnnualReport",
    "Anomaly",
    "FinancialLine",
    "ReportExtension",
    "ReportReminder",
    "ReportingPeriod",
    "ReviewEntry",
]
