import { SingleBar, Presets } from 'cli-progress';
import { inZone, localDateOf } from '@foundation/calendar';
import type { AccountsService } from '@foundation/access';
import { type CommandId, type LocalDate, newId, type Role, START } from '@foundation/kernel';
import { FINGERPRINT_STREAM } from '@foundation/privacy';
import { type Commands, type DemoStaff, fillDistrict, type District } from '@exchange/demo-district';
import type { Platform } from '@apps/api';
import { say } from '@apps/shared';

export interface DemoArguments {
  readonly students: number;
  readonly days: number;
  readonly seed: number;
}

/** Of every demo account; the district is invented and listens on this machine only unless it is told otherwise. */
export const DEMO_PASSWORD = 'a district that never was';

export interface DemoSignIn {
  readonly role: Role;
  readonly signInName: string;
}

/** The first of each role, in the order of the roles' reach. */
function onePerRole({ administrator, schools }: District): readonly DemoStaff[] {
  const everyone = [administrator, ...schools.flatMap((school) => school.staff)];
  const roles: readonly Role[] = ['administrator', 'coordinator', 'case-manager', 'teacher', 'therapist', 'aide', 'nurse', 'auditor'];
  return roles.flatMap((role) => everyone.find((member) => member.role === role) ?? []);
}

async function openAccount(accounts: AccountsService, { staff, signInName }: DemoStaff, platform: Platform): Promise<void> {
  const recordedAt = platform.clock.now();
  const commandId = newId<CommandId>();
  const context = {
    commandId,
    correlationId: commandId,
    actor: 'system',
    occurredAt: inZone(recordedAt, platform.settings.zone),
    recordedAt,
  } as const;
  const { token } = await accounts.invite({ staff, signInName }, context);
  await accounts.acceptInvitation({ token, password: DEMO_PASSWORD }, { correlationId: commandId, address: '127.0.0.1' });
}

/** Fills a log that holds nothing but a key of the service's own; on a log with events it does nothing. Answers the accounts that the same seed has. */
export async function fillDemo(platform: Platform, commands: Commands, given: DemoArguments): Promise<readonly DemoSignIn[]> {
  const { settings, clock } = platform;
  const first = await platform.store.readAll({ after: START, limit: 2 });
  if (first.some(({ stream }) => stream !== FINGERPRINT_STREAM)) return [];
  const today: LocalDate = localDateOf(inZone(clock.now(), settings.zone));
  const bar = process.stdout.isTTY
    ? new SingleBar({ format: 'filling the demo district {bar} {percentage} %, {eta} s left' }, Presets.shades_classic)
    : undefined;
  let told = -1;
  bar?.start(1, 0);
  const started = performance.now();
  const { district, events } = await fillDistrict(commands, { ...given, today, zone: settings.zone }, (done, total) => {
    bar?.setTotal(total);
    bar?.update(done);
    const tenth = Math.floor((10 * done) / total);
    if (!bar && tenth > told) say(`filling the demo district: ${tenth * 10} %`);
    told = Math.max(told, tenth);
  });
  bar?.stop();
  const seconds = (performance.now() - started) / 1000;
  const chosen = onePerRole(district);
  for (const member of chosen) await openAccount(platform.accounts, member, platform);
  say(`${events.toLocaleString('en')} events of ${given.students} students recorded in ${seconds.toFixed(1)} s.`);
  return chosen.map(({ role, signInName }) => ({ role, signInName }));
}
