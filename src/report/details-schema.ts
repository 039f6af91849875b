/**
 * `details.json`: what the reports of a run show and `result.json` is too small for. Its size is
 * bounded, whatever the run. Together the two are all that a report is made from, so that it can be
 * made again at any time. Times and latencies are whole nanoseconds, times count from the opening
 * of the start gate.
 */
import { z } from 'zod';
import { OPERATIONS } from '../scenario/plan.ts';

/** Raised when a key changes its meaning or goes away. */
export const DETAILS_SCHEMA_VERSION = 1;

const count = z.int().min(0);
const ns = z.int().min(0);

const storedHistogram = z.strictObject({
  /** HdrHistogram's V2 encoding, deflated, base64; without what overflowed the range. */
  encoded: z.string(),
  count,
  sumNs: ns,
  minNs: ns,
  maxNs: ns,
  overflowCount: count,
});

const heat = z.strictObject({
  /** See latency-row.ts. */
  lowestRow: count,
  rowCount: count,
  /** Slice by slice, in each from the lowest row up. */
  packedCounts: z.string(),
});

const event = z.strictObject({
  kind: z.enum(['claim', 'release', 'drain', 'retired', 'seen']),
  thread: count.nullable(),
  lba: count.nullable(),
  spare: count.nullable(),
  timeNs: z.number().nullable(),
});

export const detailsSchema = z.strictObject({
  schemaVersion: z.literal(DETAILS_SCHEMA_VERSION),
  /** Buckets that each histogram of the run had. */
  bucketCount: count,
  /** By name: `read.service`, `allocation.miss`, `targetLock.wait`, … */
  histograms: z.record(z.string(), storedHistogram),
  /** Lists of one length, an entry a slice. Counts are totals at the slice's end. */
  slices: z.strictObject({
    startNs: z.array(ns),
    endNs: z.array(ns),
    isMeasured: z.array(z.boolean()),
    operations: z.array(count),
    granted: z.array(count),
    refused: z.array(count),
    ownerConflicts: z.array(count),
    hits: z.array(count),
    misses: z.array(count),
    planned: z.array(count).nullable(),
    /** What the heat is of: the time that callers wait, the response where it is planned. */
    latency: z.enum(['service', 'response']).default('service'),
    heat: z.partialRecord(z.enum(OPERATIONS), heat),
  }),
  /** A row a thread: how often it got the lock first of all (0), and after thread f (1 + f). */
  handOffs: z.strictObject({
    lock: z.array(z.array(count)),
    targetLock: z.array(z.array(count)),
  }),
  spareMap: z.strictObject({
    spareCount: count,
    sparesPerCell: z.int().min(1),
    cellCount: count,
    /** A byte a cell, an index into SPARE_STATES: of its spares the worst. */
    packedStates: z.string(),
    /** A byte a cell: 0 nobody, 1 + thread, LATER_OWNER, DRAIN_OWNER; of its spares most. */
    packedOwners: z.string(),
    collidedCount: count,
    /** The first ones, each with the claims on it. */
    collided: z.array(z.strictObject({ spare: count, events: z.array(event) })),
  }),
  /** What happened to the spares and LBAs that a check quotes. */
  timelines: z.array(
    z.strictObject({ check: z.string(), evidence: count, events: z.array(event) }),
  ),
  /** Folders beside this one: the runs before it of the same `--repeat`. */
  repeats: z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/)),
});

export type Details = z.infer<typeof detailsSchema>;
export type Event = z.infer<typeof event>;

/** What a spare can be, from the least to the worst; a cell of several shows the worst. */
export const SPARE_STATES = [
  'beyond the limit',
  'free',
  'cached',
  'used',
  'reserved',
  'collision',
] as const;
export type SpareState = (typeof SPARE_STATES)[number];

/** In packedOwners, which are bytes: any thread from the OWNERS_TOLD-th on. */
export const LATER_OWNER = 251;
export const OWNERS_TOLD = 250;
/** In packedOwners: handed out by the drain after the run. */
export const DRAIN_OWNER = 255;
