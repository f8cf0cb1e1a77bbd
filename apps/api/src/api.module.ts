import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, RouterModule } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { AccommodationsModule } from '@case/accommodations';
import { ObservationsModule } from '@case/observations';
import { PeopleModule } from '@case/people';
import { PlansModule } from '@case/plans';
import { SchoolsModule } from '@case/schools';
import { SessionsModule } from '@case/sessions';
import { StudentsModule } from '@case/students';
import { COMMAND_RUNNER, EVENT_STORE, JOURNAL } from '@foundation/event-store';
import { SseStreams } from '@foundation/http';
import { VIEW_READER } from '@views/reader';
import { ViewsModule } from '@views/views.module';
import { Access } from './access/access';
import { AccessGuard } from './access/access.guard';
import { DeclaredAccess } from './access/declared';
import { Reads } from './access/reads';
import { AccountController } from './account/account.controller';
import { ChangesController } from './changes/changes.controller';
import { ExportsController } from './exports/exports.controller';
import { MessagesController } from './messages/messages.controller';
import { OverviewsController } from './overviews/overviews.controller';
import { PagesController } from './pages/pages.controller';
import { PlansController } from './plans/plans.controller';
import { PLATFORM, type Platform } from './platform';
import { Batch } from './records/batch';
import { Recorder } from './records/recorder';
import { RecordsController } from './records/records.controller';
import { RosterController } from './roster/roster.controller';
import { SchoolsController } from './schools/schools.controller';
import { HealthController } from './service/health.controller';
import { MetricsController } from './service/metrics.controller';
import { ProblemsController } from './service/problems.controller';
import { Replies } from './shared/replies';
import { StaffController } from './staff/staff.controller';
import { StudentsController } from './students/students.controller';
import { ViewsController } from './views/views.controller';

const rooms = [AccommodationsModule, ObservationsModule, PeopleModule, PlansModule, SchoolsModule, SessionsModule, StudentsModule];

/** What the rooms inject: the ports and the queries. */
@Global()
@Module({})
class PlatformModule {
  static of(platform: Platform, streams: SseStreams): DynamicModule {
    const shared = [
      { provide: PLATFORM, useValue: platform },
      { provide: EVENT_STORE, useValue: platform.store },
      { provide: JOURNAL, useValue: platform.journal },
      { provide: COMMAND_RUNNER, useValue: platform.runner },
      { provide: VIEW_READER, useValue: platform.views },
      { provide: SseStreams, useValue: streams },
      Access,
      Reads,
      Replies,
    ];
    return {
      module: PlatformModule,
      imports: [CqrsModule.forRoot(), ViewsModule],
      providers: shared,
      exports: [...shared, CqrsModule, ViewsModule],
    };
  }
}

/** Everything under /api/v1. */
@Module({
  controllers: [
    AccountController,
    StaffController,
    SchoolsController,
    RosterController,
    StudentsController,
    ExportsController,
    PlansController,
    RecordsController,
    OverviewsController,
    MessagesController,
    ChangesController,
    ViewsController,
    HealthController,
  ],
  providers: [Batch, Recorder],
})
class VersionOneModule {}

/** Outside the version: what balancers, browsers and readers of a problem ask for. */
@Module({ controllers: [HealthController, MetricsController, PagesController, ProblemsController] })
class RootModule {}

@Module({})
export class ApiModule {
  static forRoot(platform: Platform, streams: SseStreams = new SseStreams()): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        PlatformModule.of(platform, streams),
        ...rooms,
        DiscoveryModule,
        RootModule,
        VersionOneModule,
        RouterModule.register([{ path: 'api/v1', module: VersionOneModule }]),
      ],
      providers: [DeclaredAccess, { provide: APP_GUARD, useClass: AccessGuard }],
    };
  }
}
