import { beforeAll, describe, expect, test } from 'vitest';
import {
  DeviceSubject,
  explore,
  instrumentProduct,
  type Patch,
  type ProductCode,
  parseProgram,
  programName,
  programWith,
} from '../../src/explore/index.ts';

/**
 * Goal: whatever the interleaving of remaps with reads, writes and flushes, no power cut in it
 * loses anything, with the corrected metadata; and the published `sync` can report success for
 * nothing.
 *
 * Method: every interleaving of small programs; when the threads have come to their ends, power is
 * cut at every place of what they sent to the medium. Larger programs are in the long test.
 */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

const redundant = (threads: readonly string[], copyCount: number) =>
  programWith({
    threads,
    allocator: 'bitmap',
    metadata: { format: 'redundant', order: 'primary-first', flush: 'each-copy' },
    copyCount,
    tornSectors: true,
    spareCount: copyCount + 2,
    reservedCount: copyCount,
  });

describe('corrected', () => {
  test.each([
    ['w|m', 2],
    ['r|m', 5],
    ['m|m1', 2],
    ['w|m', 3],
  ])('%s with %i copies loses nothing, in any interleaving', (threads, copyCount) => {
    const subject = new DeviceSubject(redundant(threads.split('|'), copyCount), code);
    const { verdict, fault } = explore(subject, { strategy: { kind: 'dpor' }, executions: 30_000 });
    expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
  });

  // The write is acknowledged on the main device after the copy was made: P10, across a power cut.
  test('without draining, a flushed write is lost', () => {
    const program = { ...redundant(['wy', 'm'], 1), tornSectors: false };
    const remap = { ...program.remap, inFlight: 'ignore' } as const;
    const subject = new DeviceSubject({ ...program, remap }, code);
    const { verdict } = explore(subject, {
      strategy: { kind: 'dpor' },
      executions: 5000,
      only: ['metadata lost'],
    });
    expect(verdict).toEqual({ kind: 'fail' });
  });

  test('publishing before the metadata is written is found', async () => {
    const early: Patch = {
      file: 'device/device.js',
      find: 'outcome = this.#metadata.recordRemap(lba, spare);\n        if (outcome === Outcome.done)\n            this.#table.insert(lba, spare);\n        this.#endMove();',
      replace:
        'this.#table.insert(lba, spare);\n this.#endMove();\n this.#metadata.recordRemap(lba, spare);',
    };
    const subject = new DeviceSubject(
      { ...redundant(['m', 'wy'], 1), tornSectors: false },
      await instrumentProduct([early]),
    );
    const { verdict } = explore(subject, {
      strategy: { kind: 'dpor' },
      executions: 20_000,
      only: ['metadata lost'],
    });
    expect(verdict).toEqual({ kind: 'fail' });
  });
});

describe('as published', () => {
  const published = (threads: readonly string[]) =>
    programWith({
      threads,
      protocol: 'as-published',
      metadata: { format: 'published', order: 'primary-first', flush: 'each-copy' },
      spareCount: 16,
      reservedCount: 8,
    });

  test('sync beside autosave reports success for what is not saved (P6)', () => {
    const { verdict, executions } = explore(new DeviceSubject(published(['mm1p', 'v']), code), {
      strategy: { kind: 'dpor' },
      only: ['metadata lost'],
    });
    expect(verdict).toEqual({ kind: 'fail' });
    expect(executions).toBeLessThan(5000);
  });

  test('sync alone saves what it says', () => {
    const { verdict } = explore(new DeviceSubject(published(['mm1p', 'm']), code), {
      strategy: { kind: 'bounded', preemptions: 0 },
      only: ['metadata lost'],
    });
    expect(verdict).toEqual({ kind: 'pass-bounded', preemptions: 0 });
  });
});

test('a program with metadata is what its name says', () => {
  for (const program of [
    redundant(['wy', 'm'], 2),
    {
      ...redundant(['mp', 'v'], 3),
      metadata: { format: 'published', order: 'primary-last', flush: 'never' } as const,
    },
  ]) {
    expect(parseProgram(programName(program))).toEqual(program);
  }
});
