/**
 * The one clock: the machine's monotonic clock in whole nanoseconds, the same on every thread.
 *
 * The BigInt goes straight into a typed array and is read back as two words, so that optimised
 * code never makes the BigInt: 33–39 ns a read and no garbage, where `hrtime.bigint()` kept as a
 * value costs 50–70 ns and a collection every 13,000 reads. The sum of the two words is exact: a
 * machine is up for 104 days before it passes 2^53 ns.
 */
const readHrtime = process.hrtime.bigint;
const big = new BigUint64Array(1);
const halves = new Uint32Array(big.buffer);

/** Nanoseconds on the monotonic clock. Allocates nothing once the caller is optimised. */
export function nowNs(): number {
  big[0] = readHrtime();
  return (halves[1] as number) * 4294967296 + (halves[0] as number);
}

/**
 * The same reading, put where the caller wants it. A number this large that is returned or handed
 * on by a call that was not inlined becomes an object; in an array of floats it never does.
 */
export function stampNs(into: Float64Array, index: number): void {
  big[0] = readHrtime();
  into[index] = (halves[1] as number) * 4294967296 + (halves[0] as number);
}
