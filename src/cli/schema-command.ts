import { EXIT } from '../errors.ts';
import { repeatJsonSchema } from '../report/repeat-schema.ts';
import { resultJsonSchema } from '../report/result-schema.ts';
import { searchJsonSchema } from '../report/search-schema.ts';
import { scenarioJsonSchema } from '../scenario/schema.ts';
import { mergedJsonSchema } from '../sweep/merged-schema.ts';

const SCHEMAS = ['scenario', 'result', 'repeat', 'search', 'merged'] as const;

const SCHEMA_OF: { readonly [S in (typeof SCHEMAS)[number]]: () => Record<string, unknown> } = {
  scenario: scenarioJsonSchema,
  result: resultJsonSchema,
  repeat: repeatJsonSchema,
  search: searchJsonSchema,
  merged: mergedJsonSchema,
};

/** Prints the JSON Schema (draft-7) of scenario files, or of what stores results. */
export function schemaCommand(args: { readonly of: (typeof SCHEMAS)[number] }): number {
  process.stdout.write(`${JSON.stringify(SCHEMA_OF[args.of](), null, 2)}\n`);
  return EXIT.held;
}
