import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  AcknowledgePlan,
  ActivatePlan,
  AmendPlan,
  DraftPlan,
  EndPlan,
  planFold,
  type PlanPromise,
  planStream,
  SetAccommodation,
  SetGoal,
  SetService,
  versionOn,
  WritePresentLevels,
} from '@case/plans';
import type { Command } from '@nestjs/cqrs';
import type { CommandOutcome } from '@foundation/event-store';
import { Answer, etagOf, IfMatch } from '@foundation/http';
import type { PlanId, StudentId } from '@foundation/kernel';
import { Inject } from '@nestjs/common';
import { PlanQuery, plansOn } from '@views/plan';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers, Tagged } from '../shared/answers';
import { ById, IdOf, notFound, Replies, Writes } from '../shared/replies';
import { instantOf } from '../shared/times';
import { accommodationOf, goalOf, serviceOf } from './plan-items';
import { shown } from './plan-shown';
import { PlanAnswer, PlansAnswer, PlansOnAnswer } from './plans.answers';
import {
  AccommodationDto,
  AcknowledgeDto,
  ActivateDto,
  AmendDto,
  DraftPlanDto,
  EndPlanDto,
  GoalDto,
  PlanOnQuery,
  PresentLevelsDto,
  ServiceDto,
} from './plans.dto';
import { plain } from '../shared/plain';

@ApiTags('plans')
@Controller()
export class PlansController {
  constructor(
    private readonly commands: CommandBus,
    private readonly plans: PlanQuery,
    private readonly replies: Replies,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get('students/:id/plan')
  @Requires('plan.read', 'student')
  @ApiOperation({ summary: 'What is promised on a day: as known now, or as recorded by `asOf`' })
  @ById()
  @Answers(PlansOnAnswer, 'The plans in force with their version, items, obligations and clocks.')
  async inForce(@By() by: Caller, @IdOf('id') student: StudentId, @Query() { on = by.today, asOf }: PlanOnQuery) {
    const instant = asOf === undefined ? undefined : instantOf(asOf, by.zone, '/asOf');
    return shown(await this.plans.inForce(student, { on, ...(instant && { asOf: instant }) }), by.scope);
  }

  @Get('students/:id/plans')
  @Requires('plan.read', 'student')
  @ApiOperation({ summary: 'All plans of a child: drafts, active and ended ones' })
  @ById()
  @Answers(PlansAnswer, 'Drafts are for readers of the whole record.')
  all(@By() by: Caller, @IdOf('id') student: StudentId) {
    const items = this.plans.ofStudent(student).map(({ promise, revision }) => ({ ...summaryOf(promise), revision }));
    return { items: by.scope.records === 'all' ? items : items.filter(({ status }) => status !== 'draft') };
  }

  @Post('students/:id/plans')
  @Requires('plan.write', 'student')
  @ApiOperation({ summary: 'Begin a plan' })
  @ById()
  @Writes()
  async draft(@By() by: Caller, @IdOf('id') student: StudentId, @Body() { plan: given, kind }: DraftPlanDto) {
    const plan = by.newId<PlanId>(given, 'plan');
    const outcome = await this.commands.execute(new DraftPlan({ plan, student, kind }, by.context()));
    return this.replies.written(outcome, plan, { tag: 'plan', location: `/api/v1/plans/${plan}` });
  }

  @Get('plans/:id')
  @Requires('plan.read', 'plan')
  @ApiOperation({ summary: 'One plan with all its versions; its ETag is what writes name in If-Match' })
  @ById()
  @Tagged()
  @Answers(PlanAnswer, 'From the log itself, not from a view.')
  async one(@By() by: Caller, @IdOf('id') plan: PlanId) {
    const { state, revision } = await this.platform.runner.load(planFold, planStream(plan));
    if (!state) throw notFound();
    const etag = etagOf('plan', revision);
    if (by.scope.records === 'all' && !by.scope.classes) return new Answer({ ...state, revision }, { etag });
    if (state.status === 'draft') throw notFound();
    const [inForce] = shown(plansOn([{ promise: state, revision }], dayShown(state, by)), by.scope).inForce;
    return new Answer({ ...summaryOf(state), revision, inForce: inForce ?? null }, { etag });
  }

  @Post('plans/:id/present-levels')
  @Requires('plan.write', 'plan')
  @ApiOperation({ summary: 'Write present levels and the transition statement' })
  @ById()
  @Writes()
  presentLevels(@By() by: Caller, @IdOf('id') plan: PlanId, @Body() body: PresentLevelsDto, @IfMatch('plan') ifRevision?: number) {
    return this.run(plan, plan, new WritePresentLevels({ plan, ...plain(body) }, by.context({ ifRevision })));
  }

  @Post('plans/:id/goals')
  @Requires('plan.write', 'plan')
  @ApiOperation({ summary: 'Set a goal of a draft, new or rewritten' })
  @ById()
  @Writes()
  goal(@By() by: Caller, @IdOf('id') plan: PlanId, @Body() body: GoalDto, @IfMatch('plan') ifRevision?: number) {
    const goal = goalOf(body, by.commandId);
    return this.run(plan, goal.goal, new SetGoal({ plan, goal }, by.context({ ifRevision })));
  }

  @Post('plans/:id/accommodations')
  @Requires('plan.write', 'plan')
  @ApiOperation({ summary: 'Set an accommodation of a draft, new or rewritten' })
  @ById()
  @Writes()
  accommodation(@By() by: Caller, @IdOf('id') plan: PlanId, @Body() body: AccommodationDto, @IfMatch('plan') ifRevision?: number) {
    const accommodation = accommodationOf(body, by.commandId);
    return this.run(plan, accommodation.accommodation, new SetAccommodation({ plan, accommodation }, by.context({ ifRevision })));
  }

  @Post('plans/:id/services')
  @Requires('plan.write', 'plan')
  @ApiOperation({ summary: 'Set a service line of a draft, new or rewritten' })
  @ById()
  @Writes()
  service(@By() by: Caller, @IdOf('id') plan: PlanId, @Body() body: ServiceDto, @IfMatch('plan') ifRevision?: number) {
    const service = serviceOf(body, by.commandId);
    return this.run(plan, service.service, new SetService({ plan, service }, by.context({ ifRevision })));
  }

  @Post('plans/:id/activate')
  @Requires('plan.write', 'plan')
  @ApiOperation({ summary: 'The draft becomes version 1; every missing piece is named' })
  @ById()
  @Writes()
  activate(
    @By() by: Caller,
    @IdOf('id') plan: PlanId,
    @IfMatch('plan', 'required') ifRevision: number | undefined,
    @Body() body: ActivateDto,
  ) {
    return this.run(plan, plan, new ActivatePlan({ plan, ...plain(body) }, by.context({ ifRevision })));
  }

  @Post('plans/:id/amendments')
  @Requires('plan.write', 'plan')
  @ApiOperation({ summary: 'A new version by written agreement, without a meeting; past days do not change' })
  @ById()
  @Writes()
  amend(@By() by: Caller, @IdOf('id') plan: PlanId, @IfMatch('plan', 'required') ifRevision: number | undefined, @Body() body: AmendDto) {
    const { goals = [], accommodations = [], services = [], removed = [], agreement, effectiveFrom } = body;
    const input = {
      plan,
      today: by.today,
      effectiveFrom,
      ...(agreement && { agreement: plain(agreement) }),
      goals: goals.map((goal, index) => goalOf(goal, by.commandId, index)),
      accommodations: accommodations.map((accommodation, index) => accommodationOf(accommodation, by.commandId, index)),
      services: services.map((service, index) => serviceOf(service, by.commandId, index)),
      removed,
    };
    return this.run(plan, plan, new AmendPlan(input, by.context({ ifRevision })));
  }

  @Post('plans/:id/acknowledgements')
  @Requires('plan.acknowledge', 'plan')
  @ApiOperation({ summary: 'I was informed of my part of a version (34 CFR 300.323(d))' })
  @ById()
  @Writes()
  acknowledge(@By() by: Caller, @IdOf('id') plan: PlanId, @Body() { planVersion }: AcknowledgeDto) {
    return this.run(plan, plan, new AcknowledgePlan({ plan, staff: by.actor.staff, planVersion, today: by.today }, by.context()));
  }

  @Post('plans/:id/end')
  @Requires('plan.write', 'plan')
  @ApiOperation({ summary: 'Name the plan’s last day in force' })
  @ById()
  @Writes()
  end(@By() by: Caller, @IdOf('id') plan: PlanId, @IfMatch('plan', 'required') ifRevision: number | undefined, @Body() body: EndPlanDto) {
    return this.run(plan, plan, new EndPlan({ plan, ...plain(body) }, by.context({ ifRevision })));
  }

  private async run(plan: PlanId, resource: string, command: Command<CommandOutcome>) {
    return this.replies.written(await this.commands.execute(command), resource, { tag: 'plan', location: `/api/v1/plans/${plan}` });
  }
}

const summaryOf = ({ plan, student, kind, status, versions, lastDay, annualReviewDue }: PlanPromise) => ({
  plan,
  student,
  kind,
  status,
  versions: versions.map(({ number, effectiveFrom }) => ({ number, effectiveFrom })),
  lastDay,
  annualReviewDue,
});

/** Today, or the first day of a plan that is not in force yet. */
const dayShown = (plan: PlanPromise, { today }: Caller) => (versionOn(plan, today) ? today : (plan.versions[0]?.effectiveFrom ?? today));
