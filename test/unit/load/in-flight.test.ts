import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InFlight } from '../../../src/load/in-flight.ts';

it('gives back what completes first, whatever came in between', () => {
  const step = fc.record({ isPush: fc.boolean(), completionNs: fc.integer({ min: 0, max: 50 }) });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(step, { maxLength: 80 }),
      (depth, steps) => {
        const inFlight = new InFlight(depth);
        const model: number[] = [];
        for (const { isPush, completionNs } of steps) {
          if (isPush && model.length < depth) {
            inFlight.completionsNs[inFlight.free] = completionNs;
            inFlight.operations[inFlight.free] = completionNs * 2;
            inFlight.push();
            model.push(completionNs);
          } else if (model.length > 0) {
            const slot = inFlight.first;
            const [earliest] = model.sort((one, other) => one - other).splice(0, 1);
            expect(inFlight.completionsNs[slot]).toBe(earliest);
            expect(inFlight.operations[slot]).toBe((earliest as number) * 2);
            inFlight.pop();
          }
          expect(inFlight.count).toBe(model.length);
        }
      },
    ),
  );
});
