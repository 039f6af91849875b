import { allocatorOn, deviceOn } from '../device/index.ts';
import { Outcome } from '../device/outcome.ts';
import { NO_SPARE } from '../device/spare-allocator.ts';
import { DataProbe } from '../load/data-probe.ts';
import { PreRemaps } from '../load/pre-remaps.ts';
import { lockOn } from '../lock/index.ts';
import type { Memory } from '../memory/attach.ts';
import { Allocator, partOf, SECTOR_WORDS, WORD_BYTES } from '../memory/layout.ts';
import { ClaimLog } from '../record/claim-log.ts';
import { OwnerTable } from '../record/owner-table.ts';
import type { PreconditionRecord } from '../record/run-record.ts';
import { ThreadTime } from '../record/thread-time.ts';
import { type Plan, targetLockKindOf } from '../scenario/plan.ts';

/**
 * Brings the device into the state that the load is to meet: written, and with sectors remapped.
 * On the coordinator's thread, before any other is started, in the name of thread 0: what it writes
 * is in the audit and what it claims in the log of that thread, at time 0, so that every check
 * knows of it. No counter and no histogram does.
 */
export function precondition(plan: Plan, memory: Memory): PreconditionRecord {
  const { words, layout } = memory;
  const lock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
  const device = deviceOn(plan, memory, lock);
  const filledSectorCount = fill(plan, memory, device);
  const remapCount = remap(plan, memory, device);
  if (plan.allocator.kind === 'cached') {
    for (const counter of [Allocator.hits, Allocator.misses, Allocator.refills]) {
      words[layout.allocator + counter] = 0;
    }
  }
  return {
    filledSectorCount,
    remapCount,
    wantedRemapCount: new PreRemaps(plan).count,
  };
}

type BuiltDevice = ReturnType<typeof deviceOn>;

/** Writes the first share of the device, block by block. */
function fill(plan: Plan, memory: Memory, device: BuiltDevice): number {
  const { layout } = memory;
  const { sectorCount } = plan.device;
  const probe = plan.integrity === 'off' ? null : new DataProbe(plan, memory, 0, device);
  // Whole groups of the audit, as every write has them.
  const group = 2 ** layout.auditShift;
  const room = layout.stagingWords / SECTOR_WORDS;
  const block = Math.floor(room / group) * group;
  const end = Math.min(
    sectorCount,
    Math.ceil((plan.precondition.fillShare * sectorCount) / group) * group,
  );
  const staging = partOf(layout.staging, 0, 2 * layout.stagingWords);
  for (let lba = 0; lba < end; lba += block) {
    const count = Math.min(block, end - lba);
    const word = probe === null ? staging : probe.beforeWrite(lba, count);
    const outcome = device.write(0, lba, count, Math.imul(word, WORD_BYTES));
    probe?.afterWrite(lba, count, outcome === Outcome.done);
  }
  return end;
}

/** Remaps until all is done that was asked for, or the allocator says "none". */
function remap(plan: Plan, memory: Memory, device: BuiltDevice): number {
  const { words, layout } = memory;
  const wanted = new PreRemaps(plan);
  const lock = lockOn(plan.lock.kind, words, layout.allocationLock);
  const allocator = allocatorOn(plan, words, layout, lock);
  const owners = new OwnerTable(words, layout.owners);
  const claims = new ClaimLog(memory, 0);
  const times = new Float64Array(ThreadTime.count);
  for (let index = 0; index < wanted.count; index++) {
    const lba = wanted.lbaOf(index);
    const spare = allocator.allocate(0);
    if (spare === NO_SPARE) return index;
    const mark = claims.nextMark();
    const owner = owners.claim(spare, mark);
    device.lockTarget(0);
    const outcome = device.attach(lba, spare);
    device.unlockTarget(0);
    claims.claimed(lba, spare, times);
    if (owner !== 0) claims.conflicted(spare, owner, mark);
    if (outcome !== Outcome.done) return index;
    device.finishRemap(0, lba, spare);
  }
  return wanted.count;
}
