import type { Result } from '../report/result-schema.ts';

/**
 * What two machines must have in common for their latencies to be added up. The version of the
 * program belongs to it: another version may take other times.
 */
export function hostClassOf({ environment, tool }: Pick<Result, 'environment' | 'tool'>): string {
  const { cpu, cores, platform, node } = environment;
  const [major] = node.replace(/^v/, '').split('.');
  return `${cpu}, ${cores} cores, ${platform}, Node ${major}, ${tool}`;
}
