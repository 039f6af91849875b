import { Access } from '../access.ts';
import type { Machine } from './machine.ts';

/** Two places that touch one word, at least one of them plainly and one of them changing it. */
export interface Race {
  readonly word: number;
  /** Indices of the sites; the one that came first in the execution stands first. */
  readonly sites: readonly [number, number];
}

/** Last accesses of a thread to a word, by how they were made; times are the thread's own. */
const PLAIN_READ = 0;
const PLAIN_WRITE = 1;
const ATOMIC_READ = 2;
const ATOMIC_WRITE = 3;
const WAYS = 4;

/**
 * Data races by vector clocks, under the rule of the language: an atomic read happens after the
 * atomic write that it reads from, and a woken thread after the one that woke it. Two accesses to
 * one word, not both atomic and not both reads, that nothing orders are a race. What a racy program
 * may do is more than its interleavings.
 *
 * Block copies are the simulated disk's, which has an order of its own; they are left out.
 */
export class RaceDetector {
  /** Each pair of sites once, as first seen. */
  readonly races: Race[] = [];
  readonly #threadCount: number;
  readonly #siteCount: number;
  readonly #known: Uint8Array;
  /** By thread: what it knows of every thread's time. */
  readonly #clocks: Int32Array;
  /** By word: its place in the arrays below + 1, 0 for a word not yet seen. */
  readonly #places: Int32Array;
  #placeCount = 0;
  /** By place: what the last atomic write passes on to who reads it. */
  #released: Int32Array;
  /** By place, thread and way: time and site. */
  #times: Int32Array;
  #sites: Int32Array;

  constructor(threadCount: number, siteCount: number, wordCount: number) {
    this.#threadCount = threadCount;
    this.#siteCount = siteCount;
    this.#known = new Uint8Array(siteCount * siteCount);
    this.#clocks = new Int32Array(threadCount * threadCount);
    this.#places = new Int32Array(wordCount);
    this.#released = new Int32Array(0);
    this.#times = new Int32Array(0);
    this.#sites = new Int32Array(0);
  }

  /** A new execution: nobody has done anything. Words keep their places. */
  begin(): void {
    const n = this.#threadCount;
    this.#clocks.fill(0);
    for (let thread = 0; thread < n; thread++) this.#clocks[thread * n + thread] = 1;
    this.#released.fill(0, 0, this.#placeCount * n);
    this.#times.fill(0, 0, this.#placeCount * n * WAYS);
  }

  /** Before a thread makes the access it stands at. */
  observe(machine: Machine, thread: number): void {
    const kind = machine.kind[thread] as number;
    if (kind === Access.copy || kind === Access.notify) return;
    if (kind === Access.woken) {
      this.#wake(machine, thread);
      return;
    }
    const n = this.#threadCount;
    const clocks = this.#clocks;
    const own = thread * n;
    if (machine.hasInterrupts) this.#followOnProcessor(machine, thread);
    const place = this.#placeOf(machine.word[thread] as number);
    const site = machine.site[thread] as number;
    const isPlain = kind === Access.read || kind === Access.write;
    const changes = kind !== Access.wait && machine.changes(thread);
    const word = machine.word[thread] as number;
    for (let other = 0; other < n; other++) {
      if (other === thread) continue;
      const known = clocks[own + other] as number;
      const at = (place * n + other) * WAYS;
      if ((this.#times[at + PLAIN_WRITE] as number) > known)
        this.#add(at + PLAIN_WRITE, site, word);
      if (changes && (this.#times[at + PLAIN_READ] as number) > known) {
        this.#add(at + PLAIN_READ, site, word);
      }
      if (!isPlain) continue;
      if ((this.#times[at + ATOMIC_WRITE] as number) > known) {
        this.#add(at + ATOMIC_WRITE, site, word);
      }
      if (changes && (this.#times[at + ATOMIC_READ] as number) > known) {
        this.#add(at + ATOMIC_READ, site, word);
      }
    }
    const way = (isPlain ? PLAIN_READ : ATOMIC_READ) + (changes ? 1 : 0);
    const mine = (place * n + thread) * WAYS + way;
    this.#times[mine] = clocks[own + thread] as number;
    this.#sites[mine] = site;
    if (isPlain) return;
    const base = place * n;
    if (kind !== Access.store) {
      for (let other = 0; other < n; other++) {
        const released = this.#released[base + other] as number;
        if (released > (clocks[own + other] as number)) clocks[own + other] = released;
      }
    }
    if (changes) {
      for (let other = 0; other < n; other++) {
        this.#released[base + other] = clocks[own + other] as number;
      }
      clocks[own + thread] = (clocks[own + thread] as number) + 1;
    }
  }

  /** An interrupt comes after all that its host has done, and the host goes on after it. */
  #followOnProcessor(machine: Machine, thread: number): void {
    const n = this.#threadCount;
    const clocks = this.#clocks;
    for (let mate = 0; mate < n; mate++) {
      if (mate === thread || !machine.sharesProcessor(mate, thread)) continue;
      for (let other = 0; other < n; other++) {
        const known = clocks[mate * n + other] as number;
        if (known > (clocks[thread * n + other] as number)) clocks[thread * n + other] = known;
      }
      clocks[mate * n + mate] = (clocks[mate * n + mate] as number) + 1;
    }
  }

  /** The one that notified had done all it had done. */
  #wake(machine: Machine, thread: number): void {
    const by = machine.wokenBy[thread] as number;
    if (by < 0) return;
    const n = this.#threadCount;
    const clocks = this.#clocks;
    for (let other = 0; other < n; other++) {
      const known = clocks[by * n + other] as number;
      if (known > (clocks[thread * n + other] as number)) clocks[thread * n + other] = known;
    }
  }

  #add(earlier: number, site: number, word: number): void {
    const first = this.#sites[earlier] as number;
    const pair = Math.min(first, site) * this.#siteCount + Math.max(first, site);
    if (this.#known[pair] === 1) return;
    this.#known[pair] = 1;
    this.races.push({ word, sites: [first, site] });
  }

  #placeOf(word: number): number {
    const place = this.#places[word] as number;
    if (place !== 0) return place - 1;
    this.#placeCount++;
    this.#places[word] = this.#placeCount;
    if (this.#placeCount * this.#threadCount > this.#released.length) this.#grow();
    return this.#placeCount - 1;
  }

  #grow(): void {
    const places = 2 * this.#placeCount + 32;
    const grown = (old: Int32Array, each: number) => {
      const larger = new Int32Array(places * this.#threadCount * each);
      larger.set(old);
      return larger;
    };
    this.#released = grown(this.#released, 1);
    this.#times = grown(this.#times, WAYS);
    this.#sites = grown(this.#sites, WAYS);
  }
}
