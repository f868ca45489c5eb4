/** Which photos are shown, in which order, and how many there would be for each value of each filter. */

/** @import { Photo } from "./rows.js" */
import { cropStatesOf, isDecided, isDoubtful, kindOf, profilesOf, wordOf } from "./rows.js";

export const MOST_PEOPLE = 9;

/**
 * What is asked of the photos.
 *
 * @typedef {object} Asked
 * @property {Record<string, string>} values the value of each filter; empty or missing = all
 * @property {boolean} doubtful
 * @property {number} least confidence in percent
 * @property {number} most
 * @property {string} keyword part of one of the photo's own keywords
 * @property {string} text part of the path
 * @property {string} sheet a crop profile: only photos with such a crop
 * @property {string} sort
 */

/** @type {Asked} */
export const ALL = Object.freeze({
  values: {},
  doubtful: false,
  least: 0,
  most: 100,
  keyword: "",
  text: "",
  sheet: "",
  sort: "doubt",
});

/**
 * The values of a photo for each filter that counts.
 *
 * @type {Readonly<Record<string, (photo: Photo) => string[]>>}
 */
export const VALUES = Object.freeze({
  kind: (photo) => [kindOf(photo)],
  grade: (photo) => [
    (photo.said.kind ?? photo.thought) === photo.thought && photo.grade ? photo.grade : "none",
  ],
  shot: (photo) => [wordOf(photo, "shot") ?? "undecided"],
  people: (photo) => [photo.people < MOST_PEOPLE ? String(photo.people) : `${MOST_PEOPLE}+`],
  expression: (photo) => [wordOf(photo, "expression") ?? "undecided"],
  background: (photo) => [photo.by.background?.value ?? "undecided"],
  environment: (photo) => [wordOf(photo, "environment") ?? "undecided"],
  crop: cropStatesOf,
  rating: (photo) => [photo.rating === null ? "none" : String(photo.rating)],
  decided: (photo) => [isDecided(photo) ? "decided" : photo.left ? "left" : "undecided"],
});

/** @type {Readonly<Record<string, (a: Photo, b: Photo) => number>>} */
export const ORDERS = Object.freeze({
  doubt: (a, b) => a.confidence - b.confidence,
  sure: (a, b) => b.confidence - a.confidence,
  head: (a, b) => b.head - a.head,
  name: (a, b) => (a.path < b.path ? -1 : 1),
});

/**
 * @typedef {object} Chosen
 * @property {Photo[]} shown
 * @property {Record<string, Map<string, number>>} counts by filter and value, as the other filters stand
 * @property {number} doubtful
 * @property {Map<string, number>} keywords
 */

/**
 * The photos that are asked for, in order. Each count follows all filters but its own.
 *
 * @param {readonly Photo[]} photos
 * @param {Asked} asked
 * @param {number} doubt
 * @returns {Chosen}
 */
export function choose(photos, asked, doubt) {
  const names = Object.keys(VALUES);
  const wanted = names.filter((name) => asked.values[name]);
  const others = otherTests(asked);
  /** @type {Chosen} */
  const chosen = {
    shown: [],
    doubtful: 0,
    keywords: new Map(),
    counts: Object.fromEntries(names.map((name) => [name, new Map()])),
  };
  for (const photo of photos) {
    if (!others.every((passes) => passes(photo))) continue;
    const doubtful = isDoubtful(photo, doubt);
    const failed = [];
    for (const name of wanted)
      if (!VALUES[name]?.(photo).includes(asked.values[name] ?? "")) failed.push(name);
    const keyword = !asked.keyword || hasKeyword(photo, asked.keyword);
    if (!keyword) failed.push("keyword");
    if (asked.doubtful && !doubtful) failed.push("doubtful");
    if (failed.length > 1) continue;
    const only = failed[0];
    if (only === undefined) chosen.shown.push(photo);
    if (doubtful && (only === undefined || only === "doubtful")) chosen.doubtful += 1;
    if (only === undefined || only === "keyword") for (const word of photo.own) add(chosen.keywords, word);
    for (const name of names) {
      const counts = chosen.counts[name];
      if (counts && (only === undefined || only === name))
        for (const value of VALUES[name]?.(photo) ?? []) add(counts, value);
    }
  }
  const order = ORDERS[asked.sort] ?? ORDERS.doubt;
  chosen.shown.sort((a, b) => order?.(a, b) || a.at - b.at);
  return chosen;
}

/** @param {Asked} asked @returns {((photo: Photo) => boolean)[]} what has no counts */
function otherTests(asked) {
  const tests = [];
  const text = asked.text.toLowerCase();
  if (text) tests.push((/** @type {Photo} */ photo) => photo.path.toLowerCase().includes(text));
  if (asked.sheet) tests.push((/** @type {Photo} */ photo) => profilesOf(photo).includes(asked.sheet));
  if (asked.least > 0 || asked.most < 100)
    tests.push((/** @type {Photo} */ photo) => {
      const sure = 100 * photo.confidence;
      return sure >= asked.least && sure <= asked.most;
    });
  return tests;
}

/** @param {Photo} photo @param {string} part */
function hasKeyword(photo, part) {
  const lower = part.toLowerCase();
  return photo.own.some((word) => word.toLowerCase().includes(lower));
}

/** @param {Map<string, number>} counts @param {string} value */
function add(counts, value) {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}
