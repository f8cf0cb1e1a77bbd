import { ChoiceField, IdField } from '@foundation/http';
import type { NodeId } from '@foundation/kernel';
import { WORKS } from '@foundation/view-jobs';
import type { ViewsWork } from '@foundation/view-store';

export class ViewJobDto {
  @ChoiceField(WORKS, {
    description: 'rebuild: make the views anew from the log; verification: compare every row with what the log gives.',
  })
  work: ViewsWork;
}

export class ViewJobQuery {
  @IdField({ optional: true, description: 'Whose views: a node that the list names; the one that is asked when left out.' }) node?: NodeId;
}
