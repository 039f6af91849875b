import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasOpenssl, makeCertificates } from '../support/certificates.ts';
import { sparestorm, temporaryFolder } from '../support/cli.ts';
import { hasRedis, RedisServer } from '../support/redis.ts';
import { mergedOf, NO_SHARD, sweepOf, TINY } from '../support/sweeps.ts';

/**
 * Goal: a queue with a password, plain or by TLS, lets in who has the password and knows its
 * authority, and nobody else; who is not let in is told why; the password is told to nobody.
 *
 * Method: the built program against redis-servers of their own on loopback, with a certificate that
 * was made a moment ago. Every file and every line that comes of a sweep is searched for the
 * password.
 *
 * Not covered: certificates of clients, which the program has none of.
 */
const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const PASSWORD = 'open sesame/%@:';
const folder = temporaryFolder();
const scenario = join(folder, 'one.yaml');
writeFileSync(scenario, TINY.replace(/matrix:[\s\S]*/, 'matrix: { lock.kind: [mcs] }\n'));

/** Whatever the machine knows of authorities: the tests name theirs. */
const NO_AUTHORITY = { NODE_EXTRA_CA_CERTS: '' };

function addressOf({ url }: RedisServer, password = PASSWORD): string {
  return url.replace('://', `://default:${encodeURIComponent(password)}@`);
}

/** The password, as it is and as a URL has it. */
function expectNoPassword(text: string, password = PASSWORD): void {
  expect(text).not.toContain(password);
  expect(text).not.toContain(encodeURIComponent(password));
}

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function refusalOf(address: string, env: Readonly<Record<string, string>>) {
  const out = join(folder, 'refused');
  const answers = [
    await sparestorm(['work', '--queue', address, '--dead'], { env }),
    await sparestorm(['work', '--queue', address, '--idle', '1s'], { env }),
    await sweepOf(scenario, ['--queue', address, '--out', out], env),
  ];
  for (const { stdout } of answers) expect(stdout).toBe('');
  expect(answers.map(({ code }) => code)).toEqual([2, 2, 2]);
  expect(existsSync(out)).toBe(false);
  const [first, ...others] = answers.map(({ stderr }) => stderr);
  for (const other of others) expect(other).toBe(first);
  return first as string;
}

describe.skipIf(!hasRedis())('a queue with a password', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start({ options: ['--requirepass', PASSWORD] });
  });
  afterAll(() => redis?.remove());

  test('takes the right one, also out of the environment', async () => {
    const env = { QUEUE: addressOf(redis) };
    const { code, stdout } = await sparestorm(['work', '--queue', 'env:QUEUE', '--dead'], { env });
    expect([code, stdout]).toEqual([0, 'No run is on the dead-letter list.\n']);
  });

  test('refuses another one with a sentence that does not repeat it', async () => {
    const says = await refusalOf(addressOf(redis, 'guess'), {});
    expect(says).toMatch(
      /^sparestorm: the queue at redis:\/\/127\.0\.0\.1:\d+\/0 cannot be used: WRONGPASS.*\n$/,
    );
    expectNoPassword(says, 'guess');
  });

  test('refuses none', async () => {
    expect(await refusalOf(redis.url, {})).toMatch(/cannot be used: NOAUTH.*\n$/);
  });

  test('that is not there is said at once', async () => {
    const { code, stderr } = await sparestorm(['work', '--queue', 'redis://127.0.0.1:1']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/127\.0\.0\.1:1\/0 cannot be used: .*ECONNREFUSED/),
    ]);
  });
});

describe.skipIf(!hasRedis() || !hasOpenssl())('a queue by TLS with a password', () => {
  let redis: RedisServer;
  let authority: string;
  beforeAll(async () => {
    const certificates = makeCertificates(folder);
    authority = certificates.authority;
    redis = await RedisServer.start({ options: ['--requirepass', PASSWORD], certificates });
  });
  afterAll(() => redis?.remove());

  test('makes a sweep for who knows its authority, and tells nobody the password', async () => {
    const out = join(folder, 'made');
    const env = { NODE_EXTRA_CA_CERTS: authority, QUEUE: addressOf(redis) };
    const worker = spawn(process.execPath, [MAIN, 'work', '--queue', 'env:QUEUE'], {
      env: { ...process.env, ...NO_SHARD, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    const ended = new Promise((resolve) => worker.on('close', resolve));
    const answer = await sweepOf(scenario, ['--queue', env.QUEUE, '--out', out, '--json'], env);
    worker.kill('SIGTERM');
    expect([answer.code, await ended]).toEqual([0, 0]);
    expect(mergedOf(answer)).toMatchObject({ runCount: 1, missingCount: 0 });
    expect(said).toMatch(/^Taking runs from rediss:\/\/127\.0\.0\.1:\d+\/0, queue runs\.\n/);
    for (const text of [said, answer.stdout, answer.stderr]) expectNoPassword(text);
    const files = filesBelow(out);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expectNoPassword(readFileSync(file, 'utf8'));
  });

  test('refuses a wrong password', async () => {
    const says = await refusalOf(addressOf(redis, 'guess'), { NODE_EXTRA_CA_CERTS: authority });
    expect(says).toMatch(/^sparestorm: the queue at rediss:.* cannot be used: WRONGPASS.*\n$/);
    expectNoPassword(says, 'guess');
  });

  test('is refused as long as its authority is not known, and the way to tell it is said', async () => {
    const says = await refusalOf(addressOf(redis), NO_AUTHORITY);
    expect(says).toMatch(
      /^sparestorm: the queue at rediss:.* cannot be used: self-signed certificate .*NODE_EXTRA_CA_CERTS=FILE.*\n$/,
    );
    expectNoPassword(says);
  });

  test('is refused under another name than its certificate has', async () => {
    // The same address, written so that it is looked up like a name.
    const address = addressOf(redis).replace('127.0.0.1', '127.1');
    const says = await refusalOf(address, { NODE_EXTRA_CA_CERTS: authority });
    expect(says).toMatch(/cannot be used: Hostname\/IP does not match certificate's altnames.*\n$/);
    expectNoPassword(says);
  });
});
