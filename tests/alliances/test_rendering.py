"""From frozen data to a tagged PDF: what a person reads, and what their screen reader does."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import page
import pikepdf
import pytest
import segno
from pypdf import PdfReader
from weasyprint.urls import URLFetcher

from alliances import rendering
from alliances.models import Document
from alliances.money import money_in_english_words
from alliances.templatetags.documents import aligned, envelope_bar

RECIPIENT = {
    "name": "Table de la Mauricie",
    "attention": "Diane Beaulieu, direction",
    "city": "Trois-Rivières",
}
ACT = {"by": "Sophie Lavoie, DGSSAC", "on": "2026-12-01"}
DATA: dict[str, dict[str, Any]] = {
    "avis_versement": {
        "recipient": RECIPIENT,
        "dated_on": "2026-12-03",
        "convention": "C-04-2024",
        "fiscal_year": "2026-2027",
        "tranche": {"rank": 3, "of": 5},
        "amount": "1246420.50",
        "amount_words": "un million deux cent quarante-six mille quatre cent vingt dollars et"
        " cinquante cents",
        "purpose": "Ce montant sert le plan <img src='http://example.com/x.png'> & la suite.",
        "conditions": [
            {"label": "Convention signée", "by": "MESS et Table", "on": "2024-11-29"},
            {"label": "Versement autorisé", "by": "Hélène Tremblay, DGSSAC", "on": "2026-12-03"},
        ],
        "envelope": {
            "paid": "2066420.50",
            "this": "1246420.50",
            "left": "2492841.00",
            "total": "5805682.00",
            "label": "Enveloppe publiée",
        },
        "authorised": {
            "name": "Hélène Tremblay",
            "title": "Budget, DGSSAC",
            "at": "2026-12-03T15:24:00+00:00",
        },
    },
    "plan_approval": {
        "recipient": RECIPIENT,
        "alliance": "Mauricie 2024-2029",
        "version": 2,
        "approved_on": "2026-03-12",
        "in_force_from": "2026-03-12",
        "approved_by": {"name": "Julie Gagnon", "title": "Délégation"},
        "priorities": ["La sécurité alimentaire", "Le logement"],
    },
    "annual_report": {
        "alliance": "Mauricie 2024-2029",
        "fiscal_year": "2025-2026",
        "figures": [{"label": "Projets soutenus", "value": "34"}],
        "sections": [{"title": "Réalisations", "paragraphs": ["Un texte."]}],
        "tables": [
            {
                "title": "Montants",
                "columns": ["Poste", "Montant", "Explication"],
                "rows": [[f"Poste {n}", f"{n} 000,00 $", "Une explication."] for n in range(60)],
            }
        ],
        "submitted": ACT,
        "recommended": ACT | {"note": "Le versement peut suivre."},
        "accepted": ACT,
    },
    "convention": {
        "number": "C-04-2024",
        "word": "convention",
        "territory": "Mauricie",
        "cycle": "2024-2029",
        "body": "<h3>1. Objet</h3><p>Une Alliance pour la solidarité.</p>",
        "table": "Table de la Mauricie",
        "amount": "5805682.00",
        "starts_on": "2024-11-01",
        "ends_on": "2029-03-31",
        "tranches": [
            {
                "rank": 1,
                "fiscal_year": "2024-2025",
                "amount": "5805682.00",
                "condition": "Convention signée",
            }
        ],
        "parties": [{"kind": "MRC", "name": "MRC de Maskinongé"}],
    },
}


def document(kind: str, language: str = "fr") -> Document:
    """A document that needs no database: rendering reads its frozen data only."""
    return Document(
        kind=kind,
        title=kind.replace("_", " ").capitalize(),
        number="AV-2026-0001" if kind == "avis_versement" else "",
        code="7KQ4M2XD",
        language=language,
        dated_on=date(2026, 12, 3),
        data=DATA[kind],
    )


def rendered(kind: str, language: str = "fr") -> bytes:
    return rendering.render_pdf(document(kind, language), f"documents/{kind}.html")


def words(pdf: bytes) -> str:
    pages = [sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages]
    return " ".join(" ".join(pages).replace("\u00a0", " ").split())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", sorted(DATA))
def test_every_document_is_a_valid_pdf_ua(kind: str, language: str) -> None:
    report = page.validate_pdf_bytes(rendered(kind, language), profile="ua1")

    assert {(failure.rule_id, failure.message) for failure in report.failures} == set()


@pytest.mark.parametrize("kind", sorted(DATA))
def test_every_document_has_a_title_a_language_and_words_for_its_pictures(kind: str) -> None:
    with pikepdf.open(BytesIO(rendered(kind))) as pdf:
        figures = [
            item for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
        ]  # fmt: skip
        assert str(pdf.Root.Lang) == "fr-CA"
        assert str(pdf.docinfo["/Title"])
        assert figures
        assert all(str(figure.get("/Alt", "")) for figure in figures)


def test_an_english_document_says_so() -> None:
    with pikepdf.open(BytesIO(rendered("plan_approval", "en"))) as pdf:
        assert str(pdf.Root.Lang) == "en-CA"


def test_the_notice_says_what_is_paid_to_whom_and_why() -> None:
    text = words(rendered("avis_versement"))

    for said in (
        "AV-2026-0001",
        "1 246 420,50 $",
        "un million deux cent quarante-six mille",
        "Table de la Mauricie",
        "3e sur 5",
        "29 novembre 2024",
        "Acte électronique du 3 décembre 2026, à 10 h 24",
        "7KQ4-M2XD",
        "Page 1 sur 1",
        "Données fictives",
    ):
        assert said in text


def test_an_english_notice_writes_the_amount_in_english() -> None:
    text = words(rendered("avis_versement", "en"))

    assert "$1,246,420.50" in text
    assert "one million two hundred forty-six thousand four hundred twenty dollars" in text


def test_what_people_typed_is_never_markup() -> None:
    assert "<img src='http://example.com/x.png'> & la suite" in words(rendered("avis_versement"))


def test_rendering_reaches_neither_the_network_nor_a_file() -> None:
    fetcher: URLFetcher = rendering._fetcher()

    for address in ("http://localhost/", "file:///etc/hostname"):
        with pytest.raises(ValueError, match="disallowed protocol"):
            fetcher.fetch(address)


def test_a_table_longer_than_a_page_repeats_its_head() -> None:
    reader = PdfReader(BytesIO(rendered("annual_report")))

    assert len(reader.pages) > 1
    assert all("Explication" in sheet.extract_text() for sheet in reader.pages[:2])


def test_the_same_data_give_the_same_words() -> None:
    assert words(rendered("convention")) == words(rendered("convention"))


def test_the_qr_code_leads_to_the_verification_page(settings: Any) -> None:
    settings.PUBLIC_URL = "https://alliances.example"
    address = rendering.verification_url(document("avis_versement"))
    drawn = rendering.qr_path(address)

    assert address == "https://alliances.example/verifier/7KQ4M2XD/"
    assert _modules(drawn) == [
        list(map(bool, row)) for row in segno.make(address, error="m").matrix
    ]


def _modules(drawn: dict[str, Any]) -> list[list[bool]]:
    """The squares of a QR code, read back from its path."""
    size = drawn["size"]
    squares = [[False] * size for _ in range(size)]
    for run in str(drawn["d"]).split("M")[1:]:
        start, length = run.split("h")[:2]
        x, y = map(int, start.split(" "))
        for offset in range(int(length.split("v")[0])):
            squares[y][x + offset] = True
    return squares


@pytest.mark.parametrize(
    ("paid", "this", "left"),
    [("0", "100", "0"), ("50", "50", "0"), ("0", "0", "0"), ("1", "1", "-3"), ("10", "20", "70")],
)
def test_the_envelope_bar_stays_within_its_width(paid: str, this: str, left: str) -> None:
    bar = envelope_bar({"paid": paid, "this": this, "left": left})

    drawn = [
        (x, width)
        for x, width in ((0, bar.paid), (bar.this_x, bar.this), (bar.left_x, bar.left))
        if width
    ]
    ends = [x + width for x, width in drawn]
    assert all(end <= 1000.2 for end in ends)
    assert all(end <= x for end, (x, _width) in zip(ends, drawn[1:], strict=False))


def test_only_columns_of_figures_stand_at_the_right() -> None:
    shown = aligned(
        {
            "columns": ["Poste", "Montant", "Part", "Note"],
            "rows": [["A", "1 000,00 $", "36 %", "deux"], ["B", "—", "4,5", "3"]],
        }
    )

    assert [is_figure for _label, is_figure in shown.columns] == [False, True, True, False]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "zero dollars"),
        ("1", "one dollar"),
        ("21.01", "twenty-one dollars and one cent"),
        ("1000000", "one million dollars"),
        ("1246420.50", "one million two hundred forty-six thousand four hundred twenty dollars"
         " and fifty cents"),
    ],
)  # fmt: skip
def test_amounts_are_said_in_english(amount: str, said: str) -> None:
    assert money_in_english_words(Decimal(amount)) == said
