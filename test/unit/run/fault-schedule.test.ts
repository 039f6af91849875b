import { expect, test } from 'vitest';
import { SOUND } from '../../../src/device/bad-sectors.ts';
import { FaultControls } from '../../../src/device/fault-controls.ts';
import { FaultControl } from '../../../src/memory/layout.ts';
import { FaultSchedule } from '../../../src/run/fault-schedule.ts';
import type {
  BadSectorPlan,
  CorruptionPlan,
  EventAction,
  SectorChoice,
} from '../../../src/scenario/plan.ts';
import { memoryFor, planWith } from '../../support/plans.ts';

/** Goal: at each moment the device fails as the calendar says, and what happened is on record. */
const NOTHING = { surface: 'main', share: 0, clusters: { count: 0, sectorCount: 0 } } as const;

const at = (first: number, sectorCount = 1): SectorChoice => ({
  ...NOTHING,
  listed: [{ first, sectorCount }],
});

const FAILURE = { fails: 'both', lasts: 'for-ever', failedWrites: 0 } as const;

const SET: BadSectorPlan = {
  name: 'scratch',
  enabled: true,
  choice: at(5, 3),
  failure: FAILURE,
  atNs: 0,
  growth: null,
};

function schedule(
  events: readonly [number, EventAction][],
  badSectors: readonly BadSectorPlan[] = [],
  corruption: readonly CorruptionPlan[] = [],
) {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: 16 } },
    faults: { thread: null, badSectors, corruption },
    // A plan without events and faults has no words for them.
    events: [...events, [1e15, { kind: 'crash' }] as const].map(([atNs, action]) => ({
      atNs,
      action,
    })),
  });
  const memory = memoryFor(plan);
  const { words, layout } = memory;
  const controls = new FaultControls(words, layout);
  const calendar = new FaultSchedule(plan, memory);
  calendar.begin();
  return {
    calendar,
    /** Everything up to that moment, as a coordinator that looks once. */
    until: (ns: number) => calendar.apply(() => ns),
    bad: (surface: 'main' | 'spare' = 'main') =>
      Array.from({ length: surface === 'main' ? 64 : 16 }, (_, sector) => sector).filter(
        (sector) => controls.stateOf(surface).firstFailingRead(sector, 1) !== SOUND,
      ),
    stalled: () => words[layout.faultControl + FaultControl.stall],
    switches: () => [...words.slice(layout.faultSwitches, layout.faultSwitches + 1)],
    power: () => words[layout.faultControl + FaultControl.power],
  };
}

test('what is bad from the begin is bad before the gate opens', () => {
  const { bad, calendar } = schedule([], [SET]);
  expect(bad()).toEqual([5, 6, 7]);
  expect(calendar.events).toEqual([
    {
      plannedNs: 0,
      takenNs: 0,
      text: 'scratch: 3 sectors bad, reads and writes fail (for-ever)',
    },
  ]);
});

test('what goes bad later does so at its time', () => {
  const { bad, until } = schedule([], [{ ...SET, atNs: 1000 }]);
  until(999);
  expect(bad()).toEqual([]);
  until(1000);
  expect(bad()).toEqual([5, 6, 7]);
});

test('growth adds so many sectors each time, until all are bad', () => {
  const growth = { everyNs: 100, sectorCount: 20 };
  const { bad, until, calendar } = schedule([], [{ ...SET, growth }]);
  until(99);
  expect(bad()).toHaveLength(3);
  until(100);
  expect(bad()).toHaveLength(23);
  until(305);
  expect(bad()).toHaveLength(63);
  until(5000);
  expect(bad()).toHaveLength(64);
  expect(calendar.events).toHaveLength(1);
});

test('growth while an entry is off shows when it is enabled', () => {
  const growth = { everyNs: 100, sectorCount: 2 };
  const enable: [number, EventAction] = [350, { kind: 'enable', name: 'scratch' }];
  const { bad, until } = schedule([enable], [{ ...SET, enabled: false, growth }]);
  until(349);
  expect(bad()).toEqual([]);
  until(350);
  expect(bad()).toHaveLength(9);
});

test('events add and remove sectors, on either surface', () => {
  const { bad, until, calendar } = schedule([
    [100, { kind: 'addBad', choice: at(9, 2), failure: FAILURE }],
    [100, { kind: 'addBad', choice: { ...at(1), surface: 'spare' }, failure: FAILURE }],
    [200, { kind: 'removeBad', choice: at(9) }],
  ]);
  until(150);
  expect([bad(), bad('spare')]).toEqual([[9, 10], [1]]);
  until(250);
  expect([bad(), bad('spare')]).toEqual([[10], [1]]);
  expect(calendar.events.map(({ plannedNs, takenNs }) => [plannedNs, takenNs])).toEqual([
    [100, 150],
    [100, 150],
    [200, 250],
  ]);
});

test('enable and disable switch bad sectors and corruption by name', () => {
  const rot: CorruptionPlan = {
    name: 'rot',
    enabled: false,
    kind: 'bit-flip',
    rate: 1,
    nth: 0,
    thread: 0,
  };
  const { bad, until, switches } = schedule(
    [
      [100, { kind: 'disable', name: 'scratch' }],
      [100, { kind: 'enable', name: 'rot' }],
      [200, { kind: 'enable', name: 'scratch' }],
      [200, { kind: 'disable', name: 'rot' }],
    ],
    [SET],
    [rot],
  );
  expect([bad().length, switches()]).toEqual([3, [1]]);
  until(100);
  expect([bad().length, switches()]).toEqual([0, [0]]);
  until(200);
  expect([bad().length, switches()]).toEqual([3, [1]]);
});

test('a stall begins, ends, and comes again', () => {
  const { until, stalled, calendar } = schedule([
    [100, { kind: 'stall', forNs: 50, everyNs: 1000 }],
  ]);
  const states = [99, 100, 149, 150, 1099, 1100, 1150, 2120].map((ns) => {
    until(ns);
    return [stalled(), calendar.isStalled];
  });
  const on = [1, true];
  const off = [0, false];
  expect(states).toEqual([off, on, on, off, off, on, off, on]);
});

test('a stall that began late lasts as long as it was meant to', () => {
  const { until, stalled } = schedule([[100, { kind: 'stall', forNs: 50, everyNs: null }]]);
  const states = [400, 449, 450].map((ns) => {
    until(ns);
    return stalled();
  });
  expect(states).toEqual([1, 1, 0]);
});

test('where stalls overlap, the device serves when the last is over', () => {
  const { until, stalled } = schedule([
    [100, { kind: 'stall', forNs: 50, everyNs: null }],
    [120, { kind: 'stall', forNs: 100, everyNs: null }],
  ]);
  const states = [100, 120, 160, 219, 220].map((ns) => {
    until(ns);
    return stalled();
  });
  expect(states).toEqual([1, 1, 1, 1, 0]);
});

test('a power cut ends a stall, and everything else that was to come', () => {
  const { until, stalled, power, calendar } = schedule([
    [100, { kind: 'stall', forNs: 50, everyNs: 60 }],
    [120, { kind: 'crash' }],
  ]);
  until(110);
  expect([stalled(), power(), calendar.crash]).toEqual([1, 0, null]);
  until(130);
  expect([stalled(), power()]).toEqual([0, 1]);
  expect(calendar.crash).toEqual({ plannedNs: 120, takenNs: 130, text: 'power cut' });
  expect(calendar.nextDueNs()).toBe(Number.POSITIVE_INFINITY);
});
