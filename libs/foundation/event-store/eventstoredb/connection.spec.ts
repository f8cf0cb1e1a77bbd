import { join } from 'node:path';
import fc from 'fast-check';
import { temporaryFolder } from '@foundation/testing';
import { parseConnection, readCertificates, WrongConnection } from './connection';

describe('A connection string', () => {
  const folder = temporaryFolder();
  it('names hosts, user and TLS', () => {
    expect(parseConnection('esdb://app:s%40cret@one:2113,two,[::1]:99?tlsCAFile=/etc/ca%20a.crt&keepAliveInterval=12000')).toEqual({
      shown: 'esdb://app:***@one:2113,two,[::1]:99?tlsCAFile=/etc/ca%20a.crt&keepAliveInterval=12000',
      hosts: [
        { address: 'one', port: 2113 },
        { address: 'two', port: 2113 },
        { address: '[::1]', port: 99 },
      ],
      discover: false,
      tls: true,
      caFile: '/etc/ca a.crt',
      credentials: { username: 'app', password: 's@cret' },
      tuning: { keepAliveInterval: 12000 },
    });
  });

  it.each([
    ['esdb://h', { discover: false, tls: true }],
    ['esdb+discover://h/', { discover: true }],
    ['kurrentdb://h?tls=false', { tls: false, discover: false }],
    ['kurrentdb+discover://h?TLS=true&connectionName=x&tlsVerifyCert=true&nodePreference=Leader', { discover: true, tls: true }],
  ])('may be %s', (text, wanted) => {
    expect(parseConnection(text)).toMatchObject({ ...wanted, hosts: [{ address: 'h', port: 2113 }] });
  });

  it.each([
    ['2113', 'looks like esdb://'],
    ['http://h', 'begins with esdb:// or kurrentdb://'],
    ['esdb://', 'names hosts'],
    ['esdb://h:0', 'a port that is none'],
    ['esdb://h:70000', 'a port that is none'],
    ['esdb://h:2113:4', 'names hosts'],
    ['esdb://app@h', 'names a user and a password'],
    ['esdb://app:%zz@h', 'percent-encoded'],
    ['esdb://h?tls=maybe', 'tls=true or tls=false'],
    ['esdb://h?tlsVerifyCert=false', 'name the CA by tlsCAFile'],
    ['esdb://h?nodePreference=follower', 'leave nodePreference out'],
    ['esdb://h?keepAliveInterval=soon', 'must be a whole number'],
    ['esdb://h?tlsCAFile=', 'must name a file'],
    ['esdb://h?userCertFile=/a', 'userCertFile and userKeyFile together'],
    ['esdb://h?retries=5', 'has the option retries'],
  ])('is refused: %s', (text, why) => {
    expect(() => parseConnection(text)).toThrow(WrongConnection);
    expect(() => parseConnection(text)).toThrow(why);
  });

  it('never shows its password, whatever is wrong with it', () => {
    const secret = 'Hush4711';
    const around = fc.string({ unit: fc.constantFrom('@', ':', '/', '?', '%', ',', 'a', '=', '&'), maxLength: 6 });
    fc.assert(
      fc.property(around, around, fc.constantFrom('h', 'h:x', 'h:0', 'h?tls=no', 'h?x=1', ''), (before, after, rest) => {
        // A bare / or ? before the @ ends the hosts, and what follows is an option: names of options are shown.
        fc.pre(!/[?&]/.test(before + after));
        const text = `esdb://app:${before}${secret}${after}@${rest}`;
        let said: string;
        try {
          said = parseConnection(text).shown;
        } catch (error) {
          said = (error as Error).message;
        }
        expect(said).not.toContain(secret);
      }),
      { numRuns: 2000 },
    );
  });

  it('names certificate files that can be read', () => {
    const missing = join(folder, 'ca.crt');
    expect(() => readCertificates(parseConnection(`esdb://h?tlsCAFile=${missing}`))).toThrow(
      `The file that tlsCAFile names cannot be read: ${missing} (ENOENT)`,
    );
    expect(readCertificates(parseConnection(`esdb://h?tlsCAFile=${__filename}`)).rootCertificate?.length).toBeGreaterThan(1000);
  });
});
