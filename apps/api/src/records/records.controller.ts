import { applyDecorators, Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Command } from '@nestjs/cqrs';
import { CorrectEntry, DisputeEntry, VoidEntry } from '@case/accommodations';
import { CorrectObservation, DisputeObservation, VoidObservation } from '@case/observations';
import { CorrectSession, DisputeSession, VoidSession } from '@case/sessions';
import type { CommandOutcome } from '@foundation/event-store';
import { Answer, IfMatch, positionText } from '@foundation/http';
import type { EntryId, ObservationId, SessionId } from '@foundation/kernel';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { WrittenDto } from '../shared/dto';
import { plain } from '../shared/plain';
import { ById, IdOf, Replies, Writes } from '../shared/replies';
import { Batch } from './batch';
import { outcomeOf, Recorder, zoneOf } from './recorder';
import {
  AccommodationEntryDto,
  CorrectEntryDto,
  CorrectObservationDto,
  CorrectSessionDto,
  DisputeDto,
  ObservationDto,
  RecordsDto,
  RecordsResultDto,
  SessionDto,
  VoidDto,
} from './records.dto';

const Records = () =>
  applyDecorators(
    ApiCreatedResponse({ type: WrittenDto, description: 'Recorded.' }),
    ApiOkResponse({ type: WrittenDto, description: 'The same record had been recorded before: the answer of the first time.' }),
  );

@ApiTags('records')
@Controller()
export class RecordsController {
  constructor(
    private readonly recorder: Recorder,
    private readonly batch: Batch,
    private readonly commands: CommandBus,
    private readonly replies: Replies,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Post('records')
  @Requires('observation.write', 'inside')
  @HttpCode(200)
  @ApiOperation({ summary: 'Up to 500 mixed records, each judged on its own' })
  @ApiOkResponse({ type: RecordsResultDto })
  async many(@By() by: Caller, @Body() { records }: RecordsDto) {
    const { results, position } = await this.batch.record(by, records);
    if (position === undefined) return { results };
    const text = positionText(this.platform.journal.logId, position);
    return new Answer({ results, position: text }, { position: text });
  }

  @Post('observations')
  @Requires('observation.write', 'inside')
  @ApiOperation({ summary: 'Record an observation of a goal' })
  @Records()
  async observe(@By() by: Caller, @Body() body: ObservationDto) {
    return this.recorded(await this.recorder.observation(by, body), body.id, 'observation');
  }

  @Post('accommodation-entries')
  @Requires('accommodation-entry.write', 'inside')
  @ApiOperation({ summary: 'Record what became of an accommodation in a class on a day' })
  @Records()
  async enter(@By() by: Caller, @Body() body: AccommodationEntryDto) {
    return this.recorded(await this.recorder.entry(by, body), body.id, 'accommodationEntry');
  }

  @Post('sessions')
  @Requires('session.write', 'inside')
  @ApiOperation({ summary: 'Schedule a session, or record what became of it' })
  @Records()
  async session(@By() by: Caller, @Body() body: SessionDto) {
    return this.recorded(await this.recorder.session(by, body), body.id, 'session');
  }

  @Post('observations/:id/corrections')
  @Requires('record.correct', { record: 'observation' })
  @ApiOperation({ summary: 'What should have been recorded, whole; the original stays visible' })
  @ById()
  @Writes()
  correctObservation(
    @By() by: Caller,
    @IdOf('id') observation: ObservationId,
    @Body() body: CorrectObservationDto,
    @IfMatch('observation') ifRevision?: number,
  ) {
    const { raw, context = {}, reason } = plain(body);
    return this.changed(
      observation,
      'observation',
      new CorrectObservation({ observation, raw, context, reason }, by.context({ ifRevision })),
    );
  }

  @Post('observations/:id/void')
  @Requires('record.void', { record: 'observation' })
  @ApiOperation({ summary: 'The record no longer counts; it stays visible' })
  @ById()
  @Writes()
  voidObservation(@By() by: Caller, @IdOf('id') observation: ObservationId, @Body() { reason }: VoidDto) {
    return this.changed(observation, 'observation', new VoidObservation({ observation, reason }, by.context()));
  }

  @Post('observations/:id/disputes')
  @Requires('record.dispute', { record: 'observation' })
  @ApiOperation({ summary: 'A statement of disagreement that travels with the record' })
  @ById()
  @Writes()
  disputeObservation(@By() by: Caller, @IdOf('id') observation: ObservationId, @Body() body: DisputeDto) {
    return this.changed(observation, 'observation', new DisputeObservation({ observation, ...plain(body) }, by.context()));
  }

  @Post('accommodation-entries/:id/corrections')
  @Requires('record.correct', { record: 'accommodationEntry' })
  @ApiOperation({ summary: 'What should have been recorded; class and day stay' })
  @ById()
  @Writes()
  correctEntry(
    @By() by: Caller,
    @IdOf('id') entry: EntryId,
    @Body() body: CorrectEntryDto,
    @IfMatch('accommodationEntry') ifRevision?: number,
  ) {
    return this.changed(entry, 'accommodationEntry', new CorrectEntry({ entry, ...plain(body) }, by.context({ ifRevision })));
  }

  @Post('accommodation-entries/:id/void')
  @Requires('record.void', { record: 'accommodationEntry' })
  @ApiOperation({ summary: 'The entry no longer counts; it stays visible' })
  @ById()
  @Writes()
  voidEntry(@By() by: Caller, @IdOf('id') entry: EntryId, @Body() { reason }: VoidDto) {
    return this.changed(entry, 'accommodationEntry', new VoidEntry({ entry, reason }, by.context()));
  }

  @Post('accommodation-entries/:id/disputes')
  @Requires('record.dispute', { record: 'accommodationEntry' })
  @ApiOperation({ summary: 'A statement of disagreement that travels with the entry' })
  @ById()
  @Writes()
  disputeEntry(@By() by: Caller, @IdOf('id') entry: EntryId, @Body() body: DisputeDto) {
    return this.changed(entry, 'accommodationEntry', new DisputeEntry({ entry, ...plain(body) }, by.context()));
  }

  @Post('sessions/:id/corrections')
  @Requires('record.correct', { record: 'session' })
  @ApiOperation({ summary: 'The outcome as it should have been recorded, whole' })
  @ById()
  @Writes()
  correctSession(
    @By() by: Caller,
    @IdOf('id') session: SessionId,
    @Body() body: CorrectSessionDto,
    @IfMatch('session') ifRevision?: number,
  ) {
    const { outcome: text, reason, zone } = plain(body);
    const outcome = outcomeOf(text, zoneOf(by, zone));
    return this.changed(session, 'session', new CorrectSession({ session, outcome, reason }, by.context({ ifRevision })));
  }

  @Post('sessions/:id/void')
  @Requires('record.void', { record: 'session' })
  @ApiOperation({ summary: 'The session no longer counts; it stays visible' })
  @ById()
  @Writes()
  voidSession(@By() by: Caller, @IdOf('id') session: SessionId, @Body() { reason }: VoidDto) {
    return this.changed(session, 'session', new VoidSession({ session, reason }, by.context()));
  }

  @Post('sessions/:id/disputes')
  @Requires('record.dispute', { record: 'session' })
  @ApiOperation({ summary: 'A statement of disagreement that travels with the session' })
  @ById()
  @Writes()
  disputeSession(@By() by: Caller, @IdOf('id') session: SessionId, @Body() body: DisputeDto) {
    return this.changed(session, 'session', new DisputeSession({ session, ...plain(body) }, by.context()));
  }

  private recorded(outcome: CommandOutcome, record: string, tag: string) {
    return this.replies.written(outcome, record, { tag, status: outcome.repeated ? 200 : 201 });
  }

  private async changed(record: string, tag: string, command: Command<CommandOutcome>) {
    return this.replies.written(await this.commands.execute(command), record, { tag });
  }
}
