import {
  type AppendToStreamOptions,
  binaryEvent,
  type EventStoreDBClient,
  MaxAppendSizeExceededError,
  type NO_STREAM,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { newStream } from '../../support/sealed-events';
import { collect, connect, type Given, happenings, refusalOf } from './server';

const LARGEST_APPEND = 1_048_576;

/** What a repetition and a conflict are answered with, over both of the client's ways to append. */
export function appending(given: Given): void {
  describe.each(['classic', 'batch'] as const)('appending by the %s call', (call) => {
    let client: EventStoreDBClient;
    let options: AppendToStreamOptions;
    beforeAll(() => {
      client = connect(given().connectionString);
      options = call === 'classic' ? { credentials: given().credentials } : {};
    });
    afterAll(() => client.dispose());

    const append = (stream: string, events: ReturnType<typeof happenings>, expectedRevision: bigint | typeof NO_STREAM) =>
      client.appendToStream(stream, events, { ...options, expectedRevision });
    const conflict = (stream: string, expectedVersion: bigint | string, actualVersion: bigint | string) =>
      expect.objectContaining({ constructor: WrongExpectedVersionError, message: '', streamName: stream, expectedVersion, actualVersion });

    it('answers the last revision, and the position that the last event has in $all', async () => {
      const stream = newStream();
      const first = await append(stream, happenings(3), 'no_stream');
      const second = await append(stream, happenings(1), 2n);
      expect(first).toMatchObject({ success: true, nextExpectedRevision: 2n });
      expect(first.position!.commit).toBe(first.position!.prepare);
      expect(second).toMatchObject({ success: true, nextExpectedRevision: 3n });
      expect(second.position!.commit - first.position!.commit).toBeGreaterThan(1n);
      const [shown] = await collect(client.readAll({ fromPosition: first.position!, maxCount: 1 }));
      expect(shown!.event).toMatchObject({ streamId: stream, revision: 2n, position: first.position });
      expect((await collect(client.readStream(stream))).map(({ event }) => event?.position)[2]).toEqual(first.position);
    });

    it('answers the same events again as the first time, at once and after 2,000 other appends', async () => {
      const stream = newStream();
      const [opening, rest] = [happenings(2), happenings(3)];
      const first = await append(stream, opening, 'no_stream');
      const second = await append(stream, rest, 1n);
      const repeat = async () => {
        expect(await append(stream, opening, 'no_stream')).toEqual(first);
        expect(await append(stream, rest, 1n)).toEqual(second);
      };
      await repeat();
      const others = Array.from({ length: 40 }, async () => {
        for (let n = 0; n < 50; n++) await client.appendToStream(newStream(), happenings(1), { expectedRevision: 'no_stream' });
      });
      await Promise.all(others);
      await repeat();
      expect(await collect(client.readStream(stream))).toHaveLength(5);
    });

    it('answers a prefix of an earlier batch with the revision and position of the prefix', async () => {
      const stream = newStream();
      const events = happenings(3);
      await append(stream, events, 'no_stream');
      const shown = await collect(client.readStream(stream));
      const again = await append(stream, events.slice(0, 2), 'no_stream');
      expect(again).toEqual({ success: true, nextExpectedRevision: 1n, position: shown[1]!.event!.position });
    });

    it('repeats a batch whole or not at all: one more event is a conflict', async () => {
      const stream = newStream();
      const events = happenings(2);
      await append(stream, events, 'no_stream');
      expect(await refusalOf(append(stream, [...events, ...happenings(1)], 'no_stream'))).toEqual(conflict(stream, 'no_stream', 1n));
      expect(await collect(client.readStream(stream))).toHaveLength(2);
    });

    it('refuses other events at a stale or too high a revision, and says which it has', async () => {
      const stream = newStream();
      await append(stream, happenings(3), 'no_stream');
      expect(await refusalOf(append(stream, happenings(1), 'no_stream'))).toEqual(conflict(stream, 'no_stream', 2n));
      expect(await refusalOf(append(stream, happenings(1), 1n))).toEqual(conflict(stream, 1n, 2n));
      expect(await refusalOf(append(stream, happenings(1), 9n))).toEqual(conflict(stream, 9n, 2n));
      const missing = newStream();
      expect(await refusalOf(append(missing, happenings(1), 0n))).toEqual(conflict(missing, 0n, 'no_stream'));
    });

    it('lets the client that does not throw answer a conflict with a revision that, by the batch call, means nothing', async () => {
      const { connectionString } = given();
      const quiet = connect(`${connectionString}${connectionString.includes('?') ? '&' : '?'}throwOnAppendFailure=false`);
      const stream = newStream();
      await append(stream, happenings(3), 'no_stream');
      const answer = await quiet.appendToStream(stream, happenings(1), { ...options, expectedRevision: 'no_stream' });
      expect(answer).toEqual({ success: false, nextExpectedRevision: call === 'classic' ? 2n : 1n, position: undefined });
      await quiet.dispose();
    });

    it('answers an empty append with success and a position at which nothing is', async () => {
      const stream = newStream();
      const before = await append(newStream(), happenings(1), 'no_stream');
      const answer = await append(stream, [], 'no_stream');
      expect(answer).toMatchObject({ success: true, nextExpectedRevision: 0n });
      expect(answer.position!.commit).toBeGreaterThan(before.position!.commit);
      await append(stream, happenings(1), 'no_stream');
      const after = await collect(client.readAll({ fromPosition: before.position! }));
      expect(after.map(({ event }) => event!.position)).not.toContainEqual(answer.position);
    });

    it('counts the data of a whole append, and nothing else, against the largest one', async () => {
      const half = (extra: number) =>
        binaryEvent({ type: 'test.happened', data: new Uint8Array(LARGEST_APPEND / 2 + extra), metadata: new Uint8Array(1000) });
      const appendHalves = (extra: number) =>
        client.appendToStream(newStream(), [half(0), half(extra)], { ...options, expectedRevision: 'no_stream' });
      expect(await appendHalves(0)).toMatchObject({ success: true, nextExpectedRevision: 1n });
      const refusal = await refusalOf(appendHalves(1));
      expect(refusal).toBeInstanceOf(MaxAppendSizeExceededError);
      expect(refusal).toMatchObject({ maxAppendSize: LARGEST_APPEND });
    });

    it('takes 3,000 events in one append', async () => {
      const stream = newStream();
      expect(await append(stream, happenings(3000), 'no_stream')).toMatchObject({ success: true, nextExpectedRevision: 2999n });
      expect(await collect(client.readStream(stream, { fromRevision: 2998n }))).toHaveLength(2);
    });

    describe('to a stream that was softly deleted', () => {
      const old = happenings(3);
      let stream: string;
      beforeEach(async () => {
        stream = newStream();
        await append(stream, old, 'no_stream');
        await client.deleteStream(stream, { expectedRevision: 2n });
      });

      it('goes on with the revisions and leaves the old events hidden', async () => {
        expect(await append(stream, happenings(1), 'no_stream')).toMatchObject({ success: true, nextExpectedRevision: 3n });
        expect((await collect(client.readStream(stream))).map(({ event }) => event?.revision)).toEqual([3n]);
      });

      it('answers the old events with a success without a position, and writes nothing', async () => {
        expect(await append(stream, old, 'no_stream')).toEqual({ success: true, nextExpectedRevision: 2n, position: undefined });
        expect(await append(stream, happenings(1), 2n)).toMatchObject({ nextExpectedRevision: 3n });
      });
    });

    it('answers truncated events sent again with a success without a position', async () => {
      const stream = newStream();
      const events = happenings(3);
      const first = await append(stream, events, 'no_stream');
      await client.setStreamMetadata(stream, { truncateBefore: 2 });
      expect(await append(stream, events, 'no_stream')).toEqual(first);
      expect(await append(stream, events.slice(0, 2), 'no_stream')).toEqual({
        success: true,
        nextExpectedRevision: 1n,
        position: undefined,
      });
    });

    it('never again takes an event for a stream with a tombstone', async () => {
      const stream = newStream();
      await append(stream, happenings(1), 'no_stream');
      await client.tombstoneStream(stream, { expectedRevision: 0n });
      for (const expected of ['no_stream', 0n] as const) {
        const refusal = await refusalOf(append(stream, happenings(1), expected));
        expect(refusal).toBeInstanceOf(StreamDeletedError);
        expect(refusal).toMatchObject({ streamName: stream });
      }
    });
  });
}
