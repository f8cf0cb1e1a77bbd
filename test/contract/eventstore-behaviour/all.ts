import { type AppendResult, type EventStoreDBClient, excludeSystemEvents, streamNameFilter, UnknownError } from '@eventstore/db-client';
import { newStream } from '../../support/sealed-events';
import { collect, connect, type Given, happenings, refusalOf } from './server';
import { Watched } from './watching';

/** The log of the whole server: reading it, and following it. Others may be writing to it. */
export function all(given: Given): void {
  describe('$all', () => {
    let client: EventStoreDBClient;
    const watched: Watched[] = [];
    beforeAll(() => {
      client = connect(given().connectionString);
    });
    afterEach(() => Promise.all(watched.splice(0).map((one) => one.stop())));
    afterAll(() => client.dispose());

    const append = (stream: string, count = 1) => client.appendToStream(stream, happenings(count));
    const watch = (options: Parameters<EventStoreDBClient['subscribeToAll']>[0]) => {
      const one = new Watched(client.subscribeToAll(options));
      watched.push(one);
      return one;
    };
    const moved = ({ position }: AppendResult, by: bigint) => ({ commit: position!.commit + by, prepare: position!.prepare + by });
    const betweenEvents = async () => {
      const event = await append(newStream());
      await append(newStream());
      return moved(event, 1n);
    };
    /** Far enough for nobody to write up to it while the test runs. */
    const BEYOND = 1_000_000_000_000n;

    describe('read', () => {
      it('begins with the event at the position, and going backwards before it', async () => {
        const stream = newStream();
        const first = await append(stream);
        const last = await append(stream, 3);
        const [here] = await collect(client.readAll({ fromPosition: first.position!, maxCount: 1 }));
        expect(here!.event).toMatchObject({ streamId: stream, revision: 0n });
        const [before] = await collect(client.readAll({ fromPosition: last.position!, maxCount: 1, direction: 'backwards' }));
        expect(before!.event).toMatchObject({ streamId: stream, revision: 2n });
      });

      it('gives the head when it is read backwards from the end', async () => {
        const last = await append(newStream());
        const [head] = await collect(client.readAll({ fromPosition: 'end', maxCount: 1, direction: 'backwards' }));
        expect(head!.event!.position!.commit).toBeGreaterThanOrEqual(last.position!.commit);
      });

      it('ignores the filter that this client is given', async () => {
        const stream = newStream();
        const first = await append(stream);
        await client.setStreamMetadata(stream, { truncateBefore: 0 });
        const options = { fromPosition: first.position!, filter: streamNameFilter({ prefixes: [newStream()] }) };
        const shown = await collect(client.readAll(options));
        expect(shown.map(({ event }) => event!.streamId)).toEqual(expect.arrayContaining([stream, `$$${stream}`]));
      });

      it('gives nothing from beyond the end', async () => {
        expect(await collect(client.readAll({ fromPosition: moved(await append(newStream()), BEYOND) }))).toEqual([]);
      });

      it('fails at a position that is not an event’s', async () => {
        const refusal = await refusalOf(collect(client.readAll({ fromPosition: await betweenEvents(), maxCount: 1 })));
        expect(refusal).toBeInstanceOf(UnknownError);
        expect(refusal).toMatchObject({ message: '2 UNKNOWN: Unexpected ReadAllResult: Error' });
      });
    });

    describe('followed', () => {
      it('is confirmed, caught up and then live, without system events', async () => {
        const stream = newStream();
        const before = await append(newStream());
        await append(stream, 2);
        await client.setStreamMetadata(stream, { truncateBefore: 1 });
        const one = watch({ fromPosition: before.position!, filter: excludeSystemEvents() });
        await one.until('caught-up');
        expect(one.said[0]).toBe('confirmed');
        expect(one.revisionsOf(stream)).toEqual([0n, 1n]);
        await append(stream);
        await one.until(`event ${stream} 2`);
        expect(one.events.filter(({ event }) => event!.type.startsWith('$'))).toEqual([]);
        expect(one.said).not.toContain('fell-behind');
      });

      it('filters by stream name', async () => {
        const before = await append(newStream());
        const [wanted, other] = [newStream(), newStream()];
        await append(other);
        await append(wanted, 2);
        const one = watch({ fromPosition: before.position!, filter: streamNameFilter({ prefixes: [wanted] }) });
        await one.until('caught-up');
        await append(other);
        await append(wanted);
        await one.until(`event ${wanted} 2`);
        expect(new Set(one.events.map(({ event }) => event!.streamId))).toEqual(new Set([wanted]));
      });

      it('resumes after the last event seen: none twice, none lost', async () => {
        const stream = newStream();
        const before = await append(newStream());
        await append(stream, 20);
        const seen: bigint[] = [];
        for (let from = before.position!; seen.length < 20;) {
          const filter = streamNameFilter({ prefixes: [stream] });
          for await (const { event } of client.subscribeToAll({ fromPosition: from, filter })) {
            seen.push(event!.revision);
            from = event!.position!;
            if (seen.length % 7 === 0 || seen.length === 20) break;
          }
        }
        expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => BigInt(n)));
      });

      it('says how far it has looked each window of events, never further than what it has sent', async () => {
        const stream = newStream();
        const before = await append(stream);
        await append(newStream(), 40);
        await append(stream);
        await append(newStream(), 60);
        const log: ['checkpoint' | 'event', bigint][] = [];
        const checkpointReached = (_: unknown, { commit }: { commit: bigint }) => void log.push(['checkpoint', commit]);
        const filter = streamNameFilter({ prefixes: [stream], maxSearchWindow: 32, checkpointInterval: 1, checkpointReached });
        const one = new Watched(
          client
            .subscribeToAll({ fromPosition: before.position!, filter })
            .on('data', ({ event }) => log.push(['event', event!.position!.commit])),
        );
        watched.push(one);
        await one.until('caught-up');
        expect(log.filter(([kind]) => kind === 'checkpoint').length).toBeGreaterThanOrEqual(3);
        const [, sent] = log.find(([kind]) => kind === 'event')!;
        const earlier = log.slice(
          0,
          log.findIndex(([kind]) => kind === 'event'),
        );
        expect(earlier.length).toBeGreaterThan(0);
        for (const [, commit] of earlier) expect(commit).toBeLessThan(sent);
      });

      it('is confirmed and caught up from beyond the end, without an error, and then sends what is new though it lies before', async () => {
        const from = moved(await append(newStream()), BEYOND);
        const one = watch({ fromPosition: from, filter: excludeSystemEvents() });
        await one.until('caught-up');
        expect(one.said.slice(0, 2)).toEqual(['confirmed', 'caught-up']);
        const stream = newStream();
        const { position } = await append(stream);
        await one.until(`event ${stream} 0`);
        expect(position!.commit).toBeLessThan(from.commit);
      });

      it.each([[undefined], [excludeSystemEvents()]])(
        'fails, unconfirmed, from a position that is not an event’s (filter %#)',
        async (filter) => {
          const one = watch({ fromPosition: await betweenEvents(), ...(filter && { filter }) });
          await one.until('error');
          expect(one.error).toBeInstanceOf(UnknownError);
          expect(one.said).toEqual(['error']);
        },
      );
    });
  });
}
