// The search of the catalogue's page. It works from a stick: the words of the kits come from search.js, nothing is fetched.
// Without it the list is whole, and only the search is not there.
(function () {
  "use strict";
  var words = window.essaimageSearch || {};
  var form = document.getElementById("search");
  var cards = Array.prototype.slice.call(document.querySelectorAll("[data-kit]"));
  var told = document.getElementById("found");
  if (!form || !told) return;

  // As search_words.cpp does: no accents, no case, no plural endings.
  function singular(word) {
    if (word.length < 4) return word;
    if (/aux$/.test(word) && !/eaux$/.test(word)) return word.slice(0, -2) + "l";
    return /[sx]$/.test(word) ? word.slice(0, -1) : word;
  }
  function fold(text) {
    var plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    plain = plain.replace(/\u0153/g, "oe").replace(/\u00e6/g, "ae").replace(/\u00df/g, "ss").replace(/\u00f8/g, "o");
    // "aujourd'hui", "F.A.L.C.": one word, as the kits have it beside its parts.
    plain = plain.replace(/\u2019/g, "'").replace(/([a-z0-9]{3})'(?=[a-z0-9]{2})/g, "$1");
    plain = plain.replace(/(^|[^a-z0-9.])([a-z](?:\.[a-z])+)(?![a-z0-9])/g, function (all, before, letters) {
      return before + letters.replace(/\./g, "");
    });
    return plain.split(/[^a-z0-9]+/).filter(Boolean);
  }
  // What is typed is the beginning of a word, with or without its plural ending.
  function has(all, word) {
    return all.indexOf(" " + word) >= 0 || all.indexOf(" " + singular(word)) >= 0;
  }
  function chosen(name) {
    var field = form.elements[name];
    return field ? field.value : "";
  }
  function listed(card, name, value) {
    if (!value) return true;
    return (card.getAttribute("data-" + name) || "").split("|").indexOf(value) >= 0;
  }
  function show() {
    var asked = fold(chosen("words"));
    var count = 0;
    cards.forEach(function (card) {
      var all = words[card.getAttribute("data-kit")] || "";
      var fits = asked.every(function (word) { return has(all, word); }) &&
        ["theme", "kind", "duration", "territory"].every(function (name) { return listed(card, name, chosen(name)); });
      card.hidden = !fits;
      if (fits) count += 1;
    });
    var form_of = count === 0 ? "none" : count === 1 ? "one" : "many";
    told.textContent = told.getAttribute("data-" + form_of).replace("{}", String(count));
  }
  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("submit", function (event) { event.preventDefault(); show(); });
  form.addEventListener("reset", function () { window.setTimeout(show, 0); });
  show();
}());
