// The session has ended beside something typed. Shows of it what was typed, and once the same person
// has signed in again in another tab everything.
const dialog = document.getElementById("dialog");
const idle = document.getElementById("idle");
const { title } = document;
const OWN = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea";
let typed;
const show = (...elements) => { for (const each of elements) each.dataset.kept = ""; };

// Who was picked from a list was not typed.
const own = (field, differs) => differs(field) && !field.closest("portal-combobox")?.value?.value;

export function keep(differs, kept) {
  typed = kept;
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
}

new BroadcastChannel("portal").onmessage = async () => {
  if (!document.body.matches(".over")) return;
  const said = dialog.open && dialog.querySelector("[data-refusals]") || document.getElementById("toasts");
  await htmx.ajax("GET", `${idle.dataset.url}?who=${idle.dataset.who}`, { source: said, target: said, swap: "innerHTML" });
  const { token } = said.querySelector("[data-token]")?.dataset ?? {};
  if (token) uncover(token);
};

// What stands behind a dialog is as old as the session; it is made anew when that is closed.
function uncover(token) {
  document.querySelector(".shell").hidden = dialog.open;
  document.body.classList.remove("over");
  dialog.setAttribute("aria-labelledby", "sheet-title");
  document.title = title;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  document.getElementById("csrf-token").content = token;
}

// What was done by the form that was kept is read, and nothing typed since, before all is anew.
function anew() {
  if (!document.querySelector("#toasts .toast")) return location.reload();
  document.querySelector(".shell").hidden = false;
  document.body.classList.remove("over");
  later();
}
const later = () => setTimeout(() => (typed().length ? later() : location.reload()), 20000);
