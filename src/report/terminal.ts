/**
 * The last thing a run prints. What decides comes first (thresholds, integrity), what explains
 * follows (latencies, locks, memory), then what qualifies it (measurement, warnings), one sentence,
 * and the command that repeats it. Every figure comes from the result, none is computed here.
 */
import Table from 'cli-table3';
import type { LatencySummary } from '../record/latency-summary.ts';
import { OPERATIONS } from '../scenario/plan.ts';
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatNs,
  formatPercent,
  formatRate,
} from '../units.ts';
import { autoRemapParts, errorParts, eventLines, faultParts } from './fault-parts.ts';
import { jitterParts } from './jitter-parts.ts';
import { areEqual, JOB_COLUMNS, jobLatencies, jobRows } from './job-rows.ts';
import { arrivalParts, pacerParts } from './pace.ts';
import { preconditionParts } from './precondition-parts.ts';
import type { Result, ResultCheck, ResultLock } from './result-schema.ts';
import { steadyParts } from './steady-parts.ts';
import { type Mark, type Style, styleOf, type TextOptions } from './style.ts';
import { columnsOf, exactCount, plural, wrap } from './text.ts';
import { recordingParts, traceParts } from './trace-parts.ts';
import { expectedText, isCollision, isExpected } from './verdict.ts';

export interface SummaryOptions extends TextOptions {
  /** Where the result was written; left out without it. */
  readonly resultPath?: string;
  /** The page for a browser; the last line, left out without it. */
  readonly reportPath?: string;
}

/** Column at which the lines below LOCK, CACHE, … begin. */
const LABEL_COLUMNS = 13;
const NAME_COLUMNS_MAX = 40;
/** Of a job; of a job and its operation. */
const JOB_NAME_COLUMNS_MAX = 20;
const JOB_ROW_COLUMNS_MAX = 26;
const WIDTH_MIN = 40;
/**
 * Violations that a check quotes on the terminal, and that one which follows from another quotes.
 */
const CAUSES_SHOWN = 5;
const EFFECTS_SHOWN = 2;

const LATENCY_KEYS = ['count', 'p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max'] as const;
type LatencyKey = (typeof LATENCY_KEYS)[number];
/** What a terminal below 80 columns goes without, in this order. */
const DROPPED_KEYS: readonly LatencyKey[] = ['p90', 'p99.99', 'p99.9'];

export function summaryText(result: Result, options: SummaryOptions): string {
  const style = styleOf({ ...options, width: Math.max(WIDTH_MIN, options.width) });
  const blocks = [
    headerLines(result, style),
    dumpLines(result, style),
    thresholdLines(result, style),
    integrityLines(result, style),
    latencyLines(result, style),
    jobLines(result, style),
    stateLines(result, style),
    warningLines(result, style),
    closingLines(result, options, style),
  ];
  const lines = blocks.filter((block) => block.length > 0).flatMap((block) => [...block, '']);
  return lines.map((line) => line.trimEnd()).join('\n');
}

function headerLines(result: Result, style: Style): string[] {
  const warmup =
    result.warmupNs === 0 ? 'without warm-up' : `after ${formatNs(result.warmupNs)} warm-up`;
  const [first = '', ...rest] = inLines(
    [
      style.clip(result.name, NAME_COLUMNS_MAX),
      `${formatNs(result.durationNs)} measured ${warmup}`,
      plural(result.threadCount, 'thread'),
      `seed ${result.seed}`,
      ...(result.expect === 'pass' ? [] : [`expects ${expectedText(result.expect)}`]),
    ].map(style.text),
    style.width,
  );
  return [style.title(first), ...rest];
}

function dumpLines({ ending }: Result, style: Style): string[] {
  if (ending.kind !== 'broken') return [];
  return [
    `  ${style.title('THE RUN BROKE')}`,
    ...hanging(`    ${style.mark('fail')} `, ending.reason, style),
    ...ending.dump.flatMap((line) => hanging('      ', line, style)),
  ];
}

function thresholdLines({ thresholds, ending }: Result, style: Style): string[] {
  if (thresholds.length === 0) return [];
  const room = Math.max(20, style.width - style.markColumns - 24);
  const expressions = thresholds.map(({ expression }) => style.clip(expression, room));
  const columns = Math.max(...expressions.map(columnsOf));
  return [
    `  ${style.title('THRESHOLDS')}${isWhole(ending.kind) ? '' : '   of partial figures'}`,
    ...thresholds.map((threshold, index) => {
      const mark = style.mark(threshold.pass ? 'pass' : 'fail');
      const expression = padded(expressions[index] as string, columns);
      return `    ${mark} ${expression}  ${style.text(threshold.observedText).padStart(10)}`;
    }),
  ];
}

/** A power cut that the plan asks for is the end of its load. */
function isWhole(kind: Result['ending']['kind']): boolean {
  return kind === 'finished' || kind === 'crashed';
}

function integrityLines(result: Result, style: Style): string[] {
  const { checks } = result;
  const nameColumns = Math.max(0, ...checks.map(({ name }) => columnsOf(style.text(name))));
  const statusColumns = Math.max(0, ...checks.map((check) => statusOf(check).length));
  const linesOf = (check: ResultCheck, indent: string): string[] => {
    const name = padded(style.text(check.name), nameColumns);
    const status = statusOf(check).padEnd(statusColumns);
    const head = `${indent}${style.mark(markOf(check, result))} ${name}  ${status}  `;
    return [
      ...hanging(head, check.summary, style),
      ...evidenceLines(check, `${indent}    `, style),
    ];
  };
  // What follows from another check's finding stands beneath that one; a collision is reported by
  // either of two checks.
  const collision = checks.find((check) => check.verdict === 'broken' && isCollision(check));
  const causeOf = ({ consequenceOf }: ResultCheck) =>
    consequenceOf === 'collisions' ? collision : checks.find(({ name }) => name === consequenceOf);
  const lines = checks.flatMap((check) => {
    if (causeOf(check) !== undefined) return [];
    const own = linesOf(check, '    ');
    const consequences = checks.filter((other) => causeOf(other) === check);
    if (consequences.length === 0) return own;
    const theirs = consequences.flatMap((consequence) => linesOf(consequence, '        '));
    return [...own, '        and, because of it:', ...theirs];
  });
  return [`  ${style.title('INTEGRITY')}    ${result.integrity}`, ...lines];
}

function evidenceLines(check: ResultCheck, indent: string, style: Style): string[] {
  const { count, consequenceOf } = check;
  // The rest of what was quoted stands in result.json.
  const evidence = check.evidence.slice(0, consequenceOf === null ? CAUSES_SHOWN : EFFECTS_SHOWN);
  const lines = evidence.flatMap(({ text }) => hanging(indent, text, style));
  const more = count - evidence.length;
  return evidence.length > 0 && more > 0
    ? [...lines, `${indent}and ${exactCount(more)} more`]
    : lines;
}

/** A violation that the scenario expects, or that an expected one explains, is no failure. */
function markOf(check: ResultCheck, result: Result): Mark {
  if (check.verdict === 'held') return 'pass';
  if (check.verdict === 'not-applicable') return 'none';
  return isExpected(check, result.expect) ? 'warn' : 'fail';
}

function statusOf(check: ResultCheck): string {
  if (check.verdict === 'held') return 'held';
  if (check.verdict === 'not-applicable') return 'n.a.';
  return `broken ${exactCount(check.count)}`;
}

function latencyLines(result: Result, style: Style): string[] {
  const rows: [string, LatencySummary][] = [];
  for (const name of OPERATIONS) {
    const { service, response, queueing } = result.operations[name];
    if (service.count > 0) rows.push([name, service]);
    if (queueing.count > 0) rows.push(['  queueing', queueing]);
    // Service first: beside it the response shows what queueing added.
    if (response.count > 0 && !areEqual(service, response)) rows.push(['  response', response]);
  }
  if (result.allocation.service.count > 0) rows.push(['allocation', result.allocation.service]);
  return rows.length === 0 ? [] : fittingTable('LATENCY', rows, style);
}

/** With as many statistics as there is room for. */
function fittingTable(
  title: string,
  rows: readonly [string, LatencySummary][],
  style: Style,
): string[] {
  let keys: readonly LatencyKey[] = LATENCY_KEYS;
  for (const dropped of [null, ...DROPPED_KEYS]) {
    keys = keys.filter((key) => key !== dropped);
    const lines = latencyTable(title, keys, rows, style);
    if (Math.max(...lines.map(visibleColumns)) <= style.width) return lines;
  }
  return latencyTable(title, keys, rows, style);
}

/** Which job did what, and how long its operations took. */
function jobLines(result: Result, style: Style): string[] {
  const rows = jobRows(result);
  if (rows.length === 0) return [];
  const name = (text: string) => `  ${style.clip(text, JOB_NAME_COLUMNS_MAX)}`;
  const jobs = tableLines(
    ['JOBS', ...JOB_COLUMNS],
    rows.map((row) => [name(row.name), ...row.cells]),
    style,
  );
  const latencies = jobLatencies(result).map((row): [string, LatencySummary] => [
    `${style.clip(row.job, JOB_ROW_COLUMNS_MAX - row.what.length - 1)} ${row.what}`,
    row.latencies,
  ]);
  return latencies.length === 0 ? jobs : [...jobs, '', ...fittingTable('BY JOB', latencies, style)];
}

function latencyTable(
  title: string,
  keys: readonly LatencyKey[],
  rows: readonly [string, LatencySummary][],
  style: Style,
): string[] {
  return tableLines(
    [title, ...keys],
    rows.map(([name, latencies]) => [
      `  ${name}`,
      ...keys.map((key) => (key === 'count' ? formatCount : formatNs)(latencies[key])),
    ]),
    style,
  );
}

/** A table without rules: columns are told apart by space, numbers stand to the right. */
function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
): string[] {
  const rules = 'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left';
  const none = `${rules} left-mid mid mid-mid right right-mid`.split(' ');
  const labels = rows.map(([label = '']) => columnsOf(style.text(label)));
  const labelColumns = Math.max(LABEL_COLUMNS, ...labels);
  const table = new Table({
    chars: { ...Object.fromEntries(none.map((name) => [name, ''])), middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    colWidths: head.map((_, index) => (index === 0 ? labelColumns : null)),
  });
  const [title = '', ...titles] = head;
  table.push([style.title(title), ...titles]);
  for (const row of rows) table.push(row.map(style.text));
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line}`);
}

function stateLines(result: Result, style: Style): string[] {
  return [
    ...labelled('BEFORE', preconditionParts(result), style),
    ...labelled('THROUGHPUT', throughputParts(result), style),
    ...labelled('STEADY', steadyParts(result), style),
    ...labelled('ARRIVALS', arrivalParts(result), style),
    ...labelled('PACER', pacerParts(result), style),
    ...labelled('OUTCOMES', outcomeParts(result), style),
    ...labelled('ERRORS', errorParts(result), style),
    ...labelled('FAULTS', faultParts(result), style),
    ...labelled('AUTO-REMAP', autoRemapParts(result), style),
    ...labelledLines('EVENTS', eventLines(result), style),
    ...labelled('ALLOCATION', allocationParts(result), style),
    ...labelled('LOCK', lockParts(result.lock), style),
    ...(result.targetLock.acquisitions === 0
      ? []
      : labelled('TARGET LOCK', lockParts(result.targetLock), style)),
    ...labelled('CACHE', cacheParts(result), style),
    ...labelled('SPARES', spareParts(result), style),
    ...labelled('TARGET', targetParts(result), style),
    ...labelled('MEMORY', memoryParts(result), style),
    ...labelled('MEASUREMENT', measurementParts(result), style),
    ...labelled('JITTER', jitterParts(result), style),
    ...labelled('TRACE', traceParts(result), style),
    ...labelled('RECORDED', recordingParts(result), style),
  ];
}

function throughputParts({ throughput }: Result): string[] {
  const parts = [
    `${formatRate(throughput.operationsPerSecond)} operations`,
    formatByteRate(throughput.bytesPerSecond),
  ];
  // A line per thread would not end with 64 of them; the extremes say whether they were equal.
  const rates = throughput.perThread.map((thread) => thread.operationsPerSecond);
  if (rates.length > 1) {
    const [least, most] = [Math.min(...rates), Math.max(...rates)];
    parts.push(`per thread ${formatRate(least)} to ${formatRate(most)}`);
  }
  return parts;
}

function outcomeParts({ operations }: Result): string[] {
  return OPERATIONS.flatMap((name) => {
    const { refused, errors, skipped } = operations[name];
    const parts = [
      ...(refused > 0 ? [`${exactCount(refused)} refused`] : []),
      ...(errors > 0 ? [plural(errors, 'error', exactCount(errors))] : []),
      ...(skipped > 0 ? [`${exactCount(skipped)} skipped`] : []),
    ];
    return parts.length === 0 ? [] : [`${name} ${parts.join(', ')}`];
  });
}

function allocationParts({ allocation }: Result): string[] {
  if (allocation.requested === 0 && allocation.drained === 0) return [];
  const parts = [
    `${exactCount(allocation.requested)} requested`,
    `${exactCount(allocation.granted)} granted`,
    `${exactCount(allocation.refused)} refused`,
  ];
  if (allocation.firstRefusal !== null) {
    parts.push(`first refused at ${formatNs(allocation.firstRefusal.issueNs)}`);
  }
  if (allocation.drained > 0) parts.push(`${exactCount(allocation.drained)} drained after the run`);
  return parts;
}

function lockParts(lock: ResultLock): string[] {
  if (Number.isNaN(lock.acquisitions)) return ['–'];
  if (lock.acquisitions === 0) return [lock.kind, 'never taken'];
  const parts = [
    lock.kind,
    `${formatCount(lock.acquisitions)} acquisitions`,
    `contended ${formatPercent(lock.contendedRatio ?? 0)}`,
  ];
  if (lock.wait.count > 0) {
    parts.push(`wait p50 ${formatNs(lock.wait.p50)} p99 ${formatNs(lock.wait.p99)}`);
  }
  if (lock.hold.count > 0) {
    parts.push(`hold p50 ${formatNs(lock.hold.p50)} p99 ${formatNs(lock.hold.p99)}`);
  }
  if (lock.samplePeriod > 1) parts.push(`1 in ${lock.samplePeriod} timed`);
  if (lock.parks > 0)
    parts.push(`went to sleep ${plural(lock.parks, 'time', formatCount(lock.parks))}`);
  if (lock.overlaps > 0) parts.push(plural(lock.overlaps, 'overlap', exactCount(lock.overlaps)));
  if (lock.fairness !== null) parts.push(`fairness ${lock.fairness.toFixed(2)}`);
  return parts;
}

function cacheParts({ cache }: Result): string[] {
  if (!cache.applies) return ['none'];
  if (cache.hitRate === null) return ['no lookups'];
  return [
    `hit rate ${formatPercent(cache.hitRate)}`,
    plural(cache.hits, 'hit', formatCount(cache.hits)),
    `${formatCount(cache.misses)} ${cache.misses === 1 ? 'miss' : 'misses'}`,
    plural(cache.refills, 'refill', formatCount(cache.refills)),
  ];
}

function spareParts({ spares }: Result): string[] {
  const share =
    spares.allocatable === 0 ? '' : ` (${formatPercent(spares.used / spares.allocatable)})`;
  return [
    `${exactCount(spares.used)} of ${exactCount(spares.allocatable)} used${share}`,
    `${exactCount(spares.cached)} cached`,
    `${exactCount(spares.free)} free`,
    `${exactCount(spares.reserved)} reserved`,
  ];
}

function targetParts({ target }: Result): string[] {
  if (!target.applies) return [];
  const parts = [
    target.protocol,
    plural(target.manualRemaps, 'manual remap', exactCount(target.manualRemaps)),
    plural(target.autoRemaps, 'automatic remap', exactCount(target.autoRemaps)),
    `${exactCount(target.tracked)} tracked`,
    `${exactCount(target.onMetadata)} on metadata`,
    plural(target.sharedPairs, 'shared pair', exactCount(target.sharedPairs)),
    `${exactCount(target.invisible)} invisible`,
  ];
  if (target.logLines + target.repliesDelivered > 0) {
    const replies = target.repliesDelivered;
    parts.push(
      `${exactCount(replies)} ${replies === 1 ? 'reply' : 'replies'} delivered`,
      plural(target.logLines, 'log line', exactCount(target.logLines)),
    );
  }
  return parts;
}

function memoryParts({ memory }: Result): string[] {
  return [
    `allocator ${formatBytes(memory.allocatorBytes)}`,
    `device ${formatBytes(memory.deviceBytes)}`,
    `table ${formatBytes(memory.tableBytes)}`,
    `instrument ${formatBytes(memory.instrumentBytes)}`,
  ];
}

function measurementParts({ environment, throughput }: Result): string[] {
  const { clock, jitter, emptyOperationNs } = environment;
  const parts = [
    `clock ${formatNs(clock.costNs)} a reading, steps of ${formatNs(clock.stepNs)}`,
    `empty operation ${formatNs(emptyOperationNs)}`,
    `idle loop lost ${formatPercent(jitter.lostShare)}, at most ${formatNs(jitter.maxNs)}`,
  ];
  if (throughput.instrumentShare !== null) {
    parts.push(`${formatPercent(throughput.instrumentShare)} of the time outside operations`);
  }
  parts.push(`Node ${environment.node}`, plural(environment.cores, 'core'));
  return parts;
}

function warningLines({ warnings }: Result, style: Style): string[] {
  return warnings.flatMap(({ text }) => hanging(`  ${style.mark('warn').trimEnd()} `, text, style));
}

function closingLines(result: Result, options: SummaryOptions, style: Style): string[] {
  const { verdict, repro } = result;
  const { resultPath, reportPath } = options;
  const mark = style.mark(verdict.exitCode === 0 ? 'pass' : 'fail').trimEnd();
  return [
    ...hanging(`  ${mark} `, verdict.sentence, style),
    // Never broken in two: these lines are there to be copied.
    `  repeat:  ${style.text(repro)}`,
    ...(resultPath === undefined ? [] : [`  result:  ${style.text(resultPath)}`]),
    ...(reportPath === undefined ? [] : [`  report:  ${style.text(reportPath)}`]),
  ];
}

function labelled(label: string, parts: readonly string[], style: Style): string[] {
  if (parts.length === 0) return [];
  const lines = inLines(parts.map(style.text), style.width - LABEL_COLUMNS - 2);
  const title = style.title(label) + ' '.repeat(LABEL_COLUMNS - label.length);
  return lines.map((line, index) => `  ${index === 0 ? title : ' '.repeat(LABEL_COLUMNS)}${line}`);
}

/** The same, each part on a line of its own. */
function labelledLines(label: string, lines: readonly string[], style: Style): string[] {
  return lines.flatMap((line, index) => {
    const title = index === 0 ? style.title(label) : '';
    const width = index === 0 ? label.length : 0;
    return hanging(`  ${title}${' '.repeat(LABEL_COLUMNS - width)}`, line, style);
  });
}

/** Parts side by side, three spaces apart, in as many lines as they need; no part is broken. */
function inLines(parts: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last}   ${part}`;
    if (last === undefined || columnsOf(joined) > columns) lines.push(part);
    else lines[lines.length - 1] = joined;
  }
  return lines;
}

/** Text that wraps to the right of its head. */
export function hanging(head: string, text: string, style: Style): string[] {
  const indent = visibleColumns(head);
  const [first = '', ...rest] = wrap(style.text(text), Math.max(20, style.width - indent));
  return [head + first, ...rest.map((line) => ' '.repeat(indent) + line)];
}

/** Columns of a text of ours, colours not counted. */
function visibleColumns(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for.
  return columnsOf(text.replace(/\u001b\[\d+m/g, ''));
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}
