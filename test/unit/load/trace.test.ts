import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/errors.ts';
import { surveyTrace } from '../../../src/load/trace/survey.ts';
import {
  problemsOf,
  type ReadTrace,
  readText,
  recordsOf,
  traceFolder,
  tracePlanOf,
} from '../../support/traces.ts';

const folder = traceFolder();

describe('the recorded sqlite load', () => {
  const file = fileURLToPath(
    new URL('../../../scenarios/traces/sqlite-oltp-wal.flat.v3.iolog', import.meta.url),
  );
  const trace = surveyTrace(tracePlanOf(file), { deviceSectorCount: 24_448, threadCount: 3 });

  test('has the operations, span and size that its description names', () => {
    expect(trace).toMatchObject({
      format: 'fio-iolog-v3',
      sha256: '961e23156e3666804cb41a2a2d5685cbe3fd51ee187ae5095bb5abd6a21df293',
      deviceName: 'disk0',
      recordCount: 19_827,
      operations: { read: 8308, write: 10_896, sync: 623, trim: 0 },
      firstArrivalNs: 1_588_000,
      spanNs: 7_141_990_000,
      sectorCountMax: 9,
      transferSectorCountMax: 9,
      deviceSectorCountMin: 24_448,
      sectorCounts: { read: 69_049, write: 60_405, sync: 0, trim: 0 },
      warnings: [],
    });
    expect(trace.sharing.recordCounts.reduce((a, b) => a + b)).toBe(19_827);
    expect(trace.fold.kind).toBe('none');
  });

  test('needs a device of that size: on one sector less, one problem names what is missing', () => {
    const problems = problemsOf(() =>
      surveyTrace(tracePlanOf(file, { fold: 'none' }), {
        deviceSectorCount: 24_447,
        threadCount: 1,
      }),
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(
      /ends at sector 24448 of a device of 24447.*the trace needs 24448 sectors in all/,
    );
  });
});

describe('version 3', () => {
  test('gives each record its time in microseconds, its sectors and its operation', () => {
    const trace = read(
      'fio version 3 iolog\n0 /dev/sda add\n5 /dev/sda open\n' +
        '7 /dev/sda read 1024 512\n7 /dev/sda write 0 4096\n9 /dev/sda trim 512 1024\n' +
        '12 /dev/sda datasync 0 0\n12 /dev/sda sync 99 1\n20 /dev/sda close\n',
      { device: '/dev/sda' },
    );
    expect(trace).toMatchObject({ format: 'fio-iolog-v3', deviceName: '/dev/sda', spanNs: 5000 });
    expect(recordsOf(trace)).toEqual([
      '7000 read 2+1',
      '7000 write 0+8',
      '9000 trim 1+2',
      '12000 sync 0+0',
      '12000 sync 0+0',
    ]);
  });

  test('passes over waits with a warning, as fio does', () => {
    const trace = read(v3('1 d read 0 512', '2 d wait 1000 0', '3 d read 0 512'));
    expect(recordsOf(trace)).toEqual(['1000 read 0+1', '3000 read 0+1']);
    expect(trace.warnings).toEqual([expect.stringContaining('1 wait line was passed over')]);
  });
});

describe('version 2', () => {
  test('without waits has all arrivals at once', () => {
    const trace = read(v2('d write 0 512', 'd datasync 0 0'));
    expect(recordsOf(trace)).toEqual(['0 write 0+1', '0 sync 0+0']);
    expect(trace.spanNs).toBe(0);
  });

  test('takes a wait as milliseconds since the start, not as a pause, and says so in doubt', () => {
    const ascending = read(v2('d wait 1000 0', 'd read 0 512', 'd wait 1500 0', 'd read 0 512'));
    expect(recordsOf(ascending)).toEqual(['1000000000 read 0+1', '1500000000 read 0+1']);
    expect(ascending.warnings).toEqual([]);

    const repeated = read(v2('d wait 1000 0', 'd read 0 512', 'd wait 1000 0', 'd read 0 512'));
    expect(repeated.spanNs).toBe(0);
    expect(repeated.warnings).toEqual([expect.stringContaining('is not a pause')]);
  });
});

describe('what is accepted', () => {
  test('a last line without a line feed, blanks between fields and carriage returns', () => {
    const trace = read('fio version 3 iolog\r\n0 d add\r\n0\td  open\r\n 1 d read 0 512 ');
    expect(recordsOf(trace)).toEqual(['1000 read 0+1']);
  });

  test('a device that is closed and opened again', () => {
    expect(read(v2('d read 0 512', 'd close', 'd open', 'd read 0 512')).recordCount).toBe(2);
  });

  test('a format named in the plan, if it is the one found', () => {
    expect(read(v2('d read 0 512'), { format: 'fio-iolog-v2' }).recordCount).toBe(1);
  });
});

describe('a file that is no trace is refused', () => {
  test.each([
    ['', 'the file is empty'],
    ['hello there\n', 'does not begin as a known trace does, but with "hello there"'],
    ['fio version 1 iolog\n', 'version 1 is not read'],
    ['0, 4096, 512\n', 'version 1 is not read'],
    ['fio version 7 iolog\n', 'fio iolog version 7 is not known; versions 2 and 3 are'],
    ['fio version 3 iolog!\n', 'but with "fio version 3 iolog!"'],
    ['\u0007tae\u0000\u0000', 'a binary blktrace dump'],
    ['\u0000\u0001\u0002\u001b[31m', 'the file is binary and begins with "···'],
    ['fio version 3 iolog\n', 'the trace holds no read, write, trim or sync'],
    ['fio version 3 iolog\n0 d add\n', 'the trace holds no read, write, trim or sync'],
  ])('%j', (text, message) => {
    const problems = problemsIn(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
  });

  test('a compressed file is called that', () => {
    expect(problemsIn(Buffer.from([0x1f, 0x8b, 8, 0]))[0]?.message).toContain('gzip');
  });

  test('another format than the plan says', () => {
    const [problem] = problemsIn(v2('d read 0 512'), { format: 'fio-iolog-v3' });
    expect(problem?.message).toBe(
      'the trace is fio-iolog-v2, but the scenario says it is fio-iolog-v3',
    );
  });

  test('a missing file, a directory and a device are named as such', () => {
    const messageFor = (file: string): string | undefined =>
      problemsOf(() => surveyTrace(tracePlanOf(file), { deviceSectorCount: 8, threadCount: 1 }))[0]
        ?.message;
    expect(messageFor(join(folder, 'absent'))).toBe('there is no such trace');
    expect(messageFor(folder)).toBe('the trace is a directory; a regular file is needed');
    expect(messageFor('/dev/null')).toContain('neither a file nor a directory');
  });
});

describe('a line that is not understood is a problem', () => {
  test.each([
    ['1 d read 0', '4 fields; expected "time name read offset length"'],
    ['1 d', '2 fields; expected "time name open" or "time name read offset length"'],
    ['d read 0 512', '4 fields; expected'],
    ['', 'an empty line'],
    ['1 d read 0 512 7 8', 'more than 5 fields'],
    ['1 d open 0 0', '5 fields; expected "time name open"'],
    ['1 d erase 0 512', 'unknown action "erase"'],
    ['1 d READ 0 512', 'unknown action "READ"'],
    ['-1 d read 0 512', 'time "-1" is negative'],
    ['1.5 d read 0 512', 'time "1.5" is not a whole number'],
    ['9007199254741 d read 0 512', 'time "9007199254741" is too large'],
    ['1 d read -512 512', 'offset "-512" is negative'],
    ['1 d read 0x200 512', 'offset "0x200" is not a whole number'],
    ['1 d read 99999999999999999999 512', 'is too large'],
    ['1 d read 0 4294967296', 'length "4294967296" is too large; the most is 4294967295'],
    ['1 d read 100 512', 'offset 100 is not a multiple of 512'],
    ['1 d write 512 28', 'length 28 is not a multiple of 512'],
    ['1 d read 0 0', 'a read of 0 bytes'],
    ['1 d trim 0 0', 'a trim of 0 bytes'],
    ['1 e read 0 512', 'a second device, "e"; the trace began with "d"'],
    ['1 d add', 'add of "d", which is open'],
    ['1 d open', 'open of "d", which is open'],
    [`1 d read 0 512${' '.repeat(5000)}`, 'the line is longer than 4095 bytes'],
  ])('%j', (line, message) => {
    const problems = problemsIn(v3(line));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.position?.line).toBe(4);
  });

  test('times may not go backwards, in either version', () => {
    expect(problemsIn(v3('5 d read 0 512', '4 d read 0 512'))[0]?.message).toBe(
      'time goes backwards: 4 µs after 5 µs',
    );
    expect(problemsIn(v2('d wait 5 0', 'd wait 4 0'))[0]?.message).toBe(
      'wait goes backwards: 4 ms after 5 ms',
    );
  });

  test('a device must be added and opened before it is used', () => {
    const [problem] = problemsIn('fio version 2 iolog\nd read 0 512\nd read 0 512\n');
    expect(problem?.message).toBe('read on "d", which is not known yet');
    expect(problem?.hint).toContain('"add" and "open" lines of the device must come before');
    expect(problemsIn(v2('d close', 'd read 0 512'))[0]?.message).toContain('known but not open');
    expect(problemsIn('fio version 2 iolog\nd close\n')[0]?.message).toContain('not known yet');
  });

  test('a name longer than fio can hold', () => {
    const [problem] = problemsIn(`fio version 2 iolog\n${'n'.repeat(257)} add\n`);
    expect(problem?.message).toContain('name is longer than 256 bytes');
  });
});

describe('problems', () => {
  test('point at the place, with the line', () => {
    expect(problemsIn(v3('1 d read 512 700'))).toEqual([
      {
        file: join(folder, 'trace.iolog'),
        position: { line: 4, column: 14 },
        message: 'length 700 is not a multiple of 512',
        excerpt: { text: '1 d read 512 700', width: 3 },
        hint: 'the device has whole sectors only; widen the requests of the trace first',
      },
    ]);
  });

  test('count columns in characters, and keep control characters from the terminal', () => {
    const [problem] = problemsIn('fio version 2 iolog\nplätte\u001b[31m add 5\n');
    expect(problem?.excerpt?.text).toBe('plätte·[31m add 5');
    const [second] = problemsIn(
      'fio version 2 iolog\nplätte add\nplätte open\nplätte read x 512\n',
    );
    expect(second?.position).toEqual({ line: 4, column: 13 });
  });

  test('cut a long line, and leave out an excerpt that would not show the place', () => {
    const name = 'n'.repeat(200);
    const text = `fio version 2 iolog\n${name} add\n${name} open\n${name} read 0 5\nother open\n`;
    const [far] = problemsIn(text);
    expect(far?.excerpt).toBeNull();
    expect(far?.position).toEqual({ line: 4, column: 209 });
    const [long] = problemsIn(v3(`x d read 0 512${' '.repeat(5000)}`));
    expect(long?.excerpt).toEqual({ text: expect.stringMatching(/^.{159}…$/), width: 160 });
  });

  test('of a last line cut short ask whether the copy is complete', () => {
    const [problem] = problemsIn(v3('1 d read 0 512', '2 d wri').slice(0, -1));
    expect(problem?.message).toContain('unknown action "wri"');
    expect(problem?.hint).toBe('the file ends in the middle of this line; is the copy complete?');
  });

  test('are all reported, up to twenty, and then reading stops', () => {
    const lines = Array.from({ length: 20 }, () => '1 d erase 0 512');
    expect(problemsIn(v3(...lines))).toHaveLength(20);
    const more = problemsIn(v3(...lines, '1 d erase 0 512', '1 d read 0 7'));
    expect(more).toHaveLength(21);
    expect(more[20]).toMatchObject({
      position: { line: 24 },
      message: 'and more: reading stopped here, after 20 problems',
    });
  });

  test('of a device too small are one, which names the size that all requests need', () => {
    const text = v3('1 d read 0 512', '2 d read 4096 512', '3 d trim 512000 1024', '4 d read 0 7');
    const problems = problemsIn(text, { fold: 'none' }, { deviceSectorCount: 8 });
    expect(problems.map((problem) => problem.message)).toEqual([
      'the request ends at sector 9 of a device of 8, the first of 2 such requests; the trace needs 1002 sectors in all',
      'length 7 is not a multiple of 512',
    ]);
  });

  test('of a second device are one, however often it is named', () => {
    expect(problemsIn(v3('1 e add', '1 e open', '1 e read 0 512', '1 d read 0 512'))).toHaveLength(
      1,
    );
  });
});

describe('sharing out', () => {
  test('round-robin deals records to the threads in turn', () => {
    const lines = [0, 1, 2, 3, 4].map((n) => `${n} d read ${n * 512} 512`);
    const trace = read(v3(...lines), { assign: 'round-robin' }, { threadCount: 2 });
    expect(trace.perThread.map((thread) => thread.map(([, , lba]) => lba))).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
  });

  test('by-hash keeps what overlaps on one thread, also through a third request', () => {
    const trace = read(
      v3('1 d write 0 512', '2 d write 40960 512', '3 d write 0 45056'),
      { assign: 'by-hash' },
      { threadCount: 8 },
    );
    expect(trace.perThread.map((thread) => thread.length).filter(Boolean)).toEqual([3]);
  });

  test('by-hash spreads what has nothing in common', () => {
    const lines = Array.from({ length: 4000 }, (_, n) => `1 d write ${n * 4096} 4096`);
    const target = { threadCount: 4, deviceSectorCount: 32_000 };
    const { recordCounts } = read(v3(...lines), { assign: 'by-hash' }, target).sharing;
    for (const count of recordCounts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  test('by-hash sends a sync where the record before it went, at first to thread 0', () => {
    const lines = Array.from({ length: 50 }, (_, n) => [
      `${n} d write ${n * 4096} 4096`,
      `${n} d sync 0 0`,
    ]);
    const trace = read(
      v3('0 d sync 0 0', ...lines.flat()),
      { assign: 'by-hash' },
      { threadCount: 4 },
    );
    for (const [thread, dealt] of trace.perThread.entries()) {
      const operations = dealt.map(([, operation]) => operation);
      if (thread === 0) expect(operations.shift()).toBe('sync');
      for (const [index, operation] of operations.entries()) {
        expect(operation).toBe(index % 2 === 0 ? 'write' : 'sync');
      }
    }
  });

  test('a thread without records and a lopsided split earn a warning', () => {
    const { warnings } = read(v3('1 d trim 0 4096', '1 d read 0 512'), {}, { threadCount: 3 });
    expect(warnings).toEqual([
      '2 of 3 threads have no record of the trace to replay.',
      expect.stringContaining("replays 2 of the trace's 2 records"),
    ]);
  });
});

function v2(...lines: readonly string[]): string {
  return ['fio version 2 iolog', 'd add', 'd open', ...lines, ''].join('\n');
}

function v3(...lines: readonly string[]): string {
  return ['fio version 3 iolog', '0 d add', '0 d open', ...lines, ''].join('\n');
}

function read(...[text, plan, target]: Tail<Parameters<typeof readText>>): ReadTrace {
  return readText(folder, text, plan, target);
}

type Tail<Of extends unknown[]> = Of extends [unknown, ...infer Rest] ? Rest : never;

function problemsIn(...of: Parameters<typeof read>): readonly Problem[] {
  return problemsOf(() => read(...of));
}
