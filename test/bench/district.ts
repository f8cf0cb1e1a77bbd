import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { Started, startService } from './processes';
import type { Goal } from './load';

/** Of every account of a demo district. */
const PASSWORD = 'a district that never was';

/** Filled data folders, made once each. */
export class Districts {
  constructor(private readonly folder: string) {}

  /** The demo as an operator starts it; answers its folder. */
  async demo(students: number, days: number): Promise<string> {
    return this.made(`demo-${students}-${days}`, async (data) => {
      const { process } = await startService(data, ['--demo', '--students', String(students), '--days', String(days)]);
      await process.stop();
    });
  }

  /** Twelve children's school year, day by day among `others`: what one person asks for stays the same, the log around it grows. */
  async among(others: number): Promise<string> {
    return this.made(`among-${others}`, async (data) => {
      await Started.script('fill-among.ts', data, String(others)).result();
    });
  }

  private async made(name: string, make: (data: string) => Promise<void>): Promise<string> {
    const data = join(this.folder, name);
    const done = join(data, 'filled');
    if (existsSync(done)) return data;
    mkdirSync(data, { recursive: true });
    process.stderr.write(`filling ${name} …\n`);
    await make(data);
    writeFileSync(done, '');
    return data;
  }
}

/** Answers an access token. */
export async function signIn(url: string, signInName: string): Promise<string> {
  const answer = await request(`${url}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ signInName, password: PASSWORD }),
  });
  if (answer.statusCode !== 200) throw new Error(`${signInName} cannot sign in: ${answer.statusCode} ${await answer.body.text()}`);
  return ((await answer.body.json()) as { accessToken: string }).accessToken;
}

export async function read<T>(url: string, token: string, path: string): Promise<T> {
  const answer = await request(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${await answer.body.text()}`);
  return (await answer.body.json()) as T;
}

/** Goals in percent that the caller may record for, of the children that the caller has today. */
export async function goalsOf(url: string, token: string): Promise<readonly Goal[]> {
  const { children } = await read<{ children: { student: string }[] }>(url, token, 'today');
  const goals: Goal[] = [];
  for (const { student } of children) {
    const { inForce } = await read<{ inForce: { plan: string; goals: { goal: string; measure?: { kind: string } }[] }[] }>(
      url,
      token,
      `students/${student}/plan`,
    );
    for (const { plan, goals: ofPlan } of inForce) {
      for (const { goal, measure } of ofPlan) {
        if (measure?.kind === 'percent-correct')
          goals.push({ student, plan, goal, raw: { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 } });
      }
    }
  }
  if (goals.length === 0) throw new Error('The caller has no goal in percent');
  return goals;
}
