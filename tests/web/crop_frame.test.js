import assert from "node:assert/strict";
import { test } from "node:test";
import {
  HANDLES,
  largest,
  moved,
  proportion,
  resized,
  scaled,
} from "../../phototag/gallery/page/crop_frame.js";

const SHAPE = proportion(4 / 5, { width: 3000, height: 2000 });
const FRAME = { x: 0.3, y: 0.2, w: 0.5 * SHAPE, h: 0.5 };

/** @param {{ x: number, y: number, w: number, h: number }} frame */
function assertSound({ x, y, w, h }) {
  assert.ok(Math.abs(w / h - SHAPE) < 1e-9, "it keeps its proportions");
  const slack = 1e-9;
  assert.ok(x >= -slack && y >= -slack && x + w <= 1 + slack && y + h <= 1 + slack, "it is inside");
  assert.ok(w > 0.03 || h > 0.03, "something is left of it");
}

test("the proportions are those of the pixels", () => {
  assert.equal(SHAPE, (4 * 2000) / (5 * 3000));
});

test("every handle keeps proportions and stays inside, however far it is dragged", () => {
  for (const handle of HANDLES)
    for (const dx of [-2, -0.1, 0.013, 0.2, 2])
      for (const dy of [-2, -0.1, 0.013, 0.2, 2]) assertSound(resized(FRAME, handle, dx, dy, SHAPE));
});

test("the corner opposite stays where it is", () => {
  const larger = resized(FRAME, "se", 0.05, 0.05, SHAPE);
  assert.ok(larger.w > FRAME.w);
  assert.ok(Math.abs(larger.x - FRAME.x) < 1e-9 && Math.abs(larger.y - FRAME.y) < 1e-9);
  const smaller = resized(FRAME, "nw", 0.05, 0.05, SHAPE);
  assert.ok(smaller.w < FRAME.w);
  assert.ok(Math.abs(smaller.x + smaller.w - FRAME.x - FRAME.w) < 1e-9);
});

test("an edge keeps the edge opposite and the middle", () => {
  const larger = resized(FRAME, "e", 0.02, 0, SHAPE);
  assert.ok(Math.abs(larger.x - FRAME.x) < 1e-9);
  assert.ok(Math.abs(larger.y + larger.h / 2 - FRAME.y - FRAME.h / 2) < 1e-9);
});

test("moving stops at the picture's edges", () => {
  assert.deepEqual(moved(FRAME, -1, -1), { ...FRAME, x: 0, y: 0 });
  assertSound(moved(FRAME, 1, 1));
});

test("the largest frame touches two sides, near the point asked for", () => {
  const frame = largest(SHAPE, { x: 0.9, y: 0.1 });
  assertSound(frame);
  assert.equal(frame.h, 1);
  assert.ok(Math.abs(frame.x + frame.w - 1) < 1e-9);
});

test("scaling keeps the middle", () => {
  const larger = scaled(FRAME, 1.1, SHAPE);
  assertSound(larger);
  assert.ok(Math.abs(larger.w - 1.1 * FRAME.w) < 1e-9);
  assert.ok(Math.abs(larger.x + larger.w / 2 - FRAME.x - FRAME.w / 2) < 1e-9);
});
