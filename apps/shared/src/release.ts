import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The release that runs, as package.json names it. */
export const RELEASE = (JSON.parse(readFileSync(join(__dirname, '../../../../package.json'), 'utf8')) as { version: string }).version;
