/** A menu for one choice: a digit chooses, or the arrows and Enter; Escape chooses nothing. */

import { find, make } from "./dom.js";
import { plain } from "./words.js";

/**
 * @typedef {object} Choice
 * @property {string | null} value null takes back what was said
 * @property {string} text
 */

/**
 * @param {string} title
 * @param {readonly string[]} values
 * @param {string | undefined} said what the person has said before
 * @returns {Promise<string | null | undefined>} undefined if nothing was chosen
 */
export function chosenOf(title, values, said) {
  /** @type {Choice[]} */
  const choices = values.map((value) => ({ value, text: plain(value) }));
  if (said !== undefined) choices.push({ value: null, text: "take back what I said" });
  const dialog = find("menu", HTMLDialogElement);
  find("menu-title", HTMLElement).textContent = title;
  return new Promise((resolve) => {
    /** @type {string | null | undefined} */
    let answer;
    const buttons = choices.map(({ value, text }, i) => {
      const digit = make("kbd", {}, String(i + 1));
      const item = make(
        "button",
        { type: "button", "aria-pressed": String(value === said) },
        digit,
        ` ${text}`,
      );
      item.onclick = () => {
        answer = value;
        dialog.close();
      };
      return item;
    });
    find("menu-choices", HTMLElement).replaceChildren(...buttons);
    dialog.onkeydown = (event) => {
      event.stopPropagation();
      const at = buttons.findIndex((button) => button.matches(":focus"));
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      const digit = buttons[Number(event.key) - 1];
      if (step) buttons[(at + step + buttons.length) % buttons.length]?.focus();
      else if (digit) digit.click();
      else return;
      event.preventDefault();
    };
    dialog.onclose = () => resolve(answer);
    dialog.showModal();
    buttons[0]?.focus();
  });
}
