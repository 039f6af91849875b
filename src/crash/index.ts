import { type Layout, logEntryCountOf } from '../memory/layout.ts';
import type { MetadataRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import { Contents } from './contents.ts';
import { PowerCuts } from './power-cuts.ts';
import { restartOf } from './restart.ts';
import { stepsIn, writtenSpares } from './write-log-steps.ts';

/**
 * Power cuts at every place of the load that shared memory has the log of, its end included: that
 * is where a cut that an event made has left it. Nobody writes to it any more. Null where the remap
 * table is kept nowhere.
 */
export function tryPowerCuts(plan: Plan, words: Int32Array, layout: Layout): MetadataRecord | null {
  if (plan.metadata.format === 'none') return null;
  const contents = new Contents();
  const { steps, isFull } = stepsIn(words, layout, logEntryCountOf(plan), contents);
  const restart = restartOf(plan, writtenSpares(steps));
  if (restart === null) return null;
  const { sectorCount } = plan.device;
  const { crash } = plan.metadata;
  const cuts = new PowerCuts({ steps, contents, restart, sectorCount, seed: plan.seed, crash });
  return { ...cuts.tryAll(), isLogFull: isFull };
}
