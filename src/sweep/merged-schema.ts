/**
 * `merged.json`: what the runs of a sweep come to, cell by cell. Strict everywhere: a key that is
 * not listed here is a mistake.
 */
import { z } from 'zod';
import { OUTCOMES, resultSchema } from '../report/result-schema.ts';
import { OPERATIONS } from '../scenario/plan.ts';
import { SWEEP_SCHEMA_VERSION } from './sweep-folder.ts';

const { shape: ofResult } = resultSchema;
const count = z.int().min(0);
const cellValues = z
  .array(z.strictObject({ key: z.string(), text: z.string() }))
  .describe('Of the matrix, those that make this cell.');

const counts = z.strictObject({ count, errors: count, bytes: count });

const mergedClass = z.strictObject({
  hostClass: z
    .string()
    .describe('What its machines have in common; latencies of others are apart.'),
  cores: count,
  runs: z
    .array(
      z.strictObject({
        id: z.string().describe('Name of its folder below runs/.'),
        seed: count,
        repeat: count.describe('From 0.'),
        exitCode: z.int(),
        operationsPerSecond: z.number().min(0),
        p99Ns: count.nullable().describe('Service time of the operation; null without one.'),
      }),
    )
    .describe('Each run in a few figures.'),
  operation: z
    .enum(OPERATIONS)
    .nullable()
    .describe('The one that figures of the cell are told by; null when there was none.'),
  figures: resultSchema
    .omit({
      schemaVersion: true,
      environment: true,
      scenario: true,
      source: true,
      jobs: true,
      steady: true,
      threads: true,
      intervals: true,
      checks: true,
      repro: true,
      thresholds: true,
      warnings: true,
      verdict: true,
      events: true,
    })
    .describe('As in result.json: counts added up, distributions bucket by bucket, rates anew.'),
  jobs: z
    .array(
      z.strictObject({
        name: z.string(),
        threadCount: count,
        errors: count,
        operations: z.strictObject(
          Object.fromEntries(OPERATIONS.map((name) => [name, counts])) as {
            [name in (typeof OPERATIONS)[number]]: typeof counts;
          },
        ),
      }),
    )
    .describe('Counts added up. Latencies by job are in the result.json of each run only.'),
  steady: z
    .strictObject({
      applies: z.boolean().describe('Whether the load was to end when it is steady.'),
      reachedCount: count.describe('Runs that became so.'),
    })
    .describe('Figures of steady windows are in the result.json of each run only.'),
  thresholds: ofResult.thresholds.describe(
    'Judged on what was added up; on latencies of steady windows, run by run.',
  ),
  outcome: z.enum(OUTCOMES),
  exitCode: z.int(),
  sentence: z.string(),
});

const mergedCell = z.strictObject({
  values: cellValues,
  plannedCount: count.describe('Runs that were to be made.'),
  runCount: count.describe('Runs that were made, broken ones included.'),
  failures: z
    .array(z.strictObject({ id: z.string(), failure: z.string() }))
    .describe('Runs without a result, and why.'),
  missing: z.array(z.string()).describe('Ids of runs that are not there.'),
  checks: ofResult.checks.describe('Over all runs of the cell, wherever they were made.'),
  collisions: ofResult.collisions,
  classes: z.array(mergedClass).describe('By class of machines.'),
  exitCode: z.int(),
});

export const mergedSchema = z
  .strictObject({
    schemaVersion: z
      .literal(SWEEP_SCHEMA_VERSION)
      .describe('Raised when a key changes its meaning or goes away.'),
    tool: z.string(),
    id: z.string().describe('Of the sweep: the same for the same question.'),
    name: z.string(),
    source: z.strictObject({ file: z.string(), sets: z.array(z.string()) }),
    axes: z.array(z.strictObject({ key: z.string(), texts: z.array(z.string()) })),
    seeds: z.array(count),
    repeats: count,
    plannedCount: count,
    runCount: count,
    missingCount: count,
    duplicateCount: count.describe('Runs found in several folders; each counts once.'),
    hostClasses: z.array(z.string()),
    tools: z.array(z.string()).describe('Versions that the runs were made by.'),
    notes: z.array(z.string()).describe('What a reader must know before the figures.'),
    cells: z.array(mergedCell),
    exitCode: z.int().describe('Of the worst cell; 4 when runs are missing.'),
  })
  .meta({ title: 'sparestorm merged sweep', description: 'What a sweep came to: merged.json.' });

/** The JSON Schema (draft-7) of `merged.json`; what `schema/merged.schema.json` holds. */
export function mergedJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(mergedSchema, { target: 'draft-7' });
}
