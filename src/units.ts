/**
 * Quantities as people write them, and back: sizes, counts, times, ratios and rates.
 *
 * Reading is strict, because a figure that is read wrongly is worse than one that is refused. A
 * size counts in 1024s (`4k`, `4Ki` and `4KiB` are one thing) and the spellings that may mean
 * either (`4kB`) are refused; a count of operations counts in 1000s; a time always has a unit.
 * Every reader takes what a YAML scalar can be and answers with a value: none of them throws.
 *
 * Writing comes in two kinds. `formatSize` and `formatTime` are exact: reading what they wrote
 * gives the same number. The others are for reports and keep three significant digits.
 */

/** What was read, in the base unit (possibly a fraction of it), or why it could not be. */
export type Reading =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly problem: string };

const KIBI = 1024n;
const KILO = 1000n;

const BINARY_SUFFIXES: Readonly<Record<string, bigint>> = {
  k: KIBI,
  K: KIBI,
  Ki: KIBI,
  M: KIBI ** 2n,
  Mi: KIBI ** 2n,
  G: KIBI ** 3n,
  Gi: KIBI ** 3n,
  T: KIBI ** 4n,
  Ti: KIBI ** 4n,
};

const SIZE_SUFFIXES: Readonly<Record<string, bigint>> = {
  ...BINARY_SUFFIXES,
  B: 1n,
  KiB: KIBI,
  MiB: KIBI ** 2n,
  GiB: KIBI ** 3n,
  TiB: KIBI ** 4n,
};

const DECIMAL_SUFFIXES: Readonly<Record<string, bigint>> = {
  k: KILO,
  M: KILO ** 2n,
  G: KILO ** 3n,
  T: KILO ** 4n,
};

const RATE_SUFFIXES: Readonly<Record<string, bigint>> = {
  ...DECIMAL_SUFFIXES,
  B: 1n,
  KiB: KIBI,
  MiB: KIBI ** 2n,
  GiB: KIBI ** 3n,
  TiB: KIBI ** 4n,
};

const NS_PER_UNIT: Readonly<Record<string, bigint>> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  ns: 1n,
};

/** `kB`, `KB`, `MB` and so on: 1000s to some readers, 1024s to others. */
const AMBIGUOUS_SIZE = /^([kKMGT])B$/;

const QUANTITY = /^(\d{1,16})(?:\.(\d{1,9}))?([^\d.\s].*)?$/;
const TIME_PART = /(\d{1,16})(?:\.(\d{1,9}))?(ns|[uµμ]s|ms|s|m|h)/gy;

/** Bytes: `512`, `4k`, `128Ki`, `64MiB`. */
export function parseSize(written: string | number): Reading {
  return parseScaled(
    written,
    SIZE_SUFFIXES,
    'k, M, G or T, also as Ki or KiB',
    (number, suffix) => {
      const prefix = AMBIGUOUS_SIZE.exec(suffix)?.[1]?.toUpperCase();
      if (prefix === undefined) return null;
      const factor = { K: KILO, M: KILO ** 2n, G: KILO ** 3n, T: KILO ** 4n }[prefix] ?? 1n;
      const decimal = scaled(number.whole, number.fraction, factor);
      return `${suffix} is ambiguous: write ${number.text}${prefix}iB, or ${decimal} for thousands`;
    },
  );
}

/** A number of sectors: `16384`, `128Ki`, `1M`; k is 1024, as in a size. */
export function parseSectorCount(written: string | number): Reading {
  return parseScaled(written, BINARY_SUFFIXES, 'k, M or G, also as Ki', (_number, suffix) =>
    /B$/.test(suffix) ? `${suffix} counts bytes, and this counts sectors of 512 bytes` : null,
  );
}

/** A number of events: `16384`, `150k`, `1M`; k is 1000. */
export function parseCount(written: string | number): Reading {
  return parseScaled(written, DECIMAL_SUFFIXES, 'k, M, G or T, in thousands', (number, suffix) =>
    /^[kKMGT]i?$/.test(suffix)
      ? `events are counted in thousands: write ${number.text}${decimalPrefix(suffix)}`
      : null,
  );
}

/**
 * Nanoseconds, possibly a fraction of one: `250us`, `1.5s`, `1m30s`. The unit is never optional.
 */
export function parseTime(written: string | number): Reading {
  const text = String(written).trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    return refuse(`a time needs its unit: ${text}s, ${text}ms, ${text}us or ${text}ns`);
  }
  let total = 0;
  let end = 0;
  let previous: bigint | null = null;
  for (const part of text.matchAll(TIME_PART)) {
    const [whole, fraction, unit] = [part[1] ?? '', part[2] ?? '', part[3] ?? ''];
    const factor = NS_PER_UNIT[unit.replace(/^[µμ]/, 'u')] ?? 1n;
    if (previous !== null && factor >= previous) {
      return refuse('its parts must go from the larger unit to the smaller, as in 1m30s');
    }
    previous = factor;
    total += scaled(whole, fraction, factor);
    end = part.index + part[0].length;
  }
  if (end === 0 || end !== text.length) {
    return refuse('a time is a number and one of ns, us, ms, s, m, h, as in 250us or 1m30s');
  }
  return accept(total);
}

/** A share of one: `80%` and `0.8` are the same. */
export function parseRatio(written: string | number): Reading {
  const text = String(written).trim();
  const match = /^(\d{1,16}(?:\.\d{1,20})?(?:e-\d{1,2})?)(%?)$/.exec(text);
  if (match === null) return refuse('a ratio is a number or a percentage, as in 0.8 or 80%');
  const number = Number(match[1]);
  return accept(match[2] === '%' ? number / 100 : number);
}

/** Events or bytes per second: `150k/s` (in thousands), `100MiB/s`. */
export function parseRate(written: string | number): Reading {
  const text = String(written).trim();
  if (!text.endsWith('/s')) return refuse('a rate ends in /s, as in 150k/s or 100MiB/s');
  const known = 'k, M, G or T in thousands, or KiB, MiB, GiB';
  return parseScaled(text.slice(0, -2), RATE_SUFFIXES, known, (number, suffix) =>
    /^[kKMGT](B|i)$/.test(suffix)
      ? `${suffix} is ambiguous: write ${number.text}${decimalPrefix(suffix)}/s for events, ` +
        `${number.text}${suffix.charAt(0).toUpperCase()}iB/s for bytes`
      : null,
  );
}

/** Exact: the largest unit that divides it, as in `4KiB`; reading it gives the same number. */
export function formatSize(bytes: number): string {
  for (const suffix of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const factor = Number(SIZE_SUFFIXES[suffix]);
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${suffix}`;
  }
  return `${bytes}B`;
}

/** Exact, for whole nanoseconds, as in `1m30s` or `250us`; reading it gives the same number. */
export function formatTime(ns: number): string {
  const hours = Math.floor(ns / 3.6e12);
  const minutes = Math.floor((ns % 3.6e12) / 6e10);
  const rest = ns % 6e10;
  const head = (hours > 0 ? `${hours}h` : '') + (minutes > 0 ? `${minutes}m` : '');
  if (head !== '' && rest === 0) return head;
  if (head !== '') return head + decimal(rest, 9, 's');
  if (rest >= 1e9) return decimal(rest, 9, 's');
  if (rest >= 1e6) return decimal(rest, 6, 'ms');
  if (rest >= 1e3) return decimal(rest, 3, 'us');
  return rest === 0 ? '0s' : `${rest}ns`;
}

/** For reports: `980ns`, `41.3µs`, `1.31ms`, `16m40s`. */
export function formatNs(ns: number): string {
  if (!Number.isFinite(ns)) return NOT_A_NUMBER;
  if (ns < 0) return `-${formatNs(-ns)}`;
  if (ns >= 999.5e9) return formatTime(Math.round(ns / 1e9) * 1e9);
  return rounded(ns, 1000, ['ns', 'µs', 'ms', 's']);
}

/** For reports: `512B`, `4.01KiB`, `64.0MiB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return NOT_A_NUMBER;
  return bytes < 0
    ? `-${formatBytes(-bytes)}`
    : rounded(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
}

/** For reports, in thousands: `999`, `16.4k`, `2.78M`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return NOT_A_NUMBER;
  return count < 0 ? `-${formatCount(-count)}` : rounded(count, 1000, ['', 'k', 'M', 'G', 'T']);
}

/** For reports: `95.3%`. Never rounds up to 100 % or down to 0 % what is not quite that. */
export function formatPercent(ratio: number): string {
  if (!Number.isFinite(ratio)) return NOT_A_NUMBER;
  const percent = ratio * 100;
  if (Number.isInteger(percent)) return `${percent}%`;
  const short = percent.toPrecision(3);
  if (Number(short) !== 100 && Math.abs(percent) >= 0.01) return `${Number(short)}%`;
  const near = percent > 50 ? 100 : 0;
  const digits = Math.min(12, 1 - Math.floor(Math.log10(Math.abs(percent - near))));
  return `${Number(percent.toFixed(digits))}%`;
}

/** For reports: `2.78M/s`. */
export function formatRate(perSecond: number): string {
  return `${formatCount(perSecond)}/s`;
}

/** For reports: `1.25GiB/s`. */
export function formatByteRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

const NOT_A_NUMBER = '–';

interface WrittenNumber {
  readonly text: string;
  readonly whole: string;
  readonly fraction: string;
}

function parseScaled(
  written: string | number,
  suffixes: Readonly<Record<string, bigint>>,
  known: string,
  explain: (number: WrittenNumber, suffix: string) => string | null,
): Reading {
  if (typeof written === 'number') return parseBare(written);
  const match = QUANTITY.exec(written.trim());
  if (match === null) return refuse(`it is written as a number and, if need be, one of ${known}`);
  const [whole, fraction, suffix] = [match[1] ?? '', match[2] ?? '', match[3] ?? ''];
  const factor =
    suffix === '' ? 1n : Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  if (factor === undefined) {
    const text = fraction === '' ? whole : `${whole}.${fraction}`;
    return refuse(explain({ text, whole, fraction }, suffix) ?? `the suffixes known are ${known}`);
  }
  return accept(scaled(whole, fraction, factor));
}

function parseBare(number: number): Reading {
  if (Number.isFinite(number) && number >= 0) return accept(number);
  return refuse('it cannot be negative, infinite or not a number');
}

/** whole.fraction × factor, exact wherever the result is a whole number. */
function scaled(whole: string, fraction: string, factor: bigint): number {
  const divisor = 10n ** BigInt(fraction.length);
  const product = BigInt(whole + fraction) * factor;
  return product % divisor === 0n ? Number(product / divisor) : Number(product) / Number(divisor);
}

function accept(value: number): Reading {
  if (value <= Number.MAX_SAFE_INTEGER) return { ok: true, value };
  return refuse('it is larger than 2^53 − 1 units and cannot be kept exactly');
}

function refuse(problem: string): Reading {
  return { ok: false, problem };
}

function decimalPrefix(suffix: string): string {
  return suffix.charAt(0).replace('K', 'k');
}

/** value / 10^digits without rounding, and the unit. */
function decimal(value: number, digits: number, unit: string): string {
  const factor = 10 ** digits;
  const fraction = String(value % factor)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  const whole = Math.floor(value / factor);
  return fraction === '' ? `${whole}${unit}` : `${whole}.${fraction}${unit}`;
}

/** Three significant digits in the first unit in which the figure stays below the next one. */
function rounded(value: number, step: number, units: readonly string[]): string {
  let scaledValue = value;
  for (const [index, unit] of units.entries()) {
    const text = index === 0 && Number.isInteger(value) ? String(value) : threeDigits(scaledValue);
    if (Number(text) < step || index === units.length - 1) return text + unit;
    scaledValue /= step;
  }
  return String(value);
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}
