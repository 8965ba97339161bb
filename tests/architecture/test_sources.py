"""What the files themselves promise."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ["alliances", "conventions", "plans", "fqis", "reporting"]
PYTHON = sorted(
    path for app in [*APPS, "script", "tests"] for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts
)  # fmt: skip
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TOO_VAGUE = {"utils", "helpers", "core", "misc", "common"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> set[str]:
    """The modules a file imports, « from a import b » giving both a and a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_module_is_short_and_says_its_noun(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 450
    assert path.stem not in TOO_VAGUE


SERVICES = [path for path in PYTHON if "services" in (path.stem, path.parent.name)]


@pytest.mark.parametrize("path", SERVICES, ids=name)
def test_a_service_imports_no_task_no_view_and_takes_no_request(path: Path) -> None:
    outer = {"tasks", "views", "forms", "urls"}
    for module in imported(path):
        if module.startswith("django.urls"):
            continue
        assert not outer & set(module.split(".")), module
        assert not module.endswith("HttpRequest")


MODELS = [
    path for path in PYTHON if path.parts[-2] == "models" or path.name == "models.py"
]  # fmt: skip


@pytest.mark.parametrize("path", MODELS, ids=name)
def test_a_model_sends_nothing_and_asks_nobody(path: Path) -> None:
    outer = {"tasks", "views", "forms", "services", "selectors", "mail", "celery", "http"}
    for module in imported(path):
        assert not outer & set(module.split(".")), module


# The portal's clock travels in the demo story; these look at real time, with a reason.
REAL_TIME = {
    "alliances/clock.py": "the clock itself",
    "alliances/health.py": "a probe looks at processes, which live in no story",
}


def test_only_the_clock_tells_the_time() -> None:
    told = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(")
    found = {
        name(path)
        for path in PYTHON
        if path.parts[len(ROOT.parts)] in APPS and told.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(REAL_TIME)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_has_no_style_no_script_and_signs_its_forms(path: Path) -> None:
    text = re.sub(
        r"{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.S
    )
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style\b", text) or "documents" in path.parts
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert "javascript:" not in text
    forms = re.findall(r"<form\b[^>]*method=\"post\"[^>]*>", text)
    assert text.count("{% csrf_token %}") >= len(forms)


def test_no_file_names_a_machine() -> None:
    """A project file never tells where it was written."""
    forbidden = re.compile(r"/(?:work|home/\w+)/|/tmp/(?:pg|team)")
    files = [*PYTHON, *TEMPLATES, *(ROOT / "docs").rglob("*.md"), ROOT / "pyproject.toml"]
    own = Path(__file__)
    assert [name(p) for p in files if p != own and forbidden.search(p.read_text("utf-8"))] == []


def test_every_act_of_the_journal_has_its_words() -> None:
    """An auditor filters by act: each has words."""
    from alliances.services.journal import _verbs

    written = {
        verb
        for path in PYTHON
        if path.parts[len(ROOT.parts)] in APPS
        for match in re.findall(r"\bverb=[^,)]*", path.read_text(encoding="utf-8"))
        for verb in re.findall(r"\"(\w+)\"", match)
    }
    assert written - set(_verbs) == set()
