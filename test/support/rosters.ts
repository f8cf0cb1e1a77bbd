import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RosterText {
  readonly name: string;
  readonly content: string;
}

export const rosterFolder = (name: string): string => join(__dirname, '../rosters', name);

/** The files of a roster of test/rosters, as the API takes them in JSON. */
export function rosterTexts(name: string): readonly RosterText[] {
  const folder = rosterFolder(name);
  return readdirSync(folder).map((file) => ({ name: file, content: readFileSync(join(folder, file), 'utf8') }));
}
