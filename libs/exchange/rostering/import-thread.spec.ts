import { MessageChannel } from 'node:worker_threads';
import { type AppendAnswer, type PreparedAppend } from '@foundation/event-store';
import { type ImportId, newId, type StudentId } from '@foundation/kernel';
import type { Finding } from './findings';
import { serveImport, type ThreadImporter } from './import-thread';
import { UnreadableSet } from './source-file';
import type { FromImport, ImportSetup, ToImport } from './thread-messages';

const setup: ImportSetup = {
  folder: '/nowhere',
  masterKey: new Uint8Array(32),
  zone: 'UTC',
  request: { import: newId<ImportId>(), by: 'system', correlationId: 'test', dryRun: false },
  files: [{ name: 'users.csv', bytes: 6 }],
};
const answers: readonly AppendAnswer[] = [{ kind: 'conflict', actual: 3 }];
const finding: Finding = { file: 'users.csv', line: 2, outcome: 'created', what: 'student' };
const report = { import: setup.request.import, dryRun: false, status: 'finished', version: '1.1', doubts: 0 } as const;
const counts = { created: 1, changed: 0, unchanged: 0, left: 0, refused: 0, warnings: 0 };

/** Serves an import on one end of a channel and answers from the other; what it said, in order. */
async function serve(open: Parameters<typeof serveImport>[2], answer: (message: FromImport) => ToImport | undefined) {
  const { port1, port2 } = new MessageChannel();
  const said: FromImport[] = [];
  const ended = new Promise((resolve) => port1.once('close', resolve));
  port1.on('message', (message: FromImport) => {
    said.push(message);
    const reply = answer(message);
    if (reply) port1.postMessage(reply);
  });
  await serveImport(port2, setup, open);
  await ended;
  return said;
}

describe('serveImport', () => {
  it('asks for pages, has appends written, tells and ends', async () => {
    const pages: (Uint8Array | undefined)[] = [Buffer.from('abc'), Buffer.from('def'), undefined];
    const destroyed: string[] = [];
    const student = newId<StudentId>();
    const appends: readonly PreparedAppend[] = [{ stream: 'toy-1', expected: 'no-stream', rows: [] }];
    let answered: readonly AppendAnswer[] = [];
    let read = '';
    let closed = false;
    const said = await serve(
      ({ forward, onDestroyed }): ThreadImporter => {
        onDestroyed((subject) => destroyed.push(subject));
        return {
          async run({ files }, { finding: tell, progress }) {
            for (const file of files) for await (const page of file.open()) read += page.toString();
            progress?.({ phase: 'recording', done: 1, total: 1 });
            tell?.(finding);
            answered = await forward(appends);
            return { ...report, counts };
          },
          close: async () => void (closed = true),
        };
      },
      (message) => {
        if (message.kind === 'append') return { kind: 'appended', batch: message.batch, answers };
        if (message.kind !== 'page') return { kind: 'destroyed', subject: student };
        const bytes = pages.shift();
        return { kind: 'page', reading: message.reading, ...(bytes && { bytes }) };
      },
    );
    expect({ read, answered, closed }).toEqual({ read: 'abcdef', answered: answers, closed: true });
    expect(destroyed).toContain(student);
    expect(said.flatMap((one) => (one.kind === 'told' ? one.findings : []))).toEqual([finding]);
    expect(said.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['page', 'append', 'told']));
    expect(said.at(-1)).toEqual({ kind: 'ended', report: { ...report, counts } });
  });

  it('tells hundreds of rows in few messages, each once and in order', async () => {
    const rows = Array.from({ length: 1800 }, (_, line): Finding => ({ ...finding, line }));
    const said = await serve(
      () => ({
        async run(_, { finding: tell }) {
          for (const row of rows) tell?.(row);
          return { ...report, counts };
        },
        close: async () => undefined,
      }),
      () => undefined,
    );
    expect(said.flatMap((one) => (one.kind === 'told' ? one.findings : []))).toEqual(rows);
    expect(said.length).toBeLessThan(10);
  });

  it('fails with what the importer, or its files, failed of', async () => {
    const error = { kind: 'unreadable', name: 'UnreadableSet', message: 'torn' } as const;
    let closed = false;
    const said = await serve(
      () => ({
        async run({ files: [file] }) {
          for await (const page of file!.open()) expect(page).toBeUndefined();
          return { ...report, counts };
        },
        close: async () => void (closed = true),
      }),
      (message) => (message.kind === 'page' ? { kind: 'page', reading: message.reading, error } : undefined),
    );
    expect(said.at(-1)).toMatchObject({ kind: 'failed', error });
    expect(closed).toBe(true);
    const unopened = await serve(
      () => {
        throw new UnreadableSet('never opened');
      },
      () => undefined,
    );
    expect(unopened).toMatchObject([{ kind: 'failed', error: { kind: 'unreadable', message: 'never opened' } }]);
  });
});
