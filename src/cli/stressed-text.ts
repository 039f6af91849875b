import {
  type Confirmation,
  type Counterexample,
  confirmationText,
  type Fault,
  programName,
  renderCounterexample,
} from '../explore/index.ts';
import { ownerOf } from '../record/owner-table.ts';
import { shellQuoted } from '../report/repro.ts';
import { type Style, styleOf, type TextOptions } from '../report/style.ts';
import { columnsOf, exactCount, plural, wrap } from '../report/text.ts';
import type { FaultKind, Plan } from '../scenario/plan.ts';
import type { Choice } from '../stress/deal.ts';
import { PROMISES, type StressCall } from '../stress/judge.ts';
import type { FoundViolation, StressResult } from '../stress/stress.ts';
import { formatNs, formatPercent, formatRate } from '../units.ts';

/** What stressing a scenario came to, as a person or a program is told. */
export interface Stressed {
  readonly plan: Plan;
  readonly file: string;
  readonly sets: readonly string[];
  readonly fromSeed: number;
  readonly toSeed: number;
  readonly roundsOfSeed: number;
  readonly choice: Choice;
  /** Faults the scenario is there to show; null = none may show. */
  readonly expects: readonly FaultKind[] | null;
  readonly result: StressResult;
  /** What the explorer made of a violation; null when it was not asked. */
  readonly explored: {
    readonly example: Counterexample | null;
    readonly confirmation: Confirmation | null;
    readonly executions: number;
  } | null;
  readonly exploreForNs: number;
  readonly exitCode: number;
}

const SCHEMA_VERSION = 1;
const LABEL_COLUMNS = 12;
/** Rounds by which a repetition is likely to show what was seen once. */
const REPEAT_ROUNDS = 20_000;

/** What the threads did: the figures, the outcomes, the violation. */
export function seenText(stressed: Stressed, terminal: TextOptions): string {
  const style = styleOf(terminal);
  const { violation, failure } = stressed.result;
  return textOf([
    [style.text(headOf(stressed))],
    figuresOf(stressed).flatMap(([label, text]) => labelled(label, text, style)),
    outcomesOf(stressed.result, style),
    ...(violation === null ? [] : [violationBlock(stressed, violation, style)]),
    ...(failure === null ? [] : [failureBlock(failure, style)]),
  ]);
}

/** What the explorer made of it, and what follows. */
export function endText(stressed: Stressed, terminal: TextOptions): string {
  const style = styleOf(terminal);
  const explored = stressed.explored === null ? [] : [exploredBlock(stressed, style)];
  return `\n${textOf([...explored, conclusionOf(stressed, style)])}`;
}

function textOf(blocks: readonly (readonly string[])[]): string {
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headOf({ plan, result, fromSeed, toSeed, choice, expects }: Stressed): string {
  const off = [choice.noise ? '' : 'no noise', choice.watch ? '' : 'no watchpoints'];
  return [
    plan.name,
    'stress',
    plural(result.threadCount, 'thread'),
    fromSeed === toSeed ? `seed ${fromSeed}` : `seeds ${fromSeed}..${toSeed}`,
    ...off.filter((text) => text !== ''),
    ...(expects === null ? [] : [`expects ${expects.join(' or ')}`]),
  ].join('   ');
}

function figuresOf({ result, choice, plan }: Stressed): [string, string][] {
  const { geometries, control, figures, rounds, durationNs, changes } = result;
  const spares = geometries.map((one) => one.spareCount);
  const slots = geometries.map((one) => one.slotCount);
  const sizes = `${range(spares)} spares`;
  const rings = plan.allocator.kind === 'cached' ? `, rings of ${range(slots)}` : '';
  const { acquisitions, contended, noises, looks } = figures;
  return [
    ['devices', `${geometries.length}: ${sizes}${rings}`],
    [
      'control',
      control.isSeen
        ? `a race planted on purpose showed in round ${exactCount(control.rounds)}`
        : `! a race planted on purpose did not show in ${exactCount(control.rounds)} rounds: ` +
          'what is not seen here means even less than usual',
    ],
    [
      'rounds',
      `${exactCount(rounds)} in ${formatNs(durationNs)}, ` +
        `${formatRate(rounds / (durationNs / 1e9 || 1))}; ` +
        `${plural(result.seedsDone, 'seed', exactCount(result.seedsDone))} from begin to end; ` +
        `${exactCount(result.operations)} operations`,
    ],
    ['met', metText(result)],
    [
      'lock',
      acquisitions === 0
        ? 'taken by nobody: there was nowhere to put noise'
        : `${exactCount(acquisitions)} acquisitions, ${share(contended, acquisitions)} had to wait; ` +
          `${choice.noise ? exactCount(noises) : 'no'} noises after releases`,
    ],
    [
      'watched',
      choice.watch
        ? `${exactCount(looks)} times a holder looked twice; a word had changed in ` +
          plural(changes, 'round', exactCount(changes))
        : 'nothing',
    ],
  ];
}

function metText({ rounds, roundsTogether, calls, overlappingCalls }: StressResult): string {
  if (roundsTogether === 0) {
    return '! never: no two calls were under way at once, so nothing was tested';
  }
  return (
    `in ${share(roundsTogether, rounds)} of the rounds calls of two threads were under way at ` +
    `once; ${share(overlappingCalls, calls)} of ${exactCount(calls)} calls were`
  );
}

function outcomesOf({ outcomes, rounds }: StressResult, style: Style): string[] {
  const counts = outcomes.map((row) => exactCount(row.rounds));
  const width = Math.max(6, ...counts.map((text) => text.length));
  const head = `  ${style.title('OUTCOMES')}${' '.repeat(6)}${'rounds'.padStart(width)}    share`;
  if (outcomes.length === 0) return [head, '    none: no round was completed'];
  const rows = outcomes.flatMap((row, index) => {
    const lead =
      `    ${row.class.padEnd(12)}${(counts[index] as string).padStart(width)}  ` +
      `${share(row.rounds, rounds).padStart(7)}  `;
    return hanging(lead, style.text(row.text), style.width);
  });
  const isClean = outcomes.every((row) => row.class !== 'forbidden');
  return [
    head,
    ...rows,
    ...(isClean ? [`    ${'forbidden'.padEnd(12)}${'0'.padStart(width)}`] : []),
  ];
}

function violationBlock({ plan }: Stressed, violation: FoundViolation, style: Style): string[] {
  const { deal, round, faults, repetition, isSeenAlone } = violation;
  const [first, ...rest] = faults;
  const { program, disturbance, seed } = deal;
  const { noisePeriod, isNap } = disturbance;
  const noise =
    noisePeriod === 0 ? 'none' : `a ${isNap ? 'nap' : 'loop'} after 1 in ${noisePeriod}`;
  const { rounds, seen } = repetition;
  const facts: [string, string][] = [
    ['promise', PROMISES[first.kind] ?? first.kind],
    ['under test', `${plan.allocator.kind} ${plan.allocator.protocol}, lock ${plan.lock.kind}`],
    ['device', deviceText(program)],
    ['noise', noise],
    [
      'again',
      seen > 0
        ? `in ${exactCount(seen)} of ${exactCount(rounds)} more rounds of seed ${seed}`
        : `not in ${exactCount(rounds)} more rounds of seed ${seed}: it takes luck`,
    ],
    [
      'alone',
      isSeenAlone
        ? 'it shows with the threads one after the other too: no race, a fault of one thread'
        : 'not with the threads one after the other: it takes two at once',
    ],
  ];
  return [
    `  ${style.mark('fail')} ${style.title('INTEGRITY VIOLATION')}   ${first.kind}   ` +
      `seed ${seed}, round ${exactCount(round)}`,
    ...faults
      .slice(0, 1 + Math.min(3, rest.length))
      .flatMap(({ text }) => hanging('      ', style.text(text), style.width)),
    ...(rest.length > 3 ? [`      and ${rest.length - 3} more`] : []),
    '',
    ...timelineOf(violation, style),
    '',
    ...facts.flatMap(([label, text]) => labelled(label, text, style, '    ')),
  ];
}

function deviceText(program: FoundViolation['deal']['program']): string {
  const { allocator, spareCount, reservedCount, slotCount, batchCount, threads } = program;
  const metadata = reservedCount > 0 ? `, the first ${reservedCount} metadata` : '';
  const ring = allocator === 'cached' ? `, a ring of ${slotCount}, batches of ${batchCount}` : '';
  return `${spareCount} spares${metadata}${ring}; operations ${threads.join(' | ')}`;
}

/**
 * The calls of the round, each in its thread's column, by when it began. Numbers are drawn from one
 * word that all threads share: a call was under way from its first number to its second.
 */
function timelineOf({ calls, deal, faults }: FoundViolation, style: Style): string[] {
  const { threads } = deal.program;
  const ordered = [...calls].sort((one, other) => one.begin - other.begin);
  const texts = ordered.map((call) =>
    style.text(callText(call) + arrowAt(call, ordered, faults[0])),
  );
  const widest = Math.max(...texts.map(columnsOf));
  // In columns if all of them fit, else one below the other.
  const isWide = 16 + threads.length * (widest + 2) <= style.width;
  const lines = ordered.map(({ thread, begin, end }, index) => {
    const place = isWide ? ' '.repeat(thread * (widest + 2)) : `T${thread} `;
    const span = style.text(`${String(begin).padStart(5)}–${String(end).padEnd(4)}`);
    return `    ${span}  ${place}${texts[index]}`;
  });
  const names = threads.map((_, thread) => `T${thread}`.padEnd(widest + 2)).join('');
  return [
    '    calls, from when to when by one counter that all threads draw from',
    ...(isWide ? [`${' '.repeat(16)}${names}`.trimEnd()] : []),
    ...lines,
  ];
}

/** Points at the calls whose answers contradict each other. */
function arrowAt(call: StressCall, calls: readonly StressCall[], { kind }: Fault): string {
  if (call.kind !== 'allocate') return '';
  if (kind === 'false exhaustion') return call.key < 0 ? '  <-' : '';
  if (kind !== 'double grant') return '';
  if (call.value !== 0) return `  <- T${ownerOf(call.value).thread} had it`;
  const isTakenAgain = calls.some(
    ({ kind: other, key, value }) =>
      other === 'allocate' &&
      key === call.key &&
      value !== 0 &&
      ownerOf(value).thread === call.thread,
  );
  return isTakenAgain ? '  <-' : '';
}

function callText({ kind, key, value }: StressCall): string {
  switch (kind) {
    case 'allocate':
      return key < 0 ? 'allocate: none' : `allocate: ${key}`;
    case 'release':
      return `free ${key}`;
    case 'read':
      return `read LBA ${key}: ${value}`;
    case 'write':
      return `write LBA ${key}: ${value}`;
    case 'attach':
      return `remap LBA ${key} to ${value}`;
    case 'detach':
      return `undo LBA ${key} (was ${value})`;
    case 'forget':
      return 'clear';
  }
}

function failureBlock({ message, dump }: NonNullable<StressResult['failure']>, style: Style) {
  return [
    `  ${style.mark('fail')} ${style.title('BROKEN')}   ${style.text(message)}`,
    ...dump.map((line) => `      ${style.text(line)}`),
  ];
}

function exploredBlock({ explored, result, file, sets, exploreForNs }: Stressed, style: Style) {
  const { example, confirmation, executions } = explored as NonNullable<Stressed['explored']>;
  const kind = result.violation?.faults[0].kind;
  const tried = `${exactCount(executions)} executions`;
  if (example === null) {
    const text = `no ${kind} in ${tried} of small programs within ${formatNs(exploreForNs)}`;
    return labelled('explored', text, style);
  }
  const settings = sets.map((set) => ` --set ${shellQuoted(set)}`).join('');
  const replayWith = `npx sparestorm explore ${shellQuoted(file)}${settings} --replay ${shellQuoted(example.schedule)}`;
  return [
    ...labelled('explored', `${kind} found in ${tried} of small programs; the smallest:`, style),
    '',
    ...renderCounterexample(example, false, replayWith).split('\n'),
    `real threads: ${confirmationText(confirmation)}`,
  ].map(style.text);
}

function conclusionOf(stressed: Stressed, style: Style): string[] {
  const { result, expects, exitCode, file, sets } = stressed;
  const { ending, violation, faultRounds, roundsTogether } = result;
  const say = (mark: 'pass' | 'fail' | 'warn', text: string) =>
    hanging(`  ${style.mark(mark)} `, style.text(text), style.width);
  const repeat = `  repeat:  ${style.text(repeatCommand(stressed))}`;
  if (ending === 'broken') return [...say('fail', 'The stress itself broke.'), repeat];
  if (violation !== null) {
    const { kind } = violation.faults[0];
    return exitCode === 0
      ? [...say('pass', `${kind} found, as expected`), repeat]
      : [
          ...say(
            'fail',
            `${kind} found, and ${expects === null ? 'none' : expects.join(' or ')} was expected`,
          ),
          repeat,
        ];
  }
  const others = Object.keys(faultRounds);
  const wanted = expects?.join(' or ');
  const lines: string[] = [];
  if (ending === 'interrupted')
    lines.push(...say('warn', 'Interrupted: what was seen until then.'));
  if (others.length > 0) {
    lines.push(...say('fail', `${others.join(', ')} seen without the expected ${wanted}`));
  } else if (wanted !== undefined) {
    lines.push(...say('fail', `${wanted} was expected and not seen`));
  }
  if (roundsTogether === 0) {
    return [...lines, ...say('fail', 'The threads never met: this says nothing at all.'), repeat];
  }
  if (lines.length === 0) {
    lines.push(...say('pass', 'No forbidden outcome was seen in what happened to happen.'));
  }
  const settings = sets.map((set) => ` --set ${shellQuoted(set)}`).join('');
  const advice =
    'That is a sample, not a proof: orders of events that did not occur were not tested. The ' +
    'explorer searches them in order.';
  const search = `npx sparestorm explore ${shellQuoted(file)}${settings}`;
  return [
    ...lines,
    ...hanging('    ', style.text(advice), style.width),
    `  explore: ${style.text(search)}`,
    repeat,
  ];
}

function repeatCommand({ file, sets, result, fromSeed, toSeed, roundsOfSeed, choice }: Stressed) {
  const { violation, threadCount } = result;
  const words = ['npx', 'sparestorm', 'stress', file];
  for (const set of sets) words.push('--set', set);
  words.push('--threads', String(threadCount));
  const seed = violation?.deal.seed;
  words.push('--seeds', seed === undefined ? `${fromSeed}..${toSeed}` : String(seed));
  words.push('--rounds', String(seed === undefined ? roundsOfSeed : REPEAT_ROUNDS));
  if (!choice.noise) words.push('--no-noise');
  if (!choice.watch) words.push('--no-watch');
  return words.map(shellQuoted).join(' ');
}

export function stressedJson(stressed: Stressed): string {
  const { plan, result, explored, choice } = stressed;
  const { violation, control, geometries } = result;
  const document = {
    schemaVersion: SCHEMA_VERSION,
    name: plan.name,
    file: stressed.file,
    sets: stressed.sets,
    threads: result.threadCount,
    seeds: { from: stressed.fromSeed, to: stressed.toSeed, done: result.seedsDone },
    roundsOfSeed: stressed.roundsOfSeed,
    noise: choice.noise,
    watchpoints: choice.watch,
    expects: stressed.expects,
    ending: result.ending,
    exitCode: stressed.exitCode,
    durationNs: Math.round(result.durationNs),
    devices: geometries.map(({ spareCount, reservedCount, slotCount, batchCount }) => ({
      spares: spareCount,
      reserved: reservedCount,
      slots: slotCount,
      batch: batchCount,
    })),
    control,
    rounds: result.rounds,
    operations: result.operations,
    overlap: {
      rounds: result.roundsTogether,
      calls: result.calls,
      overlappingCalls: result.overlappingCalls,
    },
    lock: {
      acquisitions: result.figures.acquisitions,
      contended: result.figures.contended,
      noises: result.figures.noises,
    },
    watched: { looks: result.figures.looks, changedRounds: result.changes },
    outcomes: result.outcomes,
    faultRounds: result.faultRounds,
    violation: violation === null ? null : violationJson(violation),
    failure: result.failure,
    explored:
      explored === null
        ? null
        : {
            executions: explored.executions,
            counterexample: explored.example,
            realThreads: explored.confirmation,
          },
    repeat: repeatCommand(stressed),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function violationJson({ deal, round, faults, calls, repetition, isSeenAlone }: FoundViolation) {
  return {
    seed: deal.seed,
    round,
    program: programName(deal.program),
    disturbance: deal.disturbance,
    faults,
    calls,
    repetition,
    isSeenAlone,
  };
}

/** A label, and a text beside it on as many lines as it takes. */
function labelled(label: string, text: string, style: Style, indent = '  '): string[] {
  return hanging(`${indent}${label.padEnd(LABEL_COLUMNS)}`, style.text(text), style.width);
}

function hanging(lead: string, text: string, width: number): string[] {
  const room = Math.max(20, width - columnsOf(lead));
  return wrap(text, room).map((line, index) =>
    index === 0 ? lead + line : ' '.repeat(columnsOf(lead)) + line,
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : formatPercent(part / whole);
}

function range(values: readonly number[]): string {
  const least = Math.min(...values);
  const most = Math.max(...values);
  return least === most ? String(least) : `${least} to ${most}`;
}
