// The rich text of a plan's section: a box that writes clean HTML into its textarea, which saves it.

const BLOCKS = { P: "p", DIV: "p", H1: "h3", H2: "h3", H3: "h3", H4: "h4", H5: "h4", H6: "h4" };
const MARKS = { B: "strong", STRONG: "strong", I: "em", EM: "em" };
const SKIPPED = ["STYLE", "SCRIPT", "META", "LINK", "TITLE", "HEAD", "OBJECT", "IFRAME"];

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function inline(node) {
  if (node.nodeType === Node.TEXT_NODE) return escaped(node.data.replace(/[\r\n\t]+/g, " "));
  if (node.nodeType !== Node.ELEMENT_NODE || SKIPPED.includes(node.tagName)) return "";
  if (node.tagName === "BR") return "<br>";
  const content = [...node.childNodes].map(inline).join("");
  const bold = node.tagName === "SPAN" && "bold" in node.dataset;
  const mark = MARKS[node.tagName] ?? (bold ? "strong" : null);
  if (!content.trim()) return content;
  if (mark) return `<${mark}>${content}</${mark}>`;
  if (node.tagName === "A" && /^(https?:|mailto:)/i.test(node.getAttribute("href") ?? "")) {
    return `<a href="${escaped(node.getAttribute("href")).replaceAll('"', "&quot;")}">${content}</a>`;
  }
  return content;
}

function list(node) {
  const items = [...node.children].filter((one) => one.tagName === "LI");
  const tag = node.tagName.toLowerCase();
  const lines = items.map((item) => {
    const nested = [...item.children].filter((one) => ["UL", "OL"].includes(one.tagName));
    const words = [...item.childNodes].filter((one) => !nested.includes(one)).map(inline).join("");
    return `<li>${words.trim()}${nested.map(list).join("")}</li>`;
  });
  return lines.length ? `<${tag}>${lines.join("")}</${tag}>` : "";
}

// The same HTML the server keeps: blocks, lists, bold, italics, links; nothing else.
function tidy(root) {
  const blocks = [];
  let loose = "";
  const flush = () => {
    if (loose.replaceAll("<br>", "").trim()) blocks.push(`<p>${loose.trim()}</p>`);
    loose = "";
  };
  const walk = (parent) => {
    for (const node of parent.childNodes) {
      const tag = node.tagName;
      if (tag === "UL" || tag === "OL") {
        flush();
        blocks.push(list(node));
      } else if (tag in BLOCKS || ["SECTION", "ARTICLE", "BODY", "TABLE", "TBODY", "TR", "TD", "TH", "BLOCKQUOTE"].includes(tag)) {
        flush();
        const holdsBlocks = [...node.children].some((one) => one.tagName in BLOCKS || ["UL", "OL", "TABLE", "TBODY", "TR", "TD"].includes(one.tagName));
        if (holdsBlocks) walk(node);
        else {
          const content = inlineOf(node);
          const name = BLOCKS[tag] ?? "p";
          if (content.replaceAll("<br>", "").trim()) blocks.push(`<${name}>${content}</${name}>`);
        }
        flush();
      } else {
        loose += inline(node);
      }
    }
  };
  walk(root);
  flush();
  return blocks.join("");
}

function inlineOf(node) {
  return [...node.childNodes].map(inline).join("").trim().replace(/(<br>)+$/, "");
}

// What another program copied: its styles go before anything reads them, its bold stays.
function parsed(html) {
  const plain = html
    .replace(/<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/gi, "")
    .replace(/\sstyle=("[^"]*"|'[^']*')/gi, (all) => (/font-weight:\s*(bold|[6-9]00)/i.test(all) ? " data-bold" : ""));
  return new DOMParser().parseFromString(plain, "text/html").body;
}

function fromText(text) {
  if (/<\/?(p|br|strong|em|ul|ol|li|a|h3|h4)[\s>/]/i.test(text)) return text;
  return text.trim().split(/\n\s*\n/).filter(Boolean)
    .map((block) => `<p>${escaped(block).replaceAll("\n", "<br>")}</p>`).join("");
}

function place(rich, html) {
  rich.innerHTML = tidy(parsed(html));
}

function enhance(box) {
  const area = box.querySelector("textarea");
  const bar = box.querySelector("[data-rte-bar]");
  const rich = box.querySelector("[data-rte-text]");
  const linkBox = box.querySelector("[data-rte-link]");
  const address = linkBox.querySelector("input");
  let kept = null;

  // A draft kept by this browser comes first; else the text the server holds.
  if (area.value !== area.defaultValue) place(rich, fromText(area.value));
  rich.contentEditable = "true";
  rich.setAttribute("role", "textbox");
  rich.setAttribute("aria-multiline", "true");
  rich.setAttribute("aria-labelledby", "html-label");
  rich.hidden = bar.hidden = false;
  area.hidden = true;
  document.execCommand("defaultParagraphSeparator", false, "p");
  document.execCommand("styleWithCSS", false, false);

  const write = (kind = "input") => {
    area.value = tidy(rich);
    area.dispatchEvent(new Event(kind, { bubbles: true }));
  };

  const show = () => {
    if (!rich.contains(document.activeElement) && document.activeElement !== rich) return;
    const block = document.queryCommandValue("formatBlock").toLowerCase();
    for (const button of bar.querySelectorAll("[aria-pressed]")) {
      const command = button.dataset.command;
      const on = command === "title" ? block === "h3" : document.queryCommandState(command);
      button.setAttribute("aria-pressed", String(on));
    }
  };

  const closeLink = () => {
    linkBox.hidden = true;
    bar.querySelector("[data-command=link]").setAttribute("aria-expanded", "false");
  };

  const back = () => {
    rich.focus();
    if (!kept) return;
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(kept);
  };

  const run = (command) => {
    rich.focus();
    if (command === "title") {
      const on = document.queryCommandValue("formatBlock").toLowerCase() === "h3";
      document.execCommand("formatBlock", false, on ? "p" : "h3");
    } else {
      document.execCommand(command, false);
    }
    write();
    show();
  };

  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-command]");
    if (!button) return;
    if (button.dataset.command !== "link") return run(button.dataset.command);
    const selection = getSelection();
    kept = selection.rangeCount && rich.contains(selection.anchorNode) ? selection.getRangeAt(0) : null;
    linkBox.hidden = !linkBox.hidden;
    button.setAttribute("aria-expanded", String(!linkBox.hidden));
    if (!linkBox.hidden) address.focus();
  });

  const pose = () => {
    const wanted = address.value.trim();
    closeLink();
    back();
    if (!/^(https?:\/\/|mailto:)\S+/i.test(wanted)) return;
    if (getSelection().isCollapsed) document.execCommand("insertHTML", false, `<a href="${escaped(wanted).replaceAll('"', "&quot;")}">${escaped(wanted)}</a>`);
    else document.execCommand("createLink", false, wanted);
    address.value = "";
    write();
  };
  linkBox.querySelector("[data-rte-link-do]").addEventListener("click", pose);
  address.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); pose(); }
    if (event.key === "Escape") { closeLink(); back(); }
  });
  // The address is no field of the text: its typing must not look like a change.
  for (const kind of ["input", "change"]) linkBox.addEventListener(kind, (event) => event.stopPropagation());

  // One stop for the Tab key, arrows inside.
  const buttons = [...bar.querySelectorAll("button")];
  buttons.forEach((button, index) => { button.tabIndex = index ? -1 : 0; });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
  });

  rich.addEventListener("input", (event) => { event.stopPropagation(); write(); });
  rich.addEventListener("blur", () => { if (area.value !== area.defaultValue) write("change"); });
  rich.addEventListener("paste", (event) => {
    const html = event.clipboardData.getData("text/html");
    const text = event.clipboardData.getData("text/plain");
    if (!html && !text) return;
    event.preventDefault();
    const clean = html ? tidy(parsed(html)) : fromText(text);
    const single = clean.match(/^<p>((?:(?!<\/?p>).)*)<\/p>$/);
    document.execCommand("insertHTML", false, single ? single[1] : clean);
    write();
  });
  document.addEventListener("selectionchange", show);
  box.closest("form").addEventListener("click", (event) => {
    if (event.target.closest("[data-draft-drop]")) place(rich, fromText(area.value));
  });
  box.closest("form").addEventListener("submit", () => { area.value = tidy(rich); });
}

for (const box of document.querySelectorAll("[data-rte]")) enhance(box);

// --- Moving with the mouse; the arrows and « Déplacer vers… » do the same from the keyboard

let dragged = null;

function unmark() {
  for (const one of document.querySelectorAll(".drop-before, .drop-after, .drop-into")) {
    one.classList.remove("drop-before", "drop-after", "drop-into");
  }
}

function target(event) {
  const { moveKind } = dragged.dataset;
  const beside = event.target.closest?.(`[data-move-kind="${moveKind}"]`);
  if (beside && beside !== dragged) {
    const box = beside.getBoundingClientRect();
    return { beside, after: event.clientY > box.top + box.height / 2 };
  }
  const into = event.target.closest?.(`[data-move-into="${moveKind}"]`);
  return into && !beside ? { into } : null;
}

function moveTo(place) {
  const parent = place.into?.dataset.into ?? place.beside.dataset.parent ?? "";
  let rank = "";
  if (place.beside) {
    rank = Number(place.beside.dataset.rank) + (place.after ? 1 : 0);
    // Taken out of the same list first, it leaves a place behind it.
    const same = (dragged.dataset.parent ?? "") === parent;
    if (same && Number(dragged.dataset.rank) < rank) rank -= 1;
  }
  const form = document.createElement("form");
  form.method = "post";
  form.action = dragged.dataset.move;
  const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token, sous: parent, rang: rank })) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

for (const handle of document.querySelectorAll("[data-handle]")) {
  const element = handle.closest("[data-move]");
  if (!element) continue;
  handle.hidden = false;
  // Only from its handle: the words of a form stay easy to select.
  handle.addEventListener("pointerdown", () => { element.draggable = true; });
  handle.addEventListener("pointerup", () => { element.draggable = false; });
}

document.addEventListener("dragstart", (event) => {
  const element = event.target.closest?.("[data-move][draggable=true]");
  if (!element) return;
  dragged = element;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  element.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  unmark();
  const place = target(event);
  if (!place) return;
  event.preventDefault();
  if (place.into) place.into.classList.add("drop-into");
  else place.beside.classList.add(place.after ? "drop-after" : "drop-before");
});

document.addEventListener("drop", (event) => {
  const place = dragged && target(event);
  if (!place) return;
  event.preventDefault();
  moveTo(place);
});

document.addEventListener("dragend", () => {
  unmark();
  dragged?.classList.remove("is-dragged");
  if (dragged) dragged.draggable = false;
  dragged = null;
});
