import { fileURLToPath } from 'node:url';
import {
  counterexampleOf,
  explore,
  instrument,
  ModuleSubject,
  minimise,
  renderCounterexample,
  verdictName,
  verdictText,
} from 'sparestorm/explore';

const here = (name) => new URL(name, import.meta.url);
const [file = 'semaphore.js', threadCount = '2'] = process.argv.slice(2);

const code = await instrument({
  files: [here(file), here('passage.js')],
  root: fileURLToPath(here('.')),
});
const { Semaphore } = code.exportsOf(here(file));
const { pass } = code.exportsOf(here('passage.js'));

// One may enter, nobody sleeps, nobody has passed.
const words = Int32Array.of(1, 0, 0);
const semaphore = new Semaphore(words);
const count = Number(threadCount);
const subject = new ModuleSubject({
  name: 'semaphore',
  code,
  words,
  threads: Array.from({ length: count }, () => () => pass(semaphore, words)),
  judge: ([free, , passed]) => {
    if (free !== 1) return `${free} may enter now, and it was 1`;
    return passed === count ? null : `${count} passages counted ${passed}`;
  },
  wordName: (word) => ['free', 'sleepers', 'passed'][word],
});

const { verdict, fault, schedule, executions } = explore(subject, { races: 'fail' });
console.log(`${file}, ${count} threads: ${verdictName(verdict)} after ${executions} executions`);
console.log(verdictText(verdict));
if (fault !== null) {
  const smallest = minimise(subject, fault) ?? { subject, schedule };
  console.log();
  console.log(renderCounterexample(counterexampleOf(smallest.subject, smallest.schedule)));
  process.exitCode = 1;
}
