"""The nouns of the money: envelopes, versements, and the projects it funds."""

from .allocations import Allocation, AllocationFigure, AllocationLine
from .envelopes import Envelope
from .moves import EnvelopeMove
from .projects import (
    Decision,
    FundingSource,
    Project,
    ProjectPayment,
    ProjectPlace,
    ProjectResult,
)
from .splits import EnvelopeShare, EnvelopeSplit, SubEnvelope
from .versements import Versement

__all__ = [
    "Allocation",
    "AllocationFigure",
    "AllocationLine",
    "Decision",
    "Envelope",
    "EnvelopeMove",
    "EnvelopeShare",
    "EnvelopeSplit",
    "FundingSource",
    "Project",
    "ProjectPayment",
    "ProjectPlace",
    "ProjectResult",
    "SubEnvelope",
    "Versement",
]
