// What looks broken on the page as it stands, a line each; read by test_every_screen.py.
() => {
  const MAY_SCROLL = ".table-frame, .rail, .board, .flow-board, .chips";
  const FLOATS = ".menu-list, .combo-list, .now-label, [popover], dialog";
  const WORKS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])";
  const SLACK = 1.5;
  const found = [];
  const top = [...document.querySelectorAll("dialog[open]")].pop() ?? document.body;

  const say = (what, element, more = "") => {
    const words = (element.getAttribute("aria-label") || element.innerText || element.value || "").trim();
    const kind = [element.localName, ...element.classList].join(".") + (element.id && `#${element.id}`);
    found.push(`${what}: ${kind} "${words.replace(/\s+/g, " ").slice(0, 40)}"${more}`);
  };

  const styles = new Map();
  const styleOf = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const hides = (style, axis) => /hidden|clip/.test(style[`overflow${axis}`]);
  const scrolls = (style, axis) => /auto|scroll/.test(style[`overflow${axis}`]);

  // Whether anybody can see it: not put out of sight for screen readers alone.
  const seen = new Map();
  const isSeen = (element) => {
    if (!element || element === document.documentElement) return true;
    if (!seen.has(element)) {
      const style = styleOf(element);
      seen.set(element, style.clipPath === "none" && style.opacity !== "0"
        && element.checkVisibility({ visibilityProperty: true }) && isSeen(element.parentElement));
    }
    return seen.get(element);
  };

  // What of a rectangle is left by the boxes that its element is in; null when nothing is.
  const within = (rect, element) => {
    let { left, top: above, right, bottom } = rect;
    for (let box = element; box && box !== document.documentElement; box = box.parentElement) {
      const style = styleOf(box);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = box.getBoundingClientRect();
      left = Math.max(left, edge.left); right = Math.min(right, edge.right);
      above = Math.max(above, edge.top); bottom = Math.min(bottom, edge.bottom);
    }
    return right - left > SLACK && bottom - above > SLACK ? { left, top: above, right, bottom } : null;
  };
  const overlap = (one, other) => [
    Math.min(one.right, other.right) - Math.max(one.left, other.left),
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top),
  ];

  function sideways() {
    const page = document.documentElement;
    if (page.scrollWidth > innerWidth) found.push(`the page is ${page.scrollWidth} px wide of ${innerWidth}`);
    for (const element of top.querySelectorAll("*")) {
      const wider = element.scrollWidth - element.clientWidth;
      if (wider > 1 && scrolls(styleOf(element), "X") && isSeen(element) && !element.matches(MAY_SCROLL)) {
        say("scrolls sideways", element, ` by ${wider} px`);
      }
    }
  }

  // Lines of text: each with its element and where it is.
  function* lines() {
    const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || !isSeen(element) || element.closest("option, script, style, textarea")) continue;
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) if (rect.width > SLACK) yield { element, rect };
    }
  }

  function cut({ element, rect }) {
    for (const axis of ["X", "Y"]) {
      const [from, to] = axis === "X" ? ["left", "right"] : ["top", "bottom"];
      for (let box = element; box && box !== document.body; box = box.parentElement) {
        const style = styleOf(box);
        if (scrolls(style, axis) || style.textOverflow === "ellipsis" || style.position === "fixed") break;
        const edge = box.getBoundingClientRect();
        const over = Math.max(edge[from] - rect[from], rect[to] - edge[to]);
        if (hides(style, axis) && over > (axis === "Y" ? rect.height / 4 : SLACK)) {
          return say("text is cut", element, ` by ${over.toFixed(1)} px at ${box.localName}.${box.className}`);
        }
      }
    }
  }

  // An icon whose words went to the next line and left it behind.
  function alone(all) {
    for (const icon of top.querySelectorAll(":is(li, p, dd, b, .chip) > svg.icon")) {
      const box = icon.parentElement;
      if (!isSeen(icon) || /grid/.test(styleOf(box).display)) continue;
      const words = all.filter(({ element }) => box.contains(element));
      const own = within(icon.getBoundingClientRect(), icon);
      const beside = ({ rect }) => rect.top < own.bottom && rect.bottom > own.top;
      if (own && words.length && !words.some(beside)) say("an icon alone on its line", box);
    }
  }

  function poursOut({ element, rect }) {
    const box = element.closest("button, .button, summary, .chip, th, td, label, dd, dt, li");
    if (!box || styleOf(box).display === "inline" || styleOf(box).display === "contents") return;
    const edge = box.getBoundingClientRect();
    const shown = within(rect, element);
    if (shown && (shown.left < edge.left - SLACK || shown.right > edge.right + SLACK)) say("text pours out of its box", box);
  }

  function written(all) {
    const shown = all.map((line) => ({ ...line, rect: within(line.rect, line.element) })).filter((line) => line.rect);
    shown.sort((one, other) => one.rect.top - other.rect.top);
    shown.forEach((one, at) => {
      for (let next = at + 1; next < shown.length && shown[next].rect.top < one.rect.bottom; next += 1) {
        const other = shown[next];
        const [wide, high] = overlap(one.rect, other.rect);
        const lower = Math.min(one.rect.bottom - one.rect.top, other.rect.bottom - other.rect.top);
        if (one.element !== other.element && wide > 3 && high > lower / 2 && sameLayer(one.element, other.element)) {
          say("text over text", one.element, ` and "${other.element.innerText.trim().slice(0, 40)}"`);
        }
      }
    });
  }

  // Sticky and placed things are meant to lie over what scrolls beneath them.
  const layerOf = (element) => {
    for (let box = element; box && box !== top; box = box.parentElement) {
      if (/sticky|fixed/.test(styleOf(box).position) || box.matches(FLOATS)) return box;
    }
    return top;
  };
  const sameLayer = (one, other) => layerOf(one) === layerOf(other);

  function working() {
    const all = [...top.querySelectorAll(WORKS)].filter((element) => isSeen(element)).flatMap((element) =>
      [...element.getClientRects()].map((rect) => ({ element, rect: within(rect, element) })).filter(({ rect }) => rect && rect.bottom > 0));
    all.forEach((one, at) => {
      for (const other of all.slice(at + 1)) {
        const [wide, high] = overlap(one.rect, other.rect);
        if (wide > 2 && high > 2 && one.element !== other.element && !related(one.element, other.element) && sameLayer(one.element, other.element)) {
          say("lie over each other", one.element, ` and "${(other.element.innerText || other.element.value || other.element.id || "").trim().slice(0, 40)}"`);
        }
      }
      covered(one);
    });
  }
  const related = (one, other) => one.contains(other) || other.contains(one);

  function covered({ element, rect }) {
    // What scrolled away but for a sliver is not covered: its middle lies on an edge.
    if (rect.bottom - rect.top < 4) return;
    const [x, y] = [(rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2];
    const hit = document.elementFromPoint(x, y);
    if (!hit || related(hit, element) || hit.closest("label")?.contains(element) || !sameLayer(hit, element)) return;
    if (styleOf(element).pointerEvents !== "none") say("is covered", element, ` by ${hit.localName}.${hit.className}`);
  }

  sideways();
  const all = [...lines()];
  all.forEach(cut);
  all.forEach(poursOut);
  alone(all);
  written(all);
  working();
  return [...new Set(found)];
}
