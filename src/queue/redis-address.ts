import { isIP } from 'node:net';
import { UsageError } from '../errors.ts';

/** Where a queue is, out of its URL. The password is in `connection` and nowhere that is shown. */
export interface RedisAddress {
  /** For people: without user and password. */
  readonly shown: string;
  readonly queue: string;
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly db: number;
    readonly username?: string;
    readonly password?: string;
    /** Present for TLS. What it is to verify is the host, by name or by address. */
    readonly tls?: { readonly servername?: string };
  };
}

const FORM =
  'a URL such as redis://localhost:6379 or rediss://user:password@host:6379/0, or env:NAME for a ' +
  'variable that holds one';

/**
 * `redis://`, or `rediss://` for TLS, with user, password and database as usual; `?queue=NAME`
 * keeps several queues apart.
 */
export function redisAddressOf(
  option: string,
  env: Readonly<Record<string, string | undefined>>,
): RedisAddress {
  const name = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(option)?.[1];
  const written = name === undefined ? option : env[name];
  if (name !== undefined && (written === undefined || written === '')) {
    throw new UsageError(`--queue ${option}: the environment variable ${name} is not set`);
  }
  if (written === undefined || !URL.canParse(written))
    throw new UsageError(`--queue takes ${FORM}`);
  const url = new URL(written);
  const { protocol, hostname, port, pathname, searchParams } = url;
  const db = pathname === '' || pathname === '/' ? '0' : pathname.slice(1);
  const queue = searchParams.get('queue') ?? 'runs';
  const others = [...searchParams.keys()].filter((key) => key !== 'queue');
  const isRedis = protocol === 'redis:' || protocol === 'rediss:';
  if (!isRedis || hostname === '' || !/^\d{1,5}$/.test(db) || others.length > 0) {
    throw new UsageError(`--queue takes ${FORM}; ?queue=NAME is all that may follow`);
  }
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(queue)) {
    throw new UsageError('--queue: the name of a queue is letters, digits, - and _');
  }
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const where = { host, port: port === '' ? 6379 : Number(port), db: Number(db) };
  return {
    shown: `${protocol}//${hostname}:${where.port}/${where.db}`,
    queue,
    connection: {
      ...where,
      ...(url.username === '' ? {} : { username: decoded(url.username) }),
      ...(url.password === '' ? {} : { password: decoded(url.password) }),
      ...(protocol === 'rediss:' ? { tls: isIP(host) === 0 ? { servername: host } : {} } : {}),
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Its text is not repeated: it may be the password.
    throw new UsageError(
      '--queue: in user and password, what has a meaning in a URL is written as %XX, and % as %25',
    );
  }
}
