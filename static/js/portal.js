// Small behaviours bound to data-* attributes. Without this file every page still works.

const number = new Intl.NumberFormat(document.documentElement.lang, {
  style: "currency", currency: "CAD", currencyDisplay: "narrowSymbol",
});

function focusWhatMatters(root) {
  const targets = root.querySelectorAll("[data-focus]");
  const target = [...targets].find((one) => one.matches(".error-summary")) ?? targets[0];
  target?.focus({ preventScroll: false });
}

function sendOnce(event) {
  const form = event.target;
  if (!form.matches?.("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
  // A refusal by the network leaves the page as it is: the person may try again.
  setTimeout(() => { delete form.dataset.sent; form.removeAttribute("aria-busy"); }, 15000);
}

function showPassword(event) {
  const button = event.target.closest?.("[data-show-password]");
  if (!button) return;
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const hidden = input.type === "password";
  input.type = hidden ? "text" : "password";
  button.querySelector("[data-word]").textContent = hidden ? button.dataset.hide : button.dataset.show;
  input.focus();
}

function refreshSelection(table) {
  const boxes = [...table.querySelectorAll("tbody input[type=checkbox]:not(:disabled)")];
  const chosen = boxes.filter((box) => box.checked);
  const all = table.querySelector("[data-select-all]");
  if (all) {
    all.checked = boxes.length > 0 && chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  }
  const cents = chosen.reduce((sum, box) => sum + Math.round(Number(box.dataset.amount ?? 0) * 100), 0);
  for (const place of document.querySelectorAll("[data-selection-count]")) place.textContent = chosen.length;
  for (const place of document.querySelectorAll("[data-selection-total]")) place.textContent = number.format(cents / 100);
  for (const button of document.querySelectorAll("[data-selection-verb]")) {
    const { one, many, none } = button.dataset;
    button.textContent = chosen.length === 0 ? none : chosen.length === 1 ? one : many.replace("%d", chosen.length);
  }
  for (const row of document.querySelectorAll("[data-selection-row]")) {
    row.hidden = !chosen.some((box) => box.value === row.dataset.selectionRow);
  }
}

function onChange(event) {
  const table = event.target.closest?.("[data-select-table]");
  if (!table || event.target.type !== "checkbox") return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of table.querySelectorAll("tbody input[type=checkbox]:not(:disabled)")) {
      box.checked = event.target.checked;
    }
  }
  refreshSelection(table);
}

function closeMenus(event) {
  const escape = event.type === "keydown";
  if (escape && event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!escape && menu.contains(event.target)) continue;
    menu.open = false;
    if (escape) menu.querySelector("summary").focus();
  }
}

async function checkHash(event) {
  const input = event.target;
  if (!input.matches?.("[data-hash-check]") || !input.files?.length) return;
  const bytes = await crypto.subtle.digest("SHA-256", await input.files[0].arrayBuffer());
  const hex = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = hex === input.dataset.hashCheck.toLowerCase();
  for (const place of document.querySelectorAll("[data-hash-result]")) {
    place.hidden = place.dataset.hashResult !== (same ? "same" : "different");
  }
  for (const place of document.querySelectorAll("[data-hash-value]")) place.textContent = hex;
}

function toggleSections(event) {
  const button = event.target.closest?.("[data-toggle]");
  if (!button) return;
  const target = document.getElementById(button.getAttribute("aria-controls"));
  const open = target.classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(open));
}

document.addEventListener("submit", sendOnce);
document.addEventListener("click", showPassword);
document.addEventListener("click", toggleSections);
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", closeMenus);
document.addEventListener("change", onChange);
document.addEventListener("change", checkHash);
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
});
for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
for (const table of document.querySelectorAll("[data-select-table]")) refreshSelection(table);
document.addEventListener("htmx:afterSwap", (event) => focusWhatMatters(event.target));
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
focusWhatMatters(document);
if (!document.body.dataset.user) {
  // The session ended while sending: what was written must not count as saved.
  try { sessionStorage.removeItem("alliances:draft-sent"); } catch { /* no storage, no draft */ }
}
