"""Whoever writes in a version or decides on it holds its row first."""

from alliances.errors import Refusal
from plans.models import PlanVersion
from plans.wording import why_frozen


def locked(version: PlanVersion) -> PlanVersion:
    """The version as it is now, held until the transaction ends."""
    return (
        PlanVersion.objects.select_for_update(of=("self",))
        .select_related(
            "plan__alliance__territory",
            "plan__alliance__cycle",
            "plan__alliance__table",
            "submitted_by",
            "returned_by",
            "validated_by",
            "approved_by",
            "approved_for",
            "abandoned_by",
        )
        .get(pk=version.pk)
    )


def writable(version_id: int) -> PlanVersion:
    """The version held to write in it; refuses one that is transmitted or approved."""
    version = (
        PlanVersion.objects.select_for_update(of=("self",))
        .select_related("plan__alliance__territory", "plan__alliance__cycle")
        .get(pk=version_id)
    )
    if not version.is_writable:
        raise Refusal(why_frozen(version))
    return version
