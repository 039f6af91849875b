import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { nowNs } from '../clock.ts';
import type { Plan } from '../scenario/plan.ts';
import type { ControlPath } from './control-path.ts';
import { startTargetThread } from './target-thread.ts';

const CHILD = fileURLToPath(new URL('../../workers/overhead-child.js', import.meta.url));
/** A child that has not ended by then is taken to hang. */
const PATIENCE_MS = 30_000;

/**
 * A child process for every command, as `dmsetup` is one. The child is Node with a small program:
 * it connects to the socket of the thread that owns the target, sends the command of its argument
 * list, prints the answer and ends. In the time is all of it: fork and exec, the start of Node,
 * socket and answer, the end of the process, and its being noticed here.
 *
 * What takes the place of dmsetup's ioctl is a socket, and of dmsetup itself Node, which starts
 * more slowly and without `sudo`. The shares differ from the kernel's; the argument is the same.
 */
export class ProcessPath implements ControlPath {
  readonly #worker: Worker;
  readonly #folder: string;
  readonly #socketPath: string;
  #failure: Error | null = null;
  answer = '';

  static async open(plan: Plan): Promise<ProcessPath> {
    const folder = await mkdtemp(join(tmpdir(), 'sparestorm-'));
    const socketPath =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\sparestorm-${process.pid}`
        : join(folder, 'control');
    try {
      const worker = await startTargetThread({ plan, socketPath });
      return new ProcessPath(worker, folder, socketPath);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(worker: Worker, folder: string, socketPath: string) {
    this.#worker = worker;
    this.#folder = folder;
    this.#socketPath = socketPath;
    worker.on('error', (error) => {
      this.#failure = error;
    });
  }

  async send(text: string): Promise<number> {
    const words = [CHILD, this.#socketPath, text];
    const { tookNs, output } = await timeProcess(process.execPath, words).catch((error) => {
      // Why the target is gone says more than that a child did not find it.
      throw this.#failure ?? error;
    });
    this.answer = output;
    return tookNs;
  }

  async prepare(text: string): Promise<void> {
    const socket = connect(this.#socketPath);
    socket.end(text);
    await once(socket.resume(), 'close');
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * From just before the process is asked for until it has ended and its output is read.
 *
 * @throws Error when it cannot be started, fails, or hangs
 */
export function timeProcess(
  program: string,
  words: readonly string[],
): Promise<{ readonly tookNs: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const sentNs = nowNs();
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      output += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      complaint += part;
    });
    child.on('error', (error) => {
      clearTimeout(patience);
      reject(error);
    });
    child.on('close', (code, signal) => {
      const tookNs = nowNs() - sentNs;
      clearTimeout(patience);
      if (code === 0) resolve({ tookNs, output });
      else {
        const end = signal === null ? `exit code ${code}` : signal;
        const [why = ''] = complaint.trim().split('\n').slice(-1);
        reject(new Error(`${program} ended with ${end}${why === '' ? '' : `: ${why}`}`));
      }
    });
  });
}
