import { describe, expect, it } from 'vitest';
import { momentsOf, serviceTableOf } from '../../../src/scenario/service-table.ts';
import { messagesOf, planOf, problemsOf } from './support.ts';

const HEAD = 'version: 1\nname: x\nload: { duration: 1s }\n';
const scenarioOf = (serviceTime: string) => `${HEAD}device: { serviceTime: ${serviceTime} }\n`;
const lawOf = (serviceTime: string) => planOf(scenarioOf(serviceTime)).device.serviceTime;

const HGRM = `# read, service time (completion - issue): 4 latencies, in microseconds
       Value     Percentile TotalCount 1/(1-Percentile)

       1.000 0.000000000000          1           1.00
       1.000 0.250000000000          1           1.33
       2.000 0.500000000000          2           2.00
       4.000 1.000000000000          4
#[Mean    =        2.000, StdDeviation   =        1.000]

# write, service time (completion - issue): 1 latencies, in microseconds
       Value     Percentile TotalCount 1/(1-Percentile)

       9.000 0.000000000000          1           1.00
       9.000 1.000000000000          1
`;

const FIO = JSON.stringify({
  jobs: [
    { read: { clat_ns: { bins: { 1000: 3, 3000: 1 } } }, write: { clat_ns: { bins: {} } } },
    { read: { clat_ns: { bins: { 1000: 1 } } }, write: { clat_ns: { bins: { 500: 5 } } } },
  ],
});

describe('device.serviceTime', () => {
  it('is none, a time, or a law', () => {
    expect(lawOf('none')).toMatchObject({ kind: 'none' });
    expect(lawOf('100us')).toMatchObject({ kind: 'constant', meanNs: 100_000 });
    expect(lawOf('{ mean: 2ms }')).toMatchObject({ kind: 'constant', meanNs: 2e6 });
    expect(lawOf('{ distribution: exponential, mean: 2ms }')).toMatchObject({
      kind: 'exponential',
      meanNs: 2e6,
    });
    expect(lawOf('{ distribution: normal, mean: 1ms, stddev: 100us }')).toMatchObject({
      kind: 'normal',
      deviationNs: 1e5,
    });
  });

  it('is log-normal by its mean and 99th percentile', () => {
    const { kind, meanNs, deviationNs } = lawOf('{ mean: 100us, p99: 1ms }');
    expect([kind, meanNs]).toEqual(['log-normal', 1e5]);
    const sigma = Math.sqrt(Math.log(1 + (deviationNs / meanNs) ** 2));
    const p99Ns = meanNs * Math.exp(2.3263478740408408 * sigma - sigma ** 2 / 2);
    expect(p99Ns).toBeCloseTo(1e6, 3);
  });

  it.each([
    ['fast', 'device.serviceTime must be none, or a time with its unit'],
    ['{ stddev: 1ms }', 'must be none, a time such as 100us, or a map of mean'],
    ['{ distribution: exponential, mean: 1ms, stddev: 1ms }', 'belongs to distribution normal'],
    ['{ distribution: normal, mean: 1ms }', 'needs stddev'],
    ['{ mean: 1ms, p99: 1ms }', 'must be above the mean and at most 14.9 times as long'],
    ['{ mean: 1ms, p99: 20ms }', 'must be above the mean and at most 14.9 times as long'],
    ['{ mean: 1ms, unit: ms }', 'belongs to file'],
    ['{ file: a.hgrm, mean: 1ms }', 'cannot be combined with file'],
  ])('is not %s', (serviceTime, message) => {
    expect(messagesOf(scenarioOf(serviceTime)).join('\n')).toContain(message);
  });

  it('may be recorded, in a file beside the scenario', () => {
    const options = {
      file: 'lab/scenario.yaml',
      readFile: (path: string) => `${FIO}${path}`.slice(0, FIO.length),
    };
    const { serviceTime } = planOf(scenarioOf('{ file: ssd.json }'), options).device;
    expect(serviceTime).toMatchObject({
      kind: 'histogram',
      meanNs: 0.5 * 500 + 0.4 * 1000 + 0.1 * 3000,
    });
    expect(serviceTime.table?.file).toMatch(/\/lab\/ssd\.json$/);
  });

  it('points at the path of a file that cannot be read, and into one that can', () => {
    const unreadable = {
      readFile: () => {
        throw new Error('gone');
      },
    };
    expect(messagesOf(scenarioOf('{ file: ssd.hgrm }'), unreadable)).toEqual([
      '4:32 cannot read ssd.hgrm: gone',
    ]);
    const readFile = () => HGRM.replace('2.000 0.5', 'two 0.5');
    const [problem] = problemsOf(scenarioOf('{ file: ssd.hgrm }'), { readFile });
    expect(problem).toMatchObject({ file: 'ssd.hgrm', position: { line: 6, column: 1 } });
  });
});

describe('recorded latencies', () => {
  const recorded = (text: string, of: string | null = null) =>
    serviceTableOf(text, { file: 'f', unitNs: 1000, of });

  it('are read from a spectrum, the first or the one that is asked for', () => {
    expect(recorded(HGRM)).toEqual({
      file: 'f',
      valuesNs: [1000, 1000, 2000, 4000],
      shares: [0, 0.25, 0.5, 1],
      interpolates: true,
    });
    expect(recorded(HGRM, 'write').valuesNs).toEqual([9000, 9000]);
    expect(() => recorded(HGRM, 'trim')).toThrow('holds no spectrum of "trim"');
  });

  it('are read from json+ of fio, all jobs together', () => {
    expect(recorded(FIO, 'read')).toMatchObject({ valuesNs: [1000, 3000], shares: [0.8, 1] });
    expect(() => recorded(FIO, 'trim')).toThrow('holds no completion latencies of "trim"');
    expect(() => recorded('{"jobs": [}')).toThrow('is no JSON');
    expect(() => recorded(FIO.replace('3}', '-3}').replace(':1}', ':-1}'))).toThrow('has a bin');
  });

  it('have the moments of what is drawn', () => {
    // A quarter at 1000, a quarter even between 1000 and 2000, half between 2000 and 4000.
    const { meanNs } = momentsOf(recorded(HGRM));
    expect(meanNs).toBeCloseTo(0.25 * 1000 + 0.25 * 1500 + 0.5 * 3000, 6);
    expect(momentsOf(recorded(FIO, 'read')).deviationNs).toBeCloseTo(800, 6);
  });

  it('are refused where they fall, or are nothing of the kind', () => {
    expect(() => recorded(HGRM.replace('4.000 1.0', '1.500 1.0'))).toThrow('must not fall');
    expect(() => recorded('hello\n')).toThrow('holds neither the spectrum of a histogram');
  });
});
