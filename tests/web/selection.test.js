import assert from "node:assert/strict";
import { test } from "node:test";
import { Selection } from "../../phototag/gallery/page/selection.js";
import { photosOf } from "./samples.js";

const SHOWN = photosOf({ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }, { id: "e" });

function begun(place = 1) {
  const selection = new Selection();
  selection.moveTo(place);
  return selection;
}

test("without marks a decision is about the current photo", () => {
  assert.deepEqual(begun().targets(SHOWN), [1]);
  assert.deepEqual(new Selection().targets([]), []);
});

test("Shift marks from where it began, forwards and backwards", () => {
  const selection = begun(2);
  selection.extendTo(4, SHOWN);
  assert.deepEqual(selection.targets(SHOWN), [2, 3, 4]);
  selection.extendTo(1, SHOWN);
  assert.deepEqual(selection.targets(SHOWN), [1, 2]);
  assert.equal(selection.current, 1);
});

test("Ctrl marks one more, or one less", () => {
  const selection = begun(0);
  selection.toggle(0, SHOWN);
  selection.toggle(3, SHOWN);
  assert.deepEqual(selection.targets(SHOWN), [0, 3]);
  selection.toggle(0, SHOWN);
  assert.deepEqual(selection.targets(SHOWN), [3]);
});

test("moving on marks nothing", () => {
  const selection = begun(0);
  selection.markAll(SHOWN);
  assert.equal(selection.targets(SHOWN).length, 5);
  selection.moveTo(1);
  assert.deepEqual(selection.targets(SHOWN), [1]);
});

test("another choice keeps the photo, and marks only what is shown", () => {
  const selection = begun(3);
  selection.markAll(SHOWN);
  const fewer = SHOWN.filter((photo) => photo.at % 2);
  selection.settle(fewer, SHOWN[3]);
  assert.equal(selection.current, 1);
  assert.deepEqual([...selection.marked], [1, 3]);
  selection.settle([], SHOWN[3]);
  assert.equal(selection.current, -1);
});
