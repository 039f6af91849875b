import { describe, expect, test } from 'vitest';
import { redisAddressOf } from '../../../src/queue/redis-address.ts';

describe('an address', () => {
  test.each([
    [
      'redis://localhost',
      { host: 'localhost', port: 6379, db: 0 },
      'runs',
      'redis://localhost:6379/0',
    ],
    [
      'redis://10.0.0.1:7000/3',
      { host: '10.0.0.1', port: 7000, db: 3 },
      'runs',
      'redis://10.0.0.1:7000/3',
    ],
    ['redis://[::1]:7000', { host: '::1', port: 7000, db: 0 }, 'runs', 'redis://[::1]:7000/0'],
    [
      'redis://u:p%40ss@h?queue=night',
      { host: 'h', port: 6379, db: 0, username: 'u', password: 'p@ss' },
      'night',
      'redis://h:6379/0',
    ],
    [
      'rediss://:secret@h',
      { host: 'h', port: 6379, db: 0, password: 'secret', tls: { servername: 'h' } },
      'runs',
      'rediss://h:6379/0',
    ],
    [
      'rediss://[::1]',
      { host: '::1', port: 6379, db: 0, tls: {} },
      'runs',
      'rediss://[::1]:6379/0',
    ],
  ])('%s', (url, connection, queue, shown) => {
    expect(redisAddressOf(url, {})).toEqual({ connection, queue, shown });
    expect(redisAddressOf('env:REDIS', { REDIS: url })).toEqual({ connection, queue, shown });
  });

  test.each([
    ['localhost', /takes a URL such as/],
    ['http://user:secret@h', /takes a URL such as/],
    ['redis://h/x', /takes a URL such as/],
    ['redis://h?tls=1&password=secret', /\?queue=NAME is all that may follow/],
    ['redis://h?queue=a:b', /name of a queue/],
    ['redis://u:secret%@h', /is written as %XX, and % as %25/],
    ['', /takes a URL such as/],
    ['env:NOWHERE', /variable NOWHERE is not set/],
  ])('%s is refused, and no password repeated', (url, says) => {
    let message = '';
    try {
      redisAddressOf(url, {});
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(says);
    expect(message).not.toMatch(/secret/);
  });
});
