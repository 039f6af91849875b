import type { Program } from '../explore/program/program.ts';
import { type RandomStream, streamFor } from '../random.ts';
import type { Disturbance } from './disturbance.ts';

/** What a seed stands for: a device, what each thread does on it, and how it is disturbed. */
export interface Deal {
  readonly seed: number;
  /** Position in the list of geometries. */
  readonly place: number;
  readonly program: Program;
  readonly disturbance: Disturbance;
}

/** Chosen disturbances; what is off stays off whatever the seed. */
export interface Choice {
  readonly noise: boolean;
  readonly watch: boolean;
}

/**
 * Calls to the allocator in a round, all threads together. The oracle of a "none" searches for an
 * order of all of them, which gets no larger than this.
 */
const CALLS_MOST = 28;
/** Sectors that are read, written and remapped: few, so that the threads meet on them. */
const LBAS = 2;
/** A nap costs as much as all the rest of a round; some turns of a loop cost next to nothing. */
const NAP_PERIODS = [4, 8, 32] as const;
const LOOP_PERIODS = [1, 2, 8] as const;
const WATCH_PERIODS = [0, 2, 4, 16] as const;
/** Which letters a seed leaves out: a fault that one kind of call hides shows without it. */
const STYLES: readonly RegExp[] = [/[mrwu]/g, /[mrwuf]/g, /[afu]/g, /$^/g];

/** Draws the deal of a seed; the same on every thread. */
export function dealFor(
  seed: number,
  geometries: readonly Program[],
  isFixed: boolean,
  choice: Choice,
): Deal {
  const random = streamFor(seed, null, 'stress');
  const place = random.below(geometries.length);
  const geometry = geometries[place] as Program;
  const isNap = random.below(2) === 0;
  const isQuiet = random.below(4) === 0;
  const period = oneOf(random, isNap ? NAP_PERIODS : LOOP_PERIODS);
  const watchPeriod = oneOf(random, WATCH_PERIODS);
  const disturbance = {
    noisePeriod: choice.noise && !isQuiet ? period : 0,
    isNap,
    watchPeriod: choice.watch ? watchPeriod : 0,
  };
  const style = oneOf(random, STYLES);
  const threads = isFixed
    ? geometry.threads
    : geometry.threads.map((all) => operationsFor(random, lettersIn(all, style), geometry));
  return { seed, place, program: { ...geometry, threads }, disturbance };
}

function lettersIn(all: string, style: RegExp): string {
  const letters = all.replaceAll(style, '');
  return letters === '' ? all : letters;
}

/** As many calls as use the area up, when the other threads do the same; up to twice that. */
function operationsFor(random: RandomStream, letters: string, geometry: Program): string {
  const { threads, spareCount } = geometry;
  const least = Math.ceil((spareCount + 1) / threads.length);
  const share = Math.floor(CALLS_MOST / threads.length);
  const callCount = Math.max(2, Math.min(share, least + random.below(least + 1)));
  let text = '';
  for (let left = callCount; left > 0; ) {
    const letter = letters.charAt(random.below(letters.length));
    // A remap that comes too late gives its spare back, which is a call too.
    left -= letter === 'm' ? 2 : 1;
    if (left < 0) break;
    text += /[mrwu]/.test(letter) ? `${letter}${random.below(LBAS)}` : letter;
  }
  return text;
}

function oneOf<T>(random: RandomStream, list: readonly T[]): T {
  return list[random.below(list.length)] as T;
}
