import type { Counterexample } from './counterexample.ts';

/** Height of a lane in the units of its drawing. */
const HEIGHT = 20;
/** With more steps than this, those that matter are no longer drawn one by one. */
const TICKS_MOST = 1000;

/**
 * The whole execution on one line a thread, from the first step to the last: when it ran, which of
 * its steps matter, and the critical window. Shapes only; the words around them are the page's.
 */
export function laneDrawing(example: Counterexample, thread: number): string {
  const { steps, window } = example;
  const width = Math.max(1, steps.length);
  const shapes: string[] = [];
  if (window !== null && window.thread === thread) {
    const span = window.to - window.from + 1;
    shapes.push(
      `<rect class="window" x="${window.from}" y="0" width="${span}" height="${HEIGHT}"/>`,
    );
  }
  const runs = runsOf(example, thread).map(({ from, to }) => `M${from} ${HEIGHT / 2}H${to}`);
  if (runs.length > 0) shapes.push(`<path class="run" d="${runs.join('')}"/>`);
  const places = steps.flatMap((step, index) =>
    step.thread === thread && step.matters ? [index] : [],
  );
  if (places.length <= TICKS_MOST) {
    const marks = places.map((index) => `M${index + 0.5} 2V${HEIGHT - 2}`).join('');
    if (marks !== '') shapes.push(`<path class="tick" d="${marks}"/>`);
  }
  return (
    `<svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">` +
    `${shapes.join('')}</svg>`
  );
}

/**
 * Steps that the thread made without another in between, as half-open ranges; in a long execution
 * also with others in between, where a drawing could not show them.
 */
function runsOf(
  { steps }: Counterexample,
  thread: number,
): readonly { readonly from: number; readonly to: number }[] {
  const unseen = steps.length / TICKS_MOST;
  const runs: { from: number; to: number }[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.thread !== thread) continue;
    const last = runs.at(-1);
    if (last !== undefined && index - last.to < unseen) last.to = index + 1;
    else runs.push({ from: index, to: index + 1 });
  }
  return runs;
}
