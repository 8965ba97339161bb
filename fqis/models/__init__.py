"""The nouns of the money: envelopes, versements, and the projects it funds."""

from .agreements import ProjectAgreement, ProjectInstalment
from .allocations import Allocation, AllocationFigure, AllocationLine
from .applications import Application, ApplicationFile
from .budgets import BudgetLine, FundingSource
from .calls import Call, CallExtension, CallPaper, CallPlace, CallPriority
from .changes import ProjectChange, ProjectContinuation
from .checks import EligibilityCheck
from .committees import (
    MAX_SCORE,
    Committee,
    CommitteeMember,
    ConflictOfInterest,
    Criterion,
    Referral,
    Score,
)
from .envelopes import Envelope, EnvelopeAmount
from .imports import ImportFault, ImportLine, RegisterImport
from .moves import EnvelopeMove
from .payments import PaymentAnswer, PaymentAnswerLine, PaymentBatch, PaymentLine
from .project_payments import ProjectExpense, ProjectPayment
from .projects import Decision, Project, ProjectPlace
from .publication import SMALL_COUNT, GoodPractice, Publication, PublishedInitiative
from .recoveries import Recovery
from .register import ProjectTally, SavedView
from .results import ProjectResult, ResultPhoto, ResultRequest, ResultTarget
from .sittings import Sitting, SittingItem, SittingPresence, SittingWithdrawal
from .splits import EnvelopeShare, EnvelopeSplit, SubEnvelope
from .versements import Versement

__all__ = [
    "MAX_SCORE",
    "SMALL_COUNT",
    "Allocation",
    "AllocationFigure",
    "AllocationLine",
    "Application",
    "ApplicationFile",
    "BudgetLine",
    "Call",
    "CallExtension",
    "CallPaper",
    "CallPlace",
    "CallPriority",
    "Committee",
    "CommitteeMember",
    "ConflictOfInterest",
    "Criterion",
    "Decision",
    "EligibilityCheck",
    "Envelope",
    "EnvelopeAmount",
    "EnvelopeMove",
    "EnvelopeShare",
    "EnvelopeSplit",
    "FundingSource",
    "GoodPractice",
    "ImportFault",
    "ImportLine",
    "PaymentAnswer",
    "PaymentAnswerLine",
    "PaymentBatch",
    "PaymentLine",
    "Project",
    "ProjectAgreement",
    "ProjectChange",
    "ProjectContinuation",
    "ProjectExpense",
    "ProjectInstalment",
    "ProjectPayment",
    "ProjectPlace",
    "ProjectResult",
    "ProjectTally",
    "Publication",
    "PublishedInitiative",
    "Recovery",
    "Referral",
    "RegisterImport",
    "ResultPhoto",
    "ResultRequest",
    "ResultTarget",
    "SavedView",
    "Score",
    "Sitting",
    "SittingItem",
    "SittingPresence",
    "SittingWithdrawal",
    "SubEnvelope",
    "Versement",
]
