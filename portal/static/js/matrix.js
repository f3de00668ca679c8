// The acceptance matrix by keyboard: one tab stop, arrows between its links, A accepts, X ends.
const matrix = () => document.querySelector("[data-matrix]");
const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
let current;

function arm() {
  const stop = document.getElementById(current) ?? matrix()?.querySelector("td a");
  matrix()?.setAttribute("role", "grid");
  matrix()?.querySelectorAll("a").forEach((link) => { link.tabIndex = link === stop ? 0 : -1; });
}

function go(cell, [down, across]) {
  const side = getComputedStyle(cell).direction === "rtl" ? -across : across;
  matrix().rows[cell.parentNode.rowIndex + down]?.cells[cell.cellIndex + side]?.querySelector("a")?.focus();
}

function mark({ mark: url, standing, today, shown }, accept) {
  if (standing === (accept ? "accepted" : "refused")) return;
  const values = accept ? { shown_version: shown, enabled: "y", accepted_since: today } : { shown_version: shown, enabled: "n" };
  htmx.ajax("POST", url, { source: matrix(), swap: "none", values });
}

document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.("[data-matrix] a");
  if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
  if (steps[event.key]) go(link.closest("td, th"), steps[event.key]);
  else if (link.dataset.mark && /^[ax]$/i.test(event.key)) mark(link.dataset, /a/i.test(event.key));
  else return;
  event.preventDefault();
});
document.addEventListener("focusin", ({ target }) => {
  if (target.closest("[data-matrix] a")) { current = target.id; arm(); }
});
document.addEventListener("htmx:after:swap", arm);
arm();
