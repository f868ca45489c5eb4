/** Decisions of a gallery, which has no server: they are collected, and saved as a file of corrections. */

/** @import { Photo, Said } from "./rows.js" */
/** @import { Keeper, Saying } from "./keeper.js" */
import { FIELDS, wordOf } from "./rows.js";

/** The schema of the file, which phototag/analysis/decisions/corrections_file.py reads. */
const SCHEMA = 2;

/** @typedef {{ said: Said, left: boolean }} Entry what was decided here about one picture */

/** @implements {Keeper} */
export class Collected {
  /** @type {Photo[]} */
  #photos;
  #store;
  /** @type {Map<string, Entry>} by the hash of the picture: copies are decided together */
  #entries = new Map();
  /** @type {Map<string, Entry | undefined>[]} */
  #done = [];
  /** @type {Map<string, Entry | undefined>[]} */
  #undone = [];

  /**
   * @param {Photo[]} photos
   * @param {{ read: () => unknown, write: (value: unknown) => void }} store keeps the decisions between visits
   */
  constructor(photos, store) {
    this.#photos = photos;
    this.#store = store;
    const kept = store.read();
    if (Array.isArray(kept)) this.#entries = new Map(kept);
    this.#show(new Set(this.#entries.keys()));
  }

  /** How many photos of the page something was decided about. */
  get count() {
    return this.#rows().length;
  }

  /** @param {number[]} ats @param {Saying} said */
  async decide(ats, said) {
    return this.#change(ats, (entry) => {
      const together = { ...entry.said, ...said };
      const kept = Object.entries(together).filter(([, value]) => value !== null);
      return { said: /** @type {Said} */ (Object.fromEntries(kept)), left: entry.left };
    });
  }

  /** @param {number[]} ats */
  async leave(ats) {
    return this.#change(ats, (entry) => ({ said: entry.said, left: true }));
  }

  /** @param {number[]} ats */
  async takeBack(ats) {
    return this.#change(ats, () => ({ said: {}, left: false }));
  }

  /** Take everything back that was decided here. */
  async discard() {
    return this.takeBack(this.#photos.map((photo) => photo.at));
  }

  async undo() {
    return this.#back(this.#done, this.#undone);
  }

  async redo() {
    return this.#back(this.#undone, this.#done);
  }

  /** @returns {string} the file of corrections */
  exported() {
    const file = { schema: SCHEMA, what: "phototag corrections", corrections: this.#rows() };
    return `${JSON.stringify(file, null, 1)}\n`;
  }

  #rows() {
    const seen = new Set();
    const rows = [];
    for (const photo of this.#photos) {
      const entry = this.#entries.get(photo.id);
      if (!entry || seen.has(photo.id)) continue;
      seen.add(photo.id);
      const left = entry.left ? leftOf(photo) : {};
      rows.push({ path: photo.path, picture: photo.id, said: entry.said, left });
    }
    return rows.filter((row) => Object.keys(row.said).length || Object.keys(row.left).length);
  }

  /** @param {number[]} ats @param {(entry: Entry) => Entry} make */
  #change(ats, make) {
    /** @type {Map<string, Entry | undefined>} */
    const before = new Map();
    for (const at of ats) {
      const id = this.#photos[at]?.id;
      if (id === undefined || before.has(id)) continue;
      const old = this.#entries.get(id);
      const entry = make(old ?? { said: {}, left: false });
      if (same(old, entry)) continue;
      before.set(id, old);
      this.#put(id, entry);
    }
    if (before.size) {
      this.#done.push(before);
      this.#undone = [];
    }
    return this.#changed(before);
  }

  /** @param {Map<string, Entry | undefined>[]} from @param {Map<string, Entry | undefined>[]} to */
  #back(from, to) {
    const change = from.pop();
    if (!change) return [];
    /** @type {Map<string, Entry | undefined>} */
    const before = new Map();
    for (const [id, entry] of change) {
      before.set(id, this.#entries.get(id));
      this.#put(id, entry);
    }
    to.push(before);
    return this.#changed(change);
  }

  /** @param {string} id @param {Entry | undefined} entry */
  #put(id, entry) {
    if (entry && (entry.left || Object.keys(entry.said).length)) this.#entries.set(id, entry);
    else this.#entries.delete(id);
  }

  /** @param {Map<string, unknown>} change */
  #changed(change) {
    this.#store.write([...this.#entries]);
    return this.#show(new Set(change.keys()));
  }

  /** Lay the entries over what the photos' rows say. @param {Set<string>} ids */
  #show(ids) {
    const changed = [];
    for (const photo of this.#photos) {
      if (!ids.has(photo.id)) continue;
      const entry = this.#entries.get(photo.id);
      photo.said = { ...photo.before.said, ...entry?.said };
      photo.left = photo.before.left || Boolean(entry?.left);
      changed.push(photo.at);
    }
    return changed;
  }
}

/** @param {Entry | undefined} a @param {Entry} b */
function same(a, b) {
  const words = (/** @type {Said} */ said) => JSON.stringify(Object.entries(said).sort());
  return (a?.left ?? false) === b.left && words(a?.said ?? {}) === words(b.said);
}

/**
 * What phototag says of a photo that was left as it is, for each field that no person has decided.
 *
 * @param {Photo} photo
 * @returns {Said}
 */
function leftOf(photo) {
  const fields = /** @type {(keyof typeof FIELDS)[]} */ (Object.keys(FIELDS));
  const found = {
    kind: photo.thought,
    ...Object.fromEntries(fields.map((field) => [field, wordOf(photo, field)])),
  };
  const left = Object.entries(found).filter(([field, value]) => value !== null && !(field in photo.said));
  return /** @type {Said} */ (Object.fromEntries(left));
}
