import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether certificates can be made here. */
export function hasOpenssl(): boolean {
  return spawnSync('openssl', ['version']).status === 0;
}

export interface Certificates {
  /** Of the authority that nobody knows by itself. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for 127.0.0.1 and nothing else, by an authority of its own, for one day. */
export function makeCertificates(folder: string): Certificates {
  const at = (name: string) => join(folder, name);
  const openssl = (...words: readonly string[]): void => {
    const { status, stderr } = spawnSync('openssl', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${words[0]}: ${stderr}`);
  };
  const ownKey = (key: string) => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ...['-nodes', '-keyout', at(key)],
  ];
  const ends = ['-days', '1'];
  const authority = ['-out', at('ca.pem'), '-subj', '/CN=An authority of tests', ...ends];
  openssl('req', '-x509', ...ownKey('ca.key'), ...authority);
  openssl('req', ...ownKey('server.key'), '-out', at('server.csr'), '-subj', '/CN=a queue');
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1\n');
  openssl(
    ...['x509', '-req', '-in', at('server.csr'), '-out', at('server.pem'), ...ends],
    ...['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names')],
  );
  return { authority: at('ca.pem'), certificate: at('server.pem'), key: at('server.key') };
}
