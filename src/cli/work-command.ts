import { EXIT } from '../errors.ts';
import { openDispatcher, openWork } from '../queue/bullmq-queue.ts';
import { makeRun } from '../queue/make-run.ts';
import { redisAddressOf } from '../queue/redis-address.ts';
import { clip, plural, printable } from '../report/text.ts';
import { onSignals } from './interruption.ts';
import { timeOf } from './option-values.ts';
import { tableText } from './table-text.ts';

export interface WorkArguments {
  readonly queue: string;
  readonly lease: string;
  readonly idle: string | undefined;
  readonly dead: boolean;
  readonly maxMemory: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

const NAME_COLUMNS = 60;
const MS = 1e6;

/** Takes runs off a queue, one at a time. Ends on a signal, after the run that is under way. */
export async function workCommand(args: WorkArguments): Promise<number> {
  const address = redisAddressOf(args.queue, process.env);
  const leaseMs = timeOf('lease', args.lease) / MS;
  const idleMs = args.idle === undefined ? null : timeOf('idle', args.idle) / MS;
  if (args.dead) return listDead(args);
  const work = await openWork(address);
  const say = (text: string): void => {
    if (!args.quiet) process.stderr.write(`${text}\n`);
  };
  const interruption = new AbortController();
  const stopListening = onSignals(interruption);
  let madeCount = 0;
  say(`Taking runs from ${address.shown}, queue ${address.queue}.`);
  try {
    await work(
      (id, payload, tell) =>
        makeRun(id, payload, tell, {
          maxMemory: args.maxMemory,
          onEnd: ({ scenario }, { verdict }) => {
            madeCount++;
            const name = clip(printable(scenario.plan.name), NAME_COLUMNS);
            say(`${id}  ${name}, seed ${scenario.plan.seed}: ${verdict.outcome}`);
          },
        }).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          say(`${printable(id)}  refused: ${clip(printable(reason), 200)}`);
          throw error;
        }),
      {
        leaseMs,
        idleMs,
        signal: interruption.signal,
        onLost: (message) => say(`The queue cannot be reached: ${printable(message)}`),
      },
    );
  } finally {
    stopListening();
  }
  say(`${plural(madeCount, 'run')} made.`);
  return EXIT.held;
}

/** Runs that nobody could make, each with its reason. */
async function listDead(args: WorkArguments): Promise<number> {
  const dispatcher = await openDispatcher(redisAddressOf(args.queue, process.env));
  try {
    const dead = await dispatcher.dead();
    if (args.json) process.stdout.write(`${JSON.stringify({ dead }, null, 2)}\n`);
    else if (dead.length === 0) process.stdout.write('No run is on the dead-letter list.\n');
    else {
      const rows = dead.map(({ id, reason }) => [printable(id), clip(printable(reason), 200)]);
      process.stdout.write(`${tableText(['run', 'reason'], rows)}\n`);
    }
    return EXIT.held;
  } finally {
    await dispatcher.close();
  }
}
