"""The style sheet of a printed report: screen and paper, light and dark, no network, no script."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark;
  --paper: #ffffff; --ground: #f3f4f6; --ink: #16202c; --quiet: #566270; --rule: #d5dae1;
  --accent: #1d4f82; --soft: #e8eff7; --danger: #a3401f; --danger-soft: #fbeee8; --calm: #1d4f82;
  --on: #ffffff; --stripe: #f6f8fa; }
@media screen and (prefers-color-scheme: dark) { :root {
  --paper: #161b22; --ground: #0d1117; --ink: #e4e9f0; --quiet: #9aa7b6; --rule: #313a46;
  --accent: #7db4ec; --soft: #1b2a3c; --danger: #f0936d; --danger-soft: #33211a; --calm: #7db4ec;
  --on: #0d1117; --stripe: #1b212a; } }
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans",
  Arial, sans-serif;
  -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: break-word; }
a { color: var(--accent); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent);
  outline-offset: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .4rem .8rem; z-index: 1; }
article { max-width: 66rem; margin: 1.25rem auto; background: var(--paper); padding: 1.5rem 2.25rem 2.5rem;
  border: 1px solid var(--rule); border-top: 5px solid var(--accent); border-radius: 4px; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h1 { font: 600 1.7rem/1.2 Charter, "Iowan Old Style", Georgia, "Liberation Serif", serif; margin: 0; }
h2 { font: 600 1.3rem/1.25 Charter, "Iowan Old Style", Georgia, "Liberation Serif", serif;
  margin: 2.5rem 0 .8rem; padding-top: .55rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.02rem; margin: 1.5rem 0 .3rem; }
h4 { font-size: .92rem; margin: 1rem 0 .25rem; }
p { margin: .45rem 0; max-width: 46rem; }
.kicker { font-size: .76rem; letter-spacing: .07em; text-transform: uppercase; color: var(--quiet);
  margin: 0 0 .3rem; }
.meta { display: flex; flex-wrap: wrap; gap: .1rem 1.6rem; margin: .45rem 0 0; font-size: .88rem;
  color: var(--quiet); }
.meta div { display: flex; gap: .4rem; } .meta dt::after { content: ":"; } .meta dd { margin: 0;
  color: var(--ink); }
.quiet, caption, figcaption p, .facts { color: var(--quiet); }
.quiet { font-size: .9rem; }
.summary { margin-top: 1rem; display: grid; grid-template-columns: minmax(0, 1.45fr) minmax(0, 1fr);
  gap: 0 2rem; }
.summary > h2 { grid-column: 1 / -1; border: 0; padding: 0; margin: 0 0 .45rem;
  font: 600 .76rem/1.4 system-ui, sans-serif;
  letter-spacing: .07em; text-transform: uppercase; color: var(--quiet); }
.verdict { background: var(--soft); border-left: 4px solid var(--accent); padding: .8rem 1.1rem; }
.verdict h3 { margin: 0;
  font: 600 1.45rem/1.2 Charter, "Iowan Old Style", Georgia, "Liberation Serif", serif; }
.verdict p { margin: .25rem 0 0; }
.verdict .kicker { margin: 0; color: var(--accent); font-weight: 600; }
.do { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.4rem; font-size: .92rem; margin-top: .7rem; }
.do h4 { margin: 0 0 .2rem; } .do ul { margin: 0; padding-left: 1.05rem; } .do li { margin: .05rem 0;
  line-height: 1.38; }
.points { margin: .8rem 0 0; font-size: .88rem; line-height: 1.38; }
.points dt { font-weight: 600; } .points dd { margin: 0 0 .3rem; }
.points .ban { color: var(--danger); }
.measures { display: grid; grid-template-columns: 1fr 1fr; gap: .55rem .8rem; margin: 0;
  align-content: start; }
.measures div { border-top: 2px solid var(--rule); padding-top: .3rem; display: flex;
  flex-direction: column; }
.measures dt { font-size: .78rem; color: var(--quiet); } .measures dd { margin: 0; }
.measures .value { font: 600 1.3rem/1.25 Charter, Georgia, "Liberation Serif", serif;
  font-variant-numeric: tabular-nums lining-nums; }
.measures .note { font-size: .78rem; line-height: 1.35; color: var(--quiet); }
nav { margin: 1.6rem 0 0; border-block: 1px solid var(--rule); padding: .55rem 0; font-size: .86rem; }
nav ol { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.1rem; font-size: .9rem; }
table.set { table-layout: fixed; } .set td, .set th { overflow-wrap: anywhere; }
caption { text-align: left; font-size: .82rem; padding-bottom: .3rem; }
th { text-align: left; font-weight: 600; border-bottom: 2px solid var(--rule); vertical-align: bottom; }
th, td { padding: .36rem .7rem .36rem 0; } td, tbody th { vertical-align: top;
  border-bottom: 1px solid var(--rule); }
tbody th { font-weight: 600; } .n { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
td ul { margin: 0; padding-left: 1rem; } td li { margin: 0 0 .1rem; }
code, .hash { font: .82em ui-monospace, "Liberation Mono", Menlo, monospace; overflow-wrap: anywhere; }
figure { margin: 1.1rem 0 1.6rem; }
figcaption strong { display: block; font-size: 1.02rem; } figcaption p { margin: .1rem 0 .5rem;
  font-size: .9rem; }
.scroll { overflow-x: auto; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 12.5px system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  fill: var(--ink);
  font-variant-numeric: tabular-nums; }
svg .s { font-size: 11px; } svg .b { font-weight: 600; } svg .q { fill: var(--quiet); }
  svg .on { fill: var(--on); }
svg .for { fill: var(--calm); } svg .against { fill: var(--danger-soft); stroke: var(--danger);
  stroke-width: 1.2; }
svg .solid { fill: var(--danger); fill-opacity: .8; } svg .track { fill: var(--rule); }
  svg .band { fill: var(--accent); fill-opacity: .35; }
svg .stripe { fill: var(--stripe); } svg .dot { fill: var(--rule); }
  svg .danger { fill: var(--danger-soft); }
svg .axis { stroke: var(--quiet); stroke-width: 1; } svg .rule { stroke: var(--rule); stroke-width: 1; }
svg .mark { stroke: var(--ink); stroke-width: 2; } svg .spot { fill: var(--paper); stroke: var(--ink);
  stroke-width: 1.5; }
details { margin: .45rem 0; } .data { overflow-x: auto; } summary { cursor: pointer; color:
  var(--accent); font-size: .9rem;
  width: fit-content; }
details > :not(summary) { margin-left: .2rem; }
.entries { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr));
  gap: .4rem 2rem; align-items: start; }
.entry { margin: .7rem 0; min-width: 0; } .entry:has(details[open]) { grid-column: 1 / -1; }
  .entry h3 { margin: 0; }
[id$=reasons] .entry:first-child { grid-column: 1 / -1; }
.facts { font-size: .82rem; margin: .05rem 0 .3rem; }
#bans .entry, [id$=-bans] .entry { border-left: 4px solid var(--danger); padding-left: .9rem; }
.proof, .proof ul { list-style: none; padding-left: 0; margin: .2rem 0; font-size: .88rem; }
.proof ul { border-left: 2px solid var(--rule); padding-left: .85rem; margin-left: .25rem; }
.proof li { margin: .35rem 0; max-width: 50rem; }
.tag { font-size: .7rem; border: 1px solid var(--rule); border-radius: 3px; padding: 0 .3rem;
  margin-right: .4rem; color: var(--quiet); white-space: nowrap; }
.tag.presumed, .tag.open { color: var(--danger); border-color: var(--danger); }
.paper { display: none; }
.two { columns: 2 19rem; column-gap: 2rem; }
li { margin: .2rem 0; } ul { padding-left: 1.2rem; }
footer { margin-top: 2.2rem; border-top: 2px solid var(--ink); padding-top: .6rem; font-size: .82rem;
  color: var(--quiet); }
footer p { max-width: none; } footer p:last-child { color: var(--ink); font-weight: 600; }
@media screen and (max-width: 48rem) { article { margin: 0; padding: 1rem 1rem 2rem; border-inline: 0; }
  h1 { font-size: 1.35rem; } .summary, .do { display: block; } .do > div, .measures { margin-top: .8rem; }
  table.wide, .wide tbody, .wide tr, .wide td, .wide tbody th { display: block; width: auto; }
  .wide colgroup, .wide thead { display: none; } .wide caption { display: block; }
  .wide tr { border-bottom: 1px solid var(--rule); padding: .45rem 0; }
  .wide td, .wide tbody th { border: 0; padding: .1rem 0; }
  .wide td:empty { display: none; } .wide td.n { text-align: left; }
  .wide td[data-head]::before { content: attr(data-head) ": "; color: var(--quiet); font-size: .85em; } }
@page { size: A4; margin: 17mm 16mm 18mm;
  @bottom-left { content: "Decision support, not legal advice"; font: 8pt sans-serif; color: #566270; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #566270; } }
@media print { * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  html { font-size: 9.6pt; } body { background: none; } nav, .skip { display: none; }
  article { margin: 0; padding: .7rem 0 0; max-width: none; border: 0; border-top: 4px solid var(--accent);
  border-radius: 0; }
  article + article { break-before: page; } h2, h3, h4, figcaption { break-after: avoid; }
  h2 { margin-top: 1.7rem; } tr, ul:not(.proof) > li, figure, .verdict, .entry { break-inside: avoid; }
  .entry:has(details[open]) { break-inside: auto; }
  .summary { display: block; } .do { display: none; } .measures { grid-template-columns: repeat(6, 1fr);
  margin-top: .8rem; } .measures .value { font-size: 1.1rem; }
  .points { columns: 2; column-gap: 1.6rem; } .points dt { break-after: avoid; }
  .points dd { break-inside: avoid; } thead { display: table-header-group; }
  svg { min-width: 0 !important; } .scroll { overflow: visible; } a { color: inherit;
  text-decoration: none; }
  figure > .scroll { break-inside: avoid; }
  .entries { display: block; } .proof { font-size: 8pt; } .proof li { margin: .12rem 0; max-width: none; }
  .facts { font-size: 8pt; }
  td, th { padding-block: .2rem; } table { font-size: 8.4pt; } p, li { max-width: none; }
  details:not([open]) { display: none; } .paper { display: block; }
  details > summary { list-style: none; font-weight: 600; color: inherit; }
  section.major { break-before: page; } p, li { orphans: 3; widows: 3; } }
"""
