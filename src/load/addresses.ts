import { assert } from '../errors.ts';
import { type RandomStream, streamFor } from '../random.ts';
import { type JobPlan, jobOf, type Plan } from '../scenario/plan.ts';
import { jobPurpose, jobStream } from './job-stream.ts';
import { NormalItems } from './normal.ts';
import { OncePerPass } from './once-per-pass.ts';
import { ParetoItems } from './pareto.ts';
import { Scatter } from './scatter.ts';
import { type Sampler, zipfPositions } from './zipf.ts';
import { ZonedItems } from './zoned.ts';

/**
 * Where the next block goes.
 *
 * A thread addresses its slice: the whole device, or its own part of it. Within a slice a block of
 * n sectors has floor(slice / n) positions, at multiples of n from the slice's first sector;
 * sectors after the last whole position are out of reach for that size. For slices that are shared,
 * that is alignment on the device itself.
 *
 * Several block sizes in one scenario:
 * uniform     each size is drawn evenly over its own positions;
 * zipf, pareto, normal, zoned
 *             items are positions of the smallest size; a larger block goes to the position of its
 *             own size that contains its item, or to the last one if none does, so that blocks of
 *             all sizes heat the same places. The hot items of zipf and pareto are scattered over
 *             the slice; normal and zoned are about places, so theirs stand where they are;
 * once        every position once, then all again in another order; of one size only;
 * sequential  blocks follow each other without gaps, so that no sector is passed over: a block then
 *             starts where the last one ended, and not at a multiple of its own size.
 *
 * One class a distribution, so that the call in the hot loop of a run sees one class only. Tables
 * are built on construction; next() allocates nothing.
 */
export interface AddressSource {
  /**
   * LBA of the first sector of a block that lies within the thread's slice.
   *
   * @param sectorCount one of the plan's block sizes
   */
  next(sectorCount: number): number;
}

export interface Slice {
  readonly firstLba: number;
  readonly sectorCount: number;
}

/** The t-th of T parts: sectors floor(t·S/T) up to, not including, floor((t+1)·S/T). */
export function disjointSlice(of: {
  readonly sectorCount: number;
  readonly threadCount: number;
  readonly thread: number;
}): Slice {
  const firstLba = Math.floor((of.thread * of.sectorCount) / of.threadCount);
  const endLba = Math.floor(((of.thread + 1) * of.sectorCount) / of.threadCount);
  return { firstLba, sectorCount: endLba - firstLba };
}

/** What a thread addresses with reads and writes under this plan. */
export function sliceFor(plan: Plan, thread: number): Slice {
  const { sectorCount } = plan.device;
  const { firstThread, threadCount, addresses } = jobOf(plan, thread);
  if (addresses.slices === 'shared') return { firstLba: 0, sectorCount };
  return disjointSlice({ sectorCount, threadCount, thread: thread - firstThread });
}

/** LBAs that a thread remaps: its part among all threads, of any job, that remap. */
export function remapRangeOf(plan: Plan, thread: number): Slice {
  const { sectorCount } = plan.device;
  const remapping = plan.jobs.filter(({ mix }) => mix.remap > 0);
  const before = remapping.filter(({ firstThread }) => firstThread <= thread);
  const own = before.pop();
  if (own === undefined || thread >= own.firstThread + own.threadCount) {
    return { firstLba: 0, sectorCount: 0 };
  }
  const countOf = (jobs: readonly JobPlan[]) =>
    jobs.reduce((sum, { threadCount }) => sum + threadCount, 0);
  return disjointSlice({
    sectorCount,
    threadCount: countOf(remapping),
    thread: countOf(before) + thread - own.firstThread,
  });
}

/** The thread's own source; equal plans and threads give equal addresses. */
export function addressSourceFor(plan: Plan, thread: number): AddressSource {
  const slice = sliceFor(plan, thread);
  const job = jobOf(plan, thread);
  const sizes = job.blockSizes.map((size) => size.sectorCount);
  assert(sizes.length > 0, 'addresses need a block size');
  assert(
    Math.max(...sizes) <= slice.sectorCount,
    `thread ${thread} addresses ${slice.sectorCount} sectors, fewer than a block of ${Math.max(...sizes)}`,
  );
  const unitSectorCount = Math.min(...sizes);
  const draws = jobStream(plan, thread, 'address');
  const { distribution, theta, h, zones, slices } = job.addresses;
  const itemCount = Math.floor(slice.sectorCount / unitSectorCount);
  const scatterStream = () => streamFor(plan.seed, null, jobPurpose(job.name, 'scatter'));
  const over = (items: Sampler) => new ItemAddresses(slice, unitSectorCount, items);
  switch (distribution) {
    case 'uniform':
      return new UniformAddresses(slice, unitSectorCount, draws);
    case 'zipf':
      return over(zipfPositions({ itemCount, theta }, { draws, scatter: scatterStream() }));
    case 'pareto':
      return over(new ParetoItems(itemCount, h, draws, new Scatter(itemCount, scatterStream())));
    case 'normal':
      return over(new NormalItems(itemCount, job.addresses, draws));
    case 'zoned':
      return over(new ZonedItems(itemCount, zones, draws));
    case 'once':
      return over(new OncePerPass(itemCount, draws));
    case 'sequential': {
      // On a shared slice threads start evenly spaced, at whole positions.
      const share = slices === 'shared' ? (thread - job.firstThread) / job.threadCount : 0;
      return new SequentialAddresses(slice, Math.floor(itemCount * share) * unitSectorCount);
    }
  }
}

class UniformAddresses implements AddressSource {
  readonly #firstLba: number;
  readonly #sectorCount: number;
  /** The size whose positions are counted in advance; a scenario with one size never divides. */
  readonly #unitSectorCount: number;
  readonly #unitPositionCount: number;
  readonly #random: RandomStream;

  constructor(slice: Slice, unitSectorCount: number, random: RandomStream) {
    this.#firstLba = slice.firstLba;
    this.#sectorCount = slice.sectorCount;
    this.#unitSectorCount = unitSectorCount;
    this.#unitPositionCount = Math.floor(slice.sectorCount / unitSectorCount);
    this.#random = random;
  }

  next(sectorCount: number): number {
    const positionCount =
      sectorCount === this.#unitSectorCount
        ? this.#unitPositionCount
        : Math.floor(this.#sectorCount / sectorCount);
    return this.#firstLba + this.#random.below(positionCount) * sectorCount;
  }
}

/** Items by any law, a position of the smallest block each. */
class ItemAddresses implements AddressSource {
  readonly #firstLba: number;
  readonly #sectorCount: number;
  readonly #unitSectorCount: number;
  readonly #items: Sampler;

  constructor(slice: Slice, unitSectorCount: number, items: Sampler) {
    this.#firstLba = slice.firstLba;
    this.#sectorCount = slice.sectorCount;
    this.#unitSectorCount = unitSectorCount;
    this.#items = items;
  }

  next(sectorCount: number): number {
    const offset = this.#items.next() * this.#unitSectorCount;
    if (sectorCount === this.#unitSectorCount) return this.#firstLba + offset;
    const last = Math.floor(this.#sectorCount / sectorCount) - 1;
    const position = Math.min(Math.floor(offset / sectorCount), last);
    return this.#firstLba + position * sectorCount;
  }
}

class SequentialAddresses implements AddressSource {
  readonly #firstLba: number;
  readonly #sectorCount: number;
  /** Sectors from the slice's first to where the next block starts, if it fits. */
  #offset: number;

  constructor(slice: Slice, offset: number) {
    this.#firstLba = slice.firstLba;
    this.#sectorCount = slice.sectorCount;
    this.#offset = offset;
  }

  next(sectorCount: number): number {
    const offset = this.#offset + sectorCount <= this.#sectorCount ? this.#offset : 0;
    this.#offset = offset + sectorCount;
    return this.#firstLba + offset;
  }
}
