import type { Figures, Ratio } from './row.ts';
import { DEFAULT_LOCK } from './rows.ts';

const isOldNode = Number(process.versions.node.split('.')[0]) < 22;

/** Of two subjects of one row. */
function within(row: string, bar: number, subject: string, to: string, title: string): Ratio {
  return {
    id: `${row}: ${subject}/${to}`,
    title,
    rows: [row],
    bar,
    of: (figures) => figures(row, subject) / figures(row, to),
  };
}

/** Of one subject in two rows. */
function between(id: string, bar: number, rows: [string, string], title: string): Ratio {
  const [above, below] = rows;
  const of = (figures: Figures) => figures(above, 'sparestorm') / figures(below, 'sparestorm');
  return { id, title, rows, bar, of };
}

/** The bars of the project. All are such that more is better, and 1 or the bar is enough. */
export const RATIOS: readonly Ratio[] = [
  within('null.2t', 3, 'sparestorm', 'fio', 'null device to fio null, 2 threads'),
  within('null.2t', 3, 'sparestorm', 'fio, our clock', 'the same, fio reading our clock'),
  within('null.2t', 3, 'chained', 'fio', 'null device, chained, to fio null, 2 threads'),
  within('null.2t', 0, 'sparestorm', 'C', 'null device to C, 2 threads'),
  within('null.2t', 0, 'chained', 'C, chained', 'null device to C, both chained, 2 threads'),
  ...[1, 2].flatMap((threads) => [
    within(`4k.${threads}t`, 1.5, 'sparestorm', 'fio', `4 KiB to fio mmap, threads: ${threads}`),
    within(
      `4k.${threads}t`,
      isOldNode ? 0.8 : 0.9,
      'sparestorm',
      'C',
      `4 KiB to C, threads: ${threads}`,
    ),
    within(
      `4k.${threads}t`,
      1.5,
      'chained',
      'fio',
      `4 KiB, chained, to fio mmap, threads: ${threads}`,
    ),
    within(
      `4k.${threads}t`,
      isOldNode ? 0.8 : 0.9,
      'chained',
      'C, chained',
      `4 KiB to C, both chained, threads: ${threads}`,
    ),
    within(`512.${threads}t`, 1.5, 'sparestorm', 'fio', `512 B to fio mmap, threads: ${threads}`),
    within(`512.${threads}t`, 0.75, 'sparestorm', 'C', `512 B to C, threads: ${threads}`),
    within(
      `512.${threads}t`,
      1.5,
      'chained',
      'fio',
      `512 B, chained, to fio mmap, threads: ${threads}`,
    ),
    within(
      `512.${threads}t`,
      0.75,
      'chained',
      'C, chained',
      `512 B to C, both chained, threads: ${threads}`,
    ),
    within(`strict.${threads}t`, 0.6, 'strict', 'off', `strict to off, threads: ${threads}`),
    within(
      `verified.${threads}t`,
      1.2,
      'sparestorm',
      'fio, crc32c',
      `checked bytes to fio verify=crc32c, threads: ${threads}`,
    ),
  ]),
  between(
    'guarded/published-outer',
    1,
    ['allocate.guarded.2t', 'allocate.published-outer.2t'],
    'guarded to published under its outer lock, 2 threads',
  ),
  between(
    'per-worker scaling',
    1.8,
    ['allocate.per-worker.2t', 'allocate.per-worker.1t'],
    'per-worker allocation, 2 threads to 1',
  ),
  within('allocate.per-worker.2t', 0.4, 'sparestorm', 'C', 'per-worker to C, 2 threads'),
  {
    id: 'pair.test-and-set: allowed/taken',
    title: 'lock pair: 30 ns or 10 times C, to what it takes',
    rows: ['pair.test-and-set'],
    bar: 1,
    of: (figures) => {
      const inC = figures('pair.test-and-set', 'C');
      const allowed = Number.isNaN(inC) ? 30 : Math.max(30, 10 * inC);
      return allowed / figures('pair.test-and-set', 'sparestorm');
    },
  },
  between(
    'default lock, 4/2',
    0.7,
    [`lock.${DEFAULT_LOCK}.4t`, `lock.${DEFAULT_LOCK}.2t`],
    'default lock, 4 threads on 2 cores to 2 threads',
  ),
  {
    id: 'histogram: allowed/taken',
    title: 'recording a latency: 6 ns to what it takes',
    rows: ['histogram'],
    bar: 1,
    of: (figures) => 6 / figures('histogram', 'sparestorm'),
  },
  // No bound in bench/baseline.json: what is not measured would be short of it, and the row needs
  // a redis-server, and is none of the quick ones.
  {
    id: 'dispatch: allowed/taken',
    title: 'a run by queue: 50 ms to what it takes beside the run',
    rows: ['dispatch'],
    bar: 1,
    of: (figures) => 50 / figures('dispatch', 'sparestorm'),
  },
  within('panel', 0.99, 'on', 'off', 'with the live panel to without'),
  within('jitter.1t', 0.99, 'auto', 'off', 'beside an idle loop to without, 1 thread'),
];
