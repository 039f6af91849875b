import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Certificates } from './certificates.ts';

/** Whether there is a redis-server to test with. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export interface RedisOptions {
  readonly options?: readonly string[];
  /** With them it speaks TLS, and nothing else. */
  readonly certificates?: Certificates;
}

/**
 * A redis-server of a test's own, on loopback, which keeps what it was told in a folder of its own.
 */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  readonly #certificates: Certificates | null;
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string, { options, certificates }: RedisOptions) {
    this.port = port;
    this.#folder = folder;
    this.#options = options ?? [];
    this.#certificates = certificates ?? null;
  }

  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'sparestorm-redis-'));
    const server = new RedisServer(await freePort(), folder, options);
    await server.up();
    return server;
  }

  get url(): string {
    return `${this.#certificates === null ? 'redis' : 'rediss'}://127.0.0.1:${this.port}`;
  }

  async up(): Promise<void> {
    this.#process = spawn(
      'redis-server',
      [
        ...this.#portOptions(),
        ...['--bind', '127.0.0.1', '--dir', this.#folder],
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
        ...this.#options,
      ],
      { stdio: 'ignore' },
    );
    const client = new Redis({
      port: this.port,
      retryStrategy: () => 50,
      // Whether it is up, not who it is.
      ...(this.#certificates === null ? {} : { tls: { rejectUnauthorized: false } }),
    });
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

  #portOptions(): string[] {
    const port = String(this.port);
    if (this.#certificates === null) return ['--port', port];
    const { authority, certificate, key } = this.#certificates;
    return [
      ...['--port', '0', '--tls-port', port, '--tls-auth-clients', 'no'],
      ...['--tls-ca-cert-file', authority],
      ...['--tls-cert-file', certificate, '--tls-key-file', key],
    ];
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
