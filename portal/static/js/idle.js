// Warns two minutes before the session's idle end, unless another tab has kept it alive.
const warning = document.getElementById("idle");
let timer;

function plan(left) {
  const early = left - 120;
  const ask = () => htmx.ajax("GET", warning.dataset.url, { source: warning, swap: "none" });
  clearTimeout(timer);
  timer = setTimeout(ask, 1000 * (early > 0 ? early : left + 1));
  if (early > 0) warning.close(); else if (!warning.open) warning.showModal();
}

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const left = ctx.response?.headers.get("X-Session-Ends");
  if (left) plan(+left);
});
plan(+warning.dataset.ends);
