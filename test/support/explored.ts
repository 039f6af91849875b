import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Instrumented, instrument, type Patch } from '../../src/explore/index.ts';

/** A module given as text, instrumented, as its author would have it from a file. */
export async function instrumented(
  text: string,
  options: { readonly patches?: readonly Patch[] } = {},
): Promise<Instrumented & { readonly exports: Readonly<Record<string, unknown>> }> {
  const folder = mkdtempSync(join(tmpdir(), 'explored-'));
  const file = join(folder, 'subject.mjs');
  writeFileSync(file, text);
  try {
    const code = await instrument({ files: [file], root: folder, ...options });
    return { ...code, exports: code.exportsOf(file) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
