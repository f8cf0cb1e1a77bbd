import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpObserver } from './observer';
import { type HttpProblemCode, httpProblem } from './problem';

const codeOfError: Readonly<Record<string, HttpProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

/** Answers what never became a request (too slow, too long a head, not HTTP) with a problem as everything else, and ends the connection. */
export function answerUnreadable(observer?: HttpObserver): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const code = codeOfError[error.code ?? ''] ?? 'bad-request';
    observer?.refused(code);
    const { problem } = httpProblem(code);
    const correlationId = randomUUID();
    const body = JSON.stringify({ ...problem, correlationId });
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Correlation-Id: ${correlationId}`,
      'Connection: close',
    ];
    if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroy();
  };
}
