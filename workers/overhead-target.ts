import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { makeTarget } from '../src/overhead/target.ts';
import { READY, type TargetTask } from '../src/overhead/target-thread.ts';

/** The thread that owns the target: answers messages, or whoever connects to its socket. */
const { plan, socketPath } = workerData as TargetTask;
const target = makeTarget(plan);

if (socketPath === null) {
  parentPort?.on('message', (text: string) => parentPort?.postMessage(target.command(text)));
  parentPort?.postMessage(READY);
} else {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('end', () => socket.end(target.command(text)));
    // A child that was ended from outside is the coordinator's to notice.
    socket.on('error', () => socket.destroy());
  });
  server.listen(socketPath, () => parentPort?.postMessage(READY));
}
