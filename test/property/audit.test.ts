import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemory } from '../../src/memory/attach.ts';
import { Audit } from '../../src/memory/layout.ts';
import {
  generationOfTicket,
  isAllowed,
  isOlder,
  SectorAudit,
} from '../../src/record/sector-audit.ts';
import { planWith } from '../support/plans.ts';

/**
 * Goal: the expectation of a sector never excludes a generation that a right device may hold, and
 * after writes that did not overlap it allows the last one only.
 *
 * Method: histories of writes that begin, reach the disk at some moment before they end, and end
 * or are refused, in any order, up to six at a time. After each step the generation on the disk
 * must be allowed; and a read that spans steps must be allowed all that was on the disk meanwhile.
 *
 * Not covered: two threads inside one of these calls at the same time.
 */
type Step = { readonly does: 'begin' | 'land' | 'end' | 'refuse'; readonly which: number };

const history = fc.array(
  fc.record<Step>({
    does: fc.constantFrom('begin', 'begin', 'land', 'land', 'end', 'end', 'refuse'),
    which: fc.nat(5),
  }),
  { maxLength: 60, size: 'max' },
);

const WRAP = 2 ** 23;

function auditOf(startGeneration: number) {
  const { words, layout } = createMemory(planWith({ device: { sectorCount: 64 } }));
  expect(layout.auditShift).toBe(3);
  const audit = new SectorAudit(words, layout);
  const at = layout.audit + 3 * Audit.wordCount;
  words[at + Audit.issued] = startGeneration << 9;
  words[at + Audit.floor] = startGeneration;
  return audit;
}

test.each([0, 1, 1000, WRAP - 3])(
  'never excludes what may be on disk, from generation %i',
  (start) => {
    fc.assert(
      fc.property(history, fc.nat(60), (steps, readBegins) => {
        const audit = auditOf(start);
        const inFlight: { ticket: number; generation: number; landed: boolean }[] = [];
        let onDisk = start;
        let floor = start;
        let seen: number[] = [];
        for (const [index, { does, which }] of steps.entries()) {
          if (index === readBegins) {
            floor = audit.floorOf(3);
            seen = [onDisk];
          }
          const write = inFlight[which % Math.max(1, inFlight.length)];
          if (does === 'begin') {
            if (inFlight.length < 6) {
              const ticket = audit.beginWrite(3);
              inFlight.push({ ticket, generation: generationOfTicket(ticket), landed: false });
            }
          } else if (write !== undefined && does === 'land') {
            // A write may touch the disk once at any moment of its flight.
            if (!write.landed) onDisk = write.generation;
            write.landed = true;
          } else if (write !== undefined && does === 'end') {
            if (!write.landed) onDisk = write.generation;
            audit.endWrite(3, write.ticket);
            inFlight.splice(inFlight.indexOf(write), 1);
          } else if (write !== undefined && !write.landed) {
            audit.refuseWrite(3);
            inFlight.splice(inFlight.indexOf(write), 1);
          }
          seen.push(onDisk);
          expect(isAllowed(onDisk, audit.floorOf(3), audit.issuedOf(3))).toBe(true);
          if (index >= readBegins) {
            const issued = audit.issuedOf(3);
            for (const generation of seen) expect(isAllowed(generation, floor, issued)).toBe(true);
          }
        }
      }),
      { numRuns: 150 },
    );
  },
);

test.each([0, WRAP - 5])(
  'one write after the other leaves one answer, from generation %i',
  (start) => {
    const audit = auditOf(start);
    for (let write = 1; write <= 10; write++) {
      const ticket = audit.beginWrite(3);
      const generation = generationOfTicket(ticket);
      expect(generation).toBe((start + write) % WRAP);
      // Before it is acknowledged, the old value and the new one.
      expect(audit.floorOf(3)).toBe((start + write - 1) % WRAP);
      expect(audit.issuedOf(3)).toBe(generation);
      audit.endWrite(3, ticket);
      expect([audit.floorOf(3), audit.issuedOf(3)]).toEqual([generation, generation]);
    }
  },
);

test('overlapping writes leave all of them possible, and nothing older', () => {
  const audit = auditOf(7);
  const [first, second] = [audit.beginWrite(3), audit.beginWrite(3)];
  // The second cannot know what the first has overtaken.
  audit.endWrite(3, second);
  expect([audit.floorOf(3), audit.issuedOf(3)]).toEqual([7, 9]);
  const third = audit.beginWrite(3);
  audit.endWrite(3, first);
  audit.endWrite(3, third);
  expect([first, second, third].map(generationOfTicket)).toEqual([8, 9, 10]);
  expect([audit.floorOf(3), audit.issuedOf(3)]).toEqual([8, 10]);
});

test('a refused write leaves what was there possible', () => {
  const audit = auditOf(7);
  audit.beginWrite(3);
  audit.refuseWrite(3);
  expect(isAllowed(7, audit.floorOf(3), audit.issuedOf(3))).toBe(true);
});

test('groups do not disturb each other', () => {
  const audit = auditOf(0);
  audit.endWrite(2, audit.beginWrite(2));
  audit.beginWrite(4);
  expect([audit.floorOf(3), audit.issuedOf(3)]).toEqual([0, 0]);
});

test('256 writes at once do not run into the generation', () => {
  const audit = auditOf(0);
  const tickets = Array.from({ length: 256 }, () => audit.beginWrite(3));
  expect(generationOfTicket(tickets.at(-1) as number)).toBe(256);
  for (const ticket of tickets) audit.endWrite(3, ticket);
  expect(generationOfTicket(audit.beginWrite(3))).toBe(257);
  expect(audit.floorOf(3)).toBe(1);
});

test('older and newer are told apart round the wrap', () => {
  expect(isAllowed(0, WRAP - 1, 1)).toBe(true);
  expect(isAllowed(2, WRAP - 1, 1)).toBe(false);
  expect(isAllowed(WRAP - 2, WRAP - 1, 1)).toBe(false);
  expect(isOlder(WRAP - 2, 1)).toBe(true);
  expect(isOlder(3, WRAP - 1)).toBe(false);
});
