import { WORD_BYTES } from '../../memory/layout.ts';
import { InstrumentError } from './instrument-error.ts';

/**
 * Where a stopped thread says what it is about to do. The engine reads it after every step.
 *
 *     word     word of the memory
 *     site     index into the sites
 *     seen     what a wait was told to compare with
 *     count    notify: how many to wake; wait: 1 if it has a time limit
 *     call     site of the last call of a function value, for what that function does unseen
 *     source   copy: first word of the sector that is read
 *     step     written by the engine: number of the access being made
 *     fault    1 as soon as an operation has shown a violation
 */
export const Port = {
  word: 0,
  site: 1,
  seen: 2,
  count: 3,
  call: 4,
  source: 5,
  fault: 6,
  step: 7,
  size: 8,
} as const;

const EVERYBODY = 0x7fffffff;

/** What rendered code calls, by its names in that code. */
export type RuntimeFunctions = Readonly<Record<string, unknown>>;

/** The other half of rendered code: knows which memory is shared, and stands between both. */
export interface Runtime {
  readonly port: Int32Array;
  readonly functions: RuntimeFunctions;
  /** From here on this memory is the shared one, and no other. */
  attach(words: Int32Array): void;
  /** For a block copy from outside: the next stop is a copy of one sector. */
  announceCopy(targetWord: number, sourceWord: number): void;
}

type View = Int32Array | Uint32Array;

/** @param placeOf where a site stands, for messages */
export function createRuntime(placeOf: (site: number) => string): Runtime {
  const port = new Int32Array(Port.size);
  let shared: Int32Array = new Int32Array(0);
  let length = 0;
  /** First word of views other than the memory itself; −1 for arrays that are not shared. */
  let bases = new WeakMap<object, number>();

  const request = (word: number, site: number): true => {
    port[Port.word] = word;
    port[Port.site] = site;
    return true;
  };
  const outside = (index: unknown) => {
    throw new RangeError(`index ${index} lies outside shared memory`);
  };

  const baseOf = (view: object, site: number): number => {
    if (!ArrayBuffer.isView(view) || view.buffer !== shared.buffer) return -1;
    if (!(view instanceof Int32Array) && !(view instanceof Uint32Array)) {
      throw new InstrumentError(
        `${placeOf(site)}: shared memory is explored through views of 32-bit integers only`,
      );
    }
    return view.byteOffset / WORD_BYTES;
  };
  const other = (view: unknown, index: number, site: number): boolean => {
    if (typeof view !== 'object' || view === null) return false;
    let base = bases.get(view);
    if (base === undefined) {
      base = baseOf(view, site);
      bases.set(view, base);
    }
    if (base < 0) return false;
    if (!(index >= 0 && index < (view as View).length)) outside(index);
    return request(base + index, site);
  };
  const at = (view: unknown, index: number, site: number): boolean => {
    if (view !== shared) return other(view, index, site);
    if (!(index >= 0 && index < length)) outside(index);
    port[Port.word] = index;
    port[Port.site] = site;
    return true;
  };
  const mustBeShared = (view: View, index: number, site: number): void => {
    if (at(view, index, site)) return;
    throw new InstrumentError(`${placeOf(site)}: a wait on memory that is not shared`);
  };

  const functions: RuntimeFunctions = {
    $x_port: port,
    $x_at: at,
    $x_steps: isGenerator,
    $x_still: (value: unknown, where: string) => {
      if (!isGenerator(value)) return value;
      throw new InstrumentError(`${where}: a call that touches shared memory, where none can stop`);
    },
    $x_plain: (value: unknown, where: string) => {
      if (typeof value !== 'object' || value === null || !ArrayBuffer.isView(value)) return value;
      if (value.buffer !== shared.buffer || value.byteLength === 0) return value;
      throw new InstrumentError(`${where}: shared memory goes where the explorer cannot follow`);
    },
    $x_wait: (view: View, index: number, seen: number, timeout: number, site: number) => {
      mustBeShared(view, index, site);
      port[Port.seen] = seen;
      port[Port.count] = timeout === Number.POSITIVE_INFINITY ? 0 : 1;
    },
    $x_notify: (view: View, index: number, count: number, site: number) => {
      mustBeShared(view, index, site);
      port[Port.count] = Math.min(count, EVERYBODY);
    },
    $x_load: (view: View, index: number) => view[index],
    $x_store: (view: View, index: number, value: number) => {
      view[index] = value;
      return value;
    },
    $x_add: (view: View, index: number, value: number) => {
      const before = view[index] as number;
      view[index] = before + value;
      return before;
    },
    $x_sub: (view: View, index: number, value: number) => {
      const before = view[index] as number;
      view[index] = before - value;
      return before;
    },
    $x_and: (view: View, index: number, value: number) => {
      const before = view[index] as number;
      view[index] = before & value;
      return before;
    },
    $x_or: (view: View, index: number, value: number) => {
      const before = view[index] as number;
      view[index] = before | value;
      return before;
    },
    $x_xor: (view: View, index: number, value: number) => {
      const before = view[index] as number;
      view[index] = before ^ value;
      return before;
    },
    $x_exchange: (view: View, index: number, value: number) => {
      const before = view[index] as number;
      view[index] = value;
      return before;
    },
    $x_compareExchange: (view: View, index: number, expected: number, value: number) => {
      const before = view[index] as number;
      if ((before | 0) === (expected | 0)) view[index] = value;
      return before;
    },
  };

  return {
    port,
    functions,
    attach: (words) => {
      shared = words;
      length = words.length;
      bases = new WeakMap();
    },
    announceCopy: (targetWord, sourceWord) => {
      port[Port.source] = sourceWord;
      request(targetWord, port[Port.call] as number);
    },
  };
}

/** Generators, and nothing else in the language, say so by this tag. */
function isGenerator(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'Generator'
  );
}

/**
 * Runs a generator of rendered code to its end in one go, as the only thread there is; what is no
 * generator is returned as it is.
 */
export function finish<T>(steps: Generator<undefined, T, unknown> | T): T {
  if (!isGenerator(steps)) return steps as T;
  for (;;) {
    const { done, value } = (steps as Generator<undefined, T, unknown>).next();
    if (done) return value as T;
  }
}
