import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Memory } from '../memory/attach.ts';
import { type LoggedOperationRecord, OperationLog } from '../record/operation-log.ts';
import type { RecordingRecord } from '../record/run-record.ts';
import { OPERATIONS, type Operation, type Plan, SECTOR_BYTES } from '../scenario/plan.ts';

/** Operations that all threads together have room for, unless more is asked for: 64 MiB. */
export const RECORDED_MOST = 2 ** 22;

export interface RecordingOptions {
  readonly file: string;
  readonly most: number;
}

/** What fio's iolog has a word for; everything else is no request to a block device. */
const WORDS: Readonly<Partial<Record<Operation, string>>> = {
  read: 'read',
  write: 'write',
  sync: 'sync',
  trim: 'trim',
};

const DEVICE = 'disk0';
const CHUNK_CHARACTERS = 256 * 1024;

/** The plan with room to write down what is issued: all of it where the plan says how much. */
export function withRecording(plan: Plan, most: number): Plan {
  const needed = Math.max(...plan.jobs.map((job) => operationsPerThread(plan, job)));
  const share = Math.max(1, Math.floor(most / plan.load.threadCount));
  return { ...plan, recordedCount: Math.min(share, Math.max(1, needed)) };
}

function operationsPerThread(
  { load }: Plan,
  { trace, operationCount, threadCount }: Plan['jobs'][number],
): number {
  if (trace !== null) return Math.max(...trace.recordCounts);
  if (operationCount === null || load.warmupNs > 0) return Number.POSITIVE_INFINITY;
  return Math.ceil(operationCount / threadCount);
}

/**
 * Writes what the threads have issued, warm-up included, as fio iolog version 3, in order of issue.
 * Operations that fio knows nothing of (remaps, messages) are left out and counted. The file is
 * written under another name first, so that nobody reads half of it.
 */
export async function writeRecording(
  plan: Plan,
  memory: Memory,
  file: string,
): Promise<RecordingRecord> {
  const logs = Array.from({ length: plan.load.threadCount }, (_, thread) =>
    OperationLog.of(memory, thread),
  ).filter((log) => log !== null);
  const counts = {
    file,
    operationCount: 0,
    leftOutCount: 0,
    unloggedCount: logs.reduce((sum, log) => sum + log.unloggedCount, 0),
  };
  const unfinished = `${file}.part`;
  try {
    const handle = await open(unfinished, 'w');
    try {
      await writeLines(handle, inOrder(logs), counts);
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
    return { ...counts, problem: null };
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    const problem = error instanceof Error ? error.message : String(error);
    return { ...counts, problem };
  }
}

async function writeLines(
  handle: FileHandle,
  operations: Iterable<LoggedOperationRecord>,
  counts: { operationCount: number; leftOutCount: number },
): Promise<void> {
  let text = `fio version 3 iolog\n0 ${DEVICE} add\n0 ${DEVICE} open\n`;
  let lastUs = 0;
  for (const { issueNs, operation, lba, sectorCount } of operations) {
    const word = WORDS[OPERATIONS[operation] as Operation];
    if (word === undefined) {
      counts.leftOutCount++;
      continue;
    }
    counts.operationCount++;
    lastUs = Math.floor(issueNs / 1e3);
    const place = word === 'sync' ? '0 0' : `${lba * SECTOR_BYTES} ${sectorCount * SECTOR_BYTES}`;
    text += `${lastUs} ${DEVICE} ${word} ${place}\n`;
    if (text.length > CHUNK_CHARACTERS) {
      await handle.write(text);
      text = '';
    }
  }
  await handle.write(`${text}${lastUs} ${DEVICE} close\n`);
}

/** Merges the logs, each in order by itself; of equal times the lower thread's goes first. */
function* inOrder(logs: readonly OperationLog[]): Generator<LoggedOperationRecord> {
  const heads = logs.map((log) => ({ log, index: 0, next: log.count > 0 ? log.at(0) : null }));
  for (;;) {
    let first: (typeof heads)[number] | null = null;
    for (const head of heads) {
      if (head.next === null) continue;
      if (first?.next == null || head.next.issueNs < first.next.issueNs) first = head;
    }
    if (first?.next == null) return;
    yield first.next;
    first.index++;
    first.next = first.index < first.log.count ? first.log.at(first.index) : null;
  }
}
