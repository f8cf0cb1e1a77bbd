import { openApiDocument } from '@apps/api';
import { derivedId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { clientOf, fillWorld, ids, openApi, type OpenApi, staffOf } from './world';

const HOSTILE = `');DROP TABLE x;--<script>"\\\u202e{{7*7}}%00`;
const nth = (name: string): string => derivedId(ids.session, name);

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: unknown;
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly description?: string;
}

/** Free text that a body of this schema may hold, as `goal.label`. Ids, times, zones, passwords and tokens are texts with a form of their own. */
const FORMED = /(^|\.)(zone|start|end|plannedStart|password|newPassword|token|signInName|classes\[\]|schools\[\]|removed\[\])$/;

function textFields(schema: Schema, path: string): string[] {
  const { type, properties = {}, items, anyOf = [], oneOf = [] } = schema;
  const formed = schema.enum !== undefined || schema.const !== undefined || schema.format !== undefined || schema.pattern !== undefined;
  return [
    ...(type === 'string' && !formed && !FORMED.test(path) ? [path] : []),
    ...Object.entries(properties).flatMap(([name, child]) => textFields(child, path ? `${path}.${name}` : name)),
    ...(items ? textFields(items, `${path}[]`) : []),
    ...[...anyOf, ...oneOf].flatMap((child) => textFields(child, path)),
  ];
}

/** Where a body holds the hostile text. */
function hostileFields(value: unknown, path = ''): string[] {
  if (value === HOSTILE) return [path];
  if (Array.isArray(value)) return value.flatMap((item) => hostileFields(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => hostileFields(child, path ? `${path}.${name}` : name));
}

describe('SQL and HTML in every text field', () => {
  let api: OpenApi;
  let send: ReturnType<typeof clientOf>;
  const folder = temporaryFolder();
  const covered = new Map<string, Set<string>>();
  beforeAll(async () => {
    api = await openApi(folder);
    await fillWorld(api);
    send = clientOf(api);
  });
  afterAll(() => api.close());

  const write = async (role: Parameters<typeof send>[0], dto: string, url: string, body: object, headers = {}) => {
    const method = dto === 'ProfileDto' ? 'PUT' : 'POST';
    const fields = covered.get(dto) ?? new Set();
    for (const field of hostileFields(body)) fields.add(field);
    covered.set(dto, fields);
    const answer = await send(role, { method, url, body, headers });
    if (answer.statusCode >= 300) throw new Error(`${method} ${url} → ${answer.statusCode} ${answer.payload}`);
    return answer.json();
  };
  const planTag = async (plan: string) => ({ 'if-match': String((await send('case-manager', { url: `plans/${plan}` })).headers.etag) });

  it('is kept as the text that it is', async () => {
    const t = HOSTILE;
    const sam = `students/${ids.sam}`;
    const place = { student: ids.sam, plan: ids.plan };
    await write('administrator', 'AddStaffDto', 'staff', { givenName: t, familyName: t, email: t, schools: [ids.school] });
    const grant = { role: 'auditor', schools: [ids.school], purpose: t, to: '2026-06-30' };
    const granted = await write('administrator', 'GrantRoleDto', `staff/${staffOf('teacher')}/roles`, grant);
    const ended = { lastDay: '2026-03-31', reason: t };
    await write('administrator', 'EndRoleDto', `staff/${staffOf('teacher')}/roles/${granted.id}/end`, ended);
    await write('administrator', 'ReasonDto', `staff/${staffOf('auditor')}/remove`, { reason: t });
    const child = { givenName: t, familyName: t, preferredName: t, grades: ['03'], schools: [ids.school] };
    await write('administrator', 'AddStudentDto', 'students', child);
    await write('coordinator', 'GuardianDto', `${sam}/guardians`, { name: t, relationship: t, phone: t, email: t });
    const etag = (await send('case-manager', { url: `${sam}/profile` })).headers.etag;
    const lists = ['strengths', 'challenges', 'interests', 'communication', 'helps', 'avoid', 'visualSupports', 'health', 'contacts'];
    const profile = Object.fromEntries(lists.map((list) => [list, [t]]));
    await write('case-manager', 'ProfileDto', `${sam}/profile`, profile, { 'if-match': String(etag) });
    const covering = { staff: staffOf('nurse'), role: 'nurse' };
    const assigned = (await send('case-manager', { method: 'POST', url: `${sam}/team`, body: covering })).json();
    await write('case-manager', 'EndAssignmentDto', `${sam}/team/${assigned.id}/end`, { lastDay: '2026-03-31', reason: t });

    const draft = (await send('case-manager', { method: 'POST', url: `${sam}/plans`, body: { kind: '504' } })).json().id;
    await write('case-manager', 'PresentLevelsDto', `plans/${draft}/present-levels`, { presentLevels: t, transition: t });
    const goal = { area: t, statement: t, label: t, better: 'up' };
    const rubric = { kind: 'rubric', scale: t, lowest: 0, highest: 4 };
    await write('case-manager', 'GoalDto', `plans/${draft}/goals`, { ...goal, measure: rubric });
    await write('case-manager', 'GoalDto', `plans/${draft}/goals`, { ...goal, measure: { kind: 'value', unit: t } });
    const accommodation = { category: 'other', use: 'instruction', label: t, description: t, classes: [ids.class] };
    await write('case-manager', 'AccommodationDto', `plans/${draft}/accommodations`, accommodation);
    await write('case-manager', 'ServiceDto', `plans/${draft}/services`, { discipline: 'speech', location: t, delivery: 'group' });
    const agreement = { parent: t, agency: staffOf('case-manager'), on: '2026-03-02', reason: t };
    const amendment = { effectiveFrom: '2026-03-09', agreement, accommodations: [accommodation] };
    await write('case-manager', 'AmendDto', `plans/${ids.plan}/amendments`, amendment, await planTag(ids.plan));

    const context = { setting: t, activity: t, note: t };
    const raw = { kind: 'percent-correct', correct: 8, incorrect: 2, noResponse: 0 };
    const observation = { ...place, goal: ids.goal, occurredAt: '2026-03-03T09:00:00-05:00', raw, context };
    await write('aide', 'ObservationDto', 'observations', { id: nth('o'), ...observation });
    await write('aide', 'CorrectObservationDto', `observations/${nth('o')}/corrections`, {
      raw: { ...raw, correct: 9 },
      context,
      reason: t,
    });
    await write('case-manager', 'DisputeDto', `observations/${nth('o')}/disputes`, { by: 'family', statement: t });
    await write('aide', 'VoidDto', `observations/${nth('o')}/void`, { reason: t });
    const entry = { ...place, accommodation: ids.accommodation, class: ids.class, on: '2026-03-03', state: { kind: 'not-applicable' } };
    await write('aide', 'AccommodationEntryDto', 'accommodation-entries', { id: nth('e'), ...entry, note: t });
    const other = { state: { kind: 'provided', outcome: 'used' }, note: t, reason: t };
    await write('aide', 'CorrectEntryDto', `accommodation-entries/${nth('e')}/corrections`, other);
    const note = { subjective: t, objective: t, assessment: t, plan: t };
    const outcome = { kind: 'delivered', start: '2026-03-03T08:30:00-05:00', end: '2026-03-03T09:00:00-05:00', location: t, note };
    const session = { ...place, service: ids.service };
    await write('therapist', 'SessionDto', 'sessions', { id: nth('s'), ...session, outcome });
    const shorter = { outcome: { ...outcome, kind: 'partial' }, reason: t };
    await write('therapist', 'CorrectSessionDto', `sessions/${nth('s')}/corrections`, shorter);
    const items = [
      { kind: 'observation', id: nth('o2'), ...observation },
      { kind: 'accommodation-entry', id: nth('e2'), ...entry, note: t },
    ];
    const batch = (await send('aide', { method: 'POST', url: 'records', body: { records: items } })).json();
    expect(batch.results.map(({ result }: { result: string }) => result)).toEqual(['recorded', 'recorded']);
    const ending = { lastDay: '2026-08-28', reason: t };
    const { position } = await write('case-manager', 'EndPlanDto', `plans/${ids.plan}/end`, ending, await planTag(ids.plan));

    const quoted = JSON.stringify(t);
    for (const [role, url, times] of [
      ['case-manager', `${sam}/history?limit=200`, 30],
      ['case-manager', `${sam}/timeline?limit=200`, 18],
      ['case-manager', `${sam}/profile`, 9],
      ['case-manager', `plans/${draft}`, 12],
      ['coordinator', 'staff', 2],
      ['administrator', 'students', 3],
    ] as const) {
      const { payload, headers } = await send(role, { url: `${url}${url.includes('?') ? '&' : '?'}after=${position}` });
      expect(headers['content-type']).toContain('application/json');
      expect([url, payload.split(quoted).length - 1 >= times]).toEqual([url, true]);
    }
    for (const url of ['students', 'staff']) {
      const found = (await send('administrator', { url: `${url}?search=${encodeURIComponent(t)}&after=${position}` })).json();
      expect(found.items).toHaveLength(1);
    }
  });

  it('leaves out no text field that the API document names', () => {
    const { components } = JSON.parse(JSON.stringify(openApiDocument(api.app))) as { components: { schemas: Record<string, Schema> } };
    const answers = /^(Problem|\w*(Result|Written|SignedIn)\w*|\w+Item)$|^(SignIn|Setup|Invite|AcceptInvitation|Password|Roster\w*)/;
    const missing = Object.entries(components.schemas)
      .filter(([name]) => !answers.test(name.replace(/Dto$/, '')))
      .flatMap(([name, schema]) =>
        textFields(schema, '')
          .filter((field) => !/grades\[\]$/.test(field) && !covered.get(name)?.has(field))
          .map((field) => `${name}.${field}`),
      );
    expect(missing).toEqual([]);
  });
});
