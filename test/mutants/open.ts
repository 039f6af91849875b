/** Survivors that nobody has looked at, by name: neither explained nor killed. */
export const OPEN: readonly string[] = [];
