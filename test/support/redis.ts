import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Whether there is a redis-server to test with. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/**
 * A redis-server of a test's own, on loopback, which keeps what it was told in a folder of its own.
 */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string, options: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options: readonly string[] = []): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'sparestorm-redis-'));
    const server = new RedisServer(await freePort(), folder, options);
    await server.up();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async up(): Promise<void> {
    this.#process = spawn(
      'redis-server',
      [
        ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder],
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
        ...this.#options,
      ],
      { stdio: 'ignore' },
    );
    const client = new Redis({ port: this.port, retryStrategy: () => 50 });
    client.on('error', () => {});
    const until = Date.now() + 20_000;
    while (Date.now() < until) {
      const answer = await client.ping().catch((error: Error) => error.message);
      // One that asks for a password is up too.
      if (answer === 'PONG' || /NOAUTH/.test(answer)) break;
      await sleep(50);
    }
    client.disconnect();
  }

  async down(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const process = this.#process;
    if (process === null) return;
    this.#process = null;
    const ended = new Promise((resolve) => process.on('close', resolve));
    process.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.down('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
