import { describe, expect, test } from 'vitest';
import { tryPowerCuts } from '../../../src/crash/index.ts';
import { allocatorOn, deviceOn, targetControlOn } from '../../../src/device/index.ts';
import { ErrorNumber } from '../../../src/device/metadata-store.ts';
import { NoWitness } from '../../../src/device/target-control.ts';
import { lockOn } from '../../../src/lock/index.ts';
import { NO_METADATA, type Plan } from '../../../src/scenario/plan.ts';
import { memoryFor, planWith } from '../../support/plans.ts';

/** A target that messages are sent to, and its memory; metadata is kept on the medium. */
function targetOf(protocol: Plan['target']['protocol'], metadata: Partial<Plan['metadata']>) {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: 128, placement: 'v4-dynamic' } },
    allocator: { kind: 'linear', protocol },
    remap: { lookup: protocol === 'guarded' ? 'hash' : 'linear' },
    target: { protocol },
    load: { messages: [] },
    metadata: {
      ...NO_METADATA,
      crash: { ...NO_METADATA.crash, pointCount: 1000, logSectorCount: 512 },
      ...metadata,
    },
  });
  const memory = memoryFor(plan);
  const { words, layout } = memory;
  const targetLock = lockOn('test-and-set', words, layout.targetLock);
  const control = targetControlOn(plan, memory, {
    device: deviceOn(plan, memory, targetLock),
    targetLock,
    allocator: allocatorOn(
      plan,
      words,
      layout,
      lockOn('test-and-set', words, layout.allocationLock),
    ),
    witness: new NoWitness(),
  });
  return { control, powerCuts: () => tryPowerCuts(plan, words, layout) };
}

describe('messages of the published target', () => {
  test('sync writes every slot, and restore finds a checksum that does not match', () => {
    const { control } = targetOf('as-published', { format: 'published' });
    expect(control.remap(0, 5)).toBe(40);
    expect(control.save(0)).toBe(0);
    expect(control.status(0)).toMatchObject({ generation: 0, saveCount: 0 });
    expect(control.sync(0)).toBe(128);
    expect(control.status(0)).toMatchObject({ generation: 128, saveCount: 1 });
    expect(control.restore(0)).toBe(ErrorNumber.invalid);
  });

  test('sync twice writes twice, and save after it nothing', () => {
    const { control } = targetOf('as-published', { format: 'published' });
    control.sync(0);
    control.sync(0);
    control.save(0);
    expect(control.status(0).saveCount).toBe(2);
  });

  test('what they remapped is lost at a restart, and what was cleared is not missed', () => {
    const { control, powerCuts } = targetOf('as-published', { format: 'published' });
    control.remap(0, 5);
    control.sync(0);
    expect(powerCuts()?.lossCounts['lost remap']).toBeGreaterThan(0);
    const cleared = targetOf('as-published', { format: 'published' });
    cleared.control.remap(0, 5);
    cleared.control.clear(0);
    const record = cleared.powerCuts();
    expect(record).toMatchObject({ remapCount: 1, failedPointCount: 1 });
  });
});

describe('messages of the corrected target', () => {
  test('remaps and clears survive every power cut', () => {
    const { control, powerCuts } = targetOf('guarded', { format: 'redundant' });
    expect(control.remap(0, 5)).toBe(40);
    control.remap(0, 6);
    control.clear(0);
    control.remap(0, 7);
    expect(powerCuts()).toMatchObject({ remapCount: 3, failedPointCount: 0 });
  });

  test('there is nothing to save, and nothing to restore that is not there', () => {
    const { control } = targetOf('guarded', { format: 'redundant' });
    control.remap(0, 5);
    expect([control.sync(0), control.save(0), control.restore(0)]).toEqual([1, 0, 0]);
    expect(control.verify(0, 5)).toBe(40);
    expect(control.status(0).generation).toBe(1);
  });
});
