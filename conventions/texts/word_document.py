"""A convention as a Word document, for a party that wants to read it with its own lawyers."""

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from docx import Document as new_document

from alliances.templatetags.documents import as_decimal, iso_day
from alliances.templatetags.portal import date_long, money
from alliances.word import TextWriter, clean, dress, write_table


def word_document(data: dict[str, Any], *, is_draft: bool) -> bytes:
    """The ``.docx`` of what ``conventions.documents.convention_data`` gives."""
    word = new_document()
    title = _("Entente %(number)s") if data["word"] == "entente" else _("Convention %(number)s")
    title %= {"number": data["number"]}
    draft = f" · {_('Brouillon')}" if is_draft else ""
    dress(word, title=title, header=f"{data['territory']} · {title}{draft}")
    word.add_heading(clean(title), 0)
    write_table(
        word,
        [
            (_("Territoire"), data["territory"]),
            (_("Cycle"), data["cycle"]),
            (_("Montant"), money(as_decimal(data["amount"]))),
            (_("Début"), date_long(iso_day(data["starts_on"]))),
            (_("Fin"), date_long(iso_day(data["ends_on"]))),
        ],
    )
    word.add_heading(_("Parties"), 1)
    write_table(word, [(party["kind"], party["name"]) for party in data["parties"]])
    word.add_heading(_("Ce que les parties conviennent"), 1)
    TextWriter(word).feed(data["body"])
    word.add_heading(_("Versements"), 1)
    rows = [
        (
            str(one["rank"]),
            one["fiscal_year"],
            one["condition"],
            money(as_decimal(one["amount"])),
        )
        for one in data["tranches"]
    ]
    columns = (_("Tranche"), _("Exercice"), _("Versée après"), _("Montant"))
    write_table(word, rows, columns=columns, shares=(15, 20, 40, 25))
    word.add_heading(_("Signatures"), 1)
    columns = (_("Partie"), _("Nom et fonction"), _("Signature"), _("Date"))
    signatures = [(party["name"], "", "", "") for party in data["parties"]]
    write_table(word, signatures, columns=columns, shares=(34, 26, 25, 15))
    file = BytesIO()
    word.save(file)
    return file.getvalue()
