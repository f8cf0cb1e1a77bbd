import { runViewsCommand } from '@foundation/view-store';
import { runMain } from './command-line';
import { masterKeyOf } from './master-key';
import { viewSet } from './view-set';

/** `npm run views -- status | rebuild | verify`: beside a running service or without one. */
void runMain((settings) =>
  runViewsCommand(
    process.argv.slice(2),
    () => ({ folder: settings.data, set: viewSet, masterKey: masterKeyOf(settings.data, process.env).master.secret.export() }),
    process.stdout,
  ),
);
