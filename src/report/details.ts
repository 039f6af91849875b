import type { Evidence, Verdict } from '../check/check.ts';
import { decodeHistogram, encodeHistogram } from '../record/hdr.ts';
import type { Histogram } from '../record/histogram.ts';
import type { Claim, LockRecord, RunRecord, Slice } from '../record/run-record.ts';
import { OPERATIONS, type Operation } from '../scenario/plan.ts';
import {
  DETAILS_SCHEMA_VERSION,
  type Details,
  DRAIN_OWNER,
  type Event,
  LATER_OWNER,
  OWNERS_TOLD,
  SPARE_STATES,
} from './details-schema.ts';
import { packBytes, packCounts, unpackBytes, unpackCounts } from './packed.ts';
import type { Result } from './result-schema.ts';
import { liveClaims, statesOf } from './spares.ts';

/** Cells of the spare map; a larger area has several spares to a cell. */
const CELL_COUNT_MAX = 131_072;
const COLLIDED_MAX = 2000;
/** Events quoted of one spare, and of one violation. */
const EVENTS_MAX = 16;

export interface DetailsInput {
  readonly run: RunRecord;
  readonly verdicts: readonly Verdict[];
  /** Names of the folders of earlier repeats. */
  readonly repeats: readonly string[];
}

/** What `details.json` holds of a run. */
export function detailsOf({ run, verdicts, repeats }: DetailsInput): Details {
  return {
    schemaVersion: DETAILS_SCHEMA_VERSION,
    bucketCount: run.operations.read.service.counts.length,
    histograms: histogramsOf(run),
    slices: slicesOf(run),
    handOffs: {
      lock: handOffsOf(run.allocationLock),
      targetLock: handOffsOf(run.targetLock),
    },
    spareMap: spareMapOf(run, verdicts),
    timelines: timelinesOf(run, verdicts),
    repeats: [...repeats],
  };
}

/** A stored distribution as it was; null when there were no latencies in it. */
export function histogramIn(details: Details, name: string): Histogram | null {
  const stored = details.histograms[name];
  if (stored === undefined) return null;
  const { encoded, ...figures } = stored;
  return { ...figures, counts: decodeHistogram(encoded, details.bucketCount) };
}

/**
 * The cells of the spare map.
 *
 * @throws Error when they are damaged
 */
export function sparesCellsIn({ spareMap }: Details): {
  /** Indexes into SPARE_STATES. */
  readonly states: Uint8Array;
  readonly owners: Uint8Array;
} {
  const { packedStates, packedOwners, cellCount } = spareMap;
  return {
    states: unpackBytes(packedStates, cellCount),
    owners: unpackBytes(packedOwners, cellCount),
  };
}

/** Latencies of one operation over time: slice by slice, in each from the lowest row up. */
export interface Heat {
  readonly lowestRow: number;
  readonly rowCount: number;
  readonly counts: Float64Array;
}

/**
 * null when the operation has no latencies.
 *
 * @throws Error when the counts are damaged
 */
export function heatIn({ slices }: Details, name: Operation): Heat | null {
  const stored = slices.heat[name];
  if (stored === undefined) return null;
  const { lowestRow, rowCount, packedCounts } = stored;
  const counts = unpackCounts(packedCounts, slices.endNs.length * rowCount);
  return { lowestRow, rowCount, counts };
}

/** What is wrong with what was read back, although its shape is right; null when nothing is. */
export function damageIn(details: Details, { threadCount }: Result): string | null {
  const { heat, latency, planned, ...lists } = details.slices;
  const lengths = [...Object.values(lists), planned ?? lists.endNs].map((list) => list.length);
  if (new Set(lengths).size > 1) return 'its slices are not all there';
  for (const rows of Object.values(details.handOffs)) {
    const isSquare = rows.every((row) => row.length === 1 + threadCount);
    if (rows.length !== threadCount || !isSquare) return 'its hand-offs are not all there';
  }
  try {
    for (const name of Object.keys(details.histograms)) histogramIn(details, name);
    for (const name of OPERATIONS) heatIn(details, name);
    const { states } = sparesCellsIn(details);
    if (states.some((state) => state >= SPARE_STATES.length)) return 'a spare is in no known state';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return null;
}

/** Distributions that have latencies. A response that equals its service is not kept twice. */
function histogramsOf(run: RunRecord): Details['histograms'] {
  const found: Details['histograms'] = {};
  const add = (name: string, histogram: Histogram): void => {
    const { count, sumNs, minNs, maxNs, overflowCount } = histogram;
    if (count === 0) return;
    const encoded = encodeHistogram({ ...histogram, overflowCount: 0 });
    found[name] = { encoded, count, sumNs, minNs, maxNs, overflowCount };
  };
  for (const name of OPERATIONS) {
    const { service, queueing, response } = run.operations[name];
    add(`${name}.service`, service);
    add(`${name}.queueing`, queueing);
    if (response !== service) add(`${name}.response`, response);
  }
  add('jitter', run.jitter.pauses);
  if (run.pace !== null) add('lateness', run.pace.lateness);
  const { service, hit, miss } = run.allocation;
  add('allocation', service);
  if (run.cache !== null) {
    add('allocation.hit', hit);
    add('allocation.miss', miss);
  }
  for (const [name, lock] of [
    ['lock', run.allocationLock],
    ['targetLock', run.targetLock],
  ] as const) {
    add(`${name}.wait`, lock.wait);
    add(`${name}.hold`, lock.hold);
  }
  return found;
}

function slicesOf({ operations, slices }: RunRecord): Details['slices'] {
  const hasResponses = OPERATIONS.some(
    (name) => operations[name].response !== operations[name].service,
  );
  const isPlanned = slices.length > 0 && slices.every(({ plannedCount }) => plannedCount !== null);
  return {
    startNs: slices.map(({ startNs }) => startNs),
    endNs: slices.map(({ endNs }) => endNs),
    isMeasured: slices.map(({ phase }) => phase === 'measure'),
    operations: slices.map(({ operationCount }) => operationCount),
    granted: slices.map(({ grantedCount }) => grantedCount),
    refused: slices.map(({ refusedCount }) => refusedCount),
    ownerConflicts: slices.map(({ ownerConflictCount }) => ownerConflictCount),
    hits: slices.map(({ hitCount }) => hitCount),
    misses: slices.map(({ missCount }) => missCount),
    planned: isPlanned ? slices.map(({ plannedCount }) => plannedCount ?? 0) : null,
    latency: hasResponses ? 'response' : 'service',
    heat: Object.fromEntries(
      OPERATIONS.flatMap((name) => {
        const heat = heatOf(slices, name);
        return heat === null ? [] : [[name, heat]];
      }),
    ),
  };
}

function heatOf(slices: readonly Slice[], name: Operation) {
  const columns = slices.map(({ rows }) => rows[name]);
  const end = Math.max(0, ...columns.map((column) => column.length));
  const lowestRows = columns
    .map((column) => column.findIndex((count) => count > 0))
    .filter((row) => row >= 0);
  if (lowestRows.length === 0) return null;
  const lowestRow = Math.min(...lowestRows);
  const rowCount = end - lowestRow;
  const counts = new Float64Array(columns.length * rowCount);
  for (const [index, column] of columns.entries()) {
    counts.set(column.subarray(lowestRow), index * rowCount);
  }
  return { lowestRow, rowCount, packedCounts: packCounts(counts) };
}

function handOffsOf({ handOffs }: LockRecord): number[][] {
  return handOffs.map((row) => [...row]);
}

function spareMapOf(run: RunRecord, verdicts: readonly Verdict[]): Details['spareMap'] {
  const states = statesOf(run);
  const live = liveClaims(run);
  const collided = collidedIn(run, live, verdicts).filter((spare) => spare < states.length);
  for (const spare of collided) states[spare] = SPARE_STATES.indexOf('collision');
  const sparesPerCell = Math.max(1, Math.ceil(states.length / CELL_COUNT_MAX));
  const cellCount = Math.ceil(states.length / sparesPerCell);
  const owners = Uint8Array.from(states, (_, spare) => ownerOf(live.get(spare)));
  const cells = Array.from({ length: cellCount }, (_, cell) => cell * sparesPerCell);
  const quoted = collided.slice(0, COLLIDED_MAX);
  const eventsBySpare = eventsOn(run, new Set(quoted), new Set());
  return {
    spareCount: states.length,
    sparesPerCell,
    cellCount,
    packedStates: packBytes(
      Uint8Array.from(cells, (from) => Math.max(...states.subarray(from, from + sparesPerCell))),
    ),
    packedOwners: packBytes(
      Uint8Array.from(cells, (from) => mostOf(owners.subarray(from, from + sparesPerCell))),
    ),
    collidedCount: collided.length,
    collided: quoted.map((spare) => ({
      spare,
      events: eventsBySpare.filter((event) => event.spare === spare).slice(0, EVENTS_MAX),
    })),
  };
}

/**
 * Spares that had two owners at once, by any witness: the owner table, the claims as they stood at
 * the end, what the checks quote. A metadata sector that was handed out has two as well.
 */
function collidedIn(
  run: RunRecord,
  live: ReadonlyMap<number, readonly Claim[]>,
  verdicts: readonly Verdict[],
): number[] {
  const found = new Set(run.ownerConflicts.map(({ spare }) => spare));
  for (const [spare, holders] of live) if (holders.length > 1) found.add(spare);
  for (const { kind, spare } of run.claims) {
    if (kind !== 'release' && run.spares.reserved[spare] === 1) found.add(spare);
  }
  for (const { name, evidence } of verdicts) {
    if (name !== 'collisions' && name !== 'reserved') continue;
    for (const { spare } of evidence) if (spare !== undefined) found.add(spare);
  }
  return [...found].sort((one, other) => one - other);
}

/** Of several owners the last: it has overwritten what the others had. */
function ownerOf(holders: readonly Claim[] | undefined): number {
  const last = holders?.at(-1);
  if (last === undefined) return 0;
  if (last.thread === null) return DRAIN_OWNER;
  return last.thread < OWNERS_TOLD ? last.thread + 1 : LATER_OWNER;
}

/** The value that is there most often; of equals the smaller, but 0 only if there is no other. */
function mostOf(values: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const value of values) if (value > 0) counts.set(value, (counts.get(value) ?? 0) + 1);
  let most = 0;
  for (const [value, count] of counts) {
    const best = counts.get(most) ?? 0;
    if (count > best || (count === best && value < most)) most = value;
  }
  return most;
}

function timelinesOf(run: RunRecord, verdicts: readonly Verdict[]): Details['timelines'] {
  const broken = verdicts.filter(({ verdict }) => verdict === 'broken');
  const quoted = broken.flatMap(({ evidence }) => evidence);
  // One pass over the claims, of which there may be a million, for all that is quoted.
  const candidates = eventsOn(
    run,
    new Set(quoted.flatMap(({ spare }) => spare ?? [])),
    new Set(quoted.flatMap(({ lbas }) => lbas ?? [])),
  );
  return broken.flatMap(({ name, evidence }) =>
    evidence.flatMap((one, index) => {
      const events = eventsOf(one, candidates);
      return events.length === 0 ? [] : [{ check: name, evidence: index, events }];
    }),
  );
}

function eventsOf(
  { spare, lbas, threads, timesNs }: Evidence,
  candidates: readonly Event[],
): Event[] {
  const events = candidates
    .filter((event) => event.spare === spare || (event.lba !== null && lbas?.includes(event.lba)))
    .slice(0, EVENTS_MAX);
  const [timeNs, thread = null, lba = null] = [timesNs?.[0], threads?.[0], lbas?.[0]];
  // A data fault is seen at a moment that is no claim's.
  if (timeNs !== undefined && !events.some((event) => event.timeNs === timeNs)) {
    events.push({ kind: 'seen', thread, lba, spare: spare ?? null, timeNs });
  }
  return events.sort((one, other) => (one.timeNs ?? 0) - (other.timeNs ?? 0));
}

/** Claims and releases of these spares, and of these LBAs, in the order of their completion. */
function eventsOn(run: RunRecord, spares: ReadonlySet<number>, lbas: ReadonlySet<number>): Event[] {
  if (spares.size === 0 && lbas.size === 0) return [];
  return run.claims
    .filter(({ spare, lba }) => spares.has(spare) || (lba !== null && lbas.has(lba)))
    .map(({ kind, thread, lba, spare, completionNs }) => ({
      kind,
      thread,
      lba,
      spare,
      timeNs: completionNs,
    }));
}
