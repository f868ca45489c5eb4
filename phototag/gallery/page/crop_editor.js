/** The frame with which a crop is adjusted by hand: with the pointer or with the keyboard. */

/** @import { Frame } from "./rows.js" */
/** @import { Handle } from "./crop_frame.js" */
import { HANDLES, moved, resized, scaled } from "./crop_frame.js";
import { find, make } from "./dom.js";

const STEP = 0.01; // of the picture, for one press of an arrow
const ARROWS = Object.freeze({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });

export class CropEditor {
  #stage = find("stage", HTMLElement);
  #element = find("frame", HTMLElement);
  #shade = find("shade", HTMLElement);
  #kept;
  #left;
  #shape = 1;
  /** @type {Frame | null} as it is drawn */
  #frame = null;
  /** @type {Frame | null} as it was before it was adjusted */
  #before = null;

  /**
   * @param {(frame: Frame) => void} kept the frame was adjusted, and is to be kept
   * @param {() => void} left the keyboard is done with it
   */
  constructor(kept, left) {
    this.#kept = kept;
    this.#left = left;
    this.#element.append(
      ...HANDLES.map((handle) => make("span", { class: `handle ${handle}`, "data-handle": handle })),
    );
    this.#element.addEventListener("pointerdown", (event) => this.#drag(event));
    this.#element.addEventListener("keydown", (event) => this.#key(event));
    this.#element.addEventListener("blur", () => this.#keep());
  }

  /**
   * Show a crop that can be adjusted; null hides it.
   *
   * @param {Frame | null} frame
   * @param {number} shape width to height, in fractions of the picture
   * @param {string} title
   */
  show(frame, shape, title) {
    this.#frame = frame;
    this.#before = frame;
    this.#shape = shape;
    this.#element.hidden = frame === null;
    this.#shade.hidden = frame === null;
    this.#element.setAttribute(
      "aria-label",
      `Crop ${title}: arrows move it, Shift and arrows change its size, Enter keeps it, Escape puts it back`,
    );
    this.#draw();
  }

  /** Begin to adjust with the keyboard. */
  focus() {
    this.#element.focus();
  }

  /** Keep what was adjusted, before another photo is shown. */
  finish() {
    this.#keep();
  }

  #draw() {
    if (!this.#frame) return;
    const { x, y, w, h } = this.#frame;
    for (const element of [this.#element, this.#shade]) {
      element.style.left = `${100 * x}%`;
      element.style.top = `${100 * y}%`;
      element.style.width = `${100 * w}%`;
      element.style.height = `${100 * h}%`;
    }
  }

  #keep() {
    if (!this.#frame || this.#frame === this.#before) return;
    this.#before = this.#frame;
    this.#kept(this.#frame);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const start = this.#frame;
    if (event.button !== 0 || !start) return;
    event.preventDefault();
    this.#element.focus({ preventScroll: true });
    this.#element.setPointerCapture(event.pointerId);
    const handle = event.target instanceof HTMLElement ? event.target.dataset.handle : undefined;
    const { width, height } = this.#stage.getBoundingClientRect();
    this.#element.onpointermove = (move) => {
      const dx = (move.clientX - event.clientX) / width;
      const dy = (move.clientY - event.clientY) / height;
      if (!dx && !dy) return;
      this.#frame = handle
        ? resized(start, /** @type {Handle} */ (handle), dx, dy, this.#shape)
        : moved(start, dx, dy);
      this.#draw();
    };
    const end = () => {
      this.#element.onpointermove = null;
      this.#keep();
    };
    this.#element.onpointerup = end;
    this.#element.onpointercancel = end;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.#frame || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = event.key in ARROWS ? ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)] : null;
    if (arrow) {
      const [x = 0, y = 0] = arrow;
      this.#frame = event.shiftKey
        ? scaled(this.#frame, 1 + 2 * STEP * (x - y), this.#shape)
        : moved(this.#frame, STEP * x, STEP * y);
      this.#draw();
    } else if (event.key === "Enter") {
      this.#keep();
      this.#left();
    } else if (event.key === "Escape") {
      this.#frame = this.#before;
      this.#draw();
      this.#left();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
