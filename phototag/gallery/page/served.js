/** Photos and decisions of a review: its server on this computer has both. */

/** @import { Photo, Said } from "./rows.js" */
/** @import { Keeper, Saying } from "./keeper.js" */
import { photoOf } from "./rows.js";

const PAUSE = 400; // ms between two questions for photos that are still being looked at
const AGAIN = 3000; // ms after the server has not answered

/** @implements {Keeper} */
export class Served {
  #photos;
  #token;

  /** @param {Photo[]} photos filled as the server has looked at them @param {string} token */
  constructor(photos, token) {
    this.#photos = photos;
    this.#token = token;
  }

  /** @param {"thumb" | "large"} size @param {number} at */
  picture(size, at) {
    return `/${size}/${at}?token=${encodeURIComponent(this.#token)}`;
  }

  /**
   * All photos, as they are looked at.
   *
   * @param {(failures: string[]) => void} arrived after each part
   */
  async load(arrived) {
    for (let done = false; !done; ) {
      const answer = await this.#ask("GET", `/api/photos?from=${this.#photos.length}`);
      for (const row of answer.photos) this.#photos.push(photoOf(row, this.#photos.length));
      done = answer.done;
      arrived(answer.failures);
      if (!done && !answer.photos.length) await pause(PAUSE);
    }
  }

  /** @param {number[]} ats @param {Saying} said */
  async decide(ats, said) {
    const words = Object.entries(said).map(([field, value]) => [field, sent(field, value)]);
    return this.#changed("/api/decide", { photos: ats, said: Object.fromEntries(words) });
  }

  /** @param {number[]} ats */
  async leave(ats) {
    return this.#changed("/api/decide", { photos: ats, left: true });
  }

  /** @param {number[]} ats */
  async takeBack(ats) {
    const fields = new Set(ats.flatMap((at) => Object.keys(this.#photos[at]?.said ?? {})));
    if (!fields.size) return [];
    return this.decide(ats, Object.fromEntries([...fields].map((field) => [field, null])));
  }

  async undo() {
    return this.#changed("/api/undo", {});
  }

  async redo() {
    return this.#changed("/api/redo", {});
  }

  /** The photos nearest the person's own line. @param {number} count @returns {Promise<number[]>} */
  async next(count) {
    return (await this.#ask("GET", `/api/next?count=${count}`)).photos;
  }

  /** @returns {Promise<unknown>} */
  place() {
    return this.#ask("GET", "/api/place");
  }

  /** @param {unknown} place */
  async keepPlace(place) {
    await this.#ask("PUT", "/api/place", place);
  }

  /**
   * What has become of the decisions, as long as the page is open.
   *
   * @param {(changed: number[], waiting: number) => void} told
   * @param {(message: string) => void} failed the server did not answer
   */
  async follow(told, failed) {
    for (let last = 0; ; ) {
      try {
        const answer = await this.#ask("GET", `/api/events?after=${last}`);
        last = answer.last;
        this.#put(answer.rows);
        for (const event of answer.events) {
          const photo = this.#photos[event.photo];
          if (photo) photo.problem = event.problem ?? "";
        }
        told(
          answer.events.map((/** @type {{ photo: number }} */ event) => event.photo),
          answer.waiting,
        );
      } catch (error) {
        failed(messageOf(error));
        await pause(AGAIN);
      }
    }
  }

  /** @param {string} address @param {unknown} body */
  async #changed(address, body) {
    const answer = await this.#ask("POST", address, body);
    const later = Object.entries(/** @type {Record<string, [Said, boolean]>} */ (answer.said ?? {}));
    for (const [at, [said, left]] of later) {
      const photo = this.#photos[Number(at)];
      if (photo) Object.assign(photo, { said, left });
    }
    return [...this.#put(answer.rows), ...later.map(([at]) => Number(at))];
  }

  /** Take over the rows of photos, by their numbers. @param {Record<string, any[]>} [rows] */
  #put(rows = {}) {
    return Object.entries(rows).map(([at, row]) => {
      const old = this.#photos[Number(at)];
      if (old) Object.assign(old, photoOf(row, old.at), { problem: old.problem });
      return Number(at);
    });
  }

  /**
   * @param {string} method
   * @param {string} address
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async #ask(method, address, body) {
    /** @type {RequestInit} */
    const request = { method, headers: { "X-Phototag-Token": this.#token } };
    if (body !== undefined) {
      request.body = JSON.stringify(body);
      request.headers = { ...request.headers, "Content-Type": "application/json" };
    }
    let response;
    try {
      response = await fetch(address, request);
    } catch {
      throw new Error("The server does not answer: start phototag review again, and reload this page.");
    }
    if (response.ok) return response.status === 204 ? null : response.json();
    if (response.status === 409 && address === "/api/undo") throw new Error("There is nothing to undo.");
    if (response.status === 409 && address === "/api/redo") throw new Error("There is nothing to redo.");
    throw new Error(await problemOf(response));
  }
}

/** @param {string} field @param {string | null} value */
function sent(field, value) {
  return value !== null && field.startsWith("crop:") ? value.split(" ").map(Number) : value;
}

/** @param {Response} response */
async function problemOf(response) {
  const text = await response.text();
  try {
    const { problem, error } = JSON.parse(text);
    return String(problem ?? error ?? text);
  } catch {
    return text || `The server refuses it (${response.status}).`;
  }
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {number} time ms */
function pause(time) {
  return new Promise((resolve) => setTimeout(resolve, time));
}
