import { Body, Controller, Get, Inject, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answer } from '@foundation/http';
import type { ImportId } from '@foundation/kernel';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers } from '../shared/answers';
import { ById, IdOf, notFound } from '../shared/replies';
import { ImportAnswer, ImportBegunAnswer } from './roster.answers';
import { RosterImportDto } from './roster.dto';

const ROSTER_BYTES = 30 * 1024 * 1024;

@ApiTags('roster')
@Controller('roster/imports')
export class RosterController {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  @Post()
  @Requires('roster.import')
  @RouteConfig({ bodyLimit: ROSTER_BYTES })
  @ApiOperation({ summary: 'Import a OneRoster CSV set, or try it (dryRun)' })
  @Answers(ImportBegunAnswer, 'Begun; `Location` tells how it goes.', 202)
  async start(@By() by: Caller, @Body() { dryRun, files }: RosterImportDto) {
    const request = { import: by.newId<ImportId>(undefined, 'import'), by: by.actor.staff, correlationId: by.correlationId, dryRun, files };
    const status = await this.platform.rosterImports.start(request);
    return new Answer(status, { status: 202, location: `/api/v1/roster/imports/${status.import}` });
  }

  @Get(':id')
  @Requires('roster.import')
  @ApiOperation({ summary: 'How an import stands, and its report line by line' })
  @ById()
  @Answers(ImportAnswer, 'Status; with the report once finished.')
  async status(@IdOf('id') id: ImportId) {
    const status = await this.platform.rosterImports.status(id);
    if (!status) throw notFound();
    return status;
  }
}
