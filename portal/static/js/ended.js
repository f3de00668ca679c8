// The session has ended beside something typed, or is somebody else's now. Shows what was typed, and
// once the same person has signed in again in another tab everything. While somebody else is signed
// in nothing is sent.
const dialog = document.getElementById("dialog");
const idle = document.getElementById("idle");
const shell = document.querySelector(".shell");
const { title } = document;
const OWN = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea";
const covered = () => document.body.matches(".over");
let typed;
let others = false;
let at = null;
const show = (...elements) => { for (const each of elements) each.dataset.kept = ""; };

// Who was picked from a list was not typed.
const own = (field, differs) => differs(field) && !field.closest("portal-combobox")?.value?.value;

export function keep(differs, kept, ctx) {
  typed = kept;
  at ??= ctx.at ?? document.activeElement;
  for (const form of kept()) {
    for (const field of form.querySelectorAll(OWN)) if (own(field, differs)) show(field, ...field.labels);
    show(...form.querySelectorAll("[type=submit]:is(.primary, .danger)"));
  }
  for (const poll of document.querySelectorAll("[data-poll]")) poll.remove();
  // These may name a patient.
  dialog.removeAttribute("aria-labelledby");
  document.title = idle.dataset.clinic;
  idle.close();
  if (dialog.open) dialog.onclose = () => setTimeout(anew, 300);
  bar(ctx.text.includes("data-others"));
  settle();
}

// What is kept has no button while it is somebody else who would send it, and no key sends it.
function bar(now) {
  others = now;
  for (const button of document.querySelectorAll("[type=submit][data-kept]")) button.hidden = now;
}
document.addEventListener("submit", (event) => {
  if (!others || !covered() || event.target.method === "dialog") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// Where the focus was may be hidden now: it goes to the way back, else to what is seen.
const lost = () => document.activeElement === document.body || !document.activeElement.checkVisibility();
function settle() {
  if (!covered() || !lost()) return;
  const found = [...document.querySelectorAll(".toast a[href], [data-kept]:is(input, textarea), .toast [data-dismiss]")];
  found.find((each) => each.checkVisibility())?.focus();
}
document.addEventListener("htmx:after:swap", settle);

async function ask() {
  if (!covered()) return;
  const said = dialog.open && dialog.querySelector("[data-refusals]") || document.getElementById("toasts");
  await htmx.ajax("GET", `${idle.dataset.url}?again=`, { source: said, target: said, swap: "innerHTML" });
  const { token } = said.querySelector("[data-token]")?.dataset ?? {};
  if (token) uncover(token); else bar(Boolean(said.querySelector("[data-others]")));
  settle();
}
addEventListener("storage", ask);
// What the same person sent before this page had heard of them has an answer to be seen.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.request.method !== "GET" && ctx.response && ctx.response.status !== 401) ask();
});

// What stands behind a dialog is as old as the session; it is made anew when that is closed.
function uncover(token) {
  if (!typed().length) return location.reload();
  bar(false);
  shell.hidden = dialog.open;
  dialog.addEventListener("close", () => { shell.hidden = false; }, { capture: true, once: true });
  document.body.classList.remove("over");
  document.getElementById("say-now").textContent = "";
  dialog.setAttribute("aria-labelledby", "sheet-title");
  document.title = title;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  document.getElementById("csrf-token").content = token;
  if (lost() || document.activeElement.matches(".toast *")) at.focus();
  at = null;
}

// What was done by the form that was kept is read, and nothing typed since, before all is anew.
function anew() {
  if (!document.querySelector("#toasts .toast")) return location.reload();
  document.body.classList.remove("over");
  later();
}
const later = () => setTimeout(() => (typed().length ? later() : location.reload()), 20000);
