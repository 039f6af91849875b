import { OPERATIONS } from '../../scenario/plan.ts';
import { ArrivalCounter, type ArrivalCounts } from './arrival-counts.ts';
import { TRACE_OPERATIONS, TRIM, type TraceOperation, type TraceRecord } from './trace.ts';

/** Counts that any use of a trace begins with. */
export class Tally {
  recordCount = 0;
  firstArrivalNs = 0;
  lastArrivalNs = 0;
  sectorCountMax = 0;
  transferSectorCountMax = 0;
  /** Sectors of the smallest device that all requests seen so far fit on. */
  deviceSectorCountMin = 0;
  readonly #operations = new Float64Array(OPERATIONS.length);
  readonly #sectors = new Float64Array(OPERATIONS.length);
  readonly #arrivals = new ArrivalCounter();

  add({ arrivalNs, kind, lba, sectorCount }: Readonly<TraceRecord>): void {
    if (this.recordCount++ === 0) this.firstArrivalNs = arrivalNs;
    this.lastArrivalNs = arrivalNs;
    this.#arrivals.add(arrivalNs);
    this.#operations[kind] = (this.#operations[kind] as number) + 1;
    this.#sectors[kind] = (this.#sectors[kind] as number) + sectorCount;
    this.deviceSectorCountMin = Math.max(this.deviceSectorCountMin, lba + sectorCount);
    this.sectorCountMax = Math.max(this.sectorCountMax, sectorCount);
    if (kind !== TRIM) {
      this.transferSectorCountMax = Math.max(this.transferSectorCountMax, sectorCount);
    }
  }

  get operations(): Record<TraceOperation, number> {
    return byOperation(this.#operations);
  }

  get sectorCounts(): Record<TraceOperation, number> {
    return byOperation(this.#sectors);
  }

  get arrivals(): ArrivalCounts {
    return this.#arrivals.counted;
  }
}

function byOperation(counts: Float64Array): Record<TraceOperation, number> {
  return Object.fromEntries(
    TRACE_OPERATIONS.map((name) => [name, counts[OPERATIONS.indexOf(name)] as number]),
  ) as Record<TraceOperation, number>;
}
