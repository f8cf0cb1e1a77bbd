export { caseloadView } from './caseload.projection';
export { type CaseloadFilter, CaseloadQuery, type CaseloadRow } from './caseload.query';
