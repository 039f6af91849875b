import { UsageError } from '../errors.ts';
import {
  DeviceSubject,
  LockSubject,
  type ProductCode,
  parseLockProgram,
  parseProgram,
  parseTableProgram,
  programFor,
  programsFor,
  type Subject,
  TableSubject,
  tableProgramsFor,
  threadsOf,
} from '../explore/index.ts';
import type { Plan } from '../scenario/plan.ts';

export const THREADS_MOST = 4;
/** How often a thread of a lock's program takes the lock. */
const LOCK_ROUNDS: readonly (readonly number[])[] = [
  [1, 1],
  [2, 1],
  [2, 2],
  [1, 1, 1],
];

/** What stands for a scenario: the program that was named, or its lock and a ladder of programs. */
export function subjectsOf(
  args: {
    readonly scenario: string | undefined;
    readonly threads: number | undefined;
    readonly program: string | undefined;
  },
  plan: Plan,
  code: ProductCode,
): readonly Subject[] {
  if (args.program !== undefined) {
    const { program } = args;
    return [reading('--program', program, () => subjectNamed(program, plan, code))];
  }
  const threadsMost = Math.min(THREADS_MOST, args.threads ?? plan.load.threadCount);
  if (threadsMost < 2 && plan.explore.threads === null) {
    const way = '--threads 2 explores it all the same';
    throw new UsageError(`${args.scenario} has one thread, and nothing to interleave; ${way}`);
  }
  const programs = programsFor(plan, threadsMost).map((one) => new DeviceSubject(one, code));
  const tables = tableProgramsFor(plan, threadsMost).map((one) => new TableSubject(one, code));
  if (plan.explore.threads !== null || plan.lock.kind === 'none') return [...tables, ...programs];
  const locks = LOCK_ROUNDS.filter((rounds) => rounds.length <= threadsMost);
  return [
    ...locks.map((rounds) => new LockSubject(plan.lock.kind, rounds, code)),
    ...tables,
    ...programs,
  ];
}

/** `aa|af` with the scenario's settings, or a whole name as reports print it. */
export function subjectNamed(text: string, plan: Plan | null, code: ProductCode): Subject {
  if (text.startsWith('lock~')) {
    const lock = parseLockProgram(text);
    if (lock === null || !lock.rounds.every((count) => count >= 1 && count <= 9)) {
      throw new RangeError('a program of a lock reads lock~KIND~ROUNDS-ROUNDS');
    }
    return new LockSubject(lock.kind, lock.rounds, code);
  }
  const table = parseTableProgram(text);
  if (table !== null) return new TableSubject(table, code);
  const isWhole = text.includes('~') || plan === null;
  const program = isWhole ? parseProgram(text) : programFor(plan, threadsOf(text));
  const { length } = program.threads;
  if (length > THREADS_MOST || program.threads.some((thread) => thread === '')) {
    throw new RangeError(`a program has one to ${THREADS_MOST} threads of at least one operation`);
  }
  return new DeviceSubject(program, code);
}

/** What cannot be read is the user's mistake, and told with the option it stands in. */
export function reading<T>(option: string, text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${option} ${text}: ${error.message}`);
  }
}
