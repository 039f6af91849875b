import { coreScalar } from './core-scalar.ts';
import { escapeReferences } from './environment.ts';

/** What `init` can write, by name, with one line for its help. */
export const TEMPLATES = {
  minimal: 'every default: reads, writes and remaps for five seconds',
  race: 'the allocator as published, without an outer lock: a collision is expected',
  exhaustion: 'remaps until the allocator says "none", and what it still had then',
  sweep: 'a matrix: every lock with every number of threads, for the command sweep',
  replay: 'a recorded fio trace in place of a synthetic load',
} as const;

export type TemplateName = keyof typeof TEMPLATES;

const SCHEMA_PATH = './node_modules/sparestorm/schema/scenario.schema.json';

/** A commented scenario; its first line tells editors where the schema is. */
export function scenarioTemplate(
  template: TemplateName,
  name: string,
  schemaPath = SCHEMA_PATH,
): string {
  return `# yaml-language-server: $schema=${schemaPath}\n${BODIES[template](yamlText(name))}`;
}

/** Plain where that reads as the same text, else in quotes; JSON strings are YAML. */
function yamlText(text: string): string {
  const escaped = escapeReferences(text);
  const isPlain = /^[A-Za-z][\w. /-]*$/.test(escaped) && typeof coreScalar(escaped) === 'string';
  return isPlain && !escaped.endsWith(' ') ? escaped : JSON.stringify(escaped);
}

const BODIES: Readonly<Record<TemplateName, (name: string) => string>> = {
  minimal: (name) => `# How fast is the corrected allocator under a mixed load, and does it hold?
version: 1
name: ${name}

load:
  threads: 2
  duration: 5s
  mix: { read: 60, write: 30, remap: 10 } # weights

# One line each; a line that does not hold ends the run with exit code 1.
thresholds:
  - collisions == 0
  - allocation.p99 < 1ms
`,

  race: (
    name,
  ) => `# Does the v4.0 cache give one spare to two sectors when callers hold no outer lock?
version: 1
name: ${name}
seed: 42 # the same seed gives every thread the same operations

allocator:
  kind: cached
  protocol: as-published # guarded is the corrected order of lock, take, refill and mark
  outerLock: false # true is how the message path calls it, and hides the fault

device:
  sectors: 512Ki
  spare: { sectors: 128Ki } # many refills: each is a chance for the race

load:
  threads: 4
  until: exhausted
  mix: { read: 10, write: 10, remap: 80 }

# Passes when, and only when, a collision is found.
expect: collision
`,

  exhaustion: (name) => `# Does "none" come when, and only when, every spare has been handed out?
version: 1
name: ${name}

device:
  sectors: 128Ki # of 512 bytes; k = Ki = 1024
  spare:
    sectors: 16384
    placement: v4-dynamic # which spares are kept for metadata copies

allocator:
  kind: cached # or linear, bitmap, per-worker
  protocol: guarded

load:
  threads: 2
  until: exhausted # a thread ends at its first "none"; one thread then drains the rest
  mix: { remap: 1 }

thresholds:
  - collisions == 0
  - allocation.drained == 0
  - cache.hitRate > 80%
`,

  sweep: (name) => `# Which lock serves the allocation cache best, and how far does each scale?
version: 1
name: ${name}

load:
  threads: 1 # the matrix has others
  warmup: 50ms
  duration: 400ms # of each run; the sweep says first how long all of them take
  mix: { remap: 50, unremap: 50 }

thresholds: # judged on all runs of a cell together
  - collisions == 0

matrix: # one run for each choice of its values
  lock.kind: [test-and-test-and-set, ticket, mcs]
  load.threads: 1..4 # a range; 1..16 x2 would be 1, 2, 4, 8, 16
  exclude: [{ lock.kind: mcs, load.threads: 3 }] # leaves cells out
  repeats: 3 # the same operations again: what differs is the machine
  # seeds: 1..5 # other operations each time
`,

  replay: (name) => `# What does the allocator add to a load that was recorded elsewhere?
version: 1
name: ${name}

load:
  threads: 2
  trace:
    file: trace.iolog # from the folder of this file
    format: auto # fio-iolog-v2 or fio-iolog-v3, read off the first line
    speed: 1 # 2 replays twice as fast; max: as fast as possible
    threads: by-hash # the same thread for the same address

thresholds:
  - read.response.p99 < 10ms
  - write.response.p99 < 10ms
`,
};
