import { Client, uuid } from './client';
import { rosterTexts } from './rosters';
import type { Service } from './service';

export const PASSWORD = 'four odd words together';
export const ADMINISTRATOR = 'ada@willowbrook.example';

/** Signs the first administrator in, after the one-time link was used. */
export async function setUp(service: Pick<Service, 'url' | 'find'>): Promise<Client> {
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
    return (await this.find(`staff?search=${familyName}`, () => true))['staff'] as string;
  }

  async student(familyName: string): Promise<string> {
    return (await this.find(`students?search=${familyName}`, () => true))['student'] as string;
  }

  async school(name: string): Promise<string> {
    return (await this.find('schools', (one) => one['name'] === name))['school'] as string;
  }

  async class(title: string): Promise<string> {
    return (await this.find('classes', (one) => one['title'] === title))['class'] as string;
  }

  /** An import ends with its last event; what it wrote is shown a moment later. */
  private async find(
    path: string,
    wanted: (one: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<Readonly<Record<string, unknown>>> {
    for (let look = 1; ; look++) {
      const { items } = await this.admin.read<{ items: readonly Readonly<Record<string, unknown>>[] }>(path);
      const found = items.find(wanted);
      if (found) return found;
      if (look === 100) throw new Error(`GET ${path} does not show what is looked for`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
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

export interface OpenedCase {
  readonly student: string;
  readonly class: string;
  readonly plan: string;
  readonly goal: string;
  readonly accommodation: string;
  readonly service: string;
  readonly caseManager: Client;
  readonly aide: Client;
}

/** Sam's case with a plan in force from a day, and an aide on his team from today: enough to record. */
export async function openCase(admin: Client, effectiveFrom: string): Promise<OpenedCase> {
  const names = new Names(admin);
  const student = await names.student('Rivermoss');
  const group = await names.class('Math 3A');
  const [manager, helper] = [await names.staff('Tarrow'), await names.staff('Quillfeather')];
  const caseManager = await employ(admin, manager, 'tarrow', { role: 'case-manager' });
  const aide = await employ(admin, helper, 'quillfeather', { role: 'aide' });
  await admin.do(`students/${student}/team`, { staff: manager, role: 'case-manager' });
  await admin.do(`students/${student}/team`, { staff: helper, role: 'aide' });
  await caseManager.do(`students/${student}/case`);
  const plan: string = (await caseManager.do(`students/${student}/plans`, { kind: 'iep' })).id;
  const [goal, accommodation, service] = [uuid(), uuid(), uuid()];
  const at = `plans/${plan}`;
  await caseManager.do(`${at}/present-levels`, { presentLevels: 'Calls out six times an hour.' });
  await caseManager.do(`${at}/goals`, {
    goal,
    area: 'behaviour',
    statement: 'Sam will call out at most twice an hour.',
    label: 'Calls out',
    better: 'down',
    measure: { kind: 'frequency', value: 'per-hour' },
    criterion: { comparator: 'at-most', value: 2, times: 4, outOf: 5, per: 'days' },
    target: { value: 2, on: `${Number(effectiveFrom.slice(0, 4)) + 1}${effectiveFrom.slice(4)}` },
    reporting: 'quarterly',
    classes: [group],
  });
  const breaks = { category: 'timing-scheduling', use: 'instruction', label: 'Movement breaks', classes: [group] };
  await caseManager.do(`${at}/accommodations`, { accommodation, ...breaks });
  const line = {
    discipline: 'speech',
    start: effectiveFrom,
    frequency: { sessions: 2, per: 'week' },
    minutes: 30,
    location: 'Therapy room',
  };
  await caseManager.do(`${at}/services`, { service, ...line, delivery: 'either' });
  const etag = (await caseManager.get(at)).headers.get('etag') ?? '';
  await caseManager.do(`${at}/activate`, { effectiveFrom, meetingOn: effectiveFrom }, { 'if-match': etag });
  return { student, class: group, plan, goal, accommodation, service, caseManager, aide };
}

/** An observation of the opened case: a count in a window of five minutes. */
export const countOf = ({ student, plan, goal }: OpenedCase, occurredAt: string, count = 1) => ({
  id: uuid(),
  student,
  plan,
  goal,
  occurredAt,
  raw: { kind: 'frequency', count, observedMinutes: 5 },
});

/** Every observation that the child's timeline shows. */
export async function observationsOf(client: Client, student: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let cursor = ''; ;) {
    const page = await client.read(`students/${student}/timeline?kind=observation&limit=200${cursor && `&cursor=${cursor}`}`);
    for (const item of page.items as { readonly id: string }[]) found.add(item.id);
    if (page.next === undefined) return found;
    cursor = page.next;
  }
}
