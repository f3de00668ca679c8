// Names the facility's time zone when this browser stands in another one.
for (const note of document.querySelectorAll("[data-zone-note]")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const offset = (zone) => new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" })
    .formatToParts(new Date()).find((part) => part.type === "timeZoneName").value;
  note.hidden = offset(here) === offset(note.dataset.zoneNote);
}
