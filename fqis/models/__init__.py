"""The nouns of the money: envelopes, versements, and the projects it funds."""

from .envelopes import Envelope
from .projects import (
    Decision,
    FundingSource,
    Project,
    ProjectPayment,
    ProjectPlace,
    ProjectResult,
)
from .versements import Versement

__all__ = [
    "Decision",
    "Envelope",
    "FundingSource",
    "Project",
    "ProjectPayment",
    "ProjectPlace",
    "ProjectResult",
    "Versement",
]
