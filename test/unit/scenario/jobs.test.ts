import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { messagesOf, planOf } from './support.ts';

const HEAD = 'version: 1\nname: x\n';

const THREE = `${HEAD}load: { warmup: 1ms, duration: 5s, threads: 2, mix: { read: 1 } }
jobs:
  fill: { duration: 1s, mix: { write: 1 }, addresses: { distribution: sequential } }
  scan: { after: fill, threads: 1, blockSize: 64k }
  oltp: { after: fill, threads: 3, thinkTime: 1us, addresses: { distribution: zipf } }
`;

describe('a scenario of several jobs', () => {
  it('numbers their threads through, in their order', () => {
    const { load, jobs } = planOf(THREE);
    expect(load).toMatchObject({ threadCount: 6, warmupNs: 1e6 });
    expect(jobs).toMatchObject([
      { name: 'fill', firstThread: 0, threadCount: 2, startsAfter: null },
      { name: 'scan', firstThread: 2, threadCount: 1, startsAfter: 0 },
      { name: 'oltp', firstThread: 3, threadCount: 3, startsAfter: 0 },
    ]);
  });

  it('gives each job what it says, and else what load says', () => {
    const [fill, scan, oltp] = planOf(THREE).jobs;
    expect(fill).toMatchObject({ durationNs: 1e9, mix: { read: 0, write: 1 }, thinkTimeNs: 0 });
    expect(scan).toMatchObject({ durationNs: 5e9, mix: { read: 1 } });
    expect(scan?.blockSizes).toEqual([{ sectorCount: 128, weight: 1 }]);
    expect(oltp?.addresses).toMatchObject({ distribution: 'zipf', theta: 1.1 });
    expect(oltp?.blockSizes).toEqual([{ sectorCount: 8, weight: 1 }]);
  });

  it('of one job called load is the scenario without jobs', () => {
    const body = '{ duration: 5s, threads: 3, mix: { read: 1, remap: 2 } }';
    const one = planOf(`${HEAD}jobs: { load: ${body} }\n`);
    expect(one).toEqual(planOf(`${HEAD}load: ${body}\n`));
  });

  it('written out complete is the same scenario', () => {
    const { plan, scenario } = parseScenario(THREE, { file: 'a/b.yaml' });
    const again = parseScenario(stringify(scenario), { file: 'elsewhere/c.yaml' });
    expect(again.plan).toEqual(plan);
    expect(again.scenario).toEqual(scenario);
  });

  it('finds traces from the folder of the file that names them', () => {
    const text = `${HEAD}extends: ../base/b.yaml\njobs: { b: { duration: 1s } }\n`;
    const base = 'jobs: { a: { trace: { file: x.iolog } } }\n';
    const { jobs } = planOf(text, { file: '/t/derived/x.yaml', readFile: () => base });
    expect(jobs[0]?.trace?.file).toBe('/t/base/x.iolog');
  });

  it('can be changed from the command line, job by job', () => {
    const { jobs } = planOf(THREE, { sets: ['jobs.scan.threads=7', 'load.threads=1'] });
    expect(jobs.map(({ threadCount }) => threadCount)).toEqual([1, 7, 3]);
  });
});

describe('what is wrong with a job', () => {
  it.each([
    ['a: { after: b }', '5:15 jobs.a.after names a job that there is not'],
    ['a: { after: a }', '5:15 jobs.a would wait for its own end'],
    ['a: { after: b }\n  b: { after: a }', '5:15 jobs.a would wait for its own end'],
    ['a: { threads: 0 }', '5:17 jobs.a.threads must be a whole number from 1 to 256, not 0'],
    ['a: { threads: 200 }\n  b: { threads: 200 }', 'all jobs together must have at most 256'],
    ['a: { thraeds: 1 }', '5:8 unknown key "thraeds" in jobs.a'],
    ['a: { warmup: 1s }', 'unknown key "warmup" in jobs.a'],
    ['9: {}', '5:6 jobs.9 must be a name of letters, digits and -, a letter first'],
    ['a: { mix: { unremap: 1 } }', '5:24 jobs.a.mix.unremap needs jobs.a.mix.remap above 0'],
    ['a: { mix: { read: 0 } }', '5:13 jobs.a.mix has no weight above 0'],
    ['a: { trace: { file: x }, mix: { read: 1 } }', 'jobs.a.mix cannot be combined with jobs.a.tr'],
    [
      'a: { trace: { file: x } }\n  b: { trace: { file: y } }',
      '6:15 only one job can have trace, and a and b both do',
    ],
    ['a: { thinkTime: 20s }', '5:19 jobs.a.thinkTime must be shorter than watchdog'],
    ['{}', 'jobs must hold from 1 to 64 jobs, not 0'],
    ['5', 'jobs must be a map of jobs by their names, not 5'],
  ])('%s', (jobs, message) => {
    const problems = messagesOf(`${HEAD}load: { duration: 1s }\njobs:\n  ${jobs}\n`);
    expect(problems.join('\n')).toContain(message);
  });

  it('is pointed at where load says it, when load does', () => {
    const text = `${HEAD}load: { duration: 1s, mix: { read: 0 } }\njobs: { a: {}, b: {} }\n`;
    expect(messagesOf(text)).toEqual([
      '3:28 jobs.a.mix has no weight above 0: nothing would be issued',
      '3:28 jobs.b.mix has no weight above 0: nothing would be issued',
    ]);
  });

  it('without an end is told of by name', () => {
    expect(messagesOf(`${HEAD}jobs: { a: { duration: 1s }, b: {} }\n`)).toEqual([
      '3:30 jobs.b has no end: give at least one of duration, operations or until',
    ]);
  });

  it('that has nothing to do with a job is said once', () => {
    const text = `${HEAD}load: { duration: 1s }\nexpect: metadata-loss\njobs: { a: {}, b: {} }\n`;
    expect(messagesOf(text)).toHaveLength(1);
  });
});

describe('a threshold on a job', () => {
  const withThreshold = (line: string) => `${THREE}thresholds: [ "${line}" ]\n`;

  it.each([
    'jobs.scan.read.p99 < 1ms',
    'jobs.scan.read.service.p99.9 < 1ms',
    'jobs.oltp.write.response.max < 1ms',
    'jobs.oltp.throughput > 1k/s',
    'jobs.oltp.throughput.bytes > 1MiB/s',
    'jobs.fill.errors == 0',
  ])('%s is known', (line) => {
    expect(planOf(withThreshold(line)).thresholds[0]?.expression).toBe(line);
  });

  it.each([
    ['jobs.scna.read.p99 < 1ms', 'there is no job "scna"'],
    ['jobs.scan.reed.p99 < 1ms', 'unknown metric "jobs.scan.reed.p99"'],
    ['jobs.scan.cache.hitRate > 1%', 'unknown metric "jobs.scan.cache.hitRate"'],
    ['jobs.scan.lock.wait.p99 < 1ms', 'unknown metric'],
    ['jobs.scan.read.p99 < 1', 'needs a limit with a time unit'],
  ])('%s is refused', (line, message) => {
    expect(messagesOf(withThreshold(line))[0]).toContain(message);
  });

  it('can name the job of a scenario without jobs', () => {
    const text = `${HEAD}load: { duration: 1s }\nthresholds: [ jobs.load.read.p99 < 1ms ]\n`;
    expect(planOf(text).thresholds).toHaveLength(1);
  });
});
