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
const instant = (row) => new Date((Number(words.opens) + row * MINUTES * 60) * 1000);
const time = (row) => new Intl.DateTimeFormat(words.clock, { timeZone: words.zone, timeStyle: "short" }).format(instant(row));

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
  move = { id: visit.id, href: visit.getAttribute("href"), name: visit.querySelector("b").textContent, span, column, row };
  move.from = { column, row: move.row, moved_from: visit.dataset.movable };
  visit.classList.add("lifted");
  board.classList.add("moving");
  place(column, move.row);
}

function taken(column, row) {
  return [...column.querySelectorAll("li.cell, li.block")].some((item) => {
    const visit = item.querySelector(".visit");
    if (visit?.id === move.id || visit?.matches(".st-no_show")) return false;
    const at = placeOf(item);
    return row < at.row + at.span && row + move.span > at.row;
  });
}

function place(column, row) {
  move.column = column;
  move.row = Math.max(0, Math.min(Number(words.rows) - move.span, row));
  move.bad = taken(column, move.row);
  mark.style.gridRow = `${move.row + 1} / span ${move.span}`;
  mark.classList.toggle("bad", move.bad);
  mark.textContent = `${time(move.row)} ${move.bad ? words.notFree : move.name}`;
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
  const { id, href, column, row, from } = move;
  end();
  if (column === from.column && row === from.row) return;
  await send(href, column, instant(row).toISOString(), from.moved_from);
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

async function paste(spot) {
  const { href, from } = carried.dataset;
  await send(href, spot.closest(".column"), spot.dataset.at ?? instant(placeOf(spot.parentNode).row).toISOString(), from);
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
  } else if (along) place(move.column, move.row + along * (event.shiftKey ? 12 : 3));
  else if (event.key === "Enter" || event.key === " ") return drop();
  else if (event.key === "Escape" || event.key === "Tab") { end(); return say(words.moveStopped); }
  else return;
  mark.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(move.bad ? words.placeTaken : words.placeFree, { time: time(move.row), doctor: move.column.dataset.name });
}

function keydown(event) {
  if (move && !drag) {
    if (event.key !== "Tab") event.preventDefault();
    event.stopImmediatePropagation();
    return steer(event);
  }
  const visit = event.target.closest(".visit[id^=visit]");
  const free = carried?.isConnected && event.target.closest(".free > a");
  if (event.key === "v" && free) return paste(free);
  if (event.key === "x" && visit && !event.ctrlKey && !event.metaKey) return cut(visit);
  if (event.key !== "m" || !visit || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (!("movable" in visit.dataset)) return say(words.cannotMove);
  begin(visit);
  say(words.moving, { name: move.name, time: time(move.row) });
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
  place(column, Math.round((event.clientY - drag.grip - box.top) / (box.height / Number(words.rows))));
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
}
