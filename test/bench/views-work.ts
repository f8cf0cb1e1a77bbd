import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { built } from './processes';
import { loopRaw } from './raw';

/** `views-work.ts raw|rebuild <data folder>` prints events per second as JSON; in a process of its own, so that no round warms the next. */
const [kind, data = ''] = process.argv.slice(2);
const scratch = mkdtempSync(join(data, '..', 'rebuild-'));
try {
  for (const name of readdirSync(data)) {
    if (/^(log\.sqlite|log\.sqlite-wal|master\.key)$/.test(name)) cpSync(join(data, name), join(scratch, name));
  }
  process.stdout.write(`${JSON.stringify(kind === 'raw' ? loopRaw(scratch, join(scratch, 'raw.sqlite')) : rebuild(scratch))}\n`);
} finally {
  rmSync(scratch, { recursive: true });
}

/** The command `views rebuild` of the built service. */
function rebuild(folder: string): number {
  const { viewsRebuild } = built('libs/foundation/view-store') as typeof import('@foundation/view-store');
  const { viewSet } = built('apps/shared/src/view-set') as typeof import('@apps/shared/src/view-set');
  const { masterKeyOf } = built('apps/shared/src/master-key') as typeof import('@apps/shared/src/master-key');
  const masterKey = masterKeyOf(folder, {}).master.secret.export();
  const started = performance.now();
  const { events, views } = viewsRebuild({ folder, set: viewSet, masterKey });
  const halted = views.filter((view) => view.halted);
  if (halted.length > 0) throw new Error(`Halted: ${halted.map(({ view }) => view).join(', ')}`);
  return events / ((performance.now() - started) / 1000);
}
