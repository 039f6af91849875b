import type { CampaignProgress } from '../explore/index.ts';
import { startView } from '../report/live.ts';
import { clockTime, wholePercent } from '../report/progress.ts';
import { type Style, styleOf, type TextOptions } from '../report/style.ts';
import { exactCount, plural } from '../report/text.ts';
import { formatCount, formatNs, formatRate } from '../units.ts';
import { terminalOf } from './terminal-of.ts';

/** What `explore` is at. Before the first look at a search there is no progress. */
export type ExploreStage =
  | { readonly kind: 'canaries' }
  | { readonly kind: 'search'; readonly progress: CampaignProgress }
  | { readonly kind: 'minimise' }
  | { readonly kind: 'real threads' };

const STAGE_TEXTS: Readonly<Record<Exclude<ExploreStage['kind'], 'search'>, string>> = {
  canaries: 'planting faults, to see that they are caught',
  minimise: 'found a failure; making it small',
  'real threads': 'looking for the failure on real threads',
};
const LABEL_COLUMNS = 12;
const BAR_COLUMNS_MAX = 40;

/** A view on stderr that follows the stages; silent where it would only fill a log of JSON. */
export function showProgress(
  name: string,
  { json, progress }: { readonly json: boolean; readonly progress: boolean },
) {
  const terminal = terminalOf(process.stderr);
  const isSilent = !progress || (json && !terminal.isLive);
  let stage: ExploreStage = { kind: 'canaries' };
  const view = startView({
    stream: process.stderr,
    mode: isSilent ? 'none' : terminal.isLive ? 'panel' : 'lines',
    panel: (width) => explorePanel(name, stage, { ...terminal, width }),
    line: () => exploreLine(stage, terminal.unicode),
  });
  return {
    at(next: ExploreStage): void {
      stage = next;
    },
    stop: view.stop,
  };
}

/** The lines of the live panel, none of them wider than the terminal. */
export function explorePanel(name: string, stage: ExploreStage, options: TextOptions): string[] {
  const style = styleOf(options);
  const lines = [`${name}   explore`];
  if (stage.kind !== 'search') lines.push(STAGE_TEXTS[stage.kind]);
  else {
    const { progress } = stage;
    const row = (label: string, text: string) => `${label.padEnd(LABEL_COLUMNS)}${text}`;
    lines.push(
      timeText(progress, style),
      '',
      row('programs', programsText(progress)),
      row('executions', `${formatCount(progress.executions)}   ${rateText(progress)}`),
      row('searching', progress.name),
    );
  }
  lines.push('Ctrl-C stops and shows what was explored');
  return lines.map((line) => ` ${style.clip(line, style.width - 2)}`.trimEnd());
}

/** One line for a log: `[00:10] explore 17%  12 of 154 programs done  …`. */
export function exploreLine(stage: ExploreStage, unicode: boolean): string {
  const style = styleOf({ color: false, unicode, width: 100 });
  if (stage.kind !== 'search') return style.text(`explore: ${STAGE_TEXTS[stage.kind]}`);
  const { progress } = stage;
  const parts = [
    `[${clockTime(progress.elapsedNs)}] explore ${wholePercent(shareOf(progress))}`,
    programsText(progress),
    plural(progress.executions, 'execution', formatCount(progress.executions)),
    rateText(progress),
    leftText(progress),
  ];
  return style.text(parts.join('  '));
}

function timeText(progress: CampaignProgress, style: Style): string {
  const text = style.text(
    `${wholePercent(shareOf(progress))}   ${formatNs(progress.elapsedNs)}   ${leftText(progress)}`,
  );
  const room = style.width - text.length - 6;
  if (room < 8) return text;
  return `${style.bar(shareOf(progress), Math.min(BAR_COLUMNS_MAX, room))}  ${text}`;
}

function programsText({ doneCount, subjectCount }: CampaignProgress): string {
  return `${exactCount(doneCount)} of ${plural(subjectCount, 'program')} done`;
}

function rateText({ executions, elapsedNs }: CampaignProgress): string {
  return elapsedNs === 0 ? '' : formatRate((executions * 1e9) / elapsedNs);
}

/** A search may be done long before its time is. */
function leftText({ elapsedNs, forNs }: CampaignProgress): string {
  return `at most ${formatNs(Math.max(0, forNs - elapsedNs))} left`;
}

function shareOf({ elapsedNs, forNs }: CampaignProgress): number {
  return forNs === 0 ? 1 : elapsedNs / forNs;
}
