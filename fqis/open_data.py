"""Initiatives as open data: one table, and grants in the 360Giving Data Standard 1.1, the way
funders of several countries publish theirs (https://standard.threesixtygiving.org/).

The published schema asks of a grant: its identifier, title, description, currency, amount, date,
recipient and funder. ``GRANT`` says the same for the fields written here, and allows no other.
"""

from datetime import date
from typing import Any

from django.conf import settings
from jsonschema import Draft202012Validator, FormatChecker

from alliances.exports import Cell, harmless
from fqis.models import SMALL_COUNT, PublishedInitiative

PUBLISHER = "alliances-solidarite"
FUNDER = {
    "id": f"360G-{PUBLISHER}-MESS",
    "name": "Ministère de l’Emploi et de la Solidarité sociale",
}
LICENCE = "https://creativecommons.org/licenses/by/4.0/deed.fr"

_TEXT = {"type": "string", "minLength": 1}
_DAY = {"type": "string", "format": "date"}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], *, least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


_BODY = _object(["id", "name"], id=_TEXT, name=_TEXT, addressLocality=_TEXT)
GRANT = _object(
    [
        "id", "title", "description", "currency", "amountAwarded", "awardDate",
        "recipientOrganization", "fundingOrganization",
    ],
    id={"type": "string", "pattern": "^360G-"},
    title=_TEXT,
    description=_TEXT,
    currency={"const": "CAD"},
    amountAwarded={"type": "number", "exclusiveMinimum": 0},
    awardDate=_DAY,
    plannedDates=_list(_object(["startDate", "endDate"], startDate=_DAY, endDate=_DAY)),
    recipientOrganization=_list(_BODY),
    fundingOrganization=_list(_BODY),
    grantProgramme=_list(_object(["code", "title"], code=_TEXT, title=_TEXT)),
    beneficiaryLocation=_list(_object(["name"], name=_TEXT, countryCode={"const": "CA"})),
    classifications=_list(
        _object(["vocabulary", "title"], vocabulary=_TEXT, title=_TEXT), least=0
    ),
    dataSource={"type": "string", "format": "uri"},
)  # fmt: skip
_GRANT = Draft202012Validator(GRANT, format_checker=FormatChecker())


def check_grant(grant: dict[str, Any]) -> None:
    """Raises ``jsonschema.ValidationError`` when the grant does not follow the standard."""
    _GRANT.validate(grant)


def package_head(made_on: date) -> dict[str, Any]:
    """What the standard's package says before its grants."""
    return {
        "version": "1.1",
        "license": LICENCE,
        "issued": made_on.isoformat(),
        "publisher": {"name": FUNDER["name"], "prefix": f"360G-{PUBLISHER}"},
    }


def grant_of(row: PublishedInitiative) -> dict[str, Any]:
    """A grant of the standard; amounts in dollars."""
    programme = "FQIS"
    grant: dict[str, Any] = {
        "id": f"360G-{PUBLISHER}-{row.cycle}-{row.place}-{row.number}",
        "title": row.title,
        "description": row.description or row.title,
        "currency": "CAD",
        "amountAwarded": float(row.amount),
        "awardDate": row.decided_on.isoformat(),
        "plannedDates": [
            {"startDate": row.starts_on.isoformat(), "endDate": row.ends_on.isoformat()}
        ],
        "recipientOrganization": [_recipient(row)],
        "fundingOrganization": [dict(FUNDER)],
        "grantProgramme": [
            {"code": programme, "title": "Fonds québécois d’initiatives sociales"}
        ],
        "beneficiaryLocation": [
            {"name": name, "countryCode": "CA"} for name in row.mrcs or [row.place_name]
        ],
        "classifications": [
            {"vocabulary": "Priorités du cycle " + row.cycle, "title": name} for name in row.themes
        ],
    }  # fmt: skip
    if settings.PUBLIC_URL:
        grant["dataSource"] = f"{settings.PUBLIC_URL}/donnees-ouvertes/"
    return grant


def _recipient(row: PublishedInitiative) -> dict[str, str]:
    """By its NEQ; without one, by its name in its territory."""
    own = row.neq or f"{row.place}-{row.organisation}"
    body = {"id": f"360G-{PUBLISHER}-org-{own}", "name": row.organisation}
    return body | ({"addressLocality": row.city} if row.city else {})


COLUMNS = [
    "cycle", "territoire", "numero", "titre", "organisation", "neq", "ville", "montant_accorde",
    "decide_le", "debut", "fin", "etat", "priorite", "priorites_nationales", "mrc",
    "personnes_rejointes", "bonne_pratique",
]  # fmt: skip


def cells_of(row: PublishedInitiative) -> list[Cell]:
    """The row in the order of ``COLUMNS``: machine-readable, nothing a sheet could run."""
    people: Cell = f"<{SMALL_COUNT}" if row.people_are_few else row.people
    cells: list[Cell] = [
        row.cycle, row.place_name, row.number, row.title, row.organisation, row.neq, row.city,
        str(row.amount), row.decided_on.isoformat(), row.starts_on.isoformat(),
        row.ends_on.isoformat(), row.get_state_display(), row.priority, "|".join(row.themes),
        "|".join(row.mrcs), people, row.practice_title,
    ]  # fmt: skip
    return [harmless(cell) for cell in cells]
