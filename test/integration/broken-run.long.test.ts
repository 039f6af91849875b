import { test } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';
import { expectHolderNamed } from '../support/faulty-thread.ts';

const out = temporaryFolder();

test.each(['ticket', 'mcs', 'queued', 'mutex'])(
  'a thread that never releases its %s lock breaks the run, and is named as the holder',
  (kind) => expectHolderNamed(out, kind),
);
