import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, choose } from "../../phototag/gallery/page/filters.js";
import { photosOf } from "./samples.js";

const DOUBT = 0.8;
const PHOTOS = photosOf(
  { id: "a", kind: "headshot", confidence: 0.55, people: 1, values: { mood: "smile" }, own: ["Paris"] },
  {
    id: "b",
    kind: "headshot",
    confidence: 0.95,
    people: 2,
    values: { mood: "smile" },
    own: ["Paris", "May"],
  },
  {
    id: "c",
    kind: "portrait",
    confidence: 0.7,
    people: 12,
    values: { mood: null },
    rating: 5,
    crops: ["web"],
  },
  { id: "d", kind: "portrait", confidence: 0.6, said: { kind: "headshot" }, refused: ["web"], left: true },
);

/** @param {Partial<import("../../phototag/gallery/page/filters.js").Asked>} asked */
function chosen(asked) {
  const found = choose(PHOTOS, { ...ALL, ...asked }, DOUBT);
  return { ...found, ids: found.shown.map((photo) => photo.id).join("") };
}

test("nearest doubt comes first, whatever a person has said", () => {
  assert.equal(chosen({}).ids, "adcb");
  assert.equal(chosen({ sort: "sure" }).ids, "bcda");
  assert.equal(chosen({ sort: "name" }).ids, "abcd");
});

test("a person's word is the value of its filter", () => {
  assert.equal(chosen({ values: { kind: "headshot" } }).ids, "adb");
  assert.equal(chosen({ values: { decided: "decided" } }).ids, "d");
});

test("a decided photo is not doubtful", () => {
  assert.equal(chosen({ doubtful: true }).ids, "ac");
  assert.equal(chosen({}).doubtful, 2);
  assert.equal(chosen({ values: { kind: "portrait" } }).doubtful, 1);
});

test("people are counted exactly, up to nine", () => {
  assert.equal(chosen({ values: { people: "2" } }).ids, "b");
  assert.equal(chosen({ values: { people: "9+" } }).ids, "c");
});

test("counts follow the other filters and not their own", () => {
  const { counts } = chosen({ values: { kind: "headshot", people: "1" } });
  assert.deepEqual(Object.fromEntries(counts.kind ?? []), { headshot: 2 });
  assert.deepEqual(Object.fromEntries(counts.people ?? []), { 1: 2, 2: 1 });
  assert.deepEqual(Object.fromEntries(counts.expression ?? []), { smile: 1, undecided: 1 });
  assert.deepEqual(Object.fromEntries(chosen({}).counts.kind ?? []), { headshot: 3, portrait: 1 });
});

test("a crop is there, refused, or neither", () => {
  assert.equal(chosen({ values: { crop: "there:web" } }).ids, "c");
  assert.equal(chosen({ values: { crop: "refused:web" } }).ids, "d");
  assert.equal(chosen({ sheet: "web" }).ids, "c");
});

test("keywords are found by a part, and suggested as the other filters stand", () => {
  assert.equal(chosen({ keyword: "par" }).ids, "ab");
  assert.deepEqual(Object.fromEntries(chosen({ keyword: "ma", doubtful: true }).keywords), { Paris: 1 });
});

test("rating, confidence and name", () => {
  assert.equal(chosen({ values: { rating: "5" } }).ids, "c");
  assert.equal(chosen({ values: { rating: "none" } }).ids, "adb");
  assert.equal(chosen({ least: 60, most: 70 }).ids, "dc");
  assert.equal(chosen({ text: "PICTURES/B" }).ids, "b");
});
