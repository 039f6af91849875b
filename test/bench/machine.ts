import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
}

export function describeMachine(): Machine {
  return { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, kernel: release() };
}

/** Ticks of a second in /proc, on every Linux there is. */
const TICKS = 100;

/**
 * How much of the machine everybody else used meanwhile: what all processors were busy with, less
 * what this process and its finished children used. A figure measured beside a compiler is none.
 */
export class OthersMeter {
  readonly #start = readings();

  /** Share of all cores' time since construction, 0 … 1; null where there is no /proc. */
  share(): number | null {
    const now = readings();
    if (this.#start === null || now === null) return null;
    const elapsed = ((now.atMs - this.#start.atMs) / 1000) * TICKS * cpus().length;
    const others = now.busy - this.#start.busy - (now.ours - this.#start.ours);
    return elapsed <= 0 ? 0 : Math.min(1, Math.max(0, others / elapsed));
  }
}

interface Readings {
  readonly atMs: number;
  /** Ticks that processors were busy, all of them together. */
  readonly busy: number;
  /** Ticks of this process and its children that have ended. */
  readonly ours: number;
}

function readings(): Readings | null {
  try {
    const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] as string;
    const [user, nice, system, , , irq, softirq, steal] = line.split(/\s+/).slice(1).map(Number);
    const all = [user, nice, system, irq, softirq, steal].map((ticks) => ticks ?? 0);
    // Fields 14 to 17, counted from behind the command's name, which may hold blanks.
    const own = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return {
      atMs: performance.now(),
      busy: all.reduce((sum, ticks) => sum + ticks, 0),
      ours: own.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0),
    };
  } catch {
    return null;
  }
}
