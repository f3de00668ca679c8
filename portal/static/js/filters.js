// The status chips of the board: one shows only the cards that it names. The others keep their
// place, so that their time never looks free. Nothing of it is remembered.
const page = document.querySelector(".day-main");
const bar = document.getElementById("only");

function reflect() {
  const only = page.dataset.shows ?? "";
  for (const chip of page.querySelectorAll(".chip[data-only]")) chip.ariaPressed = chip.dataset.only === only;
  const words = bar.firstElementChild;
  words.textContent = only && words.dataset.pattern.replace("{status}", document.querySelector(`#only-${only} span`).textContent);
  bar.hidden = !only;
}

page?.addEventListener("click", ({ target }) => {
  const chip = target.closest("[data-only]");
  if (!chip) return;
  page.dataset.shows = chip.ariaPressed === "true" ? "" : chip.dataset.only;
  reflect();
});
document.addEventListener("htmx:after:swap", () => page && reflect());
