import CliTable from 'cli-table3';
import type { Account, Explanation } from './explanation.ts';
import type { Judged } from './judged.ts';
import { nameOf } from './mutant.ts';

/** Of one file, or of all. */
export interface Tally {
  readonly file: string;
  readonly mutants: number;
  readonly killed: number;
  /** Of those killed: found to go on for ever. */
  readonly byStepBound: number;
  /** Survivors with a reason. */
  readonly explained: number;
  readonly unexplained: number;
}

export interface Report {
  readonly files: readonly Tally[];
  readonly total: Tally;
  readonly unexplained: readonly string[];
  readonly refuted: readonly string[];
  readonly needless: readonly string[];
  readonly mutants: readonly Judged[];
}

export function reportOf(judged: readonly Judged[], account: Account): Report {
  const names = [...new Set(judged.map(({ file }) => file))];
  return {
    files: names.map((file) =>
      tallyOf(
        file,
        judged.filter((one) => one.file === file),
        account,
      ),
    ),
    total: tallyOf('all', judged, account),
    unexplained: account.unexplained.map(nameOf),
    refuted: account.refuted.map((one) => `${nameOf(one)}, by ${one.by}`),
    needless: account.needless.map(textOf),
    mutants: judged,
  };
}

function tallyOf(file: string, judged: readonly Judged[], { unexplained }: Account): Tally {
  const killed = judged.filter(({ outcome }) => outcome === 'killed');
  const left = judged.filter((one) => unexplained.includes(one)).length;
  return {
    file,
    mutants: judged.length,
    killed: killed.length,
    byStepBound: killed.filter(({ how }) => how === 'step bound').length,
    explained: judged.length - killed.length - left,
    unexplained: left,
  };
}

export function tableOf(judged: readonly Judged[], account: Account): string {
  const { files, total, unexplained, refuted, needless } = reportOf(judged, account);
  const head = [
    'file',
    'mutants',
    'killed',
    'without end',
    'explained',
    'unexplained',
    'kill rate',
  ];
  const table = new CliTable({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    chars: PLAIN,
  });
  for (const tally of [...files, total]) table.push(rowOf(tally));
  const lists = [
    ['These survive, and nobody has said why:', unexplained],
    ['These are killed, although they stand among the explained:', refuted],
    ['These are explained, and there is no such mutant:', needless],
  ] as const;
  const listed = lists
    .filter(([, names]) => names.length > 0)
    .map(([title, names]) => `\n${title}\n${names.map((name) => `  ${name}\n`).join('')}`);
  return `${table.toString()}\n${RATE}${listed.join('')}`;
}

const RATE =
  '\nkill rate: killed, of those that are not explained. without end: killed by the bound of steps.\n';

function rowOf({ file, mutants, killed, byStepBound, explained, unexplained }: Tally) {
  const counted = killed + unexplained;
  const rate = counted === 0 ? '-' : `${((100 * killed) / counted).toFixed(1)} %`;
  return [file, mutants, killed, byStepBound, explained, unexplained, rate];
}

function textOf({ because, ...what }: Explanation): string {
  const text = (_key: string, value: unknown) => (value instanceof RegExp ? `${value}` : value);
  return `${JSON.stringify(what, text)}: ${because}`;
}

const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
};
