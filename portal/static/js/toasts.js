// Shows toasts, says them, and takes them away: not while they are read, and never an error. Whoever
// else has something to say to screen readers dispatches `portal:say` with {text, now}.
const MOST = 3;
const box = document.getElementById("toasts");

function say(text, now) {
  const region = document.getElementById(now ? "say-now" : "say");
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 60);
}

function raise() {
  if (box.matches(":popover-open")) box.hidePopover();
  box.showPopover();
}

function welcome(toast) {
  toast.dataset.seen = "";
  const error = toast.matches(".error");
  const text = toast.querySelector("span").textContent;
  // The same thing is said once, and what was taken back no more.
  const { undoes } = toast.dataset;
  for (const other of box.querySelectorAll(".toast")) {
    if (other !== toast && (undoes && other.dataset.act === undoes || other.querySelector("span").textContent === text)) other.remove();
  }
  say(text, error);
  // Z takes back the newest of all: no older message claims the key.
  const undo = toast.querySelector("[data-key]");
  for (const older of box.querySelectorAll("[data-key]")) if (undo && older !== undo) { delete older.dataset.key; older.lastElementChild.remove(); }
  if (toast.parentNode === box) raise();
  else toast.scrollIntoView({ block: "nearest" });
  while (box.children.length > MOST) box.firstElementChild.remove();
  if (!error) expire(toast);
}

function expire(toast) {
  // Half seconds.
  let left = 40;
  const timer = setInterval(() => {
    if (!toast.matches(":hover, :focus-within")) left--;
    if (left > 0 && toast.isConnected) return;
    clearInterval(timer);
    toast.remove();
  }, 500);
}

function welcomeAll() {
  document.querySelectorAll(".toast:not([data-seen])").forEach(welcome);
}

document.addEventListener("portal:say", ({ detail }) => say(detail.text, detail.now));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
});
// An undo has been taken once it was sent: offering it twice would be a lie.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  ctx.sourceElement?.closest?.(".toast")?.remove();
});
document.addEventListener("htmx:after:swap", welcomeAll);
document.addEventListener("portal:toasts", welcomeAll);
welcomeAll();
