import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepGoldenSamples } from '@foundation/event-store';
import { catalogue, complain, say } from '@apps/shared';

const root = join(__dirname, '../../../..');
const page = join(root, 'libs/case/EVENTS.md');

/** `npm run catalogue` writes the page and the golden samples of new event versions; `--check` fails when the page is not the code's. */
if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== catalogue.toMarkdown()) {
    complain('libs/case/EVENTS.md is not what the events say: run npm run catalogue.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, catalogue.toMarkdown());
  const kept = keepGoldenSamples(catalogue.definitions, join(root, 'test/golden-events'));
  say(`libs/case/EVENTS.md written; ${kept.length} golden samples added.`);
}
