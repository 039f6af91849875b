import { describe, expect, test } from 'vitest';
import { LoggedControl } from '../../../src/device/logged-control.ts';
import { LoggedDevice } from '../../../src/device/logged-device.ts';
import { LoggedMedium } from '../../../src/device/logged-medium.ts';
import { MemoryMedium, NoMedium } from '../../../src/device/medium.ts';
import { NoMetadata } from '../../../src/device/metadata-writer.ts';
import { ON_MAIN } from '../../../src/device/remap-table.ts';
import { LogKind } from '../../../src/device/write-log.ts';
import { memoryFor, planWith } from '../../support/plans.ts';

/**
 * Goal: what stands in the log is what was asked and answered, in that order, and whoever asks is
 * answered as if there were no log.
 *
 * Method: all that is wrapped is a stand-in that writes its calls down and answers as it is told.
 */
const ANSWER = 37;

/** What was called, in order, of all that was handed out. */
function standIns() {
  const calls: string[] = [];
  let answer: unknown = ANSWER;
  const named = (name: string): never =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: unknown[]) => {
            calls.push(`${name}.${String(method)}(${args.join()})`);
            return name === 'log' ? undefined : answer;
          },
      },
    ) as never;
  return {
    calls,
    named,
    answers: (value: unknown) => {
      answer = value;
    },
    /** The calls since, and what came of them. */
    of: (call: () => unknown): readonly [unknown, readonly string[]] => {
      calls.length = 0;
      return [call(), [...calls]];
    },
  };
}

describe('a device', () => {
  const { named, answers, of } = standIns();
  const device = new LoggedDevice(named('device'), named('metadata'), named('log'));

  test('a write is taken down before it is made, and as written only when it was', () => {
    answers(0);
    expect(of(() => device.write(2, 5, 3, 4096))).toEqual([
      0,
      [
        `log.append(${LogKind.issue},2,5,3,4096)`,
        'device.write(2,5,3,4096)',
        `log.mark(${LogKind.written},2,5,3)`,
      ],
    ]);
    answers(ANSWER);
    expect(of(() => device.write(2, 5, 3, 4096))).toEqual([
      ANSWER,
      [`log.append(${LogKind.issue},2,5,3,4096)`, 'device.write(2,5,3,4096)'],
    ]);
  });

  test('a flush begins, and has ended only when it has', () => {
    answers(0);
    expect(of(() => device.flush(2))).toEqual([
      0,
      [
        `log.mark(${LogKind.syncBegin},2,0,0)`,
        'metadata.flush()',
        `log.mark(${LogKind.syncEnd},2,0,0)`,
      ],
    ]);
    answers(ANSWER);
    expect(of(() => device.flush(2))).toEqual([
      ANSWER,
      [`log.mark(${LogKind.syncBegin},2,0,0)`, 'metadata.flush()'],
    ]);
  });

  test('a remap begins before anything is done, and is one when the metadata has finished', () => {
    answers(ANSWER);
    expect(of(() => device.attach(5, 9))).toEqual([
      ANSWER,
      [`log.mark(${LogKind.remapBegin},0,5,9)`, 'device.attach(5,9)'],
    ]);
    expect(of(() => device.finishRemap(2, 5, 9))).toEqual([
      undefined,
      ['metadata.finishRemap(2)', `log.mark(${LogKind.remapped},2,5,9)`],
    ]);
  });

  test('an undoing is one when there was something to undo', () => {
    answers(9);
    const begins = `log.mark(${LogKind.unremapBegin},0,5,0)`;
    expect(of(() => device.detach(5))).toEqual([
      9,
      [begins, 'device.detach(5)', `log.mark(${LogKind.unremapped},0,5,9)`],
    ]);
    answers(ON_MAIN);
    expect(of(() => device.detach(5))).toEqual([ON_MAIN, [begins, 'device.detach(5)']]);
  });

  test('all else is passed on', () => {
    answers(ANSWER);
    expect(of(() => device.read(2, 5, 3, 64))).toEqual([ANSWER, ['device.read(2,5,3,64)']]);
    expect(of(() => device.spareOf(5))).toEqual([ANSWER, ['device.spareOf(5)']]);
    expect(of(() => device.relocate(5, 9, 2))).toEqual([ANSWER, ['device.relocate(5,9,2)']]);
    expect(of(() => device.failedLba())).toEqual([ANSWER, ['device.failedLba()']]);
    expect(of(() => device.failedSpare())).toEqual([ANSWER, ['device.failedSpare()']]);
    expect(of(() => device.lockTarget(2))[1]).toEqual(['device.lockTarget(2)']);
    expect(of(() => device.unlockTarget(2))[1]).toEqual(['device.unlockTarget(2)']);
    expect(of(() => device.syncMetadata(2))[1]).toEqual(['metadata.sync(2)']);
    expect(of(() => device.autosaveMetadata(2))[1]).toEqual(['metadata.autosave(2)']);
  });
});

describe('a medium', () => {
  const { named, answers, of } = standIns();
  const surfaces = { main: named('main'), spare: named('spare') };
  const medium = new LoggedMedium(named('medium'), named('log'), surfaces);

  test.each([
    ['writeMain', LogKind.writeMain],
    ['writeSpare', LogKind.writeSpare],
  ] as const)('%s is taken down and made under one lock', (method, kind) => {
    answers(ANSWER);
    expect(of(() => medium[method](5, 3, 4096))).toEqual([
      ANSWER,
      [
        'log.beginCommand()',
        `log.append(${kind},0,5,3,4096)`,
        `medium.${method}(5,3,4096)`,
        'log.endCommand()',
      ],
    ]);
  });

  test('a move is taken down with what is moved', () => {
    answers(ANSWER);
    expect(of(() => medium.moveToSpare(5, 9))).toEqual([
      ANSWER,
      [
        'log.beginCommand()',
        'main.byteOf(5)',
        `log.append(${LogKind.moveToSpare},0,9,1,${ANSWER})`,
        'medium.moveToSpare(5,9)',
        'log.endCommand()',
      ],
    ]);
    expect(of(() => medium.moveToMain(9, 5))).toEqual([
      ANSWER,
      [
        'log.beginCommand()',
        'spare.byteOf(9)',
        `log.append(${LogKind.moveToMain},0,5,1,${ANSWER})`,
        'medium.moveToMain(9,5)',
        'log.endCommand()',
      ],
    ]);
  });

  test.each([
    ['flushMain', LogKind.flushMain],
    ['flushSpare', LogKind.flushSpare],
  ] as const)('%s is taken down when it is done, and only then', (method, kind) => {
    answers(0);
    expect(of(() => medium[method]())).toEqual([
      0,
      [`medium.${method}()`, `log.mark(${kind},0,0,0)`],
    ]);
    answers(ANSWER);
    expect(of(() => medium[method]())).toEqual([ANSWER, [`medium.${method}()`]]);
  });

  test('all else is passed on', () => {
    answers(ANSWER);
    expect(of(() => medium.readMain(5, 3, 64))).toEqual([ANSWER, ['medium.readMain(5,3,64)']]);
    expect(of(() => medium.readSpare(5, 3, 64))).toEqual([ANSWER, ['medium.readSpare(5,3,64)']]);
    expect(of(() => medium.moveSpare(5, 3))).toEqual([ANSWER, ['medium.moveSpare(5,3)']]);
    expect(of(() => medium.loseSpare(5))).toEqual([ANSWER, ['medium.loseSpare(5)']]);
    expect(of(() => medium.failedSector())).toEqual([ANSWER, ['medium.failedSector()']]);
  });
});

describe('a control path', () => {
  const { named, answers, of } = standIns();
  const control = new LoggedControl(named('control'), named('log'));

  test.each(['remap', 'autoRemap'] as const)('%s is one when it was answered by a spare', (way) => {
    for (const spare of [0, 9]) {
      answers(spare);
      expect(of(() => control[way](2, 5))).toEqual([
        spare,
        [
          `control.${way}(2,5)`,
          `log.mark(${LogKind.remapBegin},2,5,${spare})`,
          `log.mark(${LogKind.remapped},2,5,${spare})`,
        ],
      ]);
    }
    answers(-1);
    expect(of(() => control[way](2, 5))).toEqual([-1, [`control.${way}(2,5)`]]);
  });

  test('clear is taken down when it is over', () => {
    answers(ANSWER);
    expect(of(() => control.clear(2))).toEqual([
      ANSWER,
      ['control.clear(2)', `log.mark(${LogKind.cleared},2,0,0)`],
    ]);
  });

  test('all else is passed on', () => {
    answers(ANSWER);
    expect(of(() => control.verify(2, 5))).toEqual([ANSWER, ['control.verify(2,5)']]);
    expect(of(() => control.save(2))).toEqual([ANSWER, ['control.save(2)']]);
    expect(of(() => control.sync(2))).toEqual([ANSWER, ['control.sync(2)']]);
    expect(of(() => control.restore(2))).toEqual([ANSWER, ['control.restore(2)']]);
    expect(of(() => control.status(2))).toEqual([ANSWER, ['control.status(2)']]);
    expect(of(() => control.completeWrite(2, 5, true))).toEqual([
      ANSWER,
      ['control.completeWrite(2,5,true)'],
    ]);
  });
});

test('nothing can fail where there is no surface, and in memory', () => {
  const plan = planWith({ device: { sectorCount: 8, spare: { sectorCount: 8 } } });
  const { words, layout, blocks } = memoryFor(plan);
  const memory = new MemoryMedium(words, layout, blocks.copy);
  const none = new NoMedium();
  const staging = layout.staging * 4;
  expect([
    ...[memory.readMain(1, 1, staging), memory.writeMain(1, 1, staging)],
    ...[memory.readSpare(1, 1, staging), memory.writeSpare(1, 1, staging)],
    ...[memory.moveToSpare(1, 1), memory.moveToMain(1, 1), memory.moveSpare()],
    ...[memory.loseSpare(), memory.flushMain(), memory.flushSpare(), memory.failedSector()],
    ...[none.readMain(), none.writeMain(), none.readSpare(), none.writeSpare()],
    ...[none.moveToSpare(), none.moveToMain(), none.moveSpare(), none.loseSpare()],
    ...[none.flushMain(), none.flushSpare(), none.failedSector()],
  ]).toEqual(Array(22).fill(0));
});

test('without metadata every remap is as good as saved', () => {
  const none = new NoMetadata();
  expect([none.recordRemap(), none.recordUnremap(), none.flush()]).toEqual([0, 0, 0]);
});
