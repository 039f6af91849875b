import type { Worker } from 'node:worker_threads';
import { nowNs } from '../clock.ts';
import type { Plan } from '../scenario/plan.ts';
import type { ControlPath } from './control-path.ts';
import { startTargetThread } from './target-thread.ts';

/**
 * A request to another thread and back, by postMessage(): what a program does that has its target
 * on a thread of its own. In the time are two copies of the text, two wake-ups through the kernel,
 * and a turn of two event loops.
 */
export class MessagePath implements ControlPath {
  readonly #worker: Worker;
  #sentNs = 0;
  #settle: { resolve: (ns: number) => void; reject: (error: Error) => void } | null = null;
  answer = '';

  static async open(plan: Plan): Promise<MessagePath> {
    return new MessagePath(await startTargetThread({ plan, socketPath: null }));
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: string) => {
      const tookNs = nowNs() - this.#sentNs;
      this.answer = answer;
      this.#settle?.resolve(tookNs);
    });
    worker.on('error', (error) => this.#settle?.reject(error));
    worker.on('exit', () => this.#settle?.reject(new Error('the thread of the target has ended')));
  }

  send(text: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#sentNs = nowNs();
      this.#worker.postMessage(text);
    });
  }

  async prepare(text: string): Promise<void> {
    await this.send(text);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
