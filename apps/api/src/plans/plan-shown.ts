import type { ReadScope } from '@foundation/access';
import type { ClassId } from '@foundation/kernel';
import type { PlanInForce, PlansOn } from '@views/plan';

/** What of the plans a reader may see: a teacher the items of their classes; nobody but the whole record's readers the drafts and statements. */
export function shown(plans: PlansOn, { records, classes }: ReadScope): PlansOn {
  if (records === 'all' && !classes) return plans;
  const { on, asOf, inForce } = plans;
  return { on, ...(asOf && { asOf }), inForce: inForce.map((plan) => ofClasses(toActOn(plan), classes)), drafts: [] };
}

function toActOn(plan: PlanInForce): PlanInForce {
  const { presentLevels: _levels, transition: _transition, agreement: _agreement, ...rest } = plan;
  return rest;
}

function ofClasses(plan: PlanInForce, classes: readonly ClassId[] | undefined): PlanInForce {
  if (!classes) return plan;
  const within = (item: { readonly classes: readonly ClassId[] }) => item.classes.some((one) => classes.includes(one));
  return { ...plan, goals: plan.goals.filter(within), accommodations: plan.accommodations.filter(within) };
}
