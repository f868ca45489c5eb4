import assert from "node:assert/strict";
import { test } from "node:test";
import { actionOf, combination } from "../../phototag/gallery/page/keys.js";
import {
  frameOf,
  frameText,
  isDoubtful,
  kindOf,
  profilesOf,
  wordOf,
} from "../../phototag/gallery/page/rows.js";
import { percent, saidAndThought, signed } from "../../phototag/gallery/page/words.js";
import { photosOf } from "./samples.js";

test("a person's word never has the machine's certainty", () => {
  assert.equal(
    saidAndThought("headshot", "portrait", 0.59),
    "you said headshot; phototag thought portrait, 59 %",
  );
  assert.equal(saidAndThought("half_body", "half_body", 1), "you said half body; so did phototag, over 99 %");
  assert.equal(saidAndThought("smile", null, 0), "you said smile; phototag could not tell");
});

test("nothing is 100 % sure", () => {
  assert.deepEqual([0.594, 0.99, 0.991, 1].map(percent), ["59 %", "99 %", "over 99 %", "over 99 %"]);
  assert.deepEqual([1.25, -0.5, 0].map(signed), ["+1.3", "−0.5", "0"]);
});

test("a photo answers with the person's word first", () => {
  const [photo] = photosOf({
    kind: "portrait",
    confidence: 0.6,
    values: { cropping: "face" },
    said: { shot: "half_body" },
  });
  assert.ok(photo);
  assert.equal(kindOf(photo), "portrait");
  assert.equal(wordOf(photo, "shot"), "half_body");
  assert.equal(wordOf(photo, "environment"), null);
  assert.ok(isDoubtful(photo, 0.8));
  photo.said.kind = "portrait";
  assert.ok(!isDoubtful(photo, 0.8));
});

test("a drawn crop goes before the suggestion, and can stand where it was refused", () => {
  const [photo] = photosOf({ crops: ["web"], refused: ["linkedin"] });
  assert.ok(photo);
  assert.deepEqual(frameOf(photo, "web"), { x: 0.1, y: 0.2, w: 0.5, h: 0.5 });
  assert.equal(frameOf(photo, "linkedin"), null);
  const frame = { x: 0.25, y: 0, w: 1 / 3, h: 0.5 };
  photo.said = { "crop:linkedin": frameText(frame), "crop:web": "0 0 1 1" };
  assert.equal(photo.said["crop:linkedin"], "0.25 0 0.333333 0.5");
  assert.deepEqual(frameOf(photo, "web"), { x: 0, y: 0, w: 1, h: 1 });
  assert.deepEqual(profilesOf(photo), ["web", "linkedin"]);
});

const NONE = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };

test("keys have one name, whichever keyboard they come from", () => {
  const names = /** @type {const} */ ([
    [{ key: "h" }, "h"],
    [{ key: "H" }, "h"],
    [{ key: "C", shiftKey: true }, "Shift+c"],
    [{ key: "?", shiftKey: true }, "?"],
    [{ key: "+", shiftKey: true }, "+"],
    [{ key: " ", ctrlKey: true }, "Ctrl+Space"],
    [{ key: "Z", metaKey: true, shiftKey: true }, "Ctrl+Shift+z"],
    [{ key: "ArrowUp", shiftKey: true }, "Shift+ArrowUp"],
    [{ key: "h", altKey: true }, "Alt+h"],
  ]);
  for (const [press, name] of names) assert.equal(combination({ ...NONE, ...press }), name);
});

test("a key does what it does where it does it", () => {
  /** @type {import("../../phototag/gallery/page/keys.js").Key[]} */
  const table = [
    { action: "open", keys: ["Enter"], shown: "Enter", does: "open", where: "grid", mode: "both" },
    {
      action: "leave_next",
      keys: ["Enter", "Space"],
      shown: "Enter",
      does: "leave",
      where: "large",
      mode: "both",
    },
    { action: "help", keys: ["?"], shown: "?", does: "help", where: "both", mode: "both" },
  ];
  assert.equal(actionOf(table, "Enter", "grid"), "open");
  assert.equal(actionOf(table, "Enter", "large"), "leave_next");
  assert.equal(actionOf(table, "?", "large"), "help");
  assert.equal(actionOf(table, "x", "grid"), null);
});
