import { assert } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import { type ZonePlan, zonesOf } from '../scenario/plan.ts';
import { AliasTable, type Sampler } from './zipf.ts';

/** A zone by its share of the accesses, then any item of it, each as likely as the next. */
export class ZonedItems implements Sampler {
  readonly #zones: AliasTable;
  readonly #firsts: Int32Array;
  readonly #itemCounts: Int32Array;
  readonly #random: RandomStream;

  constructor(itemCount: number, zones: readonly ZonePlan[], random: RandomStream) {
    const places = zonesOf(itemCount, zones);
    for (const [index, zone] of places.entries()) {
      assert(zone.itemCount > 0 || zones[index]?.accesses === 0, `zone ${index} has no items`);
    }
    this.#zones = new AliasTable(
      Float64Array.from(zones, ({ accesses }) => accesses),
      random,
    );
    this.#firsts = Int32Array.from(places, ({ first }) => first);
    this.#itemCounts = Int32Array.from(places, (zone) => zone.itemCount);
    this.#random = random;
  }

  next(): number {
    const zone = this.#zones.next();
    const itemCount = this.#itemCounts[zone] as number;
    return (this.#firsts[zone] as number) + this.#random.below(itemCount);
  }
}
