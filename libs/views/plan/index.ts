export { planView } from './plan.projection';
export { isPlansEvent, PlanQuery } from './plan.query';
export * from './in-force';
