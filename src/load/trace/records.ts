/**
 * Records of a trace as they are read: four columns that grow by doubling, 17 bytes a record.
 * An object for each record would take ten times as much, and a trace has millions.
 */
export class TraceRecords {
  count = 0;
  arrivalsNs = new Float64Array(1024);
  lbas = new Uint32Array(1024);
  sectorCounts = new Uint32Array(1024);
  kinds = new Uint8Array(1024);

  /** @throws RangeError when memory does not suffice for twice as many records. */
  add(arrivalNs: number, kind: number, lba: number, sectorCount: number): void {
    const index = this.count;
    if (index === this.kinds.length) this.#grow(2 * index);
    this.arrivalsNs[index] = arrivalNs;
    this.lbas[index] = lba;
    this.sectorCounts[index] = sectorCount;
    this.kinds[index] = kind;
    this.count = index + 1;
  }

  #grow(capacity: number): void {
    const arrivalsNs = new Float64Array(capacity);
    const lbas = new Uint32Array(capacity);
    const sectorCounts = new Uint32Array(capacity);
    const kinds = new Uint8Array(capacity);
    arrivalsNs.set(this.arrivalsNs);
    lbas.set(this.lbas);
    sectorCounts.set(this.sectorCounts);
    kinds.set(this.kinds);
    this.arrivalsNs = arrivalsNs;
    this.lbas = lbas;
    this.sectorCounts = sectorCounts;
    this.kinds = kinds;
  }
}
