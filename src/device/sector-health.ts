/**
 * What is known of a sector from the accesses to it, as dm-remap v4.0 numbers it.
 *
 *     unknown  -> suspect    first error
 *     any      -> bad        errors at the threshold
 *     suspect  -> good       a success after which there were more than 10 accesses and fewer than
 *                            a tenth of them errors
 *     any      -> remapped   by whoever remaps it
 */
export const Health = { unknown: 0, good: 1, suspect: 2, bad: 3, remapped: 4 } as const;

/** Why a sector is remapped. `none` and `manual` are one and the same number, as published. */
export const RemapReason = {
  none: 0,
  manual: 0,
  writeError: 1,
  readError: 2,
  proactive: 3,
} as const;

const TRUSTED_AFTER_ACCESSES = 10;
const TRUSTED_ERROR_SHARE = 0.1;

/** Health after an access that is counted in `errors` and `accesses` already. */
export function healthAfter(
  health: number,
  isError: boolean,
  errors: number,
  accesses: number,
  threshold: number,
): number {
  if (isError) {
    if (errors >= threshold) return Health.bad;
    return errors === 1 ? Health.suspect : health;
  }
  const isTrusted = accesses > TRUSTED_AFTER_ACCESSES && errors < accesses * TRUSTED_ERROR_SHARE;
  return health === Health.suspect && isTrusted ? Health.good : health;
}
