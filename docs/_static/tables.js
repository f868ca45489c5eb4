// In a narrow window, a table of sentences that is wider than the window shows each row as a list: the head of its column stands
// before each cell. Tables of numbers stay tables, which one scrolls.
const NARROW = matchMedia("(max-width: 46em)");

/** @param {HTMLTableElement} table */
function label(table) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent ?? "");
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.children].forEach((cell, number) => {
      cell.setAttribute("data-label", heads[number] ?? "");
      cell.classList.toggle("blank", !cell.textContent?.trim());
    });
  }
}

/** @param {HTMLTableElement} table */
function lay(table) {
  table.classList.remove("listed");
  const cells = [...table.querySelectorAll("td")];
  const sentences = cells.some((cell) => (cell.textContent ?? "").length > 40);
  const crowded = cells.some((cell) => cell.clientHeight > 260);
  const wide = (table.parentElement?.scrollWidth ?? 0) > (table.parentElement?.clientWidth ?? 0);
  table.classList.toggle("listed", NARROW.matches && sentences && (wide || crowded));
}

addEventListener("DOMContentLoaded", () => {
  const tables = /** @type {HTMLTableElement[]} */ ([...document.querySelectorAll(".table-wrapper > table")]);
  tables.forEach(label);
  const all = () => tables.forEach(lay);
  all();
  addEventListener("resize", all);
});
