import { stampNs } from '../clock.ts';
import { type RandomStream, streamFor } from '../random.ts';
import type { Command, ControlPathName, Plan } from '../scenario/plan.ts';
import { CommandTexts } from './command-texts.ts';
import type { ControlPath } from './control-path.ts';
import { timeProcess } from './process-path.ts';
import { CONTROL, EMPTY, FLOOR, REFERENCE, type SampleBook } from './samples.ts';

/** One thing of a round: what it is called, and how it is timed. */
interface Entry {
  readonly operation: string;
  readonly time: () => number | Promise<number>;
}

/**
 * Takes the samples of one path, round by round. The order within a round is drawn from the seed;
 * everything before and after a call is the same for all of them.
 */
export class RoundTaker {
  readonly #name: string;
  readonly #path: ControlPath;
  readonly #texts: CommandTexts;
  readonly #order: RandomStream;
  readonly #fillCount: number;
  /** In the order of the report. */
  readonly #entries: readonly Entry[];
  readonly #drawn: Entry[];
  readonly #times = new Float64Array(2);
  readonly answers: Record<string, string> = {};
  refusedRemaps = 0;

  constructor(plan: Plan, name: ControlPathName, path: ControlPath) {
    const { commands, fillCount, reference } = plan.overhead;
    this.#name = name;
    this.#path = path;
    this.#texts = new CommandTexts(plan);
    this.#order = streamFor(plan.seed, null, `overhead.order.${name}`);
    this.#fillCount = fillCount;
    // One function for all: one of its own would be compiled by itself, and differ by some ns.
    const call = (command: Command, operation: string = command): Entry => ({
      operation,
      time: () => this.#send(command),
    });
    const entries: Entry[] = [
      { operation: FLOOR, time: () => this.#readClock() },
      call(EMPTY),
      call(EMPTY, CONTROL),
      ...commands.filter((command) => command !== EMPTY).map((command) => call(command)),
    ];
    if (name === 'process' && reference !== null) {
      const [program = '', ...words] = reference;
      const time = () => timeProcess(program, words).then(({ tookNs }) => tookNs);
      entries.push({ operation: REFERENCE, time });
    }
    this.#entries = entries;
    this.#drawn = [...entries];
  }

  /** Remaps as many sectors as the plan begins with. Not timed. */
  async fill(): Promise<void> {
    for (let filled = 0; filled < this.#fillCount; filled++) {
      await this.#path.prepare(`remap ${this.#texts.nextLba()}`);
    }
  }

  /** Everything once, in a new order. False when it was interrupted, and has left no sample. */
  async take(round: number, book: SampleBook, signal: AbortSignal): Promise<boolean> {
    const taken = new Map<string, number>();
    for (const { operation, time } of this.#shuffled()) {
      if (signal.aborted) return false;
      let ns: number;
      try {
        const answer = time();
        ns = typeof answer === 'number' ? answer : await answer;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const where = `${this.#name} path, ${operation}, round ${round + 1}`;
        throw new Error(`${where}: ${reason}`, { cause: error });
      }
      if (operation !== FLOOR && operation !== REFERENCE) this.#note(operation);
      if (operation === 'clear') await this.fill();
      taken.set(operation, ns);
    }
    for (const { operation } of this.#entries) {
      book.add(this.#name, operation, round, taken.get(operation) as number);
    }
    return true;
  }

  /** The words are made before the clock is read. */
  #send(command: Command): number | Promise<number> {
    return this.#path.send(this.#texts.next(command));
  }

  #readClock(): number {
    const times = this.#times;
    stampNs(times, 0);
    stampNs(times, 1);
    return (times[1] as number) - (times[0] as number);
  }

  #note(operation: string): void {
    const { answer } = this.#path;
    this.answers[operation] ??= answer.trim();
    if (operation === 'remap' && !answer.startsWith('remapped')) this.refusedRemaps++;
  }

  #shuffled(): readonly Entry[] {
    const entries = this.#drawn;
    for (let last = entries.length - 1; last > 0; last--) {
      const other = this.#order.below(last + 1);
      const kept = entries[last] as Entry;
      entries[last] = entries[other] as Entry;
      entries[other] = kept;
    }
    return entries;
  }
}
