"""The nouns of the kernel, one file each."""

from .alliances import (
    Alliance,
    DevitalisedZone,
    GovernanceBody,
    Organisation,
    Partner,
    PartnerCategory,
    SeatCount,
)
from .consultations import Consultation
from .cycles import Cycle
from .documents import Document, NumberSeries
from .people import Invitation, Membership, User, group_name
from .scoped import ScopedModel
from .territories import Mrc, Territory, TerritoryGroupPermission
from .traces import Comment, Heartbeat, JournalEntry, Milestone, MilestoneKind, Notification

__all__ = [
    "Alliance",
    "Comment",
    "Consultation",
    "Cycle",
    "DevitalisedZone",
    "Document",
    "GovernanceBody",
    "Heartbeat",
    "Invitation",
    "JournalEntry",
    "Membership",
    "Milestone",
    "MilestoneKind",
    "Mrc",
    "Notification",
    "NumberSeries",
    "Organisation",
    "Partner",
    "PartnerCategory",
    "ScopedModel",
    "SeatCount",
    "Territory",
    "TerritoryGroupPermission",
    "User",
    "group_name",
]
