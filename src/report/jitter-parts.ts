import { formatNs, formatPercent } from '../units.ts';
import type { Result } from './result-schema.ts';

const WATCHERS: { readonly [M in Result['jitter']['method']]: string } = {
  'idle-loop': 'idle loop beside the load',
  sampled: 'sampled by the coordinator, no core was idle',
  off: 'not watched',
};

/** Pauses of the machine while the load ran, in a few words each. */
export function jitterParts({ jitter }: Pick<Result, 'jitter'>): string[] {
  const { method, pause, periodNs, lostShare } = jitter;
  const watcher = WATCHERS[method];
  if (method === 'off') return [watcher];
  if (pause.count === 0) return [watcher, 'no period was measured whole'];
  const statistics = (['p50', 'p99', 'p99.9', 'max'] as const).map(
    (name) => `${name} ${formatNs(pause[name])}`,
  );
  return [
    watcher,
    // Two parts, so that a narrow terminal can break the line between them.
    `pause in ${formatNs(periodNs)} ${statistics.slice(0, 2).join(' ')}`,
    statistics.slice(2).join(' '),
    ...(lostShare === null ? [] : [`lost ${formatPercent(lostShare)}`]),
  ];
}
