import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Credentials } from '@eventstore/db-client';
import { newId } from '@foundation/kernel';
import { eventStoreBehaviour, type ServerUnderTest } from './eventstore-behaviour';

/** The parts of a connection string; several hosts are kept as they are written. */
function partsOf(connectionString: string) {
  const [, user, hosts = '', query] = /^\w+:\/\/(?:([^@]*)@)?([^/?]*)\/?(?:\?(.*))?$/.exec(connectionString) ?? [];
  const [username = '', password = ''] = (user ?? '').split(':').map(decodeURIComponent);
  return { credentials: { username, password }, hosts, caFile: new URLSearchParams(query).get('tlsCAFile') ?? '' };
}

/** Makes a user of the group `app`. */
async function makeUser(host: string, ca: Buffer, admin: Credentials, user: Credentials): Promise<void> {
  const body = JSON.stringify({ loginName: user.username, fullName: user.username, groups: ['app'], password: user.password });
  const headers = { 'content-type': 'application/json' };
  const auth = `${admin.username}:${admin.password}`;
  await new Promise<void>((resolve, reject) => {
    const call = request(`https://${host}/users/`, { method: 'POST', ca, auth, headers }, (response) => {
      response.resume();
      if (response.statusCode === 201) response.on('end', resolve);
      else reject(new Error(`Making a user was answered with ${response.statusCode}`));
    });
    call.on('error', reject).end(body);
  });
}

const connectionString = process.env['EVENTSTORE_URL']!;
const { hosts, caFile, credentials: admin } = partsOf(process.env['EVENTSTORE_TLS_URL'] || connectionString);
if (!caFile) {
  throw new Error(
    'No server with TLS is named, so rights cannot be tried. Set EVENTSTORE_TLS_URL, such as esdb://admin:changeit@127.0.0.1:2114?tlsCAFile=ca.crt',
  );
}
const { credentials } = partsOf(connectionString);
const plain = { username: `app-${newId()}`, password: newId() };
const server: ServerUnderTest = {
  connectionString,
  credentials: credentials.username ? credentials : { username: 'any', password: 'pair' },
  secured: { hosts, caFile, admin, plain },
};

beforeAll(() => makeUser(hosts.split(',')[0]!, readFileSync(caFile), admin, plain));

eventStoreBehaviour('EventStoreDB', () => server);
