import type { ComparedRun, Host } from './compared-run.ts';

/** Differences of scenarios that are told one by one. */
const KEYS_SHOWN = 4;

const HOST_WORDS: { readonly [K in keyof Host]: string } = {
  cpu: 'processor',
  cores: 'cores',
  platform: 'platform',
  node: 'engine',
};

/**
 * In what the runs of both sides are unlike, apart from what is being compared: hosts, and what the
 * scenarios make the threads do. The version of sparestorm may differ; it may be what is compared.
 */
export function differencesBetween(
  base: readonly ComparedRun[],
  next: readonly ComparedRun[],
): string[] {
  const [first, ...others] = [...base, ...next];
  if (first === undefined) return [];
  const found = new Map<string, string>();
  for (const other of others) {
    for (const [what, text] of differencesOf(first, other)) found.set(what, text);
  }
  const keys = [...found.keys()].filter((what) => what.startsWith('scenario.'));
  const shown = [...found]
    .filter(([what]) => !keys.slice(KEYS_SHOWN).includes(what))
    .map(([, text]) => text);
  const rest = keys.length - KEYS_SHOWN;
  return rest > 0 ? [...shown, `${rest} more keys of the scenario`] : shown;
}

function differencesOf(one: ComparedRun, other: ComparedRun): [what: string, text: string][] {
  const found: [string, string][] = [];
  if (one.host !== null && other.host !== null) {
    for (const key of Object.keys(HOST_WORDS) as (keyof Host)[]) {
      if (one.host[key] === other.host[key]) continue;
      found.push([`host.${key}`, `${HOST_WORDS[key]} ${one.host[key]}, ${other.host[key]}`]);
    }
  }
  if (one.scenario !== null && other.scenario !== null) {
    const [left, right] = [leavesOf(one.scenario), leavesOf(other.scenario)];
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      const [from, to] = [left.get(key), right.get(key)];
      if (from === to) continue;
      found.push([`scenario.${key}`, `${key} ${from ?? 'absent'}, ${to ?? 'absent'}`]);
    }
  }
  return found;
}

/** Values by path: `load.threads` → `4`. */
function leavesOf(node: unknown, path = ''): Map<string, string> {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) {
    return new Map([[path, JSON.stringify(node) ?? 'undefined']]);
  }
  return new Map(
    Object.entries(node).flatMap(([key, value]) => [
      ...leavesOf(value, path === '' ? key : `${path}.${key}`),
    ]),
  );
}
