"""What the payments office does: a batch to the finance system, its answers, the reconciliation.

The columns of both files are those of docs/fichiers-de-paiement.md.
"""

import csv
from io import BytesIO, StringIO

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from alliances import clock

from .conftest import Visitor
from .money_pages import go_to, wait_for_task
from .pages import button, check_wide_and_narrow, done, download, link, plain, press

CSV = "text/csv"


def send_batch(payments: Visitor, total: str) -> list[dict[str, str]]:
    """The notices are drawn; they leave in one batch, whose file says each line."""
    page = wait_for_task(payments, "2 versements à payer")
    check_wide_and_narrow(payments)
    notices = page.get_by_role("table", name="Avis à envoyer au paiement").locator("tbody tr")
    expect(notices).to_have_count(2)
    press(page, button(page, "Créer le lot"))
    told = done(page)
    assert f"2 avis, {total}" in told
    check_wide_and_narrow(payments)
    rows = batch_file(payments)
    assert {in_figures(row["total_du_lot"]) for row in rows} == {total}
    for row in rows:
        read_notice(payments, row)
    return rows


def in_figures(amount: str) -> str:
    """« 300000,00 » as a page shows it."""
    dollars, _comma, cents = amount.partition(",")
    return f"{int(dollars):,}".replace(",", " ") + f",{cents} $"


def words_of(pdf: bytes) -> str:
    return plain("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def batch_file(payments: Visitor) -> list[dict[str, str]]:
    address = link(payments.page, "Télécharger le fichier").get_attribute("href")
    answer = payments.context.request.get(f"{payments.url}{address}")
    assert answer.headers["content-type"].startswith(CSV), answer.headers
    return list(csv.DictReader(StringIO(answer.body().decode("utf-8-sig")), delimiter=";"))


def read_notice(payments: Visitor, row: dict[str, str]) -> None:
    """The notice the Table received says what the file asks the finance system to pay."""
    page = payments.page
    press(page, link(page, row["numero_avis"]))
    pdf = download(payments, link(page, row["numero_avis"]))
    text = words_of(pdf)
    for words in (row["numero_avis"], in_figures(row["montant"]), row["beneficiaire_nom"]):
        assert words in text, text
    page.go_back()


# --- The answers of the finance system


def answer_file(rows: list[dict[str, str]], **wrong: str) -> bytes:
    """As the finance system writes it; ``wrong``: the amount it says for a notice."""
    columns = ["numero_lot", "numero_avis", "montant", "statut", "date", "reference", "motif"]
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(columns)
    for row in rows:
        notice = row["numero_avis"]
        amount = wrong.get(notice, row["montant"])
        today = clock.today().isoformat()
        writer.writerow([row["numero_lot"], notice, amount, "payé", today, f"SF-{notice}", ""])
    return text.getvalue().encode()


def import_answer(payments: Visitor, content: bytes) -> Page:
    page = go_to(payments, "Versements")
    press(page, link(page, "Rapprocher les paiements"))
    press(page, link(page, "Importer une réponse"))
    page.get_by_label("Fichier CSV ou XLSX").set_input_files(
        {"name": "reponse.csv", "mimeType": CSV, "buffer": content}
    )
    press(page, button(page, "Lire le fichier"))
    return page


def read_answers(payments: Visitor, rows: list[dict[str, str]]) -> None:
    """One cent is missing on a line: the dry run says it, the other line alone is applied; the
    right line comes in a second file. The first file again is recognised."""
    wrong = rows[1]["numero_avis"]
    first = answer_file(rows, **{wrong: "0,01"})
    page = import_answer(payments, first)
    expect(page.get_by_role("table", name="Lignes à appliquer").locator("tbody tr")).to_have_count(
        1
    )
    refused = page.get_by_role("table", name="Lignes en erreur, laissées de côté")
    expect(refused.locator("tbody tr")).to_have_count(1)
    expect(refused).to_contain_text(wrong)
    expect(refused).to_contain_text("le fichier dit 0,01")
    check_wide_and_narrow(payments)
    press(page, button(page, "Appliquer 1 ligne"))
    assert "Payés : 1. Rejetés : 0. Lignes non appliquées : 1." in done(page)
    check_wide_and_narrow(payments)
    page = import_answer(payments, first)
    expect(page.locator("main")).to_contain_text("Rien n’est appliqué deux fois.")
    expect(button(page, "Appliquer 1 ligne")).to_have_count(0)
    page = import_answer(payments, answer_file(rows[1:]))
    press(page, button(page, "Appliquer 1 ligne"))
    assert "Payés : 1. Rejetés : 0. Lignes non appliquées : 0." in done(page)


def reconcile(payments: Visitor, total: str) -> None:
    """Everything that was issued is paid, and each sum agrees with its other reading."""
    page = go_to(payments, "Versements")
    press(page, link(page, "Rapprocher les paiements"))
    notices = page.get_by_role("table", name="Avis émis, et où en est leur paiement")
    expect(notices.locator("tbody tr").filter(has_text="Payé")).to_have_count(2)
    assert total in plain(notices.locator("tfoot").inner_text())
    controls = page.get_by_role("table", name="Sommes qui doivent s’accorder").locator("tbody tr")
    assert controls.count() > 0
    expect(controls.filter(has_text="S’accordent")).to_have_count(controls.count())
    check_wide_and_narrow(payments)
