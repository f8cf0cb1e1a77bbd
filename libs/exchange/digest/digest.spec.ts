import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventOf, type LocalDate, newId, type StaffId } from '@foundation/kernel';
import { given } from '@foundation/testing';
import { dueOf, schoolDaysBefore } from './due';
import { digestMade, mailSettled, messageRead } from './events';
import { fileMailer, type Mail, smtpMailer } from './mailer';
import { digestOf, messageDecider } from './message';

const digest = digestMade.sample as EventOf<typeof digestMade>['data'];
const { message, staff } = digest;
const day = (text: string) => text as LocalDate;

describe('a message', () => {
  const made = digestMade.of(digest);
  it('is made once', () => {
    given(messageDecider).when({ kind: 'make', digest }).then(made);
    given(messageDecider, [made])
      .when({ kind: 'make', digest: { ...digest, reviewsDue: 9 } })
      .then();
  });
  it('is read by whom it is for, once; for others there is none', () => {
    given(messageDecider, [made]).when({ kind: 'read', message, staff }).then(messageRead.of({ message }));
    given(messageDecider, [made, messageRead.of({ message })])
      .when({ kind: 'read', message, staff })
      .then();
    given(messageDecider, [made]).when({ kind: 'read', message, staff: newId<StaffId>() }).thenRefused('message-not-found');
    given(messageDecider).when({ kind: 'read', message, staff }).thenRefused('message-not-found');
  });
  it('is mailed once', () => {
    const settled = mailSettled.of({ message, outcome: 'sent' });
    given(messageDecider, [made]).when({ kind: 'settle-mail', message, outcome: 'sent' }).then(settled);
    given(messageDecider, [made, settled]).when({ kind: 'settle-mail', message, outcome: 'no-address' }).then();
  });
  it('has an id that follows from its reader and day', () => {
    expect(digestOf(staff, day('2026-03-03'))).toBe(digestOf(staff, day('2026-03-03')));
    expect(digestOf(staff, day('2026-03-03'))).not.toBe(digestOf(staff, day('2026-03-04')));
  });
});

describe('what is due of a child', () => {
  const row = { due: {}, week: { missed: 0 } as never, goals: [] };
  const goal = { goal: newId<never>(), label: 'Asks for help' };
  it.each([
    ['2026-02-01', 1],
    ['2026-04-02', 1],
    ['2026-04-03', 0],
  ])('a review on %s, seen on 3 March, counts %i', (annualReview, reviewsDue) => {
    expect(dueOf({ ...row, due: { annualReview: day(annualReview) } }, day('2026-03-03'))).toMatchObject({ reviewsDue });
  });
  it('both clocks count', () => {
    const due = { annualReview: day('2026-03-03'), reevaluation: day('2026-03-04') };
    expect(dueOf({ ...row, due }, day('2026-03-03'))).toMatchObject({ reviewsDue: 2 });
  });
  it.each([
    [undefined, 1],
    ['2026-02-10', 1],
    ['2026-02-11', 0],
    ['2026-03-02', 0],
  ])('a goal last seen on %s, seen on 3 March, counts %i', (lastDataDay, goalsWithoutData) => {
    const goals = [lastDataDay ? { ...goal, lastDataDay: day(lastDataDay) } : goal];
    expect(dueOf({ ...row, goals }, day('2026-03-03'))).toMatchObject({ goalsWithoutData });
  });
  it('goes back over weekends', () => {
    expect(schoolDaysBefore(day('2026-03-02'), 1)).toBe('2026-02-27');
    expect(schoolDaysBefore(day('2026-03-03'), 14)).toBe('2026-02-11');
  });
});

describe('a mail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-mail-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const mail: Mail = { id: message, to: 'ana@lincoln.example', subject: 'What needs looking at', text: '2 reviews' };

  it('is a file of its own without a mail server, for its owner alone, dropped after 30 days', async () => {
    const mailer = fileMailer(folder, 'throughline@lincoln.example');
    await mailer.send(mail);
    await mailer.send(mail);
    expect(readdirSync(folder)).toEqual([`${message}.eml`]);
    const file = join(folder, `${message}.eml`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(
      /^From: throughline@lincoln.example\r?\nTo: ana@lincoln.example\r?\nSubject: What needs looking at/,
    );
    expect(readFileSync(file, 'utf8')).toContain(`Message-ID: <${message}@throughline>`);
    await mailer.sweep(new Date());
    expect(readdirSync(folder)).toHaveLength(1);
    utimesSync(file, 0, 0);
    await mailer.sweep(new Date());
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes to the mail server of the settings', async () => {
    const heard: string[] = [];
    const server = createServer((socket) => talk(socket, heard)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await smtpMailer(`smtp://127.0.0.1:${port}?ignoreTLS=true`, 'throughline@lincoln.example').send(mail);
    server.close();
    const text = heard.join('');
    expect(text).toContain('RCPT TO:<ana@lincoln.example>');
    expect(text).toContain(`Message-ID: <${message}@throughline>`);
    expect(text).toContain('2 reviews');
  });

  it('fails when no mail server answers, so that it is tried again', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    await expect(smtpMailer(`smtp://127.0.0.1:${port}`, 'x@lincoln.example').send(mail)).rejects.toThrow('ECONNREFUSED');
  });
});

/** As much of a mail server as one mail needs. */
function talk(socket: Socket, heard: string[]): void {
  let inData = false;
  socket.write('220 mail.example\r\n');
  socket.on('data', (chunk) => {
    const text = chunk.toString();
    heard.push(text);
    if (inData) {
      if (!text.endsWith('\r\n.\r\n')) return;
      inData = false;
      return void socket.write('250 taken\r\n');
    }
    if (text.startsWith('DATA')) inData = true;
    socket.write(inData ? '354 go on\r\n' : text.startsWith('QUIT') ? '221 bye\r\n' : '250 fine\r\n');
  });
}
