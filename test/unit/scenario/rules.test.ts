import { describe, expect, it } from 'vitest';
import { messagesOf, planOf } from './support.ts';

const COLUMNS = '{ time: 1, operation: 2, offset: 3, length: 4 }';

const HEAD = 'version: 1\nname: x\n';

/** A scenario that breaks a rule, where and how; and the nearest one that does not. */
const CASES: readonly { rule: string; broken: string; problem: string; kept: string }[] = [
  {
    rule: 'a load has an end',
    broken: 'load:\n  threads: 2\n',
    problem: '3:1 load has no end: give at least one of duration, operations or until',
    kept: 'load: { operations: 5 }\n',
  },
  {
    rule: 'a load has an end, also when it is not mentioned',
    broken: 'seed: 3\n',
    problem: '1:1 load has no end: give at least one of duration, operations or until',
    kept: 'load: { until: exhausted }\n',
  },
  {
    rule: 'until steady has a time limit',
    broken: 'load: { until: steady }\n',
    problem: '3:16 load.until: steady needs load.duration, in case it never is',
    kept: 'load: { until: steady, duration: 5s }\n',
  },
  {
    rule: 'until steady has no other limit',
    broken: 'load: { until: steady, duration: 5s, operations: 5 }\n',
    problem: '3:50 load.operations cannot be combined with load.until: steady',
    kept: 'load: { duration: 5s, operations: 5 }\n',
  },
  {
    rule: 'a window is some whole intervals',
    broken: 'load: { until: steady, duration: 5s }\nsteady: { window: 2500ms }\n',
    problem:
      '4:19 steady.window must be 3 to 100 times interval (1s) and a multiple of it, not 2.5s',
    kept: 'load: { until: steady, duration: 5s }\nsteady: { window: 2500ms }\ninterval: 500ms\n',
  },
  {
    rule: 'a window fits into the load',
    broken: 'load: { until: steady, duration: 3s }\n',
    problem:
      '3:34 load.duration must be at least steady.window (5s), or there is never a whole window to judge',
    kept: 'load: { until: steady, duration: 3s }\nsteady: { window: 3s }\n',
  },
  {
    rule: 'criteria have an effect',
    broken: 'load: { duration: 5s }\nsteady: { slope: 1% }\n',
    problem: '4:9 steady has no effect without load.until: steady',
    kept: 'load: { duration: 5s, until: steady }\nsteady: { slope: 1% }\n',
  },
  {
    rule: 'open load has a rate',
    broken: 'load: { model: open, duration: 5s }\n',
    problem: '3:16 load.model open needs load.rate, or load.stages with rates',
    kept: 'load: { model: open, rate: 5/s, duration: 5s }\n',
  },
  {
    rule: 'a rate belongs to open load',
    broken: 'load: { rate: 5/s, duration: 5s }\n',
    problem: '3:15 load.rate belongs to load.model open',
    kept: 'load: { model: open, rate: 5/s, duration: 5s }\n',
  },
  {
    rule: 'a law of arrivals belongs to open load',
    broken: 'load: { arrivals: poisson, duration: 5s }\n',
    problem: '3:19 load.arrivals belongs to load.model open',
    kept: 'load: { model: open, arrivals: poisson, rate: 0.5/s, duration: 5s }\n',
  },
  {
    rule: 'open load has no think time',
    broken: 'load: { model: open, rate: 5/s, thinkTime: 1ms, duration: 5s }\n',
    problem: '3:44 load.thinkTime belongs to load.model closed, not open',
    kept: 'load: { model: closed, thinkTime: 1ms, duration: 5s }\n',
  },
  {
    rule: 'a trace has arrivals of its own',
    broken: 'load: { model: open, rate: 5/s, trace: { file: x } }\n',
    problem: '3:16 load.model open cannot be combined with load.trace',
    kept: 'load: { trace: { file: x } }\n',
  },
  {
    rule: 'stages come to a rate',
    broken: 'load: { model: open, stages: [{ for: 1s, rate: 0/s }] }\n',
    problem: '3:30 load.stages has no rate above 0/s',
    kept: 'load: { model: open, stages: [{ for: 1s, rate: 1/s }, { for: 1s, rate: 0/s }] }\n',
  },
  {
    rule: 'stages of a closed load are of threads',
    broken: 'load: { stages: [{ for: 1s, rate: 5/s }] }\n',
    problem: '3:17 load.stages with rates belong to load.model open',
    kept: 'load: { stages: [{ for: 1s, threads: 1 }] }\n',
  },
  {
    rule: 'stages of an open load are of rates',
    broken: 'load: { model: open, rate: 1/s, stages: [{ for: 1s, threads: 1 }] }\n',
    problem:
      '3:41 load.stages with threads belong to load.model closed: arrivals are dealt to all threads',
    kept: 'load: { model: open, stages: [{ for: 1s, rate: 5/s, shape: step }] }\n',
  },
  {
    rule: 'stages have no more threads than there are',
    broken: 'load: { threads: 2, stages: [{ for: 1s, threads: 3 }] }\n',
    problem: '3:29 load.stages must have at most load.threads (2) threads, not 3',
    kept: 'load: { threads: 3, stages: [{ for: 1s, threads: 3 }] }\n',
  },
  {
    rule: 'stages come to a thread',
    broken: 'load: { stages: [{ for: 1s, threads: 0 }] }\n',
    problem: '3:17 load.stages has no number of threads above 0',
    kept: 'load: { stages: [{ for: 1s, threads: 0 }, { for: 1s, threads: 1 }] }\n',
  },
  {
    rule: 'a depth has an effect',
    broken: 'load: { iodepth: 8, duration: 5s }\n',
    problem:
      '3:18 load.iodepth can have no effect: this device answers as soon as the data is copied, ' +
      'so a thread never has more than one operation in flight',
    kept: 'load: { iodepth: 8, duration: 5s }\ndevice: { serviceTime: 100us }\n',
  },
  {
    rule: 'a depth has an effect on this mix',
    broken:
      'load: { iodepth: 8, mix: { remap: 1 }, duration: 5s }\ndevice: { serviceTime: 100us }\n',
    problem:
      '3:18 load.iodepth can have no effect: the mix has no reads or writes, and a remap is done ' +
      'by its thread',
    kept: 'load: { iodepth: 8, mix: { read: 1 }, duration: 5s }\ndevice: { serviceTime: 100us }\n',
  },
  {
    rule: 'a depth leaves no room for pauses',
    broken: 'load: { iodepth: 8, thinkTime: 1ms, duration: 5s }\ndevice: { serviceTime: 100us }\n',
    problem:
      '3:18 load.iodepth above 1 cannot be combined with load.thinkTime, the pause after an operation',
    kept: 'load: { iodepth: 1, thinkTime: 1ms, duration: 5s }\ndevice: { serviceTime: 100us }\n',
  },
  {
    rule: 'channels have something to serve',
    broken: 'load: { duration: 5s }\ndevice: { channels: 4 }\n',
    problem: '4:21 device.channels can have no effect without device.serviceTime',
    kept: 'load: { duration: 5s }\ndevice: { channels: 4, serviceTime: 1us }\n',
  },
  {
    rule: 'a stall ends before the next one',
    broken: 'load: { duration: 5s }\ndevice: { stalls: [{ at: 0s, for: 2s, every: 1s }] }\n',
    problem: '4:19 a stall of 2s must come every more than 2s, not every 1s',
    kept: 'load: { duration: 5s }\ndevice: { stalls: [{ at: 0s, for: 1s, every: 2s }] }\n',
  },
  {
    rule: 'stalls leave the device some time',
    broken:
      'load: { duration: 5s }\n' +
      'device: { stalls: [{ at: 0s, for: 1s, every: 2s }, { at: 1s, for: 1s, every: 2s }] }\n',
    problem: '4:19 device.stalls take all time together: the device would never serve anything',
    kept:
      'load: { duration: 5s }\n' +
      'device: { stalls: [{ at: 0s, for: 1s, every: 2s }, { at: 1s, for: 999ms, every: 2s }] }\n',
  },
  {
    rule: 'overhead has an empty call',
    broken: 'load: { operations: 5 }\noverhead: { operations: [remap] }\n',
    problem: '4:25 overhead.operations must name ping, the empty call',
    kept: 'load: { operations: 5 }\noverhead: { operations: [ping] }\n',
  },
  {
    rule: 'overhead expects something of what it measures',
    broken: 'load: { operations: 5 }\noverhead: { operations: [ping], expect: different }\n',
    problem: '4:41 overhead.expect is about remap, which overhead.operations must name',
    kept: 'load: { operations: 5 }\noverhead: { operations: [ping, remap], expect: different }\n',
  },
  {
    rule: 'a trace excludes a mix',
    broken: 'load: { trace: { file: x }, mix: { read: 1 } }\n',
    problem: '3:34 load.mix cannot be combined with load.trace',
    kept: 'load: { trace: { file: x } }\n',
  },
  {
    rule: 'a trace excludes a block size',
    broken: 'load: { trace: { file: x }, blockSize: 4k }\n',
    problem: '3:40 load.blockSize cannot be combined with load.trace',
    kept: 'load: { trace: { file: x }, duration: 5s }\n',
  },
  {
    rule: 'a trace excludes addresses',
    broken: 'load: { trace: { file: x }, addresses: {} }\n',
    problem: '3:40 load.addresses cannot be combined with load.trace',
    kept: 'load: { trace: { file: x }, threads: 1 }\n',
  },
  {
    rule: 'a trace excludes until',
    broken: 'load: { trace: { file: x }, until: exhausted }\n',
    problem: '3:36 load.until cannot be combined with load.trace',
    kept: 'load: { trace: { file: x }, operations: 5 }\n',
  },
  {
    rule: 'a CSV needs its columns named',
    broken: 'load: { trace: { file: x, format: csv } }\n',
    problem: '3:35 load.trace.columns is needed with format: csv',
    kept: `load: { trace: { file: x, format: csv, columns: ${COLUMNS} } }\n`,
  },
  {
    rule: 'only a CSV has columns to name',
    broken: `load: { trace: { file: x, format: msr, columns: ${COLUMNS} } }\n`,
    problem: '3:49 load.trace.columns has no meaning with format: msr',
    kept: `load: { trace: { file: x, columns: ${COLUMNS} } }\n`,
  },
  {
    rule: 'some weight of the mix is above 0',
    broken: 'load: { duration: 5s, mix: { read: 0 } }\n',
    problem: '3:28 load.mix has no weight above 0: nothing would be issued',
    kept: 'load: { duration: 5s, mix: { read: 0.1 } }\n',
  },
  {
    rule: 'unremap needs the guarded protocol',
    broken:
      'allocator: { protocol: as-published }\nload: { duration: 5s, mix: { remap: 1, ' +
      'unremap: 1 } }\n',
    problem: '4:49 load.mix.unremap needs allocator.protocol guarded, not as-published',
    kept: 'load: { duration: 5s, mix: { remap: 1, unremap: 1 } }\n',
  },
  {
    rule: 'unremap needs I/O in flight to be drained',
    broken: 'remap: { inFlight: ignore }\nload: { duration: 5s, mix: { remap: 1, unremap: 1 } }\n',
    problem: '4:49 load.mix.unremap needs remap.inFlight drain, not ignore',
    kept: 'remap: { inFlight: ignore }\nload: { duration: 5s }\n',
  },
  {
    rule: 'unremap needs remap',
    broken: 'load: { duration: 5s, mix: { unremap: 1 } }\n',
    problem: '3:39 load.mix.unremap needs load.mix.remap above 0',
    kept: 'load: { duration: 5s, mix: { remap: 1, unremap: 0 } }\n',
  },
  {
    rule: 'the target as published is searched from the front',
    broken: 'target: { protocol: as-published }\nload: { duration: 5s }\n',
    problem: '3:21 target.protocol as-published needs remap.lookup linear, not hash',
    kept: 'target: { protocol: as-published }\nremap: { lookup: linear }\nload: { duration: 5s }\n',
  },
  {
    rule: 'the target as published gives no slot back',
    broken:
      'target: { protocol: as-published }\nremap: { lookup: linear }\nload: { duration: 5s, mix: ' +
      '{ remap: 1, unremap: 1 } }\n',
    problem: '5:49 load.mix.unremap needs target.protocol guarded, not as-published',
    kept:
      'target: { protocol: as-published }\nremap: { lookup: linear }\nload: { duration: 5s, mix: ' +
      '{ remap: 1 } }\n',
  },
  {
    rule: 'until: exhausted needs remaps',
    broken: 'load: { until: exhausted, mix: { read: 1 } }\n',
    problem: '3:16 load.until: exhausted needs load.mix.remap above 0, to use up the spares',
    kept: 'load: { until: exhausted, mix: { remap: 1 } }\n',
  },
  {
    rule: 'until: exhausted alone leaves no room for a warm-up',
    broken: 'load: { until: exhausted, warmup: 1s }\n',
    problem:
      '3:35 load.warmup must be 0ms when until: exhausted is the only limit: spares claimed ' +
      'during warm-up are not measured, and it might use up all of them',
    kept: 'load: { until: exhausted, warmup: 1s, duration: 5s }\n',
  },
  {
    rule: 'bitmap does not exist as published',
    broken: 'load: { duration: 5s }\nallocator: { kind: bitmap, protocol: as-published }\n',
    problem:
      '4:38 allocator.protocol as-published exists for the kinds cached and linear, not for bitmap',
    kept: 'load: { duration: 5s }\nallocator: { kind: linear, protocol: as-published }\n',
  },
  {
    rule: 'per-worker does not exist as published',
    broken: 'load: { duration: 5s }\nallocator: { kind: per-worker, protocol: as-published }\n',
    problem:
      '4:42 allocator.protocol as-published exists for the kinds cached and linear, not ' +
      'for per-worker',
    kept: 'load: { duration: 5s }\nallocator: { kind: per-worker }\n',
  },
  {
    rule: 'a batch fits the cache',
    broken: 'load: { duration: 5s }\nallocator: { cache: { batch: 65 } }\n',
    problem: '4:30 allocator.cache.batch must be from 1 to allocator.cache.slots (64), not 65',
    kept: 'load: { duration: 5s }\nallocator: { cache: { batch: 64 } }\n',
  },
  {
    rule: 'a batch fits the cache, also when the cache is what was made smaller',
    broken: 'load: { duration: 5s }\nallocator: { cache: { slots: 4 } }\n',
    problem: '4:30 allocator.cache.batch must be from 1 to allocator.cache.slots (4), not 32',
    kept: 'load: { duration: 5s }\nallocator: { cache: { slots: 4, batch: 4 } }\n',
  },
  {
    rule: 'a block fits the device',
    broken: 'device: { sectors: 8 }\nload: { duration: 5s, blockSize: 8k }\n',
    problem: '4:34 load.blockSize must be at most the device (4KiB), not 8KiB',
    kept: 'device: { sectors: 16 }\nload: { duration: 5s, blockSize: 8k }\n',
  },
  {
    rule: 'each block of a list fits the device',
    broken:
      'device: { sectors: 8 }\nload: { duration: 5s, blockSize: [{ size: 512 }, { size: 8k }] }\n',
    problem: '4:58 load.blockSize must be at most the device (4KiB), not 8KiB',
    kept:
      'device: { sectors: 16 }\nload: { duration: 5s, blockSize: [{ size: 512 }, { size: ' +
      '8k }] }\n',
  },
  {
    rule: 'the default block fits the device too',
    broken: 'device: { sectors: 4 }\nload: { duration: 5s }\n',
    problem: '3:20 load.blockSize must be at most the device (2KiB), not 4KiB',
    kept: 'device: { sectors: 4 }\nload: { duration: 5s, blockSize: 512 }\n',
  },
  {
    rule: 'some block weight is above 0',
    broken: 'load: { duration: 5s, blockSize: [{ size: 4k, weight: 0 }] }\n',
    problem: '3:34 load.blockSize has no weight above 0',
    kept: 'load: { duration: 5s, blockSize: [{ size: 4k, weight: 0 }, { size: 8k }] }\n',
  },
  {
    rule: 'disjoint slices hold the largest block',
    broken:
      'device: { sectors: 31 }\nload: { threads: 4, duration: 5s, addresses: { slices: ' +
      'disjoint } }\n',
    problem:
      '4:56 load.addresses.slices: disjoint gives each of 4 threads 7 sectors of the device, ' +
      'fewer than the largest block of 8',
    kept:
      'device: { sectors: 32 }\nload: { threads: 4, duration: 5s, addresses: { slices: ' +
      'disjoint } }\n',
  },
  {
    rule: 'theta is for zipf',
    broken: 'load: { duration: 5s, addresses: { theta: 1.1 } }\n',
    problem: '3:43 load.addresses.theta belongs to distribution zipf, not uniform',
    kept: 'load: { duration: 5s, addresses: { distribution: zipf, theta: 1.1 } }\n',
  },
  {
    rule: 'a fill needs a medium',
    broken:
      'load: { duration: 5s }\nprecondition: { fill: 1 }\ndevice: { medium: none }\nintegrity: off\n',
    problem: '4:23 precondition.fill needs device.medium memory, not none',
    kept: 'load: { duration: 5s }\nprecondition: { remaps: 5 }\ndevice: { medium: none }\nintegrity: off\n',
  },
  {
    rule: 'remaps before the load are said once',
    broken: 'load: { duration: 5s }\nprecondition: { remaps: 5, sparesUsed: 50% }\n',
    problem: '4:40 precondition.remaps and precondition.sparesUsed exclude each other',
    kept: 'load: { duration: 5s }\nprecondition: { sparesUsed: 50% }\n',
  },
  {
    rule: 'there are as many sectors and spares as are remapped before the load',
    broken:
      'load: { duration: 5s }\nprecondition: { remaps: 1000 }\ndevice: { spare: { sectors: 900 } }\n',
    problem:
      '4:25 precondition.remaps must be at most 900, for so many sectors and spares there are, ' +
      'not 1000',
    kept: 'load: { duration: 5s }\nprecondition: { remaps: 900 }\ndevice: { spare: { sectors: 900 } }\n',
  },
  {
    rule: 'nothing is done before a load with metadata',
    broken: 'load: { duration: 5s }\nmetadata: { format: redundant }\nprecondition: { fill: 1 }\n',
    problem: '5:15 precondition cannot be combined with metadata.format redundant',
    kept: 'load: { duration: 5s }\nmetadata: { format: redundant }\nprecondition: { fill: 0 }\n',
  },
  {
    rule: 'no sector goes bad at run time where metadata is kept',
    broken:
      'load: { duration: 5s }\nmetadata: { format: redundant }\nevents: [{ at: 1s, addBad: { sectors: [0-7] } }]\n',
    problem: '5:9 addBad in events cannot be combined with metadata.format redundant',
    kept: 'load: { duration: 5s }\nevents: [{ at: 1s, addBad: { sectors: [0-7] } }]\n',
  },
  {
    rule: 'h belongs to pareto',
    broken: 'load: { duration: 5s, addresses: { distribution: zipf, h: 0.2 } }\n',
    problem: '3:59 load.addresses.h belongs to distribution pareto, not zipf',
    kept: 'load: { duration: 5s, addresses: { distribution: pareto, h: 0.2 } }\n',
  },
  {
    rule: 'mean and deviation belong to normal',
    broken: 'load: { duration: 5s, addresses: { mean: 10% } }\n',
    problem: '3:42 load.addresses.mean belongs to distribution normal, not uniform',
    kept: 'load: { duration: 5s, addresses: { distribution: normal, mean: 0, deviation: 5% } }\n',
  },
  {
    rule: 'zoned needs zones',
    broken: 'load: { duration: 5s, addresses: { distribution: zoned } }\n',
    problem: '3:50 load.addresses.zones is missing, which distribution zoned needs',
    kept:
      'load: { duration: 5s, addresses: { distribution: zoned, zones: [{ accesses: 1, space: 1 }] } ' +
      '}\n',
  },
  {
    rule: 'zones add up to all accesses and all space',
    broken:
      'load: { duration: 5s, addresses: { distribution: zoned, zones: [{ accesses: 60%, space: 50% ' +
      '}, { accesses: 30%, space: 50% }] } }\n',
    problem: '3:64 load.addresses.zones must have 100% of the accesses together, not 90%',
    kept:
      'load: { duration: 5s, addresses: { distribution: zoned, zones: [{ accesses: 70%, space: 50% ' +
      '}, { accesses: 30%, space: 50% }] } }\n',
  },
  {
    rule: 'a zone that is accessed holds a block',
    broken:
      'device: { sectors: 80 }\nload: { duration: 5s, addresses: { distribution: zoned, zones: [{ ' +
      'accesses: 0.5, space: 0.96 }, { accesses: 0.5, space: 0.04 }] } }\n',
    problem: '4:64 load.addresses.zones has a zone (the second) that is smaller than a block',
    kept:
      'device: { sectors: 80 }\nload: { duration: 5s, addresses: { distribution: zoned, zones: [{ ' +
      'accesses: 1, space: 0.96 }, { accesses: 0, space: 0.04 }] } }\n',
  },
  {
    rule: 'once needs a single block size',
    broken:
      'load: { duration: 5s, blockSize: [{ size: 4k }, { size: 8k }], addresses: { distribution: ' +
      'once } }\n',
    problem: '3:91 load.addresses.distribution once needs a single load.blockSize, not a list',
    kept: 'load: { duration: 5s, blockSize: [{ size: 4k }], addresses: { distribution: once } }\n',
  },
  {
    rule: 'each thread that remaps has a range of its own',
    broken: 'device: { sectors: 3 }\nload: { threads: 4, duration: 5s, blockSize: 512 }\n',
    problem:
      '3:20 device.sectors must be at least the number of threads (4) when sectors are remapped, since ' +
      'each thread has a range of its own; it is 3',
    kept:
      'device: { sectors: 3 }\nload: { threads: 4, duration: 5s, blockSize: 512, mix: { ' +
      'read: 1 } }\n',
  },
  {
    rule: 'a device without a medium holds nothing to check',
    broken: 'device: { medium: none }\nload: { duration: 5s }\n',
    problem: '3:19 device.medium none needs integrity off, not strict',
    kept: 'device: { medium: none }\nload: { duration: 5s }\nintegrity: off\n',
  },
  {
    rule: 'v4-fixed needs room for its copies',
    broken: 'device: { spare: { sectors: 16383, placement: v4-fixed } }\nload: { duration: 5s }\n',
    problem: '3:29 device.spare.sectors must be at least 16384 with placement v4-fixed, not 16383',
    kept: 'device: { spare: { sectors: 16384, placement: v4-fixed } }\nload: { duration: 5s }\n',
  },
  {
    rule: 'a pause is shorter than the watchdog',
    broken: 'load: { duration: 5s, thinkTime: 10s }\n',
    problem:
      '3:34 load.thinkTime must be shorter than watchdog (10s), which would end the run, not 10s',
    kept: 'load: { duration: 5s, thinkTime: 10s }\nwatchdog: 11s\n',
  },
  {
    rule: 'operations are chained where nothing stands between them',
    broken: 'load: { duration: 5s, timing: chained, thinkTime: 1us }\n',
    problem:
      '3:31 load.timing chained needs integrity: off, a mix of reads and writes only, ' +
      'no thinkTime',
    kept: 'load: { duration: 5s, timing: chained, mix: { read: 1 } }\nintegrity: off\n',
  },
  {
    rule: 'operations that fail by plan are not chained',
    broken:
      'load: { duration: 5s, timing: chained, mix: { read: 1 } }\nintegrity: off\n' +
      'faults: { badSectors: [{ sectors: [60] }] }\n',
    problem: '3:31 load.timing chained needs no faults of the medium and no events',
    kept: 'load: { duration: 5s, timing: chained, mix: { write: 1 } }\nintegrity: off\n',
  },
  {
    rule: 'the thread that fails exists',
    broken: 'load: { duration: 5s }\nfaults: { thread: { index: 2, does: exit } }\n',
    problem: '4:28 faults.thread.index must be below the number of threads (2), not 2',
    kept: 'load: { duration: 5s }\nfaults: { thread: { index: 1, does: exit } }\n',
  },
  {
    rule: 'a listed sector is on its surface',
    broken:
      'device: { sectors: 64 }\nload: { duration: 5s }\nfaults: { badSectors: [{ sectors: [60-64] }] }\n',
    problem: '5:24 sector 64 cannot be bad: device.sectors is 64, so the last one is 63',
    kept: 'device: { sectors: 64 }\nload: { duration: 5s }\nfaults: { badSectors: [{ sectors: [60-63] }] }\n',
  },
  {
    rule: 'clusters fit',
    broken:
      'device: { sectors: 64 }\nload: { duration: 5s }\nfaults: { badSectors: [{ clusters: { count: 9, sectors: 8 } }] }\n',
    problem: '5:24 9 clusters of 8 sectors do not fit into device.sectors (64)',
    kept: 'device: { sectors: 64 }\nload: { duration: 5s }\nfaults: { badSectors: [{ clusters: { count: 8, sectors: 8 } }] }\n',
  },
  {
    rule: 'what events switch has a name',
    broken:
      'load: { duration: 5s }\nfaults: { badSectors: [{ sectors: [1] }] }\nevents: [{ at: 1s, enable: scratch }]\n',
    problem: '5:9 events enable scratch, and no entry of faults has that name',
    kept: 'load: { duration: 5s }\nfaults: { badSectors: [{ name: scratch, sectors: [1] }] }\nevents: [{ at: 1s, enable: scratch }]\n',
  },
  {
    rule: 'names of faults differ',
    broken:
      'load: { duration: 5s }\nfaults: { badSectors: [{ name: a, sectors: [1] }, { name: a, sectors: [2] }] }\n',
    problem: '4:9 faults has two entries of the name a',
    kept: 'load: { duration: 5s }\nfaults: { badSectors: [{ name: a, sectors: [1] }, { name: b, sectors: [2] }] }\n',
  },
  {
    rule: 'a stall is over before the watchdog ends the run',
    broken: 'load: { duration: 5s }\nevents: [{ at: 1s, stall: { for: 10s } }]\n',
    problem: '4:9 a stall must be shorter than watchdog (10s), which would end the run, not 10s',
    kept: 'load: { duration: 5s }\nevents: [{ at: 1s, stall: { for: 9s } }]\n',
  },
  {
    rule: 'a stall is over before the next',
    broken: 'load: { duration: 5s }\nevents: [{ at: 1s, stall: { for: 1s, every: 1s } }]\n',
    problem: '4:9 a stall of 1s must come every more than 1s, not every 1s',
    kept: 'load: { duration: 5s }\nevents: [{ at: 1s, stall: { for: 1s, every: 2s } }]\n',
  },
  {
    rule: 'what is not there cannot fail',
    broken:
      'device: { medium: none }\nload: { duration: 5s }\nintegrity: off\nevents: [{ at: 1s, crash: true }]\n',
    problem: '3:19 device.medium none cannot fail: there is nothing behind it',
    kept: 'load: { duration: 5s }\nintegrity: off\nevents: [{ at: 1s, crash: true }]\n',
  },
  {
    rule: 'corruption is to be seen',
    broken:
      'load: { duration: 5s }\nintegrity: off\nfaults: { corruption: [{ kind: bit-flip, nth: 1 }] }\n',
    problem: '5:23 faults.corruption needs integrity strict or sampled, not off',
    kept: 'load: { duration: 5s }\nfaults: { corruption: [{ kind: bit-flip, nth: 1 }] }\n',
  },
  {
    rule: 'the thread whose write is corrupted exists',
    broken:
      'load: { duration: 5s }\nfaults: { corruption: [{ kind: bit-flip, nth: 1, thread: 2 }] }\n',
    problem:
      '4:23 faults.corruption has an entry for thread 2; it must be below the number of threads (2)',
    kept: 'load: { duration: 5s }\nfaults: { corruption: [{ kind: bit-flip, nth: 1, thread: 1 }] }\n',
  },
  {
    rule: 'corrected auto-remap takes its spares from an allocator that takes them back',
    broken: 'allocator: { protocol: as-published }\nload: { duration: 5s }\nautoRemap: {}\n',
    problem: '5:12 autoRemap with target.protocol guarded needs allocator.protocol guarded',
    kept: 'load: { duration: 5s }\nautoRemap: {}\n',
  },
  {
    rule: 'corrected auto-remap waits for I/O in flight',
    broken: 'remap: { inFlight: ignore }\nload: { duration: 5s }\nautoRemap: {}\n',
    problem: '5:12 autoRemap with target.protocol guarded needs remap.inFlight drain',
    kept: 'remap: { inFlight: drain }\nload: { duration: 5s }\nautoRemap: {}\n',
  },
  {
    rule: 'what was moved away from a bad place is not moved back',
    broken: 'load: { duration: 5s, mix: { remap: 1, unremap: 1 } }\nautoRemap: {}\n',
    problem: '4:12 autoRemap cannot be combined with load.mix.unremap',
    kept: 'load: { duration: 5s, mix: { remap: 1 } }\nautoRemap: {}\n',
  },
];

describe('between keys', () => {
  it.each(CASES)('$rule', ({ broken, problem, kept }) => {
    expect(messagesOf(HEAD + broken)).toEqual([problem]);
    expect(planOf(HEAD + kept).name).toBe('x');
  });
});
