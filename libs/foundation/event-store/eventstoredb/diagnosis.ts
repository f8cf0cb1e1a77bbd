import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FORWARDS, type StreamingRead } from '@eventstore/db-client';
import { collect } from './collect';
import { type Connection, type Host, parseConnection, readCertificates, WrongConnection } from './connection';
import { failureOf, inWords } from './failures';
import { IDENTITY_STREAM } from './identity';
import { LogClient } from './log-client';

export const TROUBLES = [
  'wrong-connection',
  'unreachable',
  'silent',
  'tls-missing',
  'tls-expected',
  'wrong-ca',
  'wrong-certificate',
  'wrong-password',
  'all-denied',
  'not-ready',
] as const;
/** What keeps a connection from being used: one line that says what and how to mend it. No password is ever in it. */
export interface Trouble {
  readonly kind: (typeof TROUBLES)[number];
  readonly line: string;
}

const ANSWER_MS = 4000;
/** OpenSSL's words for a certificate that nobody we trust has signed. */
const UNTRUSTED = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE)/;
const UNUSABLE = /^(CERT_|ERR_TLS_CERT_)/;

/** Asks the servers of a connection string, in the order in which a client meets troubles. Nothing is found wrong: an empty list. */
export async function diagnose(text: string, answerMs: number = ANSWER_MS): Promise<readonly Trouble[]> {
  let connection: Connection;
  try {
    connection = parseConnection(text);
    readCertificates(connection);
  } catch (error) {
    if (error instanceof WrongConnection) return [{ kind: 'wrong-connection', line: error.message }];
    throw error;
  }
  const found = await Promise.all(connection.hosts.map((host) => meet(connection, host, answerMs)));
  const troubles = found.filter((trouble) => trouble !== undefined);
  // A node that is down is no reason not to start while others are up.
  if (troubles.length === connection.hosts.length) return troubles;
  const trouble = await tryRights(connection, answerMs);
  return trouble ? [trouble] : [];
}

/** The way to one host: its port, and whether it speaks TLS as it is spoken to. */
async function meet(connection: Connection, host: Host, answerMs: number): Promise<Trouble | undefined> {
  const where = `${host.address}:${host.port}`;
  const address = host.address.replace(/^\[|\]$/g, '');
  const reached = await handshake(connectTcp({ host: address, port: host.port }), 'connect', answerMs);
  if (reached === 'silence') return { kind: 'unreachable', line: `${where} cannot be reached: no answer within ${answerMs} ms` };
  if (reached !== 'well') return { kind: 'unreachable', line: `${where} cannot be reached: ${reached}` };
  const { tls, caFile } = connection;
  const secured = await handshake(
    connectTls({
      host: address,
      port: host.port,
      ALPNProtocols: ['h2'],
      rejectUnauthorized: tls,
      ...(/[a-z]/i.test(address) && !address.includes(':') ? { servername: address } : {}),
      ...(tls ? { ca: readCertificates(connection).rootCertificate } : {}),
    }),
    'secureConnect',
    answerMs,
  );
  if (!tls) {
    if (secured !== 'well') return undefined;
    return {
      kind: 'tls-missing',
      line: `${where} speaks TLS, and the connection has tls=false: leave that out, and name the CA by tlsCAFile`,
    };
  }
  if (secured === 'well') return undefined;
  if (secured === 'silence') return { kind: 'silent', line: `${where} takes connections and does not answer: it may be frozen` };
  if (UNTRUSTED.test(secured)) {
    const trusted = caFile ? `the CA in ${caFile}` : 'a CA that this system trusts: name its own by tlsCAFile';
    return { kind: 'wrong-ca', line: `The certificate of ${where} is not signed by ${trusted} (${secured})` };
  }
  if (UNUSABLE.test(secured))
    return { kind: 'wrong-certificate', line: `The certificate of ${where} is not valid for it now (${secured})` };
  return {
    kind: 'tls-expected',
    line: `${where} does not speak TLS: give it certificates, or write tls=false where the network is safe (${secured})`,
  };
}

/** `well`, `silence`, or the code of the error. */
function handshake(socket: Socket, done: 'connect' | 'secureConnect', answerMs: number): Promise<string> {
  return new Promise((resolve) => {
    const finish = (how: string) => {
      resolve(how);
      socket.destroy();
    };
    socket.setTimeout(answerMs, () => finish('silence'));
    socket.once(done, () => finish('well'));
    socket.once('close', () => finish('closed'));
    // Kept: a socket that was given up may still err.
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  });
}

/** The servers are reached: do they take our user, and may it read what a node reads? */
async function tryRights(connection: Connection, answerMs: number): Promise<Trouble | undefined> {
  const client = LogClient.connect(connection, 'throughline-diagnosis');
  const ask = async (read: StreamingRead<unknown>) => {
    try {
      await collect(read, 'a first read', answerMs, client.ended);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const user = connection.credentials?.username;
  try {
    const identity = await ask(client.readStream(IDENTITY_STREAM, { maxCount: 1, direction: FORWARDS }));
    if (identity !== undefined && failureOf(identity) === 'denied') {
      const line = user
        ? `The event store does not accept the password of ${user}, or is still starting`
        : 'The event store wants a user and a password: esdb://user:password@…';
      return { kind: 'wrong-password', line };
    }
    if (identity !== undefined && failureOf(identity) !== 'gone') return notReady(connection, identity);
    const all = await ask(client.readAll({ maxCount: 1, direction: FORWARDS }));
    if (all === undefined) return undefined;
    if (failureOf(all) !== 'denied') return notReady(connection, all);
    return {
      kind: 'all-denied',
      line: `${user ?? 'An unnamed user'} may not read $all, which every node reads. An administrator grants it by: ${grantCommand(connection, user)}`,
    };
  } finally {
    client.close();
  }
}

function notReady({ hosts }: Connection, error: unknown): Trouble {
  const where = hosts.map(({ address, port }) => `${address}:${port}`).join(', ');
  return { kind: 'not-ready', line: `The event store at ${where} is reached and gives no answer yet: ${inWords(error)}` };
}

/** The server's HTTP interface to metadata is off by default, so the grant goes through the client that is here anyway. */
function grantCommand({ hosts, caFile }: Connection, user = 'USER'): string {
  const [host] = hosts;
  const ca = caFile ? `?tlsCAFile=${encodeURIComponent(caFile)}` : '';
  const url = `esdb://admin:PASSWORD@${host?.address}:${host?.port}${ca}`;
  const call = `require("@eventstore/db-client").EventStoreDBClient.connectionString("${url}").setStreamMetadata("$all",{acl:{readRoles:["$admins","${user}"]}}).then(()=>process.exit())`;
  return `node -e '${call}'`;
}
