// Runs before the first paint: marks the page as scripted and applies this browser's settings.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  for (const key of ["theme", "density"]) {
    try {
      const value = localStorage.getItem(`portal.${key}`);
      if (value) root.dataset[key] = value;
    } catch { /* storage is off: the defaults stand */ }
  }
  // Whoever waits in another tab for a session hears of this one, and of its end.
  new BroadcastChannel("portal").postMessage("");
})();
