import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AddStaff, GrantRole } from '@case/people';
import { type Knock, REFRESH_COOKIE, refreshCookie, type SignedIn, TooManyAttempts, Unauthenticated } from '@foundation/access';
import { localDateOf } from '@foundation/calendar';
import { derivedId, type GrantId, RefusalError, type StaffId } from '@foundation/kernel';
import type { SignInOutcome } from '@foundation/metrics';
import { DirectoryQuery } from '@views/directory';
import { By, type Caller } from '../access/caller';
import { Public, Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers, Problems } from '../shared/answers';
import { ById, IdOf, notFound } from '../shared/replies';
import { InvitedAnswer, MeAnswer, SetUpAnswer } from './account.answers';
import { AcceptInvitationDto, InviteDto, PasswordDto, RefreshDto, SetupDto, SignedInDto, SignInDto } from './account.dto';

@ApiTags('account')
@Controller()
export class AccountController {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    private readonly commands: CommandBus,
    private readonly directory: DirectoryQuery,
  ) {}

  @Post('sign-in')
  @Public()
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign in: an access token, and the refresh cookie' })
  @Problems(401, 403, 429)
  @ApiOkResponse({ type: SignedInDto })
  async signIn(@Body() body: SignInDto, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { accounts, metrics } = this.platform;
    try {
      const signedIn = await accounts.signIn(body, knockOf(request));
      metrics.signIn('admitted');
      return this.admit(signedIn, reply);
    } catch (error) {
      metrics.signIn(outcomeOf(error));
      throw error;
    }
  }

  @Post('refresh')
  @Public()
  @HttpCode(200)
  @ApiOperation({ summary: 'The next access token and refresh cookie, perhaps in another role' })
  @Problems(401, 403)
  @ApiOkResponse({ type: SignedInDto })
  async refresh(@Body() { role }: RefreshDto, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const token = request.cookies[REFRESH_COOKIE];
    if (token === undefined) throw new Unauthenticated('token-missing');
    return this.admit(await this.platform.accounts.refresh(token, knockOf(request), role), reply);
  }

  @Post('sign-out')
  @Public()
  @HttpCode(204)
  @ApiOperation({ summary: 'End the sign-in of the refresh cookie' })
  @ApiNoContentResponse()
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const token = request.cookies[REFRESH_COOKIE];
    if (token !== undefined) await this.platform.accounts.signOut(token, knockOf(request));
    void reply.clearCookie(REFRESH_COOKIE, refreshCookie(this.platform.settings.https));
  }

  @Get('me')
  @Requires('school.read')
  @ApiOperation({ summary: 'Who I am, in which role, and the roles I may change to' })
  @Answers(MeAnswer, 'Name, role, roles, schools, time zone and today’s date.')
  async me(@By() by: Caller) {
    const { staff, role, schools, discipline } = by.actor;
    const entry = this.directory.staffMember(staff);
    const roles = await this.platform.relations.rolesOf(staff, by.today);
    const { givenName, familyName } = entry ?? {};
    return { staff, givenName, familyName, role, roles, schools, discipline, zone: by.zone, today: by.today };
  }

  @Post('me/password')
  @Requires('school.read')
  @HttpCode(204)
  @ApiOperation({ summary: 'Choose another password; every other sign-in ends' })
  @Problems(429)
  @ApiNoContentResponse()
  async changePassword(@By() by: Caller, @Body() body: PasswordDto, @Req() request: FastifyRequest): Promise<void> {
    const { password, newPassword } = body;
    await this.platform.accounts.changePassword({ signIn: by.session.signIn, password, newPassword }, knockOf(request));
  }

  @Post('setup')
  @Public()
  @ApiOperation({ summary: 'Set up the first administrator with the link of the first start' })
  @Problems(403)
  @Answers(SetUpAnswer, 'Done: sign in now.', 201)
  async setup(@Body() body: SetupDto, @Req() request: FastifyRequest) {
    const staff = await this.platform.accounts.completeSetup(
      body,
      async (person, context) => {
        await this.commands.execute(new AddStaff({ ...person, schools: [] }, context));
        const grant = derivedId<GrantId>(person.staff, 'administrator');
        const from = localDateOf(context.occurredAt);
        const input = { staff: person.staff, grant, role: 'administrator' as const, schools: [], from };
        await this.commands.execute(new GrantRole(input, { ...context, commandId: derivedId(context.commandId, 'role') }));
      },
      knockOf(request),
    );
    return { staff };
  }

  @Post('staff/:id/invitation')
  @Requires('accounts.manage')
  @ApiOperation({ summary: 'Give a person a sign-in name and a one-time link to choose a password' })
  @ById()
  @Answers(InvitedAnswer, 'The link’s token, shown once, and until when it works.', 201)
  async invite(@By() by: Caller, @IdOf('id') staff: StaffId, @Body() { signInName }: InviteDto) {
    const roles = await this.platform.relations.rolesOf(staff, by.today);
    if (roles.length === 0 && !(await this.knows(staff))) throw notFound();
    return this.platform.accounts.invite({ staff, signInName }, by.context());
  }

  @Post('invitations/accept')
  @Public()
  @HttpCode(204)
  @ApiOperation({ summary: 'Choose a password with an invitation’s link' })
  @Problems(403)
  @ApiNoContentResponse()
  async accept(@Body() body: AcceptInvitationDto, @Req() request: FastifyRequest): Promise<void> {
    await this.platform.accounts.acceptInvitation(body, knockOf(request));
  }

  /** Somebody added a moment ago may not be in the directory yet: it is waited for once. */
  private async knows(staff: StaffId): Promise<boolean> {
    if (this.directory.staffMember(staff)) return true;
    await this.platform.views.waitFor(await this.platform.journal.head());
    return this.directory.staffMember(staff) !== undefined;
  }

  private admit(signedIn: SignedIn, reply: FastifyReply): SignedInDto {
    const { staff, role, roles, accessToken, expiresInSeconds, refreshToken, refreshUntil } = signedIn;
    const attributes = { ...refreshCookie(this.platform.settings.https), expires: new Date(refreshUntil) };
    void reply.setCookie(REFRESH_COOKIE, refreshToken, attributes).header('Cache-Control', 'no-store');
    return { staff, role, roles, accessToken, expiresInSeconds };
  }
}

function outcomeOf(error: unknown): SignInOutcome {
  if (error instanceof TooManyAttempts) return 'throttled';
  if (error instanceof Unauthenticated) return 'failed';
  return error instanceof RefusalError ? 'refused' : 'error';
}

const knockOf = (request: FastifyRequest): Knock => ({ correlationId: request.id, address: request.ip });
