"""As of which day the ledger is read."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.forms import DateInput


class LedgerForm(forms.Form):
    au = forms.DateField(label=_("En date du"), widget=DateInput(), required=False)

    @property
    def until(self) -> date:
        """The day asked for, else today."""
        asked: date | None = self.cleaned_data.get("au") if self.is_valid() else None
        return asked or clock.today()
