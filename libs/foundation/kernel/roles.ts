/** What a person may act as (design section 6). A person with several acts in one at a time. */
export const ROLES = ['administrator', 'coordinator', 'case-manager', 'teacher', 'therapist', 'aide', 'nurse', 'auditor'] as const;
export type Role = (typeof ROLES)[number];
/** What a member of a child's team is on that team. */
export const TEAM_ROLES = ['case-manager', 'teacher', 'therapist', 'aide', 'nurse'] as const;
export type TeamRole = (typeof TEAM_ROLES)[number];
export const DISCIPLINES = ['speech', 'occupational', 'physical', 'counselling', 'vision', 'hearing', 'other'] as const;
export type Discipline = (typeof DISCIPLINES)[number];
