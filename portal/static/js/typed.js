// Asks before what was typed is thrown away: a dialog closed, a link followed, a page left. Searches
// and what says data-looking are not typed; a form that brings typed text along says data-typed.
const question = document.getElementById("discard");
const forms = (root) => [...root.querySelectorAll("form[method=post]:not([role=search])")];
let sent = null;
let then = null;

function differs(field) {
  if (field.closest("[data-looking]")) return false;
  if (/^(checkbox|radio)$/.test(field.type)) return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
}

function typed(form) {
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const refused = form.matches("[data-typed]") || form.querySelector(".errors") && fields.some((field) => /text|tel|date|email/.test(field.type) && field.value);
  return form !== sent && (refused || fields.some(differs));
}

function ask(root, after) {
  then = () => {
    for (const form of forms(root)) { form.reset(); form.removeAttribute("data-typed"); form.querySelector(".errors")?.remove(); }
    after();
  };
  question.returnValue = "";
  question.showModal();
}

const keeps = (event, root, after) => {
  if (!forms(root).some(typed)) return;
  event.preventDefault();
  event.stopPropagation();
  ask(root, after);
};

// What these do leaves everything where it is: a place on the page, a letter, a file, a list of keys.
const staying = "[data-command], [download], [target], [href^='#'], [href^='mailto:'], [href^='tel:']";
// What opens in the dialog leaves a page as it is, and takes the place of what is in the dialog.
const leaves = (link, dialog) => link.matches("[data-close]") || !link.matches(staying) && !(link.matches("[data-dialog]") && !dialog);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href], [data-close]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const dialog = link.closest("dialog");
  if (leaves(link, dialog)) keeps(event, dialog ?? document, () => link.click());
}, true);

// The browser closes on a second Escape whatever is said: the key is taken first.
document.addEventListener("keydown", (event) => {
  const top = [...document.querySelectorAll("dialog:modal")].at(-1);
  if (event.key !== "Escape" || !top || event.target.ariaExpanded === "true") return;
  if (top === question) { event.preventDefault(); question.close(); } else keeps(event, top, () => top.close());
}, true);
document.addEventListener("cancel", (event) => keeps(event, event.target, () => event.target.close()), true);
question.addEventListener("close", () => { if (question.returnValue) then(); });

document.addEventListener("submit", ({ target }) => { sent = target; });
for (const name of ["htmx:after:swap", "htmx:error"]) document.addEventListener(name, () => { sent = null; });
window.addEventListener("beforeunload", (event) => { if (forms(document).some(typed)) event.preventDefault(); });

// The session is over. Where nothing is typed, the same address is the sign-in, which says why; where
// somebody else is signed in, it is said beside a page that shows nothing more. What is typed stays,
// and ended.js shows it alone.
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status !== 401) return;
  sent = null;
  ctx.hx.redirect = "";
  const kept = () => forms(document).filter(typed);
  if (!kept().length) {
    ctx.swap = "none";
    if (!ctx.text.includes("data-others")) return location.reload();
    // What is held there is not this person's to let go of.
    document.getElementById("dialog-body").replaceChildren();
    document.getElementById("dialog").close();
    ctx.target = document.getElementById("toasts");
    ctx.swap = "innerHTML";
  }
  document.body.classList.add("over");
  document.getElementById("toasts").replaceChildren();
  import(document.getElementById("idle").dataset.script).then(({ keep }) => keep(differs, kept, ctx));
});
