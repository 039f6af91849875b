import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { AT_ONCE, NO_MIX, NO_PRECONDITION, UNIFORM_ADDRESSES } from '../../../src/scenario/plan.ts';
import { MINIMAL, messagesOf, planOf, problemsOf, underlined } from './support.ts';

const EVERY_KEY = `
# yaml-language-server: $schema=../schema/scenario.schema.json
version: 1
name: v4-direct-callers
description: Does the v4.0 cache give one spare to two sectors when callers hold no outer lock?
seed: 42
device:
  sectors: 128Ki
  spare: { sectors: 16384, start: 8, limit: 1000, placement: v4-fixed }
allocator:
  kind: cached
  protocol: as-published
  outerLock: true
  cache: { slots: 32, batch: 16, searchLimit: 100 }
lock: { kind: ticket }
remap: { match: first-sector, lookup: linear, inFlight: ignore }
target: { protocol: as-published }
load:
  threads: 4
  model: closed
  thinkTime: 10us
  warmup: 500ms
  duration: 1m30s
  operations: 1M
  until: exhausted
  mix: { read: 60, write: 30, remap: 10 }
  blockSize: [{ size: 4k, weight: 3 }, { size: 512 }]
  addresses: { distribution: zipf, theta: 1.5, slices: disjoint }
autoRemap:
  workers: 2
  errorThreshold: 5
  queue: 16
  retries: { attempts: 4, backoff: 5ms }
faults:
  thread: { index: 3, afterOperations: 2k, does: hold-lock }
  badSectors:
    - { name: scratch, enabled: false, sectors: [700, "704-719"], fails: reads, lasts: once }
    - { share: 0.5%, on: spare, at: 1s, growth: { every: 10ms, sectors: 2 } }
    - { clusters: { count: 2, sectors: 8 }, lasts: until-rewritten, failedWrites: 3 }
  corruption:
    - { name: rot, enabled: false, kind: bit-flip, rate: 0.001 }
    - { kind: torn-write, nth: 100, thread: 1 }
events:
  - { at: 3s, crash: true }
  - { at: 2s, stall: { for: 500ms, every: 1s } }
  - { at: 1s, addBad: { sectors: [5], fails: writes } }
  - { at: 1s, removeBad: { sectors: [5], on: spare } }
  - { at: 1s, enable: scratch }
  - { at: 2s, disable: rot }
explore: { program: aa|w3m3, finds: double grant, by: lost take }
overhead:
  paths: [process]
  operations: [ping, remap]
  repetitions: 1k
  margin: 1ms
  fill: 1Ki
  reference: cat  /proc/version
  delay: 200us
  expect: unresolved
  beside: /a/x.csv
integrity: sampled
thresholds:
  - allocation.p99.9   <   100us
  - cache.hitRate > 80%
expect: collision
watchdog: 5s
interval: 100ms
jitter: off
`;

const NOTHING_CHOSEN = {
  surface: 'main',
  listed: [],
  share: 0,
  clusters: { count: 0, sectorCount: 0 },
};

const DEFAULT_METADATA = {
  format: 'none',
  copyCount: 5,
  order: 'primary-first',
  flush: 'each-copy',
  checksum: 'as-published',
  remapsPerSync: null,
  crash: {
    pointCount: 100_000,
    tornSectors: false,
    corruptCopyCount: 0,
    corruption: 'flipped',
    logSectorCount: 0,
  },
};

describe('a minimal scenario', () => {
  it('has every default filled in', () => {
    expect(planOf(MINIMAL)).toEqual({
      name: 'minimal',
      description: '',
      seed: 1,
      device: {
        sectorCount: 131_072,
        medium: 'memory',
        spare: { sectorCount: 16_384, start: 0, limit: null, placement: 'v4-dynamic' },
        ...AT_ONCE,
      },
      allocator: {
        kind: 'cached',
        protocol: 'guarded',
        outerLock: false,
        cache: { slotCount: 64, batchCount: 32, searchLimit: 1000 },
      },
      lock: { kind: 'test-and-test-and-set' },
      remap: { match: 'every-sector', lookup: 'hash', inFlight: 'drain' },
      target: { protocol: 'guarded' },
      metadata: DEFAULT_METADATA,
      precondition: NO_PRECONDITION,
      load: { threadCount: 2, warmupNs: 0 },
      jobs: [
        {
          name: 'load',
          firstThread: 0,
          startsAfter: null,
          writesPerFlush: 0,
          threadCount: 2,
          arrivals: null,
          ioDepth: 1,
          threadSegments: [],
          thinkTimeNs: 0,
          timing: 'each',
          durationNs: 5e9,
          operationCount: null,
          untilExhausted: false,
          mix: { ...NO_MIX, read: 60, write: 30, remap: 10 },
          blockSizes: [{ sectorCount: 8, weight: 1 }],
          addresses: UNIFORM_ADDRESSES,
          trace: null,
          messages: null,
        },
      ],
      autoRemap: null,
      faults: { thread: null, badSectors: [], corruption: [] },
      events: [],
      explore: { threads: null, finds: null, by: null },
      overhead: {
        paths: ['direct', 'message', 'process'],
        commands: ['ping', 'info', 'debug', 'stats', 'remap', 'status', 'verify'],
        repetitions: 100,
        marginNs: 100_000,
        fillCount: 0,
        reference: ['true'],
        delayNs: 0,
        expect: 'any',
        beside: null,
      },
      integrity: 'strict',
      thresholds: [],
      expect: 'pass',
      watchdogNs: 1e10,
      intervalNs: 1e9,
      search: null,
      steady: null,
      jitter: 'auto',
      recordedCount: 0,
    });
  });

  it.each(['duration: 1s', 'operations: 1k', 'until: exhausted'])(
    'may end by %s alone',
    (limit) => {
      expect(planOf(`version: 1\nname: x\nload: { ${limit} }`).name).toBe('x');
    },
  );
});

describe('a scenario with every key', () => {
  it('becomes a plan with every value in its one unit', () => {
    expect(planOf(EVERY_KEY)).toEqual({
      name: 'v4-direct-callers',
      description:
        'Does the v4.0 cache give one spare to two sectors when callers hold no outer lock?',
      seed: 42,
      device: {
        sectorCount: 131_072,
        medium: 'memory',
        spare: { sectorCount: 16_384, start: 8, limit: 1000, placement: 'v4-fixed' },
        ...AT_ONCE,
      },
      allocator: {
        kind: 'cached',
        protocol: 'as-published',
        outerLock: true,
        cache: { slotCount: 32, batchCount: 16, searchLimit: 100 },
      },
      lock: { kind: 'ticket' },
      remap: { match: 'first-sector', lookup: 'linear', inFlight: 'ignore' },
      target: { protocol: 'as-published' },
      metadata: DEFAULT_METADATA,
      precondition: NO_PRECONDITION,
      load: { threadCount: 4, warmupNs: 5e8 },
      jobs: [
        {
          name: 'load',
          firstThread: 0,
          startsAfter: null,
          writesPerFlush: 0,
          threadCount: 4,
          arrivals: null,
          ioDepth: 1,
          threadSegments: [],
          thinkTimeNs: 10_000,
          timing: 'each',
          durationNs: 9e10,
          operationCount: 1_000_000,
          untilExhausted: true,
          mix: { ...NO_MIX, read: 60, write: 30, remap: 10 },
          blockSizes: [
            { sectorCount: 8, weight: 3 },
            { sectorCount: 1, weight: 1 },
          ],
          addresses: {
            ...UNIFORM_ADDRESSES,
            distribution: 'zipf',
            theta: 1.5,
            slices: 'disjoint',
          },
          trace: null,
          messages: null,
        },
      ],
      autoRemap: {
        workerCount: 2,
        errorThreshold: 5,
        queueCount: 16,
        attemptCount: 4,
        backoffNs: 5e6,
      },
      faults: {
        thread: { thread: 3, afterOperations: 2000, does: 'hold-lock' },
        badSectors: [
          {
            name: 'scratch',
            enabled: false,
            choice: {
              ...NOTHING_CHOSEN,
              listed: [
                { first: 700, sectorCount: 1 },
                { first: 704, sectorCount: 16 },
              ],
            },
            failure: { fails: 'reads', lasts: 'once', failedWrites: 0 },
            atNs: 0,
            growth: null,
          },
          {
            name: '',
            enabled: true,
            choice: { ...NOTHING_CHOSEN, surface: 'spare', share: 0.005 },
            failure: { fails: 'both', lasts: 'for-ever', failedWrites: 0 },
            atNs: 1e9,
            growth: { everyNs: 1e7, sectorCount: 2 },
          },
          {
            name: '',
            enabled: true,
            choice: { ...NOTHING_CHOSEN, clusters: { count: 2, sectorCount: 8 } },
            failure: { fails: 'both', lasts: 'until-rewritten', failedWrites: 3 },
            atNs: 0,
            growth: null,
          },
        ],
        corruption: [
          { name: 'rot', enabled: false, kind: 'bit-flip', rate: 0.001, nth: 0, thread: 0 },
          { name: '', enabled: true, kind: 'torn-write', rate: null, nth: 100, thread: 1 },
        ],
      },
      // In the order of their times, and of one time in the order in which they were written.
      events: [
        {
          atNs: 1e9,
          action: {
            kind: 'addBad',
            choice: { ...NOTHING_CHOSEN, listed: [{ first: 5, sectorCount: 1 }] },
            failure: { fails: 'writes', lasts: 'for-ever', failedWrites: 0 },
          },
        },
        {
          atNs: 1e9,
          action: {
            kind: 'removeBad',
            choice: {
              ...NOTHING_CHOSEN,
              surface: 'spare',
              listed: [{ first: 5, sectorCount: 1 }],
            },
          },
        },
        { atNs: 1e9, action: { kind: 'enable', name: 'scratch' } },
        { atNs: 2e9, action: { kind: 'stall', forNs: 5e8, everyNs: 1e9 } },
        { atNs: 2e9, action: { kind: 'disable', name: 'rot' } },
        { atNs: 3e9, action: { kind: 'crash' } },
      ],
      explore: { threads: ['aa', 'w3m3'], finds: 'double grant', by: 'lost take' },
      overhead: {
        paths: ['process'],
        commands: ['ping', 'remap'],
        repetitions: 1000,
        marginNs: 1_000_000,
        fillCount: 1024,
        reference: ['cat', '/proc/version'],
        delayNs: 200_000,
        expect: 'unresolved',
        beside: '/a/x.csv',
      },
      integrity: 'sampled',
      thresholds: [
        {
          expression: 'allocation.p99.9 < 100us',
          metric: 'allocation.p99.9',
          comparison: '<',
          limit: 100_000,
        },
        { expression: 'cache.hitRate > 80%', metric: 'cache.hitRate', comparison: '>', limit: 0.8 },
      ],
      expect: 'collision',
      watchdogNs: 5e9,
      intervalNs: 1e8,
      search: null,
      steady: null,
      jitter: 'off',
      recordedCount: 0,
    });
  });

  it('is frozen all the way down', () => {
    const plan = planOf(EVERY_KEY);
    expect(Object.isFrozen(plan)).toBe(true);
    expect(Object.isFrozen(plan.jobs[0]?.blockSizes[0])).toBe(true);
    expect(Object.isFrozen(plan.thresholds[0])).toBe(true);
  });
});

describe('a trace', () => {
  const text = 'version: 1\nname: x\nload:\n  trace: { file: ../t/x.iolog, speed: max }\n';

  it('needs no limit, and leaves mix and block sizes empty', () => {
    const [job] = planOf(text, { file: '/a/scenarios/x.yaml' }).jobs;
    expect(job?.mix).toEqual(NO_MIX);
    expect(job?.blockSizes).toEqual([]);
    expect(job?.trace).toEqual({
      file: '/a/t/x.iolog',
      format: 'auto',
      columns: null,
      device: null,
      fold: 'compact',
      speed: null,
      assign: 'by-hash',
      recordCounts: [],
      operations: [],
      sectorCountMax: 0,
      writeAlignment: 1,
    });
  });

  it('is found from the folder of the file that names it', () => {
    const base = 'load: { trace: { file: x.iolog } }';
    const derived = 'version: 1\nname: x\nextends: ../base/b.yaml\n';
    const [job] = planOf(derived, {
      file: '/a/derived/x.yaml',
      readFile: () => base,
    }).jobs;
    expect(job?.trace?.file).toBe('/a/base/x.iolog');
  });

  it('set on the command line is found from the working directory', () => {
    const [job] = planOf(text, {
      file: '/a/scenarios/x.yaml',
      sets: ['load.trace.file=t.iolog'],
    }).jobs;
    expect(job?.trace?.file).toBe(`${process.cwd()}/t.iolog`);
  });
});

describe('the resolved scenario', () => {
  it.each([
    ['minimal', MINIMAL],
    ['with every key', EVERY_KEY],
    ['with a trace', 'version: 1\nname: x\nload: { trace: { file: /t/x.iolog } }'],
    [
      'with zipf and no exponent',
      `${MINIMAL}seed: 3\n`.replace('5s', '5s, addresses: { distribution: zipf }'),
    ],
    [
      'with text that looks like other things',
      'version: 1\nname: "true"\ndescription: "# 1: [2"\nload: { duration: 5s }',
    ],
  ])('%s, written as YAML, parses to the same plan', (_what, text) => {
    const { plan, scenario } = parseScenario(text, { file: 'a/b.yaml' });
    const again = parseScenario(stringify(scenario), { file: 'elsewhere/c.yaml' });
    expect(again.plan).toEqual(plan);
    expect(again.scenario).toEqual(scenario);
  });

  it('keeps values as they were written, and fills in the rest', () => {
    const { scenario } = parseScenario(EVERY_KEY, { file: 'a.yaml' });
    expect(scenario).toMatchObject({
      ...parse(EVERY_KEY),
      load: { blockSize: [{}, { weight: 1 }] },
    });
  });

  it('holds no variables: text that looks like one parses to itself', () => {
    const name = `a \${env:HOME} b $\${env:X} c \${env:`;
    const text = `version: 1\nname: "\${env:NAME}"\nload: { duration: 5s }\n`;
    const { plan, scenario } = parseScenario(text, { file: 'a.yaml', env: { NAME: name } });
    expect(plan.name).toBe(name);
    expect(planOf(stringify(scenario)).name).toBe(name);
  });

  it('names the file it came from', () => {
    expect(parseScenario(MINIMAL, { file: 'a/b.yaml' }).sourceFile).toBe('a/b.yaml');
  });
});

describe('problems', () => {
  it('come all at once, in the order of the lines', () => {
    const text = `version: 2
name: x
lod: {}
device: { sectors: 64MB }
allocator: { kind: bitmap, protocol: as-published }
load:
  threads: 300
  duration: 5s
  mix: { unremap: 1 }
thresholds:
  - collisons == 0
`;
    expect(messagesOf(text)).toEqual([
      '1:10 version must be 1, not 2',
      '3:1 unknown key "lod"',
      '4:20 device.sectors must be a number of sectors such as 16384 or 128Ki (k = Ki = 1024), ' +
        'not "64MB": MB counts bytes, and this counts sectors of 512 bytes',
      '5:38 allocator.protocol as-published exists for the kinds cached and linear, not for bitmap',
      '7:12 load.threads must be a whole number from 1 to 256, not 300',
      '9:19 load.mix.unremap needs allocator.protocol guarded, not as-published',
      '9:19 load.mix.unremap needs load.mix.remap above 0',
      '11:5 threshold uses unknown metric "collisons"',
    ]);
  });

  it('underline the value they are about', () => {
    const [problem] = problemsOf(`${MINIMAL}integrity: strikt # really\n`);
    expect(problem?.excerpt?.text).toBe('integrity: strikt # really');
    expect(underlined(problem)).toBe('strikt');
    expect(problem?.hint).toBe('did you mean "strict"?');
  });

  it('of a missing key point at its parent', () => {
    const text = `${MINIMAL}faults:\n  thread: { index: 1 }\n`;
    const [problem] = problemsOf(text);
    expect(messagesOf(text)).toEqual(['5:3 faults.thread.does is missing']);
    expect(underlined(problem)).toBe('thread');
    expect(problem?.hint).toBe('one of throw, exit, hold-lock');
  });

  it('of a missing top-level key point at the beginning', () => {
    expect(messagesOf('# c\nload: { duration: 5s }')).toEqual([
      '2:1 version is missing',
      '2:1 name is missing',
    ]);
  });

  it('do not include a key as missing that is there with a typing error', () => {
    expect(messagesOf('version: 1\nnmae: x\nload: { duratoin: 5s }')).toEqual([
      '2:1 unknown key "nmae"',
      '3:9 unknown key "duratoin" in load',
    ]);
  });

  it.each([
    ['duraton', 'load.', 'did you mean "duration"?'],
    ['warmUp', 'load.', 'did you mean "warmup"?'],
    ['p99', '', 'it belongs elsewhere: device.serviceTime.p99'],
    ['slots', 'allocator.', 'it belongs elsewhere: allocator.cache.slots'],
    ['<<', '', 'merge keys are not part of the format; extends merges whole files'],
    ['xyzzy', 'remap.', 'known: match, lookup, inFlight'],
    ['__proto__', 'remap.', 'known: match, lookup, inFlight'],
  ])('of the unknown key %s in %j come with a hint', (key, parent, hint) => {
    const [problem] = problemsOf(MINIMAL, { sets: [`${parent}${key}=1`] });
    expect(problem?.message).toContain(`unknown key "${key}"`);
    expect(problem?.hint).toBe(hint);
  });

  it('of a quoted number say that quotes make it text', () => {
    const [problem] = problemsOf(`${MINIMAL}seed: "5"\n`);
    expect(problem?.hint).toBe('remove the quotes: a quoted value is text');
  });

  it('are cut to a hundred, with a count of the rest', () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `key${index}: 1`).join('\n');
    const problems = problemsOf(`${MINIMAL}${keys}\n`);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)?.message).toBe('and 4900 more problems from here on, not listed');
  });

  it('never rest on a default that stands in for a value that is wrong', () => {
    const text = `${MINIMAL}allocator: { cache: { slots: x, batch: 100 } }\n`;
    expect(messagesOf(text)).toEqual([
      '4:30 allocator.cache.slots must be a whole number from 1 to 65536, not "x"',
    ]);
  });
});

describe('the memory of the machine', () => {
  const memoryLimit = {
    totalMemoryBytes: 8 * 1024 ** 3,
    freeMemoryBytes: 2 * 1024 ** 3,
    allowedMemoryBytes: null,
  };
  const text = 'version: 1\nname: x\ndevice: { sectors: 4M }\nload: { duration: 5s }\n';

  it('must hold the plan', () => {
    const memoryNeeded = () => 3 * 1024 ** 3;
    expect(messagesOf(text, { memoryLimit, memoryNeeded })).toEqual([
      '3:20 this scenario needs 3.00GiB of memory; 2.00GiB of 8.00GiB are free here',
    ]);
  });

  it('may be more than the user allows', () => {
    const allowing = (bytes: number) => ({ ...memoryLimit, allowedMemoryBytes: bytes });
    const memoryNeeded = () => 1024 ** 3;
    const tight = { memoryLimit: allowing(1024 ** 3 - 1), memoryNeeded };
    expect(messagesOf(text, tight)).toEqual([
      '3:20 this scenario needs 1.00GiB of memory; --max-memory allows 1.00GiB',
    ]);
    expect(planOf(text, { memoryLimit: allowing(1024 ** 3), memoryNeeded }).name).toBe('x');
  });

  it('may be just enough', () => {
    const memoryNeeded = () => 2 * 1024 ** 3;
    expect(planOf(text, { memoryLimit, memoryNeeded }).name).toBe('x');
  });

  it('is asked for a plan that has no other problem', () => {
    const memoryNeeded = () => {
      throw new Error('asked');
    };
    expect(messagesOf(`${text}seed: x\n`, { memoryLimit, memoryNeeded })).toHaveLength(1);
  });
});
