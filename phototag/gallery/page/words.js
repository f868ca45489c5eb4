/** How values and numbers are put into words; `phototag/wording.py` does the same for texts. */

/** @param {unknown} value */
export function plain(value) {
  return String(value).replaceAll("_", " ");
}

/** @param {number} share 0..1; never shown as 100 %. */
export function percent(share) {
  return share > 0.99 ? "over 99 %" : `${Math.round(100 * share)} %`;
}

/** @param {number} number */
export function signed(number) {
  if (!number) return "0";
  return (number > 0 ? "+" : "−") + Math.abs(number).toFixed(1);
}

/**
 * A person's word beside what phototag thought: never with the machine's certainty.
 *
 * @param {string} said
 * @param {string | null} thought
 * @param {number} confidence phototag's
 */
export function saidAndThought(said, thought, confidence) {
  if (thought === null) return `you said ${plain(said)}; phototag could not tell`;
  if (thought === said) return `you said ${plain(said)}; so did phototag, ${percent(confidence)}`;
  return `you said ${plain(said)}; phototag thought ${plain(thought)}, ${percent(confidence)}`;
}

/** @param {number} count */
export function photosText(count) {
  return count === 1 ? "1 photo" : `${count} photos`;
}
