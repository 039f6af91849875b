/**
 * Where a rising curve turns upwards: the point that lies farthest below the straight line from the
 * first to the last, both axes taken from 0 to 1 (V. Satopaa and others, "Finding a Kneedle in a
 * Haystack", ICDCS Workshops 2011). A straight line has none.
 */

/** How far below the line, as a share of the whole, before a bend is called one. */
const DEPTH_MIN = 0.1;
const POINTS_MIN = 4;

/**
 * @param xs ascending
 * @returns the index of the point, or null where the curve does not turn
 */
export function kneeOf(xs: readonly number[], ys: readonly number[]): number | null {
  const [fromX, toX] = [xs[0] ?? 0, xs.at(-1) ?? 0];
  const [fromY, toY] = [ys[0] ?? 0, ys.at(-1) ?? 0];
  if (xs.length < POINTS_MIN || toX <= fromX || toY <= fromY) return null;
  let deepest = DEPTH_MIN;
  let knee: number | null = null;
  for (const [index, x] of xs.entries()) {
    const depth = (x - fromX) / (toX - fromX) - ((ys[index] as number) - fromY) / (toY - fromY);
    if (depth > deepest) [deepest, knee] = [depth, index];
  }
  return knee;
}
