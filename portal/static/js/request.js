// Every htmx request: carries the CSRF token and what the board shows; says if it fails.
const words = document.getElementById("toasts").dataset;

function boardShown() {
  const board = document.getElementById("board");
  if (!board) return null;
  const stamps = [...document.querySelectorAll("[data-stamp]")].map((e) => e.dataset.stamp);
  return `${board.dataset.facility}/${board.dataset.date}/${stamps.join(",")}`;
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { headers, method } = ctx.request;
  if (method !== "GET") headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
  const shown = boardShown();
  if (shown) headers["X-Board"] = shown;
});

// A refusal of no form is shown in the open dialog, else as a toast.
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status >= 500) return fail(words.failed);
  // Of an ended session: an open form stays.
  if (ctx.response.status === 401 && document.querySelector("dialog[open] form")) { ctx.hx.redirect = ""; ctx.swap = "none"; }
  if (!ctx.text.includes('id="errors-error"')) return;
  const inside = document.querySelector("dialog[open] [data-refusals]");
  ctx.target = inside ?? document.getElementById("toasts");
  ctx.swap = inside ? "innerHTML" : "beforeend";
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx?.sourceElement?.matches("[data-poll]")) fail(words.unreached);
});

function fail(text) {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.querySelector("span").textContent = text;
  const inside = document.querySelector("dialog[open] [data-refusals]");
  (inside ?? document.getElementById("toasts")).append(toast);
  document.dispatchEvent(new CustomEvent("portal:toasts"));
}
