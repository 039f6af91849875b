import { createLogUpdate } from 'log-update';
import type { Plan } from '../scenario/plan.ts';
import { CURVE_COLUMNS, livePanel, progressLine, type Snapshot } from './progress.ts';

const FRAME_MS = 250;
/** The first line comes early, to show that the run is under way. */
const FIRST_LINE_MS = 1000;
const LINE_MS_MIN = 10_000;
/** Lines double their distance up to this, so that a long run does not flood a log. */
const LINE_MS_MAX = 300_000;

type LiveMode = 'panel' | 'lines' | 'none';

export interface LiveOptions {
  /** Where to draw; never stdout, which carries the result. */
  readonly stream: NodeJS.WriteStream;
  readonly plan: Plan;
  readonly snapshot: () => Snapshot;
  readonly mode: LiveMode;
  readonly color?: boolean;
  readonly unicode?: boolean;
}

/** What is shown of anything that goes on: asked for anew each time. */
export interface View {
  readonly stream: NodeJS.WriteStream;
  readonly mode: LiveMode;
  /** Lines of the panel, none wider than that many columns. */
  readonly panel: (width: number) => readonly string[];
  /** One line for a log. */
  readonly line: () => string;
}

export interface Live {
  /** Takes the panel away, or writes nothing more. May be called twice. */
  stop(): void;
}

/**
 * Shows a run while it goes on: a panel redrawn four times a second, or a line now and then. The
 * timers never keep the process alive.
 */
export function startLive(options: LiveOptions): Live {
  const { stream, mode, snapshot, color = true, unicode = true } = options;
  const earlier: Snapshot[] = [];
  const panel = (width: number): string[] => {
    const look = snapshot();
    const lines = livePanel(look, { color, unicode, width }, earlier);
    earlier.push(look);
    if (earlier.length >= CURVE_COLUMNS) earlier.shift();
    return lines;
  };
  return startView({
    stream,
    mode,
    panel,
    line: () => progressLine(snapshot(), { unicode }),
  });
}

/** The same of anything else that goes on. */
export function startView(view: View): Live {
  if (view.mode === 'none') return { stop() {} };
  return view.mode === 'panel' ? startPanel(view) : startLines(view);
}

function startPanel({ stream, panel }: View): Live {
  // Hiding the cursor would install signal handlers of the library's own beside the coordinator's.
  const draw = createLogUpdate(stream, { showCursor: true });
  const frame = (): void => {
    // One column is left free: a full line wraps on some terminals.
    const width = Math.max(40, (stream.columns ?? 80) - 1);
    draw(panel(width).join('\n'));
  };
  frame();
  const timer = setInterval(frame, FRAME_MS).unref();
  let stopped = false;
  return {
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      draw.clear();
      draw.done();
    },
  };
}

function startLines({ stream, line }: View): Live {
  let timer: NodeJS.Timeout;
  let distanceMs = LINE_MS_MIN;
  const next = (delayMs: number): void => {
    timer = setTimeout(() => {
      stream.write(`${line()}\n`);
      next(distanceMs);
      distanceMs = Math.min(LINE_MS_MAX, distanceMs * 2);
    }, delayMs).unref();
  };
  next(FIRST_LINE_MS);
  return {
    stop() {
      clearTimeout(timer);
    },
  };
}
