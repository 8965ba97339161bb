"""Controls drawn the portal's way. Plain Django widgets already are: see templates/django/forms."""

from django import forms


class SegmentedRadioSelect(forms.RadioSelect):
    """Oui, Non, Sans objet side by side; shown with the ``c-check`` component."""

    template_name = "alliances/widgets/segments.html"
    use_fieldset = False
