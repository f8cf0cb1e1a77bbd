import { Client, uuid } from './client';
import { rosterTexts } from './rosters';
import type { Service } from './service';

export const PASSWORD = 'four odd words together';
export const ADMINISTRATOR = 'ada@willowbrook.example';

/** Signs the first administrator in, after the one-time link was used. */
export async function setUp(service: Service): Promise<Client> {
  const admin = new Client(service.url);
  const token = await service.find(/setup#(\S+)/);
  await admin.do('setup', { token, givenName: 'Ada', familyName: 'Brightwater', signInName: ADMINISTRATOR, password: PASSWORD });
  await signIn(admin, ADMINISTRATOR);
  return admin;
}

export async function signIn(client: Client, signInName: string, role?: string): Promise<Client> {
  const answer = await client.signIn(signInName, PASSWORD, role);
  if (answer.status !== 200) throw new Error(`${signInName} could not sign in: ${JSON.stringify(answer.body)}`);
  return client;
}

/** Imports a roster of test/rosters to its end; the report. */
export async function importRoster(admin: Client, name: string, dryRun = false) {
  const files = rosterTexts(name);
  const begun = await admin.do('roster/imports', { dryRun, files }, { 'idempotency-key': uuid() });
  for (let attempt = 0; attempt < 400; attempt++) {
    const status = await admin.read(`roster/imports/${begun.import}`);
    if (status.status === 'finished') return status.report;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The import did not finish');
}

/** The ids that the roster gave, by what people call them. */
export class Names {
  constructor(private readonly admin: Client) {}

  async staff(familyName: string): Promise<string> {
    const { items } = await this.admin.read(`staff?search=${familyName}`);
    return items[0].staff as string;
  }

  async student(familyName: string): Promise<string> {
    const { items } = await this.admin.read(`students?search=${familyName}`);
    return items[0].student as string;
  }

  async school(name: string): Promise<string> {
    const { items } = await this.admin.read('schools');
    return items.find((one: { name: string }) => one.name === name).school as string;
  }

  async class(title: string): Promise<string> {
    const { items } = await this.admin.read('classes');
    return items.find((one: { title: string }) => one.title === title).class as string;
  }
}

export interface RoleGiven {
  readonly role: string;
  readonly schools?: readonly string[];
  readonly discipline?: string;
  readonly purpose?: string;
  readonly to?: string;
}

/** Gives a person of the roster a role and an account, and signs them in. */
export async function employ(admin: Client, staff: string, signInName: string, ...roles: readonly RoleGiven[]): Promise<Client> {
  for (const role of roles) await admin.do(`staff/${staff}/roles`, role);
  const { token } = await admin.do(`staff/${staff}/invitation`, { signInName });
  await admin.do('invitations/accept', { token, password: PASSWORD });
  return signIn(new Client(admin.url), signInName);
}
