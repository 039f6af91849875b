import { AssertionError, UsageError } from '../errors.ts';
import { FORMAT_FILES } from '../report/formats.ts';
import { writeGroupFolder } from '../report/group-folder.ts';
import type { StoredResultOf } from '../report/repeat.ts';
import { reproCommand } from '../report/repro.ts';
import { heldIn, probeOf, type StoredProbe, searchOf } from '../report/search.ts';
import { SEARCH_FILE, type Search } from '../report/search-schema.ts';
import { probeLine, searchMarkdown } from '../report/search-text.ts';
import { type LoadedScenario, loadScenarios } from '../run/load-scenario.ts';
import type { SearchPlan } from '../scenario/plan.ts';
import { searchValueText } from '../scenario/search-range.ts';
import { type Answer, type Purpose, searchHighest } from '../search/highest.ts';
import { scaleOf } from '../search/scale.ts';

export interface SearchContext {
  /** Of the command line, the seed included. */
  readonly sets: readonly string[];
  readonly maxMemory: string | undefined;
  readonly outDir: string;
  readonly signal: AbortSignal;
  /** Runs and stores one probe. */
  readonly run: (
    scenario: LoadedScenario,
    options: { readonly sets: readonly string[]; readonly repro: string },
  ) => Promise<StoredResultOf>;
  /** Called with a line for each probe that has ended. */
  readonly tell: (line: string) => void;
}

export interface Searched {
  readonly search: Search;
  /** Its folder. */
  readonly path: string;
  readonly probes: readonly StoredProbe[];
}

/** No search makes more: bisection to a thousandth of a per cent over nine decades takes 40. */
const PROBES_MOST = 200;

/**
 * Both ends of a search as scenarios: what is wrong with the key, or with a value, is known before
 * anything is run.
 *
 * @throws ScenarioError with all of it
 */
export function checkSearch(
  scenario: LoadedScenario,
  context: Omit<SearchContext, 'run' | 'tell' | 'signal' | 'outDir'>,
): void {
  const { search, seed } = scenario.plan;
  if (search === null) return;
  for (const value of [search.from, search.to]) loadProbe(scenario, search, value, seed, context);
  if (seed <= Number.MAX_SAFE_INTEGER - PROBES_MOST) return;
  throw new UsageError(
    `${scenario.sourceFile}: a search counts up from seed ${seed}, which is too near to 2^53 − 1`,
  );
}

/** Runs a scenario with a search until the answer is known, or a run ends it. */
export async function conductSearch(
  scenario: LoadedScenario,
  context: SearchContext,
): Promise<Searched> {
  const { search: plan, seed, name } = scenario.plan;
  if (plan === null) throw new AssertionError('the scenario has no search');
  const probes: StoredProbe[] = [];
  const source = { file: scenario.sourceFile, sets: [...context.sets] };
  const summary = (highest: Parameters<typeof searchOf>[0]['highest']) =>
    searchOf({
      plan,
      name,
      seed,
      source,
      highest,
      probes,
      interruption: context.signal.aborted ? String(context.signal.reason) : null,
    });

  const probe = async (value: number, purpose: Purpose): Promise<Answer> => {
    if (context.signal.aborted) return 'ended';
    if (probes.length === PROBES_MOST) throw new AssertionError('a search does not end');
    const own = loadProbe(scenario, plan, value, seed + probes.length, context);
    const ended = await context.run(own.scenario, own);
    const ofThis = { ...ended, value, purpose };
    probes.push(ofThis);
    context.tell(probeLine(probeOf(plan, ofThis), probes.length, plan.key));
    const held = heldIn(ended.result);
    if (held === null) return 'ended';
    return held ? 'held' : 'failed';
  };

  const highest = await searchHighest(plan.from, plan.to, scaleOf(plan), probe);
  const search = summary(highest);
  const [first] = search.probes;
  if (first === undefined) throw new AssertionError('a search made no run');
  const files = {
    [SEARCH_FILE]: `${JSON.stringify(search, null, 2)}\n`,
    [FORMAT_FILES.markdown]: searchMarkdown(search),
  };
  const named = { startedAt: first.startedAt, name, seed };
  return { search, path: await writeGroupFolder(files, named, 'search', context.outDir), probes };
}

/** The scenario at one value, with the conditions of the search among its thresholds. */
function loadProbe(
  { plan, sourceFile }: LoadedScenario,
  search: SearchPlan,
  value: number,
  seed: number,
  { sets, maxMemory }: Pick<SearchContext, 'sets' | 'maxMemory'>,
) {
  const conditions = [...search.conditions, ...plan.thresholds.map(({ expression }) => expression)];
  const own = [
    ...sets,
    `${search.key}=${searchValueText(value, search)}`,
    // A list in JSON is one in YAML.
    `thresholds=${JSON.stringify([...new Set(conditions)])}`,
  ];
  const [scenario] = loadScenarios([sourceFile], [...own, `seed=${seed}`], maxMemory);
  const repro = `${reproCommand({ file: sourceFile, sets: own }, seed)} --no-search`;
  return { scenario: scenario as LoadedScenario, sets: own, repro };
}
