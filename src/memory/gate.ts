import { Control, type Layout } from './layout.ts';

/**
 * Where threads of load and the coordinator meet: everybody ready, start together, stop, leave
 * together. Waiting is `Atomics.wait`, never spinning: on two cores a spinning barrier starts
 * eight threads 26 ms apart, a sleeping one 0.2 ms.
 */
export class Gate {
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #control: number;

  constructor(words: Int32Array, floats: Float64Array, layout: Layout) {
    this.#words = words;
    this.#floats = floats;
    this.#control = layout.control;
  }

  /** Before any thread is started: for lock/relax.ts, what one look of a waiter takes. */
  tellLookNs(lookNs: number): void {
    this.#floats[(this.#control + Control.lookNs) / 2] = lookNs;
  }

  lookNs(): number {
    return this.#floats[(this.#control + Control.lookNs) / 2] as number;
  }

  /** A thread has attached and rehearsed. */
  arrive(): void {
    Atomics.add(this.#words, this.#control + Control.ready, 1);
  }

  arrivedCount(): number {
    return Atomics.load(this.#words, this.#control + Control.ready);
  }

  /** Blocks until the gate opens; returns the clock at its opening. */
  awaitStart(): number {
    Atomics.wait(this.#words, this.#control + Control.gate, 0);
    return this.startNs();
  }

  /** Pairs with awaitStart: the start time is written before the gate word. */
  open(startNs: number): void {
    this.#floats[(this.#control + Control.startNs) / 2] = startNs;
    Atomics.store(this.#words, this.#control + Control.gate, 1);
    Atomics.notify(this.#words, this.#control + Control.gate);
  }

  startNs(): number {
    return this.#floats[(this.#control + Control.startNs) / 2] as number;
  }

  isOpen(): boolean {
    return Atomics.load(this.#words, this.#control + Control.gate) === 1;
  }

  /** Asks every thread to end after the operation it is in. Sleepers are woken. */
  stop(): void {
    Atomics.store(this.#words, this.#control + Control.stop, 1);
    Atomics.notify(this.#words, this.#control + Control.stop);
  }

  /** Read once a batch by each thread. */
  mustStop(): boolean {
    return Atomics.load(this.#words, this.#control + Control.stop) !== 0;
  }

  /** Sleeps up to so long, less if the run is stopped meanwhile. */
  sleepNs(durationNs: number): void {
    Atomics.wait(this.#words, this.#control + Control.stop, 0, durationNs / 1e6);
  }

  /** A thread's load is over; its records are final. */
  finish(): void {
    Atomics.add(this.#words, this.#control + Control.finished, 1);
  }

  finishedCount(): number {
    return Atomics.load(this.#words, this.#control + Control.finished);
  }

  /** A remap worker has nothing left to do; its records are final. */
  leave(): void {
    Atomics.add(this.#words, this.#control + Control.left, 1);
  }

  leftCount(): number {
    return Atomics.load(this.#words, this.#control + Control.left);
  }

  /** Threads return together, so that the teardown of one does not disturb the load of another. */
  awaitExit(): void {
    Atomics.wait(this.#words, this.#control + Control.exit, 0);
  }

  release(): void {
    Atomics.store(this.#words, this.#control + Control.exit, 1);
    Atomics.notify(this.#words, this.#control + Control.exit);
    // A thread that never got through the start gate must not wait at it for ever.
    Atomics.store(this.#words, this.#control + Control.gate, 1);
    Atomics.notify(this.#words, this.#control + Control.gate);
  }
}
