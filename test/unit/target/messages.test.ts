import { describe, expect, test } from 'vitest';
import { HeldMetadata } from '../../../src/device/metadata-store.ts';
import type { Memory } from '../../../src/memory/attach.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import { type MessageTarget, messageTargetOn } from '../../../src/target/messages.ts';
import { memoryFor } from '../../support/plans.ts';
import { withLoad } from '../../support/run-record.ts';
import { guardedPlan, publishedPlan } from '../../support/targets.ts';

const SMALL = { spareCount: 100, sectorCount: 200 };

function targetOf(plan: Plan): { readonly target: MessageTarget; readonly memory: Memory } {
  const memory = memoryFor(plan);
  return { target: messageTargetOn(plan, memory, 0), memory };
}

function published(): MessageTarget {
  return targetOf(publishedPlan(SMALL)).target;
}

function guarded(): MessageTarget {
  return targetOf(guardedPlan(SMALL)).target;
}

describe('as published', () => {
  test.each([
    ['remap 100', 'remapped sector 100 -> spare sector 40', 4],
    ['ping', 'pong', 7],
    ['verify 7', 'sector 7 not remapped', 3],
    ['clear', 'cleared all remap entries', 3],
    ['save', 'metadata saved successfully', 3],
    ['restore', 'metadata read failed: -22', 3],
    ['sync', 'synced 100 entries to metadata', 3],
    ['metadata_status', 'metadata generation 0, 0 saved, 0 failed', 3],
    ['info', 'error: unknown command info', 3],
    ['debug', 'error: unknown command debug', 3],
    ['stats', 'error: unknown command stats', 3],
    ['status', 'error: unknown command status', 3],
    ['set_auto_remap 1', 'error: unknown command set_auto_remap', 4],
    ['remap 99999999', 'remapped sector 99999999 -> spare sector 40', 4],
    ['remap', 'error: remap needs one sector number', 3],
    ['remap x', 'error: remap needs one sector number', 4],
  ])('%s', (text, reply, logLines) => {
    // Whatever became of it: 0, and the reply stays in the kernel.
    expect(published().message(text)).toEqual({ code: 0, reply, delivered: false, logLines });
  });

  test('what a script can let happen is no message', () => {
    expect(published().message('auto-remap').reply).toBe('error: unknown command auto-remap');
  });

  test('a remapped sector is said to be, and a second remap is not done', () => {
    const target = published();
    target.message('remap 100');
    expect(target.message('verify 100').reply).toBe('sector 100 -> spare 40');
    expect(target.message('remap 100').reply).toBe('error: sector 100 already remapped');
  });

  test('when all spares are used, every further remap fails', () => {
    const target = published();
    const replies = Array.from({ length: 62 }, (_, lba) => target.message(`remap ${lba}`).reply);
    expect(replies.filter((reply) => reply.startsWith('remapped'))).toHaveLength(60);
    expect(replies.slice(60)).toEqual(
      Array(2).fill('error: no unreserved spare sectors available'),
    );
    expect(target.message('clear').code).toBe(0);
    expect(target.message('remap 1').reply).toBe('error: no unreserved spare sectors available');
  });

  test('spares are named from the start of the area', () => {
    const plan = publishedPlan(SMALL);
    const spare = { ...plan.device.spare, start: 2048 };
    const { target } = targetOf({ ...plan, device: { ...plan.device, spare } });
    expect(target.message('remap 100').reply).toBe('remapped sector 100 -> spare sector 2088');
  });

  test('the line of dmsetup status', () => {
    const target = published();
    target.message('remap 100');
    expect(target.status()).toBe(
      'remapped=1/100 lost=0/100 used=1/100 health=1 errors=W0:R0 auto_remaps=0 ' +
        'manual_remaps=1 scan=0% metadata=generation 0 saves=0/0',
    );
  });
});

describe('corrected', () => {
  test.each([
    ['remap 100', 1, 'remapped sector 100 -> spare sector 40', true, 0],
    ['ping', 1, 'pong', true, 0],
    ['verify 7', 1, 'sector 7 not remapped', true, 0],
    ['clear', 1, 'cleared all remap entries', true, 0],
    ['restore', 1, 'restored 0 entries from metadata', true, 0],
    ['sync', 1, 'synced 0 entries to metadata', true, 0],
    ['info', -22, 'error: unknown command info', false, 1],
    ['remap 200', -34, 'error: sector 200 is not on the device of 200 sectors', false, 1],
    ['verify 200', -34, 'error: sector 200 is not on the device of 200 sectors', false, 1],
    ['remap', -22, 'error: remap needs one sector number', false, 1],
  ])('%s', (text, code, reply, delivered, logLines) => {
    expect(guarded().message(text)).toEqual({ code, reply, delivered, logLines });
  });

  test('a remap that cannot be done is an error, and after clear it can', () => {
    const target = guarded();
    for (let lba = 0; lba < 60; lba++) expect(target.message(`remap ${lba}`).code).toBe(1);
    expect(target.message('remap 5').code).toBe(-17);
    expect(target.message('remap 60').code).toBe(-28);
    target.message('clear');
    for (let lba = 0; lba < 60; lba++) expect(target.message(`remap ${lba}`).code).toBe(1);
  });

  test('more remaps than an image holds are refused, not cut off', () => {
    const { target } = targetOf(guardedPlan({ spareCount: 1024 }));
    for (let lba = 0; lba < 253; lba++) target.message(`remap ${lba}`);
    expect(target.message('sync')).toMatchObject({
      code: -28,
      reply: 'error: more remaps than the metadata can hold',
    });
  });

  test('an image that cannot be is refused before anything is changed', () => {
    const plan = guardedPlan(SMALL);
    const { target, memory } = targetOf(plan);
    const store = new HeldMetadata(memory.words, memory.layout, true);
    store.put(0, 10, 50);
    store.put(1, 200, 51);
    store.commit(2);
    expect(target.message('restore').code).toBe(-22);
    expect(target.message('verify 10').reply).toBe('sector 10 not remapped');
  });
});

test('two threads have one target', () => {
  const plan = withLoad(guardedPlan(SMALL), { threadCount: 2 });
  const memory = memoryFor(plan);
  const [one, other] = [messageTargetOn(plan, memory, 0), messageTargetOn(plan, memory, 1)];
  one.message('remap 100');
  expect(other.message('verify 100').reply).toBe('sector 100 -> spare 40');
});
