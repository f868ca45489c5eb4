/** Finding and making elements. Texts only ever become text nodes. */

/**
 * The element of the page with this id.
 *
 * @template {Element} E
 * @param {string} id
 * @param {new () => E} type
 * @returns {E}
 */
export function find(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${type.name} #${id}`);
}

/**
 * A new element; a content security policy forbids `style` among the attributes.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} inside
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...inside);
  return made;
}

/**
 * The JSON in a script element of the page.
 *
 * @param {string} id
 * @returns {any}
 */
export function embedded(id) {
  return JSON.parse(find(id, HTMLScriptElement).textContent || "null");
}

/**
 * A button that the page's listener for `data-action` answers.
 *
 * @param {string} action
 * @param {string} text
 * @param {Record<string, string>} [attributes]
 */
export function button(action, text, attributes = {}) {
  return make("button", { type: "button", "data-action": action, ...attributes }, text);
}
