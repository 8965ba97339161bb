"""A version of a plan as a Word document, that people edit and share.

Each section opens with its code and title (« 1a Structure de gouvernance »), so that the document
finds its sections again when it comes back. The logic is in tables.
"""

from io import BytesIO
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from docx import Document as new_document
from docx.document import Document as WordDocument

from alliances.templatetags.documents import consultation_kind, iso_day
from alliances.templatetags.portal import count, date_long
from alliances.word import TextWriter, clean, dress, write_table

from .templatetags.plan_documents import ActionSheet, PrioritySheet, plan_sheet


def word_document(data: dict[str, Any]) -> bytes:
    """The ``.docx`` of what ``plans.publication.publication_data`` gives."""
    word = new_document()
    draft = f" · {_('Brouillon')}" if data["is_draft"] else ""
    heading = f"{data['alliance']} · {data['title']}{draft}"
    dress(word, title=f"{data['alliance']}, {data['title']}", header=heading)
    word.add_heading(capfirst(data["plan"]["word"]), 0)
    _header_table(word, data)
    sheet = plan_sheet(data["content"])
    for group in sheet.groups:
        word.add_heading(group.title, 1)
        for section in group.sections:
            word.add_heading(f"{section.code} {section.title}", 2)
            if section.html:
                TextWriter(word).feed(section.html)
            if section.holds_logic:
                for priority in sheet.priorities:
                    _priority(word, priority)
    _registers(word, data["registers"])
    file = BytesIO()
    word.save(file)
    return file.getvalue()


# --- The document


def _header_table(word: WordDocument, data: dict[str, Any]) -> None:
    header = data["header"]
    contact = ", ".join(filter(None, (header["contact"]["name"], header["contact"]["email"])))
    state = _("Brouillon") if data["is_draft"] else _("Approuvée")
    if data["approved"]["on"]:
        day = date_long(iso_day(data["approved"]["on"]))
        state = _("Approuvée, en vigueur le %(day)s") % {"day": day}
    rows = [
        (_("Région ou organisation"), header["region"]),
        (_("Table signataire"), header["organisation"]),
        (_("Personne contact"), contact),
        (_("Cycle"), data["cycle"]["name"]),
        (_("Version"), f"{data['version']}. {state}"),
    ]
    write_table(word, [row for row in rows if row[1]])


# --- The logic


def _priority(word: WordDocument, priority: PrioritySheet) -> None:
    title = _("Priorité %(code)s. %(title)s")
    word.add_heading(clean(title % {"code": priority.code, "title": priority.title}), 3)
    if priority.facts:
        write_table(word, priority.facts)
    for objective in priority.objectives:
        title = _("Objectif %(code)s. %(title)s")
        word.add_heading(clean(title % {"code": objective.code, "title": objective.title}), 4)
        for action in objective.actions:
            _action(word, action)


def _action(word: WordDocument, action: ActionSheet) -> None:
    title = _("Action %(code)s. %(title)s") % {"code": action.code, "title": action.title}
    word.add_heading(clean(title), 5)
    if action.facts:
        write_table(word, action.facts)
    if action.indicators:
        columns = (_("Indicateur"), _("Référence"), _("Cible"), _("Mesuré"))
        rows = [(one.name, one.baseline, one.target, one.frequency) for one in action.indicators]
        write_table(word, rows, columns=columns, shares=(46, 16, 20, 18))


def _registers(word: WordDocument, registers: dict[str, Any]) -> None:
    if not any(registers.get(name) for name in ("partners", "bodies", "zones", "consultations")):
        return
    word.add_heading(_("Registres"), 1)
    if registers.get("partners"):
        word.add_heading(_("Partenaires"), 2)
        columns = (_("Partenaire"), _("Catégorie"), _("Palier"), _("Contribution"))
        rows = [
            (
                one["name"],
                one["category"],
                one["mrc"] if one["level"] == "local" else _("régional"),
                one["contribution"],
            )
            for one in registers["partners"]
        ]
        write_table(word, rows, columns=columns, shares=(30, 25, 15, 30))
    if registers.get("bodies"):
        word.add_heading(_("Instances"), 2)
        columns = (_("Instance"), _("Mandat"), _("Sièges"), _("Soutien offert"))
        seats = _("%(held)s sur %(seats)s tenus par des personnes en situation de pauvreté")
        rows = [
            (
                one["name"],
                one["mandate"],
                seats % {"held": one["lived_experience"], "seats": one["seats"]}
                if one["seats"]
                else "",
                one["support"],
            )
            for one in registers["bodies"]
        ]
        write_table(word, rows, columns=columns, shares=(25, 30, 20, 25))
    if registers.get("zones"):
        word.add_heading(_("Zones de dévitalisation"), 2)
        columns = (_("Zone"), _("Indice"), _("Source"), _("Personnes les plus touchées"))
        rows = [
            (
                ", ".join(filter(None, (one["municipality"], one["mrc"]))),
                f"{one['index']} {one['value']} ({one['year']})" if one["value"] else "",
                one["source"],
                one["most_affected"],
            )
            for one in registers["zones"]
        ]
        write_table(word, rows, columns=columns, shares=(25, 25, 20, 30))
    if registers.get("consultations"):
        _consultations(word, registers["consultations"])


def _consultations(word: WordDocument, consultations: list[dict[str, Any]]) -> None:
    word.add_heading(_("Consultations"), 2)
    columns = (_("Consultation"), _("Tenue le"), _("Personnes"), _("Ce qui en ressort"))
    among = _("%(people)s, dont %(n)s en situation de pauvreté")
    rows = [
        (
            ", ".join(filter(None, (one["title"], consultation_kind(one["kind"]), one["mrc"]))),
            date_long(iso_day(one["on"])),
            count(one["people"])
            if one["people_in_poverty"] is None
            else among % {"people": count(one["people"]), "n": count(one["people_in_poverty"])},
            one["outcome"],
        )
        for one in consultations
    ]
    write_table(word, rows, columns=columns, shares=(25, 15, 20, 40))
