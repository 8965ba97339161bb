"""The gallery: every component once, with invented data, so that a change is seen everywhere."""

import hashlib
from datetime import date
from decimal import Decimal

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from alliances import drawings
from alliances.money import MoneyFormField
from alliances.widgets import SegmentedRadioSelect

GLYPHS = {
    "done": _("Fait"),
    "run": _("En cours"),
    "sent": _("Transmis"),
    "todo": _("À venir"),
    "back": _("Retourné"),
    "late": _("En retard"),
    "held": _("Retenu"),
    "no": _("Refusé"),
    "none": _("Sans objet"),
    "lock": _("Verrouillé"),
    "warn": _("À expliquer"),
    "tick": _("Fait, au tableau"),
    "info": _("Information"),
    "add": _("Ajouté"),
    "cut": _("Retiré"),
    "edit": _("Modifié"),
    "move": _("Déplacé"),
}
ANSWERS = [("yes", _("Oui")), ("no", _("Non")), ("na", _("Sans objet"))]


class SampleForm(forms.Form):
    title = forms.CharField(label=_("Titre du projet"), max_length=80)
    amount = MoneyFormField(label=_("Montant"), help_text=_("En dollars, par exemple 1 234,56."))
    territory = forms.ChoiceField(
        label=_("Territoire"), choices=[("", _("Choisir")), ("mauricie", "Mauricie")]
    )
    summary = forms.CharField(label=_("Résumé"), required=False, widget=forms.Textarea)
    decision = forms.ChoiceField(
        label=_("Décision"),
        choices=[("accept", _("Accepter")), ("refuse", _("Refuser"))],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(label=_("Résolution"), help_text=_("PDF, 10 Mo au plus."))
    consent = forms.BooleanField(label=_("Le comité a fait consensus"))


class SampleChecks(forms.Form):
    norms = forms.ChoiceField(
        label=_("Les dépenses suivent les normes du FQIS"),
        help_text=_("34 budgets vérifiés par le portail"),
        choices=ANSWERS,
        widget=SegmentedRadioSelect,
        initial="yes",
    )
    priority = forms.ChoiceField(
        label=_("Chaque initiative répond à une priorité du PARC"),
        choices=ANSWERS,
        widget=SegmentedRadioSelect,
    )


class SampleFilters(forms.Form):
    year = forms.ChoiceField(label=_("Exercice"), choices=[("", "2026-2027")], required=False)
    territory = forms.ChoiceField(label=_("Territoire"), choices=[("", _("Tous"))], required=False)


def _envelope() -> drawings.Envelope:
    return drawings.envelope(
        total=Decimal("5805682.00"),
        total_label=str(_("enveloppe 2024-2029")),
        received=Decimal("2066420.50"),
        to_receive_note=str(_("en trois versements")),
        parts=[
            drawings.Part(str(_("Versé aux projets")), Decimal("1184250.00"), "piv"),
            drawings.Part(str(_("Coordination")), Decimal("312970.00"), "dark"),
            drawings.Part(str(_("Engagé, à verser")), Decimal("215080.00"), "hatch"),
            drawings.Part(str(_("Non engagé")), Decimal("354120.50"), "dashed"),
        ],
        engaged_parts=3,
    )


def _pace() -> drawings.Pace:
    today = date(2026, 11, 23)
    return drawings.pace(
        start=date(2024, 11, 1),
        end=date(2029, 3, 31),
        today=today,
        total=Decimal("5805682.00"),
        received=[
            (date(2024, 12, 16), Decimal("820000.00")),
            (date(2025, 6, 18), Decimal("1246420.50")),
        ],
        paid=[
            (date(2025, 9, 30), Decimal("310500.00")),
            (date(2026, 3, 31), Decimal("452250.00")),
            (date(2026, 10, 31), Decimal("421500.00")),
        ],
        expected=[(today, Decimal("1184250.00")), (date(2029, 3, 31), Decimal("2905000.00"))],
    )


def _milestones() -> drawings.Milestones:
    amount = Decimal("1246420.50")
    return drawings.milestones(
        start=date(2024, 11, 1),
        end=date(2029, 3, 31),
        today=date(2026, 11, 23),
        acts=[
            drawings.Act(date(2024, 11, 29), "Convention signée", "29 nov. 2024", "done"),
            drawings.Act(date(2025, 5, 28), "PARC approuvé", "28 mai 2025", "done"),
            drawings.Act(date(2025, 9, 22), "Reddition 2024-25", "22 sept. 2025", "done"),
            drawings.Act(date(2026, 3, 12), "PARC, version 2", "approuvée, 12 mars 2026", "done"),
            drawings.Act(date(2026, 10, 14), "Reddition 2025-26", "en analyse, DGSQ", "run"),
            drawings.Act(
                date(2026, 12, 15), "PARC, version 3", "à transmettre, 15 déc. 2026", "run"
            ),
            drawings.Act(date(2027, 6, 30), "Reddition 2026-27", "30 juin 2027", "todo"),
            drawings.Act(date(2028, 6, 30), "Reddition 2027-28", "30 juin 2028", "todo"),
            drawings.Act(date(2029, 3, 31), "Fin", "31 mars 2029", "todo"),
        ],
        flows=[
            drawings.Flow(date(2025, 1, 10), Decimal("820000"), str(_("versé")), paid=True),
            drawings.Flow(date(2025, 7, 8), amount, str(_("versé")), paid=True),
            drawings.Flow(date(2026, 12, 15), amount, str(_("attend l’analyse")), next=True),
            drawings.Flow(date(2027, 11, 30), amount, str(_("prévu"))),
            drawings.Flow(date(2028, 11, 30), amount, str(_("prévu"))),
        ],
    )


def _tiles() -> drawings.TileMap:
    words = {
        "done": _("payé"),
        "moving": _("autorisé"),
        "waiting": _("à autoriser"),
        "held": _("retenu"),
        "todo": _("prévu"),
    }
    kinds = list(words)
    names = [*drawings.TILE_GRID, *drawings.WIDE_TILES]
    return drawings.tile_map(
        [
            drawings.Tile(name, name, str(words[kinds[i % 5]]), kinds[i % 5])
            for i, name in enumerate(names)
        ]
    )


def _shares() -> list[drawings.Share]:
    return [
        drawings.Share(str(_("Logement")), 48, "piv"),
        drawings.Share(str(_("Alimentation")), 31),
        drawings.Share(str(_("Transport")), 12, "pale"),
    ]


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    today = date(2026, 11, 23)
    wrong = SampleForm({"amount": "12,345.6"})
    timeline = [
        {
            "glyph": "done",
            "title": _("Convention signée"),
            "when": "29 novembre 2024",
            "past": True,
        },
        {"glyph": "run", "title": _("Reddition en analyse"), "when": "14 octobre 2026"},
        {"glyph": "todo", "title": _("Versement 2026-2027"), "when": _("attend l’analyse")},
    ]
    reply = {"author": "Maude Gélinas", "side": "Table", "when": "19 nov.", "body": _("Oui.")}
    comment = {
        "author": "Karim Benali",
        "side": "DGSQ",
        "when": "18 nov.",
        "quote": _("La sécurité alimentaire demeure première"),
        "body": _("Pouvez-vous citer la donnée de 2026?"),
        "replies": [reply],
    }
    context = {
        "glyphs": GLYPHS.items(),
        "form": SampleForm(),
        "wrong": wrong,
        "checks": SampleChecks(),
        "filters": SampleFilters(),
        "crumbs": [{"label": _("Accueil"), "url": "/"}, {"label": _("Composants")}],
        "tabs": [
            {"label": _("Aperçu"), "url": "#", "current": True},
            {"label": _("Projets"), "url": "#", "count": 34},
            {"label": _("Journal"), "url": "#"},
        ],
        "timeline": timeline,
        "milestones": _milestones(),
        "envelope": _envelope(),
        "pace": _pace(),
        "tiles": _tiles(),
        "share_bars": drawings.share_bars(_shares()),
        "treemap": drawings.treemap(_shares()),
        "rail": drawings.deadline_rail(
            [date(2026, 11, 20), date(2026, 11, 27), date(2026, 12, 4), date(2027, 1, 15)],
            today=today,
        ),
        "bar": [
            {"share": 15, "fill": "piv"},
            {"share": 10, "fill": "hatch"},
            {"share": 75, "fill": "white"},
        ],
        "lines": [
            {"label": _("Votre sélection"), "amount": "4 553 720,50 $", "key": "piv"},
            {"label": _("Le reste de la file"), "amount": "2 889 512,25 $", "key": "hatch"},
        ],
        "comments": [comment],
        "page": Paginator(range(230), 25).get_page(request.GET.get("page")),
        "sort": request.GET.get("tri", "name"),
        "sample_sha256": hashlib.sha256(b"Alliances").hexdigest(),
        "rows": [("Mauricie", Decimal("1246420.50")), ("Estrie", Decimal("1102300.00"))],
    }
    return render(request, "alliances/composants.html", context)
