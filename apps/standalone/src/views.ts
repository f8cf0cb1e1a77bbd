import { runViewsCommand } from '@foundation/view-store';
import { masterKeyOf, runMain, viewSet } from '@apps/shared';

/** `npm run views -- status | rebuild | verify`: beside a running service or without one. */
void runMain((settings) =>
  runViewsCommand(
    process.argv.slice(2),
    () => ({ folder: settings.data, set: viewSet, masterKey: masterKeyOf(settings.data, process.env).master.secret.export() }),
    process.stdout,
  ),
);
