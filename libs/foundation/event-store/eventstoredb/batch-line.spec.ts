import { EventEmitter } from 'node:events';
import { type BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import { AllStreamPosition } from '@eventstore/db-client/generated/shared_pb';
import { BatchCall, type LineOpener } from './batch-line';
import { LineLost, NoAnswer } from './failures';

const patience = { answerMs: 60, wholeMs: 400 };

/** A line on which this test is the server. */
class ServedLine extends EventEmitter {
  readonly writable = true;
  readonly received: BatchAppendReq[] = [];
  write(request: BatchAppendReq): void {
    this.received.push(request);
  }
  cancel(): void {}
  destroy(): void {}

  get streams(): string[] {
    return this.received.map((request) => Buffer.from(request.getOptions()!.getStreamIdentifier()!.getStreamName_asU8()).toString());
  }
  /** Says of the n-th append that it is written. */
  answer(index: number): void {
    const success = new BatchAppendResp.Success();
    success.setCurrentRevision('0');
    success.setPosition(new AllStreamPosition().setCommitPosition(String(index + 1)));
    this.emit('data', new BatchAppendResp().setCorrelationId(this.received[index]!.getCorrelationId()).setSuccess(success));
  }
}

function given() {
  const lines: ServedLine[] = [];
  const client: LineOpener = {
    ended: new AbortController().signal,
    openBatchLine: async () => {
      const line = new ServedLine();
      lines.push(line);
      return line;
    },
  };
  const batch = new BatchCall(client);
  const append = (stream: string) => batch.append({ stream, expected: 'no-stream', events: [] }, patience);
  return { lines, append };
}

/** So many ms later. */
const pause = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('An append on a line', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('waits while the server answers what was sent before it, and is not sent twice', async () => {
    const { lines, append } = given();
    const answers = Array.from({ length: 5 }, (_, index) => append(`s-${index}`));
    for (let index = 0; index < 5; index++) {
      await pause(50);
      lines[0]!.answer(index);
    }
    expect((await Promise.all(answers)).map(({ position }) => position)).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(lines.map(({ streams }) => streams)).toEqual([['s-0', 's-1', 's-2', 's-3', 's-4']]);
  });

  it('that is passed over is lost, and the line goes on', async () => {
    const { lines, append } = given();
    const passed = append('passed');
    const lost = expect(passed).rejects.toThrow(LineLost);
    const next = append('next');
    await pause(1);
    lines[0]!.answer(1);
    await expect(next).resolves.toMatchObject({ position: 2n });
    await pause(60);
    await lost;
    const last = append('last');
    await pause(1);
    lines[0]!.answer(2);
    await expect(last).resolves.toMatchObject({ position: 3n });
    expect(lines).toHaveLength(1);
  });

  it('on which nothing comes takes the line with it', async () => {
    const { lines, append } = given();
    const silent = expect(append('silent')).rejects.toThrow(NoAnswer);
    await pause(30);
    const other = expect(append('other')).rejects.toThrow(NoAnswer);
    await pause(30);
    await Promise.all([silent, other]);
    const next = append('next');
    await pause(1);
    expect(lines).toHaveLength(2);
    lines[1]!.answer(0);
    await next;
  });

  it('is waited for in a queue at most as long as the whole may take', async () => {
    const { lines, append } = given();
    const before = Array.from({ length: 12 }, (_, index) => append(`s-${index}`));
    const settled = Promise.allSettled([...before, append('last')]);
    for (let index = 0; index < 8; index++) {
      await pause(45);
      lines[0]!.answer(index);
    }
    await pause(45);
    const outcomes = await settled;
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 8 }, () => 'fulfilled'),
      ...Array.from({ length: 5 }, () => 'rejected'),
    ]);
    expect(outcomes.at(-1)).toMatchObject({ reason: expect.any(LineLost) });
  });
});
