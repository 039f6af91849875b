import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from './command.ts';
import { DEVICE_BYTES, type Load, WARMUP_SECONDS } from './load.ts';

interface Direction {
  readonly iops: number;
  readonly io_bytes: number;
}

interface Job {
  readonly read: Direction;
  readonly write: Direction;
  /** Milliseconds, of all jobs together. */
  readonly job_runtime: number;
}

export interface FioOptions {
  /** The clock that sparestorm reads; by itself fio takes the processor's counter if it can. */
  readonly sameClock?: boolean;
}

/**
 * fio on a file in memory (mmap engine, tmpfs) or on nothing (null engine). Latencies are recorded
 * as fio records them by default: submission, completion and total, with percentiles.
 */
export class Fio {
  readonly #folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bench-'));
  readonly version: string;

  /** @throws CommandFailed where there is no fio */
  constructor() {
    this.version = outputOf('fio', ['--version']).trim();
  }

  operationsPerSecond(load: Load, { sameClock = false }: FioOptions = {}): number {
    const { read, write } = this.#run(load, [
      '--rw=randrw',
      '--norandommap',
      '--time_based',
      `--runtime=${Math.round(load.seconds * 1000)}ms`,
      `--ramp_time=${WARMUP_SECONDS * 1000}ms`,
      ...(sameClock ? ['--clocksource=clock_gettime'] : []),
    ]);
    return read.iops + write.iops;
  }

  /**
   * Bytes read back and checked with CRC-32C, a second: every block is written, then read and
   * verified, as often as `loops` says. Each job has a file of its own, since fio's jobs would
   * accuse each other on a shared one.
   */
  verifiedBytesPerSecond(load: Load, loops: number): number {
    const { read, job_runtime: runtime } = this.#run(load, [
      '--rw=randwrite',
      '--verify=crc32c',
      `--loops=${loops}`,
    ]);
    return (read.io_bytes * 1000 * load.threads) / runtime;
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(load: Load, options: readonly string[]): Job {
    const isNull = load.medium === 'none';
    const isShared = options.includes('--norandommap');
    const place = isShared
      ? `--filename=${join(this.#folder, 'shared')}`
      : `--directory=${this.#folder}`;
    const output = outputOf(
      'fio',
      [
        '--name=bench',
        `--ioengine=${isNull ? 'null' : 'mmap'}`,
        ...(isNull ? [] : [place]),
        `--size=${DEVICE_BYTES}`,
        `--bs=${load.blockBytes}`,
        `--numjobs=${load.threads}`,
        '--thread',
        '--group_reporting',
        '--output-format=json',
        ...options,
      ],
      // What fio leaves of itself it leaves where it stands.
      { cwd: this.#folder },
    );
    // Warnings may come before the document.
    return JSON.parse(output.slice(output.indexOf('{'))).jobs[0];
  }
}
