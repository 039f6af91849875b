import { createLogUpdate } from 'log-update';
import { styleOf, type TextOptions } from '../report/style.ts';
import { exactCount, plural } from '../report/text.ts';
import type { StressSnapshot } from '../stress/stress.ts';
import { formatNs, formatPercent, formatRate } from '../units.ts';

const FRAME_MS = 250;
const FIRST_LINE_MS = 1000;
const LINE_MS = 10_000;

export interface StressLiveOptions extends TextOptions {
  /** Never stdout, which carries the result. */
  readonly stream: NodeJS.WriteStream;
  readonly mode: 'panel' | 'lines' | 'none';
  readonly name: string;
  readonly forNs: number;
  readonly look: () => StressSnapshot;
}

export interface StressLive {
  /** Takes the panel away, or writes nothing more. */
  stop(): void;
}

/** Shows a stress while it goes on: a panel redrawn four times a second, or a line now and then. */
export function startStressLive(options: StressLiveOptions): StressLive {
  const { mode, stream } = options;
  if (mode === 'none') return { stop() {} };
  if (mode === 'lines') return startLines(options);
  const draw = createLogUpdate(stream, { showCursor: true });
  const frame = (): void => {
    // One column is left free: a full line wraps on some terminals.
    const width = Math.max(40, (stream.columns ?? 80) - 1);
    draw(stressPanel({ ...options, width }).join('\n'));
  };
  frame();
  const timer = setInterval(frame, FRAME_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      draw.clear();
      draw.done();
    },
  };
}

type Shown = Pick<StressLiveOptions, 'name' | 'forNs' | 'look' | keyof TextOptions>;

export function stressPanel({ name, forNs, look, ...terminal }: Shown): string[] {
  const style = styleOf(terminal);
  const seen = look();
  // Whichever ends it first.
  const share = Math.max(seen.elapsedNs / forNs, seen.seedsDone / seen.seedCount);
  const bar = style.bar(share, Math.min(40, style.width - 30));
  return [
    ` ${style.clip(`${name}   stress`, style.width - 2)}`,
    ` ${bar}  ${style.text(`${formatNs(seen.elapsedNs)} of at most ${formatNs(forNs)}`)}`,
    '',
    ...figuresOf(seen).map((text) => ` ${style.clip(text, style.width - 2)}`),
    ` ${style.clip('Ctrl-C stops and keeps what was seen', style.width - 2)}`,
  ];
}

function startLines({ stream, look, unicode }: StressLiveOptions): StressLive {
  const style = styleOf({ color: false, unicode, width: 100 });
  let timer: NodeJS.Timeout;
  const next = (delayMs: number): void => {
    timer = setTimeout(() => {
      const seen = look();
      const seconds = Math.floor(seen.elapsedNs / 1e9);
      const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
      stream.write(`${style.text(`[${clock}] ${figuresOf(seen).join('  ')}`)}\n`);
      next(LINE_MS);
    }, delayMs).unref();
  };
  next(FIRST_LINE_MS);
  return {
    stop() {
      clearTimeout(timer);
    },
  };
}

function figuresOf(seen: StressSnapshot): string[] {
  const { rounds, judgedRounds, roundsTogether, seedsDone, seedCount, elapsedNs } = seen;
  const perSecond = elapsedNs > 0 ? rounds / (elapsedNs / 1e9) : 0;
  const met = judgedRounds > 0 ? formatPercent(roundsTogether / judgedRounds) : '–';
  return [
    `${plural(rounds, 'round', exactCount(rounds))}, ${formatRate(perSecond)}`,
    `${exactCount(seedsDone)} of ${exactCount(seedCount)} seeds clean`,
    `threads met in ${met}`,
  ];
}
