/**
 * Something that cannot be instrumented, or that reached shared memory behind the explorer's back.
 * Never a pass: what was not seen was not explored.
 */
export class InstrumentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InstrumentError';
  }
}
