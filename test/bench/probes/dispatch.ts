import { setTimeout as sleep } from 'node:timers/promises';
import { nowNs } from '../../../src/clock.ts';
import { openDispatcher, openWork } from '../../../src/queue/bullmq-queue.ts';
import { redisAddressOf } from '../../../src/queue/redis-address.ts';
import {
  packReport,
  payloadOf,
  receiveReport,
  receiveRun,
} from '../../../src/queue/run-payload.ts';
import { runAndJudge } from '../../../src/run/judged-run.ts';
import { loadSweepText } from '../../../src/run/load-scenario.ts';
import { planSweep, type SweepRun } from '../../../src/sweep/sweep-plan.ts';
import { RedisServer } from '../../support/redis.ts';
import { type Probe, ProbeFailed } from './probe.ts';

const RUNS_MAX = 1000;
const LEASE_MS = 60_000;

/**
 * What a queue adds to each run of a sweep: taken, read and checked, its report packed, sent back,
 * unpacked and checked. The run itself is made once, before, and its report is every run's.
 */
export const dispatch: Probe = {
  options: ['runs'],
  async run(options) {
    const count = options.whole('runs', { min: 1, max: RUNS_MAX });
    const text =
      'version: 1\nname: dispatch\ndevice: { sectors: 4096 }\n' +
      `load: { threads: 1, operations: 10000 }\nmatrix: { seeds: 1..${count} }\n`;
    const { runs } = planSweep(loadSweepText(text, { file: 'dispatch.yaml' }));
    const measured = await runAndJudge((runs[0] as SweepRun).load());
    const redis = await RedisServer.start();
    try {
      const address = redisAddressOf(redis.url, {});
      const dispatcher = await openDispatcher(address);
      const work = await openWork(address);
      await dispatcher.submit(
        runs.map((run) => ({ id: run.id, payload: payloadOf(run, 'dispatch.yaml') })),
      );
      const open = new Set(runs.map(({ id }) => id));
      const end = new AbortController();
      const startNs = nowNs();
      const working = work(
        async (id, payload) => {
          receiveRun(payload);
          return packReport(id, measured, 'bench');
        },
        { leaseMs: LEASE_MS, signal: end.signal, idleMs: null },
      );
      while (open.size > 0) {
        for await (const { id, report } of dispatcher.doneOf(open)) {
          receiveReport(id, report);
          open.delete(id);
        }
        if ((await dispatcher.dead()).length > 0) throw new ProbeFailed('a run came to nothing');
        await sleep(1);
      }
      const ns = nowNs() - startNs;
      end.abort();
      await working;
      await dispatcher.close();
      return { msPerRun: ns / 1e6 / count };
    } finally {
      await redis.remove();
    }
  },
};
