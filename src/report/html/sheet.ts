import { LINES, STATE_SHADES } from './palette.ts';

/**
 * The style sheet: fonts of the system, one column, figures in one width, a dark page where the
 * reader's system is dark, and paper in black on white.
 */
export function sheet(): string {
  return `${UPLOT}${BASE}
${themed('light', '')}
@media screen and (prefers-color-scheme: dark) {
${themed('dark', '')}
}
${PRINT}`;
}

const PAGE = {
  light: {
    ground: '#ffffff',
    raised: '#f5f7f9',
    ink: '#1b1f24',
    quiet: '#57606a',
    rule: '#d5dbe1',
    grid: '#e7ebef',
    zone: '#eef1f4',
    good: '#12703a',
    warn: '#8a5a00',
    bad: '#b3261e',
    link: '#0a5ea8',
    ring: '#1b1f24',
    free: STATE_SHADES.free.light,
  },
  dark: {
    ground: '#101418',
    raised: '#191f25',
    ink: '#e4e8ec',
    quiet: '#9ba6b1',
    rule: '#353d46',
    grid: '#262d35',
    zone: '#1d242b',
    good: '#5fce8a',
    warn: '#f0b84c',
    bad: '#ff8178',
    link: '#79b8f5',
    ring: '#ffffff',
    free: STATE_SHADES.free.dark,
  },
} as const;

function themed(theme: 'light' | 'dark', prefix: string): string {
  const page = Object.entries(PAGE[theme]).map(([name, colour]) => `--${name}:${colour}`);
  const lines = Object.entries(LINES).map(([name, line]) => `--s-${name}:${line[theme]}`);
  const other = theme === 'light' ? 'dark' : 'light';
  return `${prefix}:root{color-scheme:${theme};${[...page, ...lines].join(';')}}
.${theme}{display:inline}
.${other}{display:none}`;
}

/** What of uPlot's own sheet our charts need; its legend is laid out below. */
const UPLOT = `.uplot,.uplot *,.uplot *::before,.uplot *::after{box-sizing:border-box}
.uplot{width:min-content;font:inherit;line-height:1.4}
.u-wrap{position:relative;user-select:none}
.u-over,.u-under{position:absolute}
.u-under{overflow:hidden}
.uplot canvas{display:block;position:relative;width:100%;height:100%}
.u-axis{position:absolute}
.u-select{background:var(--ink);opacity:.12;position:absolute;pointer-events:none}
.u-cursor-x,.u-cursor-y{position:absolute;left:0;top:0;pointer-events:none;will-change:transform}
.u-hz .u-cursor-x,.u-vt .u-cursor-y{height:100%;border-right:1px dashed var(--quiet)}
.u-hz .u-cursor-y,.u-vt .u-cursor-x{width:100%;border-bottom:1px dashed var(--quiet)}
.u-cursor-pt{position:absolute;top:0;left:0;border-radius:50%;border:0 solid;pointer-events:none;will-change:transform;background-clip:padding-box!important}
.u-axis.u-off,.u-select.u-off,.u-cursor-x.u-off,.u-cursor-y.u-off,.u-cursor-pt.u-off{display:none}
.u-legend{margin:.25rem 0 0;font-size:.8125rem;text-align:left;width:auto}
.u-inline{display:block}
.u-inline tr{display:inline-block;margin-right:1rem;border:0}
.u-legend th,.u-legend td{padding:0 .15rem;border:0;white-space:nowrap}
.u-legend th{font-weight:inherit;cursor:pointer}
.u-legend th>*{vertical-align:middle;display:inline-block}
.u-inline th::after{content:":";vertical-align:middle}
.u-marker{width:28px;height:3px;margin-right:5px}
.u-off>*{opacity:.35}
.u-legend .edge{display:none}
`;

const BASE = `*{box-sizing:border-box}
html{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1.25rem 4rem;background:var(--ground);color:var(--ink)}
h1{font-size:1.6rem;line-height:1.2;margin:0;overflow-wrap:anywhere}
h2{font-size:1.25rem;line-height:1.3;margin:0 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.5rem 0;max-width:48rem;overflow-wrap:anywhere}
a{color:var(--link)}
header p{color:var(--quiet);margin:.25rem 0 .75rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:0 0 1.5rem;padding:0;font-size:.875rem}
section{margin:0 0 2.25rem}
footer{color:var(--quiet);font-size:.8125rem}
code,pre{font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{overflow-wrap:anywhere}
pre{background:var(--raised);border:1px solid var(--rule);border-radius:4px;padding:.6rem .8rem;margin:.25rem 0 .75rem;white-space:pre-wrap;overflow-wrap:anywhere}
.verdict{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;max-width:none;margin:0 0 1rem;padding:.75rem 1rem;border:1px solid var(--rule);border-left:6px solid currentcolor;border-radius:4px;background:var(--raised)}
.verdict b{font-size:1.125rem}
.verdict span{color:var(--ink)}
.verdict .code{color:var(--quiet);font-size:.875rem}
.good{color:var(--good)}
.warn{color:var(--warn)}
.bad{color:var(--bad)}
.quiet{color:var(--quiet)}
td .good,td .bad,td .warn,th .good,th .bad{white-space:nowrap}
.repro{position:relative;margin:0 0 1rem}
.repro>span{font-size:.875rem;color:var(--quiet)}
.repro button{position:absolute;right:.5rem;bottom:1.2rem;font:inherit;font-size:.75rem;padding:.1rem .5rem;color:var(--ink);background:var(--ground);border:1px solid var(--rule);border-radius:4px;cursor:pointer}
.repro pre{padding-right:5rem}
.description{font-size:1.0625rem}
.finding,figcaption{font-weight:600;max-width:48rem;margin:.5rem 0}
.note,.nothing,.read-out{font-size:.875rem;color:var(--quiet)}
.nothing{padding:.5rem .8rem;border-left:3px solid var(--rule)}
.read-out{min-height:1.3rem;margin:-.35rem 0 0;line-height:1.3}
figure{margin:1.25rem 0 1.5rem}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(21rem,1fr));gap:.25rem 1.5rem;margin:0}
dl div{display:flex;gap:.75rem;font-size:.875rem}
dt{flex:0 0 4.75rem;color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;max-width:100%}
.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;font-size:.8125rem;margin:.35rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.22rem .7rem .22rem 0;text-align:left;vertical-align:top;font-weight:400;border-bottom:1px solid var(--grid)}
thead th{font-weight:600;border-bottom:1px solid var(--rule);vertical-align:bottom;white-space:nowrap}
th.number,td.number,td[data-at],.numbers th,.numbers td{text-align:right;white-space:nowrap;padding-left:.4rem}
td{min-width:3rem}
details{margin:.35rem 0}
summary{cursor:pointer;font-size:.875rem;color:var(--link)}
.violations{padding-left:1.5rem;font-size:.875rem}
.violations summary{color:var(--ink)}
.warnings{list-style:none;padding:0;margin:.5rem 0 1rem}
.warnings li{margin:.35rem 0;max-width:48rem;padding-left:1.25rem;text-indent:-.75rem}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;margin:.25rem 0 .35rem;padding:0;font-size:.8125rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend svg{width:28px;height:10px;flex:none;min-width:0}
.legend svg.swatch{width:12px;height:12px;border:1px solid var(--rule)}
.legend svg[viewBox^="-8"]{width:14px;height:14px}
svg{display:block;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.plot svg[role=img]{width:100%;max-width:860px;min-width:600px;height:auto}
.plot svg.map,.plot svg.matrix{width:auto;max-width:100%;min-width:0}
.plot svg.map{min-width:480px}
.plot.small svg[role=img]{min-width:0;max-width:32rem}
.multiples{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:0 1.25rem}
.multiples>figure{margin:.5rem 0;min-width:0}
.multiples figcaption{font-size:.875rem}
.sortable thead th{cursor:pointer}
.sortable thead th:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.sortable [aria-sort=ascending]::after{content:" ▲"}
.sortable [aria-sort=descending]::after{content:" ▼"}
svg.bar{width:150px;height:14px}
svg text{fill:var(--quiet)}
svg .title{fill:var(--ink)}
.end{paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}
.grid{stroke:var(--grid)}
.axis{stroke:var(--quiet)}
.zone{fill:var(--zone)}
.frame{fill:none;stroke:var(--rule)}
.ground{fill:var(--free)}
.fill-good{fill:var(--good)}
.fill-bad{fill:var(--bad)}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
.faint{opacity:.4}
.baseline{stroke-width:1.2;stroke-dasharray:5 4;opacity:.85}
.band{stroke:none;opacity:.18}
.cells{image-rendering:pixelated}
.trace,.halo{fill:none;stroke-linejoin:round}
.halo{stroke:var(--ground);stroke-width:3.2;opacity:.7}
.trace{stroke:var(--ink);stroke-width:1.3}
.trace.p99{stroke-dasharray:4 3}
.event{stroke:var(--ground);stroke-width:.75}
.event.collision{fill:var(--bad)}
.event.refusal{fill:var(--quiet)}
.event.fault{fill:var(--warn)}
.event.device{fill:var(--ink)}
.ring{fill:none;stroke:var(--ring);stroke-width:1.5}
${Object.entries(LINES)
  .map(
    ([name, { dash }]) =>
      `.line.s-${name}{stroke:var(--s-${name})${dash === '' ? '' : `;stroke-dasharray:${dash}`}}.band.s-${name}{fill:var(--s-${name})}text.s-${name},.dots.s-${name}{fill:var(--s-${name})}`,
  )
  .join('\n')}
.line.baseline{stroke-dasharray:5 4}
@media screen{.is-live .scroll>svg,.is-live>.legend{display:none}}
`;

const PRINT = `@media print{
html{font-size:10.5pt}
body{max-width:none;padding:0}
nav,.repro button,.read-out,.uplot{display:none!important}
figure,table,.verdict{break-inside:avoid}
h2,h3,figcaption{break-after:avoid}
details>summary{display:none}
.scroll{overflow:visible}
a{color:inherit;text-decoration:none}
}
`;
