/** The large view: one photo with what was found drawn over it, its crops to be adjusted, and the reasons. */

/** @import { Photo, Frame } from "./rows.js" */
import { CropEditor } from "./crop_editor.js";
import { largest, proportion } from "./crop_frame.js";
import { find, make } from "./dom.js";
import { factsOf } from "./facts.js";
import { frameOf, frameText, kindOf, profilesOf } from "./rows.js";

const SVG = "http://www.w3.org/2000/svg";
const LAYERS = Object.freeze(["face", "head", "body"]);

/** @typedef {{ name: string, title: string, ratio: [number, number] }} Profile */

/**
 * @typedef {object} Sources
 * @property {(photo: Photo) => string} thumb
 * @property {(photo: Photo) => string} large address of a larger picture; empty if there is none
 * @property {(photo: Photo, profile: string, frame: string | null) => Promise<void>} cropped a crop was drawn, or reset
 * @property {readonly Profile[]} profiles
 */

export class LargeView {
  #dialog = find("view", HTMLDialogElement);
  #image = find("large", HTMLImageElement);
  #select = find("profile", HTMLSelectElement);
  #sources;
  #editor;
  /** @type {Photo | null} */
  #photo = null;
  #isDrawn = true;
  /** @type {Set<string>} */
  #layers = new Set(LAYERS);
  /** The profile whose crop is shown; null: the one that each photo's analysis recommends. @type {string | null} */
  #profile = null;

  /** The profile whose crop the editor shows. */
  #edited = "";

  /** @param {Sources} sources */
  constructor(sources) {
    this.#sources = sources;
    this.#editor = new CropEditor(
      (frame) => this.#adjusted(frame),
      () => this.focus(),
    );
    this.#select.onchange = () => this.#choose(this.#select.value);
    for (const layer of LAYERS) {
      const box = make("input", { type: "checkbox", name: layer });
      box.checked = true;
      box.onchange = () => {
        if (box.checked) this.#layers.add(layer);
        else this.#layers.delete(layer);
        this.#draw();
      };
      find("layers", HTMLElement).append(make("label", {}, box, ` ${layer}`));
    }
  }

  get isOpen() {
    return this.#dialog.open;
  }

  /** @param {Photo} photo */
  open(photo) {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.show(photo);
    this.focus();
  }

  close() {
    this.#editor.finish();
    this.#dialog.close();
  }

  focus() {
    find("stage", HTMLElement).focus({ preventScroll: true });
  }

  /** @param {Photo} photo */
  show(photo) {
    if (this.#photo !== photo) this.#editor.finish();
    this.#photo = photo;
    find("view-title", HTMLElement).textContent = photo.name;
    this.#image.alt = `${photo.name}: ${kindOf(photo)}`;
    this.#image.removeAttribute("src");
    const thumb = this.#sources.thumb(photo);
    if (thumb) this.#image.src = thumb;
    const address = this.#sources.large(photo);
    if (address) {
      const whole = new Image();
      whole.onload = () => {
        if (this.#photo === photo) this.#image.src = whole.src;
      };
      whole.src = address;
    }
    const stage = find("stage", HTMLElement);
    const ratio = photo.width / photo.height;
    stage.style.aspectRatio = String(ratio);
    stage.style.width = `min(100%, calc((94vh - 12rem) * ${ratio}))`;
    this.#fill();
    find("facts", HTMLElement).scrollTop = 0;
  }

  /** The photo's thumbnail has arrived, or something was decided about it. @param {ReadonlySet<number>} ats */
  refresh(ats) {
    if (!this.isOpen || !this.#photo || !ats.has(this.#photo.at)) return;
    if (!this.#image.getAttribute("src")) this.#image.src = this.#sources.thumb(this.#photo);
    this.#fill();
  }

  /** Show or hide everything that is drawn over the photo. */
  toggleDrawings() {
    this.#isDrawn = !this.#isDrawn;
    this.#draw();
  }

  /** Show the crop of the next profile, or of the one before. @param {number} by */
  stepProfile(by) {
    const values = [...this.#select.options].map((option) => option.value);
    const next = (values.indexOf(this.#select.value) + by + values.length) % values.length;
    this.#choose(values[next] ?? "");
  }

  /** Adjust the crop that is shown; draw one where it was refused. */
  async adjust() {
    const photo = this.#photo;
    const profile = this.#select.value;
    if (!photo || !profile) return;
    this.#isDrawn = true;
    this.#draw();
    if (!frameOf(photo, profile))
      await this.#cropped(photo, profile, frameText(largest(this.#shape(photo, profile), faceOf(photo))));
    this.#editor.focus();
  }

  /** Take back what was drawn. */
  resetCrop() {
    if (this.#photo && `crop:${this.#select.value}` in this.#photo.said)
      this.#cropped(this.#photo, this.#select.value, null);
  }

  /** @param {string} profile */
  #choose(profile) {
    this.#editor.finish();
    this.#profile = profile;
    if (this.#photo) this.#fill();
  }

  /** @param {Frame} frame */
  #adjusted(frame) {
    if (this.#photo) this.#cropped(this.#photo, this.#edited, frameText(frame));
  }

  /** @param {Photo} photo @param {string} profile @param {string | null} frame */
  #cropped(photo, profile, frame) {
    return this.#sources.cropped(photo, profile, frame);
  }

  #fill() {
    const photo = this.#photo;
    if (!photo) return;
    this.#options(photo);
    const facts = find("facts", HTMLElement);
    const focused = facts.contains(document.activeElement) ? document.activeElement : null;
    facts.replaceChildren(...factsOf(photo));
    if (focused instanceof HTMLElement) {
      const same = facts.querySelector(`[data-action="${focused.dataset.action}"]`);
      if (same instanceof HTMLElement) same.focus();
      else this.focus();
    }
    this.#draw();
  }

  /** The profiles to choose from. @param {Photo} photo */
  #options(photo) {
    const there = profilesOf(photo);
    const refused = photo.refusals.map(([profile]) => profile).filter((profile) => !there.includes(profile));
    const option = (/** @type {string} */ name) => {
      const title = this.#sources.profiles.find((profile) => profile.name === name)?.title ?? name;
      const drawn = `crop:${name}` in photo.said ? " (as you drew it)" : "";
      return make("option", { value: name }, `${title}${drawn}`);
    };
    const groups = [
      ["crops", there],
      ["refused", refused],
    ].filter(([, names]) => names?.length);
    this.#select.replaceChildren(
      make("option", { value: "" }, "no crop"),
      ...groups.map(([label, names]) =>
        make("optgroup", { label: String(label) }, .../** @type {string[]} */ (names).map(option)),
      ),
    );
    const recommended = photo.crops.find((crop) => crop.recommended)?.profile ?? "";
    const wanted = this.#profile ?? recommended;
    this.#select.value = [...there, ...refused].includes(wanted) ? wanted : "";
  }

  #draw() {
    const photo = this.#photo;
    if (!photo) return;
    const profile = this.#select.value;
    const frame = this.#isDrawn && profile ? frameOf(photo, profile) : null;
    const shapes = photo.shapes.filter((shape) => this.#layers.has(shape.layer));
    const over = find("over", SVGElement);
    over.style.display = this.#isDrawn ? "" : "none";
    over.replaceChildren(...shapes.map(drawingOf));
    this.#edited = profile;
    this.#editor.show(frame, this.#shape(photo, profile), profile);
    const refusal = photo.refusals.find(([name]) => name === profile)?.[1];
    find("refusal", HTMLElement).textContent = !frame && refusal ? `Refused: ${refusal}` : "";
    const adjust = find("adjust", HTMLButtonElement);
    adjust.textContent = frame || !profile ? "Adjust" : "Draw it";
    adjust.disabled = !profile;
    find("reset-crop", HTMLButtonElement).disabled = !(`crop:${profile}` in photo.said);
  }

  /** @param {Photo} photo @param {string} profile */
  #shape(photo, profile) {
    const known = this.#sources.profiles.find((one) => one.name === profile)?.ratio;
    const [width = 1, height = 1] =
      known ??
      photo.crops
        .find((crop) => crop.profile === profile)
        ?.ratio.split(":")
        .map(Number) ??
      [];
    return proportion(width / height, photo);
  }
}

/** @param {Photo} photo @returns {{ x: number, y: number }} the middle of the main face, or of the picture */
function faceOf(photo) {
  const [left = 0, top = 0, right = 1, , , bottom = 1] =
    photo.shapes.find((shape) => shape.layer === "face")?.points ?? [];
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

/** @param {import("./rows.js").Shape} shape */
function drawingOf({ layer, points, closed, label }) {
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", layer);
  for (const part of ["under", "line"]) {
    const line = document.createElementNS(SVG, closed ? "polygon" : "polyline");
    line.setAttribute("class", part);
    line.setAttribute("points", points.join(" "));
    group.append(line);
  }
  const words = document.createElementNS(SVG, "title");
  words.textContent = label;
  group.append(words);
  return group;
}
