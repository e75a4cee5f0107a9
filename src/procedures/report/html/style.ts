/** The page's style sheet: light and dark as the reader has it, and one sheet of paper, A4 or Letter, when printed. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #16191d; --soft: #59636e; --line: #dde2e7; --tint: #f5f7f9;
  --shut: #cc3a22; --shut-tint: #fcebe7; --stop: #2f6fc9; --MHA: #98a3af; --start: #1d8a50; --recovery: #7d55c7;
  --warn: #8a5a00; --warn-tint: #fdf4df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e7eaed; --soft: #9ca7b3; --line: #2c333b; --tint: #1b2026;
    --shut: #ff6f59; --shut-tint: #37211f; --stop: #69a5f5; --MHA: #76818d; --start: #46c088; --recovery: #b391f2;
    --warn: #efc36a; --warn-tint: #2f2817;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem; max-width: 62rem; color: var(--ink); background: var(--paper);
  font: 400 0.9375rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, td:nth-child(4) { overflow-wrap: anywhere; }
h1, h2, p, ol, ul, dl, dd { margin: 0; padding: 0; }
ol, ul { list-style: none; }
header { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; justify-content: space-between; align-items: baseline; }
.kind { color: var(--soft); }
.kind b { color: var(--ink); font-weight: 600; }
.outcome { padding: 0.1rem 0.7rem; border-radius: 1rem; font-weight: 600; color: var(--paper); background: var(--start); }
.outcome.back { background: var(--warn); }
.outcome.open { background: var(--shut); }
h1 { flex-basis: 100%; font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.01em; }
h1.long { font-size: 1.25rem; }
h1 span { display: inline-block; }
h1 i { color: var(--soft); font-style: normal; font-weight: 400; padding: 0 0.15em; }
.when { flex-basis: 100%; color: var(--soft); }
.figures {
  display: grid; grid-template-columns: minmax(15rem, 1.4fr) repeat(auto-fit, minmax(7.5rem, 1fr));
  gap: 1px; margin: 1.5rem 0 1.75rem; background: var(--line); border: 1px solid var(--line); border-radius: 8px; overflow: hidden;
}
.figures > div { padding: 0.9rem 1.1rem; background: var(--paper); }
.figures dt { font-size: 0.8125rem; color: var(--soft); line-height: 1.3; }
.figures dd { font-size: 1.5rem; line-height: 1.25; font-weight: 600; }
.figures .outage { background: var(--shut-tint); }
.figures .outage dd { font-size: 2.5rem; line-height: 1.1; font-weight: 700; color: var(--shut); letter-spacing: -0.02em; }
.figures .outage dt { color: var(--ink); }
.figures .outage.none { background: var(--tint); }
.figures .outage.none dd { color: var(--ink); }
h2 { font-size: 0.9375rem; font-weight: 600; margin-bottom: 0.35rem; }
.panel { font-size: 0.8125rem; }
.panel .draw, .lens { display: grid; grid-template-columns: 17.5rem minmax(0, 1fr); column-gap: 1rem; }
.panel ol { padding-top: 1.5em; }
.panel.zoomed ol { padding-top: 0; }
.panel li { display: flex; justify-content: space-between; gap: 0.75rem; height: 1.6em; line-height: 1.6; white-space: nowrap; }
.panel li span { overflow: hidden; text-overflow: ellipsis; }
.panel li b { font-weight: 400; color: var(--soft); }
.panel li.shut, .panel li.shut b { color: var(--shut); font-weight: 600; }
svg { display: block; overflow: visible; }
svg.bars { width: 100%; font-size: inherit; }
svg line { stroke: var(--line); stroke-width: 1; }
svg text { fill: var(--soft); font-size: 1em; }
.band, .lens polygon { fill: var(--shut-tint); }
.stop { fill: var(--stop); } .MHA { fill: var(--MHA); } .start { fill: var(--start); } .recovery { fill: var(--recovery); }
.shut { fill: var(--shut); }
rect.cut { fill-opacity: 0.45; stroke: var(--shut); stroke-dasharray: 3 2; }
.lens { align-items: end; min-height: 2.75rem; }
.lens svg { grid-column: 2; width: 100%; height: 100%; min-height: 2.75rem; }
.lens h2 { color: var(--shut); font-size: 0.875rem; }
@media (min-width: 46.01rem) { .lens h2 { white-space: nowrap; } }
.panel.zoomed svg.bars { background: linear-gradient(var(--shut-tint), var(--shut-tint)) top / 100% calc(100% - 1.5em) no-repeat; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.25rem; margin: 0.75rem 0 1.75rem; font-size: 0.8125rem; color: var(--soft); }
.legend svg { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.45em; vertical-align: -0.05em; }
table { width: 100%; border-collapse: collapse; font-size: 0.8125rem; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: 0.28rem 0.75rem 0.28rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:nth-child(n + 3) { color: var(--soft); }
td.n { color: var(--ink); }
.step { white-space: nowrap; }
.on { max-width: 13rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.n { text-align: right; white-space: nowrap; width: 5.5rem; }
.n + td, .n + th { padding-left: 0.75rem; }
td.n:last-child, th.n:last-child { padding-right: 0; }
tr.shut td:first-child { box-shadow: inset 3px 0 var(--shut); }
.notes { margin-top: 1.75rem; font-size: 0.8125rem; }
.notes li { padding: 0.3rem 0.75rem; margin-top: 0.25rem; border-radius: 4px; background: var(--tint); color: var(--soft); }
.notes li.wrong { background: var(--warn-tint); color: var(--warn); }
.paper { display: none; }
footer { margin-top: 1.75rem; font-size: 0.75rem; color: var(--soft); }
@media (max-width: 46rem) {
  body { padding: 1.25rem 1rem; }
  h1 { font-size: 1.35rem; }
  h1.long { font-size: 1rem; }
  .step { white-space: normal; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figures .outage, .figures > div:last-child:nth-child(even) { grid-column: 1 / -1; }
  .panel .draw, .lens { grid-template-columns: 13.5rem minmax(0, 1fr); column-gap: 0.5rem; }
  .panel { font-size: 0.75rem; }
  th:nth-child(3), td:nth-child(3) { display: none; }
  svg text.odd { display: none; }
}
@media (max-width: 30rem) {
  thead { display: none; }
  tbody tr { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr) auto; padding: 0.3rem 0; border-bottom: 1px solid var(--line); }
  tbody td { border: 0; padding-top: 0; padding-bottom: 0; }
  td.n { width: auto; }
  td:nth-child(4) { grid-area: 2 / 2 / auto / -1; padding-left: 0.75rem; }
  td:nth-child(4):empty { display: none; }
}
@page { margin: 10mm 11mm; }
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --ink: #000000; --soft: #4a525b; --line: #d3d8dd; --tint: #f5f7f9;
    --shut: #c23018; --shut-tint: #fcebe7; --stop: #2f6fc9; --MHA: #98a3af; --start: #1d8a50; --recovery: #7d55c7;
    --warn: #7a4f00; --warn-tint: #fdf4df;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  html { font-size: 10.5pt; }
  body { padding: 0; max-width: none; font-size: 8.5pt; line-height: 1.35; }
  h1 { font-size: 15pt; }
  h1.long { font-size: 11pt; }
  .figures { margin: 2mm 0 2.5mm; }
  .figures > div { padding: 1.2mm 3mm; }
  .figures dd { font-size: 12pt; }
  .figures dt, table, .legend { font-size: 7.5pt; }
  .panel, .notes { font-size: 7pt; }
  .figures .outage dd { font-size: 21pt; }
  h2 { font-size: 8.5pt; }
  .panel .draw, .lens { grid-template-columns: 58mm minmax(0, 1fr); }
  .lens, .lens svg { min-height: 0; height: 7mm; }
  .legend { margin: 1.5mm 0 3mm; }
  th, td { padding-top: 0.2mm; padding-bottom: 0.2mm; }
  .notes { margin-top: 2.5mm; line-height: 1.25; }
  .screen { display: none; }
  .paper { display: block; }
  .notes li { padding: 0.3mm 2mm 0; margin-top: 0.6mm; }
  .notes li:not(.screen, .paper) { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
  footer { margin-top: 2mm; font-size: 6.5pt; }
  section, table, .notes, .figures { break-inside: avoid; }
}
`;
