// Asks the built documentation's own search: node docs_search.js FOLDER QUERY ... prints, for each query, the pages found.
"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const vm = require("node:vm");

const [folder, ...queries] = process.argv.slice(2);
const page = {
  addEventListener: () => {},
  getElementById: () => null,
  readyState: "loading",
  querySelectorAll: () => [],
};
const context = vm.createContext({
  console,
  document: page,
  localStorage: { setItem: () => {} },
  window: { location: { search: "" } },
  DOCUMENTATION_OPTIONS: {},
});
for (const name of ["_static/doctools.js", "_static/language_data.js", "_static/searchtools.js", "searchindex.js"]) {
  vm.runInContext(readFileSync(join(folder, name), "utf8"), context, { filename: name });
}
const found = queries.map((query) => {
  context.query = query;
  const results = vm.runInContext("Search._performSearch(...Search._parseQuery(query))", context);
  return results.reverse().map(([name, , anchor]) => name + anchor);
});
console.log(JSON.stringify(found));
