import { PassThrough } from 'node:stream';
import type { ServerResponse } from 'node:http';
import { SseStream } from './sse';

/** A response whose far side reads only when told to. */
function response() {
  const raw = new PassThrough({ highWaterMark: 64 });
  const writeHead = jest.fn();
  return { raw, writeHead, asServer: Object.assign(raw, { writeHead }) as unknown as ServerResponse };
}

describe('SseStream', () => {
  it('tells the client how to come back, and each event’s id', async () => {
    const { raw, writeHead, asServer } = response();
    const stream = new SseStream(asServer, { 'X-Correlation-Id': 'c' }, { retryMs: 500 });
    stream.send('change', 'log.7', { ids: ['a'] });
    stream.close();
    const text = (await raw.toArray()).join('');
    expect(text).toBe('retry: 500\n\nid: log.7\nevent: change\ndata: {"ids":["a"]}\n\n');
    expect(writeHead).toHaveBeenCalledWith(
      200,
      expect.objectContaining({ 'X-Accel-Buffering': 'no', 'Cache-Control': 'no-cache, no-transform' }),
    );
    await stream.closed;
    expect(stream.isOpen).toBe(false);
  });

  it('drops a client that does not read rather than growing', async () => {
    const { asServer } = response();
    const stream = new SseStream(asServer, {}, { maxBufferedBytes: 1000 });
    for (let count = 0; count < 100; count += 1) stream.send('change', String(count), { text: 'x'.repeat(50) });
    await stream.closed;
    expect(stream.isOpen).toBe(false);
  });

  it('keeps an idle line alive with comments', async () => {
    jest.useFakeTimers();
    const { raw, asServer } = response();
    const stream = new SseStream(asServer, {}, { heartbeatMs: 1000 });
    jest.advanceTimersByTime(2100);
    jest.useRealTimers();
    stream.close();
    expect((await raw.toArray()).join('')).toContain(':\n\n:\n\n');
  });
});
