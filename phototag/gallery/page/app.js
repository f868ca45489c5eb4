/** The page: which photos it shows, what is decided about them, and what it remembers. */

/** @import { Asked } from "./filters.js" */
/** @import { Keeper, Saying } from "./keeper.js" */
/** @import { Field, Photo } from "./rows.js" */
/** @import { Filter } from "./controls.js" */
/** @import { Key } from "./keys.js" */
/** @import { Profile } from "./view.js" */
import { Controls } from "./controls.js";
import { find } from "./dom.js";
import { ALL, choose } from "./filters.js";
import { Grid } from "./grid.js";
import { chosenOf } from "./menu.js";
import { Selection } from "./selection.js";
import { messageOf } from "./served.js";
import { LargeView } from "./view.js";
import { photosText } from "./words.js";

export const SIZES = Object.freeze({ least: 90, usual: 150, most: 360, step: 30 });
const SAVE_AFTER = 400; // ms after the last change of what is remembered

/**
 * What build.py says about the page.
 *
 * @typedef {object} Settings
 * @property {boolean} live
 * @property {number} doubt confidence below which a verdict is doubtful
 * @property {Filter[]} filters
 * @property {Profile[]} profiles
 * @property {Record<string, string[]>} fields the values that a person can choose from
 * @property {Key[]} keys
 */

/**
 * What is remembered between two visits.
 *
 * @typedef {{ asked: Asked, size: number, path: string }} Place
 */

/**
 * @typedef {object} Surroundings
 * @property {Settings} settings
 * @property {Photo[]} photos
 * @property {Keeper} keeper
 * @property {(photo: Photo) => string} thumb
 * @property {(photo: Photo) => string} large
 * @property {(place: Place) => void} remember
 * @property {() => void} decided after each decision
 * @property {((count: number) => Promise<number[]>) | null} next photos that are worth asking about
 */

export class App {
  /** @type {Photo[]} */
  shown = [];
  selection = new Selection();
  /** The photos that were asked for with "ask me"; null: those that the filters leave. @type {Photo[] | null} */
  asking = null;
  #around;
  #timer = 0;
  /** @type {number} */
  #size = SIZES.usual;
  /** Path of the photo to go to when it has arrived. */
  #wanted = "";
  /** Whether the person is at a photo of their choice; until then it is the first one. */
  #hasMoved = false;

  /** @param {Surroundings} around */
  constructor(around) {
    this.#around = around;
    this.settings = around.settings;
    this.controls = new Controls(around.settings.filters, () => this.apply());
    this.grid = new Grid(find("grid", HTMLElement), this);
    this.view = new LargeView({
      thumb: around.thumb,
      large: around.large,
      profiles: around.settings.profiles,
      cropped: (photo, profile, frame) =>
        this.change((keeper) => keeper.decide([photo.at], { [`crop:${profile}`]: frame })),
    });
  }

  /** @param {Photo} photo */
  thumb(photo) {
    return this.#around.thumb(photo);
  }

  get sheet() {
    return this.asking ? "" : find("sheet", HTMLSelectElement).value;
  }

  get current() {
    return this.shown[this.selection.current];
  }

  /** Choose the photos anew. */
  apply() {
    const wanted = this.#around.photos.find((photo) => photo.path === this.#wanted);
    if (wanted) this.#reached();
    const before = wanted ?? (this.#hasMoved ? this.current : undefined);
    if (!before) this.selection.current = 0;
    const chosen = choose(this.#around.photos, this.controls.asked, this.settings.doubt);
    this.shown = this.asking ?? chosen.shown;
    this.selection.settle(this.shown, before);
    this.controls.count(chosen);
    this.#told();
    this.grid.layOut();
    this.grid.mark();
    this.remember();
  }

  /** The counts alone: what is shown stays until something else is asked, so that nothing moves away. */
  recount() {
    this.controls.count(choose(this.#around.photos, this.controls.asked, this.settings.doubt));
  }

  /** @param {number} place @param {boolean} [focus] */
  go(place, focus = true) {
    if (!this.shown.length) return;
    this.selection.moveTo(Math.min(Math.max(place, 0), this.shown.length - 1));
    this.#moved(focus);
  }

  /** Mark everything up to a place. @param {number} place */
  extendTo(place) {
    if (!this.shown.length) return;
    this.selection.extendTo(Math.min(Math.max(place, 0), this.shown.length - 1), this.shown);
    this.#moved(true);
  }

  /** What is marked has changed. */
  marked() {
    this.#hasMoved = true;
    this.grid.mark();
    this.#told();
  }

  /** @param {number} place */
  open(place) {
    this.go(place, false);
    if (this.current) this.view.open(this.current);
  }

  /** Leave the photo as it is, and go to the next. */
  async leaveAndNext() {
    const photo = this.current;
    if (!photo) return;
    if (!photo.left) await this.change((keeper) => keeper.leave([photo.at]));
    if (this.asking && this.selection.current === this.shown.length - 1) await this.ask();
    else this.go(this.selection.current + 1, !this.view.isOpen);
  }

  /** Show the photos whose answers teach phototag most, and open the first. */
  async ask() {
    try {
      const ats = (await this.#around.next?.(5)) ?? [];
      const photos = ats.flatMap((at) => this.#around.photos[at] ?? []);
      this.asking = photos.length ? photos : null;
      find("ask", HTMLElement).setAttribute("aria-pressed", String(this.asking !== null));
      this.apply();
      if (this.asking) this.open(0);
      else {
        if (this.view.isOpen) this.view.close();
        this.say("No photo is left to ask about.");
      }
    } catch (error) {
      this.say(messageOf(error));
    }
  }

  /** End the photos that were asked for; mark none. */
  none() {
    this.selection.marked.clear();
    if (this.asking) {
      this.asking = null;
      find("ask", HTMLElement).setAttribute("aria-pressed", "false");
      this.apply();
    }
    this.marked();
  }

  /** The photos that a decision is about. */
  get targets() {
    return this.view.isOpen && this.current ? [this.current.at] : this.selection.targets(this.shown);
  }

  /** @param {Saying} said */
  async decide(said) {
    const ats = this.targets;
    if (ats.length) await this.change((keeper) => keeper.decide(ats, said));
  }

  /** Choose a value of a field from a menu. @param {Field} field */
  async choose(field) {
    const ats = this.targets;
    const photos = ats.flatMap((at) => this.#around.photos[at] ?? []);
    const said = photos.map((photo) => photo.said[field]).find((value) => value !== undefined);
    const title = `${field === "environment" ? "where it was taken" : field}, ${photosText(ats.length)}`;
    const value = ats.length ? await chosenOf(title, this.settings.fields[field] ?? [], said) : undefined;
    if (this.view.isOpen) this.view.focus();
    else this.grid.reveal(true);
    if (value !== undefined) await this.change((keeper) => keeper.decide(ats, { [field]: value }));
  }

  /** Have the keeper do something, and show what has changed. @param {(keeper: Keeper) => Promise<number[]>} act */
  async change(act) {
    this.#hasMoved = true;
    try {
      this.changed(await act(this.#around.keeper));
      this.say("");
    } catch (error) {
      this.say(messageOf(error));
    }
  }

  /** @param {number[]} ats photos about which something else is known */
  changed(ats) {
    this.repaint(ats);
    this.recount();
    this.#told();
    this.#around.decided();
  }

  /** @param {number[]} ats */
  repaint(ats) {
    this.grid.repaint(ats.flatMap((at) => this.#around.photos[at] ?? []));
    this.view.refresh(new Set(ats));
  }

  /** @param {string} message */
  say(message) {
    find("message", HTMLElement).textContent = message;
    find("view-message", HTMLElement).textContent = message;
  }

  get size() {
    return this.#size;
  }

  /** @param {number} size of the thumbnails, px */
  set size(size) {
    this.#size = Math.min(Math.max(size, SIZES.least), SIZES.most);
    find("size", HTMLInputElement).value = String(this.#size);
    this.grid.resize(this.#size);
    this.grid.reveal(false);
    this.remember();
  }

  /** Go on where the last visit ended. @param {unknown} kept */
  restore(kept) {
    const place = /** @type {Partial<Place>} */ (kept ?? {});
    this.size = Number(place.size) || SIZES.usual;
    this.#wanted = String(place.path ?? "");
    if (place.asked) this.controls.restore({ ...ALL, ...place.asked });
    this.apply();
    this.grid.reveal(false);
  }

  /** Remember the filters, the order, the size and the photo, a little later. */
  remember() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      const path = this.#wanted || (this.current?.path ?? "");
      this.#around.remember({ asked: this.controls.asked, size: this.#size, path });
    }, SAVE_AFTER);
  }

  #reached() {
    this.#wanted = "";
    this.#hasMoved = true;
  }

  /** @param {boolean} focus */
  #moved(focus) {
    this.#reached();
    this.grid.reveal(focus && !this.view.isOpen);
    if (this.view.isOpen && this.current) this.view.show(this.current);
    this.#told();
    this.remember();
  }

  #told() {
    const all = this.#around.photos.length;
    const some = this.shown.length === all ? photosText(all) : `${this.shown.length} of ${photosText(all)}`;
    const marked = this.selection.marked.size;
    find("count", HTMLElement).textContent = this.asking
      ? `${photosText(this.shown.length)} near your line`
      : some;
    find("empty", HTMLElement).hidden = this.shown.length > 0 || all === 0;
    find("target", HTMLElement).textContent = marked
      ? `${marked} marked`
      : (this.current?.name ?? "no photo");
  }
}
