"""The territorial actions of the Plan de lutte beside the Alliances (guide 2024, introduction)."""

from dataclasses import dataclass

from django.utils.translation import get_language

from alliances.reference import read


@dataclass(frozen=True)
class TerritorialAction:
    """``address`` is « » until a source gives one: the portal invents none."""

    name: str
    sentence: str
    address: str
    source: str


def territorial_actions() -> list[TerritorialAction]:
    """In the language spoken, in the order of the guide."""
    suffix = "_en" if (get_language() or "").startswith("en") else ""
    return [
        TerritorialAction(
            row[f"nom{suffix}"], row[f"phrase{suffix}"], row["adresse"], row["source"]
        )
        for row in read("autres_actions.csv")
    ]
