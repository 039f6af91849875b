import { ON_MAIN, type RemapTable } from '../../device/remap-table.ts';
import type { Lock } from '../../lock/lock.ts';
import { type Layout, layoutOf } from '../../memory/layout.ts';
import { LOOKUPS, type Plan, targetLockKindOf } from '../../scenario/plan.ts';
import type { Site } from '../access.ts';
import { type Fault, NO_FAULTS } from '../engine/fault.ts';
import type { OperationEvent, Steps, Subject } from '../engine/subject.ts';
import { firstIllegalLba, type TableCall } from '../oracle/table-history.ts';
import { finish, Port, type Runtime } from '../transform/runtime.ts';
import type { ProductCode } from './product-code.ts';
import { planOf, programWith } from './program.ts';
import type { runTable, TableJournal, TableOperation, TableParts } from './table-program.ts';
import { wordNameIn } from './word-name.ts';

/** A remap table, what it holds at first, and what each thread does to it. */
export interface TableProgram {
  readonly lookup: Plan['remap']['lookup'];
  /** LBAs in the table before the first call, in the order of insertion. */
  readonly present: readonly number[];
  /** `l3i5d2`: look LBA 3 up, insert 5, remove 2. */
  readonly threads: readonly string[];
}

/** Spares of what is present at first, and of the insertions of each thread. */
const SPARE_AT_FIRST = 1;
const SPARES_OF_THREAD = 100;
/** Room for four entries. */
const SPARE_COUNT = 2;

/**
 * A remap table and threads that look up, insert and remove. Judged is that the calls of each LBA
 * are those of a table that does one at a time, and that no lookup sees an entry half written. As
 * the table demands, an LBA must not be removed while another thread looks it up.
 */
export class TableSubject implements Subject, TableJournal {
  readonly name: string;
  readonly threadCount: number;
  readonly words: Int32Array;
  readonly runtime: Runtime;
  readonly sites: readonly Site[];
  readonly fingerprint: string;
  readonly #program: TableProgram;
  readonly #code: ProductCode;
  readonly #layout: Layout;
  readonly #table: RemapTable;
  readonly #parts: readonly TableParts[];
  readonly #run: (...parts: Parameters<typeof runTable>) => Steps;
  readonly #initial: ReadonlyMap<number, number>;
  readonly #calls: (TableCall & { readonly thread: number })[] = [];
  readonly #events: OperationEvent[] = [];
  readonly #afterStep: number[] = [];
  readonly #inserted: number[] = [];
  #who: Uint8Array = new Uint8Array(0);

  constructor(program: TableProgram, code: ProductCode) {
    const { lookup, present, threads } = program;
    const remap = { match: 'every-sector', lookup, inFlight: 'drain' } as const;
    const plan = planOf(
      programWith({ remap, spareCount: SPARE_COUNT, threads: threads.map(() => 'mr') }),
    );
    this.#program = program;
    this.#code = code;
    this.#layout = layoutOf(plan);
    this.name = tableProgramName(program);
    this.threadCount = threads.length;
    this.words = new Int32Array(this.#layout.wordCount);
    this.runtime = code.runtime;
    this.sites = code.sites;
    this.fingerprint = code.fingerprint;
    const { words } = this;
    const layout = this.#layout;
    code.runtime.attach(words);
    const { lockOn } = code.module<{
      lockOn(kind: Plan['lock']['kind'], words: Int32Array, base: number): Lock;
    }>('lock/index');
    const { remapTableOn } = code.module<{
      remapTableOn(plan: Plan, words: Int32Array, layout: Layout): RemapTable;
    }>('device/index');
    this.#table = finish(remapTableOn(plan, words, layout));
    this.#initial = new Map(present.map((lba, place) => [lba, SPARE_AT_FIRST + place]));
    for (const [lba, spare] of this.#initial) finish(this.#table.insert(lba, spare));
    this.#parts = threads.map((text, thread) => ({
      thread,
      operations: tableOperationsOf(text),
      table: finish(remapTableOn(plan, words, layout)),
      targetLock: finish(lockOn(targetLockKindOf(plan), words, layout.targetLock)),
      journal: this,
    }));
    this.#run = code.module<{ runTable(parts: TableParts): Steps }>(
      'explore/program/table-program',
    ).runTable;
  }

  wordName(word: number): string {
    return wordNameIn(this.#layout, word);
  }

  begin(who: Uint8Array): void {
    this.#who = who;
    this.#calls.length = 0;
    this.#events.length = 0;
    this.#inserted.length = 0;
  }

  thread(thread: number): Steps {
    return this.#run(this.#parts[thread] as TableParts);
  }

  fault(): Fault | null {
    return null;
  }

  judge(stepCount: number): readonly Fault[] {
    const calls = this.#calls.map((call) => ({
      ...call,
      begin: this.#firstStepAfter(call.thread, call.begin, stepCount),
    }));
    const lbas = new Set([...this.#initial.keys(), ...calls.map(({ lba }) => lba)]);
    const atEnd = [...lbas].map((lba) => ({
      letter: 'l' as const,
      lba,
      found: finish(this.#table.spareFor(lba)),
      spare: ON_MAIN,
      begin: stepCount,
      end: stepCount,
    }));
    const illegal = firstIllegalLba([...calls, ...atEnd], this.#initial);
    if (illegal === null) return NO_FAULTS;
    const { lba, foreign } = illegal;
    if (foreign !== null) {
      const text = `LBA ${lba} was found on spare ${foreign}, where nobody had put it.`;
      return [{ kind: 'remap table', text }];
    }
    const text = `No order of the calls for LBA ${lba} explains what they found.`;
    return [{ kind: 'not linearizable', text }];
  }

  outcome(): string {
    const found = this.#parts.map(({ thread }) =>
      this.#calls.filter((call) => call.thread === thread).map((call) => call.found),
    );
    return found.join('|');
  }

  events(): readonly OperationEvent[] {
    return this.#events;
  }

  smaller(): readonly TableSubject[] {
    const { threads } = this.#program;
    return threads.flatMap((text, thread) =>
      tableOperationsOf(text).flatMap((_, place) => {
        const left = text.slice(0, 2 * place) + text.slice(2 * place + 2);
        const fewer = threads
          .map((own, other) => (other === thread ? left : own))
          .filter((own) => own !== '');
        const program = { ...this.#program, threads: fewer };
        return fewer.length === 0 ? [] : [new TableSubject(program, this.#code)];
      }),
    );
  }

  begins(thread: number): void {
    this.#afterStep[thread] = this.#step();
  }

  newSpare(thread: number): number {
    const count = (this.#inserted[thread] ?? 0) + 1;
    this.#inserted[thread] = count;
    return SPARES_OF_THREAD * (thread + 1) + count;
  }

  ends(thread: number, operation: TableOperation, found: number, spare: number): void {
    const begin = this.#afterStep[thread] as number;
    const end = this.#step();
    this.#calls.push({ ...operation, found, spare, begin, end, thread });
    const where = found === ON_MAIN ? 'not there' : `spare ${found}`;
    const { letter, lba } = operation;
    this.#events.push({ thread, step: end, text: `${CALLED[letter]} ${lba}: ${where}` });
  }

  #step(): number {
    return this.runtime.port[Port.step] as number;
  }

  /** A call that has begun but not touched anything has not begun. */
  #firstStepAfter(thread: number, step: number, stepCount: number): number {
    for (let later = step + 1; later < stepCount; later++) {
      if (this.#who[later] === thread) return later;
    }
    return stepCount;
  }
}

const CALLED = { l: 'look up', i: 'insert', d: 'remove' } as const;

function tableOperationsOf(text: string): TableOperation[] {
  if (!/^([lid][0-9])*$/.test(text)) {
    throw new RangeError(`not calls of a table: ${text}; they are l, i, d and an LBA each`);
  }
  return [...text.matchAll(/([lid])([0-9])/g)].map(([, letter, lba]) => ({
    letter: letter as TableOperation['letter'],
    lba: Number(lba),
  }));
}

/** `table~hash~25~l5-d2i9` */
function tableProgramName({ lookup, present, threads }: TableProgram): string {
  return ['table', lookup, present.join(''), threads.join('-')].join('~');
}

/** @throws RangeError if a thread does what is no call of a table */
export function parseTableProgram(name: string): TableProgram | null {
  const [head, lookup, present, threads] = name.split('~');
  const known = LOOKUPS.find((one) => one === lookup);
  if (head !== 'table' || known === undefined || !/^[0-9]*$/.test(present ?? '')) return null;
  const list = (threads ?? '').split('-');
  for (const text of list) tableOperationsOf(text);
  return { lookup: known, present: [...(present ?? '')].map(Number), threads: list };
}
