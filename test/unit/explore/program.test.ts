import { expect, test } from 'vitest';
import {
  HAZARDS,
  ladder,
  type Program,
  parseProgram,
  programName,
  programWith,
} from '../../../src/explore/index.ts';
import {
  ALLOCATOR_KINDS,
  IN_FLIGHT,
  LOCK_KINDS,
  LOOKUPS,
  MATCHES,
  PROTOCOLS,
} from '../../../src/scenario/plan.ts';

function* everySetting(): Generator<Program> {
  for (const allocator of ALLOCATOR_KINDS)
    for (const protocol of PROTOCOLS)
      for (const lock of LOCK_KINDS)
        for (const outerLock of [false, true])
          for (const match of MATCHES)
            for (const lookup of LOOKUPS)
              for (const inFlight of IN_FLIGHT) {
                const remap = { match, lookup, inFlight };
                yield programWith({ allocator, protocol, lock, outerLock, remap });
              }
}

test('a program is what its name says', () => {
  const hazards = HAZARDS.map(({ program }) => program);
  for (const program of [...hazards, ...ladder({ reservedCount: 1 }), ...everySetting()]) {
    expect(parseProgram(programName(program))).toEqual(program);
  }
});
