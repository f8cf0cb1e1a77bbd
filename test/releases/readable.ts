import { Client } from '../support/client';

/** What must be readable in a folder, in shapes of its own: they stay when the API grows. */
export interface Readable {
  readonly students: readonly {
    readonly student: string;
    readonly name: string;
    readonly strengths: readonly string[];
    readonly goals: readonly string[];
    /** `kind id revision` of every entry of the timeline, with what was noted. */
    readonly timeline: readonly string[];
  }[];
  readonly staff: readonly string[];
}

const PASSWORD = 'a district that never was';

export async function signIn(url: string, name: string): Promise<Client> {
  const client = new Client(url);
  const { status } = await client.signIn(name, PASSWORD);
  if (status !== 200) throw new Error(`${name} cannot sign in: ${status}`);
  return client;
}

interface Item {
  readonly kind: string;
  readonly id: string;
  readonly revision: number;
  readonly note?: unknown;
}

/** Everything of every child of the first coordinator, and who works in the district. */
export async function readableAt(url: string): Promise<Readable> {
  const coordinator = await signIn(url, 'coordinator1');
  const { items } = await coordinator.read<{ items: { student: string; givenName: string; familyName: string }[] }>('students?limit=100');
  const students = [];
  for (const { student, givenName, familyName } of items) {
    const { profile } = await coordinator.read(`students/${student}/profile`);
    const { inForce } = await coordinator.read<{ inForce: { goals: { statement: string }[] }[] }>(`students/${student}/plan`);
    const timeline = await coordinator.read<{ items: Item[] }>(`students/${student}/timeline?limit=100`);
    students.push({
      student,
      name: `${givenName} ${familyName}`,
      strengths: profile.strengths as string[],
      goals: inForce.flatMap(({ goals }) => goals.map(({ statement }) => statement)),
      timeline: timeline.items.map(
        ({ kind, id, revision, note }) => `${kind} ${id} ${revision}${note === undefined ? '' : ` ${JSON.stringify(note)}`}`,
      ),
    });
  }
  const admin = await signIn(url, 'administrator');
  const staff = await admin.read<{ items: { givenName: string; familyName: string }[] }>('staff?limit=100');
  return { students, staff: staff.items.map(({ givenName, familyName }) => `${givenName} ${familyName}`) };
}
