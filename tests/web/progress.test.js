import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress } from "../../phototag/gallery/page/progress.js";

test("what is written within a second is only counted", () => {
  const progress = new Progress();
  assert.equal(progress.told(0, 0).text, "");
  assert.deepEqual(progress.told(3, 10), { text: "3 being written", done: 0, all: 3, isLong: false });
  assert.deepEqual(progress.told(1, 900), { text: "1 being written", done: 2, all: 3, isLong: false });
  assert.deepEqual(progress.told(0, 1500), { text: "", done: 0, all: 0, isLong: false });
});

test("what takes longer has a bar, which grows with what is decided meanwhile", () => {
  const progress = new Progress();
  progress.told(5000, 100);
  const later = progress.told(4900, 1100);
  assert.deepEqual(later, { text: "100 of 5000 written", done: 100, all: 5000, isLong: true });
  assert.equal(progress.told(5400, 1200).all, 5400);
  assert.equal(progress.told(0, 9000).isLong, false);
  assert.equal(progress.told(2, 9100).isLong, false);
});
