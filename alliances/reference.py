"""The kernel's reference data: territories, MRCs, cycles, signatories. Facts, each with its source.

Idempotent: what a source says is written again, what the portal learned since is left alone.
"""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.contrib.auth.models import Group

from .models import Alliance, Cycle, Mrc, Organisation, PartnerCategory, Territory, User
from .permissions import install_groups

FOLDER = Path(__file__).parent / "reference_data"
CURRENT_CYCLE = "2024-2029"
GUIDE_2017 = "Guide de mise en œuvre 2017-2023"
GUIDE_2024 = "Guide 2024-2029"


def read(name: str, folder: Path = FOLDER) -> Iterator[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def load_portal_user() -> User:
    """The author of what no person does; nobody can sign in as it."""
    user = User.objects.filter(is_portal=True).first()
    if user is None:
        user = User(email="portail@alliances.invalid", full_name="Le portail", is_portal=True)
        user.set_unusable_password()
        user.save()
    return user


def load_cycles() -> None:
    cycles = [
        {
            "slug": "2010-2015",
            "name": "Cycle 2010-2015",
            "starts_on": date(2010, 4, 1),
            "ends_on": date(2015, 3, 31),
            "source": f"{GUIDE_2017}, « Poursuite de la collaboration » (historique)",
            "agreement_word": "entente",
            "plan_word": "plan de travail",
            "plan_short": "Plan de travail",
            "initiatives_supported": 3915,
            "invested": Decimal("118500000"),
            "invested_by_partners": Decimal("160500000"),
        },
        {
            "slug": "2017-2024",
            "name": "Cycle 2017-2024",
            "starts_on": date(2018, 4, 1),
            "ends_on": date(2023, 3, 31),
            "extended_to": date(2024, 10, 31),
            "envelope_total": Decimal("160100000"),
            "measure": "PAGIEPS, mesure 11",
            "source": f"{GUIDE_2017}, « Enveloppe majorée du FQIS »; {GUIDE_2024}, §4.1",
            "agreement_word": "entente",
            "plan_word": "plan de travail",
            "plan_short": "Plan de travail",
            "plan_preparation_amount": Decimal("70000"),
        },
        {
            "slug": CURRENT_CYCLE,
            "name": "Cycle 2024-2029",
            "starts_on": date(2024, 11, 1),
            "ends_on": date(2029, 3, 31),
            "envelope_total": Decimal("145360000"),
            "measure": "Plan de lutte, mesure 3.1.1.1",
            "source": f"{GUIDE_2024}, introduction et §4",
            "agreement_word": "convention",
            "plan_word": "plan d’action régional concerté",
            "plan_short": "PARC",
            "plan_due_months": 3,
            "plan_due_latest": date(2025, 3, 31),
            "follows": "2017-2024",
        },
    ]
    for values in cycles:
        slug, former = values.pop("slug"), values.pop("follows", None)
        values["follows"] = Cycle.objects.get(slug=former) if former else None
        Cycle.objects.update_or_create(slug=slug, defaults=values)


def load_partner_categories() -> None:
    """Who takes part: nine kinds in 2024 (guide, §3.2), twelve in 2017 (« Partenariats »)."""
    cycles = {cycle.slug: cycle for cycle in Cycle.objects.all()}
    for row in read("categories_partenaires.csv"):
        PartnerCategory.objects.update_or_create(
            cycle=cycles[row["cycle"]],
            code=row["code"],
            defaults={"name": row["nom"], "short": row["abrege"], "rank": int(row["rang"])},
        )


def load_territories() -> list[Territory]:
    territories = []
    for row in read("territoires.csv"):
        territory, _ = Territory.objects.update_or_create(
            slug=row["slug"],
            defaults={
                "name": row["nom"],
                "abbreviation": row["abrege"],
                "region_code": row["region"],
                "kind": row["type"],
                "mrc_cosigns": row["mrc_cosignent"] == "oui",
                "manages_own_envelope": row["gere_son_enveloppe"] == "oui",
                "default_language": row["langue"],
                "rank": int(row["rang"]),
                "grid_row": int(row["ligne"]) if row["ligne"] else None,
                "grid_column": int(row["colonne"]) if row["colonne"] else None,
                "population": int(row["population_2016"]) if row["population_2016"] else None,
                "area_km2": _number(row["superficie_km2"]),
                "social_deprivation": _number(row["idms_social_q5"]),
                "source": row["source"],
            },
        )
        territories.append(territory)
    return territories


def load_mrcs(territories: list[Territory]) -> None:
    by_slug = {territory.slug: territory for territory in territories}
    for row in read("mrc.csv"):
        Mrc.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["nom"],
                "kind": row["type"],
                "territory": by_slug[row["territoire"]],
                "census_division": row["division_recensement"],
                "code_to_confirm": row["code_a_confirmer"] == "oui",
            },
        )


def load_alliances(territories: list[Territory]) -> None:
    """The twenty signatories of the current cycle; a body no source names says so."""
    cycle = Cycle.objects.get(slug=CURRENT_CYCLE)
    by_slug = {territory.slug: territory for territory in territories}
    for row in read("territoires.csv"):
        territory = by_slug[row["slug"]]
        if Alliance.objects.filter(territory=territory, cycle=cycle).exists():
            continue
        table = Organisation.objects.create(
            territory=territory,
            name=row["table"] or f"Table régionale, {territory.name} (nom à confirmer)",
            legal_class=row["forme"],
        )
        Alliance.objects.create(territory=territory, cycle=cycle, table=table)


def load() -> None:
    portal = load_portal_user()
    load_cycles()
    load_partner_categories()
    territories = load_territories()
    load_mrcs(territories)
    install_groups(territories)
    portal.groups.add(Group.objects.get(name="portal"))
    load_alliances(territories)
