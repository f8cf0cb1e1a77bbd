import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from './proxy';

describe('TcpProxy', () => {
  let echo: Server;
  let proxy: TcpProxy;
  const sockets: Socket[] = [];
  const taken: Socket[] = [];
  beforeEach(async () => {
    taken.length = 0;
    echo = createServer({ allowHalfOpen: true }, (socket) => {
      taken.push(socket);
      socket.on('error', () => undefined).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await TcpProxy.start({ port: (echo.address() as AddressInfo).port });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await proxy.stop();
    echo.close();
  });

  /** A connection, what came back over it, and what became of it. */
  const dial = (port = proxy.port) => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    const line = { socket, heard: '', error: '' };
    socket.setEncoding('utf8').on('data', (text: string) => void (line.heard += text));
    socket.on('error', (error: NodeJS.ErrnoException) => void (line.error = error.code ?? error.message));
    return line;
  };
  const heard = async (line: ReturnType<typeof dial>, text: string) => {
    while (line.heard !== text) await once(line.socket, 'data');
  };
  const closed = async (line: ReturnType<typeof dial>) => {
    if (!line.socket.closed) await new Promise((resolve) => line.socket.once('close', resolve));
    return line.error;
  };
  /** Long enough for bytes that are passed on to have come back: others went the same way and back five times. */
  const aWhile = async () => {
    for (let n = 0; n < 5; n++) {
      const straight = dial((echo.address() as AddressInfo).port);
      straight.socket.write('x');
      await heard(straight, 'x');
    }
  };

  it('passes bytes on in both directions, many and in order, and the end too', async () => {
    const line = dial();
    const text = Array.from({ length: 50_000 }, (_, n) => `${n};`).join('');
    line.socket.end(text);
    expect(await closed(line)).toBe('');
    expect(line.heard === text).toBe(true);
    while (proxy.connections > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('cuts all connections with a reset and takes new ones', async () => {
    const lines = [dial(), dial()];
    for (const line of lines) line.socket.write('a');
    for (const line of lines) await heard(line, 'a');
    proxy.cut();
    for (const line of lines) expect(await closed(line)).toBe('ECONNRESET');
    const next = dial();
    next.socket.write('b');
    await heard(next, 'b');
  });

  it('refuses new connections, lets the old ones go on, and takes new ones on the same port when it resumes', async () => {
    const old = dial();
    old.socket.write('a');
    await heard(old, 'a');
    const { port } = proxy;
    await proxy.refuse();
    expect(await closed(dial())).toBe('ECONNREFUSED');
    old.socket.write('b');
    await heard(old, 'ab');
    await proxy.resume();
    expect(proxy.port).toBe(port);
    const next = dial();
    next.socket.write('c');
    await heard(next, 'c');
  });

  it('stalls: takes connections and bytes, passes nothing on, and loses nothing when it resumes', async () => {
    const old = dial();
    old.socket.write('a');
    await heard(old, 'a');
    proxy.stall();
    const next = dial();
    old.socket.write('b');
    next.socket.write('c');
    await once(next.socket, 'connect');
    await aWhile();
    expect([old.heard, next.heard]).toEqual(['a', '']);
    await proxy.resume();
    await heard(old, 'ab');
    await heard(next, 'c');
  });

  it('passes a server’s death on as a reset, and a missing server too', async () => {
    const line = dial();
    line.socket.write('a');
    await heard(line, 'a');
    for (const socket of taken) socket.resetAndDestroy();
    expect(await closed(line)).toBe('ECONNRESET');
    await new Promise((resolve) => echo.close(resolve));
    expect(await closed(dial())).toBe('ECONNRESET');
  });
});
