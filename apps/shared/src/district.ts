import { join } from 'node:path';
import type { Platform } from '@apps/api';
import { CaseRelationFacts } from '@case/students';
import type { Settings } from '@config/settings';
import { AccessTokens, AccountsService, MemoryThrottle, ReadAudit } from '@foundation/access';
import type { EventStore, JournalCommandRunner, LogJournal } from '@foundation/event-store';
import type { JobQueue } from '@foundation/jobs';
import type { Clock } from '@foundation/kernel';
import type { KeyRing, MasterKey } from '@foundation/privacy';
import type { ViewHost } from '@foundation/view-store';
import { Digests, fileMailer, smtpMailer } from '@exchange/digest';
import { buildInThread, RecordExports } from '@exchange/exports';

export interface DistrictParts {
  readonly store: EventStore;
  readonly keys: KeyRing;
  readonly journal: LogJournal;
  readonly runner: JournalCommandRunner;
  readonly views: ViewHost;
  readonly queue: JobQueue;
  readonly master: MasterKey;
  readonly clock: Clock;
  readonly settings: Settings;
  /** Where copies of records lie until they are fetched; in the data folder when left out. */
  readonly exportsFolder?: string;
}

export type District = Pick<Platform, 'relations' | 'accounts' | 'tokens' | 'exports' | 'digests'> & {
  readonly tokens: AccessTokens;
  readonly reads: ReadAudit;
};

/** What a district's process is made of above its log, keys and views: the same in both shapes. */
export function districtOn({
  store,
  keys,
  journal,
  runner,
  views,
  queue,
  master,
  clock,
  settings,
  exportsFolder,
}: DistrictParts): District {
  const { data, zone, smtp, mailFrom, link } = settings;
  const relations = new CaseRelationFacts(runner);
  const tokens = new AccessTokens(master.deriveKey('tokens').export(), clock);
  const accounts = new AccountsService({
    logId: store.logId,
    runner,
    clock,
    zone,
    facts: relations,
    tokens,
    throttle: new MemoryThrottle(),
    refreshKey: master.deriveKey('refresh').export(),
  });
  const folder = exportsFolder ?? join(data, 'exports');
  const recordExports = new RecordExports({ runner, journal, views, keys, queue, clock, zone, folder, build: buildInThread });
  const mailer = smtp === '' ? fileMailer(join(data, 'mail'), mailFrom) : smtpMailer(smtp, mailFrom);
  const digests = new Digests({ runner, journal, views, relations, queue, mailer, clock, zone, link });
  return { relations, tokens, accounts, exports: recordExports, digests, reads: new ReadAudit(join(data, 'reads.sqlite')) };
}
