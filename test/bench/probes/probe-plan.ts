import { parseScenario } from '../../../src/scenario/parse.ts';
import type { Plan } from '../../../src/scenario/plan.ts';

/** As many as a scenario can have. */
export const THREAD_COUNT_MAX = 256;
export const SECTOR_COUNT_MAX = 2 ** 23 - 1;

interface ProbeScenario {
  readonly seed?: number;
  readonly device?: object;
  readonly allocator?: object;
  readonly lock?: object;
  readonly load?: object;
}

/**
 * The plan of a scenario that nobody runs: probes take from it what they measure. Its device holds
 * no data unless it says so, and with reads only there are no logs, so that millions of spares are
 * cheap.
 */
export function probePlan({ device, load, ...others }: ProbeScenario): Plan {
  const scenario = {
    version: 1,
    name: 'probe',
    integrity: 'off',
    ...others,
    device: { sectors: 4096, medium: 'none', ...device },
    load: { duration: '1s', mix: { read: 1 }, ...load },
  };
  // JSON is YAML.
  return parseScenario(JSON.stringify(scenario), { file: 'probe', sets: [], env: {} }).plan;
}
