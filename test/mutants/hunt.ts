import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { configureGlobal } from 'fast-check';
import { vi } from 'vitest';
import { InstrumentError } from '../../src/explore/transform/instrument-error.ts';
import type { HuntOptions, Judged } from './judged.ts';
import { LEFT_OUT, TEST_FILES } from './killers.ts';
import { type GeneratedMutant, type MutatedFile, mutatedFiles, nameOf } from './mutant.ts';
import { type Registered, testsOf } from './registry.ts';
import { isSampled } from './sample.ts';
import { schemataOf } from './schemata.ts';
import { StepBoundError, type Switchboard, switchboard } from './switchboard.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** After so many kills a test has shown that it can be run again, whatever made it fail. */
const REPEATS = 3;

/** Steps beyond which a test that took `steps` without a mutant is taken to go on for ever. */
const boundOf = (steps: number): number => 100_000 + 10 * steps;

/** A test, what it costs, and which functions it comes by. */
interface Killer {
  readonly test: Registered;
  readonly name: string;
  readonly steps: number;
  readonly ns: bigint;
  readonly units: ReadonlySet<number>;
  kills: number;
}

/** Runs the tests against every mutant asked for, and writes down what came of each. */
export async function hunt(options: HuntOptions, to: string): Promise<void> {
  configureGlobal({ seed: 20_261_128, endOnFailure: true });
  const board = switchboard();
  const files = mutatedFiles();
  for (const mutated of files) board.texts.set(mutated.path, schemataOf(mutated, {}));
  const killers = await killersOf(board, options);

  const judged: Judged[] = [];
  const begun = Date.now();
  for (const mutated of files) {
    if (options.files.length > 0 && !options.files.includes(mutated.file)) continue;
    const wanted = mutated.mutants.filter(
      (mutant) =>
        (options.whole.some((start) => mutated.file.startsWith(start)) ||
          isSampled(mutant, options)) &&
        (options.only === '' || nameOf(mutant).includes(options.only)) &&
        (options.among === null || options.among.includes(nameOf(mutant))),
    );
    for (const mutant of wanted) {
      judged.push(await judge(mutant, mutated, files, killers, board));
      if (judged.length % 20 === 0) writeFileSync(to, JSON.stringify(judged));
    }
    const survivors = judged.filter(
      ({ file, outcome }) => file === mutated.file && outcome !== 'killed',
    ).length;
    const seconds = Math.round((Date.now() - begun) / 1000);
    process.stderr.write(
      `${mutated.file}: ${wanted.length} mutants, ${survivors} survive (${seconds} s)\n`,
    );
    writeFileSync(to, JSON.stringify(judged));
  }
  writeFileSync(to, JSON.stringify(judged));
}

async function killersOf(board: Switchboard, options: HuntOptions): Promise<Killer[]> {
  const killers: Killer[] = [];
  for (const file of TEST_FILES) {
    for (const test of await testsOf(`${ROOT}test/${file}`)) {
      const name = `${file}: ${test.name}`;
      if (LEFT_OUT.some((part) => name.includes(part))) continue;
      if (options.killers !== '' && !name.includes(options.killers)) continue;
      await test.prepare();
      board.entered = new Set();
      board.stepCount = 0;
      const before = process.hrtime.bigint();
      if (!(await passes(test, name))) continue;
      const ns = process.hrtime.bigint() - before;
      killers.push({ test, name, steps: board.stepCount, ns, units: board.entered, kills: 0 });
      board.entered = null;
    }
  }
  if (options.verbose) {
    const slow = [...killers].sort((one, other) => Number(other.ns - one.ns)).slice(0, 40);
    for (const { name, ns, steps } of slow) {
      process.stderr.write(`${Number(ns / 1_000_000n)} ms, ${steps} steps: ${name}\n`);
    }
    const total = killers.reduce((sum, { ns }) => sum + ns, 0n);
    process.stderr.write(`${killers.length} tests, ${Number(total / 1_000_000n)} ms\n`);
  }
  return killers;
}

/** False for a test that plants a fault in a text: there is another text here. */
async function passes(test: Registered, name: string): Promise<boolean> {
  try {
    await test.run();
    return true;
  } catch (error) {
    if (error instanceof InstrumentError && / times, not once: /.test(error.message)) return false;
    throw new Error(`without a mutant, ${name} fails: ${String(error)}`, { cause: error });
  }
}

async function judge(
  mutant: GeneratedMutant,
  mutated: MutatedFile,
  files: readonly MutatedFile[],
  killers: readonly Killer[],
  board: Switchboard,
): Promise<Judged> {
  // What a file says when it is loaded is used by those that import it as well.
  const units = new Set(
    mutant.unit >= 0
      ? [mutant.unit]
      : files
          .filter(({ file, imports }) => file === mutated.file || imports.includes(mutated.file))
          .filter(({ file }) => file === mutated.file || isExported(mutant, mutated))
          .flatMap((one) => [...one.units.values()]),
  );
  const reaching = killers
    .filter((killer) => reaches(killer, units) || (mutant.unit < 0 && looksAtNumbersOnly(killer)))
    .sort((one, other) => Number(one.ns - other.ns));
  const { file, place, operator, from, to, nth } = mutant;
  const begun = process.hrtime.bigint();
  const answer = (outcome: Judged['outcome'], by: string, how: string): Judged => {
    const ms = Number((process.hrtime.bigint() - begun) / 1_000_000n);
    return { file, place, operator, from, to, nth, outcome, by, how, tests: reaching.length, ms };
  };
  for (const killer of inOrder(reaching)) {
    const error = await failureOf(killer, mutant.id, board);
    if (error === null || error instanceof InstrumentError) continue;
    killer.kills++;
    const again = killer.kills > REPEATS ? null : await failureOf(killer, 0, board);
    if (again !== null) {
      throw new Error(`${killer.name} cannot be run again after ${nameOf(mutant)}: ${again}`);
    }
    return answer('killed', killer.name, howOf(error));
  }
  return answer(reaching.length === 0 ? 'unreached' : 'survived', '', '');
}

/** Those first that kill most for what they cost: it takes less time, and decides nothing. */
function inOrder(killers: readonly Killer[]): Killer[] {
  const worth = ({ kills, ns }: Killer) => (kills + 0.1) / (Number(ns) + 100_000);
  return [...killers].sort((one, other) => worth(other) - worth(one));
}

/** Whether the text at the top of a file that it stands in is for others as well. */
function isExported({ place }: GeneratedMutant, { text }: MutatedFile): boolean {
  return text.includes(`export const ${place} =`);
}

/** A test that calls nothing of the locks and the device can only look at what they export. */
function looksAtNumbersOnly({ units }: Killer): boolean {
  return units.size === 0;
}

function reaches(killer: Killer, units: ReadonlySet<number>): boolean {
  for (const unit of units) if (killer.units.has(unit)) return true;
  return false;
}

/** What a test fails with while a mutant is on; null if it passes. */
async function failureOf(killer: Killer, mutant: number, board: Switchboard): Promise<unknown> {
  collectNowAndThen();
  let error = await failureOnce(killer, mutant, board);
  // Shared memory of tests that are over lies about until it is collected: no fault of the mutant.
  // What a collection lets go of is given back by another thread, which may have to wait its turn.
  for (let wait = 10; isOutOfMemory(error) && wait < 5000; wait *= 2) {
    collect();
    await setTimeout(wait);
    error = await failureOnce(killer, mutant, board);
  }
  if (isOutOfMemory(error)) throw new Error(`no memory left for ${killer.name}`, { cause: error });
  return error;
}

const RUNS_PER_COLLECTION = 50;
let runs = 0;

function collectNowAndThen(): void {
  if (++runs % RUNS_PER_COLLECTION === 0) collect();
}

function collect(): void {
  // Vitest keeps every spy there ever was, with all it was called with: shared memory, that is.
  vi.resetAllMocks();
  (globalThis as { gc?: () => void }).gc?.();
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('could not allocate memory');
}

async function failureOnce(
  { test, steps }: Killer,
  mutant: number,
  board: Switchboard,
): Promise<unknown> {
  board.stepCount = 0;
  board.stepBound = boundOf(steps);
  board.switchTo(mutant);
  try {
    await test.run();
    return null;
  } catch (error) {
    // Where a test ended half-way, its spies are still there.
    vi.restoreAllMocks();
    return error;
  } finally {
    board.stepBound = Number.POSITIVE_INFINITY;
    board.switchTo(0);
  }
}

/** `step bound` for what never ends, in the code itself or as the explorer's livelock. */
function howOf(error: unknown): string {
  if (error instanceof StepBoundError) return 'step bound';
  const text = error instanceof Error ? `${error.message}` : String(error);
  if (/step bound|livelock/.test(text)) return 'step bound';
  return error instanceof Error && error.name === 'AssertionError' ? 'assertion' : 'exception';
}
