// Puts each part of the page in place as the emulator sends it, and sends forms without leaving the page.
// Without this the page is as it was when it was loaded, and forms load it again.
"use strict";

const live = document.getElementById("live");
const outcome = document.getElementById("outcome");
const events = new EventSource(document.body.dataset.events);

events.addEventListener("open", () => setLive("live", "Live"));
events.addEventListener("error", () => setLive("lost", "Not connected"));
events.addEventListener("process", (e) => {
  if (e.data !== document.body.dataset.process) location.reload(); // forms of another process are of no use
});
for (const name of ["clock", "threads", "users", "messages", "requests", "faults"]) {
  events.addEventListener(name, (e) => replace(document.getElementById(name), e.data));
}

function setLive(state, text) {
  live.className = state;
  live.textContent = text;
}

// replace changes what is in a part, and leaves open what is open and the focus where it is.
function replace(part, html) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const mark = focused && (focused.id || focused.closest("[id]").id);
  const inside = focused && !focused.id ? focused.tagName : "";
  const open = [...part.querySelectorAll("details[open]")].map((d) => d.id);
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  for (const id of open) {
    const details = fresh.querySelector("#" + CSS.escape(id));
    if (details) details.open = true;
  }
  part.replaceChildren(...fresh.childNodes);
  if (!focused) return;
  const at = mark === part.id ? null : document.getElementById(mark);
  const next = at && inside ? at.querySelector(inside) : at;
  if (next) next.focus({ preventScroll: true });
  else document.getElementById(part.id + "-heading").focus({ preventScroll: true });
}

document.addEventListener("submit", async (e) => {
  e.preventDefault();
  const form = e.target;
  const body = new URLSearchParams(new FormData(form, e.submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    const done = answer.type === "opaqueredirect";
    say(done ? form.dataset.done : await answer.text(), done);
  } catch {
    say("The emulator does not answer.", false);
  }
});

function say(text, done) {
  outcome.className = done ? "" : "failed";
  outcome.textContent = text;
}
