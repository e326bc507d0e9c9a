// Updates the parts of the page as the emulator sends them, and sends forms without leaving the page.
// Without this the page shows what was true when it was loaded, forms load it again, and links lead to details.
"use strict";

const header = document.querySelector("header");
const live = document.getElementById("live");
const outcome = document.getElementById("outcome");
const waiting = new Map(); // part → what it will show

document.documentElement.classList.add("live-page");
if (document.body.dataset.events) listen(new EventSource(document.body.dataset.events));

function listen(events) {
  events.addEventListener("open", () => setLive("live", "Live"));
  events.addEventListener("error", () => setLive("lost", "Not connected"));
  events.addEventListener("process", (e) => {
    if (e.data !== document.body.dataset.process) location.reload(); // forms of another process are of no use
  });
  for (const name of ["clock", "state", "start", "threads", "users", "messages", "send", "requests", "faults", "snapshot", "connections", "events", "webhooks"]) {
    events.addEventListener(name, (e) => arrive(document.getElementById(name), e.data));
  }
  document.addEventListener("toggle", release, true);
  document.addEventListener("scroll", release, { passive: true });
  document.addEventListener("focusout", () => setTimeout(release));
}

function setLive(state, text) {
  live.className = state;
  live.textContent = text;
}

function parse(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

// arrive shows what a part has become, or keeps it while the part is being read.
function arrive(part, html) {
  waiting.set(part, html);
  if (!isRead(part)) show(part);
  else if ("holds" in part.dataset) announce(part);
}

// isRead reports whether an update would disturb: a row is open, or the top of the list is out of sight, or something is typed.
function isRead(part) {
  if ("typed" in part.dataset) return part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  return "holds" in part.dataset &&
    (part.querySelector("[data-key] details[open]") !== null || part.getBoundingClientRect().top < header.offsetHeight - 40);
}

function announce(part) {
  const keys = (within) => [...within.querySelectorAll("[data-key]")].map((row) => row.dataset.key);
  const known = new Set(keys(part));
  const all = keys(parse(waiting.get(part)));
  const fresh = all.filter((key) => !known.has(key)).length;
  const button = document.getElementById("fresh-" + part.id);
  button.hidden = fresh === 0;
  button.textContent = fresh + (fresh === all.length ? "+" : "") + " new";
}

function show(part) {
  replace(part, waiting.get(part));
  waiting.delete(part);
  const button = document.getElementById("fresh-" + part.id);
  if (button) button.hidden = true;
}

// release shows what waited for the reader to be done.
function release() {
  for (const part of waiting.keys()) if (!isRead(part)) show(part);
}

// replace changes what is in a part, and leaves open what is open and the focus where it is.
function replace(part, html) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const mark = focused && (focused.id || focused.closest("[id]").id);
  const inside = focused && !focused.id ? focused.tagName : "";
  const fresh = parse(html);
  for (const details of part.querySelectorAll("details[open][id]")) {
    const next = fresh.querySelector("#" + CSS.escape(details.id));
    if (next && "more" in details.dataset) next.replaceWith(details); // with what was loaded
    else if (next) next.open = true;
  }
  part.replaceChildren(...fresh.childNodes);
  if (!focused || document.activeElement === focused) return;
  const at = mark === part.id ? null : document.getElementById(mark);
  const next = at && inside ? at.querySelector(inside) : at;
  if (next) next.focus({ preventScroll: true });
  else document.getElementById(part.id + "-heading")?.focus({ preventScroll: true });
}

// A row that is opened loads what there is about it, once.
document.addEventListener("toggle", async (e) => {
  const row = e.target;
  if (!row.open || !("more" in row.dataset) || row.dataset.loaded) return;
  row.dataset.loaded = "yes";
  try {
    const url = new URL(row.dataset.more, location);
    url.searchParams.set("part", "");
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(await answer.text());
    row.querySelector(".more").replaceChildren(...parse(await answer.text()).childNodes);
  } catch (error) {
    delete row.dataset.loaded;
    row.querySelector(".more").textContent = error instanceof TypeError ? "The emulator does not answer." : error.message;
  }
}, true);

document.addEventListener("click", async (e) => {
  const button = e.target.closest("button[data-copy], button[data-part]");
  if (!button) return;
  if (button.dataset.part) {
    const part = document.getElementById(button.dataset.part);
    show(part);
    const heading = document.getElementById(part.id + "-heading");
    heading.focus({ preventScroll: true });
    heading.scrollIntoView();
    return;
  }
  await copy(button.dataset.copy, button);
});

// copy puts a text on the clipboard. Where a browser does not allow it, it shows the text to be copied by hand.
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    const label = button.textContent;
    button.textContent = "Copied";
    say("Copied.", true);
    setTimeout(() => { button.textContent = label; }, 1500);
  } catch {
    prompt("Copy this:", text);
  }
}

// A choice in a filter takes effect at once.
document.addEventListener("change", (e) => {
  if (e.target.matches(".find select")) e.target.form.requestSubmit();
});

document.addEventListener("submit", async (e) => {
  const form = e.target;
  if (form.method !== "post") return;
  e.preventDefault();
  const body = new URLSearchParams(new FormData(form, e.submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if ("copies" in form.dataset && answer.ok) {
      await copy(await answer.text(), e.submitter);
      return;
    }
    const done = answer.type === "opaqueredirect";
    if (done && "clears" in form.dataset) form.elements[form.dataset.clears].value = "";
    if (done) e.submitter?.closest("details.sure")?.removeAttribute("open");
    say(done ? form.dataset.done : await answer.text(), done);
  } catch {
    say("The emulator does not answer.", false);
  }
});

function say(text, done) {
  outcome.className = done ? "" : "failed";
  outcome.textContent = text;
}
