// What a careful eye would find on the page as it stands, as sentences; nothing found is an empty list.
({ touch, keys }) => {
  const found = [];
  const width = document.documentElement.clientWidth;
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  const root = dialog ?? document.body;
  const all = (selector) => [...root.querySelectorAll(selector)].filter(seen);
  const name = (element) => {
    const words = (element.getAttribute("aria-label") ?? element.innerText ?? "").trim().replace(/\s+/g, " ");
    return `${element.localName}${element.className?.baseVal === undefined && element.className ? "." + element.className.replaceAll(" ", ".") : ""} "${words.slice(0, 40)}"`;
  };

  function seen(element) {
    if (!element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return false;
    return !forEars(element);
  }

  // Kept off the screen on purpose, for screen readers or until it has the focus.
  function forEars(element) {
    for (let up = element; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.clipPath !== "none") return true;
      if (up === document.body) return false;
    }
    return false;
  }

  function wide() {
    const page = document.scrollingElement;
    if (page.scrollWidth <= width + 1) return;
    const far = all("*").filter((element) => element.getBoundingClientRect().right > width + 1).slice(0, 3);
    found.push(`scrolls sideways: ${page.scrollWidth} px in ${width} px (${far.map(name).join(", ")})`);
  }

  function cutTexts() {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const owner = node.parentElement;
      if (!node.data.trim() || !owner || owner.closest("option, noscript, script, template") || !seen(owner)) continue;
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) if (rect.width > 1) clipped(owner, rect, node.data.trim());
    }
  }

  function clipped(owner, rect, text) {
    for (let box = owner; box; box = box.parentElement) {
      const style = getComputedStyle(box);
      const frame = box.getBoundingClientRect();
      const sideways = style.overflowX !== "visible";
      if (sideways && (rect.right > frame.right + 1.5 || rect.left < frame.left - 1.5)) {
        // A long name may end in dots where a person's own words are shown, and lists may be pushed along.
        if (style.textOverflow !== "ellipsis" && style.overflowX !== "auto") found.push(`cut at the side: "${text.slice(0, 40)}" in ${name(box)}`);
        else if (style.textOverflow === "ellipsis" && box.closest("button, h1, h2, label, .btn")) found.push(`a control's words end in dots: "${text.slice(0, 40)}"`);
        return;
      }
      if (style.overflowY === "hidden" && (rect.bottom > frame.bottom + 2 || rect.top < frame.top - 2)) {
        found.push(`cut at the edge: "${text.slice(0, 40)}" in ${name(box)}`);
        return;
      }
      if (style.overflowY === "auto" || style.overflowY === "scroll") return;
      if (style.position === "fixed") break;
    }
    if (rect.right > width + 1 || rect.left < -1) found.push(`out of the screen: "${text.slice(0, 40)}"`);
  }

  const CONTROLS = "button, a[href], input:not([type=hidden]), select, textarea, summary";

  // The area that takes the press: a choice's label counts with its box.
  function target(element) {
    const label = element.matches("input[type=checkbox], input[type=radio]") && element.closest("label");
    return (label || element).getBoundingClientRect();
  }

  function inSentence(element) {
    return element.localName === "a" && getComputedStyle(element).display === "inline" && element.closest("p, li, label") !== null;
  }

  function smallTargets() {
    const least = touch ? 44 : 36;
    for (const element of all(CONTROLS)) {
      if (inSentence(element)) continue;
      const { width: across, height } = target(element);
      if (across < least - 0.6 || height < least - 0.6) found.push(`target of ${Math.round(across)} × ${Math.round(height)} px: ${name(element)}`);
    }
  }

  function inSight(element) {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    for (let box = element.parentElement; box; box = box.parentElement) {
      if (getComputedStyle(box).overflowY === "visible") continue;
      const frame = box.getBoundingClientRect();
      if (bottom > frame.bottom + 1 || top < frame.top - 1 || right > frame.right + 1 || left < frame.left - 1) return false;
    }
    return true;
  }

  function overlaps() {
    const controls = all(CONTROLS).filter(inSight);
    for (const [index, one] of controls.entries())
      for (const other of controls.slice(index + 1)) {
        if (one.contains(other) || other.contains(one)) continue;
        if (one.closest("label") && one.closest("label") === other.closest("label")) continue;
        if (one.parentElement === other.parentElement && one.parentElement.classList.contains("secret")) continue;
        // An open menu lies over what is below it.
        if (one.closest(".menu-in, .newer") || other.closest(".menu-in, .newer")) continue;
        const [a, b] = [target(one), target(other)];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 1) found.push(`${name(one)} lies over ${name(other)}`);
      }
  }

  function headings() {
    const heads = [...root.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((head) => head.checkVisibility());
    const firsts = heads.filter((head) => head.localName === "h1").length;
    if (!(dialog && firsts === 0) && firsts !== 1) found.push(`${firsts} first headings: ${heads.map(name).join(", ")}`);
    let level = dialog ? 0 : 1;
    for (const head of heads) {
      const own = Number(head.localName[1]);
      if (!dialog && own > level + 1) found.push(`heading ${name(head)} skips a level`);
      if (!head.textContent.trim()) found.push(`an empty heading ${head.localName}`);
      level = own;
    }
  }

  function keysShown() {
    const known = new Set(keys);
    const texts = [document.title, document.body.innerText];
    for (const element of document.body.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
      for (const attribute of ["aria-label", "placeholder", "title", "alt"]) texts.push(element.getAttribute(attribute) ?? "");
    for (const text of texts) {
      for (const word of text.split(/[\s,;:()"]+/)) if (known.has(word)) found.push(`a key instead of a text: ${word}`);
      const hole = text.match(/\{\w+\}|undefined|\bNaN\b|\[object/);
      if (hole) found.push(`an unfilled place: ${hole[0]}`);
    }
  }

  wide();
  cutTexts();
  smallTargets();
  overlaps();
  headings();
  keysShown();
  return [...new Set(found)];
};
