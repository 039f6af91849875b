import type { TraceProfile } from '../load/trace/profile.ts';
import { TRACE_OPERATIONS } from '../load/trace/trace.ts';
import { styleOf } from '../report/style.ts';
import { asciiOf, exactCount, plural, wrap } from '../report/text.ts';
import { formatBytes, formatNs, formatPercent, formatRate, formatSize } from '../units.ts';
import { tableText } from './table-text.ts';
import type { Terminal } from './terminal-of.ts';

const LEVELS = { unicode: ' ▁▂▃▄▅▆▇█', ascii: ' .:-=+*#@' };
const BAR_COLUMNS = 20;
const LABEL_COLUMNS = 12;

/** A profile as people read it, in at most 80 columns. */
export function traceText(profile: TraceProfile, terminal: Terminal): string {
  const { color, unicode } = terminal;
  const width = Math.min(80, terminal.width);
  const style = styleOf({ color, unicode, width });
  const { text, title } = style;
  const sections = [
    headOf(profile).map((line) => style.clip(line, width)),
    [title('Operations'), operationTable(profile)],
    [title('Sizes of reads and writes'), ...sizesOf(profile, style.bar)],
    [title('Rate'), ...rateOf(profile, unicode)],
    [title('Addresses'), ...addressesOf(profile)],
  ];
  const warnings = profile.warnings.flatMap((warning) =>
    wrap(text(warning), width - 2).map((line, at) => (at === 0 ? `! ${line}` : `  ${line}`)),
  );
  if (warnings.length > 0) sections.push(warnings);
  const shown = sections.map((lines) => lines.join('\n')).join('\n\n');
  return `${unicode ? shown : asciiOf(shown)}\n`;
}

function headOf(profile: TraceProfile): string[] {
  const { file, format, fileBytes, device, otherDeviceCount, recordCount, spanNs } = profile;
  const name = device === '' ? '' : `, device ${device}`;
  const others =
    otherDeviceCount === 0
      ? ''
      : ` (${plural(otherDeviceCount, 'line', exactCount(otherDeviceCount))} of others left out)`;
  const time = spanNs === 0 ? 'without times' : `over ${formatNs(spanNs)}`;
  return [
    file,
    `${format}, ${formatBytes(fileBytes)}${name}${others}`,
    `${plural(recordCount, 'operation', exactCount(recordCount))} ${time}`,
  ];
}

function operationTable({ operations, recordCount }: TraceProfile): string {
  const rows = TRACE_OPERATIONS.filter((name) => operations[name].count > 0).map((name) => {
    const { count, bytes } = operations[name];
    const moves = name !== 'sync';
    return [
      `  ${name}`,
      exactCount(count),
      formatPercent(count / recordCount),
      moves ? formatBytes(bytes) : '',
      moves ? formatBytes(bytes / count) : '',
    ];
  });
  return tableText(['', 'count', 'share', 'bytes', 'mean size'], rows, [1, 2, 3, 4]);
}

function sizesOf({ sizes }: TraceProfile, bar: (share: number, columns: number) => string) {
  const total = sizes.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return ['  none'];
  const rows = sizes.map(({ bytes, count }) => [
    `  ${bytes === null ? 'others' : formatSize(bytes)}`,
    exactCount(count),
    formatPercent(count / total),
    bar(count / total, BAR_COLUMNS),
  ]);
  return [tableText(['', 'count', 'share', ''], rows, [1, 2])];
}

function rateOf({ rate, spanNs }: TraceProfile, unicode: boolean): string[] {
  if (spanNs === 0) return ['  all operations at once: the trace has no times'];
  const levels = [...(unicode ? LEVELS.unicode : LEVELS.ascii)];
  const most = Math.max(...rate.slots);
  const line = rate.slots
    .map((count) => levels[count === 0 ? 0 : Math.ceil((count / most) * (levels.length - 1))])
    .join('');
  return [
    row('mean', formatRate(rate.meanPerSecond)),
    row('peak', `${formatRate(rate.peakPerSecond)} within ${formatNs(rate.slotNs)}`),
    row('over time', `|${line}|`),
  ];
}

function addressesOf({ addresses, alignment, overlap }: TraceProfile): string[] {
  const { sectorCount, blockBytes, touchedBlocks, touchedSectors, hot } = addresses;
  if (touchedBlocks === 0) return ['  nothing is read or written'];
  const block = formatSize(blockBytes);
  const lines = [
    row(
      'device',
      `${exactCount(sectorCount)} sectors (${formatBytes(sectorCount * 512)}) to fit as recorded`,
    ),
    row(
      'touched',
      `${exactCount(touchedBlocks)} blocks of ${block}: ${exactCount(touchedSectors)} sectors (${formatBytes(touchedBlocks * blockBytes)})`,
    ),
    row(
      'hot',
      hot
        .map(
          ({ blockShare, accessShare }) =>
            `${formatPercent(blockShare)} of blocks get ${formatPercent(accessShare)}`,
        )
        .join(', '),
    ),
    row('sequential', `${percentOf(addresses.sequentialShare)} begin where the one before ended`),
    row(
      'aligned',
      alignment
        .filter(({ share }) => share > 0)
        .map(({ bytes, share }) => `${formatSize(bytes)} ${formatPercent(share)}`)
        .join(', '),
    ),
    row(
      'overlap',
      `${percentOf(overlap.writeShare)} of writes hit what was written, ${percentOf(overlap.readShare)} of reads`,
    ),
  ];
  if (overlap.granularityBytes > 512) {
    lines.push(
      row(
        '',
        `(told in pieces of ${formatSize(overlap.granularityBytes)}: too much is touched for sectors)`,
      ),
    );
  }
  return lines.flatMap((line) => wrapped(line));
}

/** A long row goes on below its own beginning. */
function wrapped(line: string): string[] {
  const indent = ' '.repeat(LABEL_COLUMNS + 2);
  const label = line.slice(0, indent.length);
  return wrap(line.slice(indent.length), 80 - indent.length).map((part, at) =>
    at === 0 ? label + part : indent + part,
  );
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(LABEL_COLUMNS)}${value}`;
}

function percentOf(share: number | null): string {
  return share === null ? 'none' : formatPercent(share);
}
