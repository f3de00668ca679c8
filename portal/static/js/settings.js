// Settings of this browser: theme, density, single-key shortcuts; what buttons alone can do; menus.
const root = document.documentElement;
const keys = document.getElementById("keys");
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
  keys({ pathname }) {
    if (pathname !== location.pathname) htmx.ajax("GET", pathname, { source: keys, target: keys, swap: "innerHTML" });
  },
};

function reflect() {
  const single = document.getElementById("single-keys");
  if (single) single.checked = localStorage.getItem("portal.keys") !== "off";
  document.querySelector("[data-command=density]")?.setAttribute("aria-pressed", String(root.dataset.density === "compact"));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (!button) return;
  event.preventDefault();
  commands[button.dataset.command](button);
});
document.addEventListener("change", ({ target }) => {
  if (target.id === "single-keys") remember("keys", target.checked ? "on" : "off");
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  reflect();
  if (ctx.target === keys && !keys.open) keys.showModal();
});
reflect();

// Menus (details.menu): one at a time, closed by Escape and by a click elsewhere. The rail, where it
// is too long for the window, shows the page that is open.
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const menus = (except) => [...document.querySelectorAll("details.menu[open]")].filter((menu) => menu !== except);

document.addEventListener("click", (event) => {
  for (const menu of menus(event.target.closest("details.menu"))) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) { menu.open = false; menu.querySelector("summary").focus(); }
});
