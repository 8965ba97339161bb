"""The nouns of the money: envelopes, versements, and the projects it funds."""

from .allocations import Allocation, AllocationFigure, AllocationLine
from .envelopes import Envelope
from .payments import PaymentAnswer, PaymentAnswerLine, PaymentBatch, PaymentLine
from .projects import (
    Decision,
    FundingSource,
    Project,
    ProjectPayment,
    ProjectPlace,
    ProjectResult,
)
from .recoveries import Recovery
from .versements import Versement

__all__ = [
    "Allocation",
    "AllocationFigure",
    "AllocationLine",
    "Decision",
    "Envelope",
    "FundingSource",
    "PaymentAnswer",
    "PaymentAnswerLine",
    "PaymentBatch",
    "PaymentLine",
    "Project",
    "ProjectPayment",
    "ProjectPlace",
    "ProjectResult",
    "Recovery",
    "Versement",
]
