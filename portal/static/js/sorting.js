// Rows of a list marked data-sortable can be dragged by their handle; the buttons Up and Down do the
// same. Dropping presses a button that says from where to where, so the server keeps the order.
let lifted = null;

function press(form, value) {
  const button = document.createElement("button");
  Object.assign(button, { type: "submit", name: "do", value, hidden: true });
  form.append(button);
  form.requestSubmit(button);
  button.remove();
}
const rowOf = (target) => target.closest?.("[data-sortable] > li");

document.addEventListener("pointerdown", ({ target }) => {
  const row = rowOf(target);
  if (row && target.closest("[data-handle]")) row.draggable = true;
});
document.addEventListener("dragstart", (event) => {
  lifted = rowOf(event.target);
  lifted?.classList.add("lifted");
});
document.addEventListener("dragover", (event) => {
  const row = lifted && rowOf(event.target);
  if (!row) return;
  event.preventDefault();
  for (const other of row.parentElement.children) other.classList.toggle("over", other === row);
});
document.addEventListener("drop", (event) => {
  const row = lifted && rowOf(event.target);
  if (!row) return;
  event.preventDefault();
  if (row !== lifted) press(row.closest("form"), `move-${lifted.dataset.place}-${row.dataset.place}`);
});
document.addEventListener("dragend", () => {
  for (const row of document.querySelectorAll("[data-sortable] > li")) {
    row.removeAttribute("draggable");
    row.classList.remove("lifted", "over");
  }
  lifted = null;
});

// A step's minutes or kind changed: the server adds up again.
document.addEventListener("change", ({ target }) => {
  const form = target.closest("[data-recount]");
  if (form && target.matches("[data-sortable] select, [data-sortable] input[type=number]")) press(form, "count");
});
