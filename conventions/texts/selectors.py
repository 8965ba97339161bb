"""What the screens show of the templates of conventions and of the texts drafted from them."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from alliances.cycle_words import words_of
from alliances.models import Alliance
from conventions.models import Convention, ConventionTemplate, ConventionText

from .wording import field_values, fill, sample_values


@dataclass
class TemplateRow:
    """One cycle in one language: the version in force, the one being written."""

    latest: ConventionTemplate
    in_force: ConventionTemplate | None = None
    draft: ConventionTemplate | None = None

    @property
    def url(self) -> str:
        return reverse("convention_template", args=[self.latest.cycle.slug, self.latest.language])


def template_rows() -> list[TemplateRow]:
    """A row for each cycle and language, the current cycle first."""
    rows: dict[tuple[int, str], TemplateRow] = {}
    for one in ConventionTemplate.objects.for_pages():
        row = rows.setdefault((one.cycle_id, one.language), TemplateRow(one))
        if not one.is_published:
            row.draft = one
        elif row.in_force is None:
            row.in_force = one
    return list(rows.values())


def template_preview(template: ConventionTemplate) -> SafeString | None:
    """The text as it would read in an Alliance of its cycle; None where the cycle has none."""
    found = Alliance.objects.for_pages().filter(cycle=template.cycle)
    speaking = found.filter(territory__default_language=template.language)
    alliance = speaking.order_by("territory__rank").first() or found.first()
    if alliance is None:
        return None
    with words_of(template.cycle, template.language):
        return mark_safe(fill(template.body, sample_values(alliance)))  # noqa: S308


def version_shown(versions: list[ConventionTemplate], asked: str) -> ConventionTemplate | None:
    """A former version somebody asked to read again."""
    return next((one for one in versions if str(one.version) == asked), None)


def shown_html(body: str) -> SafeString:
    """A cleaned text with its fields between braces."""
    return mark_safe(body)  # noqa: S308


def text_shown(convention: Convention) -> ConventionText:
    """The text of a convention; for an old draft that has none, the published one, not written."""
    found = ConventionText.objects.select_related("template", "changed_by")
    text = found.filter(convention=convention).first()
    if text is not None:
        return text
    alliance = convention.alliance
    template = ConventionTemplate.objects.in_force(
        alliance.cycle, alliance.territory.default_language
    )
    if template is None:
        return ConventionText(convention=convention, body="")
    return ConventionText(convention=convention, template=template, body=template.body)


def convention_preview(convention: Convention) -> SafeString:
    """What the text of a convention says: frozen with its PDF once sent, live in a draft."""
    if convention.document is not None:
        return mark_safe(convention.document.data.get("body", ""))  # noqa: S308
    alliance = convention.alliance
    with words_of(alliance.cycle, alliance.territory.default_language):
        values = field_values(convention)
        return mark_safe(fill(text_shown(convention).body, values))  # noqa: S308
