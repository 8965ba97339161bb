"""The nouns of the money: envelopes, versements, and the projects it funds."""

from .allocations import Allocation, AllocationFigure, AllocationLine
from .budgets import BudgetLine
from .envelopes import Envelope
from .moves import EnvelopeMove
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
from .register import ProjectTally, SavedView
from .splits import EnvelopeShare, EnvelopeSplit, SubEnvelope
from .versements import Versement

__all__ = [
    "Allocation",
    "AllocationFigure",
    "AllocationLine",
    "BudgetLine",
    "Decision",
    "Envelope",
    "EnvelopeMove",
    "EnvelopeShare",
    "EnvelopeSplit",
    "FundingSource",
    "PaymentAnswer",
    "PaymentAnswerLine",
    "PaymentBatch",
    "PaymentLine",
    "Project",
    "ProjectPayment",
    "ProjectPlace",
    "ProjectResult",
    "ProjectTally",
    "Recovery",
    "SavedView",
    "SubEnvelope",
    "Versement",
]
