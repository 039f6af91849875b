import type { MetadataFinding, MetadataRecord, RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { broken, counted, held, notApplicable } from './finding.ts';

/**
 * Goal: whenever power fails, a restart comes to every remap that was acknowledged and to all data
 * that was flushed, and gives no spare to two owners; and it leaves copies that agree.
 *
 * Method: the log of everything that was asked of the medium, and of what callers were told
 * meanwhile. After each command and each answer power is cut, with every state that the sectors of
 * metadata in flight may be in: each old or new by itself, torn if the scenario says so, copies
 * corrupt if it says so. A restart is run on each image and compared with what had been promised.
 * Of data in flight every sector is judged with every content that it may have. Power is also cut
 * within the repairs of restarts.
 *
 * Not covered: what came after the log was full; cuts and states that were left out where there are
 * more crash points than the plan allows (the summary says how many); disks that lose what they
 * said they had flushed; sectors that can no longer be read; a third restart after two power cuts.
 */
export const metadata: Check = {
  name: 'metadata',
  examine: examineMetadata,
};

function examineMetadata(plan: Plan, run: RunRecord): Finding {
  if (plan.metadata.format === 'none') return notApplicable('metadata: none.');
  if (run.metadata === null) return notApplicable('The run broke: its log may end in mid-command.');
  const tried = triedText(run.metadata);
  const { failedPointCount, lossCounts, losses, remapCount, promisedSectorCount } = run.metadata;
  if (failedPointCount === 0 && remapCount + promisedSectorCount === 0) {
    return notApplicable(`${tried}: there was nothing to lose yet.`);
  }
  if (failedPointCount === 0) return held(`${tried}: nothing that was acknowledged is lost.`);
  const named = Object.entries(lossCounts)
    .filter(([, count]) => count > 0)
    .map(([loss, count]) => `${loss} at ${count}`)
    .join(', ');
  return broken(failedPointCount, `${tried}; something is lost at ${failedPointCount}: ${named}.`, [
    ...losses.map(evidenceOf),
  ]);
}

function triedText(record: MetadataRecord): string {
  const { pointCount, imageCount, cutCount, commandCount, sampledCutCount } = record;
  const how =
    sampledCutCount === 0
      ? 'all there are'
      : `of ${countText(record.possiblePointCount)}, sampled at ${sampledCutCount} cuts`;
  const repairs = repairText(record);
  const rest = record.isLogFull ? '; then the log was full, and the rest is not covered' : '';
  return (
    `${counted(record.remapCount, 'remap')} and ${counted(record.promisedSectorCount, 'sector')} ` +
    `promised; ${counted(cutCount, 'power cut')} in ${counted(commandCount, 'command')}, ` +
    `${counted(pointCount, 'crash point')} (${how}) on ${counted(imageCount, 'image')}` +
    `${repairs}${rest}`
  );
}

function repairText({ repairCount, triedRepairCount, repairPointCount }: MetadataRecord): string {
  if (repairCount === 0) return '';
  const which = triedRepairCount === repairCount ? '' : `${triedRepairCount} of `;
  return `, and ${repairPointCount} more within the repairs of ${which}${repairCount} of them`;
}

/** Products of many choices have more digits than anybody reads. */
function countText(count: number): string {
  return count < 1e9 ? String(count) : `some ${count.toExponential(0)}`;
}

function evidenceOf({ text, lba, spare }: MetadataFinding): Evidence {
  return {
    text,
    ...(spare === null ? {} : { spare }),
    ...(lba === null ? {} : { lbas: [lba] }),
  };
}
