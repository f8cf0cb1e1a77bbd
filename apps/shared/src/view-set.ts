import { createSecretKey } from 'node:crypto';
import { join } from 'node:path';
import { EventOpener, SqliteEventStore } from '@foundation/event-store';
import { MasterKey, SyncKeyRing } from '@foundation/privacy';
import type { ClosableSource, ViewSet } from '@foundation/view-store';
import { viewSet as views } from '@views/index';
import { catalogue } from './events';

const libs = join(__dirname, '../../../libs');

/** The log of a folder in clear, for the projecting thread and the command line. */
function openSource(folder: string, masterKey: Uint8Array): ClosableSource {
  const store = SqliteEventStore.open(folder, { mode: 'read' });
  const keys = new SyncKeyRing((stream) => store.readStreamSync(stream), new MasterKey(createSecretKey(masterKey)), { remember: 8000 });
  const opener = new EventOpener(catalogue, keys);
  return {
    // What a newer node writes already is nothing that these views listen to: it passes by as it is.
    readAfter: (after, limit) =>
      store.readAllSync({ after, limit }).map((event) => (catalogue.definitionOf(event.type) ? opener.open(event) : event)),
    head: () => store.headSync(),
    close: () => void store.close(),
  };
}

/** Read by the projecting thread: keep it free of the web's framework. */
export const viewSet: ViewSet = {
  views,
  code: ['views', 'case', 'foundation/kernel', 'foundation/calendar', 'foundation/measurement'].map((room) => join(libs, room)),
  openSource,
};
