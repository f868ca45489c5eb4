/** How far the writing of decisions is. */

const PATIENCE = 1000; // ms; what takes no longer needs no bar

/**
 * @typedef {object} State
 * @property {string} text what there is to say; empty when nothing is waiting
 * @property {number} done photos of those that are or were waiting
 * @property {number} all
 * @property {boolean} isLong whether it has taken so long that a bar is shown
 */

export class Progress {
  #all = 0;
  #since = 0;

  /**
   * @param {number} waiting photos that are still to be written
   * @param {number} now ms
   * @returns {State}
   */
  told(waiting, now) {
    if (!waiting) this.#all = 0;
    else if (!this.#all) this.#since = now;
    this.#all = Math.max(this.#all, waiting);
    const done = this.#all - waiting;
    const isLong = waiting > 0 && now - this.#since >= PATIENCE;
    const text = isLong ? `${done} of ${this.#all} written` : `${waiting} being written`;
    return { text: waiting ? text : "", done, all: this.#all, isLong };
  }
}
