/**
 * `report.html`: one file that is complete without a network and without JavaScript. A pure
 * function of what is stored. Scripts make charts that can be read into charts that can be zoomed
 * into; nothing is shown by them alone.
 *
 * The page forbids itself every connection, and every script but the two that are in it, by their
 * digests: whatever a scenario is called, it stays text.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { formatNs } from '../../units.ts';
import type { StoredRun } from '../stored-run.ts';
import { clip, plural } from '../text.ts';
import { html, Markup } from './markup.ts';
import { pageOf, type Section } from './section.ts';
import { appendixSection } from './sections/appendix.ts';
import { cacheSection } from './sections/cache.ts';
import { heatSection } from './sections/heat.ts';
import { integritySection } from './sections/integrity.ts';
import { jobSection } from './sections/jobs.ts';
import { lockSection } from './sections/lock.ts';
import { percentileSection } from './sections/percentiles.ts';
import { qualitySection } from './sections/quality.ts';
import { spareSection } from './sections/spares.ts';
import { thresholdSection } from './sections/thresholds.ts';
import { throughputSection } from './sections/throughput.ts';
import { verdictSection } from './sections/verdict.ts';
import { sheet } from './sheet.ts';

/** In their order on the page: what decides, what explains, what qualifies. */
export const SECTIONS: readonly Section[] = [
  verdictSection,
  thresholdSection,
  percentileSection,
  jobSection,
  heatSection,
  throughputSection,
  lockSection,
  cacheSection,
  spareSection,
  integritySection,
  qualitySection,
  appendixSection,
];

const NAME_COLUMNS_MAX = 120;

export function reportPage(run: StoredRun): string {
  const page = pageOf(run);
  const { result } = run;
  const style = sheet();
  const scripts = enhancements();
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src ${digestOf(style)}`,
    `script-src ${scripts.map(digestOf).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const name = clip(result.name, NAME_COLUMNS_MAX);
  const document = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${result.tool}">
<title>${result.verdict.exitCode === 0 ? '✓' : '✗'} ${name} – sparestorm</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<h1>${name}</h1>
<p>${formatNs(result.durationNs)} measured, ${plural(result.threadCount, 'thread')}, seed ${result.seed}</p>
<nav aria-label="Sections"><ul>${SECTIONS.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${SECTIONS.map(
  ({ id, title, contentOf }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${contentOf(page)}
</section>
`,
)}</main>
<footer><p>${result.tool}</p></footer>
${scripts.map((script) => html`<script>${new Markup(script)}</script>\n`)}</body>
</html>
`;
  return document.text;
}

/** uPlot, and what puts it (and the read-outs) in the place of the drawings. */
function enhancements(): string[] {
  const require = createRequire(import.meta.url);
  const uplot = require.resolve('uplot/dist/uPlot.iife.min.js');
  return [uplot, new URL('./enhance.js', import.meta.url)].map((file) =>
    readFileSync(file, 'utf8')
      // What the compiler puts at the end of a module, which in a page is none.
      .replace(/^export \{\};$/m, '')
      .replace(/^\/\/# sourceMappingURL=.*$/m, '')
      // Inside a script element this could end it; inside a string it says the same.
      .replaceAll('</script', '<\\/script'),
  );
}

function digestOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
