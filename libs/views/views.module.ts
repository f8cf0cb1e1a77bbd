import { Module } from '@nestjs/common';
import { CaseloadQuery } from './caseload';
import { DirectoryQuery, TeamQuery } from './directory';
import { HistoryQuery } from './history';
import { PlanQuery } from './plan';
import { ProgressQuery } from './progress';
import { TimelineQuery } from './timeline';
import { TodayQuery } from './today';

const queries = [DirectoryQuery, TeamQuery, PlanQuery, TimelineQuery, ProgressQuery, TodayQuery, CaseloadQuery, HistoryQuery];

/** The read models' queries. Needs VIEW_READER and JOURNAL from the platform's global module. */
@Module({ providers: queries, exports: queries })
export class ViewsModule {}
