import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StoreUnavailable } from '@foundation/event-store';
import { diagnose, EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { temporaryFolder } from '@foundation/testing';
import { testCertificates } from '../support/certificate';
import { StandInCluster } from './stand-in';

const ANSWER_MS = 1500;
const folder = temporaryFolder();
const caFile = join(folder, 'ca.crt');
const otherCa = join(folder, 'other.crt');
const { ca, cert, key } = testCertificates();
writeFileSync(caFile, ca);
writeFileSync(otherCa, testCertificates().ca);

describe('Start finds out why the event store cannot be used:', () => {
  let plain: StandInCluster;
  let secured: StandInCluster;
  let at: string;
  beforeAll(async () => {
    plain = await StandInCluster.start(1);
    secured = await StandInCluster.start(1, { tls: { cert, key }, users: { app: { password: 'Hush4711', groups: ['app'] } } });
    at = `127.0.0.1:${secured.nodes[0]!.port}`;
  });
  afterAll(() => Promise.all([plain.stop(), secured.stop()]));
  const only = async (url: string) => {
    const troubles = await diagnose(url, ANSWER_MS);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]!.line).not.toMatch(/Hush4711|\n/);
    return troubles[0]!;
  };

  it('nothing is wrong', async () => {
    expect(await diagnose(plain.connectionString, ANSWER_MS)).toEqual([]);
    expect(await diagnose(`esdb://admin:changeit@${at}?tlsCAFile=${caFile}`, ANSWER_MS)).toEqual([]);
  });

  it('nothing is wrong with the one node of several that is up', async () => {
    expect(await diagnose(plain.connectionString.replace('?', ',127.0.0.1:1?'), ANSWER_MS)).toEqual([]);
  });

  it('a wrong connection string', async () => {
    expect(await only('esdb://h?tls=perhaps')).toEqual({
      kind: 'wrong-connection',
      line: 'The connection string has tls=true or tls=false',
    });
  });

  it('nobody is there', async () => {
    expect(await only('esdb://127.0.0.1:1?tls=false')).toEqual({
      kind: 'unreachable',
      line: '127.0.0.1:1 cannot be reached: ECONNREFUSED',
    });
    expect(await diagnose('esdb://127.0.0.1:1,127.0.0.1:2?tls=false', ANSWER_MS)).toHaveLength(2);
  });

  it('somebody is there who says nothing', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    expect(await only(`esdb://127.0.0.1:${port}`)).toMatchObject({ kind: 'silent' });
    expect(await only(`esdb://127.0.0.1:${port}?tls=false`)).toMatchObject({ kind: 'not-ready' });
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  it.each([
    ['a CA that signed another certificate', () => `?tlsCAFile=${otherCa}`, 'wrong-ca', /is not signed by the CA in .*other\.crt/],
    ['no CA', () => '', 'wrong-ca', /name its own by tlsCAFile/],
    ['a plain client to a TLS server', () => '?tls=false', 'tls-missing', /speaks TLS, and the connection has tls=false/],
  ])('%s', async (_, options, kind, line) => {
    expect(await only(`esdb://app:Hush4711@${at}${options()}`)).toEqual({ kind, line: expect.stringMatching(line) });
  });

  it('a TLS client to a plain server', async () => {
    expect(await only(plain.connectionString.replace('tls=false', 'tls=true'))).toMatchObject({
      kind: 'tls-expected',
      line: expect.stringMatching(/does not speak TLS/),
    });
  });

  it('a wrong password, or none', async () => {
    expect(await only(`esdb://app:Hush4711x@${at}?tlsCAFile=${caFile}`)).toEqual({
      kind: 'wrong-password',
      line: 'The event store does not accept the password of app, or is still starting',
    });
    expect(await only(`esdb://${at}?tlsCAFile=${caFile}`)).toMatchObject({ kind: 'wrong-password' });
  });

  it('a server that has no leader yet', async () => {
    plain.loseLeader();
    expect(await only(plain.connectionString)).toMatchObject({ kind: 'not-ready' });
    plain.elect();
  });

  it('$all is denied, and the command that it names grants it', async () => {
    const url = `esdb://app:Hush4711@${at}?tlsCAFile=${caFile}`;
    const { kind, line } = await only(url);
    expect(kind).toBe('all-denied');
    await expect(EventStoreDbEventStore.open(url)).rejects.toThrow(StoreUnavailable);
    const command = /node -e '(?<code>.*)'$/.exec(line)?.groups?.code?.replace('PASSWORD', 'changeit');
    await promisify(execFile)(process.execPath, ['-e', command!], { cwd: join(__dirname, '../..') });
    expect(await diagnose(url, ANSWER_MS)).toEqual([]);
    const store = await EventStoreDbEventStore.open(url);
    await store.close();
  });
});
