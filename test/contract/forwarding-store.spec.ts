import { join } from 'node:path';
import { answerForwarded, ForwardingStore, type PreparedAppend, SqliteEventStore, StoreUnavailable } from '@foundation/event-store';
import { temporaryFolder } from '@foundation/testing';
import { newStream, sealedEvents } from '../support/sealed-events';
import { eventStoreContract } from './event-store.contract';

const root = temporaryFolder();

/** As from thread to thread: everything is copied. */
const forwardTo = (writer: SqliteEventStore) => async (appends: readonly PreparedAppend[]) =>
  structuredClone(await answerForwarded(writer, structuredClone(appends)));

/** Truncates where the folder is held: the store itself refuses to. */
class Forwarding extends ForwardingStore {
  constructor(
    private readonly writer: SqliteEventStore,
    reader: SqliteEventStore,
  ) {
    super(reader, forwardTo(writer), 4);
  }
  override truncateBefore(stream: string, revision: number): Promise<void> {
    return this.writer.truncateBefore(stream, revision);
  }
}

eventStoreContract('ForwardingStore', async () => {
  const folder = join(root, 'contract');
  const writer = SqliteEventStore.open(folder, { mode: 'write' });
  const store = new Forwarding(writer, SqliteEventStore.open(folder, { mode: 'read' }));
  return {
    store,
    close: async () => {
      await store.close();
      await writer.close();
    },
  };
});

describe('ForwardingStore', () => {
  const folder = join(root, 'batches');
  const writer = SqliteEventStore.open(folder, { mode: 'write' });
  const reader = SqliteEventStore.open(folder, { mode: 'read' });
  afterAll(async () => {
    await reader.close();
    await writer.close();
  });

  it('sends what fills a batch at once, and the rest when nothing else is on its way', async () => {
    const sizes: number[] = [];
    const forward = forwardTo(writer);
    const store = new ForwardingStore(reader, (appends) => (sizes.push(appends.length), forward(appends)), 4);
    const appended = await Promise.all(Array.from({ length: 10 }, () => store.append(newStream(), 'no-stream', sealedEvents(1))));
    expect(sizes).toEqual([4, 4, 2]);
    expect(new Set(appended.map(({ position }) => position)).size).toBe(10);
  });

  it('says so when the log cannot be written, and when the other side is gone', async () => {
    const closed = SqliteEventStore.open(join(root, 'closed'), { mode: 'write' });
    await closed.close();
    const store = new ForwardingStore(reader, forwardTo(closed));
    await expect(store.append(newStream(), 'no-stream', sealedEvents(1))).rejects.toThrow(StoreUnavailable);
    const lonely = new ForwardingStore(reader, () => Promise.reject(new RangeError('gone')));
    await expect(lonely.append(newStream(), 'no-stream', sealedEvents(1))).rejects.toThrow('gone');
    await expect(lonely.truncateBefore('key-x', 1)).rejects.toThrow(StoreUnavailable);
  });
});
