// Says a sentence to screen readers: dispatch `portal:say` with {text, now}.
document.addEventListener("portal:say", ({ detail: { text, now } }) => {
  const region = document.getElementById(now ? "say-now" : "say");
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 60);
});
