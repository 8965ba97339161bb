// The editor saves field by field. What is typed stays in this browser until the server has it,
// with the value the person opened: nobody's words cover another's after a night offline.

const body = document.body;
const headers = JSON.parse(body.getAttribute("hx-headers") ?? "{}");
const store = `alliances:fields:${body.dataset.user}:${location.pathname}`;
const WEEK = 7 * 86400000;
const LATE = 1500;
const FIRST_TRY = 2000;
const LAST_TRY = 60000;
const HEARTBEAT = 30000;
const AWAY = 300000;

const status = document.querySelector("[data-autosave-status]");

function message(name) {
  const template = document.querySelector(`template[data-message="${name}"]`);
  return template ? template.content.cloneNode(true) : document.createDocumentFragment();
}

function read(key) {
  try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; }
}

function write(key, value) {
  // Private windows and full disks refuse: the page goes on without the safety net.
  try {
    if (Object.keys(value).length) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch { /* nothing to do */ }
}

for (const key of Object.keys(localStorage).filter((one) => one.startsWith("alliances:fields:"))) {
  const kept = Object.entries(read(key)).filter(([, one]) => Date.now() - one.at < WEEK);
  write(key, Object.fromEntries(kept));
}

// --- One field of the page

class Field {
  constructor(form, name) {
    this.form = form;
    this.name = name;
    const place = this.controls[0].closest("[data-kind]");
    this.place = place;
    this.column = name.slice((place.dataset.prefix ?? "").length);
    this.base = this.original();
    this.last = this.isText ? [this.controls[0].defaultValue] : this.base;
    this.refused = false;
  }

  get isChanged() { return JSON.stringify(this.value) !== JSON.stringify(this.last); }

  get controls() {
    return [...this.form.elements].filter((one) => one.name === this.name && one.type !== "hidden");
  }

  get isText() { return this.place.dataset.kind === "texte"; }

  get key() { return [this.place.dataset.kind, this.place.dataset.pk ?? "", this.column].join(" "); }

  original() {
    if (this.isText) return [this.form.elements.namedItem("revision").value];
    return this.controls.flatMap((one) => {
      if (one.type === "checkbox") return one.defaultChecked ? [one.value] : [];
      if (one.tagName === "SELECT") return [([...one.options].find((o) => o.defaultSelected) ?? one.options[0]).value];
      return [one.defaultValue];
    });
  }

  get value() {
    return this.controls.flatMap((one) => (one.type === "checkbox" ? (one.checked ? [one.value] : []) : [one.value]));
  }

  set value(values) {
    for (const one of this.controls) {
      if (one.type === "checkbox") one.checked = values.includes(one.value);
      else [one.value] = values;
    }
  }

  data() {
    const sent = new FormData();
    const { kind, pk = "", parent = "" } = this.place.dataset;
    const code = this.form.dataset.code ?? "";
    for (const [name, value] of Object.entries({ kind, pk, parent, code, field: this.column })) sent.append(name, value);
    for (const one of this.value) sent.append("value", one);
    for (const one of this.base) sent.append("base", one);
    return sent;
  }

  clear() {
    const box = this.controls[0].closest(".field, .ind-line, form");
    box?.querySelector(`[data-field-error="${CSS.escape(this.name)}"]`)?.remove();
    for (const one of this.controls) {
      one.removeAttribute("aria-invalid");
      const rest = (one.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.endsWith("_refused"));
      if (rest.length) one.setAttribute("aria-describedby", rest.join(" ")); else one.removeAttribute("aria-describedby");
    }
    document.getElementById(`${this.controls[0].id}_error`)?.remove();
    this.refused = false;
  }

  complain(kind, detail, act) {
    this.clear();
    this.refused = true;
    const piece = message(kind);
    const notice = piece.querySelector("[data-field-error]");
    notice.dataset.fieldError = this.name;
    piece.querySelector("[data-detail]").textContent = detail ?? "";
    notice.id = `${this.controls[0].id}_refused`;
    piece.querySelector("[data-both]")?.addEventListener("click", act);
    const box = this.controls[0].closest(".field, .ind-line, form");
    if (kind === "field-conflict" && box === this.form) this.form.prepend(piece); else box.append(piece);
    for (const one of this.controls) {
      one.setAttribute("aria-invalid", "true");
      one.setAttribute("aria-describedby", [one.getAttribute("aria-describedby"), notice.id].filter(Boolean).join(" "));
    }
  }
}

// --- What waits to be saved, in this page and in this browser

const waiting = new Map();
let timer;
let busy = false;
let tries = 0;
let leaving = null;

function say(name, detail) {
  if (!status) return;
  status.replaceChildren(message(name));
  const place = status.querySelector("[data-time]");
  if (place) place.textContent = detail;
}

function keep(field) {
  const all = read(store);
  all[field.key] = { at: Date.now(), name: field.name, value: field.value, base: field.base };
  write(store, all);
}

function forget(field) {
  const all = read(store);
  delete all[field.key];
  write(store, all);
}

function enqueue(field, delay) {
  waiting.set(field.name + field.form.id, field);
  keep(field);
  clearTimeout(timer);
  timer = setTimeout(flush, delay);
}

function retry() {
  say("offline");
  tries += 1;
  clearTimeout(timer);
  // Not all at once when a whole region's line comes back.
  const pause = Math.min(FIRST_TRY * 2 ** (tries - 1), LAST_TRY) * (0.75 + Math.random() / 2);
  timer = setTimeout(flush, pause);
}

function both(field) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = field.form.dataset.fields;
  const data = field.data();
  data.append("csrfmiddlewaretoken", headers["X-CSRFToken"] ?? "");
  for (const [name, value] of data) {
    const area = document.createElement("textarea");
    Object.assign(area, { name, value });
    form.append(area);
  }
  form.hidden = true;
  document.body.append(form);
  // From here the two texts are on the server's page.
  waiting.delete(field.name + field.form.id);
  forget(field);
  form.submit();
}

function saved(field, reply, sent) {
  const revision = field.isText
    ? field.form.elements.namedItem("revision")
    : [...field.place.querySelectorAll("input[type=hidden]")].find((one) => one.name.endsWith("revision"));
  // Somebody wrote another field meanwhile: sent whole, the form must still say so.
  if (revision && Number(revision.value || 0) === reply.before) revision.value = reply.revision;
  forget(field);
  if (reply.pk) {
    field.place.dataset.pk = reply.pk;
    const pk = [...field.place.querySelectorAll("input[type=hidden]")].find((one) => one.name.endsWith("-pk"));
    if (pk) pk.value = reply.pk;
  }
  field.base = field.isText ? [String(reply.revision)] : sent;
  field.last = sent;
  field.clear();
  if (field.isChanged) enqueue(field, LATE);
  // A date or a unit may have been what another field waited for.
  for (const other of fields.values()) {
    if (other !== field && other.refused && other.place === field.place) enqueue(other, 0);
  }
}

async function send(field) {
  const sent = field.value;
  const answer = await fetch(field.form.dataset.fields, {
    method: "POST", body: field.data(), redirect: "manual",
    headers: { ...headers, "X-Autosave": "1", Accept: "application/json" },
  });
  const reply = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
  if (answer.ok) {
    saved(field, reply, sent);
    document.dispatchEvent(new CustomEvent("portal:alive"));
    return reply.at;
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    document.dispatchEvent(new CustomEvent("portal:session-over"));
    throw new Error("session");
  }
  if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
  if (reply.both) field.complain("field-conflict", reply.message, () => both(field));
  else field.complain("field-refused", reply.message);
  return null;
}

async function flush() {
  clearTimeout(timer);
  if (busy) return;
  busy = true;
  let at = null;
  let left = false;
  while (waiting.size) {
    const [key, field] = waiting.entries().next().value;
    // The first word of a new indicator is its name.
    if (field.place.dataset.kind === "indicateur" && !field.place.dataset.pk && field.column !== "name") {
      waiting.delete(key);
      const name = [...fields.values()].find((one) => one.place === field.place && one.column === "name");
      field.refused = true;
      if (!name.value[0].trim()) continue;
      if (!waiting.has(name.name + name.form.id) && !name.refused) enqueue(name, 0);
      continue;
    }
    waiting.delete(key);
    if (tries === 0) say("saving");
    try {
      at = (await send(field)) ?? at;
      tries = 0;
    } catch (error) {
      waiting.set(key, field);
      if (error.message !== "session") retry();
      left = true;
      break;
    }
  }
  busy = false;
  if (left) return;
  if ([...fields.values()].some((one) => one.refused && one.place.dataset.pk !== "")) say("unsaved");
  else if (at) { say("saved", at); heartbeat(LATE); }
  else status?.replaceChildren();
  if (leaving) location.assign(leaving);
}

// --- The forms of the page

const fields = new Map();

function fieldOf(control) {
  const { form, name } = control;
  if (!form?.dataset.fields || !name || ["hidden", "file", "password"].includes(control.type)) return null;
  if (name.endsWith("-remove")) return null;
  const key = name + form.id;
  if (!fields.has(key)) fields.set(key, new Field(form, name));
  return fields.get(key);
}

for (const form of document.querySelectorAll("form[data-fields]")) {
  // Bases are read now, before anything is typed.
  const known = [...form.elements].map(fieldOf).filter(Boolean);
  for (const one of form.querySelectorAll("[data-fields-only]")) one.hidden = false;
  for (const one of form.querySelectorAll("[data-fields-plain]")) one.hidden = true;
  const kept = read(store);
  let found = false;
  for (const field of new Set(known)) {
    const one = kept[field.key];
    if (!one || JSON.stringify(one.value) === JSON.stringify(field.value)) continue;
    field.value = one.value;
    field.base = one.base;
    enqueue(field, 0);
    found = true;
  }
  if (found) form.prepend(message("kept"));
  const later = (delay) => (event) => {
    const field = fieldOf(event.target);
    if (field && (field.isChanged || field.refused)) enqueue(field, delay);
  };
  form.addEventListener("input", later(LATE));
  form.addEventListener("change", later(0));
  form.addEventListener("submit", (event) => {
    // Removing an indicator sends the form; all the rest is already on its way.
    if (form.querySelector("[name$='-remove']:checked")) {
      waiting.clear();
      write(store, {});
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    flush();
  }, { capture: true });
  form.addEventListener("change", (event) => {
    if (event.target.name?.endsWith("-remove") && event.target.checked) {
      for (const one of form.querySelectorAll("button[data-fields-plain]")) one.hidden = false;
    }
  });
  form.querySelector("[data-fields-close]")?.addEventListener("click", (event) => {
    if (waiting.size === 0 && !busy) return;
    event.preventDefault();
    leaving = event.currentTarget.href;
    flush();
  });
}

window.addEventListener("online", () => { tries = 0; if (waiting.size) flush(); heartbeat(0); });
window.addEventListener("offline", () => { if (waiting.size || fields.size) say("offline"); });
document.addEventListener("visibilitychange", () => { if (document.hidden && waiting.size) flush(); });
window.addEventListener("beforeunload", (event) => { if (waiting.size && !leaving) event.preventDefault(); });

// --- Who is where, and what is left to write

const desk = document.querySelector("[data-presence-at]");
let beat;
// Who does nothing is away: a page left open must not keep its session alive.
let active = Date.now();
for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"]) {
  document.addEventListener(kind, () => {
    const back = Date.now() - active > AWAY;
    active = Date.now();
    if (back) heartbeat(0);
  }, { passive: true, capture: true });
}

function show(reply) {
  const progress = document.querySelector("[data-progress]");
  if (progress) progress.textContent = reply.progress;
  document.querySelectorAll(".editor-bar .segments rect").forEach((bar, index) => {
    bar.setAttribute("class", index < reply.done ? "seg-on" : "seg-off");
  });
  for (const [code, line] of Object.entries(reply.sections)) {
    const link = document.querySelector(`[data-line="${CSS.escape(code)}"]`);
    if (!link) continue;
    const glyphs = [link, ...(code === desk.dataset.section ? [document.querySelector(".sheet__state")] : [])];
    for (const place of glyphs) {
      const glyph = place?.querySelector(":scope > .g, :scope > .state > .g");
      if (!glyph) continue;
      glyph.setAttribute("class", `g g-${line.glyph}`);
      const use = glyph.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#g-${line.glyph}`));
      if (place !== link) place.querySelector(".state").lastChild.textContent = line.state;
    }
    link.querySelector("[data-section-state]").textContent = `, ${line.state}`;
    const here = code === desk.dataset.section ? document.querySelector("[data-presence]") : null;
    for (const place of [link.querySelector("[data-line-people]"), here]) {
      if (!place) continue;
      const words = place.querySelector("[data-presence-words]");
      if (words.textContent !== line.people) words.textContent = line.people;
      if (place.title !== undefined && place !== here) place.title = line.people;
      place.hidden = !line.people;
    }
  }
  if (!reply.writable && !document.querySelector("[data-closed-notice]")) {
    document.querySelector(".sheet").prepend(message("no-longer-writable"));
  }
}

async function pulse() {
  if (!document.hidden && Date.now() - active < AWAY) {
    try {
      const answer = await fetch(desk.dataset.presenceAt, {
        method: "POST", headers: { ...headers, Accept: "application/json" }, redirect: "manual",
      });
      if (answer.ok) show(await answer.json());
    } catch { /* offline: the next one will tell */ }
  }
  heartbeat(HEARTBEAT);
}

function heartbeat(delay) {
  if (!desk) return;
  clearTimeout(beat);
  beat = setTimeout(pulse, delay);
}

heartbeat(0);
document.addEventListener("visibilitychange", () => { if (!document.hidden) heartbeat(0); });
