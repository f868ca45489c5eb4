/** Which photo is the current one, and which are marked for one decision together. */

/** @import { Photo } from "./rows.js" */

export class Selection {
  /** Place of the current photo among those shown; -1 if none is shown. */
  current = -1;
  /** Numbers of the marked photos. @type {Set<number>} */
  marked = new Set();
  #anchor = -1;

  /** Go to a place; nothing is marked there. @param {number} place */
  moveTo(place) {
    this.current = place;
    this.#anchor = place;
    this.marked.clear();
  }

  /**
   * Mark everything from where the marking began to a place.
   *
   * @param {number} place
   * @param {readonly Photo[]} shown
   */
  extendTo(place, shown) {
    if (this.#anchor < 0) this.#anchor = Math.max(this.current, 0);
    this.current = place;
    const [first, last] = [this.#anchor, place].sort((a, b) => a - b);
    this.marked = new Set(shown.slice(first, (last ?? 0) + 1).map((photo) => photo.at));
  }

  /**
   * Mark the photo at a place, or no longer.
   *
   * @param {number} place
   * @param {readonly Photo[]} shown
   */
  toggle(place, shown) {
    const at = shown[place]?.at;
    if (at === undefined) return;
    if (!this.marked.delete(at)) this.marked.add(at);
    this.current = place;
    this.#anchor = place;
  }

  /** @param {readonly Photo[]} shown */
  markAll(shown) {
    this.marked = new Set(shown.map((photo) => photo.at));
  }

  /**
   * After another choice of photos: stay at the same photo if it is still shown, and mark only what is shown.
   *
   * @param {readonly Photo[]} shown
   * @param {Photo | undefined} photo the current one
   */
  settle(shown, photo) {
    const place = photo === undefined ? -1 : shown.indexOf(photo);
    this.current = place >= 0 ? place : Math.min(Math.max(this.current, 0), shown.length - 1);
    const visible = new Set(shown.map((one) => one.at));
    this.marked = new Set([...this.marked].filter((at) => visible.has(at)));
    this.#anchor = this.current;
  }

  /**
   * The photos that a decision is about: the marked ones, else the current one.
   *
   * @param {readonly Photo[]} shown
   * @returns {number[]}
   */
  targets(shown) {
    if (this.marked.size) return shown.filter((photo) => this.marked.has(photo.at)).map((photo) => photo.at);
    const photo = shown[this.current];
    return photo ? [photo.at] : [];
  }
}
