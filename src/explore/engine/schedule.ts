/**
 * Who goes next, step by step, as a short string: a letter for the thread and how many steps it
 * makes in a row, in base 36. `a3b1ga1` reads: thread 0 makes 3 steps, thread 1 makes 52, thread 0
 * makes 1. In front stand a format mark, the fingerprint of the instrumented files and the name of
 * what was explored, so that a schedule carries all that is needed to run it again:
 *
 *     x1.<fingerprint>.<name>.<runs>
 *
 * Letters must not be digits of the count, so threads are capitals: A3B1gA1.
 */
export interface Schedule {
  readonly fingerprint: string;
  readonly name: string;
  readonly threads: readonly number[];
}

const FORMAT = 'x1';
const FIRST_LETTER = 'A'.charCodeAt(0);

export function formatSchedule({ fingerprint, name, threads }: Schedule): string {
  return [FORMAT, fingerprint, name, runsOf(threads)].join('.');
}

export function parseSchedule(text: string): Schedule {
  const [format, fingerprint, ...rest] = text.trim().split('.');
  const runs = rest.pop();
  if (format !== FORMAT || fingerprint === undefined || runs === undefined || rest.length === 0) {
    throw new RangeError(
      `not a schedule: ${text}; one reads ${FORMAT}.<fingerprint>.<name>.<runs>`,
    );
  }
  return { fingerprint, name: rest.join('.'), threads: threadsOf(runs) };
}

/** A3B1gA1 */
function runsOf(threads: readonly number[]): string {
  let text = '';
  for (let from = 0; from < threads.length; ) {
    let to = from + 1;
    while (threads[to] === threads[from]) to++;
    text += String.fromCharCode(FIRST_LETTER + (threads[from] as number));
    text += (to - from).toString(36);
    from = to;
  }
  return text;
}

function threadsOf(runs: string): number[] {
  if (!/^([A-H][0-9a-z]+)*$/.test(runs))
    throw new RangeError(`not the runs of a schedule: ${runs}`);
  const threads: number[] = [];
  for (const [, letter, count] of runs.matchAll(/([A-H])([0-9a-z]+)/g)) {
    const thread = (letter as string).charCodeAt(0) - FIRST_LETTER;
    for (let left = Number.parseInt(count as string, 36); left > 0; left--) threads.push(thread);
  }
  return threads;
}
