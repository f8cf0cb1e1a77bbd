import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type EventStore, WrongExpectedRevision } from '@foundation/event-store';

/** What several processes use of one log: the parent holds it, its children ask by message. */
type Asked = Pick<EventStore, 'append' | 'head' | 'readAll' | 'readStream'>;
interface Call {
  readonly call: number;
  readonly method: keyof Asked;
  readonly given: readonly never[];
}
interface Reply {
  readonly call: number;
  readonly answer?: unknown;
  readonly conflict?: true;
  readonly failed?: string;
}

/** In a child: the log of the parent. */
export async function remoteStore(): Promise<Asked & Pick<EventStore, 'logId'>> {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  process.on('message', ({ call, answer, conflict, failed }: Reply) => {
    const one = waiting.get(call);
    waiting.delete(call);
    if (conflict) one?.reject(new WrongExpectedRevision('', 0, 0));
    else if (failed !== undefined) one?.reject(new Error(failed));
    else one?.resolve(answer);
  });
  const ask =
    (method: keyof Asked | 'logId') =>
    (...given: readonly unknown[]): Promise<never> =>
      new Promise((resolve, reject) => {
        waiting.set(++calls, { resolve: resolve as (answer: unknown) => void, reject });
        process.send?.({ call: calls, method, given });
      });
  const logId: string = await ask('logId')();
  return { logId, append: ask('append'), head: ask('head'), readAll: ask('readAll'), readStream: ask('readStream') };
}

/** In the parent: a child that asks this log; `held` may keep an append waiting on its way. */
export function forkOn(
  store: Asked & Pick<EventStore, 'logId'>,
  file: string,
  given: readonly string[],
  told: (message: Record<string, unknown>) => void = () => undefined,
  held: (method: string) => Promise<void> = async () => undefined,
): ChildProcess {
  const child = fork(join(__dirname, 'ts-child.js'), [join(__dirname, file), ...given], { serialization: 'advanced' });
  const reply = (answer: Reply): void => void (child.connected && child.send(answer, () => undefined));
  child.on('message', (message: Record<string, unknown> & Partial<Call>) => {
    const { call, method, given: of = [] } = message;
    if (call === undefined || method === undefined) return told(message);
    const answer = async (): Promise<unknown> => {
      await held(method);
      return (method as string) === 'logId' ? store.logId : (store[method] as (...given: readonly never[]) => Promise<unknown>)(...of);
    };
    answer().then(
      (done) => reply({ call, answer: done }),
      (error: unknown) => reply(error instanceof WrongExpectedRevision ? { call, conflict: true } : { call, failed: String(error) }),
    );
  });
  return child;
}
