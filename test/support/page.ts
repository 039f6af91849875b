import type { Result } from '../../src/report/result-schema.ts';

/** A figure as a page carries it: what it shows, its exact value, and its place in result.json. */
export interface MarkedFigure {
  readonly pointer: string;
  readonly value: number;
  readonly shown: string;
}

export function figuresIn(page: string): MarkedFigure[] {
  const marked = /<(?:data|td) (?:data-)?value="([^"]*)" data-at="([^"]*)">([^<]*)</g;
  return [...page.matchAll(marked)].map(([, value = '', pointer = '', shown = '']) => ({
    pointer,
    value: Number(value),
    shown,
  }));
}

/** The cells of the page's table of intervals, row by row. */
export function intervalRowsIn(page: string): string[][] {
  const [, body = ''] =
    /<table class="numbers">[\s\S]*?<tbody>\n([\s\S]*?)<\/tbody>/.exec(page) ?? [];
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('<td>').slice(1));
}

/** The value at a JSON pointer; keys of a result need no escapes. */
export function valueAt(result: Result, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], result);
}

export function sectionsIn(page: string): string[] {
  return [...page.matchAll(/<section id="([^"]+)"/g)].map((match) => match[1] as string);
}

/** The tags of a page in their order, with scripts and styles left out. */
export function tagsIn(page: string): string[] {
  const markup = page.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '<$1/>');
  return [...markup.matchAll(/<\/?[a-zA-Z!][^\s>/]*/g)].map((match) => match[0]);
}
