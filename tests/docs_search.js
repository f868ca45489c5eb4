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
  location: { search: "" },
  DOCUMENTATION_OPTIONS: {},
});
context.window = context;
// In the order of its page; what lays out the page is left out.
const scripts = [...readFileSync(join(folder, "search.html"), "utf8").matchAll(/<script src="([^"?]+)/g)].map((found) => found[1]);
for (const name of [...scripts.filter((name) => /doctools|highlight|language|stemmer|searchtools/.test(name)), "searchindex.js"]) {
  vm.runInContext(readFileSync(join(folder, name), "utf8"), context, { filename: name });
}
const found = queries.map((query) => {
  context.query = query;
  const results = vm.runInContext("Search._performSearch(...Search._parseQuery(query))", context);
  return results.reverse().map(([name, , anchor]) => name + anchor);
});
console.log(JSON.stringify(found));
