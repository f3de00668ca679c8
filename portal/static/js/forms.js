// One submission at a time, errors one lands on.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  // Afterwards, so that the pressed button is sent.
  setTimeout(() => { for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true; });
});
// Back from the cache.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const button of document.querySelectorAll("form[method=post] button:disabled")) button.disabled = false;
});

// The keyboard changes such a field step by step: it says so when it is left, or with Enter. What
// the mouse picks stands at once.
let steps = false;
let held = null;
window.addEventListener("change", (event) => {
  if (!steps || !event.target.matches("[data-settles]")) return;
  event.stopImmediatePropagation();
  held = event.target;
}, true);
function settle() {
  const field = held;
  held = null;
  if (!field?.matches("[novalidate] *, :valid")) return;
  steps = false;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
document.addEventListener("pointerdown", () => { steps = false; });
document.addEventListener("keydown", (event) => {
  steps = true;
  if (event.key !== "Enter" || !held) return;
  event.preventDefault();
  settle();
});
document.addEventListener("focusout", settle);

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submit-on-change]")) target.form.requestSubmit();
});

// A date that cannot be has no value: sent as what cannot be read, it is refused beside the field.
document.addEventListener("formdata", ({ target, formData }) => {
  for (const each of target.elements) if (each.validity?.badInput) formData.set(each.name, "?");
});
document.addEventListener("invalid", (event) => event.preventDefault(), true);

// What somebody opened stays open. Errors, else what comes next, take the focus once: never with what
// nobody asked for, and what comes next not from a field that somebody went on to meanwhile.
let opened = [];
document.addEventListener("htmx:before:swap", () => { opened = [...document.querySelectorAll("details[open][id]")]; });
function land(goneOn) {
  const found = [...document.querySelectorAll(":is(.errors, [data-land]):not([data-seen])")];
  (found.find((each) => each.matches(".errors")) ?? (goneOn ? null : found[0]))?.focus();
  for (const each of found) each.dataset.seen = "";
}
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  for (const each of opened) document.getElementById(each.id)?.setAttribute("open", "");
  // A select that was touched keeps what it has whatever its markup says: it shows what the answer
  // says, but not while somebody is in it.
  for (const each of ctx.target?.querySelectorAll?.("select:not(:focus) [selected]") ?? []) each.selected = true;
  const at = document.activeElement;
  if (!ctx.sourceElement?.matches?.("[data-poll]")) land(at !== ctx.at && at.matches("input, select, textarea"));
});
land(false);

// An answer leaves one where one was: a button that was sent, which is disabled meanwhile, has the
// focus again; if it is gone, the title of what came instead has it. So it has in a dialog that
// begins with nothing but what closes it, and on a page that says what was done. A page or a dialog
// that is a form begins at its first field; a form in a section of a page is not what the page is.
const nowhere = () => document.activeElement.matches("body, [data-close]");
const fields = "form[method=post]:not([role=search], section *) :is(input:not([type=hidden]), select, textarea):enabled";
const first = (root) => [...root?.querySelectorAll(fields) ?? []].find((each) => each.checkVisibility());
function toTitle() {
  const title = [...document.querySelectorAll("main h1, dialog[open] .sheet-head h2")].at(-1);
  if (!title || !nowhere()) return;
  title.tabIndex = -1;
  title.focus();
}
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => { ctx.at = document.activeElement; });
document.addEventListener("htmx:finally:request", ({ detail: { ctx: { at, sourceElement } } }) => setTimeout(() => {
  if (!at || at === document.activeElement) return;
  if (nowhere()) at.focus();
  if (nowhere() && sourceElement?.id === "dialog-body") first(sourceElement)?.focus();
  toTitle();
}));
if (!document.querySelector("main [autofocus]")) {
  if (document.querySelector("#toasts .toast")) toTitle();
  else if (nowhere()) first(document.querySelector("main"))?.focus();
}
// What somebody opens is seen as a whole, as far as there is room.
document.addEventListener("click", ({ target }) => {
  if (target.closest("summary")) setTimeout(() => target.closest("details[open]")?.scrollIntoView({ block: "nearest" }));
});
