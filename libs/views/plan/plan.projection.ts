import type { PlansEvent } from '@case/plans/events';
import { evolvePlan, type PlanPromise } from '@case/plans/promise';
import type { PlanId, RecordedEvent } from '@foundation/kernel';
import type { PrivacyEvent } from '@foundation/privacy/events';
import type { View } from '@foundation/view-store/view';
import { erasure } from '../upkeep';
import { planTables } from './plan.table';

export const planView: View<PlansEvent | PrivacyEvent> = {
  name: 'plan',
  tables: planTables,
  project(db) {
    const read = db.prepare<[PlanId], { revision: number; promise: string }>('SELECT revision, promise FROM plan WHERE plan = ?');
    const write = db.prepare('INSERT OR REPLACE INTO plan (plan, student, revision, promise) VALUES (?, ?, ?, ?)');
    const erased = db.prepare('SELECT 1 FROM plan_erased WHERE student = ?');
    const purge = db.prepare('DELETE FROM plan WHERE student = ?');

    const fold = (event: RecordedEvent<PlansEvent>): void => {
      const row = read.get(event.data.plan);
      if (row && row.revision >= event.revision) return;
      const promise = evolvePlan(row && (JSON.parse(row.promise) as PlanPromise), event);
      if (promise && !erased.get(promise.student)) write.run(promise.plan, promise.student, event.revision, JSON.stringify(promise));
    };
    return {
      'plans.plan-drafted': fold,
      'plans.present-levels-written': fold,
      'plans.goal-set': fold,
      'plans.accommodation-set': fold,
      'plans.service-set': fold,
      'plans.item-removed': fold,
      'plans.plan-activated': fold,
      'plans.plan-amended': fold,
      'plans.plan-acknowledged': fold,
      'plans.plan-ended': fold,
      ...erasure(db, 'plan', { student: (student) => void purge.run(student) }),
    };
  },
};
