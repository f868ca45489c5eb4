/** What keeps decisions: a gallery collects them, a review sends them to its server. */

/**
 * What a person says, by field; null takes that field back.
 *
 * @typedef {Record<string, string | null>} Saying
 */

/**
 * Each answers the numbers of the photos that have changed, and raises an error whose message says why not.
 *
 * @typedef {object} Keeper
 * @property {(ats: number[], said: Saying) => Promise<number[]>} decide
 * @property {(ats: number[]) => Promise<number[]>} leave note that they were seen and left as they are
 * @property {(ats: number[]) => Promise<number[]>} takeBack
 * @property {() => Promise<number[]>} undo
 * @property {() => Promise<number[]>} redo
 */

/**
 * A value in the browser's store for this page; without a store it is kept for this visit only.
 *
 * @param {string} name
 */
export function stored(name) {
  const key = `phototag ${name} ${location.pathname}`;
  return {
    /** @returns {unknown} */
    read() {
      try {
        return JSON.parse(localStorage.getItem(key) ?? "null");
      } catch {
        return null;
      }
    },
    /** @param {unknown} value */
    write(value) {
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // A browser may forbid it, for pages on the disk too.
      }
    },
  };
}
