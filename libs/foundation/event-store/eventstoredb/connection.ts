import { readFileSync } from 'node:fs';
import { Mendable } from '@foundation/kernel';

/** Where the servers are and how to speak to them, as a connection string says it. */
export interface Connection {
  /** The string without its password, to be shown. */
  readonly shown: string;
  readonly hosts: readonly Host[];
  /** The first host's name stands for all nodes; they are found through gossip. */
  readonly discover: boolean;
  readonly tls: boolean;
  readonly caFile?: string;
  readonly userCertFile?: string;
  readonly userKeyFile?: string;
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly tuning: Readonly<Partial<Record<Tuning, number>>>;
}
export interface Host {
  readonly address: string;
  readonly port: number;
}
type Tuning = (typeof TUNING)[number];

/** Milliseconds; gossipTimeout in seconds, maxDiscoverAttempts in tries. */
const TUNING = ['keepAliveInterval', 'keepAliveTimeout', 'gossipTimeout', 'discoveryInterval', 'maxDiscoverAttempts'] as const;
const FILES = ['tlsCAFile', 'userCertFile', 'userKeyFile'] as const;
const DEFAULT_PORT = 2113;

/** The connection string cannot be used; the message says why and never holds the password. */
export class WrongConnection extends Mendable {}

/**
 * Reads `esdb://` or `kurrentdb://`, each also `+discover`: `[user:password@]host[:port][,host[:port]…][?option=value&…]`.
 * User, password and file names are percent-encoded where needed.
 * @throws WrongConnection
 */
export function parseConnection(text: string): Connection {
  const match = /^(?<scheme>[^:/]+):\/\/(?:(?<user>[^@]*)@)?(?<hosts>[^/?]*)\/?(?:\?(?<options>.*))?$/s.exec(text.trim());
  if (!match?.groups) throw new WrongConnection('A connection string looks like esdb://user:password@host:2113?tlsCAFile=/path/ca.crt');
  const { scheme = '', user, hosts = '', options = '' } = match.groups;
  const [, discover] =
    /^(?:esdb|kurrentdb|kdb)(\+discover)?$/.exec(scheme) ?? wrong(`begins with esdb:// or kurrentdb://, not ${scheme}://`);
  const settings = readOptions(options);
  const credentials = user === undefined ? undefined : readCredentials(user);
  return {
    shown: `${scheme}://${credentials ? `${credentials.username}:***@` : ''}${hosts}${options ? `?${options}` : ''}`,
    hosts: hosts.split(',').map(readHost),
    discover: discover !== undefined,
    ...(credentials ? { credentials } : {}),
    ...settings,
  };
}

/** The bytes of the connection's certificate files. @throws WrongConnection when one cannot be read. */
export function readCertificates({ caFile, userCertFile, userKeyFile }: Connection): Certificates {
  return {
    ...(caFile ? { rootCertificate: readCertificate('tlsCAFile', caFile) } : {}),
    ...(userCertFile ? { userCertFile: readCertificate('userCertFile', userCertFile) } : {}),
    ...(userKeyFile ? { userKeyFile: readCertificate('userKeyFile', userKeyFile) } : {}),
  };
}
export interface Certificates {
  readonly rootCertificate?: Buffer;
  readonly userCertFile?: Buffer;
  readonly userKeyFile?: Buffer;
}

function readCertificate(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new WrongConnection(`The file that ${option} names cannot be read: ${file} (${String((error as NodeJS.ErrnoException).code)})`);
  }
}

function readCredentials(text: string): NonNullable<Connection['credentials']> {
  const colon = text.indexOf(':');
  if (colon < 1) wrong('names a user and a password before the @, as user:password');
  try {
    return { username: decodeURIComponent(text.slice(0, colon)), password: decodeURIComponent(text.slice(colon + 1)) };
  } catch {
    return wrong('holds a user or password whose % is not the start of a percent-encoded character');
  }
}

function readHost(text: string): Host {
  // The text is not shown: it may be the rest of a password.
  if (text.includes('@')) wrong('has more than one @: in a user or password it is written %40');
  const match = /^(?<address>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(?<port>\d+))?$/.exec(text.trim());
  if (!match?.groups) return wrong('names hosts as host:port, separated by commas');
  const port = match.groups.port === undefined ? DEFAULT_PORT : Number(match.groups.port);
  if (port < 1 || port > 65535) wrong('names a port that is none');
  return { address: match.groups.address ?? '', port };
}

type Options = Pick<Connection, 'tls' | 'caFile' | 'userCertFile' | 'userKeyFile' | 'tuning'>;

function readOptions(text: string): Options {
  const tuning: Partial<Record<Tuning, number>> = {};
  const files: Partial<Record<(typeof FILES)[number], string>> = {};
  let tls = true;
  for (const pair of text.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=');
    const [key, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), decode(pair.slice(equals + 1))];
    const same = (name: string) => name.toLowerCase() === key.toLowerCase();
    const file = FILES.find(same);
    const tuned = TUNING.find(same);
    if (same('tls')) tls = value === 'true' || (value === 'false' ? false : wrong('has tls=true or tls=false'));
    else if (file) files[file] = value === '' ? wrong(`has ${file}=, which must name a file`) : value;
    else if (tuned) tuning[tuned] = /^\d+$/.test(value) ? Number(value) : wrong(`has ${tuned}=${value}, which must be a whole number`);
    else if (same('tlsVerifyCert')) {
      if (value !== 'true') wrong('turns off the check of certificates, which is not possible: name the CA by tlsCAFile');
    } else if (same('nodePreference')) {
      if (value.toLowerCase() !== 'leader') wrong('prefers other nodes than the leader: leave nodePreference out');
    } else if (!same('connectionName')) wrong(`has the option ${key}; there are tls, ${[...FILES, ...TUNING].join(', ')}`);
  }
  const { tlsCAFile: caFile, userCertFile, userKeyFile } = files;
  if ((userCertFile === undefined) !== (userKeyFile === undefined)) wrong('needs userCertFile and userKeyFile together');
  return { tls, tuning, ...(caFile ? { caFile } : {}), ...(userCertFile ? { userCertFile } : {}), ...(userKeyFile ? { userKeyFile } : {}) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return wrong(`has a % that begins no percent-encoded character: ${text}`);
  }
}

function wrong(why: string): never {
  throw new WrongConnection(`The connection string ${why}`);
}
