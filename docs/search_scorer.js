// A page whose title is what was asked for comes first, then sections of that name, then the glossary and all else.
var Scorer = {
  score: ([, , anchor, , score, , kind]) =>
    kind === "title" ? score + (anchor === "" ? 200 : 110) : score,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
