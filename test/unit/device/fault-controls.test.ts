import { afterEach, expect, test, vi } from 'vitest';
import { FaultControls } from '../../../src/device/fault-controls.ts';
import { FaultControl, type Layout, STRIDE } from '../../../src/memory/layout.ts';

/** Goal: each order of the coordinator changes the one word that the medium looks at. */
const LAYOUT = {
  faultControl: STRIDE,
  faultSwitches: 3 * STRIDE,
  badMain: 4 * STRIDE,
  badSpare: 5 * STRIDE,
} as Layout;

afterEach(() => {
  vi.restoreAllMocks();
});

function controlled() {
  const words = new Int32Array(new SharedArrayBuffer(6 * STRIDE * 4));
  const controls = new FaultControls(words, LAYOUT);
  const changed = () =>
    [...words].flatMap((value, word) => (value === 0 ? [] : [[word, value] as const]));
  return { words, controls, changed };
}

test('requests wait from stall to resume, which wakes all of them', () => {
  const { words, controls, changed } = controlled();
  // Nobody is woken before there is something to wake for.
  const notify = vi.spyOn(Atomics, 'notify').mockImplementation((view, at) => {
    expect(view[at as number]).toBe(0);
    return 0;
  });
  controls.stall();
  expect(changed()).toEqual([[STRIDE + FaultControl.stall, 1]]);
  controls.resume();
  expect(changed()).toEqual([]);
  expect(notify.mock.calls).toEqual([[words, STRIDE + FaultControl.stall]]);
});

test('without power nobody is left waiting', () => {
  const { controls, changed } = controlled();
  controls.stall();
  controls.cutPower();
  expect(changed()).toEqual([[STRIDE + FaultControl.power, 1]]);
});

test('an entry of corruption is on unless it is switched off', () => {
  const { controls, changed } = controlled();
  controls.setCorrupting(1, false);
  expect(changed()).toEqual([[3 * STRIDE + 1, 1]]);
  controls.setCorrupting(0, true);
  expect(changed()).toEqual([[3 * STRIDE + 1, 1]]);
  controls.setCorrupting(1, true);
  expect(changed()).toEqual([]);
});

test('each surface has states of its own', () => {
  const { controls, changed } = controlled();
  controls.setBad('main', 2, 1);
  controls.setBad('spare', 3, 2);
  expect(changed()).toEqual([
    [4 * STRIDE + 2, 1],
    [5 * STRIDE + 3, 2],
  ]);
  expect([controls.stateOf('main').isBad(2), controls.stateOf('spare').isBad(2)]).toEqual([
    true,
    false,
  ]);
});
