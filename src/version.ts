import { readFileSync } from 'node:fs';

/** Found from dist/src and from src alike: the package's own file lies two or one folders up. */
function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      const { name, version } = JSON.parse(text) as { name: string; version: string };
      if (name === 'sparestorm') return version;
    } catch {
      // Not there: the other one is.
    }
  }
  return 'unknown';
}

const VERSION = readVersion();

/** Name and version, as results carry it. */
export const TOOL = `sparestorm ${VERSION}`;
