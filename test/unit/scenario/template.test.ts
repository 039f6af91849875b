import { describe, expect, it } from 'vitest';
import { loadSweepText } from '../../../src/run/load-scenario.ts';
import { scenarioTemplate, TEMPLATES, type TemplateName } from '../../../src/scenario/template.ts';
import { planOf } from './support.ts';

const NAMES = Object.keys(TEMPLATES) as TemplateName[];

describe.each(NAMES)('the template %s', (template) => {
  it('is a valid scenario of the name given', () => {
    const text = scenarioTemplate(template, 'my-scenario');
    if (template !== 'sweep') expect(planOf(text).name).toBe('my-scenario');
    else {
      const { name, cells } = loadSweepText(text, { file: 'my-scenario.yaml' });
      expect([name, cells.length]).toEqual(['my-scenario', 11]);
    }
  });

  it('tells editors in its first line where the schema is', () => {
    expect(scenarioTemplate(template, 'x').split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./node_modules/sparestorm/schema/scenario.schema.json',
    );
    expect(scenarioTemplate(template, 'x', '../s.json')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/s\.json\n# /,
    );
  });

  it('opens with the question it asks', () => {
    expect(scenarioTemplate(template, 'x').split('\n')[1]).toMatch(/^# .*\?$/);
  });
});

describe('the name of a template', () => {
  it.each([
    'a: b',
    'true',
    'null',
    '123',
    '# x',
    "it's",
    '"',
    'a b',
    'tab\\t',
    'größe',
    '$' + '{env:HOME}',
    '- a',
  ])('may be %j', (name) => {
    expect(planOf(scenarioTemplate('minimal', name)).name).toBe(name);
  });
});

it('the race is expected to end in a collision of the code as published', () => {
  expect(planOf(scenarioTemplate('race', 'x'))).toMatchObject({
    expect: 'collision',
    allocator: { protocol: 'as-published', outerLock: false },
  });
});
