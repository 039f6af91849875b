import { array, assert, boolean, constantFrom, integer, property, record, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import type { TracePlan } from '../../src/scenario/plan.ts';
import { readText, traceFolder } from '../support/traces.ts';

const SEED = 20_250_103;
const DEVICE_SECTORS = 4096;

const folder = traceFolder();

/** One recorded request; the pause before it is in milliseconds. */
interface Request {
  readonly pauseMs: number;
  readonly action: 'read' | 'write' | 'trim' | 'sync' | 'datasync';
  readonly lba: number;
  readonly sectorCount: number;
}

const request = record({
  pauseMs: integer({ min: 0, max: 50 }),
  action: constantFrom(...(['read', 'write', 'trim', 'sync', 'datasync'] as const)),
  lba: integer({ min: 0, max: DEVICE_SECTORS - 64 }),
  sectorCount: integer({ min: 1, max: 64 }),
});
const requests = array(request, { minLength: 1, maxLength: 200 });

test(`a trace written down in either version reads back the same (seed ${SEED})`, () => {
  assert(
    property(requests, boolean(), boolean(), (written, isVersion3, isTerminated) => {
      const text = isVersion3 ? asVersion3(written) : asVersion2(written);
      const trace = read(isTerminated ? text : text.trimEnd(), 1, 'by-hash');
      expect(trace.format).toBe(isVersion3 ? 'fio-iolog-v3' : 'fio-iolog-v2');
      expect(trace.recordCount).toBe(written.length);
      expect(trace.perThread[0]).toEqual(expected(written));
    }),
    { seed: SEED },
  );
});

test(`every record goes to exactly one thread and keeps its place there (seed ${SEED})`, () => {
  assert(
    property(
      tuple(requests, integer({ min: 1, max: 7 }), constantFrom('by-hash', 'round-robin')),
      ([written, threadCount, assign]) => {
        const trace = read(asVersion3(numbered(written)), threadCount, assign);
        const seen = trace.perThread.flatMap((thread) => {
          const numbers = thread.map(([ns]) => ns / 1000);
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          return numbers;
        });
        expect(seen.sort((a, b) => a - b)).toEqual(written.map((_, index) => (index + 1) * 1000));
      },
    ),
    { seed: SEED },
  );
});

test(`by-hash: requests that overlap are on one thread, in recorded order (seed ${SEED})`, () => {
  const few = array(request, { minLength: 1, maxLength: 60 });
  assert(
    property(few, integer({ min: 2, max: 7 }), (written, threadCount) => {
      const trace = read(asVersion3(numbered(written)), threadCount, 'by-hash');
      const threadOf = new Map<number, number>();
      for (const [thread, dealt] of trace.perThread.entries()) {
        for (const [ns] of dealt) threadOf.set(ns / 1e6 - 1, thread);
      }
      for (const [first, a] of written.entries()) {
        if (isSync(a)) continue;
        for (const [second, b] of written.entries()) {
          const isApart = a.lba + a.sectorCount <= b.lba || b.lba + b.sectorCount <= a.lba;
          if (isSync(b) || isApart) continue;
          expect(threadOf.get(first)).toBe(threadOf.get(second));
        }
      }
    }),
    { seed: SEED },
  );
});

/** Each request at its own time, which then serves as its number: 1 ms, 2 ms, … */
function numbered(written: readonly Request[]): Request[] {
  return written.map((one) => ({ ...one, pauseMs: 1 }));
}

function isSync({ action }: Request): boolean {
  return action === 'sync' || action === 'datasync';
}

function read(text: string, threadCount: number, assign: string) {
  const plan = { assign: assign as TracePlan['assign'] };
  return readText(folder, text, plan, { deviceSectorCount: DEVICE_SECTORS, threadCount });
}

function asVersion3(written: readonly Request[]): string {
  let ms = 0;
  const lines = written.map((one) => {
    ms += one.pauseMs;
    return `${ms * 1000} disk ${operandsOf(one)}`;
  });
  const last = `${ms * 1000} disk close`;
  return ['fio version 3 iolog', '0 disk add', '0 disk open', ...lines, last, ''].join('\n');
}

function asVersion2(written: readonly Request[]): string {
  let ms = 0;
  const lines = written.flatMap((one) => {
    ms += one.pauseMs;
    const wait = one.pauseMs === 0 ? [] : [`disk wait ${ms} 0`];
    return [...wait, `disk ${operandsOf(one)}`];
  });
  return ['fio version 2 iolog', 'disk add', 'disk open', ...lines, 'disk close', ''].join('\n');
}

function operandsOf(one: Request): string {
  return isSync(one)
    ? `${one.action} 0 0`
    : `${one.action} ${one.lba * 512} ${one.sectorCount * 512}`;
}

function expected(written: readonly Request[]): unknown[] {
  let ms = 0;
  return written.map((one) => {
    ms += one.pauseMs;
    if (isSync(one)) return [ms * 1e6, 'sync', 0, 0];
    return [ms * 1e6, one.action, one.lba, one.sectorCount];
  });
}
