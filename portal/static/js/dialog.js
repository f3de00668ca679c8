// Opens links marked data-dialog in the one dialog. Without this file they are ordinary pages. At its
// end: the warning before the session ends.
const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");
let opener = null;
// Where it stood, for when it is gone.
let home = document;
let place = 0;
const spots = () => [...home.querySelectorAll("a[data-dialog]")];

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (!dialog.contains(link)) {
    opener = link;
    home = link.closest(".column") ?? document;
    place = spots().indexOf(link);
  }
  document.dispatchEvent(new CustomEvent("portal:opening"));
  htmx.ajax("GET", link.getAttribute("href"), { source: body, target: body, swap: "innerHTML" });
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target === body && !dialog.open && body.childElementCount) dialog.showModal();
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === body) document.dispatchEvent(new CustomEvent("portal:opened"));
});

document.addEventListener("click", (event) => {
  const closer = event.target.closest("dialog [data-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});

// The server says a new visit's card is on the board: close, and put the user on it.
document.addEventListener("portal:booked", ({ detail: { id } }) => {
  opener = document.getElementById(`visit-${id}`) ?? opener;
  opener?.classList.add("fresh");
  // What was held is booked.
  body.querySelector("[data-release]")?.removeAttribute("data-release");
  dialog.close();
});

dialog.addEventListener("close", () => {
  const hold = body.querySelector("[data-release]");
  body.replaceChildren();
  // Sent from an empty dialog: nothing of a form, nor its one-time key, goes with it.
  if (hold) htmx.ajax("POST", hold.dataset.release, { source: body, swap: "none" });
  if (opener) (opener.isConnected ? opener : document.getElementById(opener.id) ?? spots().slice(0, place + 1).at(-1) ?? document.getElementById("board") ?? document.getElementById("main")).focus();
  opener = null;
});

// An act that has a key of its own is not pressed by sending once too often what was there before.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (event.target.matches("form:not([data-ctrl-enter]) [data-key]")) return event.preventDefault();
  setTimeout(() => submitSettled(event.target));
});

// Ctrl+Enter sends the form one is in or has opened, else the first that is seen of those that say
// so; it waits for the starts that belong to what was just chosen.
function submitSettled(at) {
  const main = (around) => [...around?.querySelectorAll("form[data-ctrl-enter]") ?? []].find((form) => form.checkVisibility());
  if (!at.isConnected) at = document.body;
  const form = at.closest("form[method=post]:not([role=search])") ?? main(at.closest("details[open]")) ?? main(dialog.open ? dialog : document);
  if (!form) return;
  if (!form.querySelector(".htmx-request")) return form.requestSubmit(form.querySelector("[type=submit].primary") ?? form.querySelector("[type=submit]"));
  document.addEventListener("htmx:finally:request", () => setTimeout(() => submitSettled(at)), { once: true });
}

// Warns two minutes before the session's end, unless another tab has kept it alive. Its absolute
// end, which staying does not put off, is warned of once.
const warning = document.getElementById("idle");
let timer;

function plan(ends) {
  const early = parseInt(ends) - 120;
  const last = early <= 0 && ends.endsWith("good");
  clearTimeout(timer);
  timer = setTimeout(() => htmx.ajax("GET", warning.dataset.url, { source: warning, swap: "none" }), 1000 * (early > 0 ? early : early + 121));
  warning.toggleAttribute("data-last", last);
  if (early > 0) warning.close(); else if (!warning.open && !(last && warning.dataset.seen)) warning.showModal();
}

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const ends = ctx.response?.headers.get("X-Session-Ends");
  if (ends) plan(ends);
});
warning.addEventListener("close", () => { if ("last" in warning.dataset) warning.dataset.seen = "yes"; });
plan(warning.dataset.ends);
