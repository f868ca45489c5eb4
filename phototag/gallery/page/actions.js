/** What the keys and buttons do, by the name of the action in keys.toml. */

/** @import { App } from "./app.js" */
import { SIZES } from "./app.js";
import { find } from "./dom.js";

/** @typedef {(pressed: string) => unknown} Action `pressed` is the key, without those held with it */

/**
 * @param {App} app
 * @param {{ save: () => void }} gallery
 * @returns {Record<string, Action>}
 */
export function actionsOf(app, gallery) {
  const field = (/** @type {import("./rows.js").Field} */ name) => () => app.choose(name);
  return {
    move: (key) => app.go(placeAfter(app, key)),
    extend: (key) => app.extendTo(placeAfter(app, key)),
    toggle() {
      app.selection.toggle(app.selection.current, app.shown);
      app.marked();
    },
    all() {
      app.selection.markAll(app.shown);
      app.marked();
    },
    none: () => app.none(),
    open: () => app.open(app.selection.current),
    close: () => app.view.close(),
    next: () => app.go(app.selection.current + 1),
    previous: () => app.go(app.selection.current - 1),
    leave_next: () => app.leaveAndNext(),
    headshot: () => app.decide({ kind: "headshot" }),
    portrait: () => app.decide({ kind: "portrait" }),
    other: () => app.decide({ kind: "other" }),
    shot: field("shot"),
    expression: field("expression"),
    environment: field("environment"),
    leave: () => app.change((keeper) => keeper.leave(app.targets)),
    take_back: () => app.change((keeper) => keeper.takeBack(app.targets)),
    undo: () => app.change((keeper) => keeper.undo()),
    redo: () => app.change((keeper) => keeper.redo()),
    profile: () => app.view.stepProfile(1),
    profile_back: () => app.view.stepProfile(-1),
    adjust: () => app.view.adjust(),
    reset_crop: () => app.view.resetCrop(),
    drawings: () => app.view.toggleDrawings(),
    doubtful: () => app.controls.toggleDoubtful(),
    ask: () => app.ask(),
    sheet: () => app.controls.stepSheet(),
    larger() {
      app.size += SIZES.step;
    },
    smaller() {
      app.size -= SIZES.step;
    },
    filters: toggleFilters,
    search() {
      if (find("filters", HTMLElement).hidden) toggleFilters();
      const text = document.querySelector("input[name=text]");
      if (text instanceof HTMLInputElement) text.focus();
    },
    clear: () => app.controls.clear(),
    save: () => gallery.save(),
    theme: () => setTheme(document.documentElement.dataset.theme !== "dark"),
    help: () => find("help", HTMLDialogElement).showModal(),
    help_close: () => find("help", HTMLDialogElement).close(),
  };
}

/** @param {App} app @param {string} key */
function placeAfter(app, key) {
  const { columns, rows } = app.grid;
  const here = app.selection.current;
  const line = app.view.isOpen ? 1 : columns;
  /** @type {Record<string, number>} */
  const places = {
    ArrowLeft: here - 1,
    ArrowRight: here + 1,
    ArrowUp: here - line,
    ArrowDown: here + line,
    PageUp: here - rows * line,
    PageDown: here + rows * line,
    Home: 0,
    End: app.shown.length - 1,
  };
  return places[key] ?? here;
}

function toggleFilters() {
  const form = find("filters", HTMLElement);
  form.hidden = !form.hidden;
  find("filters-open", HTMLElement).setAttribute("aria-expanded", String(!form.hidden));
}

/** @param {boolean} dark */
export function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  find("theme", HTMLElement).setAttribute("aria-pressed", String(dark));
}
