import { EXIT } from '../errors.ts';
import {
  counterexampleOf,
  type FaultKind,
  formatSchedule,
  instrumentProduct,
  parseSchedule,
  renderPage,
  replay,
} from '../explore/index.ts';
import { reading, subjectNamed } from './explore-subjects.ts';
import { replayedJson, replayedPage, replayedText } from './explored-text.ts';
import { writePage } from './page-file.ts';

/** Runs one schedule again, and shows it as a failure is shown. */
export async function replaySchedule(
  schedule: string,
  args: { readonly full: boolean; readonly json: boolean; readonly html: string | undefined },
  wanted: readonly FaultKind[] | null,
): Promise<number> {
  const { name } = reading('--replay', schedule, () => parseSchedule(schedule));
  const code = await instrumentProduct();
  const subject = reading('--replay', schedule, () => subjectNamed(name, null, code));
  const run = replay(subject, schedule);
  const expected = run.faults.find(({ kind }) => wanted?.includes(kind));
  const fault = expected ?? run.faults[0] ?? null;
  const example = fault === null ? null : counterexampleOf(subject, schedule, fault);
  const exitCode = expected !== undefined || fault === null ? EXIT.held : EXIT.integrity;
  const replayed = {
    name,
    schedule: formatSchedule(parseSchedule(schedule)),
    run,
    example,
    exitCode,
    fingerprint: code.fingerprint,
  };
  if (args.html !== undefined) writePage(args.html, renderPage(replayedPage(replayed)));
  process.stdout.write(args.json ? replayedJson(replayed) : replayedText(replayed, args.full));
  return exitCode;
}
