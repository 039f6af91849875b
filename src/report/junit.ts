/**
 * `junit.xml`: what a build server lists. A suite a run; in it a case for the run itself, one for
 * each check and one for each threshold. So there is never an empty suite, and a threshold that had
 * no samples is a failure in it too.
 *
 * Which cases fail follows the exit code: a violation that the scenario was written to show is
 * none. The time of the run is that of its measured phase; checks and thresholds take none.
 */
import junit, { type Builder, type TestCase } from 'junit-report-builder';
import type { Result, ResultCheck, ResultThreshold } from './result-schema.ts';
import { clip, exactCount, printable } from './text.ts';
import { isExpected } from './verdict.ts';

const NAME_LENGTH_MAX = 200;
const NS_PER_SECOND = 1e9;

/** Said to be under `default` by the package's types; its module is the builder itself. */
const factory = junit as unknown as Builder;

/** One document for any number of runs. */
export function junitXml(results: readonly Result[]): string {
  const document = factory.newBuilder().name('sparestorm');
  for (const result of results) {
    const name = shortName(result.name);
    const suite = document
      .testSuite()
      .name(`${name} (seed ${result.seed})`)
      // As text, in UTC: of a date the package would take the local time.
      .timestamp(result.startedAt.slice(0, 19))
      .time(result.durationNs / NS_PER_SECOND)
      .property('seed', String(result.seed))
      .property('repeat', xmlText(result.repro));
    const caseOf = (group: string, title: string): TestCase =>
      suite.testCase().className(`${name}.${group}`).name(xmlText(title));
    describeRun(caseOf('run', 'the run'), result);
    for (const check of result.checks) describeCheck(caseOf('checks', check.name), check, result);
    for (const threshold of result.thresholds) {
      describeThreshold(caseOf('thresholds', threshold.expression), threshold);
    }
  }
  return `${document.build()}\n`;
}

/** Whether it ran to its end, and showed what it was written to show. */
function describeRun(of: TestCase, result: Result): void {
  const { verdict, ending, durationNs } = result;
  const sentence = xmlText(verdict.sentence);
  of.time(durationNs / NS_PER_SECOND);
  const output = [verdict.sentence, ...result.warnings.map((warning) => `! ${warning.text}`)];
  of.standardOutput(lines(output));
  if (ending.kind === 'broken') {
    of.error(xmlText(ending.reason), 'broken', lines([ending.reason, ...ending.dump]));
  } else if (verdict.outcome === 'interrupted') {
    of.error(sentence, 'interrupted');
  } else if (verdict.outcome === 'expectation-failed') {
    of.failure(sentence, 'expectation');
  }
}

function describeCheck(of: TestCase, check: ResultCheck, { expect }: Result): void {
  const { verdict, count, summary, evidence, consequenceOf } = check;
  const findings = [summary, ...evidence.map(({ text }) => text)];
  if (consequenceOf !== null) findings.push(`Explained by: ${consequenceOf}.`);
  if (verdict === 'not-applicable') {
    of.skipped();
  } else if (verdict === 'broken' && !isExpected(check, expect)) {
    of.failure(xmlText(`${exactCount(count)} violations: ${summary}`), 'integrity');
    of.stacktrace(lines(findings));
    return;
  }
  of.standardOutput(lines(findings));
}

function describeThreshold(of: TestCase, threshold: ResultThreshold): void {
  const { observedText, pass, reason } = threshold;
  if (!pass) of.failure(xmlText(reason ?? `observed ${observedText}`), 'threshold');
  of.standardOutput(lines([`observed ${observedText}`]));
}

function shortName(name: string): string {
  return xmlText(clip(printable(name), NAME_LENGTH_MAX));
}

/** For CDATA, whose end the library takes apart where it comes first, and only there. */
function lines(texts: readonly string[]): string {
  return texts.map(xmlText).join('\n').replaceAll(']]>', ']]\\u{3e}');
}

/**
 * Text that XML can hold. Quotes and angle brackets are the library's affair; control characters
 * and the two non-characters have no place in XML, however they are written.
 */
function xmlText(text: string): string {
  return printable(text).replace(
    /[\ufffe\uffff]/g,
    (sign) => `\\u{${sign.charCodeAt(0).toString(16)}}`,
  );
}
