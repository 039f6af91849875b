import { formatSize, formatTime } from '../units.ts';
import {
  hasMediumFaults,
  hasServiceModel,
  isPaced,
  type JobPlan,
  messageCountOf,
  type Plan,
  SECTOR_BYTES,
  type SectorChoice,
  zonesOf,
} from './plan.ts';
import { THREAD_COUNT_MAX } from './schema.ts';
import type { Path } from './tree.ts';

/**
 * What must hold between the keys of a scenario. What one key may be on its own is in schema.ts.
 *
 * Each rule names the keys that it looks at; it is not asked when one of them is wrong already,
 * since its answer would rest on a default that nobody wrote.
 */
export interface Rule {
  readonly reads: readonly string[];
  readonly examine: (subject: Subject, given: Given) => readonly Breach[];
}

/** A plan, and one of its jobs. */
interface Subject extends Plan {
  readonly job: JobPlan;
}

/** Whether a key was written, in a file or with --set, as opposed to left to its default. */
type Given = (key: string) => boolean;

export interface Breach {
  /** Where to point: the first of these that was written, else the parent of the first. */
  readonly at: readonly Path[];
  readonly message: string;
  readonly hint?: string;
}

const V4_FIXED_SECTORS_MIN = 16_384;

/** A line through two points always fits; more than a hundred need much memory. */
const STEADY_POINTS_MIN = 3;
const STEADY_POINTS_MAX = 100;

/** So many claims and returns have room in one log. */
const MESSAGE_COUNT_MAX = 1_000_000;
/** Metadata copies that a placement has room for: see copyPositionsOf() of the device. */
function placesOf(placement: Plan['device']['spare']['placement'], sectorCount: number): number {
  if (placement === 'none' || (placement === 'v4-dynamic' && sectorCount < 72)) return 0;
  const isShort = placement === 'v4-dynamic' && sectorCount >= 1024 && sectorCount < 8200;
  return isShort ? 4 : 5;
}

/** What a job would have to be without, so that nothing stands between two of its operations. */
function betweenOperations(plan: Subject): string[] {
  const { job, integrity, autoRemap } = plan;
  const { read, write, ...others } = job.mix;
  const found: [what: string, stands: boolean][] = [
    ['integrity: off', integrity !== 'off'],
    ['a mix of reads and writes only', Object.values(others).some((weight) => weight > 0)],
    ['no thinkTime', job.thinkTimeNs > 0],
    ['a closed load that is in flight while it is performed', isPaced(plan, job)],
    ['no fsync', job.writesPerFlush > 0],
    ['no trace', job.trace !== null],
    ['no messages', job.messages !== null],
    ['no autoRemap', autoRemap !== null],
    ['no faults of the medium and no events', hasMediumFaults(plan)],
  ];
  return found.filter(([, stands]) => stands).map(([what]) => what);
}

export const RULES: readonly Rule[] = [
  {
    reads: ['precondition', 'device', 'metadata.format'],
    examine: ({ precondition, device, metadata }) => {
      const { fillShare, remapCount, spareShare } = precondition;
      const breaches: Breach[] = [];
      if (fillShare > 0 && device.medium === 'none') {
        const message = 'precondition.fill needs device.medium memory, not none';
        breaches.push(breach(['precondition.fill'], message, 'there is nothing to write to'));
      }
      if (remapCount > 0 && spareShare > 0) {
        const message = 'precondition.remaps and precondition.sparesUsed exclude each other';
        breaches.push(breach(['precondition.sparesUsed'], message, 'both say how many'));
      }
      const { sectorCount, limit } = device.spare;
      const most = Math.min(device.sectorCount, sectorCount, limit ?? sectorCount);
      if (remapCount > most) {
        const message =
          `precondition.remaps must be at most ${most}, for so many sectors and spares there ` +
          `are, not ${remapCount}`;
        breaches.push(breach(['precondition.remaps'], message));
      }
      if (metadata.format !== 'none' && fillShare + remapCount + spareShare > 0) {
        const message = `precondition cannot be combined with metadata.format ${metadata.format}`;
        const hint = 'power cuts are tried on all that was ever written';
        breaches.push(breach(['precondition'], message, hint));
      }
      return breaches;
    },
  },
  {
    reads: ['jobs'],
    examine: ({ jobs }) =>
      jobs.flatMap(({ name, startsAfter }, index) => {
        const at = [`jobs.${name}.after`];
        const known = `known: ${jobs.map((job) => job.name).join(', ')}`;
        if (startsAfter === -1) {
          return [breach(at, `jobs.${name}.after names a job that there is not`, known)];
        }
        if (!waitsForItself(jobs, index)) return [];
        return [breach(at, `jobs.${name} would wait for its own end`)];
      }),
  },
  {
    reads: ['jobs', 'load.threads'],
    examine: ({ jobs, load }) => {
      if (load.threadCount <= THREAD_COUNT_MAX) return [];
      const message =
        `all jobs together must have at most ${THREAD_COUNT_MAX} threads, not ` +
        `${load.threadCount}`;
      return jobs.length === 1 ? [] : [breach(['jobs'], message)];
    },
  },
  {
    reads: ['jobs', 'load.trace', 'load.messages'],
    examine: ({ jobs }) =>
      (['trace', 'messages'] as const).flatMap((key) => {
        const [first, second] = jobs.filter((job) => job[key] !== null);
        if (first === undefined || second === undefined) return [];
        const message = `only one job can have ${key}, and ${first.name} and ${second.name} both do`;
        return [breach([`jobs.${second.name}.${key}`, `load.${key}`], message)];
      }),
  },
  {
    reads: [
      'load.duration',
      'load.operations',
      'load.until',
      'load.trace',
      'load.messages',
      'load.threads',
    ],
    examine: ({ job, steady }) => {
      // What until: steady needs is said by its own rule.
      if (steady !== null) return [];
      const isEndless =
        job.durationNs === null && job.operationCount === null && !job.untilExhausted;
      const endsWithMessages = job.messages !== null && job.threadCount === 1;
      if (!isEndless || job.trace !== null || endsWithMessages) return [];
      const message = 'load has no end: give at least one of duration, operations or until';
      return [breach(['load.duration'], message, 'for instance "duration: 5s"')];
    },
  },
  {
    reads: ['explore.finds', 'explore.by'],
    examine: ({ explore }) => {
      if (explore.by === null || explore.finds !== null) return [];
      return [
        breach(['explore.by'], 'explore.by says what a fault comes of; explore.finds is missing'),
      ];
    },
  },
  {
    reads: ['load.trace'],
    examine: ({ job }, given) =>
      job.trace === null
        ? []
        : ['load.mix', 'load.blockSize', 'load.addresses', 'load.until']
            .filter(given)
            .map((key) => breach([key], `${key} cannot be combined with load.trace`, TRACE_SAYS)),
  },
  {
    reads: ['load.trace'],
    examine: ({ job: { trace } }) => {
      if (trace === null) return [];
      const { format, columns } = trace;
      if (format === 'csv' && columns === null) {
        const message = 'load.trace.columns is needed with format: csv';
        return [breach(['load.trace.format'], message, COLUMNS_HINT)];
      }
      if (columns === null || format === 'csv' || format === 'auto') return [];
      const message = `load.trace.columns has no meaning with format: ${format}`;
      return [breach(['load.trace.columns'], message, 'it says which column of a CSV is which')];
    },
  },
  {
    reads: ['load.messages', 'load.mix', 'load.trace', 'load.until', 'load.warmup'],
    examine: ({ load, job }, given) => {
      if (job.messages === null) return [];
      const breaches = ['load.trace', 'load.until']
        .filter(given)
        .map((key) => breach([key], `${key} cannot be combined with load.messages`));
      if (job.mix.remap + job.mix.unremap > 0) {
        const message = 'load.mix must not remap when load.messages is given';
        breaches.push(breach(['load.mix'], message, 'the messages say what is remapped'));
      }
      if (job.threadCount === 1 && given('load.mix')) {
        const message = 'load.mix needs a second thread when load.messages is given';
        breaches.push(breach(['load.mix'], message, 'the first one sends the messages'));
      }
      if (load.warmupNs > 0) {
        const message = 'load.warmup must be 0ms when load.messages is given';
        breaches.push(breach(['load.warmup'], message, 'each message is sent once, and counts'));
      }
      const count = messageCountOf(job.messages);
      if (count > MESSAGE_COUNT_MAX) {
        const message = `load.messages must come to at most ${MESSAGE_COUNT_MAX} messages, not ${count}`;
        breaches.push(breach(['load.messages'], message));
      }
      return breaches;
    },
  },
  {
    reads: ['load.mix'],
    examine: ({ job }, given) => {
      const isAllZero = Object.values(job.mix).every((weight) => weight === 0);
      if (!given('load.mix') || !isAllZero) return [];
      return [breach(['load.mix'], 'load.mix has no weight above 0: nothing would be issued')];
    },
  },
  {
    reads: ['load.mix', 'allocator.protocol', 'remap.inFlight'],
    examine: ({ job, allocator, remap }) => {
      if (job.mix.unremap === 0) return [];
      const at = ['load.mix.unremap'];
      const breaches: Breach[] = [];
      if (allocator.protocol !== 'guarded') {
        const { protocol } = allocator;
        const message = `load.mix.unremap needs allocator.protocol guarded, not ${protocol}`;
        breaches.push(breach(at, message, 'as published, a spare is never given back'));
      }
      if (remap.inFlight !== 'drain') {
        const message = `load.mix.unremap needs remap.inFlight drain, not ${remap.inFlight}`;
        breaches.push(breach(at, message, 'else I/O in flight could reach a spare given away'));
      }
      if (job.mix.remap === 0) {
        const message = 'load.mix.unremap needs load.mix.remap above 0';
        breaches.push(breach(at, message, 'else there is nothing to undo'));
      }
      return breaches;
    },
  },
  {
    reads: ['target.protocol', 'remap.lookup', 'load.mix'],
    examine: ({ target, remap, job }) => {
      if (target.protocol === 'guarded') return [];
      const breaches: Breach[] = [];
      if (remap.lookup !== 'linear') {
        const message = `target.protocol as-published needs remap.lookup linear, not ${remap.lookup}`;
        breaches.push(
          breach(['target.protocol'], message, 'its slots are searched from the front'),
        );
      }
      if (job.mix.unremap > 0) {
        const message = 'load.mix.unremap needs target.protocol guarded, not as-published';
        const hint = 'as published, no slot is given back';
        breaches.push(breach(['load.mix.unremap', 'target.protocol'], message, hint));
      }
      return breaches;
    },
  },
  {
    reads: ['load.until', 'load.mix', 'load.trace'],
    examine: ({ job }) => {
      if (!job.untilExhausted || job.trace !== null || job.mix.remap > 0) return [];
      const message = 'load.until: exhausted needs load.mix.remap above 0, to use up the spares';
      return [breach(['load.until'], message)];
    },
  },
  {
    reads: ['load.until', 'load.warmup', 'load.duration', 'load.operations'],
    examine: ({ load, job }) => {
      const isOnlyLimit = job.durationNs === null && job.operationCount === null;
      if (!job.untilExhausted || !isOnlyLimit || load.warmupNs === 0) return [];
      const message =
        'load.warmup must be 0ms when until: exhausted is the only limit: spares claimed during ' +
        'warm-up are not measured, and it might use up all of them';
      return [breach(['load.warmup'], message)];
    },
  },
  {
    reads: ['load.until', 'load.duration', 'load.operations', 'steady', 'interval'],
    examine: ({ steady, jobs, intervalNs }, given) => {
      if (steady === null) {
        const message = 'steady has no effect without load.until: steady';
        return given('steady') ? [breach(['steady'], message)] : [];
      }
      const breaches: Breach[] = [];
      const durationNs = Math.max(0, ...jobs.map((job) => job.durationNs ?? 0));
      if (jobs.some((job) => job.operationCount !== null)) {
        const message = 'load.operations cannot be combined with load.until: steady';
        breaches.push(breach(['load.operations'], message, 'give a duration'));
      }
      if (durationNs === 0) {
        const message = 'load.until: steady needs load.duration, in case it never is';
        return [...breaches, breach(['load.until'], message, 'for instance "duration: 60s"')];
      }
      const points = steady.windowNs / intervalNs;
      if (!Number.isInteger(points) || points < STEADY_POINTS_MIN || points > STEADY_POINTS_MAX) {
        const message =
          `steady.window must be ${STEADY_POINTS_MIN} to ${STEADY_POINTS_MAX} times interval ` +
          `(${formatTime(intervalNs)}) and a multiple of it, not ${formatTime(steady.windowNs)}`;
        breaches.push(breach(['steady.window', 'interval', 'load.until'], message));
      }
      if (durationNs < steady.windowNs) {
        const message =
          `load.duration must be at least steady.window (${formatTime(steady.windowNs)}), or ` +
          'there is never a whole window to judge';
        breaches.push(breach(['load.duration'], message));
      }
      return breaches;
    },
  },
  {
    reads: ['allocator.kind', 'allocator.protocol'],
    examine: ({ allocator }) => {
      const { kind, protocol } = allocator;
      if (protocol !== 'as-published' || kind === 'cached' || kind === 'linear') return [];
      const message =
        'allocator.protocol as-published exists for the kinds cached and linear, not for ' +
        `${kind}`;
      return [breach(['allocator.protocol'], message, 'use guarded')];
    },
  },
  {
    reads: ['allocator.cache.slots', 'allocator.cache.batch'],
    examine: ({ allocator }) => {
      const { batchCount, slotCount } = allocator.cache;
      if (batchCount <= slotCount) return [];
      const message =
        `allocator.cache.batch must be from 1 to allocator.cache.slots (${slotCount}), not ` +
        `${batchCount}`;
      return [breach(['allocator.cache.batch', 'allocator.cache.slots'], message)];
    },
  },
  {
    reads: ['load.blockSize', 'device.sectors'],
    examine: ({ job, device }) =>
      job.blockSizes.flatMap(({ sectorCount }, index) => {
        if (sectorCount <= device.sectorCount) return [];
        const device_ = formatSize(device.sectorCount * SECTOR_BYTES);
        const message =
          `load.blockSize must be at most the device (${device_}), not ` +
          `${formatSize(sectorCount * SECTOR_BYTES)}`;
        return [{ at: [...blockPaths(index), path('device.sectors')], message }];
      }),
  },
  {
    reads: ['load.blockSize'],
    examine: ({ job }) => {
      if (job.blockSizes.length === 0 || job.blockSizes.some(({ weight }) => weight > 0)) return [];
      return [breach(['load.blockSize'], 'load.blockSize has no weight above 0')];
    },
  },
  {
    reads: ['load.addresses', 'load.blockSize', 'load.threads', 'device.sectors'],
    examine: ({ job, device }) => {
      if (job.addresses.slices !== 'disjoint') return [];
      const slice = sliceSectorCount(job, device.sectorCount);
      const block = Math.max(0, ...job.blockSizes.map(({ sectorCount }) => sectorCount));
      if (slice >= block) return [];
      const message =
        `load.addresses.slices: disjoint gives each of ${job.threadCount} threads ${slice} ` +
        `sectors of the device, fewer than the largest block of ${block}`;
      return [breach(['load.addresses.slices'], message)];
    },
  },
  {
    reads: ['load.addresses'],
    examine: ({ job }, given) => {
      const { distribution } = job.addresses;
      return Object.entries(PARAMETER_OF).flatMap(([key, owner]) => {
        const at = `load.addresses.${key}`;
        if (distribution === owner || !given(at)) return [];
        return [breach([at], `${at} belongs to distribution ${owner}, not ${distribution}`)];
      });
    },
  },
  {
    reads: ['load.addresses', 'load.blockSize', 'load.threads', 'device.sectors'],
    examine: ({ job, device }) => {
      const { distribution, zones } = job.addresses;
      if (distribution !== 'zoned') return [];
      const at = ['load.addresses.zones', 'load.addresses.distribution'];
      if (zones.length === 0) {
        const message = 'load.addresses.zones is missing, which distribution zoned needs';
        return [breach(at, message, 'for instance [{ accesses: 80%, space: 20% }, …]')];
      }
      const breaches = (['accesses', 'space'] as const).flatMap((key) => {
        const sum = zones.reduce((total, zone) => total + zone[key], 0);
        if (Math.abs(sum - 1) < 1e-6) return [];
        const percent = Number((100 * sum).toFixed(4));
        const message = `load.addresses.zones must have 100% of the ${key} together, not ${percent}%`;
        return [breach(at, message)];
      });
      if (breaches.length > 0) return breaches;
      const sectorCount = sliceSectorCount(job, device.sectorCount);
      const unit = Math.min(...job.blockSizes.map((size) => size.sectorCount));
      // Slices of several threads may differ by a block.
      const least = Math.floor(sectorCount / unit);
      const empty = zones.findIndex(
        ({ accesses }, index) =>
          accesses > 0 &&
          [least, least + 1].some((count) => zonesOf(count, zones)[index]?.itemCount === 0),
      );
      if (empty < 0) return [];
      const message = `load.addresses.zones has a zone (the ${ordinal(empty)}) that is smaller than a block`;
      return [breach(at, message)];
    },
  },
  {
    reads: ['load.addresses', 'load.blockSize'],
    examine: ({ job }) => {
      if (job.addresses.distribution !== 'once' || job.blockSizes.length < 2) return [];
      const message = 'load.addresses.distribution once needs a single load.blockSize, not a list';
      const hint = 'blocks of several sizes overlap, so none would come exactly once';
      return [breach(['load.addresses.distribution'], message, hint)];
    },
  },
  {
    reads: ['load.mix', 'load.threads', 'device.sectors'],
    examine: ({ job, load, device }) => {
      if (job.mix.remap === 0 || device.sectorCount >= load.threadCount) return [];
      const message =
        `device.sectors must be at least the number of threads (${load.threadCount}) when sectors are ` +
        `remapped, since each thread has a range of its own; it is ${device.sectorCount}`;
      return [breach(['device.sectors', 'load.threads'], message)];
    },
  },
  {
    reads: ['device.medium', 'integrity'],
    examine: ({ device, integrity }) => {
      if (device.medium === 'memory' || integrity === 'off') return [];
      const message = `device.medium none needs integrity off, not ${integrity}`;
      const hint = 'what was written there cannot be read back';
      return [breach(['device.medium', 'integrity'], message, hint)];
    },
  },
  {
    reads: ['device.channels', 'device.serviceTime'],
    examine: ({ device }) => {
      if (device.serviceTime.kind !== 'none' || device.channelCount === 1) return [];
      const message = 'device.channels can have no effect without device.serviceTime';
      const hint = 'no request is served for long enough that another could wait for it';
      return [breach(['device.channels'], message, hint)];
    },
  },
  {
    reads: ['device.stalls'],
    examine: ({ device }) => {
      let stalledShare = 0;
      const breaches: Breach[] = [];
      for (const { forNs, everyNs } of device.stalls) {
        if (everyNs === null) continue;
        stalledShare += forNs / everyNs;
        if (everyNs > forNs) continue;
        const message =
          `a stall of ${formatTime(forNs)} must come every more than ${formatTime(forNs)}, not ` +
          `every ${formatTime(everyNs)}`;
        breaches.push(breach(['device.stalls'], message));
      }
      if (breaches.length > 0 || stalledShare < 1) return breaches;
      const message = 'device.stalls take all time together: the device would never serve anything';
      return [breach(['device.stalls'], message)];
    },
  },
  {
    reads: ['device.spare.placement', 'device.spare.sectors'],
    examine: ({ device }) => {
      const { placement, sectorCount } = device.spare;
      if (placement !== 'v4-fixed' || sectorCount >= V4_FIXED_SECTORS_MIN) return [];
      const message =
        `device.spare.sectors must be at least ${V4_FIXED_SECTORS_MIN} with placement ` +
        `v4-fixed, not ${sectorCount}`;
      return [breach(['device.spare.sectors', 'device.spare.placement'], message)];
    },
  },
  {
    reads: ['load.fsync', 'load.trace'],
    examine: ({ job }) =>
      job.trace !== null && job.writesPerFlush > 0
        ? [breach(['load.fsync'], 'load.fsync cannot be combined with load.trace', TRACE_SAYS)]
        : [],
  },
  {
    reads: ['metadata.format', 'device.medium', 'integrity'],
    examine: ({ metadata, device, integrity }) => {
      if (metadata.format === 'none') return [];
      const at = ['metadata.format'];
      const breaches: Breach[] = [];
      if (device.medium === 'none') {
        const message = `metadata.format ${metadata.format} needs device.medium memory`;
        breaches.push(breach(at, message, 'else there is nothing to write it to'));
      } else if (integrity === 'off') {
        const message = `metadata.format ${metadata.format} needs integrity strict or sampled`;
        breaches.push(breach(at, message, 'else all writes are alike, and none can be missed'));
      }
      return breaches;
    },
  },
  {
    reads: ['metadata.format', 'faults.badSectors', 'faults.corruption', 'events', 'autoRemap'],
    examine: ({ metadata, faults, events, autoRemap }) => {
      if (metadata.format === 'none') return [];
      const given = [
        ...(faults.badSectors.length > 0 ? ['faults.badSectors'] : []),
        ...(faults.corruption.length > 0 ? ['faults.corruption'] : []),
        ...(autoRemap === null ? [] : ['autoRemap']),
      ].map((key) => [key, key] as const);
      const addsBad = events.some(({ action }) => action.kind === 'addBad');
      return [...given, ...(addsBad ? [['events', 'addBad in events'] as const] : [])].map(
        ([key, text]) =>
          breach([key], `${text} cannot be combined with metadata.format ${metadata.format}`),
      );
    },
  },
  {
    reads: ['metadata.format', 'metadata.copies', 'device.spare.placement', 'device.spare.sectors'],
    examine: ({ metadata, device }) => {
      if (metadata.format !== 'redundant') return [];
      const { placement, sectorCount } = device.spare;
      const places = placesOf(placement, sectorCount);
      if (metadata.copyCount <= places) return [];
      const message =
        `metadata.copies must be at most ${places} where the placement ${placement} reserves as ` +
        `many in ${sectorCount} sectors, not ${metadata.copyCount}`;
      return [breach(['metadata.copies', 'metadata.format'], message)];
    },
  },
  {
    reads: ['metadata.format', 'device.spare.sectors', 'device.spare.start'],
    examine: ({ metadata, device }) => {
      const { sectorCount, start } = device.spare;
      if (metadata.format !== 'published' || (sectorCount >= 16 && start === 0)) return [];
      const message =
        'metadata.format published takes sectors 0 to 15 of the spare device: the area must ' +
        `begin there (device.spare.start 0, not ${start}) and have 16 sectors at least`;
      return [breach(['metadata.format'], message)];
    },
  },
  {
    reads: ['metadata.copies', 'metadata.crash'],
    examine: ({ metadata }) => {
      const { crash, copyCount, format } = metadata;
      const copies = format === 'redundant' ? copyCount : 1;
      if (crash.corruptCopyCount <= copies) return [];
      const message =
        `metadata.crash.corruptCopies must be at most the number of copies (${copies}), not ` +
        `${crash.corruptCopyCount}`;
      return [breach(['metadata.crash.corruptCopies'], message)];
    },
  },
  {
    reads: ['expect', 'metadata.format'],
    examine: ({ expect, metadata }) => {
      if (expect !== 'metadata-loss' || metadata.format !== 'none') return [];
      const message = 'expect: metadata-loss needs metadata.format published or redundant';
      return [breach(['expect'], message)];
    },
  },
  {
    reads: ['load.model', 'load.rate', 'load.stages', 'load.arrivals', 'load.thinkTime'],
    examine: ({ job }, given) => {
      if (job.arrivals === null) {
        return ['load.rate', 'load.arrivals']
          .filter(given)
          .map((key) =>
            breach(
              [key],
              `${key} belongs to load.model open`,
              'a closed load has no rate of its own',
            ),
          );
      }
      const breaches: Breach[] = [];
      if (!given('load.rate') && !given('load.stages')) {
        const message = 'load.model open needs load.rate, or load.stages with rates';
        breaches.push(breach(['load.model'], message, 'for instance "rate: 10k/s"'));
      } else if (
        job.arrivals.segments.every(({ toPerSecond }) => toPerSecond === 0) &&
        !stagesHave(given, 'threads')
      ) {
        breaches.push(breach(['load.stages'], 'load.stages has no rate above 0/s', NOTHING_COMES));
      }
      if (job.thinkTimeNs > 0) {
        const message = 'load.thinkTime belongs to load.model closed, not open';
        breaches.push(breach(['load.thinkTime'], message, 'arrivals wait for nobody'));
      }
      for (const key of ['load.trace', 'load.messages'].filter(given)) {
        const message = `load.model open cannot be combined with ${key}`;
        breaches.push(breach(['load.model'], message, `${key} says itself what comes next`));
      }
      return breaches;
    },
  },
  {
    reads: ['load.model', 'load.stages', 'load.threads', 'load.trace', 'load.messages'],
    examine: ({ job }, given) => {
      const at = ['load.stages'];
      if (!given('load.stages')) return [];
      const breaches: Breach[] = [];
      for (const key of ['load.trace', 'load.messages'].filter(given)) {
        breaches.push(breach(at, `load.stages cannot be combined with ${key}`));
      }
      const isOpen = job.arrivals !== null;
      const wrong = isOpen ? 'threads' : 'rate';
      if (stagesHave(given, wrong)) {
        const message = isOpen
          ? 'load.stages with threads belong to load.model closed: arrivals are dealt to all threads'
          : 'load.stages with rates belong to load.model open';
        breaches.push(breach(at, message));
        return breaches;
      }
      const most = Math.max(0, ...job.threadSegments.map(({ toCount }) => toCount));
      if (!isOpen && most === 0) {
        breaches.push(breach(at, 'load.stages has no number of threads above 0', NOTHING_COMES));
      }
      if (most > job.threadCount) {
        const message = `load.stages must have at most load.threads (${job.threadCount}) threads, not ${most}`;
        breaches.push(breach(at, message));
      }
      return breaches;
    },
  },
  {
    reads: ['load.iodepth', 'device.serviceTime', 'device.stalls', 'load.mix', 'load.thinkTime'],
    examine: (plan) => {
      const { job } = plan;
      if (job.ioDepth === 1) return [];
      const at = ['load.iodepth'];
      if (!hasServiceModel(plan)) {
        const message =
          'load.iodepth can have no effect: this device answers as soon as the data is copied, so ' +
          'a thread never has more than one operation in flight';
        return [breach(at, message, 'give the device a serviceTime, or stalls')];
      }
      const { read, write, flush, trim } = job.mix;
      if (job.trace === null && read + write + flush + trim === 0 && job.writesPerFlush === 0) {
        const message =
          'load.iodepth can have no effect: the mix has no reads or writes, and a remap is done ' +
          'by its thread';
        return [breach(at, message)];
      }
      if (job.thinkTimeNs === 0) return [];
      const message =
        'load.iodepth above 1 cannot be combined with load.thinkTime, the pause after an operation';
      return [breach(at, message, 'use model open to spread operations over time')];
    },
  },
  {
    reads: ['load.thinkTime', 'watchdog'],
    examine: ({ job, watchdogNs }) => {
      if (job.thinkTimeNs < watchdogNs) return [];
      const message =
        `load.thinkTime must be shorter than watchdog (${formatTime(watchdogNs)}), which ` +
        `would end the run, not ${formatTime(job.thinkTimeNs)}`;
      return [breach(['load.thinkTime', 'watchdog'], message)];
    },
  },
  {
    reads: [
      ...['load.timing', 'load.model', 'load.thinkTime', 'load.mix', 'load.fsync', 'load.trace'],
      ...['load.messages', 'load.iodepth', 'load.rate', 'device', 'integrity', 'autoRemap'],
      ...['faults', 'events'],
    ],
    examine: (plan) => {
      if (plan.job.timing !== 'chained') return [];
      const needed = betweenOperations(plan);
      if (needed.length === 0) return [];
      const message = `load.timing chained needs ${needed.join(', ')}`;
      const hint =
        'nothing may stand between two operations of which one ends where the next begins';
      return [breach(['load.timing'], message, hint)];
    },
  },
  {
    reads: ['faults.thread', 'load.threads'],
    examine: ({ faults, load }) => {
      if (faults.thread === null || faults.thread.thread < load.threadCount) return [];
      const message =
        `faults.thread.index must be below the number of threads (${load.threadCount}), not ` +
        `${faults.thread.thread}`;
      return [breach(['faults.thread.index'], message)];
    },
  },
  {
    reads: ['overhead.operations'],
    examine: ({ overhead }) => {
      if (overhead.commands.includes('ping')) return [];
      const message = 'overhead.operations must name ping, the empty call';
      return [breach(['overhead.operations'], message, 'all others are held against it')];
    },
  },
  {
    reads: ['overhead.operations', 'overhead.expect'],
    examine: ({ overhead }) => {
      const { commands, expect } = overhead;
      if (expect === 'any' || commands.includes('remap')) return [];
      const message = 'overhead.expect is about remap, which overhead.operations must name';
      return [breach(['overhead.expect', 'overhead.operations'], message)];
    },
  },
  {
    reads: ['faults.badSectors', 'events', 'device'],
    examine: ({ faults, events, device }) => [
      ...faults.badSectors.flatMap(({ choice }, index) =>
        outsideBreaches(choice, device, ['faults', 'badSectors', index]),
      ),
      ...events.flatMap(({ action }) =>
        action.kind === 'addBad' || action.kind === 'removeBad'
          ? outsideBreaches(action.choice, device, ['events'])
          : [],
      ),
    ],
  },
  {
    reads: ['faults', 'events'],
    examine: ({ faults, events }) => {
      const names = [...faults.badSectors, ...faults.corruption].map(({ name }) => name);
      const known = names.filter((name) => name !== '');
      const twice = known.find((name, index) => known.indexOf(name) !== index);
      const breaches: Breach[] = [];
      if (twice !== undefined) {
        breaches.push(breach(['faults'], `faults has two entries of the name ${twice}`));
      }
      for (const { action } of events) {
        if (action.kind !== 'enable' && action.kind !== 'disable') continue;
        if (known.includes(action.name)) continue;
        const message = `events ${action.kind} ${action.name}, and no entry of faults has that name`;
        const hint = known.length === 0 ? 'give an entry a name' : `known: ${known.join(', ')}`;
        breaches.push(breach(['events'], message, hint));
      }
      return breaches;
    },
  },
  {
    reads: ['events', 'watchdog'],
    examine: ({ events, watchdogNs }) =>
      events.flatMap(({ action }) => {
        if (action.kind !== 'stall') return [];
        const length = formatTime(action.forNs);
        if (action.forNs >= watchdogNs) {
          const message =
            `a stall must be shorter than watchdog (${formatTime(watchdogNs)}), which would end ` +
            `the run, not ${length}`;
          return [breach(['events', 'watchdog'], message)];
        }
        if (action.everyNs === null || action.everyNs > action.forNs) return [];
        const message =
          `a stall of ${length} must come every more than ${length}, not every ` +
          `${formatTime(action.everyNs)}`;
        return [breach(['events'], message)];
      }),
  },
  {
    reads: ['faults', 'events', 'device.medium'],
    examine: (plan) => {
      if (plan.device.medium === 'memory' || !hasMediumFaults(plan)) return [];
      const message = 'device.medium none cannot fail: there is nothing behind it';
      return [breach(['device.medium'], message, 'faults and events need medium memory')];
    },
  },
  {
    reads: ['faults.corruption', 'integrity', 'load.threads'],
    examine: ({ faults, integrity, load }) => {
      const breaches: Breach[] = [];
      if (faults.corruption.length > 0 && integrity === 'off') {
        const message = 'faults.corruption needs integrity strict or sampled, not off';
        const hint = 'nothing would see it';
        breaches.push(breach(['faults.corruption', 'integrity'], message, hint));
      }
      for (const { thread } of faults.corruption) {
        if (thread < load.threadCount) continue;
        const message =
          `faults.corruption has an entry for thread ${thread}; it must be below the number of ` +
          `threads (${load.threadCount})`;
        breaches.push(breach(['faults.corruption'], message));
      }
      return breaches;
    },
  },
  {
    reads: ['autoRemap', 'target', 'allocator', 'remap.inFlight', 'load.mix', 'device.medium'],
    examine: ({ autoRemap, target, allocator, remap, job, device }) => {
      if (autoRemap === null) return [];
      const at = ['autoRemap'];
      const breaches: Breach[] = [];
      if (device.medium === 'none') {
        breaches.push(breach(at, 'autoRemap needs device.medium memory, not none'));
      }
      if (target.protocol !== 'guarded') return breaches;
      if (allocator.protocol !== 'guarded') {
        const message = 'autoRemap with target.protocol guarded needs allocator.protocol guarded';
        const hint = 'it takes its spares from the allocator, and gives back what it cannot use';
        breaches.push(breach(at, message, hint));
      }
      if (remap.inFlight !== 'drain') {
        const message = 'autoRemap with target.protocol guarded needs remap.inFlight drain';
        breaches.push(breach(at, message, 'else I/O in flight would be lost behind a remap'));
      }
      if (job.mix.unremap > 0) {
        const message = 'autoRemap cannot be combined with load.mix.unremap';
        breaches.push(breach(at, message, 'a sector would be moved back to where it failed'));
      }
      return breaches;
    },
  },
];

/** Which distribution a parameter belongs to. */
const PARAMETER_OF = {
  theta: 'zipf',
  h: 'pareto',
  mean: 'normal',
  deviation: 'normal',
  zones: 'zoned',
} as const;

/** Sectors that each thread of a job addresses, at least. */
function sliceSectorCount({ addresses, threadCount }: JobPlan, sectorCount: number): number {
  return addresses.slices === 'shared' ? sectorCount : Math.floor(sectorCount / threadCount);
}

const ORDINALS = ['first', 'second', 'third'];

function ordinal(index: number): string {
  return ORDINALS[index] ?? `${index + 1}th`;
}

/** Whether a job that waits for another waits, over however many, for itself. */
function waitsForItself(jobs: readonly JobPlan[], index: number): boolean {
  let at = jobs[index]?.startsAfter ?? null;
  for (let step = 0; step < jobs.length && at !== null; step++) {
    if (at === index) return true;
    at = jobs[at]?.startsAfter ?? null;
  }
  return false;
}

const NOTHING_COMES = 'nothing would ever be issued';

/** Whether a stage has that key; at most so many are looked at. */
function stagesHave(given: Given, key: string): boolean {
  for (let index = 0; given(`load.stages.${index}`); index++) {
    if (given(`load.stages.${index}.${key}`)) return true;
  }
  return false;
}

/** Listed sectors past the end of their surface; clusters that do not fit. */
function outsideBreaches(choice: SectorChoice, device: Plan['device'], at: Path): Breach[] {
  const isMain = choice.surface === 'main';
  const end = isMain ? device.sectorCount : device.spare.sectorCount;
  const name = isMain ? 'device.sectors' : 'device.spare.sectors';
  const outside = choice.listed.find(({ first, sectorCount }) => first + sectorCount > end);
  if (outside !== undefined) {
    const last = outside.first + outside.sectorCount - 1;
    const message = `sector ${last} cannot be bad: ${name} is ${end}, so the last one is ${end - 1}`;
    return [{ at: [at], message }];
  }
  const { count, sectorCount } = choice.clusters;
  if (count * sectorCount <= end) return [];
  const message = `${count} clusters of ${sectorCount} sectors do not fit into ${name} (${end})`;
  return [{ at: [at], message }];
}

const COLUMNS_HINT = 'for instance { time: 1, operation: 2, offset: 3, length: 4 }';
const TRACE_SAYS = 'the trace says what is issued, and where';

function breach(at: readonly string[], message: string, hint?: string): Breach {
  const places = at.map(path);
  return hint === undefined ? { at: places, message } : { at: places, message, hint };
}

function path(key: string): Path {
  return key.split('.');
}

/** blockSize is one size, or a list of them. */
function blockPaths(index: number): Path[] {
  return [
    ['load', 'blockSize', index, 'size'],
    ['load', 'blockSize'],
  ];
}
