// The day board by keyboard: one tab stop, arrows between appointments and openings (pressed
// anywhere on the page they enter the board at now). C takes the next step here and on the flow.
const board = document.getElementById("board");
const spots = ".visit, .free > a";
const columns = () => [...board.querySelectorAll(".column")];
const within = (column) => [...column.querySelectorAll(spots)].filter((e) => e.checkVisibility({ visibilityProperty: true }));
// Where a card stands is its class: a1 b2 is row 12.
const rowOf = (spot) => Number(/\ba(\d+) b(\d)/.exec(spot.parentNode.className).slice(1).join(""));
let current = null;

// Without a script every visit is its own tab stop; with it, only the current one.
function arm() {
  if (!current?.isConnected) current = document.getElementById(current?.id) ?? null;
  for (const spot of board.querySelectorAll(spots)) spot.tabIndex = spot === current ? 0 : -1;
  board.tabIndex = current ? -1 : 0;
}

function land(spot) {
  if (!spot) return;
  spot.focus({ preventScroll: true });
  spot.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const nearest = (column, row) => within(column).sort((a, b) => Math.abs(rowOf(a) - row) - Math.abs(rowOf(b) - row))[0];

function neighbour(spot, key) {
  const all = columns();
  const here = all.indexOf(spot.closest(".column"));
  const list = within(all[here]);
  const side = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (side) {
    const towards = getComputedStyle(board).direction === "rtl" ? -side : side;
    for (let n = here + towards; all[n]; n += towards) if (within(all[n]).length) return nearest(all[n], rowOf(spot));
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

// Where somebody enters who was nowhere: where they were, else beside the line at now.
function entrance() {
  if (current) return current;
  const line = board.querySelector(".now:not([hidden])");
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
document.addEventListener("click", ({ target }) => {
  const button = target.closest(".next");
  if (button) take(button.previousElementSibling);
});

if (board) {
  board.addEventListener("focus", () => land(entrance()));
  document.addEventListener("keydown", (event) => {
    const nowhere = [document.body, document.getElementById("main")].includes(document.activeElement);
    if (!nowhere || !event.key.startsWith("Arrow") || event.ctrlKey || event.metaKey || event.altKey) return;
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
    spot.tabIndex = 0;
    board.tabIndex = -1;
  });
  board.addEventListener("keydown", keydown);
  document.addEventListener("htmx:after:swap", arm);
  // A poll waits while something is being moved, and in a tab that nobody looks at.
  document.addEventListener("htmx:config:request", (event) => {
    const poll = event.detail.ctx.sourceElement.matches?.("[data-poll]");
    if (poll && (document.hidden || board.matches(".moving"))) event.preventDefault();
  });
  arm();
}
