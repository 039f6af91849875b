/** A way to a target, timed from just before a command is sent until its answer is there. */
export interface ControlPath {
  /**
   * Sends one command and returns the ns it took; a promise only where the path cannot do without,
   * since awaiting one takes longer than a direct call.
   *
   * @throws Error when no answer came
   */
  send(text: string): number | Promise<number>;
  /** Has a command carried out by the shortest way; not timed. */
  prepare(text: string): Promise<void>;
  /** The answer to the last command that was sent. */
  readonly answer: string;
  close(): Promise<void>;
}
