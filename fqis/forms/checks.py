"""What people type about the norms: yes or no, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances.widgets import SegmentedRadioSelect
from fqis.forms.projects import lines
from fqis.selectors.checks import CheckLine


class ChecksForm(forms.Form):
    """Each norm of a request; one left without an answer is left for later."""

    hide_optional = True

    def __init__(self, *args: Any, checks: list[CheckLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checks = checks
        for line in checks:
            kind, check = line.finding.kind, line.check
            known = check.is_met if check else line.finding.answer
            self.fields[f"answer_{kind}"] = forms.ChoiceField(
                label=line.finding.label,
                help_text=line.finding.source,
                required=False,
                choices=[("oui", _("Oui")), ("non", _("Non"))],
                widget=SegmentedRadioSelect,
                initial={True: "oui", False: "non", None: ""}[known],
            )
            self.fields[f"reason_{kind}"] = forms.CharField(
                label=_("Motif"),
                required=False,
                widget=lines(2),
                max_length=2000,
                initial=check.reason if check else "",
            )
            self.fields[f"seen_{kind}"] = forms.CharField(
                required=False,
                widget=forms.HiddenInput,
                initial=check.checked_at.isoformat() if check else "",
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "line": line,
                "answer": self[f"answer_{line.finding.kind}"],
                "reason": self[f"reason_{line.finding.kind}"],
                "seen": self[f"seen_{line.finding.kind}"],
            }
            for line in self.checks
        ]

    def answers(self) -> list[dict[str, Any]]:
        """The keywords of each answer that is new or has changed."""
        found = []
        for line in self.checks:
            kind, check = line.finding.kind, line.check
            answer = self.cleaned_data.get(f"answer_{kind}")
            if answer not in ("oui", "non"):
                continue
            typed = {
                "kind": kind,
                "is_met": answer == "oui",
                "reason": self.cleaned_data.get(f"reason_{kind}", ""),
            }
            if check and (check.is_met, check.reason) == (typed["is_met"], typed["reason"].strip()):
                continue
            found.append(typed | {"seen": self.cleaned_data.get(f"seen_{kind}", "")})
        return found
