import type { Line } from './lines.ts';
import type { TraceRecord } from './trace.ts';

/** One format: what its lines mean. Problems of lines are reported, never thrown. */
export interface LineParser {
  /** True when the line held a record, which then is in `record`. */
  readLine(line: Line): boolean;
  readonly record: Readonly<TraceRecord>;
  readonly deviceName: string;
  /** Lines passed over because they are of other devices. */
  readonly otherDeviceCount: number;
  /** Whole sentences on what was passed over; after the last line. */
  warnings(): string[];
}
