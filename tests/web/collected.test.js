import assert from "node:assert/strict";
import { test } from "node:test";
import { Collected } from "../../phototag/gallery/page/collected.js";
import { photosOf } from "./samples.js";

function begun() {
  /** @type {unknown} */
  let kept = null;
  const store = {
    read: () => kept,
    /** @param {unknown} value */
    write: (value) => {
      kept = structuredClone(value);
    },
  };
  const values = { cropping: "half_body", mood: null, environment: "studio" };
  const photos = photosOf(
    { id: "a", values },
    { id: "b", said: { shot: "face" }, values },
    { id: "a", values },
  );
  return { photos, store, keeper: new Collected(photos, store) };
}

/** @param {import("../../phototag/gallery/page/rows.js").Photo | undefined} photo @param {string} field */
function saidOf(photo, field) {
  return photo?.said[field];
}

/** @param {Collected} keeper */
function rows(keeper) {
  return JSON.parse(keeper.exported()).corrections;
}

test("copies of a picture are decided together, and saved once", async () => {
  const { photos, keeper } = begun();
  assert.deepEqual(await keeper.decide([0], { kind: "headshot" }), [0, 2]);
  assert.equal(photos[2]?.said.kind, "headshot");
  assert.deepEqual(rows(keeper), [
    { path: "/pictures/a.jpg", picture: "a", said: { kind: "headshot" }, left: {} },
  ]);
});

test("a decision that agrees is kept: a confirmation", async () => {
  const { keeper } = begun();
  await keeper.decide([0], { kind: "portrait" });
  assert.deepEqual(rows(keeper)[0].said, { kind: "portrait" });
  assert.equal(keeper.count, 1);
});

test("what is left as it is says what phototag said, apart from what people have said", async () => {
  const { keeper } = begun();
  await keeper.leave([0, 1]);
  assert.deepEqual(
    rows(keeper).map((/** @type {any} */ row) => row.left),
    [
      { kind: "portrait", shot: "half_body", environment: "studio" },
      { kind: "portrait", environment: "studio" },
    ],
  );
  await keeper.decide([0], { kind: "other" });
  assert.deepEqual(rows(keeper)[0].left, { shot: "half_body", environment: "studio" });
});

test("one undo for one decision about many photos, and redo", async () => {
  const { photos, keeper } = begun();
  await keeper.decide([0, 1], { expression: "smile" });
  await keeper.decide([1], { expression: null, "crop:web": "0 0 1 1" });
  assert.deepEqual(photos[1]?.said, { shot: "face", "crop:web": "0 0 1 1" });
  assert.deepEqual(await keeper.undo(), [1]);
  assert.equal(saidOf(photos[1], "expression"), "smile");
  assert.deepEqual(await keeper.undo(), [0, 1, 2]);
  assert.deepEqual(photos[1]?.said, { shot: "face" });
  assert.deepEqual(await keeper.undo(), []);
  await keeper.redo();
  assert.equal(photos[0]?.said.expression, "smile");
  await keeper.decide([0], { kind: "other" });
  assert.deepEqual(await keeper.redo(), [], "another decision ends what could be done again");
});

test("taking back leaves what was said before this page", async () => {
  const { photos, keeper } = begun();
  await keeper.decide([1], { shot: "full_body" });
  await keeper.leave([1]);
  await keeper.takeBack([1]);
  assert.deepEqual(photos[1]?.said, { shot: "face" });
  assert.equal(photos[1]?.left, false);
  assert.equal(keeper.count, 0);
});

test("the next visit knows everything that is kept", async () => {
  const { keeper, store } = begun();
  await keeper.decide([0], { kind: "headshot" });
  await keeper.leave([1]);
  const { photos } = begun();
  assert.equal(new Collected(photos, store).exported(), keeper.exported());
  assert.equal(photos[0]?.said.kind, "headshot");
  await keeper.discard();
  assert.deepEqual(store.read(), []);
});
