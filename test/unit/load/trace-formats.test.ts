import { describe, expect, test } from 'vitest';
import { surveyTrace } from '../../../src/load/trace/survey.ts';
import type { TraceColumns } from '../../../src/scenario/plan.ts';
import {
  COLUMNS,
  problemsOf,
  readText,
  recordsOf,
  traceFolder,
  tracePlanOf,
} from '../../support/traces.ts';

const folder = traceFolder();

type Plan = Parameters<typeof readText>[2];

function read(text: string | Buffer, plan: Plan = {}, sectors = 4096) {
  return readText(folder, text, plan, { deviceSectorCount: sectors });
}

function messagesIn(text: string | Buffer, plan: Plan = {}): string[] {
  return problemsOf(() => read(text, plan)).map(
    ({ position, message }) => `${position?.line ?? '-'}: ${message}`,
  );
}

const BLKPARSE = [
  '  8,16   1        1     0.000000000  697  Q  WS 16 + 8 [fio]',
  '  8,16   1        2     0.000001500  697  D  WS 16 + 8 [fio]',
  '  8,16   1        3     0.000002000  697  D  RA 512 + 2 [fio]',
  '  8,16   1        4     0.000003000  697  D FWFS 24 + 8 [fio]',
  '  8,16   1        5     0.000004000  697  D  FF [kworker/1:1H]',
  '  8,16   1        6     0.000004500  697  D  FN 0 + 0 [kworker/1:1H]',
  '  8,16   1        7     0.000005000  697  D   D 1024 + 64 [fstrim]',
  '  8,16   1        8     0.000006000    0  C  WS 16 + 8 [0]',
  '  8,16   1        0     0.000006500    0  m   N cfq workload slice:100',
  '  8,16   1        9     0.000007000    0  P   N [fio]',
  '  8,16   1       10     0.000007500    0  U   N [fio] 1',
  '  8,16   1       11     0.000008000  697  D   N 0 [smartctl]',
  'CPU0 (8,16):',
  ' Reads Queued:           1,        4KiB\t Writes Queued:           2,        8KiB',
  '',
  'Total (8,16):',
  '',
].join('\n');

describe('the text of blkparse', () => {
  test('gives what was issued to the device, at its time, and nothing of the summary', () => {
    const trace = read(BLKPARSE);
    expect(trace).toMatchObject({ format: 'blkparse', deviceName: '8,16', recordCount: 6 });
    expect(recordsOf(trace)).toEqual([
      '1500 write 16+8',
      '2000 read 512+2',
      '3000 write 24+8',
      '4000 sync 0+0',
      '4500 sync 0+0',
      '5000 trim 1024+64',
    ]);
    expect(trace.warnings).toEqual([
      '1 request of the trace neither moved data nor flushed: passed over.',
    ]);
  });

  test('where nothing was issued, gives what was queued', () => {
    const queued = BLKPARSE.split('\n').slice(0, 1).join('\n');
    expect(recordsOf(read(queued))).toEqual(['0 write 16+8']);
  });

  test('of several devices needs to be told which, and leaves the others out', () => {
    const two = `${BLKPARSE.split('\n').slice(0, 3).join('\n')}\n  8,0 0 1 0.5 1 D R 8 + 8 [x]\n`;
    expect(messagesIn(two)).toEqual(['4: a second device, "8,0"; the trace began with "8,16"']);
    const chosen = read(two, { device: '8,0' });
    expect(recordsOf(chosen)).toEqual(['500000000 read 8+8']);
    expect(chosen.warnings).toContainEqual(
      '2 lines of the trace are of other devices than 8,0, and were left out.',
    );
    expect(messagesIn(two, { device: '9,9' })[0]).toContain('holds nothing of device "9,9"');
  });

  test.each([
    ['  8,16 1 2 0.1 697 D WS 16 + [fio]', 'length "[fio]" is not a whole number'],
    ['  8,16 1 2 0.1 697 D WS [fio]', 'a request without "sector + count"'],
    ['  8,16 1 2 0.1 697 D WS 16 + 0 [fio]', 'a write of 0 bytes'],
    ['  8,16 1 2 0.1 697 D WS -16 + 8 [fio]', 'offset "-16" is negative'],
    ['  8,16 1 2 0.1 697 D WS 99999999999999999999 + 8 [fio]', 'is too large'],
    ['  8,16 1 2 0.1 697 D ZS 16 + 8 [fio]', 'flags "ZS" are of no read'],
    ['  8,16 1 2 0.1 697 K WS 16 + 8 [fio]', 'unknown event "K"'],
    ['  8,16 1 2 0.1 697 D', '6 fields; expected'],
    ['  8,16 1 2 0.1', '4 fields; expected'],
    ['  ../../etc 1 2 0.1 697 D WS 16 + 8 [fio]', 'device "../../etc" is not two numbers'],
    ['  8,16 1 2 -0.1 697 D WS 16 + 8 [fio]', 'time "-0.1" is negative'],
    ['  8,16 1 2 0.x 697 D WS 16 + 8 [fio]', 'time "0.x" is not a time'],
  ])('%j is a problem of its line', (line, message) => {
    const text = `${BLKPARSE.split('\n').slice(0, 2).join('\n')}\n${line}\n`;
    expect(messagesIn(text)).toEqual([expect.stringMatching(/^3: /)]);
    expect(messagesIn(text)[0]).toContain(message);
  });
});

const MSR = [
  '128166372003061629,usr,0,Read,7014609920,24576,41286',
  '128166372016382155,usr,0,Write,1317441536,8192,1963',
  '',
].join('\n');

describe('MSR-Cambridge CSV', () => {
  test('counts its ticks from the first record, exactly, though they fit no float', () => {
    const trace = read(MSR, {}, 72);
    expect(trace).toMatchObject({ format: 'msr', deviceName: 'usr.0', spanNs: 1_332_052_600 });
    // Two blocks of 4 KiB of the second request lie before the seven of the first, once compacted.
    expect(recordsOf(trace)).toEqual(['0 read 18+48', '1332052600 write 0+16']);
    expect(trace.fold).toMatchObject({ kind: 'compact', blockCount: 9 });
  });

  test('may end its lines in CR LF, and begin with a byte order mark', () => {
    const marked = `\ufeff${MSR.replaceAll('\n', '\r\n')}`;
    expect(recordsOf(read(marked, {}, 72))).toEqual(recordsOf(read(MSR, {}, 72)));
  });

  test('lets a record that is stamped a little early arrive with the one before it, and says so', () => {
    const early = `${MSR}128166372016382150,usr,0,Read,1317441536,8192,1\n`;
    const trace = read(early, {}, 72);
    expect(recordsOf(trace)[2]).toBe('1332052600 read 0+16');
    expect(trace.warnings).toEqual([
      '1 record is stamped earlier than the one before, by up to 500 ns, and replayed together with it.',
    ]);
    const far = `${MSR}128166372003061629,usr,0,Read,1317441536,8192,1\n`;
    expect(messagesIn(far)).toEqual(['3: time goes backwards, by 1332 ms']);
  });

  test.each([
    ['128166372016382155,usr,0,Write,1317441536,8192', '6 columns; expected'],
    ['128166372016382155,usr,0,Write,1317441536,8192,1,2', 'more than 7 columns'],
    ['', 'an empty line'],
    ['128166372016382155,usr,0,Flush,0,8192,1', 'unknown type "Flush"'],
    ['128166372016382155,usr,0,Write,-512,8192,1', 'offset "-512" is negative'],
    ['128166372016382155,usr,0,Write,100,8192,1', 'offset 100 is not a multiple of 512'],
    ['128166372016382155,usr,x,Write,512,8192,1', 'disk "x" is not a whole number'],
    ['-1,usr,0,Write,512,8192,1', 'time "-1" is negative'],
    ['128166372016382155,usr,0,Write,9007199254740992,512,1', 'is too large'],
    ['928166372016382155,usr,0,Write,512,512,1', 'more than 9000000 s after'],
    ['128166372016382155,usr,1,Write,512,512,1', 'a second device, "usr.1"'],
  ])('%j is a problem of its line', (line, message) => {
    const messages = messagesIn(`${MSR}${line}\n`);
    expect(messages).toEqual([expect.stringMatching(/^3: /)]);
    expect(messages[0]).toContain(message);
  });
});

const CSV = [
  'op,time,volume,offset,length',
  'R,10,a,4096,512',
  '"write",12.5,a,8192,1024',
  'F,13,a,,',
  'Discard,14,a,0,4096',
  '',
].join('\n');

describe('any CSV', () => {
  test('is read by the names of its columns', () => {
    const trace = read(CSV, { columns: COLUMNS });
    expect(trace).toMatchObject({ format: 'csv', deviceName: '' });
    expect(recordsOf(trace)).toEqual([
      '0 read 8+1',
      '2500 write 16+2',
      '3000 sync 0+0',
      '4000 trim 0+8',
    ]);
  });

  test('or by their numbers, without a first line, in other units and words', () => {
    const columns: TraceColumns = {
      ...{ time: '1', timeUnit: 's', operation: '2', read: '0', write: '1', device: null },
      ...{ offset: '3', offsetUnit: 'sectors', length: '4', lengthUnit: 'sectors' },
    };
    const trace = read('1538323200.25,0,8,1\n1538323201,1,16,2\n', { columns });
    expect(recordsOf(trace)).toEqual(['0 read 8+1', '750000000 write 16+2']);
  });

  test('of several devices, by the one that is asked for', () => {
    const columns = { ...COLUMNS, device: 'volume' };
    const two = `${CSV}R,20,b,0,512\n`;
    expect(messagesIn(two, { columns })).toEqual([
      '6: a second device, "b"; the trace began with "a"',
    ]);
    expect(recordsOf(read(two, { columns, device: 'b' }))).toEqual(['0 read 0+1']);
    const path = CSV.replaceAll(',a,', ',../../etc,');
    expect(messagesIn(path, { columns })).toEqual([
      '2: the device\'s name "../../etc" has a path in it',
    ]);
    expect(read(path, { columns, device: '../../etc' }).recordCount).toBe(4);
  });

  test.each([
    ['R,20,a,0', '4 columns; expected 5'],
    ['X,20,a,0,512', 'unknown operation "X"'],
    ['R,20,a,0,', 'length "" is not a whole number'],
    ['R,,a,0,512', 'time "" is not a time'],
    ['R,1e3,a,0,512', 'time "1e3" is not a time'],
    ['R,20,a,0,5e9', 'length "5e9" is not a whole number'],
  ])('%j is a problem of its line', (line, message) => {
    const messages = messagesIn(`${CSV}${line}\n`, { columns: COLUMNS });
    expect(messages).toEqual([expect.stringMatching(/^6: /)]);
    expect(messages[0]).toContain(message);
  });

  test('without its columns, or without one of them, is refused in its first line', () => {
    expect(messagesIn(CSV)).toEqual([expect.stringContaining('1: columns without a meaning')]);
    expect(messagesIn(CSV, { columns: { ...COLUMNS, offset: 'lba' } })).toEqual([
      '1: the first line names no column "lba"',
    ]);
  });
});

describe('whatever the format', () => {
  test.each([
    ['an iolog', 'fio version 3 iolog\n0 d add\n0 d open\n', '1 ../../etc read 0 512'],
    ['MSR', MSR, '128166372016382155,../../etc,0,Read,0,512,1'],
  ])('%s with a device that has a path in its name is refused', (_, head, line) => {
    const messages = messagesIn(`${head}${line}\n`);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/^[34]: a second device, "\.\.\/\.\.\/etc/);
    const alone = messagesIn(`fio version 3 iolog\n0 ../../etc add\n0 ../../etc open\n`);
    expect(alone).toEqual(['2: the device\'s name "../../etc" has a path in it']);
  });

  test.each([
    ['an iolog', 'fio version 3 iolog\n0 d add\n0 d open\n', 4],
    ['blkparse', BLKPARSE.split('\n').slice(0, 3).join('\n').concat('\n'), 4],
    ['MSR', MSR, 3],
    ['CSV', CSV, 6],
  ])('%s with a line of 1 MB is refused, and reading goes on', (_, head, line) => {
    const messages = messagesIn(`${head}${'x'.repeat(1e6)}\n${'y'.repeat(5000)}\n`, {
      columns: head === CSV ? COLUMNS : null,
    });
    const longer = 'the line is longer than 4095 bytes';
    expect(messages).toEqual([`${line}: ${longer}`, `${line + 1}: ${longer}`]);
  });

  test.each([
    [Buffer.from([0x1f, 0x8b, 8, 0]), 'compressed with gzip'],
    [Buffer.from('\ufffeR\0', 'utf16le'), 'in UTF-16'],
    [Buffer.alloc(0), 'the file is empty'],
  ])('%j is called what it is', (bytes, message) => {
    expect(messagesIn(bytes, { columns: COLUMNS })[0]).toContain(message);
  });

  test('the survey of a format that was named must find that one', () => {
    const [problem] = problemsOf(() => read(MSR, { format: 'blkparse' }));
    expect(problem?.message).toBe('the trace is msr, but the scenario says it is blkparse');
  });

  test('a FIFO, a folder and nothing at all are no traces', () => {
    const survey = (file: string) => () =>
      surveyTrace(tracePlanOf(file), { deviceSectorCount: 8, threadCount: 1 });
    expect(problemsOf(survey(folder))[0]?.message).toContain('a directory');
    expect(problemsOf(survey(`${folder}/none`))[0]?.message).toContain('no such trace');
  });
});
