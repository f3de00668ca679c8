// A board that has lost its server says so, and since when; the next answer takes that back.
const bar = document.getElementById("stale");
let failed = 0;
let heard = Date.now();

const isPoll = ({ detail: { ctx } }) => ctx?.sourceElement?.matches?.("[data-poll]");

function reflect() {
  const stale = failed > 1;
  bar.hidden = !stale;
  document.body.classList.toggle("is-stale", stale);
  if (!stale) return;
  const { clock, zone, pattern } = bar.dataset;
  const time = new Intl.DateTimeFormat(clock, { timeZone: zone, timeStyle: "short" }).format(heard);
  bar.textContent = pattern.replace("{time}", time);
}

function lost(event) {
  if (!isPoll(event)) return;
  failed += 1;
  reflect();
}

document.addEventListener("htmx:error", lost);
document.addEventListener("htmx:response:error", lost);
document.addEventListener("htmx:after:request", (event) => {
  if (!(event.detail.ctx?.response?.status < 400)) return;
  [failed, heard] = [0, Date.now()];
  reflect();
});
