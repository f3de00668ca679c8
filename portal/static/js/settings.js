// Settings of this browser: theme, density, single-key shortcuts. And what buttons alone can do.
const root = document.documentElement;
const remember = (key, value) => {
  try { localStorage.setItem(`portal.${key}`, value); } catch { /* storage is off: it lasts for this page */ }
};
const isDark = () => root.dataset.theme
  ? root.dataset.theme === "dark"
  : matchMedia("(prefers-color-scheme: dark)").matches;

const commands = {
  theme() { remember("theme", root.dataset.theme = isDark() ? "light" : "dark"); },
  density() { remember("density", root.dataset.density = root.dataset.density === "compact" ? "cosy" : "compact"); reflect(); },
  print() { window.print(); },
  keys() { document.getElementById("keys").showModal(); },
};

function reflect() {
  document.querySelector("[data-command=density]")?.setAttribute("aria-pressed", String(root.dataset.density === "compact"));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (button) commands[button.dataset.command]();
});

const keys = document.getElementById("single-keys");
if (keys) {
  keys.checked = localStorage.getItem("portal.keys") !== "off";
  keys.addEventListener("change", () => remember("keys", keys.checked ? "on" : "off"));
}
reflect();
