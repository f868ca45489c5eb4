"use strict";
/* One photo is a row [id, path, url, name, width, height, kind, confidence, grade, findings, shapes,
   crops, words, head, ends]; build.py writes them. The ends are the starting point and the sum, [name,
   number, reason] each. Texts only ever become text nodes. */
const gallery = (() => {
  const KINDS = ["headshot", "portrait", "other"], LAYERS = ["face", "head", "body", "crop"];
  const find = (id) => document.getElementById(id);
  const percent = (value) => value > 0.99 ? "over 99 %" : `${Math.round(100 * value)} %`;
  const plain = (value) => String(value).replaceAll("_", " ");
  const make = (tag, attributes = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const NAMES = ["id", "path", "url", "name", "width", "height", "kind", "confidence", "grade",
    "findings", "shapes", "crops", "words", "head", "ends"];
  const photos = JSON.parse(find("photos").textContent).map((row, at) => {
    const photo = { at };
    NAMES.forEach((name, i) => { photo[name] = row[i]; });
    photo.values = Object.fromEntries(photo.findings.map(([name, value]) => [name, value]));
    return photo;
  });
  const thumbs = new Array(photos.length), near = new Set();
  const grid = find("grid"), filters = find("filters"), view = find("view");
  const store = "phototag corrections " + location.pathname;
  let corrections = new Map(), shown = [], current = -1, drawn = true;
  const layers = { face: true, head: true, body: true, crop: true };

  /* ---------------------------------------------------------------- tiles */
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const at = Number(entry.target.dataset.at);
      if (entry.isIntersecting) { near.add(at); show(at); } else near.delete(at);
    }
  }, { rootMargin: "600px" });
  const tiles = photos.map((photo) => {
    const image = make("img", { alt: "", width: 150, height: 150, decoding: "async" });
    const kind = make("span", { class: "kind" });
    const tile = make("div", { class: "tile", role: "option", tabindex: "-1", "data-at": photo.at,
      "aria-selected": "false" }, image, make("span", { class: "about" }, kind,
      make("span", {}, percent(photo.confidence))), make("span", { class: "name" }, photo.name));
    watcher.observe(tile);
    return tile;
  });
  function show(at) {
    const image = tiles[at].firstChild;
    if (thumbs[at] && !image.hasAttribute("src")) image.src = source(at);
  }
  const source = (at) => thumbs[at] ? "data:image/webp;base64," + thumbs[at] : "";
  function label(at) {
    const photo = photos[at], now = kindOf(photo), tile = tiles[at], kind = tile.querySelector(".kind");
    kind.textContent = now;
    kind.className = "kind " + now;
    tile.classList.toggle("corrected", corrections.has(photo.id));
    const how = corrections.has(photo.id) ? "corrected by you" : percent(photo.confidence) + " sure";
    tile.setAttribute("aria-label", `${photo.name}, ${now}, ${how}`);
  }
  const kindOf = (photo) => corrections.get(photo.id) ?? photo.kind;

  /* -------------------------------------------------------------- filters */
  const ORDERS = {
    doubt: (a, b) => a.confidence - b.confidence,
    sure: (a, b) => b.confidence - a.confidence,
    head: (a, b) => b.head - a.head,
    name: (a, b) => a.path < b.path ? -1 : 1,
  };
  function apply() {
    const asked = Object.fromEntries(new FormData(filters));
    const text = asked.text.toLowerCase();
    shown = photos.filter((photo) => {
      for (const select of filters.querySelectorAll("select")) {
        if (select.name === "sort" || !select.value) continue;
        const value = select.name === "kind" ? kindOf(photo)
          : select.name === "corrected" ? (corrections.has(photo.id) ? "yes" : "no")
          : photo.values[select.name] ?? "undecided";
        if (value !== select.value) return false;
      }
      const sure = 100 * photo.confidence;
      return sure >= Number(asked.least) && sure <= Number(asked.most) &&
        (!text || photo.path.toLowerCase().includes(text));
    }).sort((a, b) => ORDERS[asked.sort](a, b) || a.at - b.at);
    grid.replaceChildren(...shown.map((photo) => tiles[photo.at]));
    for (const output of filters.querySelectorAll("output"))
      output.textContent = output.previousElementSibling.value + " %";
    find("count").textContent = shown.length === photos.length ? `${photos.length} photos`
      : `${shown.length} of ${photos.length} photos`;
    find("empty").hidden = shown.length > 0;
    select(Math.min(Math.max(current, 0), shown.length - 1), false);
  }
  function select(place, focus = true) {
    for (const tile of grid.querySelectorAll('[aria-selected="true"], [tabindex="0"]')) {
      tile.setAttribute("aria-selected", "false");
      tile.tabIndex = -1;
    }
    current = place;
    if (place < 0 || place >= shown.length) return;
    const tile = tiles[shown[place].at];
    tile.setAttribute("aria-selected", "true");
    tile.tabIndex = 0;
    if (focus) { tile.focus({ preventScroll: true }); tile.scrollIntoView({ block: "nearest" }); }
    if (view.open) fill(shown[place]);
  }
  const step = (by) => select(Math.min(Math.max(current + by, 0), shown.length - 1));
  function columns() {
    const first = grid.firstChild?.offsetTop;
    let count = 0;
    for (const tile of grid.children) { if (tile.offsetTop !== first) break; count += 1; }
    return Math.max(count, 1);
  }

  /* ------------------------------------------------------------ one photo */
  function fill(photo) {
    find("view-title").textContent = photo.name;
    const large = find("large");
    large.alt = `${photo.name}: ${kindOf(photo)}`;
    large.onerror = null;
    large.src = source(photo.at);
    if (photo.url) {
      /* The file itself, where it still lies there and the browser can show it. */
      const whole = new Image();
      whole.onload = () => { if (shown[current] === photo) large.src = whole.src; };
      whole.src = photo.url;
    }
    const stage = find("stage"), ratio = photo.width / photo.height;
    stage.style.aspectRatio = String(ratio);
    stage.style.width = `min(100%, calc((94vh - 11rem) * ${ratio}))`;
    draw(photo);
    explain(photo);
  }
  function draw(photo) {
    const over = find("over"), chosen = find("layers").querySelector("input[name=crop]:checked");
    over.replaceChildren();
    over.style.display = drawn ? "" : "none";
    for (const [layer, points, closed, title, name] of photo.shapes) {
      if (!layers[layer] || (layer === "crop" && name !== (chosen?.value ?? ""))) continue;
      const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
      group.setAttribute("class", layer);
      for (const part of ["under", "line"]) {
        const line = document.createElementNS("http://www.w3.org/2000/svg", closed ? "polygon" : "polyline");
        line.setAttribute("class", part);
        line.setAttribute("points", points.join(" "));
        group.append(line);
      }
      const words = document.createElementNS("http://www.w3.org/2000/svg", "title");
      words.textContent = title;
      group.append(words);
      over.append(group);
    }
  }
  function layerSwitches(photo) {
    const field = find("layers");
    const before = field.querySelector("input[name=crop]:checked")?.value;
    field.replaceChildren(field.firstElementChild);
    for (const layer of LAYERS.slice(0, 3)) {
      const box = make("input", { type: "checkbox" });
      box.checked = layers[layer];
      box.onchange = () => { layers[layer] = box.checked; draw(photo); };
      field.append(make("label", {}, box, " " + layer));
    }
    const names = ["", ...photo.crops.map((crop) => crop[0])];
    const wanted = names.includes(before) ? before : (photo.crops.find((crop) => crop[4]) ?? [""])[0];
    for (const name of names) {
      const radio = make("input", { type: "radio", name: "crop", value: name });
      radio.checked = name === wanted;
      radio.onchange = () => draw(photo);
      field.append(make("label", {}, radio, name ? ` ${name}` : " no crop"));
    }
  }
  function explain(photo) {
    layerSwitches(photo);
    draw(photo);
    const now = kindOf(photo), facts = find("facts");
    const grade = photo.grade ? `, ${photo.grade}` : "";
    const verdict = make("p", { class: "verdict" }, make("strong", { class: "kind " + now }, now),
      corrections.has(photo.id) ? ` (corrected; phototag says ${photo.kind}, ${percent(photo.confidence)} sure)`
        : `${grade}, ${percent(photo.confidence)} sure`);
    const again = make("div", { class: "again", role: "group", "aria-label": "It is" });
    for (const kind of KINDS) {
      const button = make("button", { type: "button", "data-kind": kind,
        "aria-pressed": String(corrections.get(photo.id) === kind) }, `It is ${kind === "other" ? "something else" : "a " + kind}`);
      button.onclick = () => correct(photo, kind);
      again.append(button);
    }
    const [start, total] = photo.ends;
    const most = Math.max(1, ...[start[1], total[1], ...photo.findings.map((finding) => finding[3])].map(Math.abs));
    const bars = make("ul", { class: "bars" });
    const line = (name, number, ...about) => {
      const bar = make("span", { class: number < 0 ? "bar against" : "bar" });
      const width = 50 * Math.abs(number) / most;
      bar.style.width = `${width}%`;
      bar.style.left = `${number < 0 ? 50 - width : 50}%`;
      const item = make("li", {}, make("div", { class: "top" }, make("span", {}, name),
        make("span", { class: "track" }, bar),
        make("span", { class: "number" }, number ? (number > 0 ? "+" : "\u2212") + Math.abs(number).toFixed(1) : "0")),
      make("p", { class: "reason" }, ...about));
      bars.append(item);
      return item;
    };
    /* The numbers add up as they stand: build.py has seen to it. */
    line(...start);
    for (const [name, value, status, number, , reason] of photo.findings) {
      const said = value === null ? status.replace("_", " ") : plain(value);
      line(name, number, make("b", {}, said), ` \u2013 ${reason}`);
    }
    line(...total).className = "total";
    const crops = make("ul", { class: "crops" });
    for (const [name, ratio, wide, high, best, reason] of photo.crops)
      crops.append(make("li", {}, `${name}, ${ratio}, ${wide} \u00d7 ${high} px${best ? " (recommended)" : ""}: ${reason}`));
    const words = make("ul", { class: "words" }, ...photo.words.map((word) => make("li", {}, word)));
    facts.replaceChildren(verdict, again, make("h3", {}, "What counts for and against a headshot"),
      make("p", { class: "keys", "aria-hidden": "true" }, make("span", {}, "portrait"), make("span", {}, "headshot")),
      bars, make("h3", {}, "Keywords"), photo.words.length ? words : make("p", {}, "none"),
      make("h3", {}, "Crops"), photo.crops.length ? crops : make("p", {}, "none"),
      make("p", { class: "reason" }, photo.path));
    facts.scrollTop = 0;
  }
  function open(place) {
    select(place);
    if (place < 0 || place >= shown.length) return;
    view.showModal();
    fill(shown[place]);
  }

  /* ---------------------------------------------------------- corrections */
  function correct(photo, kind) {
    if (!kind || corrections.get(photo.id) === kind || kind === photo.kind) corrections.delete(photo.id);
    else corrections.set(photo.id, kind);
    try { localStorage.setItem(store, JSON.stringify([...corrections])); } catch { /* not kept */ }
    for (const same of photos) if (same.id === photo.id) label(same.at);  /* copies of the same picture */
    tally();
    if (view.open && shown[current] === photo) explain(photo);
  }
  function tally() {
    find("corrected").textContent = corrections.size;
    find("corrections").hidden = corrections.size === 0;
  }
  function exported() {
    const rows = photos.filter((photo) => corrections.has(photo.id)).map((photo) => ({
      path: photo.path, picture: photo.id, was: photo.kind, is: corrections.get(photo.id) }));
    return JSON.stringify({ schema: 1, what: "phototag corrections", corrections: rows }, null, 1) + "\n";
  }
  function save() {
    const link = make("a", { download: "corrections.json",
      href: URL.createObjectURL(new Blob([exported()], { type: "application/json" })) });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  /* ----------------------------------------------------------------- keys */
  const LETTERS = { h: "headshot", p: "portrait", o: "other" };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search], input[type=range], select");
    if (event.ctrlKey || event.metaKey || event.altKey || (typing && event.key !== "Escape")) return;
    if (find("help").open) return;
    const photo = shown[current], modal = view.open;
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: modal ? 1 : columns(), ArrowUp: modal ? -1 : -columns() };
    if (event.target.matches("input[type=radio]") && event.key in moves) return;
    if (event.key in moves) step(moves[event.key]);
    else if (event.key === "Home" && !modal) select(0);
    else if (event.key === "End" && !modal) select(shown.length - 1);
    else if (event.key === "Enter" && !modal && event.target.closest(".tile")) open(current);
    else if (photo && event.key in LETTERS) correct(photo, LETTERS[event.key]);
    else if (photo && event.key === "Backspace") correct(photo, null);
    else if (event.key === "d" && modal) { drawn = !drawn; draw(photo); }
    else if (event.key === "/" && !modal) filters.elements.text.focus();
    else if (event.key === "?") find("help").showModal();
    else return;
    event.preventDefault();
  });
  grid.addEventListener("click", (event) => {
    const tile = event.target.closest(".tile");
    if (tile) open(shown.indexOf(photos[Number(tile.dataset.at)]));
  });
  find("close").onclick = () => view.close();
  find("next").onclick = () => step(1);
  find("previous").onclick = () => step(-1);
  view.addEventListener("close", () => select(current));
  find("help-open").onclick = () => find("help").showModal();
  find("help-close").onclick = () => find("help").close();
  find("export").onclick = save;
  find("discard").onclick = () => { for (const photo of photos) if (corrections.has(photo.id)) correct(photo, null); };
  find("clear").onclick = () => filters.reset();
  filters.addEventListener("input", apply);
  /* Some set a choice without an input event; a text field's change would come with the next click. */
  for (const select of filters.querySelectorAll("select")) select.addEventListener("change", apply);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(apply));

  /* ---------------------------------------------------------------- start */
  function theme(dark) {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    find("theme").setAttribute("aria-pressed", String(dark));
  }
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  theme(preferred.matches);
  preferred.addEventListener("change", () => theme(preferred.matches));
  find("theme").onclick = () => theme(document.documentElement.dataset.theme !== "dark");
  try { corrections = new Map(JSON.parse(localStorage.getItem(store) ?? "[]")); } catch { /* none kept */ }
  photos.forEach((photo) => label(photo.at));
  tally();
  apply();
  requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.ready = performance.now().toFixed(0); }));

  return {
    /* The rest of the page hands the pictures over as it is read. */
    thumbs(first, pictures) {
      pictures.forEach((picture, i) => {
        thumbs[first + i] = picture;
        if (near.has(first + i)) show(first + i);
      });
      if (view.open && current >= 0 && !find("large").getAttribute("src")) fill(shown[current]);
    },
    exported,
    at: (place) => shown[place],
  };
})();
