import { Body, Controller, Get, HttpCode, Inject, Post, Put, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  AddStudent,
  AssignTeamMember,
  EndAssignment,
  LinkGuardian,
  OpenCase,
  studentDecider,
  studentStream,
  WriteProfile,
} from '@case/students';
import { Answer, etagOf, IfMatch, isIfMatchGiven, preconditionRequired } from '@foundation/http';
import type { AssignmentId, GuardianId, StudentId } from '@foundation/kernel';
import { DirectoryQuery, type StudentsFilter, TeamQuery } from '@views/directory';
import { Access } from '../access/access';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers, Problems, Tagged } from '../shared/answers';
import { WrittenDto } from '../shared/dto';
import { plain } from '../shared/plain';
import { ById, IdOf, notFound, Replies, Writes } from '../shared/replies';
import { ErasedAnswer, ProfileAnswer, StudentAnswer, StudentsAnswer, TeamAnswer } from './students.answers';
import {
  AddStudentDto,
  EndAssignmentDto,
  EraseDto,
  GuardianDto,
  OpenCaseDto,
  ProfileDto,
  StudentsQuery,
  TeamMemberDto,
} from './students.dto';

@ApiTags('students')
@Controller('students')
export class StudentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly directory: DirectoryQuery,
    private readonly team: TeamQuery,
    private readonly replies: Replies,
    private readonly access: Access,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get()
  @Requires('student.list')
  @ApiOperation({ summary: 'The children that I may know of, by name' })
  @Answers(StudentsAnswer, 'One page; `Link` names the next.')
  async list(@By() by: Caller, @Query() { search, openCase, cursor, limit }: StudentsQuery) {
    const found = this.directory.students({ ...within(by), search, caseOnly: openCase, cursor, limit });
    const readable = await this.access.readable(
      by,
      found.items.map(({ student }) => student),
    );
    return this.replies.page({ ...found, items: found.items.filter(({ student }) => readable.has(student)) });
  }

  @Post()
  @Requires('student.add')
  @ApiOperation({ summary: 'Enter a child by hand' })
  @Writes()
  async add(@By() by: Caller, @Body() body: AddStudentDto) {
    const student = by.newId<StudentId>(body.student, 'student');
    const outcome = await this.commands.execute(new AddStudent({ ...plain(body), student }, by.context()));
    return this.replies.written(outcome, student, { location: `/api/v1/students/${student}` });
  }

  @Get(':id')
  @Requires('student.read', 'student')
  @ApiOperation({ summary: 'Names, schools, classes and case status' })
  @ById()
  @Answers(StudentAnswer, 'Guardians for readers of the whole record.')
  async one(@By() by: Caller, @IdOf('id') student: StudentId) {
    const entry = this.directory.student(student);
    if (!entry || 'erasedAt' in entry) throw notFound();
    const guardians = by.scope.records === 'all' && !by.scope.classes ? this.directory.guardians(student) : undefined;
    return { ...entry, enrolments: this.directory.enrolments(student), guardians };
  }

  @Post(':id/case')
  @Requires('case.open', 'student')
  @ApiOperation({ summary: 'Open the child’s case' })
  @ById()
  @Writes()
  async openCase(@By() by: Caller, @IdOf('id') student: StudentId, @Body() { on = by.today }: OpenCaseDto) {
    return this.replies.written(await this.commands.execute(new OpenCase({ student, on }, by.context())), student, { tag: 'student' });
  }

  @Get(':id/profile')
  @Requires('profile.read', 'student')
  @ApiOperation({ summary: 'The one-screen profile; its ETag is what a change names in If-Match' })
  @ById()
  @Tagged()
  @Answers(ProfileAnswer, 'From the log itself, not from a view. 404 while nobody has written one.')
  async profile(@IdOf('id') student: StudentId) {
    const { state, revision } = await this.platform.runner.load(studentDecider, studentStream(student));
    if (!state.profile) throw notFound();
    return new Answer({ student, profile: state.profile }, { etag: etagOf('student', revision) });
  }

  @Put(':id/profile')
  @Requires('profile.write', 'student')
  @ApiOperation({ summary: 'Write the profile, whole', description: 'If-Match is required once a profile exists.' })
  @Problems(428)
  @ById()
  @ApiOkResponse({ type: WrittenDto, description: 'Written.' })
  async writeProfile(
    @By() by: Caller,
    @IdOf('id') student: StudentId,
    @Body() body: ProfileDto,
    @Req() request: FastifyRequest,
    @IfMatch('student') ifRevision?: number,
  ) {
    const { state } = await this.platform.runner.loadCurrent(studentDecider, studentStream(student));
    if (state.profile && !isIfMatchGiven(request)) throw preconditionRequired('student');
    const outcome = await this.commands.execute(new WriteProfile({ student, profile: plain(body) }, by.context({ ifRevision })));
    return this.replies.written(outcome, student, { tag: 'student' });
  }

  @Get(':id/team')
  @Requires('team.read', 'student')
  @ApiOperation({ summary: 'Everybody who is or was on the child’s team' })
  @ById()
  @Answers(TeamAnswer, 'By first day; ended assignments stay.')
  members(@IdOf('id') student: StudentId) {
    const items = this.team.ofStudent(student).map((one) => {
      const { givenName, familyName } = this.directory.staffMember(one.staff) ?? {};
      return { ...one, name: [givenName, familyName].filter(Boolean).join(' ') || undefined };
    });
    return { items };
  }

  @Post(':id/team')
  @Requires('team.write', 'student')
  @ApiOperation({ summary: 'Put a person on the team, from a day, perhaps to a day, perhaps as cover' })
  @ById()
  @Writes()
  async assign(@By() by: Caller, @IdOf('id') student: StudentId, @Body() body: TeamMemberDto) {
    const assignment = by.newId<AssignmentId>(body.assignment, 'assignment');
    const { from = by.today, classes = [], ...rest } = plain(body);
    const outcome = await this.commands.execute(new AssignTeamMember({ ...rest, student, assignment, from, classes }, by.context()));
    return this.replies.written(outcome, assignment, { tag: 'student' });
  }

  @Post(':id/team/:assignmentId/end')
  @Requires('team.write', 'student')
  @ApiOperation({ summary: 'Name an assignment’s last day' })
  @ById()
  @ById('assignmentId')
  @Writes()
  async endAssignment(
    @By() by: Caller,
    @IdOf('id') student: StudentId,
    @IdOf('assignmentId') assignment: AssignmentId,
    @Body() body: EndAssignmentDto,
  ) {
    const outcome = await this.commands.execute(new EndAssignment({ ...plain(body), student, assignment }, by.context()));
    return this.replies.written(outcome, assignment, { tag: 'student' });
  }

  @Post(':id/guardians')
  @Requires('guardian.write', 'student')
  @ApiOperation({ summary: 'Link a guardian, new or changed' })
  @ById()
  @Writes()
  async guardian(@By() by: Caller, @IdOf('id') student: StudentId, @Body() body: GuardianDto) {
    const guardian = by.newId<GuardianId>(body.guardian, 'guardian');
    const outcome = await this.commands.execute(new LinkGuardian({ ...plain(body), student, guardian, fromRoster: false }, by.context()));
    return this.replies.written(outcome, guardian, { tag: 'student' });
  }

  @Post(':id/erase')
  @Requires('student.erase', 'student')
  @HttpCode(200)
  @ApiOperation({ summary: 'Erase the child everywhere: answers once nothing readable is left' })
  @ById()
  @Answers(ErasedAnswer, 'Erased.')
  async erase(@By() by: Caller, @IdOf('id') student: StudentId, @Body() { reason }: EraseDto) {
    const { position } = await this.platform.erasure.erase(student, 'student', by.actor.staff, reason);
    await this.platform.purged(position);
    return { student, erased: true };
  }
}

/** The children that a role sees in lists: the district's, those of the schools, or the own ones of today. */
export function within({ actor, today: on }: Caller): Pick<StudentsFilter, 'schools' | 'staff' | 'on'> {
  switch (actor.role) {
    case 'administrator':
      return { on };
    case 'coordinator':
    case 'auditor':
    case 'nurse':
      return { on, schools: actor.schools };
    case 'case-manager':
    case 'teacher':
    case 'therapist':
    case 'aide':
      return { on, staff: actor.staff };
  }
}
