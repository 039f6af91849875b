import { EXIT } from '../errors.ts';
import { describeLayout } from '../memory/describe.ts';
import { layoutOf } from '../memory/layout.ts';
import { loadScenarios } from '../run/load-scenario.ts';
import { formatBytes } from '../units.ts';
import { tableText } from './table-text.ts';

/** Prints the memory map of a scenario: region, bytes, stride, writer, reader, guard. */
export function layoutCommand(args: {
  readonly scenario: string;
  readonly set: readonly string[];
  readonly json: boolean;
}): number {
  const [loaded] = loadScenarios([args.scenario], args.set);
  if (loaded === undefined) return EXIT.usage;
  const described = describeLayout(loaded.plan, layoutOf(loaded.plan));
  if (args.json) {
    process.stdout.write(`${JSON.stringify(described, null, 2)}\n`);
    return EXIT.held;
  }
  const rows = described.regions.map((region) => [
    region.name,
    region.purpose,
    `0x${region.offsetBytes.toString(16)}`,
    formatBytes(region.bytes),
    region.strideBytes === 0 ? '' : formatBytes(region.strideBytes),
    region.writer,
    region.reader,
    region.guard,
  ]);
  const head = ['region', 'purpose', 'offset', 'size', 'stride', 'writer', 'reader', 'guard'];
  const { bytes, auditBytesPerSector } = described;
  process.stdout.write(
    `${tableText(head, rows, [2, 3, 4])}\n\n` +
      `allocator ${formatBytes(bytes.allocator)}, table ${formatBytes(bytes.table)}, ` +
      `device ${formatBytes(bytes.device)}, instrument ${formatBytes(bytes.instrument)}; ` +
      `${formatBytes(bytes.total)} in all\n` +
      `the data check keeps ${auditBytesPerSector.toFixed(1)} bytes a sector\n`,
  );
  return EXIT.held;
}
