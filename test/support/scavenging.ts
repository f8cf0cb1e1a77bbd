import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, parseConnection } from '@foundation/event-store/eventstoredb';
import { Agent, request } from 'undici';
import type { FreshEventStore } from './fresh-event-store';

/** Server options that make chunks of 1 MB, so that a test fills one. */
export const SMALL_CHUNKS = ['--chunk-size', '1048576', '--chunks-cache-size', '4194304'];

/** Scavenges a real server, each of its nodes, as its operator does, and waits until they are done. */
export async function scavenge({ connectionString }: Pick<FreshEventStore, 'connectionString'>): Promise<void> {
  const connection = parseConnection(connectionString);
  const dispatcher = new Agent({ connect: connection.caFile === undefined ? {} : { ca: readFileSync(connection.caFile) } });
  const ask = askerOf(connection, dispatcher);
  for (const { address, port } of connection.hosts) {
    const at = `${connection.tls ? 'https' : 'http'}://${address}:${port}/admin/scavenge`;
    await ask('POST', `${at}?threshold=-1`);
    while ((await ask('GET', `${at}/current`)).scavengeLink) await pause(100);
  }
  await dispatcher.close();
}

function askerOf(connection: Connection, dispatcher: Agent) {
  const { username, password } = connection.credentials ?? { username: 'any', password: 'pair' };
  const headers = {
    accept: 'application/json',
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  };
  return async (method: 'GET' | 'POST', url: string): Promise<{ scavengeLink?: string }> => {
    const { statusCode, body } = await request(url, { method, headers, dispatcher });
    const said = await body.text();
    if (statusCode !== 200) throw new Error(`${method} ${url} was answered with ${statusCode}: ${said}`);
    return JSON.parse(said) as { scavengeLink?: string };
  };
}

/** Which of these texts lie in any file of the server, by what they are called. */
export function textsIn({ folder }: Pick<FreshEventStore, 'folder'>, texts: Readonly<Record<string, string>>): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = new Set<string>();
  for (const file of files) {
    const bytes = bytesOf(join(file.parentPath, file.name));
    for (const [name, text] of Object.entries(texts)) if (bytes.includes(text)) found.add(name);
  }
  return [...found].sort();
}

/** Nothing for a file that a scavenge has just taken away. */
function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
