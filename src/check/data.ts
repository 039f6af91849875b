import type { DataFinding, RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { broken, counted, held, notApplicable, timeText } from './finding.ts';

/**
 * Goal: every sector holds what the last completed write put there, whoever wrote it.
 *
 * Method: the audit's findings. Every write stamps its sectors with LBA, writer, generation and
 * checksum; every read under load, and the sweep after the run, compares the stamp with the
 * generations that writes completed or in flight allow. What does not fit has a name: lost-write,
 * stale-read, torn-write, misdirected, foreign-data, bit-flip.
 *
 * Not covered: sectors no read and no sweep touched; sectors that cannot be read at the end, since
 * a device that says so has not returned wrong data; with overlapping writes in flight, which of
 * them won. What only the sweep saw after a run that broke is not judged: a thread may have died
 * in the middle of a write, and half a write is then what the sector should hold.
 */
export const data: Check = {
  name: 'data',
  examine: examineData,
};

function examineData(plan: Plan, run: RunRecord): Finding {
  if (run.data === null) return notApplicable('integrity: off.');
  const { readSectorCount, sweptSectorCount, unreadableSectorCount, faultCounts, findings } =
    run.data;
  const faults = Object.entries(faultCounts).filter(([, faultCount]) => faultCount > 0);
  const count = faults.reduce((sum, [, faultCount]) => sum + faultCount, 0);
  const unreadable =
    unreadableSectorCount === 0 ? '' : `; ${unreadableSectorCount} unreadable left out`;
  const examined =
    `${counted(readSectorCount, 'sector')} read and ${sweptSectorCount} swept ` +
    `(integrity: ${plan.integrity}${unreadable})`;
  if (count === 0) {
    if (readSectorCount + sweptSectorCount === 0) return notApplicable('No sector was read.');
    return held(`${examined}: every one as written.`);
  }
  const named = faults.map(([fault, faultCount]) => `${faultCount} ${fault}`).join(', ');
  if (run.ending.kind === 'broken' && findings.every((finding) => finding.thread === null)) {
    return notApplicable(
      `The run broke, and a thread may have died in mid-write; the sweep alone saw: ${named}.`,
    );
  }
  return broken(count, `${examined}: ${named}.`, findings.map(findingEvidence));
}

function findingEvidence(finding: DataFinding): Evidence {
  const { fault, lba, spare, thread, timeNs, found, allowed } = finding;
  const where = spare === null ? '' : ` (on spare ${spare})`;
  const who = thread === null ? 'the sweep after the run' : `thread ${thread}`;
  const when = timeNs === null ? '' : ` at ${timeText(timeNs)}`;
  const text =
    `${fault} at LBA ${lba}${where}, seen by ${who}${when}: ` +
    `${foundText(found, lba)}, allowed ${allowedText(allowed)}`;
  return {
    text,
    ...(spare === null ? {} : { spare }),
    lbas: [lba],
    threads: thread === null ? [] : [thread],
    timesNs: timeNs === null ? [] : [timeNs],
  };
}

function foundText(found: DataFinding['found'], lba: number): string {
  if (found === null) return 'found no stamp of ours';
  const other = found.lba === lba ? '' : ` for LBA ${found.lba}`;
  return `found generation ${found.generation} by thread ${found.writer}${other}`;
}

function allowedText({ from, to }: DataFinding['allowed']): string {
  return from === to ? `${from}` : `${from} to ${to}`;
}
