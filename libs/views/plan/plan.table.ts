import { erasedTable } from '../upkeep';

/** `promise` is the folded plan (`PlanPromise`), `revision` that of its stream. */
export const planTables = `
CREATE TABLE plan (plan TEXT PRIMARY KEY, student TEXT NOT NULL, revision INTEGER NOT NULL, promise TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX plan_student ON plan (student);
${erasedTable('plan')}
`;
