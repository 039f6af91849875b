import { z } from 'zod';
import {
  formatSize,
  formatTime,
  parseCount,
  parseRate,
  parseRatio,
  parseSectorCount,
  parseSize,
  parseTime,
  type Reading,
} from '../units.ts';
import { REPEAT_COUNT_MAX } from './matrix.ts';
import { readMessage, readSectorRange } from './message-script.ts';
import {
  ADDRESS_UNITS,
  ALLOCATOR_KINDS,
  ARRIVAL_LAWS,
  CHECKSUMS,
  COMMANDS,
  CONTROL_PATHS,
  COPY_FLUSHES,
  COPY_ORDERS,
  CORRUPTIONS,
  DATA_FAULTS,
  DISTRIBUTIONS_OF_ADDRESSES,
  EXPECTATIONS,
  FAILING,
  FAULT_CAUSES,
  FAULT_KINDS,
  FOLD_KINDS,
  IN_FLIGHT,
  INTEGRITIES,
  JITTER_MODES,
  LASTING,
  LOAD_MODELS,
  LOCK_KINDS,
  LOOKUPS,
  MATCHES,
  MEDIA,
  METADATA_FORMATS,
  OVERHEAD_EXPECTATIONS,
  PLACEMENTS,
  PROTOCOLS,
  SEARCH_SCALES,
  SECTOR_BYTES,
  SERVICE_LAWS,
  STEADY_METRICS,
  SURFACES,
  TIME_UNITS,
  TIMINGS,
  TRACE_FORMATS,
} from './plan.ts';
import { shown } from './problems.ts';
import { readSearchRange } from './search-range.ts';

/**
 * Every key a scenario may hold: type, unit, range, default, meaning. Validation, defaults and the
 * JSON Schema that editors use all come from here. What concerns two keys at once is in rules.ts.
 *
 * Values stay as they were written (`4k` is not made into 4096), so that what comes out is again a
 * scenario in the format of the file, only complete. Messages are the end of a sentence that begins
 * with the key.
 */

/** Largest main device or spare area: just under 4 GiB, what one shared buffer can hold. */
const SECTOR_COUNT_MAX = 2 ** 23 - 1;
export const THREAD_COUNT_MAX = 256;
const NAME_LENGTH_MAX = 200;
export const THRESHOLD_COUNT_MAX = 1000;

const DAY_NS = 24 * 3.6e12;
const HOUR_NS = 3.6e12;

/** Control characters, line breaks of any script, and marks that reorder what a terminal shows. */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** Of two to four threads; see Program in explore/program. */
const PROGRAM = /^(?:[afcypv]|[rwmus][0-9]?)+(?:\|(?:i+|(?:[afcypv]|[rwmus][0-9]?)+)){1,3}$/;

interface Quantity {
  readonly what: string;
  readonly parse: (written: string | number) => Reading;
  readonly format: (value: number) => string;
  /** Of the text forms, for editors. */
  readonly pattern: string;
}

const SIZE: Quantity = {
  what: 'a size such as 4k or 64MiB (k = 1024 bytes)',
  parse: parseSize,
  format: formatSize,
  pattern: '^\\d+(\\.\\d+)?([kKMGT]|[KMGT]i|[KMGT]iB|B)?$',
};

const SECTORS: Quantity = {
  what: 'a number of sectors such as 16384 or 128Ki (k = Ki = 1024)',
  parse: parseSectorCount,
  format: String,
  pattern: '^\\d+(\\.\\d+)?([kKMGT]|[KMGT]i)?$',
};

const EVENTS: Quantity = {
  what: 'a number of operations such as 50000 or 1M (k = 1000)',
  parse: parseCount,
  format: String,
  pattern: '^\\d+(\\.\\d+)?[kMGT]?$',
};

const TIME: Quantity = {
  what: 'a time with its unit such as 250us, 10s or 1m30s',
  parse: parseTime,
  format: formatTime,
  pattern: '^(\\d+(\\.\\d+)?(ns|us|µs|μs|ms|s|m|h))+$',
};

interface Range {
  readonly min: number;
  readonly max: number;
  readonly multipleOf?: number;
  /** The range in words, where the figures alone would not help. */
  readonly words?: string;
  /** Whether it need not be whole. */
  readonly isFraction?: boolean;
}

/** Undefined when the value is a quantity in the range; else what is wrong with it. */
function quantityProblem(quantity: Quantity, range: Range, value: unknown): string | undefined {
  const { min, max, multipleOf = 1 } = range;
  const words = range.words ?? `from ${quantity.format(min)} to ${quantity.format(max)}`;
  const rule = `must be ${quantity.what}, ${words}, not ${shown(value)}`;
  if (typeof value !== 'string' && typeof value !== 'number') return rule;
  const reading = quantity.parse(value);
  if (!reading.ok) return `must be ${quantity.what}, not ${shown(value)}: ${reading.problem}`;
  const isInRange = reading.value >= min && reading.value <= max;
  const isWhole = range.isFraction === true || reading.value % multipleOf === 0;
  return isInRange && isWhole ? undefined : rule;
}

function checked(quantity: Quantity, range: Range) {
  return (value: string | number, context: z.RefinementCtx): void => {
    const message = quantityProblem(quantity, range, value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };
}

/** Text with a suffix, or a bare number where that can only mean one thing. */
function quantity(kind: Quantity, range: Range) {
  return z
    .union([z.string(), z.number()], {
      error: (issue) => quantityProblem(kind, range, issue.input),
    })
    .superRefine(checked(kind, range))
    .meta({ pattern: kind.pattern, minimum: range.min, maximum: range.max });
}

function time(range: Range) {
  return z
    .string({ error: (issue) => quantityProblem(TIME, range, issue.input) })
    .superRefine(checked(TIME, range))
    .meta({ pattern: TIME.pattern });
}

function whole(min: number, max: number) {
  const span = max === Number.MAX_SAFE_INTEGER ? '2^53 − 1' : String(max);
  const error = (issue: { readonly input?: unknown }) =>
    `must be a whole number from ${min} to ${span}, not ${shown(issue.input)}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function weight() {
  const error = (issue: { readonly input?: unknown }) =>
    `must be a weight, a number from 0 to 1000000, not ${shown(issue.input)}`;
  return z.number({ error }).min(0, { error }).max(1_000_000, { error });
}

function numberAbove0(max: number, otherwise = '') {
  const error = (issue: { readonly input?: unknown }) =>
    `must be a number above 0 and at most ${max}${otherwise}, not ${shown(issue.input)}`;
  return z.number({ error }).gt(0, { error }).max(max, { error });
}

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, {
    error: (issue) => `must be one of ${values.join(', ')}, not ${shown(issue.input)}`,
  });
}

function trueOrFalse() {
  return z.boolean({ error: (issue) => `must be true or false, not ${shown(issue.input)}` });
}

function text(what: string) {
  return z.string({ error: (issue) => `must be ${what}, not ${shown(issue.input)}` });
}

function map<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `must be a map of ${known}, not ${shown(issue.input)}`
        : undefined,
  });
}

const title = text('a text')
  .superRefine((value, context) => {
    const reject = (message: string) => context.addIssue({ code: 'custom', message });
    if (value.trim() === '') reject('must not be empty');
    if ([...value].length > NAME_LENGTH_MAX) {
      reject(`must be at most ${NAME_LENGTH_MAX} characters long`);
    }
    if (INVISIBLE.test(value)) reject('must not hold control characters or line breaks');
  })
  .meta({ minLength: 1, maxLength: NAME_LENGTH_MAX });

const prose = text('a text').superRefine((value, context) => {
  if (value.length > 10_000) {
    context.addIssue({ code: 'custom', message: 'must be at most 10000 characters long' });
  }
  if (INVISIBLE.test(value.replace(/[\n\t]/g, ''))) {
    context.addIssue({ code: 'custom', message: 'must not hold control characters' });
  }
});

const SPARE_RANGE: Range = { min: 1, max: SECTOR_COUNT_MAX };
const SECTORS_OR_NONE: Quantity = { ...SECTORS, what: `none, or ${SECTORS.what}` };

const SERVICE_RANGE: Range = { min: 1, max: HOUR_NS };
const SERVICE_SHAPES =
  'must be none, a time such as 100us, or a map of mean (with distribution, stddev or p99) or file';

const serviceMean = time(SERVICE_RANGE);

/** What each law is told; the first key is always needed. */
const LAW_KEYS = {
  constant: ['mean'],
  exponential: ['mean'],
  normal: ['mean', 'stddev'],
  'log-normal': ['mean', 'stddev', 'p99'],
} as const;

/** Of a log-normal law, no 99th percentile lies further above its mean: e to the z²/2. */
const P99_FACTOR_MAX = 14.9;

const serviceLaw = map({
  distribution: oneOf(SERVICE_LAWS)
    .optional()
    .meta({
      description:
        'Law of the service time. normal: draws below 0 are drawn again; log-normal: by stddev ' +
        'or by p99. Default constant, or log-normal with p99.',
    }),
  mean: serviceMean.optional().meta({
    description: 'Mean; a time with its unit, 1ns to 1h. Required, but for a file.',
  }),
  stddev: serviceMean.optional().meta({
    description: 'Standard deviation, of normal and log-normal; a time with its unit.',
  }),
  p99: serviceMean.optional().meta({
    description:
      `99th percentile, of log-normal, in place of stddev; at most ${P99_FACTOR_MAX} times the ` +
      'mean. A time with its unit.',
  }),
  file: text('the path of a histogram')
    .min(1, { error: () => 'must not be empty' })
    .refine((value) => !value.includes('\0'), { error: 'must not hold a NUL character' })
    .optional()
    .meta({
      description:
        'In place of a law: recorded latencies, as .hgrm or as json+ of fio. A path from the ' +
        'folder of the file that this is written in.',
    }),
  unit: oneOf(['ns', 'us', 'ms', 's']).optional().meta({
    description: 'With file: unit of the values of a .hgrm. Default us.',
  }),
  of: text('read, write or another operation')
    .min(1, { error: () => 'must not be empty' })
    .optional()
    .meta({
      description:
        'With file: whose latencies. Default all of a json+, the first spectrum of a .hgrm.',
    }),
}).superRefine((value, context) => {
  const reject = (message: string, key?: string) =>
    context.addIssue({ code: 'custom', message, ...(key === undefined ? {} : { path: [key] }) });
  const { file, distribution, mean, stddev, p99, unit, of } = value;
  if (file !== undefined) {
    for (const key of ['distribution', 'mean', 'stddev', 'p99'] as const) {
      if (value[key] !== undefined) reject('cannot be combined with file', key);
    }
    return;
  }
  if (unit !== undefined) reject('belongs to file', 'unit');
  if (of !== undefined) reject('belongs to file', 'of');
  if (mean === undefined) return reject(SERVICE_SHAPES);
  const law = distribution ?? (p99 === undefined ? 'constant' : 'log-normal');
  for (const key of ['stddev', 'p99'] as const) {
    const takes: readonly string[] = LAW_KEYS[law];
    if (value[key] === undefined || takes.includes(key)) continue;
    const owners = key === 'p99' ? 'log-normal' : 'normal and log-normal';
    reject(`belongs to distribution ${owners}, not ${law}`, key);
  }
  if (law === 'normal' && stddev === undefined) reject('needs stddev with distribution normal');
  if (law !== 'log-normal') return;
  if ((stddev === undefined) === (p99 === undefined)) {
    return reject('needs either stddev or p99 with distribution log-normal');
  }
  const meanRead = parseTime(mean);
  const p99Read = parseTime(p99 ?? '');
  if (p99 === undefined || !meanRead.ok || !p99Read.ok) return;
  const factor = p99Read.value / meanRead.value;
  if (factor > 1 && factor <= P99_FACTOR_MAX) return;
  const range = `above the mean and at most ${P99_FACTOR_MAX} times as long`;
  reject(`must be ${range}, not ${shown(p99)} beside a mean of ${shown(mean)}`, 'p99');
});

const SERVICE_TIME: Quantity = { ...TIME, what: `none, or ${TIME.what}` };

const serviceTime = z.union(
  [
    z
      .string({ error: (issue) => `${SERVICE_SHAPES}, not ${shown(issue.input)}` })
      .superRefine((value, context) => {
        if (value !== 'none') checked(SERVICE_TIME, SERVICE_RANGE)(value, context);
      })
      .meta({ pattern: `^none$|${TIME.pattern}` }),
    serviceLaw,
  ],
  { error: (issue) => `${SERVICE_SHAPES}, not ${shown(issue.input)}` },
);

const CHANNEL_COUNT_MAX = 4096;

const stall = map({
  at: time({ min: 0, max: DAY_NS }).meta({
    description: 'When, counted from the start of the load, warm-up included. Required.',
  }),
  for: time({ min: 1, max: HOUR_NS }).meta({ description: 'How long. Required.' }),
  every: time({ min: 1, max: DAY_NS }).optional().meta({
    description: 'Again and again, from one begin to the next; longer than for.',
  }),
});

const device = map({
  sectors: quantity(SECTORS, { min: 1, max: SECTOR_COUNT_MAX })
    .default('128Ki')
    .meta({
      description:
        `Sectors of ${SECTOR_BYTES} bytes on the main device; k = Ki = 1024. 1 to ` +
        `${SECTOR_COUNT_MAX}. Default 128Ki (64 MiB).`,
    }),
  medium: oneOf(MEDIA)
    .default('memory')
    .meta({
      description:
        'What reads and writes go to. memory: shared memory, copied by every operation; none: ' +
        'nothing, so that a run measures the simulator itself (as null_blk does; needs ' +
        'integrity off). Default memory.',
    }),
  spare: map({
    sectors: quantity(SECTORS, { min: 1, max: SECTOR_COUNT_MAX })
      .default(16384)
      .meta({
        description:
          'Sectors of the spare area, metadata included; k = Ki = 1024. 1 to ' +
          `${SECTOR_COUNT_MAX}; at least 16384 with placement v4-fixed. Default 16384 (8 ` +
          'MiB).',
      }),
    start: quantity(SECTORS, { min: 0, max: Number.MAX_SAFE_INTEGER })
      .default(0)
      .meta({
        description:
          'Sector of the spare device at which the area begins. Reported, never added to ' +
          'the position of a spare. Default 0.',
      }),
    limit: z
      .union([quantity(SECTORS_OR_NONE, SPARE_RANGE), z.literal('none')], {
        error: (issue) => quantityProblem(SECTORS_OR_NONE, SPARE_RANGE, issue.input),
      })
      .default('none')
      .meta({
        description:
          "dm-remap's max_remaps: only this many sectors of the area can be allocated, " +
          'reserved ones included. A number of sectors from 1, or none. Default none.',
      }),
    placement: oneOf(PLACEMENTS)
      .default('v4-dynamic')
      .meta({
        description:
          'Which spares are reserved for metadata copies. v4-dynamic: by size of the area, ' +
          'as published; v4-fixed: sectors 0, 1024, 2048, 4096 and 8192; none: no ' +
          'reservation. Default v4-dynamic.',
      }),
  })
    .prefault({})
    .meta({ description: 'The spare area, whose sectors replace bad ones.' }),
  serviceTime: serviceTime.default('none').meta({
    description:
      'How long a read, write, flush or trim keeps a channel, beyond the copy of its data: none, ' +
      'a time such as 100us, a law such as { distribution: exponential, mean: 2ms } or { mean: ' +
      '100us, p99: 1ms }, or { file: ssd.hgrm }. Remaps and messages are work of the target and ' +
      'take what they take. Default none.',
  }),
  channels: whole(1, CHANNEL_COUNT_MAX)
    .default(1)
    .meta({
      description:
        'Requests that the device serves at once; others wait in order. Needs serviceTime. 1 to ' +
        `${CHANNEL_COUNT_MAX}. Default 1.`,
    }),
  stalls: z
    .array(stall, { error: (issue) => `must be a list, not ${shown(issue.input)}` })
    .max(1000, { error: () => 'must hold at most 1000 entries' })
    .default([])
    .meta({
      description:
        'Times in which the device stands still, to the nanosecond: what it serves then goes on ' +
        'afterwards. Default none.',
    }),
});

const allocator = map({
  kind: oneOf(ALLOCATOR_KINDS)
    .default('cached')
    .meta({
      description:
        'cached: ring of spares refilled from the reservation bitmap; linear: scan of the ' +
        'bitmap; bitmap: atomic OR per word; per-worker: each thread claims whole words. ' +
        'Default cached.',
    }),
  protocol: oneOf(PROTOCOLS)
    .default('guarded')
    .meta({
      description:
        'Order of lock, take, refill and mark. as-published: as dm-remap v4.0 does it ' +
        '(cached and linear only); guarded: corrected. Default guarded.',
    }),
  outerLock: trueOrFalse()
    .default(false)
    .meta({
      description:
        'Hold the target lock around the whole allocation, as the message path of dm-remap ' +
        'does. Default false.',
    }),
  cache: map({
    slots: whole(1, 65_536).default(64).meta({
      description: 'Slots of the allocation cache. 1 to 65536. Default 64.',
    }),
    batch: whole(1, 65_536).default(32).meta({
      description: 'Spares a refill looks for. 1 to slots. Default 32.',
    }),
    searchLimit: whole(1, SECTOR_COUNT_MAX)
      .default(1000)
      .meta({
        description:
          'Batches of bits (of up to 32) that a refill examines before it gives up. From ' +
          '1. Default 1000.',
      }),
  })
    .prefault({})
    .meta({
      description: 'The allocation cache; used by kind cached only.',
    }),
});

const mix = map({
  read: weight().default(0).meta({ description: 'Weight of reads. From 0. Default 0.' }),
  write: weight().default(0).meta({ description: 'Weight of writes. From 0. Default 0.' }),
  remap: weight()
    .default(0)
    .meta({
      description:
        'Weight of remaps: a sector, from a range of the thread’s own, is moved to a ' +
        'spare. From 0. Default 0.',
    }),
  unremap: weight()
    .default(0)
    .meta({
      description:
        'Weight of unremaps: a remapped sector gives its spare back. From 0; needs remap, ' +
        'protocol guarded and inFlight drain. Default 0.',
    }),
  flush: weight()
    .default(0)
    .meta({
      description:
        'Weight of flushes; sync in the result. Where there is metadata they make writes durable; ' +
        'else they are counted and timed. From 0. Default 0.',
    }),
  trim: weight()
    .default(0)
    .meta({
      description:
        'Weight of trims, of blocks as reads and writes have them. A trimmed sector may hold what ' +
        'it held, as with a device that promises nothing: here it does, and the data check holds ' +
        'it to that. From 0. Default 0.',
    }),
});

/** `mix` when the scenario gives none. */
export const DEFAULT_MIX = { read: 60, write: 30, remap: 10, unremap: 0, flush: 0, trim: 0 };
/** The same where messages do the remapping. */
export const MESSAGES_MIX = { read: 60, write: 40, remap: 0, unremap: 0, flush: 0, trim: 0 };
export const DEFAULT_BLOCK_SIZE = '4k';
export const DEFAULT_THETA = 1.1;
export const DEFAULT_H = 0.2;
export const DEFAULT_MEAN = '50%';
export const DEFAULT_DEVIATION = '15%';

const BLOCK_RANGE: Range = {
  min: SECTOR_BYTES,
  max: SECTOR_COUNT_MAX * SECTOR_BYTES,
  multipleOf: SECTOR_BYTES,
  words: `a multiple of ${SECTOR_BYTES} bytes above 0 and no larger than the device`,
};

const BLOCK_OR_LIST: Quantity = {
  ...SIZE,
  what: `${SIZE.what} or a list of { size, weight }`,
};

const blockBytes = quantity(SIZE, BLOCK_RANGE);

const weightedBlocks = z
  .array(
    map({
      size: blockBytes.meta({ description: 'Size of the I/O, in multiples of 512 bytes.' }),
      weight: weight().default(1).meta({ description: 'Weight in the draw. From 0. Default 1.' }),
    }),
  )
  .min(1, { error: () => 'must hold at least one size' })
  .max(64, { error: () => 'must hold at most 64 sizes' });

const zones = z
  .array(
    map({
      accesses: part('the share of the accesses that go to the zone').meta({
        description: 'Share of the accesses, such as 60%; those of all zones add up to 100%.',
      }),
      space: share('the share of the space that the zone takes').meta({
        description: 'Share of the space, such as 10%; those of all zones add up to 100%.',
      }),
    }),
    { error: (issue) => `must be a list of { accesses, space }, not ${shown(issue.input)}` },
  )
  .min(1, { error: () => 'must hold at least one zone' })
  .max(64, { error: () => 'must hold at most 64 zones' });

const addresses = map({
  distribution: oneOf(DISTRIBUTIONS_OF_ADDRESSES)
    .default('uniform')
    .meta({
      description:
        'How the address of a read, write or trim is drawn. uniform; zipf and pareto: some blocks ' +
        'are hot, scattered over the slice; normal: blocks around one place; zoned: percent of ' +
        'accesses to percent of space; sequential: block after block; once: every block once in ' +
        'an order by chance, then all again in another. Default uniform.',
    }),
  theta: numberAbove0(10)
    .optional()
    .meta({
      description:
        'Zipf exponent: the item of rank r is drawn with probability ∝ 1 / r^theta. Above ' +
        `0, at most 10; only with zipf. Default ${DEFAULT_THETA}.`,
    }),
  h: z
    .number({ error: hProblem })
    .gt(0, { error: hProblem })
    .max(0.5, { error: hProblem })
    .optional()
    .meta({
      description:
        'Pareto, as with fio: a share of 1 − h of the accesses goes to h of the blocks. Above 0, at ' +
        `most 0.5; only with pareto. Default ${DEFAULT_H} (80 % to 20 %).`,
    }),
  mean: part('a place in the slice')
    .optional()
    .meta({
      description: `Normal: the centre, as a share of the slice. Default ${DEFAULT_MEAN}.`,
    }),
  deviation: share('a standard deviation')
    .optional()
    .meta({
      description:
        'Normal: the standard deviation, as a share of the slice; what falls outside is drawn ' +
        `again. Above 0, at most 100%. Default ${DEFAULT_DEVIATION}.`,
    }),
  zones: zones.optional().meta({
    description: 'Zoned: the zones in their order on the slice, each { accesses, space }.',
  }),
  slices: oneOf(['shared', 'disjoint'])
    .default('shared')
    .meta({
      description:
        'shared: every thread addresses the whole device; disjoint: thread t its own t-th ' +
        'part. Default shared.',
    }),
});

const COLUMN_RULE = 'must be the name of a column, or its number from 1';

const column = z.union([z.string().min(1).max(200), z.number().int().min(1).max(64)], {
  error: (issue) => `${COLUMN_RULE}, not ${shown(issue.input)}`,
});

const cell = z.union([z.string().min(1).max(200), z.number()], {
  error: (issue) => `must be what the column holds, not ${shown(issue.input)}`,
});

const traceColumns = map({
  time: column.meta({ description: 'Column of the time.' }),
  timeUnit: oneOf(TIME_UNITS)
    .default('us')
    .meta({ description: 'Its unit; a fraction is read too. Default us.' }),
  operation: column.meta({
    description:
      'Column of the operation: R or read, W or write, F or flush or sync, D or trim or discard.',
  }),
  offset: column.meta({ description: 'Column of the address.' }),
  offsetUnit: oneOf(ADDRESS_UNITS)
    .default('bytes')
    .meta({ description: 'Its unit; a sector is 512 bytes. Default bytes.' }),
  length: column.meta({ description: 'Column of the size.' }),
  lengthUnit: oneOf(ADDRESS_UNITS)
    .default('bytes')
    .meta({ description: 'Its unit; a sector is 512 bytes. Default bytes.' }),
  device: column.optional().meta({
    description: 'Column of the device, where the trace is of several.',
  }),
  read: cell.optional().meta({
    description: 'What the operation column holds for a read, where that is no word for it: 0.',
  }),
  write: cell.optional().meta({
    description: 'What it holds for a write, where that is no word for it: 1.',
  }),
});

const trace = map({
  file: text('the path of a trace')
    .min(1, { error: () => 'must not be empty' })
    .refine((value) => !value.includes('\0'), { error: 'must not hold a NUL character' })
    .meta({
      description: 'Path of the trace, from the folder of the file that this is written in.',
    }),
  format: oneOf(['auto', ...TRACE_FORMATS])
    .default('auto')
    .meta({
      description:
        'Format of the trace: an iolog of fio, the text of blkparse, MSR-Cambridge CSV, or any ' +
        'CSV with columns; auto reads it off the first line. Default auto.',
    }),
  columns: traceColumns.optional().meta({
    description:
      'Which column of a CSV is which. Columns go by their names in the first line, or by ' +
      'number from 1; where all go by number, there is no such line.',
  }),
  device: text('the name of a device in the trace')
    .min(1, { error: () => 'must not be empty' })
    .optional()
    .meta({
      description:
        'The device that is replayed, as the trace calls it: "8,16" in blkparse, host and disk ' +
        'as "usr.0" in MSR. Needed where the trace is of several. Records of others are left out.',
    }),
  fold: oneOf(FOLD_KINDS)
    .default('compact')
    .meta({
      description:
        'What becomes of addresses when the trace reaches beyond the device. compact: blocks of ' +
        '4 KiB that are read or written move together, without the gaps between them; modulo: the ' +
        'address modulo the size of the device; scale: the address times a factor; none: that is ' +
        'an error. Default compact.',
    }),
  speed: z
    .union([numberAbove0(1_000_000, ', or max'), z.literal('max')], {
      error: (issue) =>
        `must be a number above 0 and at most 1000000, or max, not ${shown(issue.input)}`,
    })
    .default(1)
    .meta({
      description:
        'Factor on the recorded timing: 2 replays twice as fast; max: as fast as ' +
        'possible. Default 1.',
    }),
  threads: oneOf(['by-hash', 'round-robin'])
    .default('by-hash')
    .meta({
      description:
        'Which thread issues a record. by-hash: requests that overlap, of whatever sizes, are on ' +
        'one thread and keep their order; round-robin: in turn. Default by-hash.',
    }),
});

const message = text('a message such as "remap 100", "remap 0..99" or "clear"').superRefine(
  (value, context) => {
    const { problem } = readMessage(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  },
);

const SECTOR_RULE = 'must be a sector or a range of them such as 100 or "0..99"';

const sectorRange = z
  .union([z.string(), z.number()], {
    error: (issue) => `${SECTOR_RULE}, not ${shown(issue.input)}`,
  })
  .superRefine((value, context) => {
    if (readSectorRange(String(value)) !== null) return;
    context.addIssue({ code: 'custom', message: `${SECTOR_RULE}, not ${shown(value)}` });
  });

const STEP_RULE = 'must be a message, { writeErrors }, { autoRemap } or { repeat, messages }';

/** What can be written besides a message. */
const eventShape = {
  writeErrors: sectorRange.optional().meta({
    description: 'Writes to these sectors fail, and their completions say so to the target.',
  }),
  times: whole(1, 1000).optional().meta({
    description: 'How often each of them fails. 1 to 1000; with writeErrors only. Default 1.',
  }),
  autoRemap: sectorRange.optional().meta({
    description: 'The worker that a bad sector was handed to gets its turn, for each of these.',
  }),
};

interface WrittenEvent {
  readonly writeErrors?: unknown;
  readonly times?: unknown;
  readonly autoRemap?: unknown;
}

function isEvent({ writeErrors, times, autoRemap }: WrittenEvent): boolean {
  if (writeErrors !== undefined) return autoRemap === undefined;
  return autoRemap !== undefined && times === undefined;
}

const event = map(eventShape).refine(isEvent, {
  error: 'must hold either writeErrors, perhaps with times, or autoRemap',
});

const stepError = (issue: { readonly input?: unknown }) =>
  `${STEP_RULE}, not ${shown(issue.input)}`;

const messages = z
  .array(
    z.union(
      [
        message,
        map({
          ...eventShape,
          repeat: quantity(EVENTS, { min: 1, max: 1e6 }).optional().meta({
            description: 'How often the messages below are sent, one after the other. k = 1000.',
          }),
          messages: z
            .array(z.union([message, event], { error: stepError }), {
              error: (issue) => `must be a list of messages, not ${shown(issue.input)}`,
            })
            .min(1, { error: () => 'must hold at least one message' })
            .optional()
            .meta({ description: 'What is repeated; with repeat only, and not nested.' }),
        }).refine(
          ({ repeat, messages: repeated, ...rest }) => {
            const isRepeat = repeat !== undefined && repeated !== undefined;
            if (!isRepeat) return repeat === undefined && repeated === undefined && isEvent(rest);
            return Object.values(rest).every((value) => value === undefined);
          },
          { error: STEP_RULE },
        ),
      ],
      { error: stepError },
    ),
    { error: (issue) => `must be a list of messages, not ${shown(issue.input)}` },
  )
  .min(1, { error: () => 'must hold at least one message' })
  .max(10_000, { error: () => 'must hold at most 10000 messages; a range counts as one' });

const IO_DEPTH_MAX = 1024;

const ARRIVAL_RATE: Quantity = {
  what: 'a number of operations per second such as 500/s or 10k/s (k = 1000)',
  parse: (written) => {
    const isBytes = /B\s*\/s$/.test(String(written));
    return isBytes
      ? { ok: false, problem: 'it counts bytes, and this counts operations' }
      : parseRate(written);
  },
  format: (perSecond) => `${perSecond}/s`,
  pattern: '^\\d+(\\.\\d+)?[kMGT]?/s$',
};

function arrivalRate(min: number) {
  const range: Range = { min, max: 1e9, isFraction: true };
  return z
    .string({ error: (issue) => quantityProblem(ARRIVAL_RATE, range, issue.input) })
    .superRefine(checked(ARRIVAL_RATE, range))
    .meta({ pattern: ARRIVAL_RATE.pattern });
}

const stage = map({
  for: time({ min: 1e6, max: DAY_NS }).meta({
    description: 'How long; a time with its unit, from 1ms. Required.',
  }),
  rate: arrivalRate(0).optional().meta({
    description: 'Arrivals per second at its end, with model open.',
  }),
  threads: whole(0, THREAD_COUNT_MAX).optional().meta({
    description: 'Threads at work at its end, with model closed; at most load.threads.',
  }),
  shape: oneOf(['ramp', 'step']).default('ramp').meta({
    description:
      'ramp: evenly from what the stage before ended with; step: at once, then held. Default ramp.',
  }),
}).superRefine(exactlyOne(['rate', 'threads']));

const load = map({
  threads: whole(1, THREAD_COUNT_MAX)
    .default(2)
    .meta({
      description: `Threads of load. 1 to ${THREAD_COUNT_MAX}. Default 2.`,
    }),
  model: oneOf(LOAD_MODELS)
    .default('closed')
    .meta({
      description:
        'closed: the next operation follows the completion of the last; open: operations come at ' +
        'rate, whatever has become of those before. Default closed.',
    }),
  rate: arrivalRate(0.001)
    .optional()
    .meta({
      description:
        'Arrivals per second of all threads together, with model open, such as 10k/s (k = 1000). ' +
        'With stages, the rate that the first of them begins with; default 0/s then, else required.',
    }),
  arrivals: oneOf(ARRIVAL_LAWS)
    .optional()
    .meta({
      description:
        'With model open. constant: at even distances; poisson: at random ones, as from many ' +
        'callers that know nothing of each other. Default constant.',
      default: 'constant',
    }),
  stages: z
    .array(stage, { error: (issue) => `must be a list, not ${shown(issue.input)}` })
    .min(1, { error: () => 'must hold at least one stage' })
    .max(1000, { error: () => 'must hold at most 1000 stages' })
    .optional()
    .meta({
      description:
        'How the rate (model open) or the number of threads at work (model closed) changes, from ' +
        'the begin of the measured phase on. Without another limit the load ends with the last.',
    }),
  iodepth: whole(1, IO_DEPTH_MAX)
    .default(1)
    .meta({
      description:
        'Operations that a thread may have in flight at once, on a device with serviceTime or ' +
        `stalls. 1 to ${IO_DEPTH_MAX}. Default 1.`,
    }),
  thinkTime: time({ min: 0, max: DAY_NS })
    .default('0s')
    .meta({
      description:
        'Pause of a thread between two operations; a time with its unit, shorter than ' +
        'watchdog. Default 0s.',
    }),
  timing: oneOf(TIMINGS)
    .default('each')
    .meta({
      description:
        'each: the clock is read before and after each operation. chained: for reads and ' +
        'writes with nothing between them, the completion of one is the issue of the next; ' +
        'one reading less, and service times hold the loop of the simulator. Needs a closed ' +
        'load of reads and writes, integrity: off, a device without a service time, no ' +
        'thinkTime, iodepth, fsync, autoRemap, faults of the medium or events. Default each.',
    }),
  warmup: time({ min: 0, max: DAY_NS }).default('0ms').meta({
    description: 'Load before measuring begins; a time with its unit, at most 24h. Default 0ms.',
  }),
  duration: time({ min: 1, max: DAY_NS })
    .optional()
    .meta({
      description:
        'Length of the measured phase; a time with its unit, at most 24h. The first limit ' +
        'reached ends the load.',
    }),
  operations: quantity(EVENTS, { min: 1, max: 1e12 })
    .optional()
    .meta({
      description:
        'Operations of all threads together, warm-up not counted. Counted in thousands: k ' +
        '= 1000, M = 1000000 (Ki and Mi are refused). 1 to 10^12.',
    }),
  until: oneOf(['exhausted', 'steady'])
    .optional()
    .meta({
      description:
        'exhausted: a thread ends when the allocator has told it "none"; afterwards one ' +
        'thread drains what can still be had. Needs mix.remap above 0. steady: the load ends when ' +
        'its figures stand still, as steady says; needs duration, and fails without reaching it.',
    }),
  fsync: whole(0, 1_000_000)
    .default(0)
    .meta({
      description:
        'A thread flushes after so many writes of its own, as with fsync of fio; 0: never. Not ' +
        'with a trace, which has its own. 0 to 1000000. Default 0.',
    }),
  mix: mix.optional().meta({
    description:
      'Weights of the operations; those not named get 0. Not with a trace. Default { ' +
      'read: 60, write: 30, remap: 10 }.',
    default: DEFAULT_MIX,
  }),
  blockSize: z
    .union([blockBytes, weightedBlocks], {
      error: (issue) => quantityProblem(BLOCK_OR_LIST, BLOCK_RANGE, issue.input),
    })
    .optional()
    .meta({
      description:
        'Size of reads and writes, in multiples of 512 bytes (k = 1024), or a weighted ' +
        'list [{ size, weight }]. Not with a trace. Default 4k.',
      default: DEFAULT_BLOCK_SIZE,
    }),
  addresses: addresses.optional().meta({
    description: 'Where reads and writes go. Not with a trace. Default uniform over the device.',
    default: {},
  }),
  trace: trace.optional().meta({
    description: 'A recorded load, in place of mix, blockSize, addresses and until.',
  }),
  messages: messages.optional().meta({
    description:
      'What the first thread sends to the control path of the target, in order: messages as ' +
      'dmsetup takes them, a..b for each sector of a range. Other threads do the mix meanwhile.',
  }),
});

type Load = z.output<typeof load>;

/** What a job may say of itself: all that load can, but for what the run has one of. */
export type WrittenJob = Partial<Omit<Load, 'warmup'>> & { readonly after?: string | undefined };

/** A key as a job has it: without a default, since what a job does not say, load says. */
function ofJob(schema: z.ZodType): z.ZodType {
  const description = (schema.meta()?.description ?? '').replace(/ ?Default .*$/, '');
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner.optional().meta({ description });
}

const JOB_COUNT_MAX = 64;
const JOB_NAME = /^[a-z][a-z0-9-]{0,39}$/i;
const JOB_NAME_RULE = 'must be a name of letters, digits and -, a letter first, at most 40';

const { warmup: _ofTheRun, ...loadOfJob } = load.shape;

const job = map({
  after: text('the name of another job')
    .optional()
    .meta({
      description:
        'Another job: this one begins when all threads of that one have ended. Without it, a job ' +
        'begins when the run does.',
    }),
  ...Object.fromEntries(Object.entries(loadOfJob).map(([key, schema]) => [key, ofJob(schema)])),
}) as unknown as z.ZodType<WrittenJob>;

const jobs = z
  .record(
    z.string().regex(JOB_NAME, { error: ({ input }) => `${JOB_NAME_RULE}, not ${shown(input)}` }),
    job,
    {
      error: (issue) =>
        issue.code === 'invalid_type'
          ? `must be a map of jobs by their names, not ${shown(issue.input)}`
          : undefined,
    },
  )
  .superRefine((value, context) => {
    const { length } = Object.keys(value);
    if (length >= 1 && length <= JOB_COUNT_MAX) return;
    const message = `must hold from 1 to ${JOB_COUNT_MAX} jobs, not ${length}`;
    context.addIssue({ code: 'custom', message });
  });

function hProblem(issue: { readonly input?: unknown }): string {
  return (
    'must be a number above 0 and at most 0.5 (0.2: 80 % of the accesses go to 20 % of the ' +
    `blocks), not ${shown(issue.input)}`
  );
}

/** A share of something, from none to all of it. */
function part(what: string) {
  return ratio(what, 'from 0 to 1 (or 100%)', (value) => value >= 0 && value <= 1);
}

/** A share of something, above 0 and at most all of it. */
function share(what: string) {
  return ratio(what, 'above 0 and at most 1 (or 100%)', (value) => value > 0 && value <= 1);
}

function ratio(what: string, range: string, isInRange: (value: number) => boolean) {
  const problem = (value: unknown): string | undefined => {
    const rule = `must be ${what}, ${range}, not ${shown(value)}`;
    if (typeof value !== 'string' && typeof value !== 'number') return rule;
    const reading = parseRatio(value);
    return reading.ok && isInRange(reading.value) ? undefined : rule;
  };
  return z
    .union([z.string(), z.number()], { error: (issue) => problem(issue.input) })
    .superRefine((value, context) => {
      const message = problem(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta({ pattern: '^\\d+(\\.\\d+)?(e-\\d+)?%?$' });
}

/** Says so unless exactly one of these keys is there. */
function exactlyOne(keys: readonly string[]) {
  return (value: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const given = keys.filter((key) => value[key] !== undefined);
    if (given.length === 1) return;
    const found = given.length === 0 ? 'none of them' : given.join(' and ');
    const message = `must hold exactly one of ${keys.join(', ')}, not ${found}`;
    context.addIssue({ code: 'custom', message });
  };
}

const NAMED_FAULT = /^[a-z0-9][a-z0-9-]*$/i;
const FAULT_COUNT_MAX = 1000;
const RANGE_COUNT_MAX = 100_000;

const faultName = text('a name of letters, digits and -')
  .regex(NAMED_FAULT, {
    error: (issue) => `must be a name of letters, digits and -, not ${shown(issue.input)}`,
  })
  .meta({ description: 'What events call it.' });

/** `700` or `704-719`, both ends included. */
const SECTOR_RANGE = /^(\d{1,10})(?:-(\d{1,10}))?$/;

export function sectorRangeOf(written: string | number): { first: number; last: number } | null {
  const match = SECTOR_RANGE.exec(String(written).trim());
  if (match === null) return null;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  return last < first || last >= SECTOR_COUNT_MAX ? null : { first, last };
}

const rangeProblem = (value: unknown) =>
  `must be a sector such as 700 or a range such as 704-719, not ${shown(value)}`;

const sectorList = z
  .array(
    z
      .union([z.string(), z.number()], { error: (issue) => rangeProblem(issue.input) })
      .superRefine((value, context) => {
        if (sectorRangeOf(value) !== null) return;
        context.addIssue({ code: 'custom', message: rangeProblem(value) });
      })
      .meta({ pattern: '^\\d+(-\\d+)?$' }),
    { error: (issue) => `must be a list such as [700, 704-719], not ${shown(issue.input)}` },
  )
  .min(1, { error: () => 'must hold at least one sector' })
  .max(RANGE_COUNT_MAX, { error: () => `must hold at most ${RANGE_COUNT_MAX} entries` })
  .meta({ description: 'Sectors by number, and ranges with both ends: [700, 704-719].' });

const surface = oneOf(SURFACES)
  .default('main')
  .meta({ description: 'main: sectors of the main device (LBAs); spare: spares. Default main.' });

const SECTOR_CHOICES = ['sectors', 'share', 'clusters'] as const;

const choice = {
  sectors: sectorList.optional(),
  share: share('a share of the sectors such as 0.1%').optional().meta({
    description: 'A share of all sectors of the surface, drawn from the seed, e.g. 0.1%.',
  }),
  clusters: map({
    count: whole(1, 100_000).meta({ description: 'How many runs. 1 to 100000.' }),
    sectors: whole(1, 1_000_000).meta({ description: 'Sectors of each. 1 to 1000000.' }),
  })
    .optional()
    .meta({ description: 'Runs of neighbours, as a scratch leaves them; the seed says where.' }),
  on: surface,
};

const failure = {
  fails: oneOf(FAILING).default('both').meta({
    description: 'Which requests fail: reads, writes, or both. Default both.',
  }),
  lasts: oneOf(LASTING)
    .default('for-ever')
    .meta({
      description:
        'once: one request fails, then the sector is sound; until-rewritten: until a write to it ' +
        'goes through; for-ever. Default for-ever.',
    }),
  failedWrites: whole(1, 60_000)
    .optional()
    .meta({
      description:
        'With until-rewritten, where writes fail: so many of them do, then one goes through. 1 ' +
        'to 60000. Default 1.',
    }),
};

function checkFailure(
  value: { readonly fails: string; readonly lasts: string; readonly failedWrites?: unknown },
  context: z.RefinementCtx,
): void {
  const counts = value.lasts === 'until-rewritten' && value.fails !== 'reads';
  if (value.failedWrites === undefined || counts) return;
  const message = 'belongs to lasts: until-rewritten and fails: writes or both';
  context.addIssue({ code: 'custom', path: ['failedWrites'], message });
}

const badSectors = map({
  name: faultName.optional(),
  enabled: trueOrFalse().default(true).meta({
    description: 'Whether they are bad before an event enables them. Default true.',
  }),
  ...choice,
  ...failure,
  at: time({ min: 0, max: DAY_NS }).default('0s').meta({
    description: 'When they go bad, counted from the start of the load. Default 0s.',
  }),
  growth: map({
    every: time({ min: 1e6, max: DAY_NS }).meta({ description: 'A time with its unit, from 1ms.' }),
    sectors: whole(1, 1_000_000).meta({ description: 'Further sectors each time. From 1.' }),
  })
    .optional()
    .meta({ description: 'Further sectors go bad while the load runs; the seed says which.' }),
})
  .superRefine(exactlyOne(SECTOR_CHOICES))
  .superRefine(checkFailure);

const corruption = map({
  name: faultName.optional(),
  enabled: trueOrFalse().default(true).meta({
    description: 'Whether it happens before an event enables it. Default true.',
  }),
  kind: oneOf(DATA_FAULTS).meta({
    description:
      'lost-write: a sector is not written; torn-write: only its begin is; misdirected: it goes ' +
      'to another sector; bit-flip: one bit of it is wrong; foreign-data: it holds something ' +
      'else; stale-read: the first read after the write finds what was there before. All are ' +
      'acknowledged. Required.',
  }),
  rate: share('the probability of a write such as 0.001').optional().meta({
    description: 'Probability of each write, drawn from the seed: above 0, at most 1.',
  }),
  nth: whole(1, Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'In place of rate: the nth write of one thread. From 1.',
  }),
  thread: whole(0, THREAD_COUNT_MAX - 1)
    .optional()
    .meta({ description: 'With nth: which thread, from 0. Default 0.' }),
})
  .superRefine(exactlyOne(['rate', 'nth']))
  .superRefine((value, context) => {
    if (value.thread === undefined || value.nth !== undefined) return;
    context.addIssue({ code: 'custom', path: ['thread'], message: 'belongs to nth' });
  });

const autoRemap = map({
  workers: whole(1, 64).default(1).meta({
    description: 'Threads that serve the queue, beside those of load. 1 to 64. Default 1.',
  }),
  errorThreshold: whole(1, 100).default(3).meta({
    description: 'Failed requests after which a sector is bad. 1 to 100. Default 3.',
  }),
  queue: whole(1, 1_000_000).default(256).meta({
    description: 'Sectors that can wait for a worker. 1 to 1000000. Default 256.',
  }),
  retries: map({
    attempts: whole(0, 100).default(3).meta({
      description: 'How often a failed request is issued again. 0 to 100. Default 3.',
    }),
    backoff: time({ min: 0, max: 10e9 })
      .default('10ms')
      .meta({
        description:
          'Pause before the first of them, twice as long before each further one; a time with its ' +
          'unit, at most 10s. Default 10ms.',
      }),
  })
    .prefault({})
    .meta({ description: 'What the thread that issued a failed request does about it.' }),
});

const EVENT_ACTIONS = ['addBad', 'removeBad', 'enable', 'disable', 'stall', 'crash'] as const;

const deviceEvent = map({
  at: time({ min: 0, max: DAY_NS }).meta({
    description: 'When, counted from the start of the load, warm-up included. Required.',
  }),
  addBad: map({ ...choice, ...failure })
    .superRefine(exactlyOne(SECTOR_CHOICES))
    .superRefine(checkFailure)
    .optional()
    .meta({ description: 'Sectors go bad.' }),
  removeBad: map({ sectors: sectorList, on: surface }).optional().meta({
    description: 'Sectors are sound again, whatever made them bad.',
  }),
  enable: faultName.optional().meta({
    description: 'Name of an entry of faults.badSectors or faults.corruption that sets in.',
  }),
  disable: faultName.optional().meta({ description: 'Name of an entry that ceases.' }),
  stall: map({
    for: time({ min: 1e6, max: HOUR_NS }).meta({
      description: 'How long; shorter than watchdog. From 1ms.',
    }),
    every: time({ min: 1e6, max: DAY_NS }).optional().meta({
      description: 'Again and again, from one begin to the next; longer than for.',
    }),
  })
    .optional()
    .meta({ description: 'The device serves nothing; requests wait.' }),
  crash: z
    .literal(true, { error: (issue) => `must be true, not ${shown(issue.input)}` })
    .optional()
    .meta({ description: 'true: the power is cut, and the load ends between two sectors.' }),
}).superRefine(exactlyOne(EVENT_ACTIONS));

const faults = map({
  badSectors: z
    .array(badSectors, { error: (issue) => `must be a list, not ${shown(issue.input)}` })
    .max(FAULT_COUNT_MAX, { error: () => `must hold at most ${FAULT_COUNT_MAX} entries` })
    .default([])
    .meta({
      description:
        'Sectors whose reads or writes fail. Where entries overlap, the last change to a sector ' +
        'counts. Default none.',
    }),
  corruption: z
    .array(corruption, { error: (issue) => `must be a list, not ${shown(issue.input)}` })
    .max(FAULT_COUNT_MAX, { error: () => `must hold at most ${FAULT_COUNT_MAX} entries` })
    .default([])
    .meta({
      description:
        'Writes that are acknowledged and leave wrong data, to see that the checks notice. ' +
        'Default none.',
    }),
  thread: map({
    index: whole(0, THREAD_COUNT_MAX - 1)
      .default(0)
      .meta({
        description: 'Which thread of load fails, from 0. Default 0.',
      }),
    afterOperations: quantity(EVENTS, { min: 0, max: 1e12 }).default(0).meta({
      description: 'Operations it completes before (k = 1000). Default 0.',
    }),
    does: oneOf(['throw', 'exit', 'hold-lock']).meta({
      description:
        'throw: it throws; exit: it ends without a word; hold-lock: it takes the ' +
        'allocation lock for good.',
    }),
  })
    .optional()
    .meta({ description: 'A fault of one thread, to see what a broken run looks like.' }),
});

/**
 * For editors and the reference: matrix.ts takes the matrix off a scenario and reads it, and what
 * is left comes here.
 */
const matrix = z
  .looseObject({
    exclude: z
      .array(z.record(z.string(), z.unknown()))
      .optional()
      .meta({
        description:
          'Cells to leave out, each by values of some of the keys: ' +
          '[{ lock.kind: mcs, load.threads: [1, 2] }]. A list is any of its values.',
      }),
    include: z.array(z.record(z.string(), z.unknown())).optional().meta({
      description:
        'Further cells, by their values; a key that is not named keeps what the scenario says.',
    }),
    seeds: z
      .union([z.array(z.int().min(0)), z.string()])
      .optional()
      .meta({
        description:
          'Seeds that every cell runs with, as a list or a range such as 1..5. Without them, the ' +
          "scenario's own.",
      }),
    repeats: z
      .int()
      .min(1)
      .max(REPEAT_COUNT_MAX)
      .optional()
      .meta({ description: 'Runs of every cell with every seed, 1 to 10000. Default 1.' }),
  })
  .meta({
    description:
      'For the command sweep: keys of the scenario, joined by dots, each with the values it takes. ' +
      'A list, or a range such as 1..8, 0..1 +0.1 or 4k..64k x2. Every choice of one value a key ' +
      'is a cell.',
  });

const DEFAULT_COMMANDS = COMMANDS.filter((command) => command !== 'clear');

/** At least one of the values, each once. */
function listOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  const error = (issue: { readonly input?: unknown }) =>
    `must be a list of ${values.join(', ')}, each at most once, not ${shown(issue.input)}`;
  return z
    .array(oneOf(values), { error })
    .min(1, { error })
    .refine((list) => new Set(list).size === list.length, { error });
}

const overhead = map({
  paths: listOf(CONTROL_PATHS)
    .default([...CONTROL_PATHS])
    .meta({
      description:
        'How commands reach the target. direct: a function call; message: a request to another ' +
        'thread and back; process: a child process a command, as dmsetup is. Default all three.',
    }),
  operations: listOf(COMMANDS)
    .default([...DEFAULT_COMMANDS])
    .meta({
      description:
        'Commands of a round; ping is the empty call, and must be one of them. Also known: ' +
        `clear. Default ${DEFAULT_COMMANDS.join(', ')}.`,
    }),
  repetitions: quantity(EVENTS, { min: 30, max: 100_000 })
    .default(100)
    .meta({
      description:
        'Rounds; each has every command once, in random order (k = 1000). 30 to 100000. ' +
        'Default 100.',
    }),
  margin: time({ min: 1, max: HOUR_NS }).default('100us').meta({
    description:
      'What the claim calls no difference; a time with its unit, at most 1h. Default 100us.',
  }),
  fill: quantity(SECTORS, { min: 0, max: SECTOR_COUNT_MAX })
    .default(0)
    .meta({
      description:
        'Sectors that are remapped before the first round, and again after each clear; the ' +
        'search for duplicates gets longer with them. From 0. Default 0.',
    }),
  reference: text('a command such as cat /proc/version, or none')
    .refine((value) => value.trim() !== '' && !value.includes('\0'), {
      error: 'must be a command such as cat /proc/version, or none',
    })
    .default('true')
    .meta({
      description:
        'Program, with arguments after spaces, that the process path starts beside the ' +
        'commands; no shell reads it. none: no such program. Default true.',
    }),
  delay: time({ min: 0, max: 1e9 })
    .default('0s')
    .meta({
      description:
        'Planted in every remap, to see that it is found; a time with its unit, at most 1s. ' +
        'Default 0s.',
    }),
  expect: oneOf(OVERHEAD_EXPECTATIONS)
    .default('any')
    .meta({
      description:
        'What the samples must say of remap against ping, in each path, else exit code 1. ' +
        'equivalent: within the margin; different: not the same; unresolved: neither can be ' +
        'said. Default any.',
    }),
  beside: text('the path of a file of samples')
    .min(1, { error: () => 'must not be empty' })
    .optional()
    .meta({
      description:
        'Samples of another experiment (CSV), from the folder of the file that this is written ' +
        'in; they are judged by the same rules and shown beside ours.',
    }),
});

const POINTS: Quantity = {
  ...EVENTS,
  what: 'exhaustive, or a number of crash points such as 20000 or 100k (k = 1000)',
};
const POINT_RANGE: Range = { min: 1, max: 100_000_000 };

const metadata = map({
  format: oneOf(METADATA_FORMATS)
    .default('none')
    .meta({
      description:
        'How the remap table is kept on the medium. none: not at all; published: one copy in ' +
        'sectors 0 to 15, written by the sync message only; redundant: corrected, copies of ' +
        'self-checking blocks, written by every remap. Default none.',
    }),
  copies: whole(1, 5)
    .default(5)
    .meta({
      description:
        'redundant: copies of each block, at the places that the placement reserves. 1 to 5. ' +
        'Default 5.',
    }),
  order: oneOf(COPY_ORDERS).default('primary-first').meta({
    description:
      'redundant: the order in which an update writes the copies. Default primary-first.',
  }),
  flush: oneOf(COPY_FLUSHES)
    .default('each-copy')
    .meta({
      description:
        'redundant: when an update flushes. each-copy: after the data, and after each copy; ' +
        'per-update: after the data, and once after all copies; at-end: once, after data and ' +
        'copies; never: not at all. Default each-copy.',
    }),
  checksum: oneOf(CHECKSUMS)
    .default('as-published')
    .meta({
      description:
        'published: as-published covers its own field and never validates; corrected leaves it ' +
        'out, to see what else would be lost. Default as-published.',
    }),
  sync: whole(0, 1_000_000)
    .default(0)
    .meta({
      description:
        'published: a thread sends the sync message after so many remaps of its own; 0: never. ' +
        'Default 0.',
    }),
  crash: map({
    points: z
      .union([quantity(POINTS, POINT_RANGE), z.literal('exhaustive')], {
        error: (issue) => quantityProblem(POINTS, POINT_RANGE, issue.input),
      })
      .default('100k')
      .meta({
        description:
          'Most crash points that are judged after the run; beyond that they are sampled, by the ' +
          'seed. A number (k = 1000), or exhaustive. Default 100k.',
      }),
    torn: trueOrFalse()
      .default(false)
      .meta({
        description:
          'Whether a sector that was being written may be old in one part and new in the other. ' +
          'Default false: a sector is written whole or not at all.',
      }),
    corruptCopies: whole(0, 5)
      .default(0)
      .meta({
        description:
          'At each crash point, every choice of so many copies is found corrupt besides. 0 to ' +
          'copies. Default 0.',
      }),
    corruption: oneOf(CORRUPTIONS)
      .default('flipped')
      .meta({
        description:
          'What a corrupt copy holds. flipped: a bit is turned in each of its sectors; stale: all ' +
          'of it is as when the target was new, whole but old. Default flipped.',
      }),
    log: quantity(SIZE, { min: 65_536, max: 1_073_741_824 })
      .default('16MiB')
      .meta({
        description:
          'Room for the log of writes that power cuts are tried on; what comes after it is full ' +
          'is not covered, and the report says so. 64KiB to 1GiB. Default 16MiB.',
      }),
  })
    .prefault({})
    .meta({ description: 'Power cuts that are tried on the log of writes after the run.' }),
});

const condition = text('a text such as "read.p99 < 1ms"');

function searchEnd() {
  return z.union([z.string(), z.number()], {
    error: (issue) => `must be a number such as 4, 64k or 10k/s, not ${shown(issue.input)}`,
  });
}

export const scenarioSchema = map({
  version: z
    .literal(1, { error: (issue) => `must be 1, not ${shown(issue.input)}` })
    .meta({ description: 'Version of this format: 1. Required.' }),
  extends: text('the path of a scenario file')
    .optional()
    .meta({
      description:
        'Path of a scenario, from the folder of this file, that this one is merged over: ' +
        'maps key by key, lists and values replaced.',
    }),
  matrix: matrix.optional(),
  name: title.meta({
    description:
      `What the scenario is called in reports. 1 to ${NAME_LENGTH_MAX} characters, no ` +
      'control characters. Required.',
  }),
  description: prose.default('').meta({
    description: 'The question that the scenario asks, for reports. Default empty.',
  }),
  seed: whole(0, Number.MAX_SAFE_INTEGER)
    .default(1)
    .meta({
      description:
        'Root of all random streams: the same seed gives every thread the same operations. ' +
        '0 to 2^53 − 1. Default 1.',
    }),
  device: device.prefault({}).meta({ description: 'The simulated device.' }),
  allocator: allocator.prefault({}).meta({ description: 'How spares are handed out.' }),
  lock: map({
    kind: oneOf(LOCK_KINDS)
      .default('test-and-test-and-set')
      .meta({
        description:
          'Stands in for the kernel spinlock. FIFO locks (ticket, mcs, queued) suffer when ' +
          'threads outnumber cores. Default test-and-test-and-set.',
      }),
  })
    .prefault({})
    .meta({ description: 'The lock around the allocation state and the remap table.' }),
  remap: map({
    match: oneOf(MATCHES)
      .default('every-sector')
      .meta({
        description:
          'Which sectors of an I/O are looked up. first-sector: only the first, as ' +
          'published. Default every-sector.',
      }),
    lookup: oneOf(LOOKUPS).default('hash').meta({
      description: 'Search in the remap table. linear: as published. Default hash.',
    }),
    inFlight: oneOf(IN_FLIGHT)
      .default('drain')
      .meta({
        description:
          'drain: a remap waits for I/O in flight to its sector before it copies; ignore: ' +
          'as published. Default drain.',
      }),
  })
    .prefault({})
    .meta({ description: 'How I/O finds remapped sectors.' }),
  target: map({
    protocol: oneOf(PROTOCOLS)
      .default('guarded')
      .meta({
        description:
          'as-published: one array of slots holds remaps and health tracking, and messages do ' +
          'as those of dm-remap v4.0 (needs remap.lookup linear); guarded: corrected. Default ' +
          'guarded.',
      }),
  })
    .prefault({})
    .meta({ description: 'What stands around the allocator: remap table, health, messages.' }),
  metadata: metadata.prefault({}).meta({
    description: 'The remap table on the medium, and what is left of it when power fails.',
  }),
  precondition: map({
    fill: part('the share of the device that is written')
      .default(0)
      .meta({
        description:
          'How much of the main device is written before the load, from its begin, such as 100%. ' +
          'Needs medium memory. Default 0.',
      }),
    remaps: quantity(SECTORS, { min: 0, max: SECTOR_COUNT_MAX })
      .default(0)
      .meta({
        description:
          'Sectors that are remapped before the load, as evenly over the device as it goes; k = Ki ' +
          '= 1024. Default 0.',
      }),
    sparesUsed: part('the share of the spares that is used up')
      .default(0)
      .meta({
        description:
          'In place of remaps: as many as use up this share of the spares that can be allocated, ' +
          'such as 90%. Default 0.',
      }),
  })
    .prefault({})
    .meta({
      description:
        'What is done to the device before the load begins. It is not measured; the checks know ' +
        'of it.',
    }),
  load: load.prefault({}).meta({
    description:
      'What the threads do. At least one of duration, operations, until or trace. Where there are ' +
      'jobs, what each of them does unless it says otherwise.',
  }),
  jobs: jobs.optional().meta({
    description:
      'Several loads that share the device, by name: each has threads of its own, and figures of ' +
      'its own in the result. A job takes the keys of load, but for warmup; those that it does not ' +
      'give are those of load. Default one job, which is load.',
  }),
  autoRemap: autoRemap.optional().meta({
    description: 'Sectors that fail too often are moved to spares. Default: they are not.',
  }),
  faults: faults.prefault({}).meta({ description: 'Faults planted in the run. Default none.' }),
  events: z
    .array(deviceEvent, { error: (issue) => `must be a list, not ${shown(issue.input)}` })
    .max(FAULT_COUNT_MAX, { error: () => `must hold at most ${FAULT_COUNT_MAX} entries` })
    .default([])
    .meta({ description: 'What happens to the device while the load runs. Default nothing.' }),
  explore: map({
    program: text('the operations of two to four threads such as "aa|af"')
      .regex(PROGRAM, {
        error: ({ input }) =>
          'must be the operations of two to four threads such as "aa|af", letters a, f, c, y, ' +
          `p, v, and r, w, m, u, s with or without a digit, or i alone, not ${shown(input)}`,
      })
      .optional()
      .meta({
        description:
          'What each thread does, with | between threads: a allocate, f free, r read, w ' +
          'write, m remap, u undo a remap, s send the message that remaps, c send clear, y ' +
          'flush, p send sync, v autosave; a digit after r, w, m, u, s names the LBA. A part ' +
          'of i alone is a completion that interrupts the thread before it, wherever that is. ' +
          'Without it, a ladder of small programs is explored.',
      }),
    finds: oneOf(FAULT_KINDS)
      .optional()
      .meta({
        description:
          'The kind of fault that exploring must find, and the only one it looks for. Without ' +
          'it, expect decides.',
      }),
    by: oneOf(FAULT_CAUSES)
      .optional()
      .meta({
        description:
          'What that fault must come of: which accesses of two threads were in whose midst. ' +
          'Executions in which it comes of something else are passed over. Needs finds.',
      }),
  })
    .prefault({})
    .meta({ description: 'For the command explore; a run takes no notice of it.' }),
  overhead: overhead.prefault({}).meta({
    description: 'For the command overhead; a run takes no notice of it.',
  }),
  integrity: oneOf(INTEGRITIES)
    .default('strict')
    .meta({
      description:
        'Verification of data. strict: every read; sampled: some; off: none. Shown in ' +
        'every summary. Default strict.',
    }),
  thresholds: z
    .array(
      text('a text such as "allocation.p99 < 100us"').meta({
        description:
          'metric comparison limit, e.g. allocation.p99.9 < 100us or cache.hitRate > 80%.',
      }),
      {
        error: (issue) =>
          `must be a list such as [allocation.p99 < 100us], not ${shown(issue.input)}`,
      },
    )
    .max(THRESHOLD_COUNT_MAX, { error: () => `must be at most ${THRESHOLD_COUNT_MAX} lines` })
    .default([])
    .meta({
      description:
        'What must hold of the result; one that fails ends in exit code 1. Default none.',
    }),
  expect: oneOf(EXPECTATIONS)
    .default('pass')
    .meta({
      description:
        'pass: nothing may be found; collision: one must be found, for scenarios that show a ' +
        'fault; leak: spares must get lost, by the checks for conservation and false exhaustion; ' +
        'metadata-loss: a restart must lose something; violation: some check must be broken, ' +
        'whichever. Default pass.',
    }),
  watchdog: time({ min: 1e8, max: HOUR_NS })
    .default('10s')
    .meta({
      description:
        'A run in which no thread completes an operation for so long is broken; a time ' +
        'with its unit, 100ms to 1h. Default 10s.',
    }),
  interval: time({ min: 1e7, max: HOUR_NS }).default('1s').meta({
    description: 'Grid of the interval series; a time with its unit, 10ms to 1h. Default 1s.',
  }),
  steady: map({
    metric: oneOf(STEADY_METRICS)
      .default('throughput')
      .meta({
        description:
          'What must stand still, of all operations together: throughput, response.p99 or ' +
          'service.p99 of each interval. Default throughput.',
      }),
    window: time({ min: 1e7, max: DAY_NS })
      .default('5s')
      .meta({
        description:
          'The last so much time is judged; a time with its unit, 3 to 100 times interval and a ' +
          'multiple of it. Default 5s.',
      }),
    slope: share('a share of the mean such as 10%')
      .default('10%')
      .meta({
        description:
          'Most that a line through the window, fitted by least squares, may rise or fall from ' +
          'its one end to the other, as a share of the mean. Above 0, at most 100%. Default 10%.',
      }),
    deviation: share('a share of the mean such as 10%')
      .default('10%')
      .meta({
        description:
          'Farthest that an interval of the window may lie from the mean, as a share of it. ' +
          'Above 0, at most 100%. Default 10%.',
      }),
  })
    .prefault({})
    .meta({ description: 'For load.until: steady. When the load counts as steady.' }),
  search: map({
    maximize: text('a key such as load.rate')
      .regex(/^[a-zA-Z][\w-]*(\.[\w-]+)*$/, {
        error: ({ input }) => `must be keys joined by dots, as in load.rate, not ${shown(input)}`,
      })
      .meta({
        description: 'The key whose highest value is looked for, as --set names it. Required.',
      }),
    while: z
      .union([condition, z.array(condition).min(1).max(THRESHOLD_COUNT_MAX)], {
        error: (issue) =>
          `must be a condition such as "read.p99 < 1ms" or a list of them, not ${shown(issue.input)}`,
      })
      .meta({
        description:
          'What must hold at a value, written like thresholds: one or a list. The thresholds of ' +
          'the scenario must hold as well. Required.',
      }),
    from: searchEnd().meta({
      description: 'Lowest value; a number with the unit that the key takes. Required.',
    }),
    to: searchEnd().meta({
      description: 'Highest value, in the unit of from. Required.',
    }),
    tolerance: share('a share such as 5%')
      .default('5%')
      .meta({
        description:
          'The search ends when the lowest value that failed is above the highest that held by no ' +
          'more than this share of it. Above 0, at most 100%. Default 5%.',
      }),
    scale: oneOf(SEARCH_SCALES).default('geometric').meta({
      description:
        'geometric: the middle of 1 and 100 is 10; arithmetic: it is 50. Default geometric.',
    }),
  })
    .superRefine(({ from, to, scale }, context) => {
      const { problem, range } = readSearchRange(from, to);
      const reject = (key: string, message: string) =>
        context.addIssue({ code: 'custom', message, path: [key] });
      if (problem !== null) reject(problem.key, problem.message);
      else if (range.from === 0 && (scale === 'geometric' || !range.isWhole)) {
        reject('from', 'must be above 0, unless scale is arithmetic and the values whole');
      }
    })
    .optional()
    .meta({
      description:
        'For the command run: run the scenario again and again, to find the highest value of a ' +
        'key at which conditions hold. Default: one run.',
    }),
  jitter: oneOf(JITTER_MODES)
    .default('auto')
    .meta({
      description:
        'auto: while the load runs, watch for pauses that the machine imposes: an idle loop on a ' +
        'core that nobody needs, or without such a core how late the coordinator wakes; off: ' +
        'do not. Default auto.',
    }),
}).meta({
  title: 'sparestorm scenario',
  description:
    'One load scenario. Sizes and sector counts: k = 1024 (4k, 128Ki, 64MiB). Counts of ' +
    'operations: k = 1000. Times always carry a unit (250us, 10s, 1m30s). ' +
    `Any value may hold \${env:NAME} or \${env:NAME:-default}.`,
});

/** A scenario as the schema leaves it: every unconditional default filled in. */
export type ValidScenario = z.output<typeof scenarioSchema>;

/** Draft-7, which is what editors' YAML support reads. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return withReferences(z.toJSONSchema(scenarioSchema, { target: 'draft-7', io: 'input' }));
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** `${env:…}` is text to an editor, whatever type it becomes: each scalar allows it as well. */
const REFERENCE = '\\$\\{env:';

function withReferences(schema: JsonSchema): JsonSchema {
  if (schema.properties !== undefined) {
    const properties = Object.entries(schema.properties).map(
      ([key, property]) => [key, withReferences(property as JsonSchema)] as const,
    );
    return { ...schema, properties: Object.fromEntries(properties) };
  }
  if (typeof schema.additionalProperties === 'object') {
    const { additionalProperties } = schema;
    return { ...schema, additionalProperties: withReferences(additionalProperties) };
  }
  if (schema.type === 'object') return schema;
  if (schema.items !== undefined) {
    return { ...schema, items: withReferences(schema.items as JsonSchema) };
  }
  if (schema.pattern !== undefined) {
    return { ...schema, pattern: `${schema.pattern}|${REFERENCE}` };
  }
  if (schema.anyOf !== undefined) {
    return { ...schema, anyOf: schema.anyOf.map((one) => withReferences(one as JsonSchema)) };
  }
  if (schema.type === 'string' && schema.enum === undefined) return schema;
  const { description, default: otherwise, ...own } = schema;
  const outer: JsonSchema = { anyOf: [own, { type: 'string', pattern: REFERENCE }] };
  if (description !== undefined) outer.description = description;
  if (otherwise !== undefined) outer.default = otherwise;
  return outer;
}
