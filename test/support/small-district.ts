import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, uuid } from './client';
import { pause } from './commands';
import { Service } from './service';

export const DEMO_PASSWORD = 'a district that never was';
/** The demo district's smallest: its log holds every kind of event and sealed text. */
export const SMALL = ['--demo', '--students', '6', '--days', '4'];

export async function signedIn(service: Service, name: string): Promise<Client> {
  const client = new Client(service.url);
  const answer = await client.signIn(name, DEMO_PASSWORD);
  if (answer.status !== 200) throw new Error(`${name} cannot sign in: ${answer.status}`);
  return client;
}

/** A child as an administrator adds it; undefined when the service did not acknowledge it. */
export async function addStudent(client: Client, givenName = 'Test'): Promise<string | undefined> {
  const body = { givenName, familyName: 'Child', grades: ['03'], schools: [] };
  const answer = await client.post('students', body, { 'idempotency-key': uuid() }).catch(() => undefined);
  return answer && answer.status < 300 ? (answer.body.id as string) : undefined;
}

/** Adds children on several connections until `stop`; `acknowledged` grows with each one that the service confirmed. */
export function keepAdding(client: Client, connections = 4) {
  const acknowledged: string[] = [];
  let stopped = false;
  const working = Array.from({ length: connections }, async () => {
    while (!stopped) {
      const student = await addStudent(client);
      if (student === undefined) await pause(5);
      else acknowledged.push(student);
    }
  });
  return {
    acknowledged,
    async stop(): Promise<void> {
      stopped = true;
      await Promise.all(working);
    },
  };
}

/** How many of the children the service knows. */
export async function countKnown(client: Client, students: readonly string[]): Promise<number> {
  const statuses = await Promise.all(students.map(async (student) => (await client.get(`students/${student}`)).status));
  return statuses.filter((status) => status === 200).length;
}

/** A folder for a restore, with the master key of another one in it. */
export function folderWithKeyOf(data: string, folder: string): string {
  mkdirSync(folder, { mode: 0o700 });
  copyFileSync(join(data, 'master.key'), join(folder, 'master.key'));
  return folder;
}

/** Names of the files under the folder whose bytes hold the text. */
export function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text))
    .map(({ name }) => name);
}
