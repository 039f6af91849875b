import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TEST = fileURLToPath(new URL('../', import.meta.url));

const in_ = (folder: string): string[] =>
  readdirSync(`${TEST}${folder}`)
    .filter((name) => name.endsWith('.test.ts') && !name.endsWith('.long.test.ts'))
    .sort()
    .map((name) => `${folder}/${name}`);

/** Tests that are run against mutants: those that come by locks and device, in this process. */
export const TEST_FILES: readonly string[] = [
  'mutants/programs.ts',
  ...in_('unit/lock'),
  ...in_('unit/device'),
  ...in_('unit/crash'),
  ...in_('model'),
  ...in_('property').filter((file) => /allocator|device|health|metadata|target/.test(file)),
  'canary/allocator.test.ts',
  'canary/planted-corruption.test.ts',
  'canary/data-in-flight.test.ts',
  'unit/load/remap-worker.test.ts',
  'unit/load/published-remap-worker.test.ts',
];

/**
 * Parts of the names of tests that are not run: those that plant a fault of their own in the text
 * of a file, which is another one here; those that demand how many executions a search took, which
 * is no promise of the code under test; and those that take seconds.
 */
export const LEFT_OUT: readonly string[] = [
  'a ladder of 126 programs',
  'two threads of four operations',
  'explore-hazards.test.ts: H2 > is found',
  'explore-hazards.test.ts: H4 > is found',
  'explore-hazards.test.ts: H5 > is found',
  'explore-hazards.test.ts: H6 > is found',
  'published-control.test.ts: capacity > 16384 sectors',
  'published-control.test.ts: capacity > 65536 sectors',
  '65536 spares',
  'tens of thousands of remaps come back',
  'with 3 copies loses nothing, in any interleaving',
  'explore-hazards.test.ts: every canary is caught',
  'explore-hazards.test.ts: H1 > is found',
  'explore-hazards.test.ts: H3 > is found',
  'explore-hazards.test.ts: P5 > is found',
  'reads, writes and remaps of one sector keep its data',
  'without draining, a flushed write is lost',
  'sync beside autosave reports success for what is not saved (P6)',
  'with 2 copies loses nothing, in any interleaving',
  'a write that fails beside reader',
  'explore-locks.test.ts: queued > rounds [2,2]',
  'explore-locks.test.ts: mutex > rounds [2,2]',
  'from [0,2,5,7], ["l0","d2i4","d5"]',
  'explore-locks.test.ts: mutex > rounds [1,1,1]',
  'explore-auto-remap.test.ts: corrected > a write that fails beside writer',
];
