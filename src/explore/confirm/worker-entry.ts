import { pathToFileURL } from 'node:url';
import { emittedRoot } from '../program/product-code.ts';

/** The entry of a thread among the built files: threads run those, whoever starts them. */
export function workerEntry(name: 'explore-worker' | 'schedule-worker'): URL {
  return pathToFileURL(`${emittedRoot()}/../workers/${name}.js`);
}
