import type { LatencySummary } from '../record/latency-summary.ts';
import { OPERATIONS } from '../scenario/plan.ts';
import { formatCount, formatNs, formatRate } from '../units.ts';
import { autoRemapParts, errorParts, eventLines, faultParts } from './fault-parts.ts';
import { jitterParts } from './jitter-parts.ts';
import { JOB_COLUMNS, jobLatencies, jobRows } from './job-rows.ts';
import { arrivalParts, pacerParts } from './pace.ts';
import { preconditionParts } from './precondition-parts.ts';
import type { Result } from './result-schema.ts';
import { steadyParts } from './steady-parts.ts';
import { clip, exactCount, printable } from './text.ts';
import { recordingParts, traceParts } from './trace-parts.ts';

const NAME_COLUMNS_MAX = 80;

/**
 * The result for a pull request or a wiki: verdict, thresholds, checks, latencies, how to repeat.
 */
export function markdownSummary(result: Result): string {
  const { verdict } = result;
  const mark = verdict.exitCode === 0 ? '✓' : '✗';
  const blocks = [
    `# ${mark} ${escaped(clip(printable(result.name), NAME_COLUMNS_MAX))}`,
    `${escaped(verdict.sentence)} (exit code ${verdict.exitCode}).`,
    ...dumpBlock(result),
    ...thresholdBlock(result),
    checkBlock(result),
    ...evidenceBlock(result),
    ...faultBlock(result),
    ...latencyBlock(result),
    ...jobBlocks(result),
    `Throughput ${formatRate(result.throughput.operationsPerSecond)}, seed ${result.seed}, ` +
      `Node ${escaped(result.environment.node)}, ${result.environment.cores} cores, ` +
      `started ${escaped(result.startedAt)}.`,
    ...(result.steady.applies ? [`Steady state: ${escaped(steadyParts(result).join(', '))}.`] : []),
    `Pauses of the machine while it ran: ${jitterParts(result).join(', ')}.`,
    ...(result.trace === null ? [] : [`Trace: ${escaped(traceParts(result).join(', '))}.`]),
    ...(result.recording === null
      ? []
      : [`Recorded: ${escaped(recordingParts(result).join(', '))}.`]),
    ...warningBlock(result),
    // Text between a list and a code block keeps the block out of the list's last item.
    'To repeat this run:',
    codeBlock(result.repro),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function dumpBlock({ ending }: Result): string[] {
  return ending.dump.length === 0 ? [] : [codeBlock(ending.dump.join('\n'))];
}

function thresholdBlock({ thresholds }: Result): string[] {
  if (thresholds.length === 0) return [];
  return [
    tableOf(
      ['', 'threshold', 'observed'],
      thresholds.map(({ pass, expression, observedText }) => [
        pass ? '✓' : '✗',
        escaped(expression),
        escaped(observedText),
      ]),
    ),
  ];
}

function checkBlock({ checks, integrity }: Result): string {
  const rows = checks.map(({ name, verdict, count, summary, consequenceOf }) => [
    escaped(name),
    verdict === 'not-applicable' ? 'n.a.' : verdict,
    exactCount(count),
    escaped(consequenceOf === null ? summary : `${summary} (explained by the collisions)`),
  ]);
  return tableOf(['check', 'verdict', 'violations', `integrity: ${integrity}`], rows);
}

function evidenceBlock({ checks }: Result): string[] {
  const items = checks.flatMap(({ name, evidence }) =>
    evidence.map(({ text }) => `- ${escaped(name)}: ${escaped(text)}`),
  );
  return items.length === 0 ? [] : [items.join('\n')];
}

function faultBlock(result: Result): string[] {
  const items = [
    ['before the load', preconditionParts(result).join(', ')],
    ['errors', errorParts(result).join(', ')],
    ['faults', faultParts(result).join(', ')],
    ['auto-remap', autoRemapParts(result).join(', ')],
    ['arrivals', arrivalParts(result).join(', ')],
    ['pacer', pacerParts(result).join(', ')],
    ...eventLines(result).map((line) => ['event', line]),
  ].filter(([, text]) => text !== '');
  if (items.length === 0) return [];
  return [items.map(([name = '', text = '']) => `- ${name}: ${escaped(text)}`).join('\n')];
}

function latencyBlock(result: Result): string[] {
  const all: [string, LatencySummary][] = [
    ...OPERATIONS.flatMap((name): [string, LatencySummary][] => {
      const { service, queueing, response } = result.operations[name];
      // Without a plan for its arrival an operation has no response time but its service time.
      return queueing.count === 0
        ? [[name, service]]
        : [
            [`${name}, service`, service],
            [`${name}, queueing`, queueing],
            [`${name}, response`, response],
          ];
    }),
    ['allocation', result.allocation.service],
  ];
  const rows = all
    .filter(([, latencies]) => latencies.count > 0)
    .map(([name, latencies]) => latencyRow(name, latencies));
  if (rows.length === 0) return [];
  return [tableOf(['latency', ...LATENCY_COLUMNS], rows)];
}

const LATENCY_COLUMNS = ['count', 'p50', 'p99', 'p99.9', 'p99.99', 'max'];

function latencyRow(name: string, latencies: LatencySummary): string[] {
  const { count, p50, p99, 'p99.9': p999, 'p99.99': p9999, max } = latencies;
  return [name, formatCount(count), ...[p50, p99, p999, p9999, max].map(formatNs)];
}

function jobBlocks(result: Result): string[] {
  const jobs = jobRows(result).map(({ name, cells }) => [escaped(name), ...cells]);
  if (jobs.length === 0) return [];
  const latencies = jobLatencies(result).map((row) => latencyRow(escaped(row.name), row.latencies));
  return [
    tableOf(['job', ...JOB_COLUMNS], jobs),
    ...(latencies.length === 0 ? [] : [tableOf(['latency by job', ...LATENCY_COLUMNS], latencies)]),
  ];
}

function warningBlock({ warnings }: Result): string[] {
  if (warnings.length === 0) return [];
  return [warnings.map(({ text }) => `- ! ${escaped(text)}`).join('\n')];
}

export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text that Markdown and HTML leave alone: it may come from a scenario that anyone wrote. */
export function escaped(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** Indented by four, which nothing inside can end. */
function codeBlock(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${printable(line)}`)
    .join('\n');
}
