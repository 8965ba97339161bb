"""Conventions, their tranches, their papers and what changes them: one file per noun."""

from .avenants import Avenant, AvenantSignatory, AvenantTranche
from .conventions import Convention, Signatory
from .papers import ConventionTemplate, ConventionText, Resolution
from .parties import Party
from .reminders import SignatureReminder
from .scans import Scan, ScanPage
from .tranches import ScheduleStep, Tranche

__all__ = [
    "Avenant",
    "AvenantSignatory",
    "AvenantTranche",
    "Convention",
    "ConventionTemplate",
    "ConventionText",
    "Party",
    "Resolution",
    "Scan",
    "ScanPage",
    "ScheduleStep",
    "Signatory",
    "SignatureReminder",
    "Tranche",
]
