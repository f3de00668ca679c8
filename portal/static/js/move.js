// Moving an appointment on the day board: by dragging, with M, arrows and Enter, or carried to another
// day: X cuts, V puts it into an opening. The form in its dialog does the same without any of these.
// The server decides; this only shows where it would land.
const board = document.getElementById("board");
const MINUTES = 5;
const words = board?.dataset ?? {};
// Says a pattern of the board's data attributes, its {places} filled.
function say(pattern, values) {
  const text = pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  document.dispatchEvent(new CustomEvent("portal:say", { detail: { text, now: true } }));
}
const columns = () => [...board.querySelectorAll(".column")];
const instant = (row) => Number(words.opens) + row * MINUTES * 60;
const iso = (seconds) => new Date(seconds * 1000).toISOString();
const time = (seconds) => new Intl.DateTimeFormat(words.clock, { timeZone: words.zone, timeStyle: "short" }).format(seconds * 1000);
// Each doctor's openings for it, in seconds; null when nobody knows.
const ask = (href) => fetch(`${href}/openings?date=${words.date}`).then((answer) => answer.json()).catch(() => null);

// Where a card stands is its class: a1 b2 c0 d3 is row 12, three rows long.
function placeOf(item) {
  const [, a, b, c, d] = /\ba(\d+) b(\d) c(\d+) d(\d)/.exec(item.className);
  return { row: Number(a + b), span: Number(c + d) };
}

const mark = document.createElement("li");
mark.className = "drop";
mark.ariaHidden = "true";
let move = null;

function begin(visit) {
  const { row, span } = placeOf(visit.parentNode);
  const column = visit.closest(".column");
  const href = visit.getAttribute("href");
  const mine = move = { id: visit.id, href, name: visit.querySelector("b").textContent, span, column, row, pointed: row };
  move.from = { column, row, moved_from: visit.dataset.movable };
  visit.classList.add("lifted");
  board.classList.add("moving");
  place(column, row);
  move.ready = ask(href).then((openings) => {
    mine.openings = openings;
    if (move === mine) place(move.column, move.pointed, move.reach);
  });
}

// The rows where it may be dropped, its own among them, with their instants.
function rowsOf(column) {
  if (!move.openings) return [];
  const rows = (move.openings[column.dataset.doctor] ?? []).map((at) => [Math.floor((at - words.opens) / 60 / MINUTES), at]);
  if (column === move.from.column) rows.push([move.from.row, instant(move.from.row)]);
  return rows.filter(([row]) => row < words.rows).sort(([a], [b]) => a - b);
}

// On the nearest of them; beyond reach it is not possible.
function place(column, row, reach = Infinity) {
  const far = ([at]) => Math.abs(at - row);
  const [near] = rowsOf(column).sort((a, b) => far(a) - far(b));
  const fits = near && far(near) <= reach;
  Object.assign(move, { column, reach, pointed: row, bad: !!move.openings && !fits });
  move.row = fits ? near[0] : Math.max(0, Math.min(Number(words.rows) - move.span, row));
  move.at = fits ? near[1] : instant(move.row);
  mark.style.gridRow = `${move.row + 1} / span ${move.span}`;
  mark.classList.toggle("bad", move.bad);
  mark.textContent = `${time(move.at)} ${move.bad ? words.notFree : move.name}`;
  const list = column.querySelector("ol");
  if (mark.parentNode !== list) list.append(mark);
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

// What is carried is in the address, so that it comes along to other days.
const carried = document.getElementById("carried");

function cut(visit) {
  if (!("movable" in visit.dataset)) return say(words.cannotMove);
  const url = new URL(location.href);
  url.searchParams.set("moving", visit.id.replace("visit-", ""));
  location.href = url;
}

const startOf = (spot) => (spot.dataset.at ? Date.parse(spot.dataset.at) / 1000 : instant(placeOf(spot.parentNode).row));

// Lit is where it may be put down.
async function light() {
  const openings = await ask(carried.dataset.href);
  for (const spot of board.querySelectorAll(".free > a"))
    spot.parentNode.classList.toggle("fits", !openings || !!openings[spot.closest(".column").dataset.doctor]?.includes(startOf(spot)));
}

async function paste(spot) {
  const { href, from } = carried.dataset;
  await send(href, spot.closest(".column"), iso(startOf(spot)), from);
  document.getElementById(href.replace(/.*\//, "visit-"))?.focus();
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
    place(move.column, next ?? (move.openings ? move.row : move.row + along * 3));
  }
  else if (event.key === "Enter" || event.key === " ") return drop();
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
  board.addEventListener("pointerdown", pointerdown);
  board.addEventListener("pointermove", pointermove);
  board.addEventListener("pointerup", pointerup);
  board.addEventListener("pointercancel", pointerup);
  board.addEventListener("dragstart", (event) => event.preventDefault());
  // Before any other click listener: letting go of a card is not opening it.
  window.addEventListener("click", (event) => {
    const free = carried?.isConnected && event.target.closest(".free > a");
    if (!dropped && !free) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (free) paste(free);
  }, true);
  document.addEventListener("htmx:after:request", putDown);
  if (carried) light();
}
