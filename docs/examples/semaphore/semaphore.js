/** How many may still enter; how many sleep, or are about to. */
const FREE = 0;
const SLEEPERS = 1;

export class Semaphore {
  #words;

  constructor(words) {
    this.#words = words;
  }

  take() {
    for (;;) {
      const free = Atomics.load(this.#words, FREE);
      if (free === 0) {
        Atomics.add(this.#words, SLEEPERS, 1);
        Atomics.wait(this.#words, FREE, 0);
        Atomics.sub(this.#words, SLEEPERS, 1);
      } else if (Atomics.compareExchange(this.#words, FREE, free, free - 1) === free) return;
    }
  }

  give() {
    const sleepers = Atomics.load(this.#words, SLEEPERS);
    Atomics.add(this.#words, FREE, 1);
    if (sleepers > 0) Atomics.notify(this.#words, FREE, 1);
  }
}
