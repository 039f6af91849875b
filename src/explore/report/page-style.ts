/**
 * How the page looks: on a bright and on a dark screen, on a narrow one, and on paper. Threads have
 * hues that colour-blind people tell apart (after Okabe and Ito), and always their name beside it;
 * what is wrong has a word and a sign.
 */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1b1f; --soft: #55555f; --line: #d5d5dc; --card: #f5f5f8;
  --bad: #a33a00; --good: #00664a; --open: #6b5200; --window: #fff0cf; --hatch: #f3d58e;
  --t0: #0072b2; --t1: #c05000; --t2: #007a5a; --t3: #a8548a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16161a; --ink: #e8e8ec; --soft: #a9a9b4; --line: #3a3a44; --card: #212128;
    --bad: #ff9c66; --good: #5fd3ac; --open: #e6c45c; --window: #3a3013; --hatch: #5c4b1a;
    --t0: #56b4e9; --t1: #f0883e; --t2: #3fc99a; --t3: #e29bc8;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1.5rem 1rem 3rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; }
code, pre, .code { font: .875rem/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; }
code, td, th, dd { overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.verdict { border-left: .35rem solid var(--open); background: var(--card); padding: .6rem .9rem; }
.verdict strong { color: var(--open); }
.verdict.bad { border-color: var(--bad); } .verdict.bad strong { color: var(--bad); }
.verdict.good { border-color: var(--good); } .verdict.good strong { color: var(--good); }
pre { margin: .4rem 0; padding: .6rem .9rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .3rem; overflow-x: auto; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .3rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; white-space: pre-wrap; font: .875rem/1.6 ui-monospace, 'DejaVu Sans Mono', monospace; }
ul { margin: .4rem 0; padding-left: 1.2rem; }
.overview { display: grid; grid-template-columns: auto 1fr; gap: .15rem .6rem; align-items: center; }
.overview svg { width: 100%; height: 1.6rem; background: var(--card); display: block; }
.scale { display: flex; justify-content: space-between; }
svg .window { fill: var(--hatch); } svg .run { stroke: currentColor; stroke-width: 7; vector-effect: non-scaling-stroke; }
svg .tick { stroke: currentColor; stroke-width: 2; vector-effect: non-scaling-stroke; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th { text-align: left; font-weight: 600; }
th, td { padding: .25rem .5rem; vertical-align: top; }
.lanes { table-layout: fixed; }
.lanes th:first-child { width: 3.5rem; }
.lanes tbody th { font-weight: 400; color: var(--soft); text-align: right; }
.lanes td { border-left: 2px solid var(--line); }
.lanes .access { background: var(--card); border-left: 4px solid; border-top: 1px solid var(--paper); }
.lanes .access span, .lanes td > em, .lanes .answer { color: var(--ink); }
.lanes .access .place { color: var(--soft); display: block; }
.lanes .values { font-weight: 700; white-space: nowrap; }
.lanes .folded, .lanes .switch { color: var(--soft); }
.lanes .in-window { background: repeating-linear-gradient(135deg, var(--window) 0 1.1rem,
  var(--hatch) 1.1rem 1.2rem); border-left: 4px double; }
.lanes td > em { display: block; font-style: normal; font-weight: 700; }
.lanes .fault { color: var(--bad); font-weight: 700; border-left: 0; border-top: 2px solid; }
.t0 { color: var(--t0); } .t1 { color: var(--t1); } .t2 { color: var(--t2); } .t3 { color: var(--t3); }
.t4, .t5, .t6, .t7 { color: var(--ink); }
.key i { display: inline-block; width: 1rem; height: .8rem; vertical-align: -.05rem; margin: 0 .3rem 0 .8rem; }
.key .tick { width: .2rem; background: currentColor; } .key .window { background: var(--hatch); }
.races td, .races th { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .3rem 0; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .6rem; font-size: .875rem; }
@media (max-width: 40rem) {
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  .lanes thead { display: none; }
  .lanes tr { display: flex; }
  .lanes tbody th { flex: 0 0 3rem; }
  .lanes td { flex: 1; } .lanes td:empty { display: none; }
  .lanes td[data-lane]::before { content: attr(data-lane) ' '; font-weight: 700; }
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  tr, .verdict, pre.command { break-inside: avoid; }
  .lanes .in-window, .lanes .access, svg, .overview svg { print-color-adjust: exact; }
}
`;
