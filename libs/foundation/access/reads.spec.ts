import { join } from 'node:path';
import Database from 'better-sqlite3';
import { derivedId, id, type Instant, type StaffId, type StudentId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { ReadAudit, type ReadEntry } from './reads';

const staff = id<StaffId>('7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01');
const sam = id<StudentId>('0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01');
const kim = derivedId<StudentId>(sam, 'kim');
const read = (what: string, student = sam): ReadEntry => ({
  at: '2026-03-03T14:15:00.000Z' as Instant,
  staff,
  role: 'aide',
  student,
  what,
  correlationId: 'c1',
});

describe('the record of reads', () => {
  const folder = temporaryFolder();
  let files = 0;
  const open: ReadAudit[] = [];
  const audit = () => {
    const file = join(folder, `reads-${++files}.sqlite`);
    const made = new ReadAudit(file);
    open.push(made);
    return { file, audit: made };
  };
  afterEach(() => open.splice(0).forEach((one) => one.close()));
  const whats = (from: ReadAudit, student = sam) => from.readsOf(student, { limit: 10 }).reads.map(({ what }) => what);

  it('has a read on the disk once it is recorded', async () => {
    const { file, audit: reads } = audit();
    await reads.record(read('plan.read'));
    const other = new Database(file, { readonly: true });
    expect(other.prepare('SELECT what FROM reads').pluck().all()).toEqual(['plan.read']);
    other.close();
    expect(reads.readsOf(sam, { limit: 10 })).toEqual({ reads: [read('plan.read')] });
  });
  it('keeps children apart and many reads at once in order', async () => {
    const { audit: reads } = audit();
    await Promise.all([reads.record(read('1'), read('2', kim)), reads.record(), ...['3', '4'].map((what) => reads.record(read(what)))]);
    expect(whats(reads)).toEqual(['4', '3', '1']);
    expect(whats(reads, kim)).toEqual(['2']);
  });
  it('is read page by page, newest first', async () => {
    const { audit: reads } = audit();
    await reads.record(...['1', '2', '3', '4', '5'].map((what) => read(what)));
    const first = reads.readsOf(sam, { limit: 2 });
    const second = reads.readsOf(sam, { limit: 2, before: first.next });
    const third = reads.readsOf(sam, { limit: 2, before: second.next });
    expect([first, second, third].map((page) => page.reads.map(({ what }) => what))).toEqual([['5', '4'], ['3', '2'], ['1']]);
    expect(third.next).toBeUndefined();
  });
  it('is neither changed nor deleted', async () => {
    const { file, audit: reads } = audit();
    await reads.record(read('plan.read'));
    const other = new Database(file);
    expect(() => other.exec(`UPDATE reads SET staff = ''`)).toThrow('not changed');
    expect(() => other.exec('DELETE FROM reads')).toThrow('not deleted');
    other.close();
  });
  it('says so when it cannot write, so that nothing is shown unrecorded, and goes on afterwards', async () => {
    const { file, audit: reads } = audit();
    const other = new Database(file);
    other.exec('ALTER TABLE reads RENAME TO away');
    await expect(reads.record(read('plan.read'))).rejects.toMatchObject({ code: 'SQLITE_ERROR' });
    other.exec('ALTER TABLE away RENAME TO reads');
    other.close();
    await reads.record(read('timeline.read'));
    expect(whats(reads)).toEqual(['timeline.read']);
  });
  it('keeps what waits when it is closed, and finds it again', async () => {
    const { file, audit: reads } = audit();
    const waiting = reads.record(read('plan.read'));
    open.splice(0).forEach((one) => one.close());
    await waiting;
    const again = new ReadAudit(file);
    open.push(again);
    expect(whats(again)).toEqual(['plan.read']);
  });
});
