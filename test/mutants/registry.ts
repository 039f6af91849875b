import { expect as realExpect, vi as realVi } from 'vitest';

/**
 * Stands in for vitest in the tests that are run against mutants: it only writes down what they
 * register, so that one of them can be run by itself, as often as one likes, in one process.
 */
export const expect = realExpect;
export const vi = realVi;

type Body = (...args: never[]) => unknown;

interface Suite {
  readonly name: string;
  readonly parent: Suite | null;
  readonly beforeAll: Body[];
  readonly beforeEach: Body[];
  readonly afterEach: Body[];
  isReady: boolean;
}

/** One test, ready to be run. */
export interface Registered {
  readonly file: string;
  readonly name: string;
  /** What is done before all tests of its suites, once. */
  prepare(): Promise<void>;
  run(): Promise<void>;
}

const registered: Registered[] = [];
let file = '';
let suite: Suite = suiteOf('', null);

function suiteOf(name: string, parent: Suite | null): Suite {
  return { name, parent, beforeAll: [], beforeEach: [], afterEach: [], isReady: false };
}

/** Imports a file of tests; what it registers is found in the answer. */
export async function testsOf(path: string): Promise<readonly Registered[]> {
  file = path;
  suite = suiteOf('', null);
  const first = registered.length;
  await import(/* @vite-ignore */ path);
  return registered.slice(first);
}

function chainOf(inner: Suite | null): Suite[] {
  return inner === null ? [] : [...chainOf(inner.parent), inner];
}

function add(name: string, body: Body, args: readonly unknown[]): void {
  const chain = chainOf(suite);
  const title = [...chain.map((one) => one.name), name].filter((part) => part !== '').join(' > ');
  registered.push({
    file,
    name: title,
    async prepare() {
      for (const one of chain) {
        if (one.isReady) continue;
        for (const hook of one.beforeAll) await hook();
        one.isReady = true;
      }
    },
    async run() {
      try {
        for (const one of chain) for (const hook of one.beforeEach) await hook();
        await body(...(args as never[]));
      } finally {
        for (const one of chain) for (const hook of one.afterEach) await hook();
      }
    },
  });
}

/** `%s` and the like, and `$name`, as vitest has them; close enough to tell tests apart. */
function titleOf(name: string, args: readonly unknown[], index: number): string {
  const rest = [...args];
  const byOrder = name.replace(/%([sdijo#%])/g, (_, letter: string) => {
    if (letter === '%') return '%';
    if (letter === '#') return `${index}`;
    const value = rest.shift();
    return typeof value === 'string' ? value : String(JSON.stringify(value));
  });
  const [first] = args;
  return byOrder.replace(/\$(\w+)/g, (whole, key: string) =>
    typeof first === 'object' && first !== null && key in first
      ? String(JSON.stringify((first as Record<string, unknown>)[key]))
      : whole,
  );
}

function forEach(each: (name: string, body: Body, args: readonly unknown[]) => void) {
  return (rows: readonly unknown[]) =>
    (name: string, body: Body): void => {
      rows.forEach((row, index) => {
        const args = Array.isArray(row) ? row : [row];
        each(titleOf(name, args, index), body, args);
      });
    };
}

function within(name: string, body: Body, args: readonly unknown[]): void {
  const outer = suite;
  suite = suiteOf(name, outer);
  body(...(args as never[]));
  suite = outer;
}

export const test = Object.assign((name: string, body: Body) => add(name, body, []), {
  each: forEach(add),
  skipIf: (isSkipped: boolean) => (name: string, body: Body) => {
    if (!isSkipped) add(name, body, []);
  },
});
export const it = Object.assign((name: string, body: Body) => add(name, body, []), {
  each: forEach(add),
});
export const describe = Object.assign((name: string, body: Body) => within(name, body, []), {
  each: forEach(within),
});
export const beforeAll = (hook: Body): unknown => suite.beforeAll.push(hook);
export const beforeEach = (hook: Body): unknown => suite.beforeEach.push(hook);
export const afterEach = (hook: Body): unknown => suite.afterEach.push(hook);
/** Nothing is torn down: a test may be run again. */
export const afterAll = (_hook: Body): void => {};
