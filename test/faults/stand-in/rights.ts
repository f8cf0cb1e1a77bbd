import type { Metadata } from '@grpc/grpc-js';
import type { StandInLog } from './log';
import { jsonOf } from './records';

export interface User {
  readonly password: string;
  readonly groups: readonly string[];
}

export type Users = Readonly<Record<string, User>>;

/** Who asks: nobody's rights are looked at when the server runs insecure. */
export type Caller = { readonly name: string; readonly groups: readonly string[] } | 'anonymous' | 'insecure';

export const DEFAULT_USERS: Users = {
  admin: { password: 'changeit', groups: ['$admins'] },
  ops: { password: 'changeit', groups: ['$ops'] },
};

/** Who may do what, judged by the log's own access lists (`$acl` of a stream, `$settings`) and the server's defaults. */
export class Rights {
  constructor(
    private readonly log: StandInLog,
    private readonly users: Users | undefined,
  ) {}

  /** Undefined: the credentials are wrong. */
  callerOf(metadata: Metadata): Caller | undefined {
    if (!this.users) return 'insecure';
    const header = metadata.get('authorization')[0];
    if (header === undefined) return 'anonymous';
    const [name = '', password] = Buffer.from(String(header).replace(/^Basic /, ''), 'base64')
      .toString('utf8')
      .split(/:(.*)/s);
    const user = this.users[name];
    return user && user.password === password ? { name, groups: user.groups } : undefined;
  }

  mayRead(caller: Caller, stream: string): boolean {
    return this.may(caller, stream, '$r');
  }

  mayWrite(caller: Caller, stream: string): boolean {
    return this.may(caller, stream, '$w');
  }

  mayDelete(caller: Caller, stream: string): boolean {
    return this.may(caller, stream, '$d');
  }

  private may(caller: Caller, stream: string, right: '$r' | '$w' | '$d'): boolean {
    if (caller === 'insecure') return true;
    if (caller === 'anonymous') return false;
    if (caller.groups.includes('$admins')) return true;
    const [about, how] = stream.startsWith('$$') ? [stream.slice(2), right === '$r' ? '$mr' : '$mw'] : [stream, right];
    const listed = this.log.stream(about)?.metadata.$acl?.[how] ?? this.defaults(about)[how];
    const allowed = listed === undefined ? [] : typeof listed === 'string' ? [listed] : listed;
    return allowed.some((entry) => entry === '$all' || entry === caller.name || caller.groups.includes(entry));
  }

  private defaults(stream: string): Readonly<Record<string, string | readonly string[]>> {
    const settings = this.log.stream('$settings')?.events.at(-1);
    const set = settings && (jsonOf(settings.data) as Record<string, Record<string, string | string[]>> | undefined);
    const everyone = { $r: '$all', $w: '$all', $d: '$all', $mr: '$all', $mw: '$all' };
    return stream.startsWith('$') ? { ...set?.['$systemStreamAcl'] } : { ...everyone, ...set?.['$userStreamAcl'] };
  }
}
