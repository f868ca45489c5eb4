/** Moving a crop and changing its size: it keeps its proportions and stays inside the picture. */

/** @import { Frame } from "./rows.js" */

/** The least side of a crop, as a part of the picture's. */
const LEAST = 0.04;

/** Where a handle lies, and so which point stays: 0 = left or top, 1 = right or bottom, ½ = the middle. */
const STAYS = Object.freeze({
  n: [0.5, 1],
  s: [0.5, 0],
  w: [1, 0.5],
  e: [0, 0.5],
  nw: [1, 1],
  ne: [0, 1],
  sw: [1, 0],
  se: [0, 0],
});

/** @typedef {keyof typeof STAYS} Handle */

export const HANDLES = /** @type {Handle[]} */ (Object.keys(STAYS));

/**
 * Width to height of a crop in fractions of a picture.
 *
 * @param {number} ratio width to height in pixels
 * @param {{ width: number, height: number }} picture
 */
export function proportion(ratio, picture) {
  return (ratio * picture.height) / picture.width;
}

/** @param {Frame} frame @param {number} dx @param {number} dy @returns {Frame} */
export function moved(frame, dx, dy) {
  return { ...frame, x: within(frame.x + dx, 0, 1 - frame.w), y: within(frame.y + dy, 0, 1 - frame.h) };
}

/**
 * The frame after one of its handles was moved; the side or corner opposite stays where it is.
 *
 * @param {Frame} frame
 * @param {Handle} handle
 * @param {number} dx
 * @param {number} dy
 * @param {number} shape width to height, in fractions
 * @returns {Frame}
 */
export function resized(frame, handle, dx, dy, shape) {
  const [ax = 0, ay = 0] = STAYS[handle];
  const wider = frame.w + (ax === 0.5 ? 0 : ax ? -dx : dx);
  const higher = frame.h + (ay === 0.5 ? 0 : ay ? -dy : dy);
  const byWidth = ax !== 0.5;
  const byHeight = ay !== 0.5;
  const wanted = byWidth && byHeight ? Math.max(wider, higher * shape) : byWidth ? wider : higher * shape;
  return around(frame.x + ax * frame.w, frame.y + ay * frame.h, ax, ay, wanted, shape);
}

/** Larger (factor above 1) or smaller around its middle. @param {Frame} frame @param {number} factor @param {number} shape */
export function scaled(frame, factor, shape) {
  return around(frame.x + frame.w / 2, frame.y + frame.h / 2, 0.5, 0.5, frame.w * factor, shape);
}

/**
 * The largest frame of this shape, as near to a point as the picture allows.
 *
 * @param {number} shape
 * @param {{ x: number, y: number }} middle
 * @returns {Frame}
 */
export function largest(shape, middle) {
  const w = Math.min(1, shape);
  const h = Math.min(1, 1 / shape);
  return moved({ x: 0, y: 0, w, h }, middle.x - w / 2, middle.y - h / 2);
}

/**
 * @param {number} px the point that stays
 * @param {number} py
 * @param {number} ax where it lies in the frame, 0..1
 * @param {number} ay
 * @param {number} wanted width
 * @param {number} shape
 * @returns {Frame}
 */
function around(px, py, ax, ay, wanted, shape) {
  const most = Math.min(room(px, ax), room(py, ay) * shape);
  const least = Math.min(Math.max(LEAST, LEAST * shape), most);
  const w = within(wanted, least, most);
  const h = w / shape;
  return moved({ x: px - ax * w, y: py - ay * h, w, h }, 0, 0);
}

/** The longest side that a point at this place of it leaves room for. @param {number} point @param {number} place */
function room(point, place) {
  const before = place > 0 ? point / place : Number.POSITIVE_INFINITY;
  const after = place < 1 ? (1 - point) / (1 - place) : Number.POSITIVE_INFINITY;
  return Math.min(before, after, 1);
}

/** @param {number} value @param {number} low @param {number} high */
function within(value, low, high) {
  return Math.max(low, Math.min(value, high));
}
