/** The thumbnails: only those in sight are elements of the page, however many photos there are. */

/** @import { Photo } from "./rows.js" */
/** @import { Selection } from "./selection.js" */
import { make } from "./dom.js";
import { frameOf, isDecided, kindOf } from "./rows.js";
import { percent, saidAndThought } from "./words.js";

const GAP = 10; // px between tiles
const CAPTION = 46; // px below a thumbnail
const AHEAD = 600; // px above and below what is in sight

/**
 * What the grid shows.
 *
 * @typedef {object} Model
 * @property {readonly Photo[]} shown
 * @property {Selection} selection
 * @property {(photo: Photo) => string} thumb address of the reduced picture; empty as long as there is none
 * @property {string} sheet the profile to whose crop each thumbnail is cut; empty: the whole photo
 */

export class Grid {
  #element;
  #model;
  /** @type {Map<Photo, HTMLElement>} */
  #tiles = new Map();
  #size = 150;
  #width = 150;
  columns = 1;

  /** @param {HTMLElement} element @param {Model} model */
  constructor(element, model) {
    this.#element = element;
    this.#model = model;
    new ResizeObserver(() => this.layOut()).observe(element);
    addEventListener("scroll", () => this.#render(), { passive: true });
    addEventListener("resize", () => this.#render());
  }

  /** How many tiles fit above one another in the window. */
  get rows() {
    return Math.max(1, Math.floor(innerHeight / this.#height) - 1);
  }

  get #height() {
    return this.#width + CAPTION + GAP;
  }

  /** @param {number} size least width of a tile, px */
  resize(size) {
    this.#size = size;
    this.layOut();
  }

  /** Lay out all tiles anew: after another choice of photos, or in another width. */
  layOut() {
    const whole = this.#element.clientWidth;
    this.columns = Math.max(1, Math.floor((whole + GAP) / (this.#size + GAP)));
    this.#width = Math.floor((whole + GAP) / this.columns - GAP);
    const rows = Math.ceil(this.#model.shown.length / this.columns);
    this.#element.style.height = `${Math.max(0, rows * this.#height - GAP)}px`;
    const hadFocus = this.#element.contains(document.activeElement);
    this.#tiles.clear();
    this.#element.replaceChildren();
    this.#render();
    const current = this.#model.shown[this.#model.selection.current];
    if (hadFocus && current) this.#tiles.get(current)?.focus({ preventScroll: true });
  }

  /** Show photos as they have become. @param {Iterable<Photo>} photos */
  repaint(photos) {
    for (const photo of photos) {
      const tile = this.#tiles.get(photo);
      if (tile) this.#paint(photo, tile);
    }
  }

  /** Show which photos are marked, and which is the current one. */
  mark() {
    this.#render();
    for (const [photo, tile] of this.#tiles) this.#markTile(photo, tile);
  }

  /** Bring the current photo into sight, and give it the focus. @param {boolean} focus */
  reveal(focus) {
    const { shown, selection } = this.#model;
    const photo = shown[selection.current];
    if (!photo) return;
    const place = Math.floor(selection.current / this.columns) * this.#height;
    const top = this.#element.getBoundingClientRect().top + place;
    const above = stickyHeight() + GAP;
    const below = innerHeight - bottomHeight() - this.#height;
    if (top < above) scrollBy(0, top - above);
    else if (top > below) scrollBy(0, Math.min(top - below, top - above));
    this.mark();
    if (focus) this.#tiles.get(photo)?.focus({ preventScroll: true });
  }

  /** The place of the photo whose tile an element is in; -1 if it is in none. @param {EventTarget | null} target */
  placeOf(target) {
    const tile = target instanceof Element ? target.closest(".tile") : null;
    return tile instanceof HTMLElement ? Number(tile.dataset.place) : -1;
  }

  #render() {
    const { shown, selection } = this.#model;
    const top = -this.#element.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor((top - AHEAD) / this.#height)) * this.columns;
    const last = Math.ceil((top + innerHeight + AHEAD) / this.#height) * this.columns;
    const current = shown[selection.current];
    const inSight = shown.slice(first, Math.max(first, last));
    const wanted = new Set(inSight);
    if (current) wanted.add(current); // it keeps the focus out of sight, too
    for (const photo of this.#tiles.keys()) if (!wanted.has(photo)) this.#drop(photo);
    for (const [i, photo] of inSight.entries()) this.#place(photo, first + i);
    if (current) this.#place(current, selection.current);
  }

  /** @param {Photo} photo */
  #drop(photo) {
    this.#tiles.get(photo)?.remove();
    this.#tiles.delete(photo);
  }

  /** @param {Photo} photo @param {number} place */
  #place(photo, place) {
    let tile = this.#tiles.get(photo);
    if (!tile) {
      tile = newTile(photo);
      this.#tiles.set(photo, tile);
      this.#paint(photo, tile);
      this.#insert(tile, place);
    }
    const x = (place % this.columns) * (this.#width + GAP);
    const y = Math.floor(place / this.columns) * this.#height;
    const transform = `translate(${x}px, ${y}px)`;
    if (tile.style.transform !== transform) tile.style.transform = transform;
    tile.dataset.place = String(place);
    tile.setAttribute("aria-posinset", String(place + 1));
    tile.setAttribute("aria-setsize", String(this.#model.shown.length));
  }

  /** Screen readers go through the tiles in the order of the elements. @param {HTMLElement} tile @param {number} place */
  #insert(tile, place) {
    let next = null;
    for (let other = this.#element.lastElementChild; other; other = other.previousElementSibling) {
      if (this.placeOf(other) < place) break;
      next = other;
    }
    this.#element.insertBefore(tile, next);
  }

  /** @param {Photo} photo @param {HTMLElement} tile */
  #paint(photo, tile) {
    tile.style.width = `${this.#width}px`;
    tile.style.height = `${this.#height - GAP}px`;
    const kind = kindOf(photo);
    const said = photo.said.kind;
    const word = part(tile, ".kind");
    word.textContent = kind;
    word.className = `kind ${kind}`;
    part(tile, ".how").textContent = said === undefined ? percent(photo.confidence) : "you";
    const state = photo.problem ? "not written" : isDecided(photo) ? "decided" : photo.left ? "left" : "";
    tile.dataset.state = state;
    part(tile, ".state").textContent = state;
    const how =
      said === undefined
        ? `${percent(photo.confidence)} sure`
        : saidAndThought(said, photo.thought, photo.confidence);
    tile.setAttribute("aria-label", [photo.name, kind, how, state].filter(Boolean).join(", "));
    this.#picture(photo, tile);
    this.#markTile(photo, tile);
  }

  /** @param {Photo} photo @param {HTMLElement} tile */
  #picture(photo, tile) {
    const image = /** @type {HTMLImageElement} */ (part(tile, "img"));
    const cut = part(tile, ".cut");
    const address = this.#model.thumb(photo);
    if (address && image.getAttribute("src") !== address) image.src = address;
    const frame = this.#model.sheet ? frameOf(photo, this.#model.sheet) : null;
    image.classList.toggle("whole", !frame);
    const { x, y, w, h } = frame ?? { x: 0, y: 0, w: 1, h: 1 };
    const ratio = frame ? (w * photo.width) / (h * photo.height) : 1;
    cut.style.width = `${100 * Math.min(1, ratio)}%`;
    cut.style.height = `${100 * Math.min(1, 1 / ratio)}%`;
    image.style.width = `${100 / w}%`;
    image.style.height = `${100 / h}%`;
    image.style.left = `${(-100 * x) / w}%`;
    image.style.top = `${(-100 * y) / h}%`;
  }

  /** @param {Photo} photo @param {HTMLElement} tile */
  #markTile(photo, tile) {
    const { shown, selection } = this.#model;
    const isCurrent = shown[selection.current] === photo;
    const isMarked = selection.marked.has(photo.at);
    tile.tabIndex = isCurrent ? 0 : -1;
    tile.classList.toggle("current", isCurrent);
    tile.setAttribute("aria-selected", String(isMarked || (isCurrent && !selection.marked.size)));
  }
}

/** @param {Photo} photo */
function newTile(photo) {
  const image = make("img", { alt: "", decoding: "async", draggable: "false" });
  return make(
    "div",
    { class: "tile", role: "option", tabindex: -1, "data-at": photo.at },
    make("div", { class: "picture" }, make("div", { class: "cut" }, image)),
    make("span", { class: "tick", "aria-hidden": "true", title: "Mark" }),
    make("span", { class: "state", "aria-hidden": "true" }),
    make("span", { class: "about" }, make("span", { class: "kind" }), make("span", { class: "how" })),
    make("span", { class: "name", title: photo.path }, photo.name),
  );
}

/** @param {HTMLElement} tile @param {string} selector @returns {HTMLElement} */
function part(tile, selector) {
  const found = tile.querySelector(selector);
  if (found instanceof HTMLElement) return found;
  throw new Error(`a tile has no ${selector}`);
}

function stickyHeight() {
  const header = document.querySelector("header");
  return header && getComputedStyle(header).position === "sticky" ? header.offsetHeight : 0;
}

function bottomHeight() {
  const bar = document.getElementById("decide");
  return bar ? bar.offsetHeight : 0;
}
