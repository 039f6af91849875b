import type { Options } from './options.ts';

/** What a probe prints, as one JSON object. */
export type Figures = Readonly<Record<string, number | string>>;

/** One subcommand. */
export interface Probe {
  /** Names of the options it takes, without the dashes. */
  readonly options: readonly string[];
  readonly run: (options: Options) => Figures | Promise<Figures>;
}

/** What was measured is not what it should have been, so its figures mean nothing. */
export class ProbeFailed extends Error {}
