// Runs before the first paint: marks the page as scripted and applies this browser's settings.
(() => {
  const { dataset } = document.documentElement;
  dataset.js = "";
  try {
    for (const key of ["theme", "density"]) {
      const value = localStorage.getItem(`portal.${key}`);
      if (value) dataset[key] = value;
    }
    // Who waits in another tab for a session, or for its end, hears that there is a page.
    localStorage.setItem("portal.page", Date.now());
  } catch { /* storage is off: the defaults stand */ }
})();
