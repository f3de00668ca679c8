// Warns two minutes before the session's end, unless another tab has kept it alive. Its absolute
// end, which staying does not put off, is warned of once.
const warning = document.getElementById("idle");
let timer;

function plan(ends) {
  const early = parseInt(ends) - 120;
  const last = early <= 0 && ends.endsWith("good");
  const ask = () => htmx.ajax("GET", warning.dataset.url, { source: warning, swap: "none" });
  clearTimeout(timer);
  timer = setTimeout(ask, 1000 * (early > 0 ? early : early + 121));
  warning.toggleAttribute("data-last", last);
  if (early > 0) warning.close(); else if (!warning.open && !(last && warning.dataset.seen)) warning.showModal();
}

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const ends = ctx.response?.headers.get("X-Session-Ends");
  if (ends) plan(ends);
});
warning.addEventListener("close", () => { if ("last" in warning.dataset) warning.dataset.seen = "yes"; });
plan(warning.dataset.ends);
