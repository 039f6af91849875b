/**
 * `result.json`, defined once: the type, the validation of what is read back, and the published
 * JSON Schema all come from here. Every key is always present; what does not apply is null, 0 or
 * an empty list. Latencies and times are whole nanoseconds, times count from the opening of the
 * start gate, shares and rates of success are between 0 and 1.
 */
import { z } from 'zod';
import { ERROR_KINDS, JITTER_METHODS, METADATA_LOSSES } from '../record/run-record.ts';
import {
  DATA_FAULTS,
  EXPECTATIONS,
  FOLD_KINDS,
  INTEGRITIES,
  LOCK_KINDS,
  OPERATIONS,
  PROTOCOLS,
  STEADY_METRICS,
  TRACE_FORMATS,
} from '../scenario/plan.ts';

/** Raised when a key changes its meaning or goes away; a new key does not raise it. */
export const RESULT_SCHEMA_VERSION = 1;

/** How a run ended, in one word; the exit code that goes with it is beside it. */
export const OUTCOMES = [
  'pass',
  'threshold-failed',
  'expectation-failed',
  'integrity',
  'broken',
  'interrupted',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

const count = z.int().min(0);
const ns = z.int().min(0);
const bytes = z.int().min(0);
const share = z.number().min(0).max(1);

/** One entry per name, all of them required; `z.record` would not say so in the JSON Schema. */
function forEach<const K extends string, S extends z.ZodType>(names: readonly K[], schema: S) {
  return z.strictObject(
    Object.fromEntries(names.map((name) => [name, schema])) as { [name in K]: S },
  );
}

const latencies = z
  .strictObject({
    count: count.describe('Latencies recorded; 0 means that all the other figures mean nothing.'),
    min: ns,
    mean: ns,
    stddev: ns,
    p50: ns,
    p90: ns,
    p99: ns,
    'p99.9': ns,
    'p99.99': ns,
    'p99.999': ns,
    max: ns,
  })
  .meta({ id: 'Latencies', description: 'A distribution, in nanoseconds.' });

const operation = z
  .strictObject({
    count: count.describe('Operations completed in the measured phase.'),
    refused: count.describe('The allocator said "none", or the sector was not remapped.'),
    errors: count.describe('Failed for another reason.'),
    skipped: count.describe('Drawn, but nothing was left to do it to; not issued.'),
    bytes,
    service: latencies.describe('Completion − issue.'),
    queueing: latencies.describe('Issue − planned arrival; empty in a closed load.'),
    response: latencies.describe('Completion − planned arrival; equals service in a closed load.'),
    overflow: count.describe('Latencies above the range of the histogram.'),
  })
  .meta({ id: 'Operation' });

const lock = z
  .strictObject({
    kind: z.enum(LOCK_KINDS),
    acquisitions: count,
    contended: count.describe('Acquisitions that had to wait at least one turn.'),
    contendedRatio: share.nullable().describe('contended / acquisitions; null without any.'),
    parks: count.describe('Times a waiter stopped spinning and went to sleep.'),
    overlaps: count.describe('Entries that found another thread inside.'),
    fairness: share
      .nullable()
      .describe('Acquisitions of the least served thread over those of the most served.'),
    samplePeriod: count.describe('One in so many acquisitions is timed.'),
    wait: latencies,
    hold: latencies,
    overflow: count.describe('Waits and holds above the range of the histogram.'),
    perThread: z.array(z.strictObject({ thread: count, acquisitions: count, contended: count })),
  })
  .meta({ id: 'Lock' });

const intervalOperation = z
  .strictObject({ count, p50: ns, p99: ns, max: ns })
  .meta({ id: 'IntervalOperation' });

const check = z.strictObject({
  name: z.string(),
  verdict: z.enum(['held', 'broken', 'not-applicable']),
  count: count.describe('Violations, all of them; 0 unless broken.'),
  summary: z.string(),
  evidence: z.array(
    z.strictObject({
      text: z.string(),
      spare: z.int().nullable(),
      lbas: z.array(z.int()),
      threads: z.array(z.int()),
      timesNs: z.array(z.number()),
    }),
  ),
  consequenceOf: z
    .enum(['collisions', 'metadata'])
    .nullable()
    .describe('The check whose finding explains this violation.'),
});

const threshold = z.strictObject({
  expression: z.string(),
  metric: z.string(),
  observed: z.number().nullable().describe('In the unit of the metric; null without samples.'),
  observedText: z.string(),
  pass: z.boolean(),
  reason: z.string().nullable().describe('Why it failed, where the observed value does not say.'),
});

/** Strict everywhere: a key that is not listed here is a mistake. */
export const resultSchema = z
  .strictObject({
    schemaVersion: z.literal(RESULT_SCHEMA_VERSION),
    tool: z.string(),
    environment: z.strictObject({
      node: z.string(),
      v8: z.string(),
      platform: z.string(),
      cpu: z.string(),
      cores: count,
      oversubscribed: z.boolean().describe('More threads of load than cores.'),
      clock: z.strictObject({
        costNs: z.number().min(0).describe('Of one reading of the clock.'),
        stepNs: z.number().min(0).describe('Smallest difference that the clock shows.'),
      }),
      emptyOperationNs: z
        .number()
        .min(0)
        .describe('The loop with no device and no lock: the floor of every latency here.'),
      lookNs: z
        .number()
        .min(0)
        .describe("What a waiter's look at a word takes; waiters spin for a time by it."),
      jitter: z.strictObject({
        maxNs: z.number().min(0).describe('Longest stall of an idle loop.'),
        lostShare: share.describe('Share of its time that an idle loop lost to stalls.'),
      }),
    }),
    name: z.string(),
    scenario: z
      .record(z.string(), z.unknown())
      .describe('The scenario with every default filled in.'),
    source: z.strictObject({
      file: z.string(),
      sets: z.array(z.string()).describe('Overrides of the command line, `path=value`.'),
    }),
    seed: count,
    startedAt: z.string().describe('Opening of the start gate, ISO 8601, UTC.'),
    durationNs: ns.describe('Length of the measured phase.'),
    warmupNs: ns.describe('Length of the phase before it, whose operations are not counted.'),
    threadCount: count,
    integrity: z.enum(INTEGRITIES),
    expect: z.enum(EXPECTATIONS),
    ending: z.strictObject({
      kind: z.enum(['finished', 'crashed', 'interrupted', 'broken']),
      reason: z.string(),
      dump: z.array(z.string()),
    }),
    precondition: z
      .strictObject({
        filledSectors: count,
        remaps: count,
        wantedRemaps: count.describe('More than remaps where spares ran out.'),
      })
      .describe('What was done to the device before the load, and not measured.'),
    operations: forEach(OPERATIONS, operation),
    jobs: z
      .array(
        z.strictObject({
          name: z.string(),
          firstThread: count.describe('Its threads are numbered from here on.'),
          threadCount: count,
          startNs: ns.nullable().describe('When it began; null when it never did.'),
          endNs: ns.nullable().describe('When its last thread was done; null in a broken run.'),
          operations: forEach(OPERATIONS, operation),
          errors: count,
          throughput: z.strictObject({
            operationsPerSecond: z.number().min(0),
            bytesPerSecond: z.number().min(0),
          }),
        }),
      )
      .describe('By job, in their order; one, of the name load, for a scenario without jobs.'),
    overall: z
      .strictObject({
        service: latencies,
        queueing: latencies,
        response: latencies,
      })
      .describe('Of all operations together.'),
    arrivals: z
      .strictObject({
        applies: z.boolean().describe('False where no operation is planned for a time.'),
        planned: count.describe('Due before the end of the load, warm-up included.'),
        skipped: count.describe('Of these, with nothing left to do.'),
        dropped: count.describe('Of these, not issued before the end of the load.'),
        unfinished: count.describe('Issued, and in flight when the run was stopped.'),
        requestedPerSecond: z
          .number()
          .nullable()
          .describe('What the rate calls for in the measured phase; null without a rate.'),
        achievedPerSecond: z.number().nullable().describe('What was issued of that.'),
        rateError: z.number().nullable().describe('achieved / requested − 1.'),
      })
      .describe('What was to be issued, and what was.'),
    pacer: z
      .strictObject({
        applies: z.boolean().describe('False where no thread waits for a moment.'),
        lateness: latencies.describe(
          'How much later than it was due a waiting thread saw what it waited for.',
        ),
        overflow: count,
      })
      .describe("The generator's own lateness, measured apart from the device's."),
    inFlight: z
      .strictObject({
        applies: z.boolean().describe('False where not every thread keeps account of it.'),
        depth: count.describe('Operations that all threads may have in flight together.'),
        mean: z.number().min(0).nullable().describe('Over time, as the threads saw it.'),
        byLaw: z
          .number()
          .min(0)
          .nullable()
          .describe("Throughput × mean service time, which by Little's law is the same."),
      })
      .describe('Operations issued and not yet completed.'),
    errors: count.describe('Of all operations together.'),
    errorKinds: forEach(ERROR_KINDS, count).describe('The same, by why they failed.'),
    allocation: z.strictObject({
      requested: count,
      granted: count,
      refused: count,
      drained: count.describe('Handed out after the last thread had left, until "none".'),
      firstRefusal: z.strictObject({ thread: count, issueNs: ns, completionNs: ns }).nullable(),
      service: latencies.describe('The allocator call alone, granted and refused alike.'),
      overflow: count,
    }),
    cache: z.strictObject({
      applies: z.boolean().describe('False for an allocator without a cache.'),
      hits: count,
      misses: count,
      hitRate: share.nullable(),
      refills: count,
      wait: latencies.describe('For the lock around the cache; the same as lock.wait.'),
    }),
    lock: lock.describe('Around the state of the allocator.'),
    targetLock: lock.describe('Around the remap table, or around the whole allocation.'),
    spares: z
      .strictObject({
        total: count,
        reserved: count.describe('Kept for metadata by the placement.'),
        allocatable: count.describe('used + cached + free.'),
        used: count,
        cached: count,
        free: count,
      })
      .describe('Sectors of the spare area as the run left them.'),
    target: z
      .strictObject({
        applies: z.boolean().describe('False for a plan without a control path.'),
        protocol: z.enum(PROTOCOLS),
        status: z.string().describe('The line of `dmsetup status` at the end of the run.'),
        repliesDelivered: count.describe('Messages whose reply reached the sender.'),
        logLines: count.describe("Lines that the messages wrote to the kernel's log."),
        manualRemaps: count.describe('As the target counts them, since the last clear.'),
        autoRemaps: count.describe('As the target counts them, since the last clear.'),
        writeErrors: count.describe('Failed writes, as the target counts them.'),
        tracked: count.describe('Sectors that health tracking has an entry for.'),
        sharedPairs: count.describe('Pairs of live entries with one spare between them.'),
        onMetadata: count.describe('Live entries whose spare is a metadata sector.'),
        invisible: count.describe('Entries that neither lookups nor health tracking see.'),
      })
      .describe("The target's own bookkeeping at the end of the run."),
    data: z.strictObject({
      applies: z.boolean().describe('False when no data was checked.'),
      readSectors: count.describe('Sectors read and checked while the load ran.'),
      sweptSectors: count.describe('Sectors checked after it.'),
      unreadableSectors: count.describe('Left out of that, since no request can read them.'),
      faults: forEach(DATA_FAULTS, count),
    }),
    faults: z
      .strictObject({
        applies: z.boolean().describe('False where the plan has no faults of the medium.'),
        mediumErrors: z
          .strictObject({ read: count, write: count })
          .describe('Requests that the medium failed, those issued again included.'),
        retries: count.describe('Requests that were issued again.'),
        recovered: count.describe('Operations that failed at first and succeeded in the end.'),
        badSectors: z
          .strictObject({ main: count, spare: count })
          .describe('Sectors that were bad at the end, by surface.'),
        planted: forEach(DATA_FAULTS, count).describe('Requests that were served wrongly.'),
      })
      .describe('What the medium did as it was told, warm-up included.'),
    autoRemap: z.strictObject({
      applies: z.boolean().describe('False where failing sectors stay where they are.'),
      workers: count,
      moved: count.describe('Sectors moved to spares by the workers.'),
      unreadable: count.describe('Those of them whose data could not be read.'),
      noSpare: count.describe('Sectors that stayed, since there was no spare.'),
      overflow: count.describe('Sectors that found no room in the queue.'),
      retired: count.describe('Spares put out of use, since they failed.'),
      repeated: count.describe('Moves of a sector that had been moved already.'),
      queueDepthMax: count.describe('Most sectors that ever waited.'),
      queueSize: count,
      health: z
        .strictObject({ suspect: count, bad: count, remapped: count })
        .describe('Sectors at the end; all others are unknown.'),
    }),
    events: z
      .array(z.strictObject({ plannedNs: ns, takenNs: ns, text: z.string() }))
      .describe('What happened to the device while the load ran; the first thousand.'),
    metadata: z.strictObject({
      applies: z.boolean().describe('False when the remap table is kept nowhere.'),
      commands: count.describe('Writes and flushes in the log.'),
      logFull: z.boolean().describe('The load went on after the log had no room left.'),
      remaps: count.describe('Acknowledged.'),
      promisedSectors: count.describe('Written, acknowledged, and then flushed.'),
      powerCuts: count.describe('Places in the log at which power was cut.'),
      sampledCuts: count.describe('Cuts at which not every state in flight was tried.'),
      possiblePoints: z.number().min(0).describe('Crash points that there are.'),
      crashPoints: count.describe('Crash points that were tried.'),
      images: count.describe('Different images of the metadata among them.'),
      repairs: count.describe('Images that a restart mends.'),
      repairsTried: count.describe('Those of them within whose repairs power was cut too.'),
      repairPoints: count.describe('Crash points within the repairs of restarts.'),
      failedPoints: count.describe('Crash points at which something was lost.'),
      losses: forEach(METADATA_LOSSES, count),
    }),
    memory: z.strictObject({
      allocatorBytes: bytes,
      deviceBytes: bytes,
      tableBytes: bytes,
      instrumentBytes: bytes.describe('What the simulated system would not have.'),
    }),
    throughput: z.strictObject({
      operationsPerSecond: z.number().min(0),
      bytesPerSecond: z.number().min(0),
      perThread: z
        .array(z.strictObject({ thread: count, operationsPerSecond: z.number().min(0) }))
        .describe("Over each thread's own time, warm-up included."),
      instrumentShare: z
        .number()
        .nullable()
        .describe(
          "Share of the threads' time that passed outside the measured operations; null where " +
            'threads also wait on purpose. Below 0, the figures contradict each other.',
        ),
    }),
    steady: z
      .strictObject({
        applies: z.boolean().describe('False unless the load was to end when it is steady.'),
        metric: z.enum(STEADY_METRICS).nullable().describe('What was to stand still.'),
        windowNs: ns.describe('Length of the window that is judged.'),
        slopeMax: share.describe('Most that slope may be, either way.'),
        deviationMax: share.describe('Most that deviation may be.'),
        reached: z
          .int()
          .min(0)
          .max(1)
          .describe('1: a window met both criteria, and ended the load.'),
        reachedNs: ns.nullable().describe('When that was.'),
        startNs: ns.nullable().describe('Of the window that was judged last; null without one.'),
        endNs: ns.nullable(),
        points: z.array(z.strictObject({ startNs: ns, endNs: ns, value: z.number().min(0) })),
        mean: z.number().nullable().describe('Of the points.'),
        fitStart: z.number().nullable().describe('The fitted line at the first point.'),
        fitGain: z.number().nullable().describe('What it gains from the first point to the last.'),
        slope: z.number().nullable().describe('fitGain as a share of the mean.'),
        slopeSize: z.number().min(0).nullable().describe('The same without its sign.'),
        deviation: z
          .number()
          .min(0)
          .nullable()
          .describe('Largest distance of a point from the mean, as a share of it.'),
        operationsPerSecond: z.number().min(0).nullable().describe('In that window alone.'),
        service: latencies.describe('In that window alone, all operations together.'),
        response: latencies.describe('In that window alone, all operations together.'),
      })
      .describe('Whether the load came to stand still. All other figures are of the whole run.'),
    jitter: z
      .strictObject({
        method: z
          .enum(JITTER_METHODS)
          .describe('Who watched: a loop on an idle core; the coordinator; nobody.'),
        periodNs: ns.describe('One pause is kept for so much time: the longest that began in it.'),
        observedNs: ns.describe('Measured time that was watched.'),
        lostShare: share.nullable().describe('What pauses above 5 µs took of it; null if unknown.'),
        pause: latencies.describe('How long a ready thread was kept from running, by period.'),
      })
      .describe('Pauses that the machine imposed while the load ran.'),
    trace: z
      .strictObject({
        file: z.string(),
        format: z.enum(TRACE_FORMATS),
        sha256: z.string().describe('Of the whole file.'),
        device: z.string().describe('As the trace calls it.'),
        records: count,
        spanNs: ns.describe('From the first record to the last one, as recorded.'),
        speed: z.number().nullable().describe('Factor on the timing; null: as fast as possible.'),
        threads: z.enum(['by-hash', 'round-robin']),
        fold: z
          .enum(FOLD_KINDS)
          .describe('How its addresses were put onto the device; none: as they are.'),
        recordedSectors: count.describe('Of the smallest device that it fits on as it is.'),
        starved: count.describe('Times that a thread waited for a record that was due.'),
        starvedNs: ns.describe('How long, over all threads: time lost by our own reader.'),
        warnings: z.array(z.string()),
      })
      .nullable()
      .describe('The recorded load that was replayed; null where there was none.'),
    recording: z
      .strictObject({
        file: z.string(),
        operations: count.describe('Written, those of the warm-up included.'),
        leftOut: count.describe('Remaps, unremaps and messages, for which there is no word.'),
        unlogged: count.describe('For which there was no room.'),
        problem: z.string().nullable().describe('Why the file could not be written.'),
      })
      .nullable()
      .describe('What --record wrote; null without it.'),
    threads: z.array(
      z.strictObject({
        thread: count,
        operations: count.describe('Warm-up included.'),
        claims: count,
        refused: count,
        operationDigest: z.number().describe('Equal in two runs that drew the same operations.'),
        firstIssueNs: ns.nullable(),
        lastCompletionNs: ns.nullable(),
      }),
    ),
    intervals: z.array(
      z.strictObject({
        startNs: ns,
        endNs: ns,
        phase: z.enum(['warmup', 'measure']),
        operations: forEach(OPERATIONS, intervalOperation),
        granted: count.describe('Total so far, as are the next two.'),
        refused: count,
        collisions: count,
      }),
    ),
    checks: z.array(check),
    unloggedClaims: count.describe('Claims that found no room in the log of their thread.'),
    collisions: count.describe('One spare in two live claims, or a claim on a metadata sector.'),
    thresholds: z.array(threshold),
    warnings: z.array(z.strictObject({ id: z.string(), text: z.string() })),
    verdict: z.strictObject({
      exitCode: z.int(),
      outcome: z.enum(OUTCOMES),
      sentence: z.string(),
    }),
    repro: z.string().describe('One command line that runs this again.'),
  })
  .meta({ title: 'sparestorm result', description: 'The result of one run: result.json.' });

export type Result = z.infer<typeof resultSchema>;
export type ResultOperation = Result['operations']['read'];
export type ResultJob = Result['jobs'][number];
export type ResultLock = Result['lock'];
export type ResultCheck = Result['checks'][number];
export type ResultThreshold = Result['thresholds'][number];
export type Warning = Result['warnings'][number];

/** The JSON Schema (draft-7) of `result.json`; what `schema/result.schema.json` holds. */
export function resultJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(resultSchema, { target: 'draft-7' });
}
