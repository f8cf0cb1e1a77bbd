import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AddStaff, EndRole, GrantRole, RemoveStaff } from '@case/people';
import { ProblemError } from '@foundation/http';
import type { GrantId, StaffId } from '@foundation/kernel';
import { DirectoryQuery } from '@views/directory';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { Answers } from '../shared/answers';
import { ById, IdOf, Replies, Writes } from '../shared/replies';
import { StaffAnswer } from './staff.answers';
import { AddStaffDto, EndRoleDto, GrantRoleDto, ReasonDto, StaffQuery } from './staff.dto';

@ApiTags('staff')
@Controller('staff')
export class StaffController {
  constructor(
    private readonly commands: CommandBus,
    private readonly directory: DirectoryQuery,
    private readonly replies: Replies,
  ) {}

  @Get()
  @Requires('staff.read')
  @ApiOperation({ summary: 'People who work here, by name' })
  @Answers(StaffAnswer, 'One page; `Link` names the next.')
  list(@Query() { school, ...filter }: StaffQuery) {
    return this.replies.page(this.directory.staff({ ...filter, ...(school && { schools: [school] }) }));
  }

  @Post()
  @Requires('accounts.manage')
  @ApiOperation({ summary: 'Add a person by hand' })
  @Writes()
  async add(@By() by: Caller, @Body() body: AddStaffDto) {
    const staff = by.newId<StaffId>(body.staff, 'staff');
    const outcome = await this.commands.execute(new AddStaff({ ...body, staff }, by.context()));
    return this.replies.written(outcome, staff);
  }

  @Post(':id/roles')
  @Requires('roles.manage')
  @ApiOperation({ summary: 'Give a role' })
  @ById()
  @Writes()
  async grant(@By() by: Caller, @IdOf('id') staff: StaffId, @Body() body: GrantRoleDto) {
    const grant = by.newId<GrantId>(body.grant, 'grant');
    const { schools = [], from = by.today } = body;
    const outcome = await this.commands.execute(new GrantRole({ ...body, staff, grant, schools, from }, by.context()));
    return this.replies.written(outcome, grant);
  }

  @Post(':id/roles/:grantId/end')
  @Requires('roles.manage')
  @ApiOperation({ summary: 'Name a role’s last day' })
  @ById()
  @ById('grantId')
  @Writes()
  async endRole(@By() by: Caller, @IdOf('id') staff: StaffId, @IdOf('grantId') grant: GrantId, @Body() body: EndRoleDto) {
    const held = this.directory.staffMember(staff)?.grants.find((one) => one.grant === grant);
    if (staff === by.actor.staff && held?.role === 'administrator') throw anotherMust();
    const outcome = await this.commands.execute(new EndRole({ ...body, staff, grant, today: by.today }, by.context()));
    return this.replies.written(outcome, grant);
  }

  @Post(':id/remove')
  @Requires('accounts.manage')
  @ApiOperation({ summary: 'The person may no longer act here; what they did stays' })
  @ById()
  @Writes()
  async remove(@By() by: Caller, @IdOf('id') staff: StaffId, @Body() { reason }: ReasonDto) {
    if (staff === by.actor.staff) throw anotherMust();
    const outcome = await this.commands.execute(new RemoveStaff({ staff, reason }, by.context()));
    return this.replies.written(outcome, staff);
  }
}

/** Nobody takes the own administrator's role away: so one is always left. */
const anotherMust = () => new ProblemError('forbidden', 'Ask another administrator: nobody ends the own role, so that one is always left.');
