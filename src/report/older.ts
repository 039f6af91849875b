/**
 * Reading what another version of the same schema version wrote. A key that came later is missing
 * in it, and is filled in as absent: null where the schema allows it, an empty list, `applies` as
 * false, and NaN for a number, which every report shows as a dash, no metric takes for a value, and
 * JSON writes as null. A key that this version does not know is left out.
 *
 * What is there is held to the schema as strictly as ever: where it lacks a verdict, or another
 * choice, it is damaged.
 */
import { z } from 'zod';

export interface Completed<T> {
  /** null when it is not what the schema describes. */
  readonly value: T | null;
  /** Keys that were filled in, as `lock.wait`; of what lies in a list, once. */
  readonly absent: readonly string[];
  /** What is wrong with it, one each. */
  readonly problems: readonly string[];
}

/** @param essential keys at the top that every version has; without them it is damaged, not old */
export function completed<S extends z.ZodType>(
  schema: S,
  json: unknown,
  essential: readonly string[] = [],
): Completed<z.infer<S>> {
  const strict = schema.safeParse(json);
  if (strict.success) return { value: strict.data, absent: [], problems: [] };
  const isMissing = essential.some((key) => !isRecord(json) || !Object.hasOwn(json, key));
  if (isMissing || !isRecord(json)) {
    return { value: null, absent: [], problems: problemsOf(strict.error) };
  }
  const filling = new Filling();
  const copy = structuredClone(json);
  filling.fill(schema, copy, []);
  const filled = schema.safeParse(copy);
  if (!filled.success) return { value: null, absent: [], problems: problemsOf(filled.error) };
  for (const path of filling.numbers) makeNaN(filled.data, path);
  const absent = filling.absent.map((path) =>
    path.filter((key) => typeof key === 'string').join('.'),
  );
  return { value: filled.data, absent: [...new Set(absent)], problems: [] };
}

type Path = readonly (string | number)[];

class Filling {
  readonly absent: Path[] = [];
  /** Where a number stands that nobody measured. */
  readonly numbers: Path[] = [];

  /** Adds to a value, in place, what its schema has and it lacks; takes out what is unknown. */
  fill(schema: unknown, value: unknown, path: Path): void {
    const inner = unwrapped(schema);
    if (inner instanceof z.ZodObject && isRecord(value)) {
      const shape = inner.shape as Record<string, unknown>;
      for (const key of Object.keys(value)) {
        if (!Object.hasOwn(shape, key)) delete value[key];
      }
      for (const [key, part] of Object.entries(shape)) {
        const at = [...path, key];
        if (Object.hasOwn(value, key)) this.fill(part, value[key], at);
        else if (!isOptional(part) && !isChoice(part)) {
          this.absent.push(at);
          value[key] = this.#absentOf(part, at);
        }
      }
    } else if (inner instanceof z.ZodArray && Array.isArray(value)) {
      for (const [index, one] of value.entries()) this.fill(inner.element, one, [...path, index]);
    }
  }

  #absentOf(schema: unknown, path: Path): unknown {
    if (schema instanceof z.ZodNullable) return null;
    if (schema instanceof z.ZodArray) return [];
    if (schema instanceof z.ZodBoolean) return false;
    if (schema instanceof z.ZodString) return '';
    if (schema instanceof z.ZodRecord) return {};
    if (schema instanceof z.ZodLiteral) return [...schema.values][0];
    if (schema instanceof z.ZodEnum) return noneOf(schema) ?? schema.options[0];
    if (schema instanceof z.ZodObject) {
      const parts = Object.entries(schema.shape as Record<string, unknown>);
      return Object.fromEntries(
        parts.map(([key, part]) => [key, this.#absentOf(part, [...path, key])]),
      );
    }
    this.numbers.push(path);
    return 0;
  }
}

/** What a nullable or optional part is, where there is something. */
function unwrapped(schema: unknown): unknown {
  if (
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault
  ) {
    return unwrapped(schema.unwrap());
  }
  return schema;
}

function isOptional(schema: unknown): boolean {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
}

/** Of a part that is there, no choice is made up: a check without its verdict is none that held. */
function isChoice(schema: unknown): boolean {
  return schema instanceof z.ZodEnum && noneOf(schema) === undefined;
}

function noneOf({ options }: z.ZodEnum): string | number | undefined {
  return options.find((option) => option === 'none' || option === 'off');
}

function makeNaN(root: unknown, path: Path): void {
  let node = root as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) node = node[key] as Record<string | number, unknown>;
  node[path.at(-1) as string | number] = Number.NaN;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const PROBLEMS_SHOWN = 3;

function problemsOf({ issues }: z.ZodError): string[] {
  const shown = issues
    .slice(0, PROBLEMS_SHOWN)
    .map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  const rest = issues.length - PROBLEMS_SHOWN;
  return rest > 0 ? [...shown.slice(0, -1), `${shown.at(-1)}, and ${rest} more`] : shown;
}
