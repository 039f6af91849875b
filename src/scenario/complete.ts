import { resolve } from 'node:path';
import { escapeReferences } from './environment.ts';
import {
  DEFAULT_BLOCK_SIZE,
  DEFAULT_MIX,
  DEFAULT_THETA,
  MESSAGES_MIX,
  type ValidScenario,
} from './schema.ts';
import { originAt, type Tree } from './tree.ts';

/**
 * A scenario in the format of the file, with nothing left out: every default filled in, extends and
 * variables resolved, paths absolute. Written out as YAML it is a scenario of its own, anywhere.
 */
export type ResolvedScenario = Omit<ValidScenario, 'extends' | 'matrix'>;

/** Fills in the defaults that depend on other keys, and makes paths absolute. */
export function complete(scenario: ValidScenario, tree: Tree): ResolvedScenario {
  const { extends: _extends, matrix: _matrix, ...others } = scenario;
  const rest = { ...others, overhead: besideFrom(scenario.overhead, tree) };
  const { trace, ...load } = scenario.load;
  if (trace !== undefined) {
    const { folder } = originAt(tree, ['load', 'trace', 'file']).source;
    return { ...rest, load: { ...load, trace: { ...trace, file: resolve(folder, trace.file) } } };
  }
  const addresses = load.addresses ?? { distribution: 'uniform', slices: 'shared' };
  const { theta = DEFAULT_THETA, ...drawn } = addresses;
  return {
    ...rest,
    load: {
      ...load,
      ...mixOf(load),
      blockSize: load.blockSize ?? DEFAULT_BLOCK_SIZE,
      addresses: addresses.distribution === 'zipf' ? { ...drawn, theta } : drawn,
    },
  };
}

function besideFrom(overhead: ValidScenario['overhead'], tree: Tree): ValidScenario['overhead'] {
  if (overhead.beside === undefined) return overhead;
  const { folder } = originAt(tree, ['overhead', 'beside']).source;
  return { ...overhead, beside: resolve(folder, overhead.beside) };
}

/** With messages and one thread there is no mix. */
function mixOf({
  mix,
  messages,
  threads,
}: ValidScenario['load']): Pick<ValidScenario['load'], 'mix'> {
  if (mix !== undefined) return { mix };
  if (messages === undefined) return { mix: DEFAULT_MIX };
  return threads === 1 ? {} : { mix: MESSAGES_MIX };
}

/** Text that came out of a substitution must not be taken for a reference when read again. */
export function escaped(scenario: ResolvedScenario): ResolvedScenario {
  const { trace } = scenario.load;
  const { beside, reference } = scenario.overhead;
  return {
    ...scenario,
    name: escapeReferences(scenario.name),
    description: escapeReferences(scenario.description),
    overhead: {
      ...scenario.overhead,
      reference: escapeReferences(reference),
      ...(beside === undefined ? {} : { beside: escapeReferences(beside) }),
    },
    load: {
      ...scenario.load,
      ...(trace === undefined ? {} : { trace: escapedTrace(trace) }),
    },
  };
}

type TraceOf = NonNullable<ResolvedScenario['load']['trace']>;

function escapedTrace(trace: TraceOf): TraceOf {
  const { file, device, columns } = trace;
  return {
    ...trace,
    file: escapeReferences(file),
    ...(device === undefined ? {} : { device: escapeReferences(device) }),
    ...(columns === undefined ? {} : { columns: escapedColumns(columns) }),
  };
}

function escapedColumns(columns: NonNullable<TraceOf['columns']>): typeof columns {
  const escapedEntries = Object.entries(columns).map(([key, value]) => [
    key,
    typeof value === 'string' ? escapeReferences(value) : value,
  ]);
  return Object.fromEntries(escapedEntries) as typeof columns;
}
