import { DATA_FAULTS } from '../scenario/plan.ts';
import { formatNs } from '../units.ts';
import type { Result } from './result-schema.ts';
import { exactCount, plural } from './text.ts';

/** Events that a summary lists; result.json has up to a thousand. */
const EVENTS_SHOWN = 12;

/** What each kind of error is called where there is one of it. */
const ERROR_NOUNS: { readonly [E in keyof Result['errorKinds']]: string } = {
  readError: 'read error',
  writeError: 'write error',
  dataLost: 'read of data that could not be saved',
  pastSpareArea: 'request past the spare area',
  alreadyRemapped: 'remap of a remapped sector',
  tableFull: 'remap with the table full',
};

const ERROR_PLURALS: { readonly [E in keyof Result['errorKinds']]: string } = {
  readError: 'read errors',
  writeError: 'write errors',
  dataLost: 'reads of data that could not be saved',
  pastSpareArea: 'requests past the spare area',
  alreadyRemapped: 'remaps of a remapped sector',
  tableFull: 'remaps with the table full',
};

// Phrases about faults, for every kind of summary; nothing where there is nothing to say.

/** Why operations failed. */
export function errorParts({ errorKinds }: Result): string[] {
  return (Object.keys(ERROR_NOUNS) as (keyof Result['errorKinds'])[]).flatMap((kind) => {
    const count = errorKinds[kind];
    if (count === 0) return [];
    return [`${exactCount(count)} ${count === 1 ? ERROR_NOUNS[kind] : ERROR_PLURALS[kind]}`];
  });
}

/** What the medium did as it was told. */
export function faultParts({ faults, data }: Result): string[] {
  if (!faults.applies) return [];
  const { mediumErrors, badSectors, planted } = faults;
  const parts = [
    `${plural(mediumErrors.read, 'read', exactCount(mediumErrors.read))} and ` +
      `${plural(mediumErrors.write, 'write', exactCount(mediumErrors.write))} failed by the medium`,
  ];
  if (faults.retries > 0) {
    parts.push(
      `${exactCount(faults.retries)} issued again`,
      `${plural(faults.recovered, 'operation', exactCount(faults.recovered))} recovered`,
    );
  }
  if (badSectors.main + badSectors.spare > 0) {
    const spares = badSectors.spare === 0 ? '' : ` and ${plural(badSectors.spare, 'spare')}`;
    parts.push(
      `${plural(badSectors.main, 'sector', exactCount(badSectors.main))}${spares} bad at the end`,
    );
  }
  if (data.unreadableSectors > 0) {
    parts.push(`${plural(data.unreadableSectors, 'sector')} unreadable at the end`);
  }
  const kinds = DATA_FAULTS.filter((fault) => planted[fault] > 0);
  if (kinds.length > 0) {
    parts.push(`planted ${kinds.map((fault) => `${planted[fault]} ${fault}`).join(', ')}`);
  }
  return parts;
}

/** What the remap workers did. */
export function autoRemapParts({ autoRemap }: Result): string[] {
  if (!autoRemap.applies) return [];
  const { health } = autoRemap;
  const parts = [`${plural(autoRemap.moved, 'sector', exactCount(autoRemap.moved))} moved`];
  if (autoRemap.unreadable > 0)
    parts.push(`${exactCount(autoRemap.unreadable)} without their data`);
  if (autoRemap.noSpare > 0) parts.push(`${exactCount(autoRemap.noSpare)} found no spare`);
  if (autoRemap.retired > 0) parts.push(`${plural(autoRemap.retired, 'spare')} put out of use`);
  if (autoRemap.repeated > 0) parts.push(`${exactCount(autoRemap.repeated)} moved twice for once`);
  parts.push(`queue at most ${autoRemap.queueDepthMax} of ${autoRemap.queueSize}`);
  if (autoRemap.overflow > 0) parts.push(`${exactCount(autoRemap.overflow)} found it full`);
  parts.push(
    `health ${health.suspect} suspect, ${health.bad} bad, ${health.remapped} remapped`,
    plural(autoRemap.workers, 'worker'),
  );
  return parts;
}

/** What happened while the load ran: the time it took effect, and what it was. */
export function eventLines({ events }: Result): string[] {
  const lines = events
    .slice(0, EVENTS_SHOWN)
    .map(({ takenNs, plannedNs, text }) => `at ${momentOf(takenNs, plannedNs)}: ${text}`);
  const more = events.length - lines.length;
  return more > 0 ? [...lines, `and ${exactCount(more)} more`] : lines;
}

function momentOf(takenNs: number, plannedNs: number): string {
  return plannedNs === 0 ? 'the begin' : `${formatNs(takenNs)} (planned ${formatNs(plannedNs)})`;
}
