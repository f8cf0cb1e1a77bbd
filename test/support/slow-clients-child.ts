import { connect } from 'node:net';

/**
 * `slow-clients-child.ts <port> <count>` opens so many connections that never finish a request: a third says nothing, a third breaks off
 * in its headers, a third in its body. Prints `open <n>` once all are, then `closed <n>` each time more have been ended from the other side.
 */
const [port = '', count = ''] = process.argv.slice(2);
const BEGUN = [
  '',
  'GET /api/v1/me HTTP/1.1\r\nHost: slow\r\nX-Never: ',
  'POST /api/v1/sign-in HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"signIn',
];
/** As many at once as a listening socket holds back for the service to take. */
const AT_ONCE = 200;

let closed = 0;
const open = (index: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(BEGUN[index % BEGUN.length] ?? '');
      resolve();
    });
    socket.on('error', reject);
    socket.on('close', () => closed++);
    socket.resume();
  });

async function main(): Promise<void> {
  for (let first = 0; first < Number(count); first += AT_ONCE) {
    const size = Math.min(AT_ONCE, Number(count) - first);
    await Promise.all(Array.from({ length: size }, (_, index) => open(first + index)));
  }
  process.stdout.write(`open ${count}\n`);
  let told = 0;
  setInterval(() => {
    if (closed > told) process.stdout.write(`closed ${(told = closed)}\n`);
  }, 100);
}
void main();
