import { intervalOf, pairedDifference } from '../statistics/difference.ts';
import { resolutionOf } from '../statistics/resolution.ts';
import { comparisonIn, type JudgedPath } from './judge.ts';
import { STEPS, type Step } from './remap-steps.ts';
import { EMPTY, type Series, STEPS_PATH } from './samples.ts';

/** Where the time of a remap goes. */
export interface Budget {
  /** Of the remap itself, the same on every path; without the floor. */
  readonly steps: readonly BudgetStep[];
  readonly paths: readonly PathBudget[];
}

export interface BudgetStep {
  readonly step: Exclude<Step, 'floor'>;
  /** Trimmed mean of what was measured, without the readings of the clock in it. */
  readonly ns: number;
  readonly low: number;
  readonly high: number;
  /** What the clock alone would have shown, and what was taken off. */
  readonly floorNs: number;
}

/** One path's share: total = transport + steps + rest. */
export interface PathBudget {
  readonly path: string;
  /** Median of remap. */
  readonly totalNs: number;
  /** Median of the empty call. */
  readonly transportNs: number;
  /** The words of the command and of its answer, and all that the steps do not account for. */
  readonly restNs: number;
  /** Half the 95 % interval of remap against ping: no rest below it means anything. */
  readonly errorNs: number;
}

/** Readings of the clock within what is counted to a step, one each beyond the first. */
const READINGS: Readonly<Record<Exclude<Step, 'floor'>, number>> = {
  lock: 2,
  scan: 1,
  allocation: 1,
  entry: 1,
};

/** Null without samples of the steps. */
export function budgetOf(samples: readonly Series[], judged: readonly JudgedPath[]): Budget | null {
  const taken = (step: Step) =>
    samples.find(({ path, operation }) => path === STEPS_PATH && operation === step)?.ns ?? [];
  const floor = taken('floor');
  if (floor.length < 2) return null;
  const stepNs = resolutionOf(STEPS.flatMap(taken));
  const steps = STEPS.filter((step) => step !== 'floor').map((step) => {
    const floors = floor.map((ns) => ns * READINGS[step]);
    const difference = pairedDifference(taken(step), floors, stepNs);
    const bare = pairedDifference(
      floors,
      floors.map(() => 0),
    );
    return { step, ns: difference.estimate, ...intervalOf(difference), floorNs: bare.estimate };
  });
  const stepsNs = steps.reduce((sum, { ns }) => sum + ns, 0);
  const paths = judged.flatMap(({ path, operations }) => {
    const median = (name: string) =>
      operations.find(({ operation }) => operation === name)?.percentiles[0]?.ns;
    const [totalNs, transportNs] = [median('remap'), median(EMPTY)];
    const errorNs = comparisonIn({ path, operations }, 'remap')?.marginOfErrorNs;
    if (totalNs === undefined || transportNs === undefined || errorNs === undefined) return [];
    return [{ path, totalNs, transportNs, restNs: totalNs - transportNs - stepsNs, errorNs }];
  });
  return { steps, paths };
}

/** The allocation by itself, in ns. */
export function allocationIn(budget: Budget | null): BudgetStep | null {
  return budget?.steps.find(({ step }) => step === 'allocation') ?? null;
}
