import { nowNs } from '../clock.ts';
import { allocatorOn } from '../device/index.ts';
import { NO_SPARE } from '../device/spare-allocator.ts';
import { lockOn } from '../lock/index.ts';
import type { Memory } from '../memory/attach.ts';
import { allocatableEndOf } from '../memory/layout.ts';
import { OwnerTable, ownerMarkOf, UNLOGGED } from '../record/owner-table.ts';
import type { Claim } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';

export interface Drain {
  readonly claims: readonly Omit<Claim, 'order'>[];
  /** Spares that the drain was given although somebody held them: owner mark and spare. */
  readonly conflicts: readonly { readonly spare: number; readonly ownerMark: number }[];
}

/**
 * Takes what can still be had, by one thread with nobody beside it, until "none": what a thread
 * that was refused could not have is seen here. A published linear allocator never says "none", so
 * the drain ends at the latest when it was given as many spares as there are.
 */
export function drainSpares(plan: Plan, memory: Memory, gateNs: number): Drain {
  const { words, layout } = memory;
  const lock = lockOn(plan.lock.kind, words, layout.allocationLock);
  const allocator = allocatorOn(plan, words, layout, lock);
  const owners = new OwnerTable(words, layout.owners);
  const claims: Omit<Claim, 'order'>[] = [];
  const conflicts: { spare: number; ownerMark: number }[] = [];
  while (claims.length < allocatableEndOf(plan)) {
    const issueNs = nowNs() - gateNs;
    const spare = allocator.allocate(0);
    if (spare === NO_SPARE) break;
    claims.push({
      kind: 'drain',
      thread: null,
      lba: null,
      spare,
      issueNs,
      completionNs: nowNs() - gateNs,
    });
    const ownerMark = owners.claim(spare, ownerMarkOf(0, UNLOGGED));
    if (ownerMark !== 0) conflicts.push({ spare, ownerMark });
  }
  return { claims, conflicts };
}
