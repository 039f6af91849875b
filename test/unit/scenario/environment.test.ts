import { describe, expect, it } from 'vitest';
import { escapeReferences } from '../../../src/scenario/environment.ts';
import { messagesOf, planOf, problemsOf, underlined } from './support.ts';

const env = (name: string, otherwise?: string) =>
  `\${env:${name}${otherwise === undefined ? '' : `:-${otherwise}`}}`;

function threadsOf(written: string, variables: Record<string, string>): number {
  const text = `version: 1\nname: x\nload:\n  duration: 5s\n  threads: ${written}\n`;
  return planOf(text, { env: variables }).load.threadCount;
}

function nameOf(written: string, variables: Record<string, string>): string {
  return planOf(`version: 1\nname: ${written}\nload: { duration: 5s }\n`, { env: variables }).name;
}

describe('a variable', () => {
  it('stands for its value', () => {
    expect(nameOf(env('NAME'), { NAME: 'v4' })).toBe('v4');
  });

  it('may stand in the middle of a text, more than once', () => {
    expect(nameOf(`a-${env('A')}-${env('B')}`, { A: '1', B: '2' })).toBe('a-1-2');
  });

  it('makes a plain scalar a number if the result looks like one', () => {
    expect(threadsOf(env('T'), { T: '8' })).toBe(8);
    expect(threadsOf(`1${env('T')}`, { T: '6' })).toBe(16);
  });

  it('leaves a quoted scalar a text', () => {
    expect(nameOf(`"${env('N')}"`, { N: '123' })).toBe('123');
  });

  it('has its default when it is not set, or set to nothing', () => {
    expect(threadsOf(env('T', '4'), {})).toBe(4);
    expect(threadsOf(env('T', '4'), { T: '' })).toBe(4);
    expect(threadsOf(env('T', '4'), { T: '8' })).toBe(8);
  });

  it('may be a default of nothing, or with colons and dashes', () => {
    expect(nameOf(`x${env('A', '')}`, {})).toBe('x');
    expect(nameOf(env('A', 'b:-c'), {})).toBe('b:-c');
  });

  it('cannot bring in keys, comments or further variables', () => {
    expect(nameOf(env('A'), { A: 'x: 1 # y' })).toBe('x: 1 # y');
    expect(nameOf(env('A'), { A: env('B'), B: 'no' })).toBe(env('B'));
  });

  it('is written literally with two dollars', () => {
    expect(nameOf(`a-$${env('A')}`, { A: 'no' })).toBe(`a-${env('A')}`);
    expect(nameOf(escapeReferences(`a-$${env('A')}`), { A: 'no' })).toBe(`a-$${env('A')}`);
  });

  it('may name the file that a scenario extends', () => {
    const text = `version: 1\nname: x\nextends: ${env('BASE')}\n`;
    const readFile = (path: string) => (path === 'b.yaml' ? 'load: { duration: 5s }' : '');
    expect(planOf(text, { env: { BASE: 'b.yaml' }, readFile }).jobs[0]?.durationNs).toBe(5e9);
  });

  it('may stand in a value set on the command line', () => {
    const text = 'version: 1\nname: x\nload: { duration: 5s }\n';
    expect(planOf(text, { sets: [`seed=${env('S')}`], env: { S: '9' } }).seed).toBe(9);
  });

  it('that is not set and has no default is reported where it stands, once', () => {
    const text = `version: 1\nname: x\nload:\n  duration: 5s\n  threads: 1${env('T')}\n`;
    const [problem] = problemsOf(text);
    expect(messagesOf(text)).toEqual([
      '5:13 the environment variable "T" is not set, and no default is given',
    ]);
    expect(underlined(problem)).toBe(env('T'));
  });

  it.each(['', 'A', '}', '1}', 'A B}', 'A:x}'].map((rest) => `\${env:${rest}`))(
    'written as %s is reported',
    (written) => {
      const text = `version: 1\nname: "a-${written}"\nload: { duration: 5s }\n`;
      expect(messagesOf(text)).toEqual([`2:10 write ${env('NAME')} or ${env('NAME', 'default')}`]);
    },
  );

  it('is looked up among the variables given, not among what every object has', () => {
    expect(messagesOf(`version: 1\nname: ${env('constructor')}\nload: { duration: 5s }`)).toEqual([
      '2:7 the environment variable "constructor" is not set, and no default is given',
    ]);
  });

  it('with a value of the wrong type is reported where the variable stands', () => {
    const text = `version: 1\nname: x\nload:\n  duration: 5s\n  threads: ${env('T')}\n`;
    expect(messagesOf(text, { env: { T: 'many' } })).toEqual([
      '5:12 load.threads must be a whole number from 1 to 256, not "many"',
    ]);
  });
});
