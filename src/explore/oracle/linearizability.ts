/** One call and its answer, between the first and the last access that it made. */
export interface Call {
  readonly begin: number;
  readonly end: number;
}

/**
 * Whether the calls can be put in an order that a sequential object allows, none before one that
 * had ended when it began (M. Herlihy, J. Wing, "Linearizability", ACM TOPLAS 12(3), 1990). Search
 * after J. Wing and C. Gong with the memory of G. Lowe: a set of calls done, in which state, is
 * tried once. At most 30 calls.
 *
 * @param apply the state after a call, or null if the object would not have answered so
 */
export function isLinearizable<C extends Call, State extends string | number>(
  calls: readonly C[],
  initial: State,
  apply: (state: State, call: C) => State | null,
): boolean {
  const all = calls.length === 0 ? 0 : 2 ** calls.length - 1;
  const failed = new Set<string>();
  const search = (done: number, state: State): boolean => {
    if (done === all) return true;
    const key = `${done} ${state}`;
    if (failed.has(key)) return false;
    const earliestEnd = calls.reduce(
      (least, call, index) => ((done >> index) & 1 ? least : Math.min(least, call.end)),
      Number.POSITIVE_INFINITY,
    );
    for (const [index, call] of calls.entries()) {
      if ((done >> index) & 1 || call.begin > earliestEnd) continue;
      const next = apply(state, call);
      if (next !== null && search(done | (1 << index), next)) return true;
    }
    failed.add(key);
    return false;
  };
  return search(0, initial);
}
