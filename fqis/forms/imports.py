"""A Table's own register: the file, then the column that gives each field."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fqis.models import RegisterImport
from fqis.register_import.columns import TARGETS


class RegisterFileForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier"),
        help_text=_("CSV ou XLSX, 30 Mo et 100 000 lignes au plus. La première ligne nomme les"
                    " colonnes."),
        error_messages={"empty": _("Ce fichier est vide. Choisissez-en un autre.")},
    )  # fmt: skip


class ColumnsForm(forms.Form):
    """One choice for each field of a project; « — » leaves it out."""

    hide_optional = True

    def __init__(self, *args: Any, source: RegisterImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", "—"),
            *((str(rank), _shown(source, rank)) for rank in range(len(source.headings))),
        ]
        for target in TARGETS:
            self.fields[target.key] = forms.ChoiceField(
                label=str(target.label),
                choices=choices,
                required=target.is_needed,
                initial=str(source.mapping.get(target.key, "")),
                error_messages={"required": _("Choisissez la colonne.")},
            )

    @property
    def mapping(self) -> dict[str, int]:
        return {key: int(rank) for key, rank in self.cleaned_data.items() if rank}


def _shown(source: RegisterImport, rank: int) -> str:
    """The heading, with what its first line says."""
    heading = source.headings[rank] or str(_("Colonne %(n)s") % {"n": rank + 1})
    first = next((line[rank] for line in source.sample if rank < len(line) and line[rank]), "")
    return f"{heading} ({first[:40]})" if first else str(heading)
