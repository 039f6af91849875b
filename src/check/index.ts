import type { RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import { arrivalsKept } from './arrivals-kept.ts';
import { autoRemap } from './auto-remap.ts';
import { cacheConsistency } from './cache-consistency.ts';
import type { Check, Verdict } from './check.ts';
import { collisions } from './collisions.ts';
import { conservation } from './conservation.ts';
import { data } from './data.ts';
import { falseExhaustion } from './false-exhaustion.ts';
import { metadata } from './metadata.ts';
import { mutualExclusion } from './mutual-exclusion.ts';
import { operations } from './operations.ts';
import { remapTable } from './remap-table.ts';
import { reserved } from './reserved.ts';

/** All checks, in the order of reports: causes before what follows from them. */
export const CHECKS: readonly Check[] = [
  collisions,
  reserved,
  mutualExclusion,
  conservation,
  falseExhaustion,
  cacheConsistency,
  remapTable,
  autoRemap,
  metadata,
  data,
  operations,
  arrivalsKept,
];

/** Checks that find what "collision" means in `expect: collision`. */
const COLLISION_CHECKS: readonly Check[] = [collisions, reserved];

/**
 * What two owners of one sector break in turn. An overlap inside a lock is never among them: it is
 * a cause.
 */
const CONSEQUENCES: readonly Check[] = [
  conservation,
  cacheConsistency,
  remapTable,
  metadata,
  data,
  operations,
];

/** Runs every check, and says of the broken ones which a cause that was found explains. */
export function judge(plan: Plan, run: RunRecord): Verdict[] {
  const verdicts = CHECKS.map((check) => ({
    name: check.name,
    ...check.examine(plan, run),
    consequenceOf: null,
  }));
  const isCollision = collisionFound(verdicts);
  const metadataIsLost = verdicts.some(
    ({ name, verdict }) => name === metadata.name && verdict === 'broken',
  );
  return verdicts.map((verdict) => {
    if (verdict.verdict !== 'broken') return verdict;
    if (isCollision && follows(verdict, plan)) return { ...verdict, consequenceOf: 'collisions' };
    // As published, the entries are written over spares that serve LBAs, power cut or not.
    const isOverwritten = plan.metadata.format === 'published' && verdict.name === data.name;
    return metadataIsLost && isOverwritten ? { ...verdict, consequenceOf: 'metadata' } : verdict;
  });
}

/** Whether a spare had two owners: two live claims, or a claim and the metadata. */
export function collisionFound(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(
    ({ name, verdict }) => verdict === 'broken' && isNamed(name, COLLISION_CHECKS),
  );
}

function follows({ name }: Verdict, plan: Plan): boolean {
  // As published, or with no lock, the races that hand a spare out twice also lose spares. Under a
  // lock a guarded allocator has no such races: a lost spare needs an explanation of its own.
  if (name === falseExhaustion.name) {
    return plan.allocator.protocol === 'as-published' || plan.lock.kind === 'none';
  }
  return isNamed(name, CONSEQUENCES);
}

function isNamed(name: string, checks: readonly Check[]): boolean {
  return checks.some((check) => check.name === name);
}
