"""The nouns of the report: its periods, its deadlines, the report itself, its analysis;
the whole file of an Alliance."""

from .deadlines import ReportExtension, ReportReminder
from .exports import Export, ExportQuerySet
from .periods import ReportingPeriod
from .reports import AnnualReport, FinancialLine
from .reviews import Anomaly, ReviewEntry

__all__ = [
    "AnnualReport",
    "Anomaly",
    "Export",
    "ExportQuerySet",
    "FinancialLine",
    "ReportExtension",
    "ReportReminder",
    "ReportingPeriod",
    "ReviewEntry",
]
