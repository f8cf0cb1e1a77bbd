import { erasedTable } from '../upkeep';

/** Sessions by child and week (Monday): a week's figures are one short range, however long the record grows. */
export const caseloadTables = `
CREATE TABLE caseload (
  session TEXT NOT NULL PRIMARY KEY, student TEXT NOT NULL, week TEXT NOT NULL, service TEXT NOT NULL,
  state TEXT NOT NULL, seconds INTEGER NOT NULL, revision INTEGER NOT NULL
);
CREATE INDEX caseload_week ON caseload (student, week, state, seconds);
${erasedTable('caseload')}
`;
