import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { convertGrpcEvent } from '@eventstore/db-client/dist/utils';
import fc from 'fast-check';
import { ownEvent, ownTold } from './stored';
import { readTold } from './told';

const { ReadEvent } = ReadResp;
const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

interface Sent {
  readonly uuid: string;
  readonly structured: boolean;
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  readonly type: string;
  readonly json: boolean;
  readonly data: string;
  readonly metadata: string;
  readonly resolved: boolean;
}

/** As the server sends it, through the client's own generated code. */
function messageOf(sent: Sent): ReadResp {
  const id = new UUID();
  const [high, low] = [sent.uuid.replaceAll('-', '').slice(0, 16), sent.uuid.replaceAll('-', '').slice(16)];
  if (sent.structured) {
    const signed = (hex: string) => BigInt.asIntN(64, BigInt(`0x${hex}`)).toString();
    id.setStructured(new UUID.Structured().setMostSignificantBits(signed(high)).setLeastSignificantBits(signed(low)));
  } else id.setString(sent.uuid);
  const recorded = new ReadEvent.RecordedEvent()
    .setId(id)
    .setStreamIdentifier(new StreamIdentifier().setStreamName(bytes(sent.stream)))
    .setStreamRevision(String(sent.revision))
    .setCommitPosition(String(sent.position))
    .setPreparePosition(String(sent.position))
    .setData(bytes(sent.data))
    .setCustomMetadata(bytes(sent.metadata));
  recorded
    .getMetadataMap()
    .set('created', '17648160000000000')
    .set('type', sent.type)
    .set('content-type', sent.json ? 'application/json' : 'application/octet-stream');
  const event = new ReadEvent().setEvent(recorded);
  return new ReadResp().setEvent(sent.resolved ? event.setCommitPosition(String(sent.position)) : event.setNoPosition(new Empty()));
}

const meta = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 });
const metadata = fc.oneof(
  fc.tuple(fc.nat(), meta).map(([version, wrapped]) => JSON.stringify({ version, meta: wrapped })),
  fc.tuple(fc.nat(), meta).map(([version, wrapped]) => JSON.stringify({ meta: wrapped, version })),
  fc.tuple(fc.nat(), meta).map(([version, wrapped]) => JSON.stringify({ version, meta: wrapped, more: {} })),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.string(),
);
const named = fc.oneof(
  fc.record({ uuid: fc.uuid(), structured: fc.constant(false) }),
  // In halves the client knows no newer ids than these.
  fc.record({ uuid: fc.uuid({ version: [4, 5] }), structured: fc.constant(true) }),
);
const sent: fc.Arbitrary<Sent> = fc
  .tuple(
    named,
    fc.record({
      stream: fc.string({ unit: 'grapheme', minLength: 1 }),
      revision: fc.nat(),
      position: uint64,
      type: fc.oneof(fc.constant('jars.marbles-added'), fc.constant('$metadata'), fc.string({ unit: 'grapheme' })),
      json: fc.boolean(),
      data: fc.oneof(
        fc.jsonValue().map((value) => JSON.stringify(value)),
        fc.string({ unit: 'grapheme' }),
      ),
      metadata,
      resolved: fc.boolean(),
    }),
  )
  .map(([name, rest]) => ({ ...name, ...rest }));

it('reads of an event what the client reads of it', () => {
  fc.assert(
    fc.property(sent, (given) => {
      const message = messageOf(given);
      const told = readTold(Buffer.from(message.serializeBinary()));
      const theirs = convertGrpcEvent(message.getEvent()!).event!;
      if (told.kind !== 'event') throw new Error('An event is told as such');
      const { id, stream, revision, position, type, data } = told.event;
      expect({ id, stream, revision: BigInt(revision), position, type }).toEqual({
        id: theirs.id,
        stream: theirs.streamId,
        revision: theirs.revision,
        position: (theirs as { position?: { commit: bigint } }).position?.commit,
        type: theirs.type,
      });
      expect(data).toBe(given.data);
    }),
    { numRuns: 500 },
  );
});

it('takes for ours what a read takes for ours, and hands its JSON on as it was sent', () => {
  let written = 0;
  fc.assert(
    fc.property(sent, (given) => {
      const message = messageOf(given);
      const told = readTold(Buffer.from(message.serializeBinary()));
      const own = told.kind === 'event' ? ownTold(told.event) : undefined;
      expect(own?.event).toEqual(ownEvent(convertGrpcEvent(message.getEvent()!).event as Parameters<typeof ownEvent>[0]));
      if (!own?.written) return;
      written++;
      expect(own.written.data).toBe(given.data);
      expect(JSON.parse(own.written.meta)).toEqual(own.event.meta);
    }),
    { numRuns: 2000 },
  );
  expect(written).toBeGreaterThan(10);
});

it.each([
  ['confirmed', new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId('one'))],
  ['caught-up', new ReadResp().setCaughtUp(new ReadResp.CaughtUp())],
  ['other', new ReadResp().setCheckpoint(new ReadResp.Checkpoint().setCommitPosition('7').setPreparePosition('7'))],
  ['other', new ReadResp().setFellBehind(new ReadResp.FellBehind())],
  ['other', new ReadResp().setEvent(new ReadEvent().setNoPosition(new Empty()))],
])('reads %s', (kind, message) => {
  expect(readTold(Buffer.from(message.serializeBinary()))).toEqual({ kind });
});
