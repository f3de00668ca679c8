// A password one can look at, a code that sends itself.
document.addEventListener("click", (event) => {
  const show = event.target.closest("[data-show-password]");
  if (!show) return;
  const field = document.getElementById(show.dataset.showPassword);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  show.setAttribute("aria-pressed", String(!shown));
});

// A field that is complete sends itself.
document.addEventListener("input", ({ target }) => {
  if (target.value.length == target.dataset.submitAt) target.form.requestSubmit();
});
