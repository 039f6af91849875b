import type { MediumImage, Recovered } from '../metadata/medium-image.ts';
import type { RandomStream } from '../random.ts';
import { CachedSurface } from './cached-surface.ts';
import { choicesAt, combinationsOf } from './choices.ts';
import { Contents } from './contents.ts';
import type { Restart } from './restart.ts';

/** What power cuts within a restart's repairs came to. */
export interface RepairFinding {
  readonly pointCount: number;
  /** What the next restart came to, where that is not what the first one did; each once. */
  readonly otherOutcomes: readonly Recovered[];
  /** Whether the copies on the medium agree once the first restart is through. */
  readonly copiesAgree: boolean;
}

/**
 * Cuts the power while a restart mends the medium: after each of its commands, with every state of
 * the sectors in flight, `most` a cut, and restarts again. That need not come to the same: a torn
 * repair can bring a remap back that was in doubt, and nobody was told of either. And once the
 * first restart is through, there must be nothing left to mend on the medium, not only in its
 * cache.
 */
export function tryRepair(
  first: Recovered,
  image: MediumImage,
  parts: {
    readonly restart: Restart;
    readonly tornSectors: boolean;
    readonly random: RandomStream;
    readonly most: number;
  },
): RepairFinding {
  const { restart, tornSectors, random, most } = parts;
  // What torn sectors hold here is of no use to anybody else, and there is a lot of it.
  const contents = new Contents();
  const { commands } = first;
  const touched = new Set(commands.flatMap((one) => (one.kind === 'write' ? [one.sector] : [])));
  const surface = new CachedSurface(
    new Map([...touched].map((sector) => [sector, contents.idOf(image.read(sector))])),
  );
  const after = (chosen: ReadonlyMap<number, number>): Recovered =>
    restart.recover({
      read: (sector) => {
        const content = chosen.get(sector);
        if (content !== undefined) return contents.wordsOf(content);
        return touched.has(sector)
          ? contents.wordsOf(surface.durableOf(sector))
          : image.read(sector);
      },
    });
  const others: Recovered[] = [];
  let pointCount = 0;
  for (const command of commands) {
    if (command.kind === 'flush') surface.flush();
    else surface.write(command.sector, { content: contents.idOf(command.words), isMove: false });
    const choices = choicesAt(surface, touched, contents, tornSectors);
    for (const places of combinationsOf(choices, most, random)) {
      pointCount++;
      const chosen = new Map(
        choices.map(({ sector, options }, index) => [
          sector,
          options[places[index] as number] as number,
        ]),
      );
      const next = after(chosen);
      if (![first, ...others].some((known) => areSame(known, next))) others.push(next);
    }
  }
  const copiesAgree = after(new Map()).commands.length === 0;
  return { pointCount, otherOutcomes: others, copiesAgree };
}

function areSame({ entries }: Recovered, { entries: others }: Recovered): boolean {
  if (entries.length !== others.length) return false;
  return entries.every(({ lba, spare }, index) => {
    const other = others[index];
    return other?.lba === lba && other.spare === spare;
  });
}
