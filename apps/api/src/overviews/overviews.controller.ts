import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemError } from '@foundation/http';
import type { GoalId, StudentId } from '@foundation/kernel';
import { CaseloadQuery } from '@views/caseload';
import { DirectoryQuery } from '@views/directory';
import { HistoryQuery } from '@views/history';
import { ProgressQuery } from '@views/progress';
import { TimelineQuery } from '@views/timeline';
import { TodayQuery } from '@views/today';
import { Access } from '../access/access';
import { By, type Caller } from '../access/caller';
import { Reads } from '../access/reads';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers } from '../shared/answers';
import { PageQuery } from '../shared/dto';
import { ById, IdOf, notFound, Replies } from '../shared/replies';
import { instantOf } from '../shared/times';
import { within } from '../students/students.controller';
import { CaseloadAnswer } from './caseload.answers';
import { HistoryAnswer, ReadsAnswer } from './history.answers';
import { AsOfQuery, TimelineQueryDto } from './overviews.dto';
import { ProgressAnswer } from './progress.answers';
import { TimelineAnswer } from './timeline.answers';
import { TodayAnswer } from './today.answers';

@ApiTags('overviews')
@Controller()
export class OverviewsController {
  constructor(
    private readonly timelines: TimelineQuery,
    private readonly histories: HistoryQuery,
    private readonly progress: ProgressQuery,
    private readonly days: TodayQuery,
    private readonly caseloads: CaseloadQuery,
    private readonly directory: DirectoryQuery,
    private readonly replies: Replies,
    private readonly reads: Reads,
    private readonly access: Access,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get('today')
  @Requires('today.read')
  @ApiOperation({ summary: 'My children today, and what there is to do' })
  @Answers(TodayAnswer, 'By first name.')
  async today(@By() by: Caller) {
    const today = this.days.today(by.actor.staff, by.today);
    const readable = await this.access.readable(
      by,
      today.children.map(({ student }) => student),
    );
    await this.reads.record(by, 'today.read', ...readable);
    return { ...today, children: today.children.filter(({ student }) => readable.has(student)) };
  }

  @Get('caseload')
  @Requires('caseload.read')
  @ApiOperation({ summary: 'One line per child that I answer for' })
  @Answers(CaseloadAnswer, 'By name; one page, `Link` names the next.')
  async caseload(@By() by: Caller, @Query() page: PageQuery) {
    const found = this.caseloads.caseload({ ...within(by), ...page });
    const readable = await this.access.readable(
      by,
      found.items.map(({ student }) => student.student),
    );
    await this.reads.record(by, 'caseload.read', ...readable);
    return this.replies.page({ ...found, items: found.items.filter(({ student }) => readable.has(student.student)) });
  }

  @Get('students/:id/timeline')
  @Requires('timeline.read', 'student')
  @ApiOperation({ summary: 'A child’s days, line by line' })
  @ById()
  @Answers(TimelineAnswer, 'Newest first; one page, `Link` names the next.')
  timeline(@By() by: Caller, @IdOf('id') student: StudentId, @Query() filter: TimelineQueryDto) {
    return this.replies.page(this.timelines.timeline(student, filter, { ...by.scope, staff: by.actor.staff }));
  }

  @Get('students/:id/history')
  @Requires('history.read', 'student')
  @ApiOperation({ summary: 'Every event of a child, as I may see it' })
  @ById()
  @Answers(HistoryAnswer, 'Newest first; one page, `Link` names the next.')
  async history(@By() by: Caller, @IdOf('id') student: StudentId, @Query() page: PageQuery) {
    return this.replies.page(await this.histories.history(student, page, { ...by.scope, staff: by.actor.staff }));
  }

  @Get('students/:id/reads')
  @Requires('reads.read', 'student')
  @ApiOperation({ summary: 'Who was shown what of a child, when (34 CFR 99.32)' })
  @ById()
  @Answers(ReadsAnswer, 'Newest first; one page, `Link` names the next.')
  readers(@IdOf('id') student: StudentId, @Query() { cursor, limit = 50 }: PageQuery) {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
      throw new ProblemError('invalid-request', 'Send the cursor as the page before gave it, or leave it out.');
    }
    const { reads, next } = this.platform.reads.readsOf(student, { limit, ...(cursor !== undefined && { before: Number(cursor) }) });
    return this.replies.page({ items: reads, ...(next !== undefined && { next: String(next) }) });
  }

  @Get('goals/:id/progress')
  @Requires('progress.read', 'goal')
  @ApiOperation({ summary: 'Daily values of a goal with baseline and aim line: as known now, or as recorded by `asOf`' })
  @ById()
  @Answers(ProgressAnswer, 'Each value names the records it rests on and the rule it follows.')
  async goal(@By() by: Caller, @IdOf('id') goal: GoalId, @Query() { asOf }: AsOfQuery) {
    const { classes } = by.scope;
    if (classes && by.student && !this.directory.itemsIn(by.student, classes).has(goal)) throw notFound();
    const progress = await this.progress.progress(goal, asOf === undefined ? {} : { asOf: instantOf(asOf, by.zone, '/asOf') });
    if (!progress) throw notFound();
    return progress;
  }
}
