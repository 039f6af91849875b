import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { nowNs } from '../clock.ts';
import { CALL_LOG_WORDS } from '../explore/confirm/real-calls.ts';
import { type Program, planOf } from '../explore/program/program.ts';
import { IN_LINE } from '../lock/relax.ts';
import { createMemory, type Memory } from '../memory/attach.ts';
import { LockCounter, ThreadFloat, WAITING_FOR, WORD_BYTES } from '../memory/layout.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import { DisturbanceWord } from './disturbance.ts';
import { type StressTask, StressWord, type Turn, type TurnReport } from './stress-task.ts';

/** How often the coordinator looks whether rounds are still held. */
const LOOK_MS = 20;
const START_PATIENCE_NS = 60e9;
/**
 * At the start of a round, threads that have a core each spin for longer than a nap and the waking
 * from it. Otherwise one that naps comes late, the other has given up and naps in turn, and from
 * then on they never meet in a round. Longer than that, and two threads on one core stand still.
 */
const START_SPIN_NS = 200_000;

/** What all threads did to the locks, and what was done to them, since they were started. */
export interface CrewFigures {
  readonly acquisitions: number;
  readonly contended: number;
  readonly noises: number;
  readonly looks: number;
}

/** A thread that died, or threads that wait for ever. */
export class CrewFailure extends Error {
  readonly dump: readonly string[];

  constructor(message: string, dump: readonly string[]) {
    super(message);
    this.name = 'CrewFailure';
    this.dump = dump;
  }
}

/** The threads of a stress: started once, and given one turn after the other. */
export class Crew {
  readonly #threadCount: number;
  readonly #patienceNs: number;
  readonly #memories: readonly Memory[];
  readonly #control: Int32Array;
  readonly #disturbances: Int32Array;
  readonly #workers: readonly Worker[];
  #readyCount = 0;
  #report: TurnReport | null = null;
  #failure: string | null = null;

  /** @param patienceNs a crew that completes no round for so long is stuck */
  constructor(
    geometries: readonly Program[],
    threadCount: number,
    patienceNs: number,
    task: Pick<StressTask, 'isFixed' | 'choice' | 'stopsAt' | 'lookNs'>,
  ) {
    this.#threadCount = threadCount;
    this.#patienceNs = patienceNs;
    this.#memories = geometries.map((program) => createMemory(planOf(program)));
    this.#control = sharedWords(StressWord.count);
    this.#disturbances = sharedWords(threadCount * DisturbanceWord.count);
    const common = {
      ...task,
      threadCount,
      startSpinNs: threadCount <= availableParallelism() ? START_SPIN_NS : IN_LINE,
      geometries,
      memories: this.#memories.map(({ shared }) => shared),
      control: this.#control,
      logs: sharedWords(threadCount * CALL_LOG_WORDS),
      disturbances: this.#disturbances,
    };
    const entry = new URL('../../workers/stress-worker.js', import.meta.url);
    this.#workers = Array.from({ length: threadCount }, (_, thread) => {
      const workerData: StressTask = { ...common, thread };
      const worker = new Worker(entry, { workerData });
      worker.on('message', (report: TurnReport | null) => {
        if (report === null) this.#readyCount++;
        else this.#report = report;
      });
      worker.on('error', (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        this.#failure ??= `thread ${thread} died: ${message}`;
      });
      worker.on('exit', () => {
        this.#failure ??= `thread ${thread} ended by itself`;
      });
      return worker;
    });
  }

  /** Rounds held so far, live. */
  get rounds(): number {
    return this.#control[StressWord.rounds] as number;
  }

  /** When all threads have built what they need. */
  async ready(): Promise<void> {
    const startedNs = nowNs();
    while (this.#readyCount < this.#threadCount) {
      this.#mustBeAlive();
      if (nowNs() - startedNs > START_PATIENCE_NS) {
        throw new CrewFailure(`only ${this.#readyCount} threads started within 60 s`, []);
      }
      await sleep(1);
    }
  }

  /**
   * Until thread 0 reports.
   *
   * @param mustStop asked every few milliseconds; true ends the turn after the round at hand
   */
  async run(turn: Turn, mustStop: () => boolean): Promise<TurnReport> {
    this.#report = null;
    this.#control[StressWord.stop] = 0;
    for (const worker of this.#workers) worker.postMessage(turn);
    let rounds = this.rounds;
    let movedNs = nowNs();
    for (;;) {
      const report = this.#report as TurnReport | null;
      if (report !== null) return report;
      this.#mustBeAlive();
      if (mustStop()) this.#control[StressWord.stop] = 1;
      if (this.rounds !== rounds) {
        rounds = this.rounds;
        movedNs = nowNs();
      } else if (nowNs() - movedNs > this.#patienceNs) {
        const seconds = this.#patienceNs / 1e9;
        throw new CrewFailure(`no round was completed for ${seconds} s`, this.#describe());
      }
      await this.#next();
    }
  }

  figures(): CrewFigures {
    const sum = { acquisitions: 0, contended: 0, noises: 0, looks: 0 };
    for (let thread = 0; thread < this.#threadCount; thread++) {
      for (const memory of this.#memories) {
        const counters = new ThreadCounters(memory, thread);
        for (const lock of [ThreadFloat.allocationLock, ThreadFloat.targetLock]) {
          sum.acquisitions += counters.get(lock + LockCounter.acquisitions);
          sum.contended += counters.get(lock + LockCounter.contended);
        }
      }
      const record = thread * DisturbanceWord.count;
      sum.noises += this.#disturbances[record + DisturbanceWord.noises] as number;
      sum.looks += this.#disturbances[record + DisturbanceWord.looked] as number;
    }
    return sum;
  }

  /** Ends the threads wherever they are. */
  async end(): Promise<void> {
    this.#failure ??= 'ended';
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** A report, or some time. */
  #next(): Promise<void> {
    return new Promise((resolve) => {
      const leader = this.#workers[0] as Worker;
      const done = () => {
        clearTimeout(timer);
        leader.off('message', done);
        resolve();
      };
      const timer = setTimeout(done, LOOK_MS);
      leader.once('message', done);
    });
  }

  #mustBeAlive(): void {
    if (this.#failure !== null) throw new CrewFailure(this.#failure, this.#describe());
  }

  /** Who holds and who waits, one line each. */
  #describe(): string[] {
    const memory = this.#memories[this.#control[StressWord.place] as number] as Memory;
    const { words, layout } = memory;
    const held = (name: string, mark: number) =>
      `${name}: ${mark === 0 ? 'held by nobody' : `held by thread ${mark - 1}`}`;
    const waits = Array.from({ length: this.#threadCount }, (_, thread) => {
      const { waitingFor } = new ThreadCounters(memory, thread);
      if (waitingFor === WAITING_FOR.nothing) return `thread ${thread}: waits for no lock`;
      const isAllocation = waitingFor === WAITING_FOR.allocationLock;
      return `thread ${thread}: waits for the ${isAllocation ? 'allocation' : 'target'} lock`;
    });
    return [
      `seed ${this.#control[StressWord.seed]}`,
      held('allocation lock', words[layout.allocationHolder] as number),
      held('target lock', words[layout.targetHolder] as number),
      ...waits,
    ];
  }
}

function sharedWords(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(count * WORD_BYTES));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
