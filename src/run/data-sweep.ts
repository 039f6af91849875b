import { FaultControls } from '../device/fault-controls.ts';
import { remapTableOn } from '../device/index.ts';
import { ON_MAIN } from '../device/remap-table.ts';
import type { Memory } from '../memory/attach.ts';
import { SECTOR_WORDS } from '../memory/layout.ts';
import { dataFaultOf } from '../record/data-fault.ts';
import type { DataFinding } from '../record/run-record.ts';
import { SectorAudit } from '../record/sector-audit.ts';
import { type Stamp, Stamper } from '../record/stamp.ts';
import { type DataFault, hasMediumFaults, type Plan } from '../scenario/plan.ts';

const FINDINGS_MOST = 64;

export interface SweepResult {
  readonly sectorCount: number;
  /** Left out: nobody can read them. */
  readonly unreadableCount: number;
  readonly counts: ReadonlyMap<DataFault, number>;
  readonly findings: readonly DataFinding[];
}

/**
 * Every sector of the device at rest, every byte of it, read where the remap table says it is: does
 * it hold one of the values it may hold? Nobody else touches the memory any more. What a sector
 * holds that cannot be read is nobody's: a device that says so has not returned wrong data.
 */
export function sweepData(plan: Plan, memory: Memory): SweepResult {
  const { words, layout } = memory;
  const table = remapTableOn(plan, words, layout);
  const audit = new SectorAudit(words, layout);
  const stamper = new Stamper(words, layout.pool, plan.seed);
  const stamp: Stamp = { lba: 0, generation: 0, writer: 0 };
  const counts = new Map<DataFault, number>();
  const findings: DataFinding[] = [];
  // One pass over the table instead of a search a sector: a linear one would take minutes.
  const spareOf = new Int32Array(plan.device.sectorCount);
  table.resolve(0, plan.device.sectorCount, spareOf);
  const faults = hasMediumFaults(plan) ? new FaultControls(words, layout) : null;
  let unreadableCount = 0;
  for (let lba = 0; lba < plan.device.sectorCount; lba++) {
    const spare = spareOf[lba] as number;
    const at =
      spare === ON_MAIN ? layout.main + lba * SECTOR_WORDS : layout.spare + spare * SECTOR_WORDS;
    const isUnreadable =
      spare === ON_MAIN
        ? faults?.stateOf('main').isUnreadable(lba)
        : faults?.stateOf('spare').isUnreadable(spare);
    if (isUnreadable === true) {
      unreadableCount++;
      continue;
    }
    const reading = stamper.read(at, true, stamp);
    const group = lba >>> audit.shift;
    const floor = audit.floorOf(group);
    const issued = audit.issuedOf(group);
    const fault = dataFaultOf(reading, stamp, { lba, floor, issued }, true);
    if (fault === null) continue;
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    if (findings.length >= FINDINGS_MOST) continue;
    findings.push({
      fault,
      lba,
      spare: spare === ON_MAIN ? null : spare,
      thread: null,
      timeNs: null,
      found: reading === 'stamped' || reading === 'torn' ? { ...stamp } : null,
      allowed: { from: floor, to: issued },
    });
  }
  const sectorCount = plan.device.sectorCount - unreadableCount;
  return { sectorCount, unreadableCount, counts, findings };
}
