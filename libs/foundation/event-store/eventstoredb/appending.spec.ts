import { WrongExpectedVersionError } from '@eventstore/db-client';
import type { EventId, EventMeta, Position } from '@foundation/kernel';
import { newId } from '@foundation/kernel';
import { sampleMeta } from '@foundation/testing';
import { EmptyAppend, EventTooLarge, type SealedEvent, type StoredEvent, StoreUnavailable, WrongExpectedRevision } from '../port';
import { Appender, wireAppend } from './appending';
import type { BatchPatience, WireAnswer, WireAppend } from './batch-line';
import type { ClientSlot } from './client-slot';
import { LineLost } from './failures';
import { KnownPositions } from './known-positions';
import type { ServerReads } from './server-reads';

const patience = { answerMs: 50, wholeMs: 500, watchMs: 50 };
const event = (id = newId<EventId>()): SealedEvent => ({ id, type: 'test.happened', version: 1, data: {}, meta: sampleMeta as EventMeta });
const stored = (from: SealedEvent, revision: number, position: Position): StoredEvent => ({ ...from, stream: 's-1', revision, position });
const conflictAt = (current: bigint | 'no_stream') =>
  new WrongExpectedVersionError(null as never, { streamName: 's-1', expected: 'no_stream', current });

/** An appender on a server that answers attempt after attempt as told, and whose stream holds these events. */
function given(answers: readonly (WireAnswer | Error)[], inLog: readonly StoredEvent[] = []) {
  const sent: WireAppend[] = [];
  const patiences: BatchPatience[] = [];
  const batch = {
    append: (append: WireAppend, given: BatchPatience) => {
      patiences.push(given);
      const answer = answers[Math.min(sent.push(append), answers.length) - 1]!;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  const slot = { take: () => ({ batch }), answered: () => undefined, failed: () => undefined } as unknown as ClientSlot;
  const reads = {
    stream: async (_: string, from: number, most: number) => inLog.filter(({ revision }) => revision >= from).slice(0, most),
    last: async () => (inLog.length > 0 ? { revision: BigInt(inLog.at(-1)!.revision) } : undefined),
  } as unknown as ServerReads;
  const known = new KnownPositions();
  return { sent, patiences, known, appender: new Appender(slot, reads, known, patience, new AbortController().signal) };
}

describe('An append', () => {
  it('is judged before it is sent', () => {
    expect(() => wireAppend('s-1', 'no-stream', [])).toThrow(EmptyAppend);
    expect(() => wireAppend('$all', 'no-stream', [event()])).toThrow(TypeError);
    expect(() => wireAppend('s-1', -1, [event()])).toThrow(TypeError);
    expect(() => wireAppend('s-1', 0, [{ ...event(), data: 'é'.repeat(530_000) }])).toThrow(EventTooLarge);
    expect(() => wireAppend('s-1', 0, [{ ...event(), data: 'é'.repeat(500_000) }])).not.toThrow();
  });

  it('that nobody answered is sent again whole, with the same ids', async () => {
    const { appender, sent } = given([new LineLost('cut'), new LineLost('cut'), { revision: 1, position: 70n }]);
    const append = wireAppend('s-1', 'no-stream', [event(), event()]);
    await expect(appender.append(append)).resolves.toEqual({ revision: 1, position: 70n, repeated: false });
    expect(sent).toEqual([append, append, append]);
  });

  it('that nobody ever answers is given up, and says that it may have been written', async () => {
    const { appender, sent, patiences } = given([new LineLost('cut')]);
    const refused = appender.append(wireAppend('s-1', 'no-stream', [event()]));
    await expect(refused).rejects.toThrow(StoreUnavailable);
    await expect(refused).rejects.toThrow('may have been written');
    expect(sent.length).toBeGreaterThan(2);
    // No attempt may wait longer than is left of the whole.
    const left = patiences.map(({ wholeMs }) => wholeMs);
    expect(left).toEqual([...left].sort((a, b) => b - a));
    expect(left.at(-1)).toBeLessThan(patience.wholeMs);
  });

  it('that meets a conflict at once is a conflict, without a look at the log', async () => {
    const ours = event();
    const { appender } = given([conflictAt(4n)], [stored(ours, 0, 10n)]);
    await expect(appender.append(wireAppend('s-1', 'no-stream', [ours]))).rejects.toMatchObject({ expected: 'no-stream', actual: 4 });
  });

  it('that meets a conflict when sent again was written unheard if the log holds its events there', async () => {
    const [a, b] = [event(), event()];
    const { appender } = given([new LineLost('cut'), conflictAt(2n)], [stored(a, 0, 10n), stored(b, 1, 11n), stored(event(), 2, 12n)]);
    await expect(appender.append(wireAppend('s-1', 'no-stream', [a, b]))).resolves.toEqual({ revision: 1, position: 11n, repeated: false });
  });

  it.each([
    ['others’ events', [stored(event(), 0, 10n)], 0],
    ['only its beginning', undefined, 0],
    ['nothing', [], 'no-stream'],
  ] as const)('that meets a conflict when sent again is one if the log holds %s', async (_, others, actual) => {
    const [a, b] = [event(), event()];
    const { appender } = given([new LineLost('cut'), conflictAt(0n)], others ?? [stored(a, 0, 10n)]);
    const refused = appender.append(wireAppend('s-1', 'no-stream', [a, b]));
    await expect(refused).rejects.toThrow(WrongExpectedRevision);
    await expect(refused).rejects.toMatchObject({ actual });
  });

  it('that succeeds without a position has to be found in the log', async () => {
    const a = event();
    await expect(given([{ revision: 0, position: undefined }]).appender.append(wireAppend('s-1', 'no-stream', [a]))).rejects.toMatchObject({
      actual: 'no-stream',
    });
    const found = given([{ revision: 0, position: undefined }], [stored(a, 0, 10n)]).appender.append(wireAppend('s-1', 'no-stream', [a]));
    await expect(found).resolves.toEqual({ revision: 0, position: 10n, repeated: false });
  });

  it('is a repeat when its answer lies before what was known, or was given to another', async () => {
    const { appender, known } = given([
      { revision: 0, position: 10n },
      { revision: 0, position: 30n },
      { revision: 0, position: 30n },
    ]);
    known.see(20n);
    const append = () => appender.append(wireAppend(`s-${newId()}`, 'no-stream', [event()]));
    expect(await append()).toMatchObject({ position: 10n, repeated: true });
    expect(await append()).toMatchObject({ position: 30n, repeated: false });
    expect(await append()).toMatchObject({ position: 30n, repeated: true });
  });

  it('sent a second time while the first is under way shares its answer', async () => {
    const { appender, sent } = given([{ revision: 0, position: 10n }]);
    const append = wireAppend('s-1', 'no-stream', [event()]);
    const answers = await Promise.all([appender.append(append), appender.append(append)]);
    expect(answers.map(({ repeated }) => repeated)).toEqual([false, true]);
    expect(sent).toHaveLength(1);
  });
});
