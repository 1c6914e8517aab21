#include "gateway/docs_style.hpp"

namespace almanac::gateway {

const std::string_view docs_style = R"css(
:root {
  --paper: #ffffff; --panel: #f6f5f2; --line: #e2dfd8; --ink: #23211d; --soft: #625d54;
  --accent: #8a3b12; --accent-soft: #f6e9e0; --code: #f1efea;
  --dark: #211f1c; --dark-ink: #ece7de; --dark-soft: #a9a197;
  --get: #1b6a4c; --post: #1f55a5; --patch: #855300; --delete: #a32a2a; --put: #6a3d9a;
  --radius: 8px;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #191816; --panel: #211f1c; --line: #37342f; --ink: #ebe7df; --soft: #a9a297;
    --accent: #eba277; --accent-soft: #35251c; --code: #2b2925;
    --dark: #100f0e; --dark-ink: #ece7de; --dark-soft: #a9a197;
    --get: #66c79d; --post: #83b3f5; --patch: #e3b155; --delete: #f08f8f; --put: #c3a0ea;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
code, pre, .path, .route { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { font-size: .875em; background: var(--code); border-radius: 4px; padding: .1em .3em; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, input:focus-visible, button:focus-visible, pre:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px;
}
h1, h2, h3, h4 { line-height: 1.25; letter-spacing: -.01em; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem 1rem; z-index: 9; }
.top {
  position: sticky; top: 0; z-index: 5; display: flex; align-items: center; gap: 1rem;
  padding: .6rem 1.25rem; background: var(--paper); border-bottom: 1px solid var(--line);
}
.brand { font-weight: 700; font-size: 1.1rem; color: var(--ink); text-decoration: none; }
.brand span { color: var(--accent); }
.version { color: var(--soft); font-size: .85rem; }
.top .grow { flex: 1; }
.top .links a { margin-left: 1rem; font-size: .9rem; }
.filter { width: 16rem; max-width: 40vw; padding: .4rem .7rem; font: inherit; font-size: .9rem;
  color: var(--ink); background: var(--panel); border: 1px solid var(--line);
  border-radius: var(--radius); }
.layout { display: grid; grid-template-columns: 17.5rem minmax(0, 1fr); }
nav.side {
  position: sticky; top: 3.3rem; height: calc(100vh - 3.3rem); overflow-y: auto;
  padding: 1rem .75rem 3rem 1.25rem; border-right: 1px solid var(--line); font-size: .875rem;
}
nav.side details { margin-bottom: .5rem; }
nav.side summary { font-weight: 650; cursor: pointer; padding: .25rem 0; text-transform: capitalize; }
nav.side h3 { margin: .7rem 0 .15rem; font-size: .75rem; font-weight: 600; color: var(--soft); }
nav.side ul { list-style: none; margin: 0; padding: 0; }
nav.side li a { display: flex; gap: .5rem; align-items: baseline; padding: .18rem .4rem;
  color: var(--ink); text-decoration: none; border-radius: 6px; }
nav.side li a:hover { background: var(--accent-soft); }
main { padding: 1.5rem 2rem 6rem; max-width: 88rem; min-width: 0; }
main > section > h2 { margin-top: 3.5rem; padding-bottom: .4rem; border-bottom: 2px solid var(--ink);
  text-transform: capitalize; }
.intro { max-width: 46rem; }
.intro h1 { font-size: 2.1rem; margin: .5rem 0 .25rem; }
.verb { font: 700 .68rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  letter-spacing: .02em; flex: none; min-width: 4em; display: inline-block; color: var(--soft); }
.verb.get { color: var(--get); } .verb.post { color: var(--post); } .verb.put { color: var(--put); }
.verb.patch { color: var(--patch); } .verb.delete { color: var(--delete); }
article { padding: 1.75rem 0 2rem; border-bottom: 1px solid var(--line); }
article h3 { margin: 0 0 .35rem; font-size: 1.25rem; }
article h3 a { color: inherit; text-decoration: none; }
article h3 a:hover::after { content: " #"; color: var(--soft); }
.route { margin: 0 0 .75rem; overflow-wrap: anywhere; font-size: .9rem; }
.route .verb { font-size: .85rem; margin-right: .5rem; min-width: 0; }
.route var { font-style: normal; color: var(--accent); }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(18rem, 30rem); gap: 2rem;
  align-items: start; }
.columns > div > p:first-child { margin-top: 0; }
.try { position: sticky; top: 4.3rem; }
.permission { font-size: .875rem; color: var(--soft); margin: .5rem 0 1rem; }
.must { color: var(--accent); font-size: .75rem; font-weight: 600; }
.mark { font-size: .75rem; color: var(--soft); border: 1px solid var(--line); border-radius: 99px;
  padding: 0 .5em; white-space: nowrap; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; margin: 0 0 1.25rem; }
caption { text-align: left; font-weight: 650; padding: .35rem 0; }
thead th { font-size: .75rem; font-weight: 600; color: var(--soft); text-align: left;
  border-bottom: 1px solid var(--line); padding: .2rem .6rem .2rem 0; }
tbody th, tbody td { text-align: left; vertical-align: top; font-weight: 400;
  border-bottom: 1px solid var(--line); padding: .4rem .6rem .4rem 0; overflow-wrap: anywhere; }
tbody th { width: 34%; } td.type { width: 22%; color: var(--soft); }
tr.depth1 th { padding-left: 1.1rem; } tr.depth2 th { padding-left: 2.2rem; }
.path { color: var(--soft); font-size: .8em; }
details.more { margin: 0 0 1rem; }
details.more > summary { cursor: pointer; font-size: .875rem; font-weight: 600; padding: .25rem 0; }
.answers { list-style: none; margin: 0; padding: 0; font-size: .875rem; }
.answers li { display: grid; grid-template-columns: 3rem 1fr; padding: .3rem 0;
  border-bottom: 1px solid var(--line); }
.answers b { font-variant-numeric: tabular-nums; }
.answers .good b { color: var(--get); } .answers .bad b { color: var(--delete); }
.block { position: relative; margin: 0 0 1rem; }
.block h4 { margin: 0; padding: .45rem .9rem; font-size: .75rem; font-weight: 600;
  background: var(--dark); color: var(--dark-soft);
  border-radius: var(--radius) var(--radius) 0 0; border-bottom: 1px solid #3a3732; }
pre { margin: 0; padding: .8rem .9rem; overflow-x: auto; font-size: .8rem; line-height: 1.55;
  background: var(--dark); color: var(--dark-ink); border-radius: 0 0 var(--radius) var(--radius);
  tab-size: 2; }
.copy { position: absolute; top: .3rem; right: .4rem; font: inherit; font-size: .75rem;
  padding: .1rem .6rem; color: var(--dark-ink); background: transparent; cursor: pointer;
  border: 1px solid #57524a; border-radius: 6px; }
.copy:hover { background: #37332d; }
.schemas article { padding: 1.25rem 0; } .schemas h3 { font-size: 1.05rem; }
.schemas caption { display: none; } td code { white-space: nowrap; }
.errors td, .errors th { width: auto; }
.errorpage { max-width: 44rem; margin: 0 auto; padding: 2rem 1.5rem 5rem; }
.errorpage h1 { overflow-wrap: anywhere; font-size: 1.6rem; margin-bottom: .25rem; }
.errorpage h2 { font-size: 1.1rem; margin: 1.8rem 0 0; } .errorpage p { margin: .4rem 0; }
.errorpage .status { color: var(--soft); margin-top: 0; }
[hidden] { display: none !important; }
@media (max-width: 72rem) { .columns { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .try { position: static; } }
@media (max-width: 52rem) {
  .layout { grid-template-columns: minmax(0, 1fr); }
  nav.side { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line);
    max-height: 45vh; }
  main { padding: 1rem 1.1rem 4rem; } .version, .top .links { display: none; }
  .filter { max-width: none; width: 100%; }
  .fields thead, .params thead { position: absolute; left: -999px; }
  .fields tr, .params tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .fields th, .fields td, .params th, .params td { display: block; width: auto; border: 0;
    padding: .05rem 0; }
  tr.depth1 { padding-left: 1rem; } tr.depth2 { padding-left: 2rem; }
  tr.depth1 th, tr.depth2 th { padding-left: 0; }
}
@media print { nav.side, .top, .try { display: none; } .layout, .columns { display: block; } }
)css";

const std::string_view docs_script = R"js(
(function () {
  "use strict";
  var filter = document.getElementById("filter");
  if (filter) {
    var items = Array.prototype.slice.call(document.querySelectorAll("nav.side li"));
    var groups = Array.prototype.slice.call(document.querySelectorAll("nav.side [data-group]"));
    var apply = function () {
      var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      items.forEach(function (item) {
        var text = item.getAttribute("data-find") || item.textContent.toLowerCase();
        item.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      });
      groups.forEach(function (group) {
        group.hidden = !group.querySelector("li:not([hidden])");
      });
    };
    filter.hidden = false;
    filter.addEventListener("input", apply);
    document.addEventListener("keydown", function (event) {
      if (event.key === "/" && document.activeElement !== filter) {
        event.preventDefault();
        filter.focus();
      }
      if (event.key === "Escape" && document.activeElement === filter) {
        filter.value = "";
        apply();
      }
    });
    apply();
  }
  var server = document.querySelector("main[data-server]");
  if (server && /^http/.test(location.origin)) {
    Array.prototype.forEach.call(document.querySelectorAll(".block pre"), function (pre) {
      pre.innerHTML = pre.innerHTML.split(server.dataset.server).join(location.origin);
    });
  }
  if (!navigator.clipboard) return;
  Array.prototype.forEach.call(document.querySelectorAll(".block"), function (block) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(block.querySelector("pre").textContent).then(function () {
        button.textContent = "Copied";
        setTimeout(function () { button.textContent = "Copy"; }, 1500);
      });
    });
    block.appendChild(button);
  });
})();
)js";

}  // namespace almanac::gateway
