import { Module } from '@nestjs/common';
import { AcknowledgePlanHandler } from './commands/acknowledge-plan';
import { ActivatePlanHandler } from './commands/activate-plan';
import { AmendPlanHandler } from './commands/amend-plan';
import { DraftPlanHandler } from './commands/draft-plan';
import { EndPlanHandler } from './commands/end-plan';
import { RemoveItemHandler } from './commands/remove-item';
import { SetAccommodationHandler } from './commands/set-accommodation';
import { SetGoalHandler } from './commands/set-goal';
import { SetServiceHandler } from './commands/set-service';
import { WritePresentLevelsHandler } from './commands/write-present-levels';

@Module({
  providers: [
    DraftPlanHandler,
    WritePresentLevelsHandler,
    SetGoalHandler,
    SetAccommodationHandler,
    SetServiceHandler,
    RemoveItemHandler,
    ActivatePlanHandler,
    AmendPlanHandler,
    AcknowledgePlanHandler,
    EndPlanHandler,
  ],
})
export class PlansModule {}
