import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMasterKey } from '@foundation/privacy';
import { createApi, openApiDocument } from '@apps/api';
import { readSettings } from '@config/settings';
import { complain, loggerOf, say } from '@apps/shared';
import { compose } from './compose';

const file = join(__dirname, '../../../../apps/api/openapi.json');

/** `npm run openapi` writes the document; `--check` fails when the one that is kept is not the code's. */
async function main(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'throughline-openapi-'));
  const settings = { ...readSettings({}), data, logLevel: 'silent' as const };
  const { platform, close } = await compose(settings, createMasterKey(join(data, 'master.key')), loggerOf(settings));
  const app = await createApi(platform);
  const text = `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
  await app.close();
  await close();
  rmSync(data, { recursive: true });
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
    say('apps/api/openapi.json written.');
  } else if (readFileSync(file, 'utf8') !== text) {
    complain('apps/api/openapi.json is not what the code says: run npm run openapi.');
    process.exitCode = 1;
  }
}

void main();
