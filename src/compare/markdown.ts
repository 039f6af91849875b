import { escaped, tableOf } from '../report/markdown.ts';
import type { Comparison } from './comparison.ts';
import { cellsOf, methodText, shapeText, sideText } from './text.ts';

const SIGNS = {
  regression: '✗',
  tolerated: '!',
  better: '✓',
  'within-noise': '≈',
  inconclusive: '?',
  indicative: '–',
} as const;

/** The comparison for a pull request. */
export function compareMarkdown(comparison: Comparison): string {
  const { base, next, differences, notes, measures, shapes, sentence, exitCode } = comparison;
  const shaped = shapes.filter(({ isChanged }) => isChanged).map(shapeText);
  const blocks = [
    `# ${exitCode === 0 ? '✓' : '✗'} ${escaped(sentence)}`,
    `Base ${escaped(sideText(base))}, new ${escaped(sideText(next))}.`,
    list(differences.map((text) => `! not alike: ${text}`)),
    tableOf(
      ['', 'metric', 'base', 'new', 'change', '95 % interval', 'verdict'],
      measures.map((measure) => [SIGNS[measure.verdict], ...cellsOf(measure).map(escaped)]),
    ),
    list(shaped),
    escaped(methodText(comparison)),
    list(notes),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function list(texts: readonly string[]): string {
  return texts.map((text) => `- ${escaped(text)}`).join('\n');
}
