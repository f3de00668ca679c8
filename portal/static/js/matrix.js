// The acceptance matrix by keyboard: one tab stop, arrows between its links, A accepts, X ends.
// Without this file every cell is a link to its form.
let current = null;
const matrix = () => document.querySelector("[data-matrix]");
const say = (text) => document.dispatchEvent(new CustomEvent("portal:say", { detail: { text } }));
const linkIn = (row, column) => matrix().rows[row]?.cells[column]?.querySelector("a");

function arm() {
  if (!matrix()) return;
  matrix().setAttribute("role", "grid");
  const links = [...matrix().querySelectorAll("a")];
  const stop = document.getElementById(current) ?? matrix().querySelector("td a");
  for (const link of links) link.tabIndex = link === stop ? 0 : -1;
}

function neighbour(link, key) {
  const cell = link.closest("td, th");
  const rtl = getComputedStyle(cell).direction === "rtl" ? -1 : 1;
  const [down, across] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -rtl], ArrowRight: [0, rtl] }[key] ?? [0, 0];
  if (key === "Home") return linkIn(cell.parentNode.rowIndex, 0) ?? linkIn(cell.parentNode.rowIndex, 1);
  if (key === "End") return linkIn(cell.parentNode.rowIndex, cell.parentNode.cells.length - 1);
  return linkIn(cell.parentNode.rowIndex + down, cell.cellIndex + across);
}

function mark(link, accept) {
  const accepted = link.dataset.standing === "accepted";
  if (accept && accepted) return say(matrix().dataset.already);
  if (!accept && link.dataset.standing === "refused") return say(matrix().dataset.not);
  const values = accept ? { enabled: "y", accepted_since: link.dataset.today } : { enabled: "n" };
  htmx.ajax("POST", link.dataset.mark, { source: matrix(), swap: "none", values });
}

document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.("[data-matrix] a");
  if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (/^(Arrow|Home$|End$)/.test(event.key)) neighbour(link, event.key)?.focus();
  else if (link.dataset.mark && (key === "a" || key === "x")) mark(link, key === "a");
  else return;
  event.preventDefault();
});
document.addEventListener("focusin", ({ target }) => {
  if (!target.closest("[data-matrix] a")) return;
  current = target.id;
  arm();
});
document.addEventListener("htmx:after:swap", arm);
arm();
