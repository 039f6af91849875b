import { EXIT } from '../errors.ts';
import { resultJsonSchema } from '../report/result-schema.ts';
import { scenarioJsonSchema } from '../scenario/schema.ts';

/** Prints the JSON Schema (draft-7) of scenario files or of `result.json`. */
export function schemaCommand(args: { readonly of: 'scenario' | 'result' }): number {
  const schema = args.of === 'result' ? resultJsonSchema() : scenarioJsonSchema();
  process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
  return EXIT.held;
}
