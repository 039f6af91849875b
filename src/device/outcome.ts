/** What became of a request. */
export const Outcome = {
  done: 0,
  /** Redirected as a whole by its first sector, and the spare area ended before it did. */
  pastSpareArea: 1,
  alreadyRemapped: 2,
  tableFull: 3,
  notRemapped: 4,
  /** The medium could not read, or not write, one of its sectors. */
  readError: 5,
  writeError: 6,
  /** A sector was moved to a spare, but its data could not be; it can be written, not read. */
  dataLost: 7,
  /** The power is off, and stays off. */
  powerOff: 8,
} as const;
