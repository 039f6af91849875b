/**
 * Writes the generated parts of the documents: the key tables of scenarios and results, the
 * metrics, the checks, the exit codes, the command line, the files and the output of examples. Each stands between
 * two marks of a Markdown file,
 *
 *     <!-- generated: NAME -->
 *     <!-- end of NAME -->
 *
 * and all around it is written by hand. Works on the built output: `npm run build` comes first.
 *
 *     node docs/generate.mjs            writes
 *     node docs/generate.mjs --check    writes nothing; exit code 1 when a part is out of date
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHECKS } from '../dist/src/check/index.js';
import { EXIT, EXIT_MEANINGS, SEVERITY } from '../dist/src/errors.js';
import { resultJsonSchema } from '../dist/src/report/result-schema.js';
import { OUTCOME_EXITS, OUTCOME_ORDER } from '../dist/src/report/verdict.js';
import { DISTRIBUTIONS, METRICS, STATISTICS } from '../dist/src/scenario/metrics.js';
import { scenarioJsonSchema } from '../dist/src/scenario/schema.js';
import { block, table, withPart } from './parts.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CLI = join(ROOT, 'dist/src/cli/main.js');
const EXAMPLE = join(ROOT, 'docs/examples/semaphore');

const PARTS = {
  'docs/reference/scenario.md': { 'scenario keys': scenarioKeys },
  'docs/reference/metrics.md': {
    distributions: distributionTable,
    'single figures': scalarTable,
  },
  'docs/reference/checks.md': { checks: checkSections },
  'docs/reference/cli.md': { help: helpTexts },
  'docs/reference/results.md': { 'result keys': resultKeys },
  'docs/reference/exit-codes.md': {
    'exit codes': exitCodes,
    outcomes: outcomeTable,
    order: severityOrder,
    commands: commandExits,
  },
  'docs/how-to/explore-interleavings.md': { replay: replayLine },
  'docs/how-to/explore-your-own-module.md': {
    semaphore: () => exampleFile('semaphore.js'),
    passage: () => exampleFile('passage.js'),
    explore: () => exampleFile('explore.js'),
    found: () => exampleOutput(['semaphore.js']),
    mended: () => exampleFile('semaphore-mended.js', /^ {2}give\(\) \{[\s\S]*?^ {2}\}/m),
    exhausted: () => exampleOutput(['semaphore-mended.js'], ['semaphore-mended.js', '3']),
  },
};

function code(value) {
  return `\`${value}\``;
}

const LOAD_KEYS = Object.keys(scenarioJsonSchema().properties.load.properties);

/** One table a section of the file, one row a key. */
function scenarioKeys() {
  const { properties, required } = scenarioJsonSchema();
  const isSection = (node) => node.properties !== undefined;
  const general = Object.entries(properties).filter(([, node]) => !isSection(node));
  const sections = Object.entries(properties).filter(([, node]) => isSection(node));
  return [
    '## At the top of the file',
    keyTable(general, [], required),
    ...sections.flatMap(([name, node]) => [
      `## ${code(name)}`,
      node.description,
      keyTable(Object.entries(node.properties), [name], node.required),
    ]),
  ].join('\n\n');
}

function keyTable(entries, path, required = []) {
  return table(['key', 'default', 'meaning'], keyRows(entries, path, required));
}

function keyRows(entries, path, required) {
  return entries.flatMap(([key, node]) => {
    const name = [...path, key];
    const list = node.anyOf?.find((one) => one.items?.properties !== undefined);
    const below = node.properties ?? {};
    const items = list?.items.properties ?? {};
    // A job takes the keys of load; what it has besides is listed.
    const { properties: named = {} } = node.additionalProperties ?? {};
    const own = Object.entries(named).filter(([name]) => !LOAD_KEYS.includes(name));
    return [
      [code(name.join('.')), defaultOf(node, required?.includes(key)), meaningOf(node)],
      ...keyRows(Object.entries(below), name, node.required),
      ...keyRows(Object.entries(items), [...path, `${key}[]`], list?.items.required),
      ...keyRows(own, [...name, '<name>'], []),
    ];
  });
}

function defaultOf(node, isRequired) {
  if (isRequired) return 'required';
  if (node.properties !== undefined && Object.keys(node.default ?? {}).length === 0) return '';
  const spoken = /\bDefault (.+)\.$/.exec(node.description ?? '')?.[1] ?? '';
  const value = String(node.default ?? '');
  if (value !== '' && spoken.startsWith(value)) return code(value) + spoken.slice(value.length);
  return /^[\d{]/.test(spoken) ? code(spoken) : spoken;
}

/** The description without what the default column says already. */
function meaningOf(node) {
  return (node.description ?? '')
    .replace(/ ?Default [^.]*(\.\d+)?[^.]*\.$/, '')
    .replace(/ Required\.$/, '');
}

function distributionTable() {
  return table(
    ['distribution', 'what it is', 'in `result.json`'],
    DISTRIBUTIONS.map(({ name, description, path }) => [
      code(name),
      description,
      code(path.join('.')),
    ]),
  ).concat(`\n\nStatistics: ${STATISTICS.map(code).join(', ')}.`);
}

const LIMITS = {
  ns: 'a time: `100us`, `1.5ms`',
  ratio: 'a share: `80%`, `0.8`',
  bytes: 'bytes: `512`, `5MiB`',
  count: 'a whole number: `0`, `10k`',
  'per-second': 'a rate: `150k/s`; for bytes `100MiB/s`',
};

function scalarTable() {
  return table(
    ['metric', 'what it is', 'limit', 'in `result.json`'],
    METRICS.filter(({ isDistribution }) => !isDistribution).map(
      ({ name, description, unit, path }) => [
        code(name),
        description,
        LIMITS[unit],
        code(path.join('.')),
      ],
    ),
  );
}

/** Goal, method and what is not covered, as the head of each check's file has them. */
function checkSections() {
  const folder = join(ROOT, 'src/check');
  const heads = readdirSync(folder)
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }))
    .flatMap(({ file, text }) => {
      const match =
        /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s*export const \w+: Check = \{\s*name: '([^']+)'/.exec(
          text,
        );
      return match === null ? [] : [{ file, name: match[2], paragraphs: paragraphsOf(match[1]) }];
    });
  return CHECKS.map(({ name }) => {
    const head = heads.find((one) => one.name === name);
    if (head === undefined) throw new Error(`src/check has no head for the check ${name}`);
    const link = `[src/check/${head.file}](../../src/check/${head.file})`;
    return `## ${name}\n\n${head.paragraphs.map(emphasised).join('\n\n')}\n\nSource: ${link}.`;
  }).join('\n\n');
}

function paragraphsOf(comment) {
  const lines = comment.split('\n').map((line) => line.replace(/^ \* ?/, '').trim());
  return lines
    .join('\n')
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll('\n', ' '));
}

function emphasised(paragraph) {
  return paragraph.replace(/^(Goal|Method|Not covered):/, '**$1.**');
}

function exitCodes() {
  return table(
    ['code', 'meaning', 'what to do'],
    Object.entries(EXIT).map(([name, exit]) => [
      String(exit),
      EXIT_MEANINGS[name].meaning,
      EXIT_MEANINGS[name].advice,
    ]),
  );
}

function outcomeTable() {
  return table(
    ['outcome', 'exit code'],
    OUTCOME_ORDER.map((outcome) => {
      const exit = EXIT[OUTCOME_EXITS[outcome]];
      const also = exit === EXIT.interrupted ? ` or ${EXIT.terminated}` : '';
      return [code(outcome), `${exit}${also}`];
    }),
  );
}

function severityOrder() {
  return `${[...SEVERITY].reverse().join(', ')}.`;
}

/** What the commands say above what decides their exit codes. */
function commandExits() {
  const folder = join(ROOT, 'src/cli');
  const told = readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return [...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*?)\*\//g)]
      .map((match) => paragraphsOf(match[1])[0])
      .filter((paragraph) => paragraph.startsWith('Exit codes of '));
  });
  return told
    .map((paragraph) => {
      const [, name, codes] = /^Exit codes of (\S+): (.*)$/.exec(paragraph);
      const items = codes.split(/(?<=\.) (?=\d)/).map((one) => `- **${one.replace(', ', '**: ')}`);
      return `## ${name}\n\n${items.join('\n')}`;
    })
    .join('\n\n');
}

/** What `--help` prints, for the program and for each of its commands. */
function helpTexts() {
  const main = helpOf([]);
  const commands = [...main.matchAll(/^ {2}sparestorm (\w+)/gm)]
    .map((match) => match[1])
    .filter((name, index, all) => all.indexOf(name) === index);
  const sections = commands
    // This one prints its script whatever is asked of it.
    .filter((name) => name !== 'completion')
    .map((name) => `## ${code(name)}\n\n\`\`\`text\n${helpOf([name])}\n\`\`\``);
  return [`\`\`\`text\n${main}\n\`\`\``, ...sections].join('\n\n');
}

function helpOf(words) {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '100', LC_ALL: 'en_US.UTF-8' };
  return execFileSync(process.execPath, [CLI, ...words, '--help'], {
    encoding: 'utf8',
    env,
  }).trimEnd();
}

/** One row a key, lists with `[]`; what is used in several places has a table of its own. */
function resultKeys() {
  const schema = resultJsonSchema();
  const shared = { ...schema.definitions, ...schema.$defs };
  const rowsOf = (node, path) =>
    Object.entries(node.properties ?? {}).flatMap(([key, below]) => {
      const inner = below.items ?? below;
      const suffix = below.items === undefined ? '' : '[]';
      const at = [...path, `${key}${suffix}`];
      const alternatives = inner.anyOf?.find((one) => one.properties !== undefined) ?? inner;
      return [
        [code(at.join('.')), kindOf(below), below.description ?? ''],
        ...(alternatives.properties === undefined ? [] : rowsOf(alternatives, at)),
      ];
    });
  const tables = [table(['key', 'type', 'meaning'], rowsOf(schema, []))];
  for (const [name, node] of Object.entries(shared)) {
    tables.push(
      `### ${name}`,
      ...(node.description === undefined ? [] : [node.description]),
      table(['key', 'type', 'meaning'], rowsOf(node, [])),
    );
  }
  return tables.join('\n\n');
}

function kindOf(node) {
  const reference = node.$ref ?? node.allOf?.[0]?.$ref;
  if (reference !== undefined) return `[${lastOf(reference)}](#${lastOf(reference).toLowerCase()})`;
  if (node.anyOf !== undefined) return node.anyOf.map(kindOf).join(' or ');
  if (node.const !== undefined) return code(JSON.stringify(node.const));
  if (node.enum !== undefined) return node.enum.map(code).join(', ');
  if (node.type === 'array') return `list of ${kindOf(node.items)}`;
  return [node.type ?? 'any'].flat().join(' or ');
}

function lastOf(reference) {
  return reference.split('/').at(-1);
}

/** A schedule holds for the sources that it was found in, so it is found anew. */
function replayLine() {
  const words = [
    'scenarios/dm-remap-v4/hazards/h1-double-refill.yaml',
    '--confirm',
    '1ms',
    '--json',
  ];
  const { counterexample } = JSON.parse(outputOf([CLI, 'explore', ...words]));
  return block('sh', `npx sparestorm explore --replay ${counterexample.schedule}`);
}

/** A file of the example, or the part of it that matches, under its name. */
function exampleFile(name, part = /[\s\S]*/) {
  const [text] = part.exec(readFileSync(join(EXAMPLE, name), 'utf8'));
  return `\`${name}\`\n\n${block('js', text.trimEnd())}`;
}

/** What the example prints when it is run so, one run after the other. */
function exampleOutput(...runs) {
  const outputs = runs.map((words) => outputOf([join(EXAMPLE, 'explore.js'), ...words]).trimEnd());
  return block('text', outputs.join('\n'));
}

/** What a program of Node's prints; how it ends is not asked. */
function outputOf(words) {
  return spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' }).stdout;
}

const checks = process.argv.includes('--check');
const outdated = [];
for (const [file, parts] of Object.entries(PARTS)) {
  const path = join(ROOT, file);
  const before = readFileSync(path, 'utf8');
  let after = before;
  for (const [name, make] of Object.entries(parts)) after = withPart(after, name, make(), file);
  if (after === before) continue;
  outdated.push(file);
  if (!checks) writeFileSync(path, after);
}
if (outdated.length > 0) {
  process.stdout.write(`${checks ? 'out of date' : 'written'}: ${outdated.join(', ')}\n`);
  if (checks) process.exitCode = 1;
}
