import type { Lock } from './lock.ts';

/**
 * No lock at all: what a critical section is without one. Nothing is promised, so the exclusion
 * check does not apply; what breaks is seen by the other checks.
 */
export class NoLock implements Lock {
  acquire(): number {
    return 0;
  }

  release(): void {}
}
