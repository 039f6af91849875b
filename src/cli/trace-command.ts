import { EXIT, UsageError } from '../errors.ts';
import { profileTrace } from '../load/trace/profile.ts';
import {
  ADDRESS_UNITS,
  TIME_UNITS,
  type TraceColumns,
  type TraceFormat,
} from '../scenario/plan.ts';
import { terminalOf } from './terminal-of.ts';
import { traceText } from './trace-text.ts';

export interface TraceArguments {
  readonly file: string;
  readonly format: 'auto' | TraceFormat;
  readonly device: string | undefined;
  readonly columns: string | undefined;
  readonly json: boolean;
}

/** Prints what a trace holds. Exit 0, or 2 with every problem. */
export function traceCommand(args: TraceArguments): number {
  const columns = args.columns === undefined ? null : columnsOf(args.columns);
  const profile = profileTrace({
    file: args.file,
    format: args.format,
    columns,
    device: args.device ?? null,
  });
  process.stdout.write(
    args.json
      ? `${JSON.stringify(profile, null, 2)}\n`
      : traceText(profile, terminalOf(process.stdout)),
  );
  return EXIT.held;
}

const KEYS: readonly (keyof TraceColumns)[] = [
  'time',
  'timeUnit',
  'operation',
  'offset',
  'offsetUnit',
  'length',
  'lengthUnit',
  'device',
  'read',
  'write',
];

const NEEDED = ['time', 'operation', 'offset', 'length'] as const;

/** `time=issue_us,operation=op,…`: what trace.columns is in a scenario. */
function columnsOf(text: string): TraceColumns {
  const given = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const key = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (at < 0 || value === '' || !KEYS.includes(key as keyof TraceColumns)) {
      throw new UsageError(
        `--columns takes KEY=COLUMN,… with the keys ${KEYS.join(', ')}; not ${JSON.stringify(part)}`,
      );
    }
    given.set(key, value);
  }
  for (const key of NEEDED) {
    if (!given.has(key)) throw new UsageError(`--columns must say which column is ${key}`);
  }
  return {
    time: given.get('time') as string,
    timeUnit: unitOf('timeUnit', given.get('timeUnit') ?? 'us', TIME_UNITS),
    operation: given.get('operation') as string,
    offset: given.get('offset') as string,
    offsetUnit: unitOf('offsetUnit', given.get('offsetUnit') ?? 'bytes', ADDRESS_UNITS),
    length: given.get('length') as string,
    lengthUnit: unitOf('lengthUnit', given.get('lengthUnit') ?? 'bytes', ADDRESS_UNITS),
    device: given.get('device') ?? null,
    read: given.get('read') ?? null,
    write: given.get('write') ?? null,
  };
}

function unitOf<Unit extends string>(key: string, value: string, units: readonly Unit[]): Unit {
  const unit = units.find((one) => one === value);
  if (unit !== undefined) return unit;
  throw new UsageError(`--columns: ${key} is one of ${units.join(', ')}, not ${value}`);
}
