// The rows of a convention's tranches: one more without a round trip, and their sum as it is typed.

const form = document.querySelector("[data-tranches]");
const rows = form.querySelector("[data-rows]");
const total = form.querySelector("[name=tranche-TOTAL_FORMS]");
const dollars = new Intl.NumberFormat(document.documentElement.lang, {
  style: "currency", currency: "CAD", currencyDisplay: "narrowSymbol",
});

// Cents, or null for what the server would refuse.
function cents(text) {
  const plain = text.replace(/[\s$]/g, "");
  if (/^\d+(,\d{1,2})?$/.test(plain)) return Math.round(Number(plain.replace(",", ".")) * 100);
  if (/^\d{1,3}(,\d{3})*\.\d{2}$/.test(plain)) return Math.round(Number(plain.replaceAll(",", "")) * 100);
  return null;
}

function refresh() {
  const kept = [...rows.rows].filter((row) => !row.querySelector("[name$=-DELETE]").checked);
  const fixed = [...form.querySelectorAll("[data-fixed]")].reduce((all, field) => all + cents(field.value), 0);
  const sum = kept.reduce((all, row) => all + (cents(row.querySelector("[data-addend]").value) ?? 0), fixed);
  const amount = cents(form.querySelector("[name=amount], [data-amount]").value);
  form.querySelector("[data-total]").textContent = dollars.format(sum / 100);
  form.querySelector("[data-amount-shown]").textContent = amount === null ? "—" : dollars.format(amount / 100);
  const gap = (amount ?? 0) - sum;
  const word = form.querySelector("[data-gap-word]");
  word.textContent = gap === 0 ? word.dataset.same : gap > 0 ? word.dataset.missing : word.dataset.over;
  form.querySelector("[data-gap]").textContent = gap === 0 ? "✓" : dollars.format(Math.abs(gap) / 100);
}

function addRow(event) {
  if (!event.target.closest("[data-add-row]")) return;
  event.preventDefault();
  const index = Number(total.value);
  const html = form.querySelector("[data-row]").innerHTML
    .replaceAll("__prefix__", index).replaceAll("__number__", rows.rows.length + 1);
  rows.insertAdjacentHTML("beforeend", html);
  total.value = index + 1;
  rows.rows[rows.rows.length - 1].querySelector("select").focus();
  refresh();
}

form.addEventListener("input", refresh);
form.addEventListener("change", refresh);
form.addEventListener("click", addRow);
refresh();
