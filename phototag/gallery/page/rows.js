/** Photos as the page knows them. `row` in build.py writes one list a photo; the names stand here. */

/**
 * What a person has said, by field: kind, shot, expression, environment, `crop:PROFILE` ("x y width height").
 *
 * @typedef {Record<string, string>} Said
 */

/** @typedef {{ x: number, y: number, w: number, h: number }} Frame part of the upright picture, in fractions */

/**
 * @typedef {object} Crop
 * @property {string} profile
 * @property {string} ratio width to height, as `4:5`
 * @property {number} width in pixels of the photo
 * @property {number} height
 * @property {boolean} recommended
 * @property {string} reason
 * @property {Frame} frame
 */

/**
 * @typedef {object} Finding
 * @property {string} name of the criterion
 * @property {string | null} value
 * @property {string} status
 * @property {number} amount towards a headshot +, towards a portrait -
 * @property {number} confidence
 * @property {string} reason
 */

/**
 * @typedef {object} Shape
 * @property {string} layer
 * @property {number[]} points x and y in turn
 * @property {boolean} closed
 * @property {string} label
 * @property {string} name of the crop profile
 */

/** @typedef {[name: string, amount: number, reason: string]} End the starting point of the sum, or the sum */

/**
 * @typedef {object} Photo
 * @property {number} at its number on the page
 * @property {string} id hash of the picture: copies have the same
 * @property {string} path
 * @property {string} url of the file itself; empty where a browser cannot show it
 * @property {string} name
 * @property {number} width
 * @property {number} height
 * @property {string | null} thought phototag's own kind
 * @property {number} confidence phototag's own, of its kind
 * @property {string | null} grade
 * @property {Finding[]} findings
 * @property {Shape[]} shapes
 * @property {Crop[]} crops
 * @property {string[]} words phototag's keywords
 * @property {number} head height of the largest face
 * @property {[End, End]} ends
 * @property {Said} said what a person has said, here or before
 * @property {number} people how many are the subject
 * @property {[profile: string, reason: string][]} refusals
 * @property {string[]} own keywords of the photo that are not phototag's
 * @property {number | null} rating
 * @property {boolean} left seen by a person, and left as it is
 * @property {string} problem why a decision could not be written; empty if it could
 * @property {Record<string, Finding>} by the findings by name
 * @property {string[]} suggested the profiles of which a crop was suggested
 * @property {string[]} cropStates `there:PROFILE` and `refused:PROFILE`, as they were suggested
 * @property {{ said: Said, left: boolean }} before what was said before this page
 */

/** What a person can decide, and the criterion that answers it. */
export const FIELDS = Object.freeze({ shot: "cropping", expression: "mood", environment: "environment" });

/** @typedef {keyof typeof FIELDS} Field */

/**
 * @param {any[]} row
 * @param {number} at
 * @returns {Photo}
 */
export function photoOf(row, at) {
  const [id, path, url, name, width, height, , , grade, findings, shapes, crops, words, head, ends] = row;
  const [said, thought, confidence, people, refusals, own, rating, left] = row.slice(15);
  /** @type {Finding[]} */
  const found = findings.map(findingOf);
  return {
    at,
    id,
    path,
    url,
    name,
    width,
    height,
    thought,
    confidence,
    grade,
    findings: found,
    shapes: shapes.map(shapeOf),
    crops: crops.map(cropOf),
    words,
    head,
    ends,
    said,
    people,
    refusals,
    own,
    rating,
    left: Boolean(left),
    problem: "",
    suggested: crops.map((/** @type {any[]} */ [profile]) => profile),
    cropStates: [...statesOf("there", crops), ...statesOf("refused", refusals)],
    by: Object.fromEntries(found.map((finding) => [finding.name, finding])),
    before: { said, left: Boolean(left) },
  };
}

/** @param {"there" | "refused"} state @param {any[][]} rows of crops or refusals */
function statesOf(state, rows) {
  return rows.map(([profile]) => `${state}:${profile}`);
}

/** @param {any[]} row @returns {Finding} */
function findingOf([name, value, status, amount, confidence, reason]) {
  return { name, value, status, amount, confidence, reason };
}

/** @param {any[]} row @returns {Shape} */
function shapeOf([layer, points, closed, label, name]) {
  return { layer, points, closed: Boolean(closed), label, name };
}

/** @param {any[]} row @returns {Crop} */
function cropOf([profile, ratio, width, height, recommended, reason, x, y, w, h]) {
  return { profile, ratio, width, height, recommended: Boolean(recommended), reason, frame: { x, y, w, h } };
}

/** @param {Photo} photo @returns {string} headshot, portrait or other; a person's word goes first */
export function kindOf(photo) {
  return photo.said.kind ?? photo.thought ?? "other";
}

/** @param {Photo} photo @param {Field} field @returns {string | null} */
export function wordOf(photo, field) {
  return photo.said[field] ?? photo.by[FIELDS[field]]?.value ?? null;
}

/** @param {Photo} photo */
export function isDecided(photo) {
  for (const _ in photo.said) return true;
  return false;
}

/** @param {Photo} photo @param {number} doubt the confidence below which a verdict is doubtful */
export function isDoubtful(photo, doubt) {
  return photo.said.kind === undefined && photo.confidence < doubt;
}

/**
 * The crop of a profile, as the person has drawn it or as it was suggested.
 *
 * @param {Photo} photo
 * @param {string} profile
 * @returns {Frame | null}
 */
export function frameOf(photo, profile) {
  const drawn = photo.said[`crop:${profile}`];
  if (drawn !== undefined) {
    const [x = 0, y = 0, w = 1, h = 1] = drawn.split(" ").map(Number);
    return { x, y, w, h };
  }
  return photo.crops.find((crop) => crop.profile === profile)?.frame ?? null;
}

/** @param {Photo} photo @returns {string[]} the profiles whose crop a person has drawn */
function drawnIn(photo) {
  if (!isDecided(photo)) return [];
  const fields = Object.keys(photo.said).filter((field) => field.startsWith("crop:"));
  return fields.map((field) => field.slice("crop:".length));
}

/** @param {Photo} photo @returns {string[]} the profiles of which it has a crop */
export function profilesOf(photo) {
  const drawn = drawnIn(photo);
  return drawn.length ? [...new Set([...photo.suggested, ...drawn])] : photo.suggested;
}

/** @param {Photo} photo @returns {string[]} `there:PROFILE` and `refused:PROFILE` */
export function cropStatesOf(photo) {
  const drawn = drawnIn(photo);
  if (!drawn.length) return photo.cropStates;
  const refused = photo.refusals.filter(([profile]) => !drawn.includes(profile));
  return [...profilesOf(photo).map((profile) => `there:${profile}`), ...statesOf("refused", refused)];
}

/** @param {Frame} frame @returns {string} as `frameOf` reads it */
export function frameText({ x, y, w, h }) {
  return [x, y, w, h].map((side) => Number(side.toPrecision(6))).join(" ");
}
