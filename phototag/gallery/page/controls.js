/** The filters: their fields, what is asked with them, and the counts beside their values. */

/** @import { Asked, Chosen } from "./filters.js" */
import { find, make } from "./dom.js";
import { plain } from "./words.js";

const MOST_SUGGESTIONS = 60;

/** @typedef {{ name: string, title: string, values: [string, string][] }} Filter the values with their names */

export class Controls {
  #form = find("filters", HTMLFormElement);
  #filters;
  #changed;
  isDoubtful = false;

  /** @param {readonly Filter[]} filters @param {() => void} changed something else is asked */
  constructor(filters, changed) {
    this.#filters = filters;
    this.#changed = changed;
    find("choices", HTMLElement).append(...filters.map(fieldOf));
    // Order and sheet belong to the form, but stand elsewhere.
    document.addEventListener("input", (event) => {
      if (this.#owns(event.target)) this.#ask();
    });
    // Some set a choice without an input event; a text field's change would come with the next click.
    document.addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement && this.#owns(event.target)) this.#ask();
    });
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("reset", () => {
      this.isDoubtful = false;
      setTimeout(() => this.#ask());
    });
  }

  /** @returns {Asked} */
  get asked() {
    const asked = Object.fromEntries(new FormData(this.#form));
    const values = this.#filters.map(({ name }) => [name, String(asked[name] ?? "")]);
    return {
      values: Object.fromEntries(values),
      doubtful: this.isDoubtful,
      least: Number(asked.least),
      most: Number(asked.most),
      keyword: String(asked.keyword),
      text: String(asked.text),
      sheet: String(asked.sheet),
      sort: String(asked.sort),
    };
  }

  /** Ask the same as before. @param {Asked} asked */
  restore(asked) {
    const { values, doubtful, ...others } = asked;
    for (const [name, value] of Object.entries({ ...values, ...others })) {
      const field = this.#form.elements.namedItem(name);
      if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value))
        continue;
      if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
        field.value = String(value);
    }
    this.isDoubtful = Boolean(doubtful);
    this.#tell();
  }

  clear() {
    this.#form.reset();
  }

  toggleDoubtful() {
    this.isDoubtful = !this.isDoubtful;
    this.#ask();
  }

  /** A sheet of the next profile's crops; after the last one, whole photos. */
  stepSheet() {
    const select = find("sheet", HTMLSelectElement);
    select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
    this.#ask();
  }

  /** How many photos there would be for each value. @param {Chosen} chosen */
  count(chosen) {
    for (const { name, values } of this.#filters) {
      const select = this.#form.elements.namedItem(name);
      if (!(select instanceof HTMLSelectElement)) continue;
      const titles = new Map(values);
      for (const option of select.options) {
        if (!option.value) continue;
        const count = chosen.counts[name]?.get(option.value) ?? 0;
        option.textContent = `${titles.get(option.value) ?? option.value} (${count})`;
        option.classList.toggle("none", !count);
      }
    }
    find("doubtful-count", HTMLElement).textContent = String(chosen.doubtful);
    const words = [...chosen.keywords].sort((a, b) => b[1] - a[1]).slice(0, MOST_SUGGESTIONS);
    find("own-keywords", HTMLDataListElement).replaceChildren(
      ...words.map(([word, count]) => make("option", { value: word, label: `${word} (${count})` })),
    );
  }

  /** @param {EventTarget | null} field */
  #owns(field) {
    const isField = field instanceof HTMLInputElement || field instanceof HTMLSelectElement;
    return isField && field.form === this.#form;
  }

  #ask() {
    this.#tell();
    this.#changed();
  }

  #tell() {
    find("doubtful", HTMLElement).setAttribute("aria-pressed", String(this.isDoubtful));
    for (const output of this.#form.querySelectorAll("output")) {
      const field = output.previousElementSibling;
      if (field instanceof HTMLInputElement) output.textContent = `${field.value} %`;
    }
    const { values, least, most, keyword, text } = this.asked;
    const set =
      [...Object.values(values), keyword, text].filter(Boolean).length +
      Number(least > 0) +
      Number(most < 100);
    find("filters-set", HTMLElement).textContent = set ? ` (${set})` : "";
  }
}

/** @param {Filter} filter */
function fieldOf({ name, title, values }) {
  const all = make("option", { value: "" }, "all");
  const options = values.map(([value, text]) => make("option", { value }, plain(text)));
  return make("label", {}, title, make("select", { name }, all, ...options));
}
