import { nowNs } from '../clock.ts';
import { columnsOf, plural } from '../report/text.ts';
import type { RunOutcome } from '../sweep/sweep-folder.ts';
import type { SweepRun } from '../sweep/sweep-plan.ts';
import { formatNs } from '../units.ts';
import { runName } from './swept-text.ts';

const BAR_COLUMNS = 24;

/** How far a sweep has come, and how long the rest will take if it goes on like this. */
export class SweepProgress {
  readonly #count: number;
  readonly #startNs = nowNs();
  readonly #running = new Set<SweepRun>();
  #before = 0;
  #ended = 0;
  #bad = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** So many were finished before this process began. */
  open(finishedCount: number): void {
    this.#before = finishedCount;
  }

  begin(run: SweepRun): void {
    this.#running.add(run);
  }

  end(run: SweepRun, outcome: RunOutcome): void {
    this.#running.delete(run);
    this.#ended++;
    if (outcome.result === null || outcome.result.verdict.exitCode !== 0) this.#bad++;
  }

  line(): string {
    const { done, rest, bad } = this.#words();
    const [run] = this.#running;
    const name = run === undefined ? '' : `  ${runName(run)}, seed ${run.seed}`;
    return `${done}${rest}${bad}${name}`;
  }

  panel(width: number, { unicode }: { readonly unicode: boolean }): string[] {
    const { done, rest, bad } = this.#words();
    const filled = Math.round((BAR_COLUMNS * this.#done) / Math.max(1, this.#count));
    const [full, empty] = unicode ? ['█', '░'] : ['#', '.'];
    const bar = `${full.repeat(filled)}${empty.repeat(BAR_COLUMNS - filled)}`;
    const runs = [...this.#running].map((run) => `  ${runName(run)}, seed ${run.seed}`);
    return [`${bar} ${done}${rest}${bad}`, ...runs].map((line) =>
      columnsOf(line) > width ? `${line.slice(0, width - 1)}` : line,
    );
  }

  get #done(): number {
    return this.#before + this.#ended;
  }

  #words(): { readonly done: string; readonly rest: string; readonly bad: string } {
    const left = this.#count - this.#done;
    const each = (nowNs() - this.#startNs) / Math.max(1, this.#ended);
    return {
      done: `${this.#done} of ${plural(this.#count, 'run')}`,
      rest: this.#ended === 0 || left === 0 ? '' : `, about ${formatNs(each * left)} left`,
      bad: this.#bad === 0 ? '' : `, ${this.#bad} did not pass`,
    };
  }
}
