// Keys that work anywhere: an element names its own with data-key. Off while typing, and off
// altogether when the user says so (WCAG 2.1.4).
const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea");
let typedAhead = null;

// Between "new booking" and its dialog, keys are kept for the field that is about to have the focus.
document.addEventListener("portal:opening", () => { typedAhead = []; });
document.addEventListener("portal:opened", () => {
  const field = document.querySelector("dialog[open] [role=combobox]");
  const keys = typedAhead ?? [];
  typedAhead = null;
  if (!field || !keys.length) return;
  field.value = keys.filter((key) => key.length === 1).join("");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (keys.at(-1) === "ArrowDown") field.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" }));
});

function find(key) {
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll("[data-key]")].filter((e) => e.dataset.key === key && e.checkVisibility()).at(-1);
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    return document.getElementById("find")?.focus();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typedAhead !== null) {
    if (event.key !== "Escape") { typedAhead.push(event.key); event.preventDefault(); }
    return;
  }
  // Beside the name of who is chosen, what is in no name is a key, and never typed.
  const picked = event.target.closest?.("portal-combobox")?.value?.value && /[[\]]/.test(event.key);
  if (picked) event.preventDefault();
  else if (typing(event.target)) return;
  if (localStorage.getItem("portal.keys") === "off") return;
  if (event.key === "?") return document.querySelector("[data-command=keys]").click();
  if (event.key === "/") { event.preventDefault(); return document.getElementById("find")?.focus(); }
  const wanted = find(event.key);
  if (wanted) { event.preventDefault(); wanted.click(); }
});
