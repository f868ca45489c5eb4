/** Photos for the tests, made of rows as build.py writes them. */

import { photoOf } from "../../phototag/gallery/page/rows.js";

/**
 * @typedef {object} Given
 * @property {string} [id]
 * @property {string} [path]
 * @property {string} [kind]
 * @property {number} [confidence]
 * @property {string | null} [grade]
 * @property {number} [people]
 * @property {Record<string, string | null>} [values] by criterion
 * @property {string[]} [crops]
 * @property {string[]} [refused]
 * @property {string[]} [own]
 * @property {number | null} [rating]
 * @property {Record<string, string>} [said]
 * @property {boolean} [left]
 */

/** @param {Given} given @returns {any[]} */
export function rowOf(given) {
  const { id = "id", path = `/pictures/${id}.jpg`, kind = "portrait", confidence = 0.9 } = given;
  const findings = Object.entries(given.values ?? {}).map(([name, value]) => [
    name,
    value,
    value === null ? "undecided" : "measured",
    0.5,
    0.7,
    "a reason",
  ]);
  const crops = (given.crops ?? []).map((name) => [name, "1:1", 500, 500, 0, "fits", 0.1, 0.2, 0.5, 0.5]);
  const refusals = (given.refused ?? []).map((name) => [name, "too small"]);
  const ends = [
    ["starting point", -1, ""],
    ["sum", 1, ""],
  ];
  return [
    ...[id, path, "", path.split("/").at(-1), 1000, 1000, kind, confidence, given.grade ?? null, findings],
    ...[[], crops, [], 0.2, ends, given.said ?? {}, kind, confidence, given.people ?? 1, refusals],
    ...[given.own ?? [], given.rating ?? null, Number(given.left ?? false)],
  ];
}

/** @param {...Given} given */
export function photosOf(...given) {
  return given.map((one, at) => photoOf(rowOf(one), at));
}
