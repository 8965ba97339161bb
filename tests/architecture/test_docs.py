"""The documents say what exists."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

DOCS = Path(settings.BASE_DIR) / "docs"
STATES = {"Remplie", "En partie", "À venir"}
APPS = ["alliances", "conventions", "plans", "fqis", "reporting"]


def rows(name: str) -> list[list[str]]:
    text = (DOCS / name).read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]


def test_each_of_the_99_requirements_has_its_answer() -> None:
    answers = [row for row in rows("exigences.md") if re.fullmatch(r"R\d{3}", row[0])]
    assert [row[0] for row in answers] == [f"R{n:03d}" for n in range(1, 100)]
    assert {row[2] for row in answers} <= STATES
    assert all(len(row) == 4 and row[3] for row in answers)


def test_every_path_a_document_names_exists() -> None:
    for document in [DOCS / "exigences.md", *(DOCS / "adr").glob("*.md")]:
        named = re.findall(r"`([\w./-]+/[\w./-]*)`", document.read_text(encoding="utf-8"))
        missing = [name for name in named if not (Path(settings.BASE_DIR) / name).exists()]
        assert missing == [], document.name


def test_every_class_of_the_glossary_exists() -> None:
    models = {m.__name__ for app in APPS for m in apps.get_app_config(app).get_models()}
    others = {"FiscalYear", "Forecast", "Side", "Role"}
    for row in rows("glossaire.md"):
        for word in re.findall(r"`([A-Z][A-Za-z]+)[`.]", row[2] if len(row) > 2 else ""):
            assert word in models | others, word


def test_every_rule_of_the_money_page_is_in_the_models() -> None:
    """The names a budget officer is given are those of the database."""
    known = set()
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            known |= {model._meta.db_table, *(field.name for field in model._meta.get_fields())}
            known |= {one.name for one in model._meta.constraints}
            known |= {one.name for one in getattr(model._meta, "triggers", [])}
    known |= {"…_at_and_by", *rules_written_in_migrations()}
    named = re.findall(r"`([^`]+)`", (DOCS / "argent.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    assert set(named) <= known


def rules_written_in_migrations() -> set[str]:
    """The triggers and the constraints that only SQL can say."""
    found: set[str] = set()
    for path in (DOCS.parent).glob("*/migrations/*.py"):
        sql = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)", sql))
        found |= set(re.findall(r"CONSTRAINT = .?'(\w+)", sql))
    return found


@pytest.mark.parametrize("path", sorted((DOCS / "adr").glob("*.md")), ids=lambda p: p.name)
def test_a_decision_is_short_and_says_what_was_rejected(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
    assert len(text.splitlines()) <= 30
    for title in ("## Contexte", "## Choix", "## Écarté"):
        assert title in text
