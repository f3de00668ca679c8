// Small comforts of forms: one submission at a time, a password one can look at, errors one lands on.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  // After the browser has collected the form, so that the pressed button's own value is sent.
  setTimeout(() => { for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true; });
});
// Back from the browser's cache: the buttons work again.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) document.querySelectorAll("form[method=post] button:disabled").forEach((button) => { button.disabled = false; });
});

document.addEventListener("click", (event) => {
  const show = event.target.closest("[data-show-password]");
  if (!show) return;
  const field = document.getElementById(show.dataset.showPassword);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  show.setAttribute("aria-pressed", String(!shown));
});

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// A field that is complete sends itself.
document.addEventListener("input", ({ target }) => {
  if (target.value.length == target.dataset.submitAt) target.form.requestSubmit();
});

const focusErrors = () => document.querySelector(".errors:not([data-seen])")?.focus();
document.addEventListener("htmx:after:swap", () => {
  focusErrors();
  for (const errors of document.querySelectorAll(".errors")) errors.dataset.seen = "";
});
focusErrors();
