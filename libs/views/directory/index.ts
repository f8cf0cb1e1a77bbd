export { directoryView } from './directory.projection';
export { DirectoryQuery, type StudentsFilter } from './directory.query';
export { TeamQuery } from './team.query';
export type * from './entries';
