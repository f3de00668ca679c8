// Remembers which statuses the board shows, for this user on this browser.
const chips = () => [...document.querySelectorAll("[data-filter] input")];
const key = () => `portal.filter.${document.querySelector("[data-filter]").dataset.filter}`;

function restore() {
  const hidden = (localStorage.getItem(key()) ?? "").split(",");
  for (const chip of chips()) chip.checked = !hidden.includes(chip.value);
}

document.addEventListener("change", (event) => {
  if (!event.target.closest("[data-filter]")) return;
  localStorage.setItem(key(), chips().filter((chip) => !chip.checked).map((chip) => chip.value).join(","));
});
if (document.querySelector("[data-filter]")) restore();
