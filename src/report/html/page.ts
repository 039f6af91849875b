/**
 * `report.html`: one file that is complete without a network and without JavaScript. A pure
 * function of what is stored. Scripts make charts that can be read into charts that can be zoomed
 * into; nothing is shown by them alone.
 */
import { formatNs } from '../../units.ts';
import type { StoredRun } from '../stored-run.ts';
import { clip, plural } from '../text.ts';
import { documentOf } from './document.ts';
import { nothingToShow, pageOf, type Section } from './section.ts';
import { appendixSection } from './sections/appendix.ts';
import { cacheSection } from './sections/cache.ts';
import { heatSection } from './sections/heat.ts';
import { integritySection } from './sections/integrity.ts';
import { jobSection } from './sections/jobs.ts';
import { lockSection } from './sections/lock.ts';
import { percentileSection } from './sections/percentiles.ts';
import { qualitySection } from './sections/quality.ts';
import { spareSection } from './sections/spares.ts';
import { steadySection } from './sections/steady.ts';
import { thresholdSection } from './sections/thresholds.ts';
import { throughputSection } from './sections/throughput.ts';
import { verdictSection } from './sections/verdict.ts';

/** In their order on the page: what decides, what explains, what qualifies. */
export const SECTIONS: readonly Section[] = [
  verdictSection,
  thresholdSection,
  percentileSection,
  jobSection,
  heatSection,
  throughputSection,
  steadySection,
  lockSection,
  cacheSection,
  spareSection,
  integritySection,
  qualitySection,
  appendixSection,
];

/** What a section cannot do without, where that came later than the first results. */
const NEEDED: Readonly<Record<string, string>> = {
  jobs: 'jobs',
  steady: 'steady',
  lock: 'lock',
  cache: 'cache',
  spares: 'spares',
};

const ABSENT = 'Not in this result: it was written by a version that did not store it.';

function isAbsent(id: string, { absent = [] }: StoredRun): boolean {
  return NEEDED[id] !== undefined && absent.includes(NEEDED[id]);
}

const NAME_COLUMNS_MAX = 120;

export function reportPage(run: StoredRun): string {
  const page = pageOf(run);
  const { result } = run;
  const name = clip(result.name, NAME_COLUMNS_MAX);
  return documentOf({
    title: `${result.verdict.exitCode === 0 ? '✓' : '✗'} ${name}`,
    heading: name,
    lead: `${formatNs(result.durationNs)} measured, ${plural(result.threadCount, 'thread')}, seed ${result.seed}`,
    sections: SECTIONS.map(({ id, title, contentOf }) => ({
      id,
      title,
      content: isAbsent(id, run) ? nothingToShow(ABSENT) : contentOf(page),
    })),
    tool: result.tool,
  });
}
