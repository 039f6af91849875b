import { stampNs } from '../clock.ts';
import type { Plan } from '../scenario/plan.ts';
import type { CommandTarget } from './command-target.ts';
import type { ControlPath } from './control-path.ts';
import { makeTarget } from './target.ts';

/** A function call on the thread that measures: what is left when there is no control path. */
export class DirectPath implements ControlPath {
  readonly #target: CommandTarget;
  readonly #times = new Float64Array(2);
  answer = '';

  constructor(plan: Plan) {
    this.#target = makeTarget(plan);
  }

  send(text: string): number {
    const times = this.#times;
    stampNs(times, 0);
    this.answer = this.#target.command(text);
    stampNs(times, 1);
    return (times[1] as number) - (times[0] as number);
  }

  async prepare(text: string): Promise<void> {
    this.#target.command(text);
  }

  async close(): Promise<void> {}
}
