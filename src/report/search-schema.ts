/**
 * `search.json`: what a search for the highest value of a key came to, with every run that it made.
 */
import { z } from 'zod';
import { SEARCH_SCALES } from '../scenario/plan.ts';
import { PURPOSES } from '../search/highest.ts';
import { OUTCOMES } from './result-schema.ts';

/** Raised when a key changes its meaning or goes away; a new key does not raise it. */
export const SEARCH_SCHEMA_VERSION = 1;

export const SEARCH_FILE = 'search.json';

const count = z.int().min(0);
const value = z
  .strictObject({ value: z.number(), text: z.string().describe('As it stands in a scenario.') })
  .meta({ id: 'Value' });

export const searchSchema = z
  .strictObject({
    schemaVersion: z.literal(SEARCH_SCHEMA_VERSION),
    tool: z.string(),
    name: z.string(),
    source: z.strictObject({ file: z.string(), sets: z.array(z.string()) }),
    seed: count.describe('Of the first probe; each further one has the next.'),
    key: z.string().describe('What was to be as high as possible.'),
    conditions: z.array(z.string()),
    from: value,
    to: value,
    tolerance: z.number(),
    scale: z.enum(SEARCH_SCALES),
    found: value.nullable().describe('Highest value that held and was confirmed, so far.'),
    failed: value.nullable().describe('Lowest value above it that failed.'),
    heldBeyond: z.array(value).describe('Values above a failed one that held: not monotone.'),
    unconfirmed: z.array(value).describe('Values that held once and failed when tried again.'),
    probes: z
      .array(
        z.strictObject({
          value,
          purpose: z.enum(PURPOSES),
          held: z.boolean().nullable().describe('null: the run did not come to an answer.'),
          seed: count,
          folder: z.string().describe('Name of its folder, beside this one.'),
          startedAt: z.string(),
          exitCode: z.int(),
          outcome: z.enum(OUTCOMES),
          conditions: z.array(
            z.strictObject({
              expression: z.string(),
              observedText: z.string(),
              pass: z.boolean(),
            }),
          ),
          repro: z.string(),
        }),
      )
      .describe('In the order in which they were made.'),
    verdict: z.strictObject({ exitCode: z.int(), sentence: z.string() }),
    repro: z.string().describe('One command line that searches again.'),
  })
  .meta({
    title: 'sparestorm search',
    description: 'The highest value of a key at which conditions hold: search.json.',
  });

export type Search = z.infer<typeof searchSchema>;
export type SearchProbe = Search['probes'][number];

/** The JSON Schema (draft-7) of `search.json`; what `schema/search.schema.json` holds. */
export function searchJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(searchSchema, { target: 'draft-7' });
}
