import { readCsv } from './csv-file';
import type { Finding } from './findings';
import { findFile, type SourceFile } from './source-file';

/** The files of OneRoster that are read here; the others (results, line items, resources) are none of a case's business. */
export const ROSTER_FILES = ['orgs', 'academicSessions', 'classes', 'users', 'roles', 'enrollments', 'demographics'] as const;
export type RosterFile = (typeof ROSTER_FILES)[number];
/** Bulk: the file is the whole truth. Delta: only what changed. Absent: not there, or not to be read. */
export type FileMode = 'bulk' | 'delta' | 'absent';

export interface Manifest {
  readonly version: '1.1' | '1.2';
  readonly modes: Readonly<Record<RosterFile, FileMode>>;
}

export const fileNameOf = (file: RosterFile): string => `${file}.csv`;

/** Reads manifest.csv; one that is refused has no file read; without one, every file that is there is bulk and the version shows in users.csv's columns. */
export async function readManifest(files: readonly SourceFile[], findings: Finding[]): Promise<Manifest> {
  const source = findFile(files, 'manifest.csv');
  const properties = new Map<string, { value: string; line: number }>();
  if (source) {
    const { taken } = await readCsv(source, ['propertyName', 'value'], [], findings, (row) =>
      properties.set(row.value('propertyName') ?? '', { value: row.value('value') ?? '', line: row.line }),
    );
    // Half a manifest would have some files read and others not: none is, then.
    if (!taken) properties.clear();
  } else {
    findings.push({
      file: 'manifest.csv',
      line: 1,
      outcome: 'warning',
      what: 'file',
      why: 'There is no manifest; every file found was read as a bulk file.',
    });
  }
  const modeOf = (file: RosterFile): FileMode => {
    const present = findFile(files, fileNameOf(file)) !== undefined;
    const stated = properties.get(`file.${file}`);
    if (!source) return present ? 'bulk' : 'absent';
    const mode = stated?.value ?? '';
    const line = stated?.line ?? 1;
    if (mode !== 'bulk' && mode !== 'delta') {
      if (mode !== 'absent' && mode !== '') {
        findings.push({
          file: source.name,
          line,
          column: 'value',
          outcome: 'warning',
          what: 'file',
          why: `file.${file} must be bulk, delta or absent; it was taken as absent.`,
        });
      } else if (present) {
        findings.push({
          file: source.name,
          line,
          column: 'value',
          outcome: 'warning',
          what: 'file',
          why: `${fileNameOf(file)} is there but the manifest does not call it bulk or delta; it was not read.`,
        });
      }
      return 'absent';
    }
    if (!present) {
      findings.push({
        file: source.name,
        line,
        column: 'value',
        outcome: 'refused',
        what: 'file',
        why: `The manifest says ${mode} but ${fileNameOf(file)} is missing.`,
      });
      return 'absent';
    }
    return mode;
  };
  const stated = properties.get('oneroster.version');
  const version = stated?.value.startsWith('1.2') ? '1.2' : stated ? '1.1' : modeOf('roles') === 'absent' ? '1.1' : '1.2';
  if (source && stated && !/^1\.[12]/.test(stated.value)) {
    findings.push({
      file: source.name,
      line: stated.line,
      column: 'value',
      outcome: 'warning',
      what: 'file',
      why: 'This OneRoster version is not 1.1 or 1.2; the files were read as 1.1.',
    });
  }
  return { version, modes: Object.fromEntries(ROSTER_FILES.map((file) => [file, modeOf(file)])) as Record<RosterFile, FileMode> };
}
