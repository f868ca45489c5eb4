/** Puts the page together, as a gallery from the disk or as a review with its server. */

/** @import { Photo } from "./rows.js" */
/** @import { Settings } from "./app.js" */
import { actionsOf, setTheme } from "./actions.js";
import { App } from "./app.js";
import { Collected } from "./collected.js";
import { embedded, find, make } from "./dom.js";
import { stored } from "./keeper.js";
import { actionOf, combination } from "./keys.js";
import { Progress } from "./progress.js";
import { photoOf } from "./rows.js";
import { messageOf, Served } from "./served.js";

const REVOKE_AFTER = 10_000; // ms: by then the browser has saved the file
const TYPING = "input:not([type=range]):not([type=checkbox]), textarea";
const NARROW = "(max-width: 900px)"; // as in page.css

/** Start the page. */
export function start() {
  /** @type {Settings} */
  const settings = embedded("settings");
  /** @type {Photo[]} */
  const photos = embedded("photos").map(photoOf);
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  setTheme(preferred.matches);
  preferred.addEventListener("change", () => setTheme(preferred.matches));
  const filters = find("filters", HTMLElement);
  filters.hidden = matchMedia(NARROW).matches;
  find("filters-open", HTMLElement).setAttribute("aria-expanded", String(!filters.hidden));
  measureBars();
  return settings.live ? review(settings, photos) : gallery(settings, photos);
}

/** @param {Settings} settings @param {Photo[]} photos */
function gallery(settings, photos) {
  /** @type {string[]} */
  const thumbs = [];
  const place = stored("place");
  const keeper = new Collected(photos, stored("decisions"));
  const thumb = (/** @type {Photo} */ photo) =>
    thumbs[photo.at] ? `data:image/webp;base64,${thumbs[photo.at]}` : "";
  const tally = () => {
    find("corrected", HTMLElement).textContent = String(keeper.count);
    find("corrections", HTMLElement).hidden = keeper.count === 0;
  };
  const app = new App({
    settings,
    photos,
    keeper,
    thumb,
    large: (photo) => photo.url, // the file itself, where it still lies there and the browser can show it
    remember: place.write,
    decided: tally,
    next: null,
  });
  const actions = listen(app, settings, { save: () => save(keeper.exported()) });
  find("discard", HTMLElement).onclick = () => app.change(() => keeper.discard());
  tally();
  app.restore(place.read());
  ready();
  return {
    app,
    actions: Object.keys(actions),
    exported: () => keeper.exported(),
    at: (/** @type {number} */ at) => app.shown[at],
    /** The rest of the page hands the pictures over as it is read. @param {number} first @param {string[]} pictures */
    thumbs(first, pictures) {
      pictures.forEach((picture, i) => {
        thumbs[first + i] = picture;
      });
      app.repaint(pictures.map((_, i) => first + i));
    },
  };
}

/** @param {Settings} settings @param {Photo[]} photos */
function review(settings, photos) {
  const served = new Served(photos, new URLSearchParams(location.search).get("token") ?? "");
  const app = new App({
    settings,
    photos,
    keeper: served,
    thumb: (photo) => served.picture("thumb", photo.at),
    large: (photo) => served.picture("large", photo.at),
    remember: (place) => served.keepPlace(place).catch((error) => app.say(messageOf(error))),
    decided: () => {},
    next: (count) => served.next(count),
  });
  const actions = listen(app, settings, { save: () => {} });
  run().catch((error) => app.say(messageOf(error)));
  return { app, actions: Object.keys(actions), at: (/** @type {number} */ at) => app.shown[at] };

  async function run() {
    const progress = new Progress();
    app.restore(await served.place());
    await served.load((failures) => {
      find("failures", HTMLElement).replaceChildren(...failures.map((failure) => make("li", {}, failure)));
      find("failed", HTMLElement).hidden = failures.length === 0;
      app.apply();
      app.grid.reveal(false);
    });
    ready();
    await served.follow(
      (changed, waiting) => {
        app.repaint(changed);
        if (!waiting) app.recount();
        const state = progress.told(waiting, performance.now());
        const bar = find("progress", HTMLProgressElement);
        bar.hidden = !state.isLong;
        bar.max = Math.max(state.all, 1);
        bar.value = state.done;
        find("waiting", HTMLElement).textContent = state.text;
      },
      (message) => app.say(message),
    );
  }
}

/**
 * Answer keys and buttons.
 *
 * @param {App} app
 * @param {Settings} settings
 * @param {{ save: () => void }} gallery
 */
function listen(app, settings, gallery) {
  const actions = actionsOf(app, gallery);
  document.addEventListener("keydown", (event) => {
    if (find("help", HTMLDialogElement).open) return;
    const pressed = combination(event);
    const target = event.target instanceof Element ? event.target : document.body;
    if (!app.view.isOpen && pressed === "Escape" && target.closest("form, header")) {
      app.grid.reveal(true);
      return;
    }
    const isCommand = pressed.startsWith("Ctrl+") && !target.matches(TYPING);
    if (target.matches(`${TYPING}, select, input[type=range]`) && !isCommand) return;
    if (["Enter", "Space"].includes(pressed) && target.closest("button, summary, a, input")) return;
    const action = actionOf(settings.keys, pressed, app.view.isOpen ? "large" : "grid");
    const act = action === null ? undefined : actions[action];
    if (!act) return;
    event.preventDefault();
    act(event.key);
  });
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    if (!(target instanceof HTMLElement)) return;
    actions[target.dataset.action ?? ""]?.("");
    // After a click the keys are the photo's again; whoever tabs through the buttons stays there.
    if (
      event.detail > 0 &&
      app.view.isOpen &&
      !document.querySelector("#menu[open], #help[open]") &&
      target.dataset.action !== "adjust"
    )
      app.view.focus();
  });
  pointer(app);
  return actions;
}

/** @param {App} app */
function pointer(app) {
  find("grid", HTMLElement).addEventListener("click", (event) => {
    const place = app.grid.placeOf(event.target);
    if (place < 0) return;
    const isTick = event.target instanceof Element && event.target.closest(".tick") !== null;
    if (event.shiftKey) app.extendTo(place);
    else if (event.ctrlKey || event.metaKey || isTick) {
      app.selection.toggle(place, app.shown);
      app.marked();
      app.grid.reveal(true);
    } else app.open(place);
  });
  find("view", HTMLDialogElement).addEventListener("close", () => app.grid.reveal(true));
  find("size", HTMLInputElement).addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement) app.size = Number(event.target.value);
  });
}

/** Tell the style how high the bars at the top and at the bottom are. */
function measureBars() {
  for (const [name, selector] of Object.entries({ "--header": "header", "--decide": "#decide" })) {
    const bar = document.querySelector(selector);
    if (!(bar instanceof HTMLElement)) continue;
    new ResizeObserver(() => {
      document.documentElement.style.setProperty(name, `${bar.offsetHeight}px`);
    }).observe(bar);
  }
}

/** @param {string} text */
function save(text) {
  const link = make("a", {
    download: "corrections.json",
    href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
  });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER);
}

function ready() {
  requestAnimationFrame(() =>
    setTimeout(() => {
      document.documentElement.dataset.ready = performance.now().toFixed(0);
    }),
  );
}
