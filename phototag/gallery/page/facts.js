/** What the large view says about a photo: the verdict, the sum behind it, words and crops. */

/** @import { Field, Photo } from "./rows.js" */
import { button, make } from "./dom.js";
import { FIELDS, kindOf, wordOf } from "./rows.js";
import { percent, plain, saidAndThought, signed } from "./words.js";

const KINDS = Object.freeze({ headshot: "a headshot", portrait: "a portrait", other: "something else" });

/** @param {Photo} photo @returns {Node[]} */
export function factsOf(photo) {
  const problem = photo.problem
    ? [make("p", { class: "problem", role: "alert" }, `Not written: ${photo.problem}`)]
    : [];
  return [
    verdictOf(photo),
    ...problem,
    decisionsOf(photo),
    make("h3", {}, "What counts for and against a headshot"),
    make(
      "p",
      { class: "ends", "aria-hidden": "true" },
      make("span", {}, "portrait"),
      make("span", {}, "headshot"),
    ),
    barsOf(photo),
    make("h3", {}, "Keywords"),
    listOf("words", photo.words),
    make("h3", {}, "The photo's own keywords"),
    listOf("words", photo.own),
    make("h3", {}, "Crops"),
    listOf("crops", photo.crops.map(cropText)),
    ...refusalsOf(photo),
    make("p", { class: "reason" }, photo.path),
  ];
}

/** @param {Photo} photo */
function verdictOf(photo) {
  const kind = kindOf(photo);
  const word = make("strong", { class: `kind ${kind}` }, kind);
  const said = photo.said.kind;
  if (said !== undefined)
    return make(
      "p",
      { class: "verdict" },
      word,
      `: ${saidAndThought(said, photo.thought, photo.confidence)}`,
    );
  const grade = photo.grade ? `, ${photo.grade}` : "";
  return make("p", { class: "verdict" }, word, `${grade}, ${percent(photo.confidence)} sure`);
}

/** @param {Photo} photo */
function decisionsOf(photo) {
  const kinds = Object.entries(KINDS).map(([kind, text]) =>
    button(kind, `It is ${text}`, { "data-kind": kind, "aria-pressed": String(photo.said.kind === kind) }),
  );
  const fields = /** @type {Field[]} */ (Object.keys(FIELDS)).map((field) => {
    const value = wordOf(photo, field);
    const name = `${plain(field)}: ${value === null ? "undecided" : plain(value)}`;
    return button(field, `${name} …`, { "aria-pressed": String(photo.said[field] !== undefined) });
  });
  const left = button("leave", photo.left ? "Seen and left" : "Leave as it is", {
    "aria-pressed": String(photo.left),
  });
  const back = button("take_back", "Take back");
  if (!Object.keys(photo.said).length && !photo.left) back.disabled = true;
  return make(
    "div",
    { class: "again", role: "group", "aria-label": "What you say" },
    ...kinds,
    ...fields,
    left,
    back,
  );
}

/** @param {Photo} photo */
function barsOf(photo) {
  const [start, total] = photo.ends;
  const amounts = [start[1], total[1], ...photo.findings.map((finding) => finding.amount)];
  const most = Math.max(1, ...amounts.map(Math.abs));
  const bars = make("ul", { class: "bars" });
  // The numbers add up as they stand: build.py has seen to it.
  bars.append(barOf(start[0], start[1], most, start[2]));
  for (const finding of photo.findings) {
    const said = saidOf(photo, finding.name);
    const value = said ?? finding.value;
    const word = make("b", {}, value === null ? plain(finding.status) : plain(value));
    bars.append(barOf(finding.name, finding.amount, most, word, ` – ${reasonOf(finding, said)}`));
  }
  const sum = barOf(total[0], total[1], most, total[2]);
  sum.className = "total";
  bars.append(sum);
  return bars;
}

/** @param {import("./rows.js").Finding} finding @param {string | undefined} said */
function reasonOf(finding, said) {
  if (said === undefined) return finding.reason;
  if (finding.status === "decided")
    return said === finding.value ? finding.reason : `you said ${plain(said)}`;
  return `${saidAndThought(said, finding.value, finding.confidence)}; ${finding.reason}`;
}

/** @param {Photo} photo @param {string} criterion @returns {string | undefined} what a person said of it */
function saidOf(photo, criterion) {
  const field = Object.entries(FIELDS).find(([, name]) => name === criterion)?.[0];
  return field === undefined ? undefined : photo.said[field];
}

/**
 * @param {string} name
 * @param {number} amount
 * @param {number} most
 * @param {...(Node | string)} about
 */
function barOf(name, amount, most, ...about) {
  const bar = make("span", { class: amount < 0 ? "bar against" : "bar" });
  const width = (50 * Math.abs(amount)) / most;
  bar.style.width = `${width}%`;
  bar.style.left = `${amount < 0 ? 50 - width : 50}%`;
  const top = make(
    "div",
    { class: "top" },
    make("span", {}, name),
    make("span", { class: "track" }, bar),
    make("span", { class: "number" }, signed(amount)),
  );
  return make("li", {}, top, make("p", { class: "reason" }, ...about));
}

/** @param {import("./rows.js").Crop} crop */
function cropText({ profile, ratio, width, height, recommended, reason }) {
  return `${profile}, ${ratio}, ${width} × ${height} px${recommended ? " (recommended)" : ""}: ${reason}`;
}

/** @param {Photo} photo */
function refusalsOf(photo) {
  const refused = photo.refusals.filter(([profile]) => !(`crop:${profile}` in photo.said));
  if (!refused.length) return [];
  return [
    make("h3", {}, "Refused crops"),
    listOf(
      "crops refused",
      refused.map(([profile, reason]) => `${profile}: ${reason}`),
    ),
  ];
}

/** @param {string} name @param {readonly string[]} texts */
function listOf(name, texts) {
  if (!texts.length) return make("p", { class: "reason" }, "none");
  return make("ul", { class: name }, ...texts.map((text) => make("li", {}, text)));
}
