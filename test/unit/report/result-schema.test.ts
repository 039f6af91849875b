import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resultJsonSchema, resultSchema } from '../../../src/report/result-schema.ts';
import { someResult } from '../../support/run-record.ts';

const PUBLISHED = new URL('../../../schema/result.schema.json', import.meta.url);

test('the published JSON Schema is the one that the definition yields', () => {
  // When this fails after a change on purpose, `npm run schema` writes it anew.
  expect(readFileSync(PUBLISHED, 'utf8')).toBe(`${JSON.stringify(resultJsonSchema(), null, 2)}\n`);
});

test('the JSON Schema is draft-7, requires every key and admits no other', () => {
  const schema = resultJsonSchema();
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties, required, additionalProperties } = node as Record<string, unknown>;
    if (properties !== undefined) {
      expect(required).toEqual(Object.keys(properties as object));
      expect(additionalProperties).toBe(false);
    }
    Object.values(node).forEach(visit);
  };
  visit(schema);
});

test('a result survives being written and read', () => {
  const result = someResult();
  expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
});

test('a missing key and an unknown key are both refused', () => {
  const result = someResult();
  const { seed: _, ...withoutSeed } = result;
  expect(resultSchema.safeParse(withoutSeed).success).toBe(false);
  expect(resultSchema.safeParse({ ...result, extra: 1 }).success).toBe(false);
  const lock = { ...result.lock, extra: 1 };
  expect(resultSchema.safeParse({ ...result, lock }).success).toBe(false);
});
