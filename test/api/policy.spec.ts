import { DeclaredAccess } from '@apps/api/src/access/declared';
import type { Requirement } from '@apps/api/src/access/requires';
import { decide, type RecordTie } from '@foundation/access';
import { type Role, ROLES, type StudentId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { clientOf, fillWorld, ids, openApi, type OpenApi, staffOf, TODAY } from './world';

type Bound = Extract<Requirement, { public: false }>;

/** What `:id` is for the child with a relation and for the one without. */
const subjects = (about: Bound['about']): { tied: string; stranger: string } => {
  if (about === 'plan') return { tied: ids.plan, stranger: ids.kimsPlan };
  if (about === 'goal') return { tied: ids.goal, stranger: ids.kimsGoal };
  if (typeof about === 'object') {
    const own = { observation: ids.observation, accommodationEntry: ids.entry, session: ids.session };
    return { tied: own[about.record], stranger: about.record === 'observation' ? ids.kimsObservation : ids.observation };
  }
  return { tied: ids.sam, stranger: ids.kim };
};

describe('every route × role × relation', () => {
  let api: OpenApi;
  const folder = temporaryFolder();
  beforeAll(async () => {
    api = await openApi(folder);
    await fillWorld(api);
  });
  afterAll(() => api.close());

  const expected = async (role: Role, { action, about }: Bound, student: StudentId): Promise<'allow' | 'forbid' | 'hide'> => {
    const actor = await api.platform.relations.actor(staffOf(role), role, TODAY);
    if (!actor) throw new Error(`${role} does not hold the role`);
    if (about === 'nobody') return decide(actor, action).kind;
    const maker = typeof about === 'object' && about.record === 'session' ? 'therapist' : 'aide';
    const tie: RecordTie = { own: role === maker && student === ids.sam, ageDays: 1 };
    return decide(actor, action, await api.platform.relations.relation(actor, student, TODAY), tie).kind;
  };

  it('answers as the policy decides', async () => {
    const send = clientOf(api);
    const wrong: string[] = [];
    let cells = 0;
    const routes = api.app.get(DeclaredAccess).routes();
    for (const { method, path, requirement } of routes) {
      if (!requirement || requirement.public || requirement.about === 'inside' || path === '/changes') continue;
      const { about } = requirement;
      for (const relation of about === 'nobody' ? (['tied'] as const) : (['tied', 'stranger'] as const)) {
        const url = path.slice(1).replace(':id', subjects(about)[relation]).replace(/:\w+/g, ids.sam);
        for (const role of ROLES) {
          const body = method === 'GET' ? {} : { body: {} };
          // Of a session no stranger's exists: an id that is none is hidden from everybody alike.
          const missing = relation === 'stranger' && typeof about === 'object' && about.record !== 'observation';
          const decision = missing ? 'hide' : await expected(role, requirement, relation === 'tied' ? ids.sam : ids.kim);
          const { statusCode } = await send(role, { method: method as 'GET', url, ...body });
          const right =
            decision === 'forbid'
              ? statusCode === 403
              : decision === 'hide'
                ? statusCode === 404
                : ![401, 403].includes(statusCode) && statusCode < 500;
          const allowedAndThere = decision !== 'allow' || about === 'nobody' || statusCode !== 404;
          if (!right || !allowedAndThere) wrong.push(`${method} ${url} as ${role}, ${relation}: ${decision} but ${statusCode}`);
          cells += 1;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(cells).toBeGreaterThan(400);
  }, 120_000);

  it('asks every route but the public ones who is there', async () => {
    const send = clientOf(api);
    const open = [
      '/sign-in',
      '/refresh',
      '/sign-out',
      '/setup',
      '/invitations/accept',
      '/invitation',
      '/pages/link.js',
      '/',
      '/problems',
      '/problems/:code',
    ];
    for (const { method, path, requirement } of api.app.get(DeclaredAccess).routes()) {
      if (requirement?.public) expect([...open, '/health/live', '/health/ready', '/metrics']).toContain(path);
      else {
        const answer = await send(undefined, { method: method as 'GET', url: path.slice(1).replace(/:\w+/g, ids.sam) });
        expect([path, answer.statusCode]).toEqual([path, 401]);
      }
    }
  });

  it('refuses a token that is forged, expired, or of a removed person', async () => {
    const send = clientOf(api);
    const as = (authorization: string) => send(undefined, { url: 'me', headers: { authorization } });
    const token = api.platform.tokens.issue(staffOf('nurse'), 'nurse', ids.session as never);
    expect((await as(`Bearer ${token}`)).statusCode).toBe(200);
    const [head = '', claims = ''] = token.split('.');
    const stronger = Buffer.from(Buffer.from(claims, 'base64url').toString().replace('nurse', 'administrator')).toString('base64url');
    for (const forged of [`${token}x`, `${head}.${stronger}.${token.split('.')[2]}`, 'e30.e30.', 'nonsense']) {
      expect((await as(`Bearer ${forged}`)).json()).toMatchObject({ status: 401, type: '/problems/unauthenticated' });
    }
    await send('administrator', { method: 'POST', url: `staff/${staffOf('nurse')}/remove`, body: { reason: 'Left' } });
    expect((await as(`Bearer ${token}`)).statusCode).toBe(401);
    api.clock.advance(11 * 60_000);
    const expired = await as(`Bearer ${token}`);
    expect(expired.json().detail).toContain('expired');
  });
});
