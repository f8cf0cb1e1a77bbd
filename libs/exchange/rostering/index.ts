export { type ImportCounts, rosteringEvents } from './events';
export type { Finding } from './findings';
export { readFolder } from './folder';
export type { SourceFile } from './manifest';
export { type Roster, readRoster } from './roster';
export { type ImportReport, type ImportRequest, RosterImporter } from './roster-importer';
export { type ImportStatus, RosterImports } from './roster-imports';
