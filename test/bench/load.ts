/** One load, said once for every program that carries it out. */
export interface Load {
  readonly threads: number;
  readonly blockBytes: number;
  readonly medium: 'memory' | 'none';
  readonly distribution: 'uniform' | 'zipf' | 'sequential';
  readonly seconds: number;
  /** each where it is not said. */
  readonly timing?: 'each' | 'chained';
}

export const DEVICE_BYTES = 64 * 1024 * 1024;
export const SECTOR_BYTES = 512;
export const WARMUP_SECONDS = 0.3;
export const ZIPF_THETA = 1.1;
