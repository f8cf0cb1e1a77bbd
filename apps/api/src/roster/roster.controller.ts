import { Body, Controller, Get, Inject, Post, Query, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { checkedSet, type FindingsPage, type ImportReport, type ImportStatus, type SourceFile, textFile } from '@exchange/rostering';
import { Answer } from '@foundation/http';
import type { ImportId } from '@foundation/kernel';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers } from '../shared/answers';
import { ById, IdOf, notFound } from '../shared/replies';
import { ComparisonAnswer, ImportAnswer, ImportBegunAnswer, ImportsAnswer } from './roster.answers';
import { RosterCompareQuery, RosterImportDto, RosterReportQuery, UPLOAD_SCHEMA } from './roster.dto';
import { problemOfSet, readUpload, UPLOAD_BYTES } from './upload';

const ROSTER_BYTES = 30 * 1024 * 1024;

@ApiTags('roster')
@Controller('roster/imports')
export class RosterController {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  @Post()
  @Requires('roster.import')
  @RouteConfig({ bodyLimit: ROSTER_BYTES })
  @ApiOperation({ summary: 'Import a OneRoster CSV set sent as JSON, or try it (dryRun)' })
  @Answers(ImportBegunAnswer, 'Begun; `Location` tells how it goes.', 202)
  async start(@By() by: Caller, @Body() { dryRun, confirm = false, files }: RosterImportDto) {
    return this.begin(by, { dryRun, confirm, files: filesOf(files) });
  }

  @Post('upload')
  @Requires('roster.import')
  @RouteConfig({ bodyLimit: UPLOAD_BYTES, multipart: true })
  @ApiOperation({ summary: 'Import a OneRoster CSV set sent as one zip or as files, or try it (dryRun)' })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: UPLOAD_SCHEMA })
  @Answers(ImportBegunAnswer, 'Received and begun; `Location` tells how it goes.', 202)
  async upload(@By() by: Caller, @Req() request: FastifyRequest) {
    return this.begin(by, await readUpload(request));
  }

  @Get()
  @Requires('roster.import')
  @ApiOperation({ summary: 'Every import that recorded something, newest first: who, when, which files, how many' })
  @Answers(ImportsAnswer, 'The imports.')
  async list() {
    return { items: await this.platform.rosterImports.list() };
  }

  @Get(':id')
  @Requires('roster.import')
  @ApiOperation({ summary: 'How an import stands, and its report line by line' })
  @ById()
  @Answers(ImportAnswer, 'Status and progress; with the report once it has ended, a page of its lines at a time.')
  async status(@IdOf('id') id: ImportId, @Query() { cursor, limit = 200, outcome }: RosterReportQuery): Promise<Answer<ImportShown>> {
    const { report, ...status } = (await this.platform.rosterImports.status(id)) ?? missing();
    if (!report) return new Answer(status);
    const page = await this.platform.rosterImports.findings(id, { cursor, limit, outcome });
    return new Answer({ ...status, report: { ...report, ...page } }, { next: page.next });
  }

  @Get(':id/compare')
  @Requires('roster.import')
  @ApiOperation({ summary: 'An import beside the one before: which files changed, how the counts differ' })
  @ById()
  @Answers(ComparisonAnswer, 'The files by name and the counts of both.')
  async compare(@IdOf('id') id: ImportId, @Query() query: RosterCompareQuery) {
    return (await this.platform.rosterImports.compare(id, query.with)) ?? missing();
  }

  private async begin(
    by: Caller,
    upload: { files: readonly SourceFile[]; dryRun: boolean; confirm: boolean },
  ): Promise<Answer<ImportShown>> {
    const id = by.newId<ImportId>(undefined, 'import');
    const status = await this.platform.rosterImports.start({ import: id, by: by.actor.staff, correlationId: by.correlationId, ...upload });
    return new Answer(status, { status: 202, location: `/api/v1/roster/imports/${id}` });
  }
}

/** How an import stands; its report with a page of its lines. */
type ImportShown = Omit<ImportStatus, 'report'> & { readonly report?: ImportReport & Partial<FindingsPage> };

const missing = (): never => {
  throw notFound();
};

function filesOf(files: RosterImportDto['files']): readonly SourceFile[] {
  try {
    return checkedSet(files.map(({ name, content }) => textFile(name, content)));
  } catch (error) {
    throw problemOfSet(error);
  }
}
