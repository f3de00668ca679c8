// The day board and the flow board: by keyboard (one tab stop, arrows between appointments and
// openings; pressed anywhere on the page they enter the board at now; C takes the next step), and
// in time (the line at now, the minutes people wait). The time is the server's, not this computer's.
// A board that has lost its server says so, and since when.
const board = document.getElementById("board");
const spots = ".visit, .free > a";
const columns = () => [...board.querySelectorAll(".column")];
const within = (column) => [...column.querySelectorAll(spots)].filter((e) => e.checkVisibility({ visibilityProperty: true }));
// Where something stands is its class: a1 b2 is row 12.
const rowOf = (item) => Number(/\ba(\d+) b(\d)/.exec(item.className).slice(1).join(""));
const written = (minutes, { clock, zone }) => new Intl.DateTimeFormat(clock, { timeZone: zone, timeStyle: "short" }).format(minutes * 60_000);
let current = null;
// Its column and row: who was on a card that goes is on what stands nearest.
let place = [];

// Without a script every visit is its own tab stop; with it, only the current one.
function arm() {
  if (current && !current.isConnected) current = document.getElementById(current.id) ?? nearest(columns()[place[0]] ?? board, place[1]);
  for (const spot of board.querySelectorAll(spots)) spot.tabIndex = spot === current ? 0 : -1;
  board.tabIndex = current ? -1 : 0;
}

function land(spot) {
  spot?.focus({ preventScroll: true });
  spot?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function nearest(column, row) {
  const far = (spot) => Math.abs(rowOf(spot.parentNode) - row);
  return within(column).sort((a, b) => far(a) - far(b))[0];
}

function neighbour(spot, key) {
  const all = columns();
  const here = all.indexOf(spot.closest(".column"));
  const list = within(all[here]);
  const side = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (side) {
    const towards = getComputedStyle(board).direction === "rtl" ? -side : side;
    for (let n = here + towards; all[n]; n += towards) if (within(all[n]).length) return nearest(all[n], rowOf(spot.parentNode));
    return null;
  }
  return { ArrowUp: list[list.indexOf(spot) - 1], ArrowDown: list[list.indexOf(spot) + 1], Home: list[0], End: list.at(-1) }[key];
}

function keydown(event) {
  const spot = event.target.closest(spots);
  if (!spot || event.ctrlKey || event.metaKey || event.altKey || board.matches(".moving")) return;
  if (/^(Arrow|Home|End)/.test(event.key)) {
    event.preventDefault();
    land(neighbour(spot, event.key));
  }
}

const lineNow = () => board.querySelector(".now:not([hidden])");
// Where somebody enters who was nowhere: where they were, else beside the line at now.
function entrance() {
  if (current) return current;
  const line = lineNow();
  const column = columns().find((each) => within(each).length);
  return line && column ? nearest(column, line.offsetTop / line.parentNode.offsetHeight * Number(board.dataset.rows)) : board.querySelector(spots);
}

// The step that comes next: C on a card, or the button beside it. Where none does, the page says why.
async function take(spot) {
  await htmx.ajax("POST", `${spot.getAttribute("href")}/${spot.dataset.next}`, { source: board ?? document.body, swap: "none" });
  const poll = document.getElementById("appointments-steps_board");
  if (!poll) return;
  document.addEventListener("htmx:after:swap", () => document.getElementById(spot.id)?.focus(), { once: true });
  htmx.trigger(poll, "refresh");
}
document.addEventListener("keydown", (event) => {
  const spot = event.target.closest("[data-next], .visit");
  if (event.key !== "c" || !spot || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (spot.dataset.next) take(spot);
  else spot.click();
});
// What was replaced once hears no more of what happens around it.
document.addEventListener("portal:undone", () => {
  const poll = document.getElementById("appointments-steps_board");
  if (poll) htmx.trigger(poll, "refresh");
});
// A hand's second click is not for whoever came under the pointer with the first one's answer.
let resting = false;
document.addEventListener("click", async ({ target }) => {
  const button = target.closest(".next");
  if (!button || resting) return;
  resting = true;
  try { await take(button.previousElementSibling); } finally { setTimeout(() => { resting = false; }, 1000); }
});

if (board) {
  board.addEventListener("focus", () => land(entrance()));
  document.addEventListener("keydown", (event) => {
    if (!document.activeElement.matches("body, main, h1") || !event.key.startsWith("Arrow") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    land(entrance());
  });
  // What the icons say is read by who hovers over them, too.
  board.addEventListener("pointerover", ({ target }) => {
    const spot = target.closest(".visit");
    if (!spot) return;
    const { act } = spot.dataset;
    spot.title = spot.innerText.replace(/\s+/g, " ") + (act ? `. C: ${act}` : "");
  });
  board.addEventListener("focusin", ({ target }) => {
    const spot = target.closest(spots);
    if (!spot || spot === current) return;
    if (current) current.tabIndex = -1;
    current = spot;
    place = [columns().indexOf(spot.closest(".column")), rowOf(spot.parentNode)];
    spot.tabIndex = 0;
    board.tabIndex = -1;
  });
  board.addEventListener("keydown", keydown);
  document.addEventListener("htmx:after:swap", arm);
  // A poll waits while something is being moved, and in a tab that nobody looks at.
  document.addEventListener("htmx:config:request", (event) => {
    if (event.detail.ctx.sourceElement.matches?.("[data-poll]") && (document.hidden || board.matches(".moving"))) event.preventDefault();
  });
  arm();
  // Who comes from a booking elsewhere, or took something back, is on its card; who went to a day, on the board.
  const asked = document.getElementById(location.hash.slice(1));
  const here = asked?.closest(".visit");
  if (asked) history.replaceState(null, "", location.pathname + location.search);
  here?.classList.add("fresh");
  document.addEventListener("portal:undone", ({ detail: { visits } }) => {
    if (document.querySelector("dialog[open]")) return;
    const back = visits?.map((id) => document.getElementById(`visit-${id}`)).find((card) => card);
    land(back ?? (document.activeElement === document.body ? current : null));
  });
  const line = lineNow() ?? board.querySelector(".cell");
  if (line) board.scrollTop = Math.max(0, line.offsetTop - board.clientHeight / 3);
  if (asked) land(here ?? entrance() ?? board);
}

const TICK = 20_000;
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

function tickLine(now) {
  const opens = Number(board.dataset.opens) / 60;
  const row = Math.floor((now - opens) / 5) + 1;
  const inside = row >= 1 && row <= Number(board.dataset.rows);
  const label = board.querySelector(".now-label");
  if (!label) return; // nobody works here: there is no grid
  for (const line of [label, ...board.querySelectorAll(".now")]) {
    line.hidden = !inside;
    line.style.gridRowStart = row;
  }
  // Beside an hour it would cover that hour's label.
  for (const hour of board.querySelectorAll(".hours > span:not(.now-label)")) {
    hour.classList.toggle("covered", inside && Math.abs(rowOf(hour) - row + 1) < 2);
  }
  for (const face of [label, document.getElementById("printed-at")]) face.textContent = written(now, board.dataset);
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
  if (stale) bar.textContent = bar.dataset.pattern.replace("{time}", written(heard, bar.dataset));
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
// The facility's time zone is named when this browser stands in another one.
const opened = new Date();
for (const note of document.querySelectorAll("[data-zone-note]")) {
  note.hidden = opened.toLocaleString("en") === opened.toLocaleString("en", { timeZone: note.dataset.zoneNote });
}

// The status chips of the board: one shows only the cards that it names. The others keep their
// place, so that their time never looks free. Nothing of it is remembered.
const only = document.getElementById("only");
const page = board?.parentNode;

function reflect() {
  const status = page.dataset.shows ?? "";
  for (const chip of page.querySelectorAll(".chip[data-only]")) chip.ariaPressed = chip.dataset.only === status;
  const words = only.firstElementChild;
  words.textContent = status && words.dataset.pattern.replace("{status}", document.querySelector(`#only-${status} span`).textContent);
  only.hidden = !status;
}

page?.addEventListener("click", ({ target }) => {
  const chip = target.closest("[data-only]");
  if (!chip) return;
  page.dataset.shows = chip.ariaPressed === "true" ? "" : chip.dataset.only;
  reflect();
});
document.addEventListener("htmx:after:swap", () => page && reflect());
