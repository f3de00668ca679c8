// Every htmx request: carries the CSRF token, which says whose page asks, and what the board shows;
// says if it fails.
const words = document.getElementById("toasts").dataset;

const isPoll = (ctx) => ctx?.sourceElement?.matches?.("[data-poll]");

function boardShown() {
  const board = document.getElementById("board");
  if (!board) return null;
  const stamps = [...document.querySelectorAll("[data-stamp]")].map((e) => e.dataset.stamp);
  return `${board.dataset.facility}/${board.dataset.date}/${stamps.join(",")}`;
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { headers } = ctx.request;
  headers["X-CSRFToken"] = document.getElementById("csrf-token").content;
  const shown = boardShown();
  if (shown) headers["X-Board"] = shown;
});

// No refusal is silent. One of no form is shown in the open dialog, else as a toast; a form that
// comes back for a request with nowhere to put it opens in the dialog.
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  if (isPoll(ctx) && status !== 401) return;
  if (status >= 500) return fail(words.failed);
  const dialog = document.getElementById("dialog");
  const inside = document.querySelector("dialog[open] [data-refusals]");
  if (ctx.text.includes('id="errors-error"')) {
    ctx.target = inside ?? document.getElementById("toasts");
    ctx.swap = inside ? "innerHTML" : "beforeend";
  } else if (ctx.swap === "none" && status !== 401 && dialog) {
    ctx.target = dialog.firstElementChild;
    ctx.swap = "innerHTML";
  }
});

// What was refused before is over with the next thing that is done.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (!isPoll(ctx)) document.querySelectorAll("#toasts .error").forEach((toast) => toast.remove());
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!isPoll(ctx)) fail(words.unreached);
});

function fail(text) {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.querySelector("span").textContent = text;
  const inside = document.querySelector("dialog[open] [data-refusals]");
  if (inside) inside.replaceChildren(toast);
  else document.getElementById("toasts").append(toast);
  document.dispatchEvent(new CustomEvent("portal:toasts"));
}
