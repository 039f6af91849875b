/**
 * `repeat.json`: what several runs of one scenario come to, each with a seed of its own. The run is
 * the unit: a figure of this file is made of one figure a run, and of nothing inside a run.
 */
import { z } from 'zod';
import { OUTCOMES } from './result-schema.ts';

/** Raised when a key changes its meaning or goes away; a new key does not raise it. */
export const REPEAT_SCHEMA_VERSION = 1;

export const REPEAT_FILE = 'repeat.json';

const count = z.int().min(0);
const share = z.number().min(0).max(1);

const metric = z.strictObject({
  name: z.string().describe('As in thresholds.'),
  unit: z.enum(['ns', 'ratio', 'bytes', 'count', 'per-second']),
  runs: count.describe('Runs that have this figure.'),
  median: z.number().describe('Over runs: a value of one of them, the lower of two in the middle.'),
  low: z.number().describe('Low end of the interval of the median.'),
  high: z.number(),
  coverage: share.describe('How likely the interval holds the median of all such runs.'),
  min: z.number(),
  max: z.number(),
  values: z.array(z.number().nullable()).describe('By run, in their order.'),
});

export const repeatSchema = z
  .strictObject({
    schemaVersion: z.literal(REPEAT_SCHEMA_VERSION),
    tool: z.string(),
    name: z.string(),
    source: z.strictObject({ file: z.string(), sets: z.array(z.string()) }),
    requested: count.describe('Runs that were asked for; fewer were done after an interruption.'),
    runs: z.array(
      z.strictObject({
        folder: z.string().describe('Name of its folder, beside this one.'),
        seed: count,
        startedAt: z.string(),
        exitCode: z.int(),
        outcome: z.enum(OUTCOMES),
        sentence: z.string(),
        repro: z.string(),
      }),
    ),
    interval: z.strictObject({
      method: z
        .literal('order-statistics')
        .describe('Between two values; assumes no distribution.'),
      level: share.describe('Coverage that is asked for.'),
      runsNeeded: count.describe('With fewer runs no interval of the median has it.'),
      sentence: z.string(),
    }),
    metrics: z.array(metric).describe('Every metric that at least one run has a figure of.'),
    shown: z.array(z.string()).describe('Metrics that the terminal and summary.md show.'),
    thresholds: z.array(
      z.strictObject({
        expression: z.string(),
        held: count.describe('Runs in which it held.'),
        failed: count,
      }),
    ),
    checks: z.array(
      z.strictObject({
        name: z.string(),
        held: count.describe('Runs in which it held.'),
        broken: count,
        notApplicable: count,
        violations: count.describe('Of all runs together.'),
      }),
    ),
    warnings: z.array(z.strictObject({ id: z.string(), runs: count })),
    verdict: z
      .strictObject({ exitCode: z.int(), outcome: z.enum(OUTCOMES), sentence: z.string() })
      .describe('That of the worst run: one violation in any of them counts.'),
    repro: z.string().describe('One command line that does all runs again.'),
  })
  .meta({
    title: 'sparestorm repeat',
    description: 'What several runs of one scenario come to: repeat.json.',
  });

export type Repeat = z.infer<typeof repeatSchema>;
export type RepeatMetric = Repeat['metrics'][number];

/** The JSON Schema (draft-7) of `repeat.json`; what `schema/repeat.schema.json` holds. */
export function repeatJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(repeatSchema, { target: 'draft-7' });
}
