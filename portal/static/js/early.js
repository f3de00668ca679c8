// Runs before the first paint: marks the page as scripted and applies this browser's settings.
(() => {
  const { dataset } = document.documentElement;
  dataset.js = "";
  for (const key of ["theme", "density"]) {
    try {
      const value = localStorage.getItem(`portal.${key}`);
      if (value) dataset[key] = value;
    } catch { /* storage is off: the defaults stand */ }
  }
})();
// Who waits in another tab hears of a session and its end.
new BroadcastChannel("portal").postMessage("");
