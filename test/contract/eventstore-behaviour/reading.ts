import { setTimeout as pause } from 'node:timers/promises';
import { type EventStoreDBClient, StreamDeletedError, StreamNotFoundError } from '@eventstore/db-client';
import { newStream } from '../../support/sealed-events';
import { collect, connect, type Given, happenings, refusalOf, shownOf } from './server';

/** What a stream shows, and what `$all` still shows of it after a deletion. */
export function readingAndDeleting(given: Given): void {
  describe('reading and deleting streams', () => {
    let client: EventStoreDBClient;
    beforeAll(() => {
      client = connect(given().connectionString);
    });
    afterAll(() => client.dispose());

    const written = async (count: number) => {
      const stream = newStream();
      const before = await client.appendToStream(newStream(), happenings(1), { expectedRevision: 'no_stream' });
      await client.appendToStream(stream, happenings(count), { expectedRevision: 'no_stream' });
      const inAll = async () => shownOf(await collect(client.readAll({ fromPosition: before.position! })), stream);
      return { stream, inAll };
    };
    const revisions = async (stream: string, options: Parameters<EventStoreDBClient['readStream']>[1] = {}) =>
      (await collect(client.readStream(stream, options))).map(({ event }) => event?.revision);
    const events = (stream: string, ...which: bigint[]) => which.map((revision) => [stream, 'test.happened', revision]);

    it('reads both ways from any revision, and nothing from past the end', async () => {
      const { stream } = await written(4);
      expect(await revisions(stream)).toEqual([0n, 1n, 2n, 3n]);
      expect(await revisions(stream, { fromRevision: 2n })).toEqual([2n, 3n]);
      expect(await revisions(stream, { fromRevision: 1n, maxCount: 2 })).toEqual([1n, 2n]);
      expect(await revisions(stream, { fromRevision: 4n })).toEqual([]);
      expect(await revisions(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 2 })).toEqual([3n, 2n]);
    });

    it('gives an event back as it was appended', async () => {
      const stream = newStream();
      const [event] = happenings(1);
      await client.appendToStream(stream, { ...event!, metadata: { who: 'me' } }, { expectedRevision: 'no_stream' });
      const [read] = await collect(client.readStream(stream));
      const { id, type, data } = event!;
      expect(read!.event).toMatchObject({ id, type, data, isJson: true, streamId: stream, metadata: { who: 'me' } });
      expect(Math.abs(Date.now() - read!.event!.created.getTime())).toBeLessThan(3_600_000);
    });

    it('does not find a stream that is missing or was softly deleted', async () => {
      const { stream } = await written(1);
      await client.deleteStream(stream, { expectedRevision: 0n });
      for (const name of [newStream(), stream]) {
        const refusal = await refusalOf(collect(client.readStream(name)));
        expect(refusal).toBeInstanceOf(StreamNotFoundError);
        expect(refusal).toMatchObject({ streamName: name });
      }
    });

    it('hides truncated events from the stream but not from $all', async () => {
      const { stream, inAll } = await written(3);
      await client.setStreamMetadata(stream, { truncateBefore: 2 });
      expect(await revisions(stream)).toEqual([2n]);
      expect(await revisions(stream, { fromRevision: 0n })).toEqual([2n]);
      expect(await client.getStreamMetadata(stream)).toMatchObject({ metadata: { truncateBefore: 2 } });
      expect(await inAll()).toEqual([...events(stream, 0n, 1n, 2n), [`$$${stream}`, '$metadata', 0n]]);
    });

    it('shows nothing, but finds the stream, when all of it is truncated', async () => {
      const { stream } = await written(2);
      await client.setStreamMetadata(stream, { truncateBefore: 20 });
      expect(await revisions(stream)).toEqual([]);
    });

    it('keeps softly deleted events in $all, and says there that they were deleted and that the stream began anew', async () => {
      const { stream, inAll } = await written(2);
      await client.deleteStream(stream, { expectedRevision: 1n });
      expect(await inAll()).toEqual([...events(stream, 0n, 1n), [`$$${stream}`, '$metadata', 0n]]);
      await client.appendToStream(stream, happenings(1), { expectedRevision: 'no_stream' });
      // It answers before it has written the latter.
      while ((await inAll()).length < 5) await pause(20);
      expect((await inAll()).slice(3)).toEqual([...events(stream, 2n), [`$$${stream}`, '$metadata', 1n]]);
      expect(await client.getStreamMetadata(stream)).toMatchObject({ metadata: { truncateBefore: 2 } });
    });

    it('keeps the events of a tombstoned stream in $all, with the tombstone', async () => {
      const { stream, inAll } = await written(2);
      await client.tombstoneStream(stream, { expectedRevision: 1n });
      expect(await refusalOf(collect(client.readStream(stream)))).toBeInstanceOf(StreamDeletedError);
      expect(await inAll()).toEqual([...events(stream, 0n, 1n), [stream, '$streamDeleted', 9223372036854775807n]]);
      expect(await refusalOf(client.tombstoneStream(stream))).toBeInstanceOf(StreamDeletedError);
    });

    it('deletes at an exact revision only, and nothing that is not there', async () => {
      const { stream } = await written(2);
      expect(await refusalOf(client.deleteStream(stream, { expectedRevision: 0n }))).toMatchObject({
        expectedVersion: 0n,
        actualVersion: 1n,
      });
      expect(await refusalOf(client.tombstoneStream(stream, { expectedRevision: 7n }))).toMatchObject({ actualVersion: 1n });
      expect(await refusalOf(client.deleteStream(newStream()))).toMatchObject({ type: 'wrong-expected-version', actualVersion: -1n });
      expect(await revisions(stream)).toEqual([0n, 1n]);
    });
  });
}
