import type { MediumImage, Recovered } from '../metadata/medium-image.ts';
import { streamFor } from '../random.ts';
import {
  METADATA_LOSSES,
  type MetadataFinding,
  type MetadataLoss,
  type MetadataRecord,
} from '../record/run-record.ts';
import type { CrashPlan } from '../scenario/plan.ts';
import { type Choice, choicesAt, combinationCount, combinationsOf, subsetsOf } from './choices.ts';
import type { Contents } from './contents.ts';
import { Judge, type Loss } from './judge.ts';
import { type LogStep, Promises } from './promises.ts';
import { type RepairFinding, tryRepair } from './repair.ts';
import type { Restart } from './restart.ts';
import { Surfaces } from './surfaces.ts';
import { isAnswer, isCommand, writtenSpares } from './write-log-steps.ts';

/** A load that was taken down, and the target that it was put to. */
export interface CrashSubject {
  readonly steps: readonly LogStep[];
  readonly contents: Contents;
  readonly restart: Restart;
  /** Sectors of the main device. */
  readonly sectorCount: number;
  readonly seed: number;
  readonly crash: CrashPlan;
}

/** Findings that are kept; the counts are complete. */
const FINDINGS_MOST = 8;
/** Restarts that are remembered, since many crash points leave the same image. */
const RESTARTS_MOST = 4096;
/** Crash points at one cut within a repair, and about how many a whole repair has. */
const REPAIR_POINTS_MOST = 16;
const REPAIR_POINTS_USUAL = 32;

/**
 * Cuts the power at every place of the log, restarts from every image that may be left, and
 * compares each restart with what callers had been told by then.
 *
 * A crash point is a cut, and for each sector of metadata in flight what it holds: what was
 * durable, any version written since, or, with torn sectors, any mixture of two of them. Of data
 * every sector is looked at by itself, with every content that it may have (see Surfaces), so all
 * states of all data in flight are covered at each of these points.
 *
 * With corrupt copies there are as many times more points as there are choices of those copies; all
 * sectors of a corrupt copy have a bit turned, or are as when the target was new.
 *
 * Where there are more points than the plan allows, cuts with few keep all of theirs, and the
 * others share what is left. With more cuts than that, some are left out.
 */
export class PowerCuts {
  readonly #subject: CrashSubject;
  readonly #corruptions: readonly (readonly number[])[];
  readonly #random;
  readonly #contents: Contents;
  readonly #restart: Restart;
  readonly #formatted: ReadonlyMap<number, number>;
  /** Sectors of metadata that the log ever writes: only these tell images apart. */
  readonly #changing: readonly number[];
  readonly #restarts = new Map<string, Restarted>();
  readonly #images = new Set<string>();
  /** Of images whose repair needs a word, which are few. */
  readonly #repairs = new Map<string, RepairFinding>();
  readonly #pointsByLoss = new Map<MetadataLoss, number>();
  readonly #findings: MetadataFinding[] = [];
  #pointCount = 0;
  #failedPointCount = 0;
  /** One in so many repairs is cut, so that they take no more points than the plan allows. */
  #repairPeriod = 1;
  #repairCount = 0;
  #triedRepairCount = 0;
  #repairPointCount = 0;
  #sampledCutCount = 0;

  constructor(subject: CrashSubject) {
    const { restart, contents, crash, seed } = subject;
    this.#subject = subject;
    this.#contents = contents;
    this.#restart = restart;
    this.#corruptions = subsetsOf(restart.copies.length, crash.corruptCopyCount);
    this.#random = streamFor(seed, null, 'power cut');
    this.#formatted = new Map(
      [...restart.formatted].map(([sector, words]) => [sector, contents.idOf(words)]),
    );
    const written = writtenSpares(subject.steps);
    this.#changing = [...restart.formatted.keys()].filter((sector) => written.has(sector));
  }

  /** After each command and each answer, before the first command, and at the end. */
  tryAll(): Omit<MetadataRecord, 'isLogFull'> {
    const { steps, crash } = this.#subject;
    const budget = crash.pointCount ?? Number.POSITIVE_INFINITY;
    const cuts = cutsIn(steps);
    const counts = this.#countPoints(cuts);
    const level = levelFor(counts, budget);
    const planned = counts.reduce((sum, _, index) => sum + level(index), 0);
    this.#repairPeriod = Math.ceil((planned * REPAIR_POINTS_USUAL) / budget);
    const { promises, surfaces, judge } = this.#fresh();
    let commandCount = 0;
    let cut = 0;
    const cutHere = (step: LogStep | null) => {
      const most = level(cut);
      if (most > 0) this.#tryCut({ surfaces, judge, step, commandCount, most });
      if (most < (counts[cut] as number)) this.#sampledCutCount++;
      cut++;
    };
    if (cuts.has(-1)) cutHere(null);
    for (const [position, step] of steps.entries()) {
      if (isCommand(step)) commandCount++;
      surfaces.take(step, promises.take(step, position));
      if (cuts.has(position)) cutHere(step);
    }
    return {
      commandCount,
      remapCount: promises.remapCount,
      promisedSectorCount: promises.promisedCount,
      cutCount: counts.length,
      sampledCutCount: this.#sampledCutCount,
      possiblePointCount: counts.reduce((sum, count) => sum + count, 0),
      pointCount: this.#pointCount,
      imageCount: this.#images.size,
      repairCount: this.#repairCount,
      triedRepairCount: this.#triedRepairCount,
      repairPointCount: this.#repairPointCount,
      failedPointCount: this.#failedPointCount,
      lossCounts: Object.fromEntries(
        METADATA_LOSSES.map((name) => [name, this.#pointsByLoss.get(name) ?? 0]),
      ) as MetadataRecord['lossCounts'],
      losses: this.#findings,
    };
  }

  #fresh() {
    const { crash, sectorCount } = this.#subject;
    const promises = new Promises();
    const surfaces = new Surfaces(this.#formatted, promises, crash.tornSectors);
    const judge = new Judge({ promises, surfaces, restart: this.#restart }, sectorCount);
    return { promises, surfaces, judge };
  }

  /** Points there are at each cut. */
  #countPoints(cuts: ReadonlySet<number>): number[] {
    const surface = this.#fresh().surfaces;
    const counts: number[] = [];
    const count = () => {
      counts.push(combinationCount(this.#choices(surface)) * this.#corruptions.length);
    };
    if (cuts.has(-1)) count();
    for (const [position, step] of this.#subject.steps.entries()) {
      if (isCommand(step)) surface.take(step, []);
      if (cuts.has(position)) count();
    }
    return counts;
  }

  #choices({ spare }: Surfaces): Choice[] {
    const { tornSectors } = this.#subject.crash;
    return choicesAt(spare, this.#changing, this.#contents, tornSectors);
  }

  #tryCut(at: Cut): void {
    const choices = this.#choices(at.surfaces);
    const perCorruption = Math.max(1, Math.floor(at.most / this.#corruptions.length));
    for (const places of combinationsOf(choices, perCorruption, this.#random)) {
      const chosen = new Map(
        choices.map(({ sector, options }, index) => [
          sector,
          options[places[index] as number] as number,
        ]),
      );
      for (const corruption of this.#corruptions) this.#tryPoint(at, chosen, corruption);
    }
  }

  #tryPoint(at: Cut, chosen: ReadonlyMap<number, number>, corruption: readonly number[]): void {
    this.#pointCount++;
    const { recovered, repair, image } = this.#restarted(at.surfaces, chosen, corruption);
    const losses = at.judge.lossesOf(recovered);
    if (!repair.copiesAgree) losses.push(COPIES_DIFFER);
    for (const outcome of repair.otherOutcomes) {
      const [later] = at.judge.lossesOf(outcome);
      if (later !== undefined) losses.push(repairLoss(later));
    }
    if (losses.length === 0) return;
    this.#failedPointCount++;
    for (const kind of new Set(losses.map((one) => one.kind))) {
      this.#pointsByLoss.set(kind, (this.#pointsByLoss.get(kind) ?? 0) + 1);
    }
    if (this.#findings.length >= FINDINGS_MOST) return;
    const [first] = losses as [Loss];
    const { kind, lba, spare } = first;
    const said = this.#restart.recover(image).describe();
    this.#findings.push({
      loss: kind,
      lba,
      spare,
      afterCommand: at.commandCount,
      text: this.#sentence(at, chosen, corruption, losses, said),
    });
  }

  #restarted(
    { spare }: Surfaces,
    chosen: ReadonlyMap<number, number>,
    corruption: readonly number[],
  ): Restarted {
    const contentOf = (sector: number) => chosen.get(sector) ?? spare.durableOf(sector);
    const held = this.#changing.map(contentOf);
    const key = `${held.join(' ')} ${corruption.join(',')}`;
    const known = this.#restarts.get(key);
    if (known !== undefined) return known;
    const corrupt = new Set(corruption.flatMap((copy) => this.#restart.copies[copy] ?? []));
    // Kept for as long as the restart is remembered, so by value: the surface goes on.
    const heldOf = new Map(this.#changing.map((sector, index) => [sector, held[index] as number]));
    const isStale = this.#subject.crash.corruption === 'stale';
    const image: MediumImage = {
      read: (sector) => {
        const formatted = this.#formatted.get(sector) ?? 0;
        const content = heldOf.get(sector) ?? formatted;
        if (!corrupt.has(sector)) return this.#contents.wordsOf(content);
        return this.#contents.wordsOf(isStale ? formatted : this.#contents.withFlippedBit(content));
      },
    };
    const recovered = this.#restart.recover(image);
    const repair = this.#images.has(key)
      ? (this.#repairs.get(key) ?? NOTHING_FOUND)
      : this.#tryRepair(recovered, image);
    this.#images.add(key);
    if (repair.otherOutcomes.length > 0 || !repair.copiesAgree) this.#repairs.set(key, repair);
    if (this.#restarts.size >= RESTARTS_MOST) this.#restarts.clear();
    const restarted = { recovered, repair, image };
    this.#restarts.set(key, restarted);
    return restarted;
  }

  #tryRepair(recovered: Recovered, image: MediumImage): RepairFinding {
    if (recovered.commands.length === 0) return NOTHING_FOUND;
    this.#repairCount++;
    if (this.#repairPeriod > 1 && this.#random.below(this.#repairPeriod) > 0) return NOTHING_FOUND;
    const { crash } = this.#subject;
    const repair = tryRepair(recovered, image, {
      restart: this.#restart,
      tornSectors: crash.tornSectors,
      random: this.#random,
      most: REPAIR_POINTS_MOST,
    });
    this.#triedRepairCount++;
    this.#repairPointCount += repair.pointCount;
    return repair;
  }

  /** Where, what had reached the medium, what the restart found, what is wrong with that. */
  #sentence(
    { surfaces, commandCount, step }: Cut,
    chosen: ReadonlyMap<number, number>,
    corruption: readonly number[],
    losses: readonly Loss[],
    said: readonly string[],
  ): string {
    const after = step === null ? 'before the first command' : `after command ${commandCount}`;
    const inFlight = [...chosen].map(([sector, content]) => {
      const versions = surfaces.spare.pendingOf(sector).map((version) => version.content);
      const name = this.#restart.nameOf(sector);
      if (content === surfaces.spare.durableOf(sector)) return `${name} old`;
      return `${name} ${versions.includes(content) ? 'new' : 'torn'}`;
    });
    const parts = [
      `power cut ${after}`,
      ...(inFlight.length === 0 ? [] : [`in flight: ${inFlight.join(', ')}`]),
      ...(corruption.length === 0 ? [] : [`corrupt: copy ${corruption.join(', ')}`]),
      ...(said.length === 0 ? [] : [`found: ${said.slice(0, 2).join('; ')}`]),
    ];
    const [first] = losses as [Loss];
    const more = losses.length > 1 ? ` (and ${losses.length - 1} more)` : '';
    return `${parts.join('; ')}; ${first.text}${more}`;
  }
}

interface Cut {
  readonly surfaces: Surfaces;
  readonly judge: Judge;
  /** The entry of the log before the cut; null at its beginning. */
  readonly step: LogStep | null;
  readonly commandCount: number;
  /** Points to be tried. */
  readonly most: number;
}

interface Restarted {
  readonly recovered: Recovered;
  readonly repair: RepairFinding;
  readonly image: MediumImage;
}

const NOTHING_FOUND: RepairFinding = { pointCount: 0, otherOutcomes: [], copiesAgree: true };

/** Positions of the steps after which the power is cut; −1 = before the first. */
function cutsIn(steps: readonly LogStep[]): Set<number> {
  const cuts = new Set([-1, steps.length - 1]);
  for (const [position, step] of steps.entries()) {
    if (isCommand(step) || isAnswer(step)) cuts.add(position);
  }
  return cuts;
}

/**
 * By cut, how many of its points may be tried: as many as it has, up to a level that makes the sum
 * fit the budget. With more cuts than that, every so manieth has one.
 */
function levelFor(counts: readonly number[], budget: number): (cut: number) => number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= budget) return (cut) => counts[cut] as number;
  if (counts.length > budget) {
    const period = counts.length / budget;
    return (cut) => (Math.floor(cut / period) !== Math.floor((cut - 1) / period) ? 1 : 0);
  }
  let level = 0;
  let left = budget;
  for (const [index, count] of counts.toSorted((one, other) => one - other).entries()) {
    level = Math.floor(left / (counts.length - index));
    if (count > level) break;
    left -= count;
  }
  return (cut) => Math.min(counts[cut] as number, level);
}

const COPIES_DIFFER: Loss = {
  kind: 'copies differ',
  lba: null,
  spare: null,
  text: 'when the restart is through, the copies on the medium still differ',
};

function repairLoss({ lba, spare, text }: Loss): Loss {
  const said = `power cut again while the restart mends the copies; after the next one ${text}`;
  return { kind: 'repair unsafe', lba, spare, text: said };
}
