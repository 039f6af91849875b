import { hgrmOf } from '../record/hdr.ts';
import { OPERATIONS } from '../scenario/plan.ts';
import { histogramIn } from './details.ts';
import type { Details } from './details-schema.ts';
import type { Result } from './result-schema.ts';

/**
 * `latency.hgrm`: one spectrum per distribution that has latencies, each under a comment that names
 * it, in microseconds.
 */
export function spectraText(result: Result, details: Details): string {
  const parts = titlesOf(result).flatMap(([name, title]) => {
    const histogram = histogramIn(details, name);
    if (histogram === null) return [];
    const { count, overflowCount } = histogram;
    const overflow =
      overflowCount === 0
        ? ''
        : `# ${overflowCount} of them above the range, entered at the maximum\n`;
    return [`# ${title}: ${count} latencies, in microseconds\n${overflow}${hgrmOf(histogram)}`];
  });
  return parts.length === 0 ? '# no latencies were measured\n' : parts.join('\n');
}

function titlesOf(result: Result): [name: string, title: string][] {
  const titles: [string, string][] = OPERATIONS.flatMap((name): [string, string][] => [
    [`${name}.service`, `${name}, service time (completion - issue)`],
    [`${name}.queueing`, `${name}, queueing delay (issue - planned arrival)`],
    [`${name}.response`, `${name}, response time (completion - planned arrival)`],
  ]);
  titles.push(
    ['lateness', 'pacer, how late a waiting thread saw what it waited for'],
    ['allocation', 'allocation, the allocator call alone'],
    ['allocation.hit', 'allocation, calls that found a spare in the cache'],
    ['allocation.miss', 'allocation, calls that found the cache empty'],
  );
  for (const [name, noun] of [
    ['lock', 'allocation lock'],
    ['targetLock', 'target lock'],
  ] as const) {
    const { samplePeriod } = result[name];
    const sampled = samplePeriod > 1 ? `, 1 in ${samplePeriod} acquisitions` : '';
    titles.push([`${name}.wait`, `${noun}, wait${sampled}`]);
    titles.push([`${name}.hold`, `${noun}, hold${sampled}`]);
  }
  return titles;
}
