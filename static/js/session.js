// What a signed-in person must never lose: the session without warning, or the text being written.

const body = document.body;
const user = body.dataset.user;
const headers = JSON.parse(body.getAttribute("hx-headers") ?? "{}");
const DAY = 86400000;

function message(name) {
  const template = document.querySelector(`template[data-message="${name}"]`);
  return template ? template.content.cloneNode(true) : null;
}

function read(storage, key) {
  try { return JSON.parse(storage.getItem(key)); } catch { return null; }
}

function write(storage, key, value) {
  // Private windows and full disks refuse: the page goes on without the safety net.
  try { storage.setItem(key, JSON.stringify(value)); } catch { /* nothing to do */ }
}

// --- The end of the session

const WARNING = 300;
const length = Number(body.dataset.sessionSeconds);
let deadline = Date.now() + length * 1000;
let timer;

function announce(name) {
  document.querySelector("[data-session-notice]")?.closest(".page-notices").remove();
  if (!name) return;
  const main = document.querySelector("main");
  main.prepend(message(name));
  main.querySelector("[data-session-notice]").setAttribute("tabindex", "-1");
}

function schedule() {
  clearTimeout(timer);
  const left = deadline - Date.now();
  const warning = Math.min(WARNING * 1000, length * 500);
  if (left <= 0) {
    announce("session-over");
  } else if (left <= warning) {
    announce("session-soon");
    timer = setTimeout(schedule, left + 500);
  } else {
    timer = setTimeout(schedule, Math.min(left - warning, DAY));
  }
}

function prolong(seconds) {
  // Behind a link there is no session to prolong.
  if (!(seconds > 0)) return;
  deadline = Date.now() + seconds * 1000;
  write(localStorage, "alliances:session", { user, deadline });
  announce(null);
  schedule();
}

async function stay() {
  try {
    const answer = await fetch(body.dataset.sessionPing, { method: "POST", headers, redirect: "manual" });
    if (answer.ok) return prolong(length);
  } catch { /* the notice stays, the person may try again */ return undefined; }
  deadline = 0;
  return schedule();
}

if (length > 0) {
  prolong(length);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-session-stay]")) stay();
  });
  // Another tab that talks to the portal keeps this one signed in too.
  window.addEventListener("storage", (event) => {
    const seen = event.key === "alliances:session" ? read(localStorage, event.key) : null;
    if (seen?.user === user && seen.deadline > deadline) {
      deadline = seen.deadline;
      announce(null);
      schedule();
    }
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) schedule(); });
  // The editor talks to the portal by itself.
  document.addEventListener("portal:alive", () => prolong(length));
  document.addEventListener("portal:session-over", () => { deadline = 0; schedule(); });
}

// --- Drafts: the text survives a session that ended

const PENDING = "alliances:draft-sent";
const failed = "failed" in body.dataset || document.querySelector(".error-summary, .notice--error[data-focus]");

function fields(form) {
  return [...form.elements].filter((field) =>
    field.name && !field.disabled && !["hidden", "password", "file", "submit", "button"].includes(field.type));
}

function values(form) {
  return fields(form).map((field) => [field.name, field.value,
    field.type === "checkbox" || field.type === "radio" ? field.checked : null]);
}

function restore(form, stored) {
  const left = new Map();
  for (const [name, value, checked] of stored) {
    const key = checked === null ? name : `${name}\u0000${value}`;
    left.set(key, [...(left.get(key) ?? []), [value, checked]]);
  }
  for (const field of fields(form)) {
    const choice = field.type === "checkbox" || field.type === "radio";
    const found = left.get(choice ? `${field.name}\u0000${field.value}` : field.name)?.shift();
    if (!found) continue;
    if (choice) field.checked = found[1]; else [field.value] = found;
  }
}

const sent = read(sessionStorage, PENDING);
if (sent) {
  sessionStorage.removeItem(PENDING);
  if (!failed) localStorage.removeItem(sent);
}

for (const key of Object.keys(localStorage).filter((one) => one.startsWith("alliances:draft:"))) {
  const draft = read(localStorage, key);
  if (!draft || Date.now() - draft.at > 7 * DAY) localStorage.removeItem(key);
}

const drafts = new Map();

[...document.querySelectorAll("form[data-draft]")].forEach((form, index) => {
  const key = `alliances:draft:${user}:${location.pathname}:${form.id || index}`;
  const original = values(form);
  const draft = read(localStorage, key);
  // A refused form comes back as it was typed: there is nothing to recover.
  const refused = form.querySelector("[aria-invalid=true]");
  if (draft && !refused && JSON.stringify(draft.values) !== JSON.stringify(original)) {
    restore(form, draft.values);
    form.prepend(message("draft-restored"));
    form.querySelector("[data-draft-drop]").addEventListener("click", () => {
      localStorage.removeItem(key);
      restore(form, original);
      form.querySelector("[data-draft-notice]").remove();
    });
  }
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => write(localStorage, key, { at: Date.now(), values: values(form) }), 400);
  });
  // What the server holds needs no draft.
  form.addEventListener("autosaved", () => {
    clearTimeout(waiting);
    localStorage.removeItem(key);
  });
  drafts.set(form, () => {
    clearTimeout(waiting);
    localStorage.removeItem(key);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    write(localStorage, key, { at: Date.now(), values: values(form) });
    write(sessionStorage, PENDING, key);
  });
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-forget]")) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith("alliances:")) localStorage.removeItem(key);
});

// --- Autosave: one field after the other, never two requests at once

function clock(date) {
  const minutes = String(date.getMinutes()).padStart(2, "0");
  return document.documentElement.lang.startsWith("fr")
    ? `${date.getHours()}\u00a0h\u00a0${minutes}`
    : date.toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const status = form.querySelector("[data-autosave-status]") ?? document.querySelector("[data-autosave-status]");
  const changed = new Set();
  let waiting;
  let busy = false;
  let held = null;

  const say = (name, detail) => {
    if (!status) return;
    status.replaceChildren(message(name));
    const place = status.querySelector("[data-time]");
    if (place) place.textContent = detail;
  };

  const hush = () => {
    form.querySelector("[data-save-notice]")?.remove();
    status?.replaceChildren();
  };

  const complain = (detail) => {
    hush();
    form.prepend(message("save-failed"));
    if (detail) form.querySelector("[data-save-notice] [data-detail]").textContent = detail;
  };

  const send = async () => {
    if (busy || changed.size === 0) return;
    busy = true;
    const names = [...changed];
    changed.clear();
    const data = new FormData();
    for (const field of form.elements) {
      if (field.type === "hidden" && field.name) data.append(field.name, field.value);
    }
    for (const [name, value] of new FormData(form)) if (names.includes(name) && typeof value === "string") data.append(name, value);
    for (const name of names) if (!data.has(name)) data.append(name, "");
    data.append("autosave_fields", names.join(" "));
    say("saving");
    let again = 0;
    try {
      const answer = await fetch(form.dataset.autosave || location.href, {
        method: "POST", body: data, headers: { ...headers, "X-Autosave": "1", Accept: "application/json" }, redirect: "manual",
      });
      const reply = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
      if (answer.ok) {
        form.querySelector("[data-save-notice]")?.remove();
        for (const [name, value] of Object.entries(reply.fields ?? {})) {
          const field = form.elements.namedItem(name);
          if (field && field.type === "hidden") field.value = value;
        }
        if (changed.size === 0) drafts.get(form)?.();
        say("saved", reply.at ?? clock(new Date()));
        if (changed.size === 0) form.dispatchEvent(new CustomEvent("autosaved"));
        prolong(length);
      } else if (answer.type === "opaqueredirect" || answer.status === 401) {
        names.forEach((name) => changed.add(name));
        // The notice of the end of the session says where the text is and what to do.
        deadline = 0;
        hush();
        schedule();
      } else {
        complain(reply.message);
        if (answer.status >= 500) { names.forEach((name) => changed.add(name)); again = 20000; }
      }
    } catch {
      names.forEach((name) => changed.add(name));
      complain();
      again = 20000;
    }
    busy = false;
    if (held) {
      const { submitter } = held;
      held = null;
      form.requestSubmit(submitter);
    } else if (again) setTimeout(send, again); else if (changed.size && (!(length > 0) || deadline > Date.now())) send();
  };

  const later = (delay) => (event) => {
    if (!event.target.name || ["hidden", "file", "password"].includes(event.target.type)) return;
    changed.add(event.target.name);
    clearTimeout(waiting);
    waiting = setTimeout(send, delay);
  };
  form.addEventListener("input", later(1500));
  form.addEventListener("change", later(100));
  window.addEventListener("beforeunload", (event) => { if (changed.size) event.preventDefault(); });
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    changed.clear();
    if (!busy) return;
    // The saving on its way changes the revision: sent now, the form would conflict with itself.
    event.preventDefault();
    held = { submitter: event.submitter };
  });
}
