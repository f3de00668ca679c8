// Menus (details.menu): one at a time, closed by Escape and by a click elsewhere. The rail, where it
// is too long for the window, shows the page that is open.
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const menus = (except) => [...document.querySelectorAll("details.menu[open]")].filter((menu) => menu !== except);

document.addEventListener("click", (event) => {
  menus(event.target.closest("details.menu")).forEach((menu) => { menu.open = false; });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
});
