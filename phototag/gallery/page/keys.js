/** Which key does what. The table is keys.toml, from which the list on the page and in the manual are made. */

/**
 * @typedef {object} Key
 * @property {string} action
 * @property {string[]} keys as `combination` names them
 * @property {string} shown
 * @property {string} does
 * @property {"grid" | "large" | "both"} where
 * @property {"gallery" | "review" | "both"} mode
 */

/**
 * @typedef {object} Press
 * @property {string} key
 * @property {boolean} ctrlKey
 * @property {boolean} metaKey
 * @property {boolean} shiftKey
 * @property {boolean} altKey
 */

/**
 * The name of what was pressed: `h`, `Shift+ArrowDown`, `Ctrl+Shift+z`; Command counts as Ctrl.
 *
 * @param {Press} press
 */
export function combination({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  const name = key === " " ? "Space" : key.length === 1 ? key.toLowerCase() : key;
  const isShifted = shiftKey && (name.length > 1 || name !== name.toUpperCase());
  return [altKey && "Alt", (ctrlKey || metaKey) && "Ctrl", isShifted && "Shift", name]
    .filter(Boolean)
    .join("+");
}

/**
 * The action of a key; null if it has none there.
 *
 * @param {readonly Key[]} table
 * @param {string} pressed
 * @param {"grid" | "large"} where
 */
export function actionOf(table, pressed, where) {
  const found = table.find(
    (key) => key.keys.includes(pressed) && (key.where === "both" || key.where === where),
  );
  return found?.action ?? null;
}
