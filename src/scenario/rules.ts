import { formatSize, formatTime } from '../units.ts';
import { type Plan, SECTOR_BYTES } from './plan.ts';
import type { Path } from './tree.ts';

/**
 * What must hold between the keys of a scenario. What one key may be on its own is in schema.ts.
 *
 * Each rule names the keys that it looks at; it is not asked when one of them is wrong already,
 * since its answer would rest on a default that nobody wrote.
 */
export interface Rule {
  readonly reads: readonly string[];
  readonly examine: (plan: Plan, given: Given) => readonly Breach[];
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

export const RULES: readonly Rule[] = [
  {
    reads: ['load.duration', 'load.operations', 'load.until', 'load.trace'],
    examine: ({ load }) => {
      const isEndless =
        load.durationNs === null && load.operationCount === null && !load.untilExhausted;
      if (!isEndless || load.trace !== null) return [];
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
    examine: ({ load }, given) =>
      load.trace === null
        ? []
        : ['load.mix', 'load.blockSize', 'load.addresses', 'load.until']
            .filter(given)
            .map((key) => breach([key], `${key} cannot be combined with load.trace`, TRACE_SAYS)),
  },
  {
    reads: ['load.mix'],
    examine: ({ load }, given) => {
      const isAllZero = Object.values(load.mix).every((weight) => weight === 0);
      if (!given('load.mix') || !isAllZero) return [];
      return [breach(['load.mix'], 'load.mix has no weight above 0: nothing would be issued')];
    },
  },
  {
    reads: ['load.mix', 'allocator.protocol', 'remap.inFlight'],
    examine: ({ load, allocator, remap }) => {
      if (load.mix.unremap === 0) return [];
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
      if (load.mix.remap === 0) {
        const message = 'load.mix.unremap needs load.mix.remap above 0';
        breaches.push(breach(at, message, 'else there is nothing to undo'));
      }
      return breaches;
    },
  },
  {
    reads: ['load.until', 'load.mix', 'load.trace'],
    examine: ({ load }) => {
      if (!load.untilExhausted || load.trace !== null || load.mix.remap > 0) return [];
      const message = 'load.until: exhausted needs load.mix.remap above 0, to use up the spares';
      return [breach(['load.until'], message)];
    },
  },
  {
    reads: ['load.until', 'load.warmup', 'load.duration', 'load.operations'],
    examine: ({ load }) => {
      const isOnlyLimit = load.durationNs === null && load.operationCount === null;
      if (!load.untilExhausted || !isOnlyLimit || load.warmupNs === 0) return [];
      const message =
        'load.warmup must be 0ms when until: exhausted is the only limit: spares claimed during ' +
        'warm-up are not measured, and it might use up all of them';
      return [breach(['load.warmup'], message)];
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
    examine: ({ load, device }) =>
      load.blockSizes.flatMap(({ sectorCount }, index) => {
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
    examine: ({ load }) => {
      if (load.blockSizes.length === 0 || load.blockSizes.some(({ weight }) => weight > 0))
        return [];
      return [breach(['load.blockSize'], 'load.blockSize has no weight above 0')];
    },
  },
  {
    reads: ['load.addresses', 'load.blockSize', 'load.threads', 'device.sectors'],
    examine: ({ load, device }) => {
      if (load.addresses.slices !== 'disjoint') return [];
      const slice = Math.floor(device.sectorCount / load.threadCount);
      const block = Math.max(0, ...load.blockSizes.map(({ sectorCount }) => sectorCount));
      if (slice >= block) return [];
      const message =
        `load.addresses.slices: disjoint gives each of ${load.threadCount} threads ${slice} ` +
        `sectors of the device, fewer than the largest block of ${block}`;
      return [breach(['load.addresses.slices'], message)];
    },
  },
  {
    reads: ['load.addresses'],
    examine: ({ load }, given) => {
      const { distribution } = load.addresses;
      if (distribution === 'zipf' || !given('load.addresses.theta')) return [];
      const message = `load.addresses.theta belongs to distribution zipf, not ${distribution}`;
      return [breach(['load.addresses.theta'], message)];
    },
  },
  {
    reads: ['load.mix', 'load.threads', 'device.sectors'],
    examine: ({ load, device }) => {
      if (load.mix.remap === 0 || device.sectorCount >= load.threadCount) return [];
      const message =
        `device.sectors must be at least load.threads (${load.threadCount}) when sectors are ` +
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
    reads: ['load.thinkTime', 'watchdog'],
    examine: ({ load, watchdogNs }) => {
      if (load.thinkTimeNs < watchdogNs) return [];
      const message =
        `load.thinkTime must be shorter than watchdog (${formatTime(watchdogNs)}), which ` +
        `would end the run, not ${formatTime(load.thinkTimeNs)}`;
      return [breach(['load.thinkTime', 'watchdog'], message)];
    },
  },
  {
    reads: ['faults.thread', 'load.threads'],
    examine: ({ faults, load }) => {
      if (faults.thread === null || faults.thread.thread < load.threadCount) return [];
      const message =
        `faults.thread.index must be below load.threads (${load.threadCount}), not ` +
        `${faults.thread.thread}`;
      return [breach(['faults.thread.index'], message)];
    },
  },
];

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
