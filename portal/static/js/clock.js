// Keeps the board's time: the line at now, and the minutes people wait. It follows the server's
// clock, not this computer's. A board that has lost its server says so, and since when.
const TICK = 20_000;
const board = document.getElementById("board");
let told = null;
let since = 0;

// What the server said last, and the time since then.
function minutesNow(element) {
  if (element.dataset.now !== told) [told, since] = [element.dataset.now, performance.now()];
  return (Number(told) + (performance.now() - since) / 1000) / 60;
}

function tickWaits(now) {
  for (const element of document.querySelectorAll("[data-since]")) {
    const minutes = Math.max(0, Math.floor(now - Number(element.dataset.since) / 60));
    element.textContent = element.dataset.pattern.replace("#", minutes);
    const late = minutes > Number(element.dataset.limit ?? Infinity);
    (element.closest(".present") ?? element).classList.toggle("late", late);
  }
}

const rowOf = (element) => Number(/\ba(\d+) b(\d)/.exec(element.className).slice(1).join(""));

function tickLine(now) {
  const opens = Number(board.dataset.opens) / 60;
  const row = Math.floor((now - opens) / 5) + 1;
  const inside = row >= 1 && row <= Number(board.dataset.rows);
  const label = board.querySelector(".now-label");
  if (!label) return; // nobody works here: there is no grid
  for (const line of [label, ...board.querySelectorAll(".now")]) {
    line.hidden = !inside;
    if (inside) line.style.gridRowStart = row;
  }
  // Beside an hour it would cover that hour's label.
  for (const hour of board.querySelectorAll(".hours > span:not(.now-label)")) {
    hour.classList.toggle("covered", inside && Math.abs(rowOf(hour) - row + 1) < 2);
  }
  label.textContent = new Intl.DateTimeFormat(board.dataset.clock, { timeZone: board.dataset.zone, timeStyle: "short" }).format(now * 60_000);
}

function tick() {
  const clocks = document.querySelector("[data-now]");
  if (!clocks) return;
  const now = minutesNow(clocks);
  tickWaits(now);
  if (board) tickLine(now);
}

const bar = document.getElementById("stale");
const MOST_FAILED = 2;
let failed = 0;
let heard = 0;

function hear(ok) {
  failed = ok ? 0 : failed + 1;
  if (ok) heard = minutesNow(document.querySelector("[data-now]"));
  const stale = failed >= MOST_FAILED;
  document.body.classList.toggle("is-stale", stale);
  bar.hidden = !stale;
  const { clock, zone, pattern } = bar.dataset;
  const time = new Intl.DateTimeFormat(clock, { timeZone: zone, timeStyle: "short" }).format(heard * 60_000);
  if (stale) bar.textContent = pattern.replace("{time}", time);
}

if (bar) {
  hear(true);
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (ctx?.sourceElement?.matches?.("[data-poll]")) hear(false); });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const { status } = ctx.response;
    if (status < 400 || ctx.sourceElement.matches("[data-poll]")) hear(status < 400);
  });
}
if (document.querySelector("[data-now]")) {
  tick();
  setInterval(tick, TICK);
  document.addEventListener("htmx:after:swap", tick);
}
if (board) {
  const line = board.querySelector(".now:not([hidden])") ?? board.querySelector(".cell");
  if (line) board.scrollTop = Math.max(0, line.offsetTop - board.clientHeight / 3);
}
// The facility's time zone is named when this browser stands in another one.
for (const note of document.querySelectorAll("[data-zone-note]")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const offset = (zone) => new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" })
    .formatToParts(new Date()).find((part) => part.type === "timeZoneName").value;
  note.hidden = offset(here) === offset(note.dataset.zoneNote);
}
