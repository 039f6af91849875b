import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioJsonSchema } from '../../../src/scenario/schema.ts';
import { MINIMAL, messagesOf, planOf, withSetting } from './support.ts';

/** Values on both sides of every border of every key. */
const BORDERS: readonly { key: string; good: readonly string[]; bad: readonly string[] }[] = [
  { key: 'version', good: ['1'], bad: ['2', '"1"', 'x', '[]'] },
  {
    key: 'name',
    good: ['x', '<b>&"\'</b>', '名前', JSON.stringify('x'.repeat(200)), JSON.stringify('👩‍👩‍👧')],
    bad: ['""', '"  "', '5', '{}', '"a\\nb"', '"a\\0b"', '"\\e[31m"', '"\\u202e"', 'x'.repeat(201)],
  },
  { key: 'description', good: ['""', '"two\\nlines"'], bad: ['1', '"\\a"', 'x'.repeat(10_001)] },
  {
    key: 'seed',
    good: ['0', '9007199254740991'],
    bad: ['-1', '9007199254740992', '1.5', '.inf', '.nan', '1k', 'random'],
  },
  {
    key: 'device.sectors',
    good: ['8388607', '128Ki', '1M', '4k'],
    bad: ['0', '8388608', '8M', '-1', '1.5', '64MiB', '512B', 'true'],
  },
  { key: 'device.spare.sectors', good: ['1', '8388607'], bad: ['0', '8388608', 'none'] },
  { key: 'device.spare.start', good: ['0', '1G'], bad: ['-1', '0.5', 'none'] },
  { key: 'device.spare.limit', good: ['none', '1', '1k'], bad: ['0', 'all', '-1', 'false'] },
  {
    key: 'device.spare.placement',
    good: ['v4-dynamic', 'v4-fixed', 'none'],
    bad: ['v5', '1', '[none]'],
  },
  {
    key: 'allocator.kind',
    good: ['cached', 'linear', 'bitmap', 'per-worker'],
    bad: ['Cached', 'buddy'],
  },
  { key: 'allocator.protocol', good: ['guarded', 'as-published'], bad: ['as-shipped'] },
  { key: 'allocator.outerLock', good: ['true', 'false'], bad: ['yes', '1', '"true"'] },
  { key: 'allocator.cache.slots', good: ['32', '65536'], bad: ['0', '65537', '64Ki', '1.5'] },
  { key: 'allocator.cache.batch', good: ['1', '64'], bad: ['0', '-1'] },
  { key: 'allocator.cache.searchLimit', good: ['1', '8388607'], bad: ['0', 'none'] },
  {
    key: 'lock.kind',
    good: ['none', 'test-and-set', 'test-and-test-and-set', 'ticket', 'mcs', 'queued', 'mutex'],
    bad: ['spin'],
  },
  { key: 'remap.match', good: ['every-sector', 'first-sector'], bad: ['all'] },
  { key: 'remap.lookup', good: ['hash', 'linear'], bad: ['tree'] },
  { key: 'remap.inFlight', good: ['drain', 'ignore'], bad: ['wait'] },
  {
    key: 'overhead.paths',
    good: ['[direct]', '[process, message, direct]'],
    bad: ['[]', 'direct', '[ioctl]', '[direct, direct]'],
  },
  {
    key: 'overhead.operations',
    good: ['[ping]', '[ping, info, debug, stats, remap, status, verify, clear]'],
    bad: ['[]', '[ping, save]', '[ping, ping]', '{}'],
  },
  { key: 'overhead.repetitions', good: ['30', '100k'], bad: ['29', '100001', '30.5', '1Ki'] },
  { key: 'overhead.margin', good: ['1ns', '100us', '1h'], bad: ['0s', '100', '2h'] },
  { key: 'overhead.fill', good: ['0', '1Ki', '8388607'], bad: ['-1', '8388608', '1.5'] },
  { key: 'overhead.reference', good: ['none', 'cat /proc/version', '"true"'], bad: ['""', 'true'] },
  { key: 'overhead.delay', good: ['0s', '200us', '1s'], bad: ['200', '2s'] },
  {
    key: 'overhead.expect',
    good: ['any', 'equivalent', 'different', 'unresolved'],
    bad: ['pass', 'true'],
  },
  { key: 'overhead.beside', good: ['samples.csv'], bad: ['""', '5'] },
  { key: 'precondition.fill', good: ['0', '1', '50%', '0.25'], bad: ['-1', '101%', 'all', '{}'] },
  { key: 'precondition.remaps', good: ['0', '1k', '16384'], bad: ['-1', '1.5', '50%'] },
  { key: 'precondition.sparesUsed', good: ['0', '90%', '1'], bad: ['1.1', '-5%', 'most'] },
  { key: 'load.threads', good: ['1', '256'], bad: ['0', '257', '2.5', '"2"', '-1', ''] },
  { key: 'load.model', good: ['closed'], bad: ['loop'] },
  { key: 'load.iodepth', good: ['1'], bad: ['0', '1025', '1.5'] },
  { key: 'device.channels', good: ['1'], bad: ['0', '4097'] },
  { key: 'load.thinkTime', good: ['0s', '9s'], bad: ['0', '10', '-1s', '1.5'] },
  { key: 'load.timing', good: ['each', 'chained'], bad: ['one', 'true'] },
  { key: 'load.warmup', good: ['0ms', '24h'], bad: ['25h', '100'] },
  { key: 'load.duration', good: ['1ns', '24h', '1m30s'], bad: ['0s', '24h1ns', '5', '0.5ns'] },
  { key: 'load.operations', good: ['1', '1k', '1000G', '1e6'], bad: ['0', '1Mi', '1.5', '1001G'] },
  { key: 'load.until', good: ['exhausted'], bad: ['full', 'true'] },
  {
    key: 'load.mix',
    good: ['{ read: 1 }', '{ write: 0.5 }', '{ remap: 1, unremap: 1 }'],
    bad: ['{ read: -1 }', '{ write: .inf }', '{ discard: 1 }', '[1]', '60', '{ read: "1" }'],
  },
  {
    key: 'load.blockSize',
    good: ['512', '4k', '64MiB', '[{ size: 4k, weight: 1 }]', '[{ size: 512B }]'],
    bad: [
      '0',
      '100',
      '513',
      '4kB',
      '-512',
      '[]',
      '[4k]',
      '{ size: 4k }',
      '[{ weight: 1 }]',
      '[{ size: 4k, weight: -1 }]',
      '[{ size: 100 }]',
      '[{ size: 4k, wieght: 1 }]',
    ],
  },
  {
    key: 'load.addresses',
    good: [
      '{ distribution: uniform }',
      '{ distribution: zipf, theta: 10 }',
      '{ slices: disjoint }',
    ],
    bad: ['uniform', '{ distribution: gauss }', '{ slices: none }'],
  },
  {
    key: 'load.addresses.theta',
    good: [],
    bad: ['0', '-1', '10.1', '.nan', '"1"'],
  },
  { key: 'load.addresses.h', good: ['0.2', '0.5', '1e-3'], bad: ['0', '0.51', '20%', '-1'] },
  { key: 'load.addresses.mean', good: ['0', '50%', '1', '100%'], bad: ['-1', '101%', 'half'] },
  { key: 'load.addresses.deviation', good: ['1%', '0.5', '100%'], bad: ['0', '-5%', '1.5'] },
  {
    key: 'load.addresses.zones',
    good: [
      '[{ accesses: 100%, space: 100% }]',
      '[{ accesses: 0.8, space: 20% }, { accesses: 20%, space: 0.8 }]',
    ],
    bad: ['[]', '{}', '[60]', '[{ accesses: 2, space: 1 }]', '[{ accesses: 1, space: 0 }]'],
  },
  {
    key: 'faults.thread',
    good: ['{ does: exit }', '{ index: 1, afterOperations: 1k, does: throw }'],
    bad: [
      '{}',
      '{ does: sleep }',
      '{ does: exit, index: -1 }',
      '{ does: exit, afterOperations: -1 }',
    ],
  },
  { key: 'integrity', good: ['strict', 'sampled', 'off'], bad: ['none', 'false'] },
  {
    key: 'thresholds',
    good: ['[]', '[collisions == 0]'],
    bad: ['collisions == 0', '[1]', '[[]]', '[{ expr: x }]', '[null]'],
  },
  { key: 'expect', good: ['pass', 'collision'], bad: ['fail'] },
  { key: 'watchdog', good: ['100ms', '1h'], bad: ['99ms', '61m', '10'] },
  { key: 'interval', good: ['10ms', '1h'], bad: ['9ms', '2h', '1'] },
];

const CASES = BORDERS.flatMap(({ key, good, bad }) => [
  ...good.map((value) => ({ key, value, isGood: true })),
  ...bad.map((value) => ({ key, value, isGood: false })),
]);

/** Settings that some keys need beside them. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  'device.spare.placement': ['device.spare.sectors=16384'],
  'load.thinkTime': ['watchdog=1h'],
  'load.timing': ['integrity=off', 'load.mix={ read: 1 }'],
  'load.addresses.theta': ['load.addresses.distribution=zipf'],
  'load.addresses.h': ['load.addresses.distribution=pareto'],
  'load.addresses.mean': ['load.addresses.distribution=normal'],
  'load.addresses.deviation': ['load.addresses.distribution=normal'],
  'load.addresses.zones': ['load.addresses.distribution=zoned'],
};

describe('a key', () => {
  it.each(CASES.filter((one) => one.isGood))('$key may be $value', ({ key, value }) => {
    const { text, options } = withSetting(...(COMPANIONS[key] ?? []), `${key}=${value}`);
    expect(planOf(text, options)).toBeDefined();
  });

  it.each(CASES.filter((one) => !one.isGood))('$key cannot be $value', ({ key, value }) => {
    const { text, options } = withSetting(...(COMPANIONS[key] ?? []), `${key}=${value}`);
    const messages = messagesOf(text, options);
    expect(messages[0]).toContain(`--set ${key}=${value}:1:`);
    expect(messages[0]).toContain(key.split('.')[0]);
  });

  it.each([
    ['load.threads=0', 'load.threads must be a whole number from 1 to 256, not 0'],
    ['load.threads=', 'load.threads must be a whole number from 1 to 256, not nothing'],
    ['load=fast', 'load must be a map of threads, model, '],
    ['load.model=loop', 'load.model must be one of closed, open, not "loop"'],
    [
      'load.duration=5',
      'load.duration must be a time with its unit such as 250us, 10s or 1m30s, not 5: ' +
        'a time needs its unit: 5s, 5ms, 5us or 5ns',
    ],
    [
      'load.blockSize=4kB',
      'load.blockSize must be a size such as 4k or 64MiB (k = 1024 bytes), not "4kB": ' +
        'kB is ambiguous: write 4KiB, or 4000 for thousands',
    ],
    [
      'load.blockSize=1000',
      'load.blockSize must be a size such as 4k or 64MiB (k = 1024 bytes), a multiple of 512 ' +
        'bytes above 0 and no larger than the device, not 1000',
    ],
    [
      'load.operations=1Mi',
      'load.operations must be a number of operations such as 50000 or 1M (k = 1000), not "1Mi": ' +
        'events are counted in thousands: write 1M',
    ],
    [
      'device.spare.limit=0',
      'device.spare.limit must be none, or a number of sectors such as 16384 or 128Ki ' +
        '(k = Ki = 1024), from 1 to 8388607, not 0',
    ],
    ['lock.kind=spin', 'lock.kind must be one of none, test-and-set, '],
  ])('%s is refused in words that say what was found and what is allowed', (set, message) => {
    expect(messagesOf(MINIMAL, { sets: [set] })[0]).toContain(message);
  });

  it.each(['speed=0', 'speed=fast', 'speed=-1', 'format=blktrace', 'threads=all', 'file='])(
    'load.trace.%s is refused',
    (set) => {
      const text = 'version: 1\nname: x\nload: { trace: { file: x } }\n';
      expect(messagesOf(text, { sets: [`load.trace.${set}`] })[0]).toContain(
        `load.trace.${set.split('=')[0]} must`,
      );
    },
  );
});

describe('the JSON Schema', () => {
  const schema = scenarioJsonSchema();

  it('is the one in schema/scenario.schema.json', () => {
    const stored = readFileSync('schema/scenario.schema.json', 'utf8');
    expect(stored).toBe(`${JSON.stringify(schema, null, 2)}\n`);
  });

  it('is of draft 7, which editors read', () => {
    expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
  });

  it('describes every key, with its default unless it is required or has none', () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        if (key !== 'properties') visit(value, path);
        else
          for (const [name, property] of Object.entries(value as Record<string, object>)) {
            if (!('description' in property)) undescribed.push(`${path}${name}`);
            visit(property, `${path}${name}.`);
          }
      }
    };
    visit(schema, '');
    expect(undescribed).toEqual([]);
  });

  it('allows a variable wherever a scalar stands', () => {
    const kinds = { integer: 'seed', choice: 'integrity', time: 'watchdog', text: 'name' };
    const properties = schema.properties as Record<string, object>;
    expect(JSON.stringify(properties[kinds.integer])).toContain('{env:');
    expect(JSON.stringify(properties[kinds.choice])).toContain('{env:');
    expect(JSON.stringify(properties[kinds.time])).toContain('{env:');
    expect(properties[kinds.text]).toMatchObject({ type: 'string' });
  });

  it('requires only version and name', () => {
    expect(schema).toMatchObject({ required: ['version', 'name'], additionalProperties: false });
  });
});
