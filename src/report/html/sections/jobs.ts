import { jobLatencies } from '../../job-rows.ts';
import type { Result } from '../../result-schema.ts';
import { latencyTable } from '../latency-table.ts';
import { html, type Markup } from '../markup.ts';
import { nothingToShow, type Page, type Section } from '../section.ts';
import { number, table, text } from '../table.ts';

/** Which job did what: who disturbed whom can only be seen apart. */
export const jobSection: Section = {
  id: 'jobs',
  title: 'Jobs',
  contentOf: (page) => {
    const { result, figures } = page;
    if (result.jobs.length < 2) {
      return nothingToShow('The scenario has one job, and the figures of the run are its own.');
    }
    const latencies = latencyTable(result, figures, jobLatencies(result));
    return html`<p>${findingOf(result)}</p>${jobTable(page)}${latencies}`;
  },
};

function findingOf({ jobs }: Result): string {
  const [busiest] = jobs.toSorted(
    (one, other) => other.throughput.operationsPerSecond - one.throughput.operationsPerSecond,
  );
  const late = jobs.filter(({ startNs }) => startNs !== 0).map(({ name }) => name);
  const order = late.length === 0 ? 'all began together' : `${late.join(', ')} began later`;
  return `${jobs.length} jobs shared the device; ${order}. ${busiest?.name} did most operations a second.`;
}

function jobTable({ result, figures }: Page): Markup {
  return table(
    [
      text('Job'),
      number('Threads'),
      number('Begin'),
      number('End'),
      number('Operations a second'),
      number('Data'),
      number('Errors'),
    ],
    result.jobs.map(({ name }, index) => [
      name,
      figures.at('count', 'jobs', index, 'threadCount'),
      figures.at('ns', 'jobs', index, 'startNs'),
      figures.at('ns', 'jobs', index, 'endNs'),
      figures.at('rate', 'jobs', index, 'throughput', 'operationsPerSecond'),
      figures.at('byteRate', 'jobs', index, 'throughput', 'bytesPerSecond'),
      figures.at('count', 'jobs', index, 'errors'),
    ]),
  );
}
