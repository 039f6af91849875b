/** `1..8`, `2..64 x2`, `4k..64k x2`, `0.1..0.5 +0.1`: several numbers in one text. */

const RANGE =
  /^(?<from>\d+(?:\.\d+)?)(?<unit>[a-zA-Zµ%/]*)\.\.(?<to>\d+(?:\.\d+)?)(?<toUnit>[a-zA-Zµ%/]*)(?:\s*(?<sign>[x+])\s*(?<by>\d+(?:\.\d+)?))?$/;

/** More decimals than anybody writes, and fewer than binary fractions show. */
const DECIMALS = 9;

/** null when the text is no range at all. Both ends are in it where the steps meet them. */
export function valuesInRange(
  text: string,
  countMax: number,
): { readonly values: readonly string[] } | { readonly problem: string } | null {
  const parts = RANGE.exec(text.trim())?.groups;
  if (parts === undefined) return null;
  const { from = '', to = '', unit = '', toUnit = '', sign = '+', by = '1' } = parts;
  const [first, last, step] = [Number(from), Number(to), Number(by)];
  if (unit !== toUnit) return { problem: `both ends of ${text} must have the same unit` };
  if (first > last) return { problem: `${text} goes downwards; write the smaller end first` };
  const grows = sign === 'x' ? step > 1 && first > 0 : step > 0;
  if (!grows) return { problem: `${text} never comes to its end` };
  const values: string[] = [];
  // From the first each time, so that fractions do not add up their errors.
  for (let index = 0; index <= countMax; index++) {
    const value = sign === 'x' ? first * step ** index : first + step * index;
    const rounded = Number(value.toFixed(DECIMALS));
    if (rounded > last) return { values };
    values.push(`${rounded}${unit}`);
  }
  return { problem: `${text} has more than ${countMax} values` };
}
