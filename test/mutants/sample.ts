import { createHash } from 'node:crypto';
import type { HuntOptions } from './judged.ts';
import { type GeneratedMutant, nameOf } from './mutant.ts';

/** Drawn by name and seed, so that a mutant stays in or out whatever else is changed. */
export function isSampled(mutant: GeneratedMutant, { seed, share }: HuntOptions): boolean {
  if (share >= 1000) return true;
  const digest = createHash('sha256')
    .update(`${seed} ${nameOf(mutant)}`)
    .digest();
  return digest.readUInt32BE(0) % 1000 < share;
}
