// Moving a card: by dragging, with M and arrows, or cut with X and put down with V. The server decides.
const board = document.getElementById("board");
const ROW = 300; // seconds
const words = board?.dataset ?? {};
function say(pattern, values) {
  const text = pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  document.dispatchEvent(new CustomEvent("portal:say", { detail: { text, now: true } }));
}
const columns = () => [...board.querySelectorAll(".column")];
const instant = (row) => Number(words.opens) + row * ROW;
const iso = (seconds) => new Date(seconds * 1000).toISOString();
const time = (seconds) => new Intl.DateTimeFormat(words.clock, { timeZone: words.zone, timeStyle: "short" }).format(seconds * 1000);

// Class a1 b2 c0 d3 is row 12, three rows long.
function placeOf(item) {
  const [, a, b, c, d] = /\ba(\d+) b(\d) c(\d+) d(\d)/.exec(item.className);
  return { row: Number(a + b), span: Number(c + d) };
}

// Where an appointment may be put down on this day: each doctor's openings, in seconds; or unknown.
function openingsOf(href) {
  const headers = { "X-CSRFToken": document.getElementById("csrf-token").content };
  return fetch(`${href}/openings?date=${words.date}`, { headers }).then((answer) => answer.json()).catch(() => {});
}

const mark = document.createElement("li");
mark.ariaHidden = "true";
let move = null;

function begin(visit) {
  const { row, span } = placeOf(visit.parentNode);
  const column = visit.closest(".column");
  const href = visit.getAttribute("href");
  const from = { column, row, moved_from: visit.dataset.movable };
  const mine = move = { id: visit.id, href, name: visit.querySelector("b").textContent, span, from };
  visit.classList.add("lifted");
  board.classList.add("moving");
  place(column, row);
  // Unknown at first.
  move.ready = openingsOf(href).then((openings) => {
    mine.openings = openings;
    if (move === mine) place(move.column, move.row);
  });
}

// Where it may be dropped, its own place among them: rows and instants.
function rowsOf(column) {
  const rows = (move.openings?.[column.dataset.doctor] ?? []).map((at) => [Math.floor((at - words.opens) / ROW), at]);
  if (column === move.from.column) rows.push([move.from.row, instant(move.from.row)]);
  return rows.filter(([row]) => row < words.rows).sort(([a], [b]) => a - b);
}

// On the nearest of them; beyond reach it is not possible.
function place(column, row, reach = Infinity) {
  const far = ([at]) => Math.abs(at - row);
  const [near] = move.openings ? rowsOf(column).sort((a, b) => far(a) - far(b)) : [];
  const fits = near && far(near) <= reach;
  move.column = column;
  move.bad = move.openings && !fits;
  move.row = fits ? near[0] : Math.max(0, Math.min(Number(words.rows) - move.span, row));
  move.at = fits ? near[1] : instant(move.row);
  mark.style.gridRow = `${move.row + 1} / span ${move.span}`;
  mark.className = move.bad ? "drop bad" : "drop";
  mark.textContent = `${time(move.at)} ${move.bad ? words.notFree : move.name}`;
  column.querySelector("ol").append(mark);
}

function end() {
  mark.remove();
  if (move) document.getElementById(move.id)?.classList.remove("lifted");
  board.classList.remove("moving");
  move = null;
}

async function drop() {
  const { id, href, column, row, at, from } = move;
  end();
  if (column === from.column && row === from.row) return;
  await send(href, column, iso(at), from.moved_from);
  document.getElementById(id)?.focus();
}

const send = (href, column, start_at, moved_from) =>
  htmx.ajax("POST", `${href}/move`, { source: board, swap: "none", values: { doctor_id: column.dataset.doctor, start_at, moved_from } });

// It is in the address, and so comes along to other days.
const carried = document.getElementById("carried");

function cut(visit, day = location) {
  if (!("movable" in visit.dataset)) return say(words.cannotMove);
  const url = new URL(day.href);
  url.searchParams.set("moving", visit.id.replace("visit-", ""));
  location.href = url;
}

const startOf = (spot) => spot.dataset.at ? Date.parse(spot.dataset.at) / 1000 : instant(placeOf(spot.parentNode).row);

async function paste(spot) {
  const { href, from } = carried.dataset;
  await send(href, spot.closest(".column"), iso(startOf(spot)), from);
  document.getElementById(href.replace(/.*\//, "visit-"))?.focus();
}

// What it does not fit into is not shown meanwhile; asked again when the board has changed.
let possible;
function show() {
  for (const spot of board.querySelectorAll(".free > a")) {
    spot.hidden = carried.isConnected && possible && !possible[spot.closest(".column").dataset.doctor]?.includes(startOf(spot));
  }
}
function offer() {
  if (!carried) return;
  show();
  if (carried.isConnected) openingsOf(carried.dataset.href).then((openings) => { possible = openings; show(); alight(); });
}

// Whoever came along by a key is where it fits first; where it fits nowhere, on the card itself.
function alight() {
  const fits = [...board.querySelectorAll(".free > a:not([hidden])")].sort((a, b) => startOf(a) - startOf(b));
  if (document.activeElement === document.body) (fits[0] ?? document.getElementById(carried.dataset.href.replace(/.*\//, "visit-")))?.focus();
}

function putDown({ detail: { ctx } }) {
  if (!carried?.isConnected || ctx.request.action !== `${carried.dataset.href}/move` || ctx.response.status >= 400) return;
  history.replaceState(null, "", carried.querySelector("[data-key]").href);
  for (const link of document.querySelectorAll("a[href*=moving]")) link.href = link.href.replace(/[?&]moving=\d+/, "");
  document.querySelector("[name=moving]").remove();
  document.querySelector(".carrying").classList.remove("carrying");
  carried.remove();
}

function steer(event) {
  const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const along = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (side) {
    const all = columns();
    const rtl = getComputedStyle(board).direction === "rtl";
    place(all[all.indexOf(move.column) + (rtl ? -side : side)] ?? move.column, move.row);
  } else if (along) {
    const rows = rowsOf(move.column).map(([row]) => row);
    const least = move.row + along * (event.shiftKey ? 12 : 1);
    const next = along > 0 ? rows.find((row) => row >= least) : rows.findLast((row) => row <= least);
    place(move.column, next ?? move.row);
  }
  else if (event.key === "Enter" || event.key === " ") return drop();
  else if (/[[\]]/.test(event.key)) return cut(document.getElementById(move.id), document.querySelector(`.joined [data-key="${event.key}"]`));
  else if (event.key === "Escape" || event.key === "Tab") { end(); return say(words.moveStopped); }
  else return;
  mark.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(move.bad ? words.placeTaken : words.placeFree, { time: time(move.at), doctor: move.column.dataset.name });
}

function keydown(event) {
  if (move && !drag) {
    if (event.key !== "Tab") event.preventDefault();
    event.stopImmediatePropagation();
    return move.ready.then(() => move && steer(event));
  }
  const visit = event.target.closest(".visit[id^=visit]");
  const free = carried?.isConnected && event.target.closest(".free > a");
  if (event.key === "v" && free) return paste(free);
  if (event.key === "x" && visit && !event.ctrlKey && !event.metaKey) return cut(visit);
  if (event.key !== "m" || !visit || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (!("movable" in visit.dataset)) return say(words.cannotMove);
  begin(visit);
  say(words.moving, { name: move.name, time: time(move.at) });
}

let drag = null;
let dropped = false;

function pointerdown(event) {
  const visit = event.target.closest(".visit[data-movable]");
  if (!visit || event.button || event.pointerType === "touch") return;
  drag = { visit, x: event.clientX, y: event.clientY, grip: event.clientY - visit.getBoundingClientRect().top, pointer: event.pointerId };
}

function pointermove(event) {
  if (!drag) return;
  if (!move) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
    begin(drag.visit);
    board.setPointerCapture(drag.pointer);
  }
  const boxes = columns().map((column) => [column, column.getBoundingClientRect()]);
  const [column, box] = boxes.find(([, b]) => event.clientX >= b.left && event.clientX < b.right) ?? boxes.find(([c]) => c === move.column);
  place(column, Math.round((event.clientY - drag.grip - box.top) / (box.height / Number(words.rows))), Math.max(3, move.span / 2));
  const frame = board.getBoundingClientRect();
  if (event.clientY > frame.bottom - 40) board.scrollTop += 12;
  else if (event.clientY < frame.top + 90) board.scrollTop -= 12;
}

function pointerup(event) {
  if (drag && move) {
    dropped = true;
    setTimeout(() => { dropped = false; });
    if (event.type === "pointerup") drop(); else end();
  }
  drag = null;
}

if (board) {
  window.addEventListener("keydown", (event) => { if (board.contains(event.target)) keydown(event); }, true);
  const hand = { pointerdown, pointermove, pointerup, pointercancel: pointerup };
  for (const name in hand) board.addEventListener(name, hand[name]);
  board.addEventListener("dragstart", (event) => event.preventDefault());
  // Letting go of a card is not opening it.
  window.addEventListener("click", (event) => {
    const free = carried?.isConnected && event.target.closest(".free > a");
    if (!dropped && !free) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (free) paste(free);
  }, true);
  document.addEventListener("htmx:after:request", putDown);
  document.addEventListener("htmx:after:swap", offer);
  offer();
}
