import { test } from 'vitest';
import { hunt } from './hunt.ts';

test('the hunt', async () => {
  const { options, to } = JSON.parse(process.env.SPARESTORM_MUTANTS ?? '{}');
  await hunt(options, to);
}, 0);
