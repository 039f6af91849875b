import { resolve } from 'node:path';
import { escapeReferences } from './environment.ts';
import {
  DEFAULT_BLOCK_SIZE,
  DEFAULT_DEVIATION,
  DEFAULT_H,
  DEFAULT_MEAN,
  DEFAULT_MIX,
  DEFAULT_THETA,
  MESSAGES_MIX,
  type ValidScenario,
  type WrittenJob,
} from './schema.ts';
import { originAt, type Path, type Tree } from './tree.ts';

/**
 * A scenario in the format of the file, with nothing left out: every default filled in, extends and
 * variables resolved, paths absolute. Written out as YAML it is a scenario of its own, anywhere.
 */
export type ResolvedScenario = Omit<ValidScenario, 'extends' | 'matrix' | 'jobs' | 'steady'> & {
  readonly jobs?: Readonly<Record<string, ResolvedJob>>;
  /** Only where the load is to end so. */
  readonly steady?: ValidScenario['steady'];
};

/** Of a job: nothing is left to load. */
export type ResolvedJob = Omit<ValidScenario['load'], 'warmup'> & {
  readonly after?: string | undefined;
};

/** Fills in the defaults that depend on other keys, and makes paths absolute. */
export function complete(scenario: ValidScenario, tree: Tree): ResolvedScenario {
  const { extends: _extends, matrix: _matrix, jobs, steady, ...others } = scenario;
  const endsSteady = [scenario.load, ...Object.values(jobs ?? {})].some(
    ({ until }) => until === 'steady',
  );
  const rest = {
    ...others,
    ...(endsSteady ? { steady } : {}),
    device: latenciesFrom(scenario.device, tree),
    overhead: besideFrom(scenario.overhead, tree),
  };
  const load = withTracePath(scenario.load, tree, ['load']);
  if (jobs === undefined) return { ...rest, load: completeLoad(load) };
  const completed = Object.entries(jobs).map(([name, written]) => {
    const own = withTracePath(written, tree, ['jobs', name]);
    const { warmup: _ofTheRun, ...inherited } = { ...load, ...given(own) };
    return [name, completeLoad(inherited)] as const;
  });
  return { ...rest, load, jobs: Object.fromEntries(completed) };
}

/** Without the keys that were not written. */
function given<T extends object>(written: T): T {
  return Object.fromEntries(
    Object.entries(written).filter(([, value]) => value !== undefined),
  ) as T;
}

type Traced = Pick<WrittenJob, 'trace'>;

/** The path of a trace starts from the folder of the file that names it. */
function withTracePath<L extends Traced>(load: L, tree: Tree, at: Path): L {
  const { trace } = load;
  if (trace === undefined) return load;
  const { folder } = originAt(tree, [...at, 'trace', 'file']).source;
  return { ...load, trace: { ...trace, file: resolve(folder, trace.file) } };
}

type WrittenLoad = Omit<ValidScenario['load'], 'warmup'>;

function completeLoad<L extends WrittenLoad>(written: L): L {
  const load =
    written.model === 'open' ? { ...written, arrivals: written.arrivals ?? 'constant' } : written;
  if (load.trace !== undefined) return load;
  const addresses = load.addresses ?? { distribution: 'uniform', slices: 'shared' };
  return {
    ...load,
    ...mixOf(load),
    blockSize: load.blockSize ?? DEFAULT_BLOCK_SIZE,
    addresses: withParameters(addresses),
  };
}

type Addresses = NonNullable<WrittenLoad['addresses']>;

/** What its distribution needs; what it does not need is a mistake that the rules report. */
function withParameters(addresses: Addresses): Addresses {
  switch (addresses.distribution) {
    case 'zipf':
      return { ...addresses, theta: addresses.theta ?? DEFAULT_THETA };
    case 'pareto':
      return { ...addresses, h: addresses.h ?? DEFAULT_H };
    case 'normal': {
      const { mean = DEFAULT_MEAN, deviation = DEFAULT_DEVIATION } = addresses;
      return { ...addresses, mean, deviation };
    }
    default:
      return addresses;
  }
}

function besideFrom(overhead: ValidScenario['overhead'], tree: Tree): ValidScenario['overhead'] {
  if (overhead.beside === undefined) return overhead;
  const { folder } = originAt(tree, ['overhead', 'beside']).source;
  return { ...overhead, beside: resolve(folder, overhead.beside) };
}

function latenciesFrom(device: ValidScenario['device'], tree: Tree): ValidScenario['device'] {
  const { serviceTime } = device;
  if (typeof serviceTime === 'string' || serviceTime.file === undefined) return device;
  const { folder } = originAt(tree, ['device', 'serviceTime', 'file']).source;
  return { ...device, serviceTime: { ...serviceTime, file: resolve(folder, serviceTime.file) } };
}

/** With messages and one thread there is no mix. */
function mixOf({ mix, messages, threads }: WrittenLoad): Pick<WrittenLoad, 'mix'> {
  if (mix !== undefined) return { mix };
  if (messages === undefined) return { mix: DEFAULT_MIX };
  return threads === 1 ? {} : { mix: MESSAGES_MIX };
}

/** Text that came out of a substitution must not be taken for a reference when read again. */
export function escaped(scenario: ResolvedScenario): ResolvedScenario {
  const { serviceTime } = scenario.device;
  const { beside, reference } = scenario.overhead;
  const { jobs } = scenario;
  return {
    ...scenario,
    name: escapeReferences(scenario.name),
    description: escapeReferences(scenario.description),
    device:
      typeof serviceTime === 'string' || serviceTime.file === undefined
        ? scenario.device
        : {
            ...scenario.device,
            serviceTime: { ...serviceTime, file: escapeReferences(serviceTime.file) },
          },
    overhead: {
      ...scenario.overhead,
      reference: escapeReferences(reference),
      ...(beside === undefined ? {} : { beside: escapeReferences(beside) }),
    },
    load: withEscapedTrace(scenario.load),
    ...(jobs === undefined
      ? {}
      : {
          jobs: Object.fromEntries(
            Object.entries(jobs).map(([name, job]) => [name, withEscapedTrace(job)]),
          ),
        }),
  };
}

function withEscapedTrace<L extends Traced>(load: L): L {
  const { trace } = load;
  if (trace === undefined) return load;
  return { ...load, trace: escapedTrace(trace) };
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
