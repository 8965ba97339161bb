"""The canvas of each cycle, its required elements and its national priorities, from the guides."""

from pathlib import Path

from alliances.models import Cycle
from alliances.reference import read

from .models import Canvas, CanvasRequirement, CanvasSection, NationalPriority

FOLDER = Path(__file__).parent / "reference_data"
SOURCES = {
    "2024-2029": ("Plan d’action régional concerté", "Guide 2024-2029, §4.2 et annexe"),
    "2017-2024": ("Plan de travail", "Guide de mise en œuvre 2017-2023, « Plan de travail »"),
}


def load() -> None:
    cycles = {cycle.slug: cycle for cycle in Cycle.objects.all()}
    for slug, (title, source) in SOURCES.items():
        canvas, _ = Canvas.objects.update_or_create(
            cycle=cycles[slug], defaults={"title": title, "source": source}
        )
        for row in read("sections.csv", FOLDER):
            if row["cycle"] == slug:
                CanvasSection.objects.update_or_create(
                    canvas=canvas,
                    code=row["section"],
                    defaults={
                        "rank": int(row["rang"]),
                        "group": row["groupe"],
                        "title": row["titre"],
                        "guidance": row["consigne"],
                        "kind": row["type"],
                        "register": row["registre"],
                    },
                )
        sections = {section.code: section for section in canvas.sections.all()}
        for row in read("exigences.csv", FOLDER):
            if row["cycle"] == slug:
                CanvasRequirement.objects.update_or_create(
                    canvas=canvas,
                    rank=int(row["rang"]),
                    defaults={
                        "label": row["libelle"],
                        "short": row["abrege"],
                        "section": sections[row["section"]],
                        "is_required": row["exige"] == "oui",
                    },
                )
    for row in read("priorites_nationales.csv", FOLDER):
        NationalPriority.objects.update_or_create(
            cycle=cycles[row["cycle"]],
            code=row["code"],
            defaults={"name": row["nom"], "rank": int(row["rang"])},
        )
