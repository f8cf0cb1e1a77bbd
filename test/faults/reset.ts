import type { Socket } from 'node:net';

/** Closes a connection with a reset, as a killed process does. One that is ending already is closed: Node can no longer reset it, and leaks it. */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
