import { Body, Controller, Get, Inject, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { ExportId, StudentId } from '@foundation/kernel';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers, Problems } from '../shared/answers';
import { plain } from '../shared/plain';
import { ById, IdOf, notFound, Replies, Writes } from '../shared/replies';
import { ExportAnswer, ExportsAnswer } from './exports.answers';
import { ExportDto } from './exports.dto';

/** Copies of a child's whole record. */
@ApiTags('students')
@Controller('students/:id/exports')
export class ExportsController {
  constructor(
    private readonly replies: Replies,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Post()
  @Requires('export.request', 'student')
  @ApiOperation({ summary: 'Ask for a copy of the whole record; it is made in the background' })
  @ById()
  @Writes()
  async request(@By() by: Caller, @IdOf('id') student: StudentId, @Body() body: ExportDto) {
    const id = by.newId<ExportId>(body.export, 'export');
    const outcome = await this.platform.exports.request({ ...plain(body), export: id, student }, by.context());
    return this.replies.written(outcome, id, { location: `/api/v1/students/${student}/exports/${id}` });
  }

  @Get()
  @Requires('export.request', 'student')
  @ApiOperation({ summary: 'Every copy that was ever asked for' })
  @ById()
  @Answers(ExportsAnswer, 'Newest first.')
  async list(@IdOf('id') student: StudentId) {
    return { items: [...(await this.platform.exports.list(student))] };
  }

  @Get(':exportId')
  @Requires('export.request', 'student')
  @ApiOperation({ summary: 'How a copy stands, and by when it is owed' })
  @ById()
  @ById('exportId')
  @Answers(ExportAnswer, 'With its progress while it is made.')
  async one(@IdOf('id') student: StudentId, @IdOf('exportId') id: ExportId) {
    const status = await this.platform.exports.status(student, id);
    if (!status) throw notFound();
    return status;
  }

  @Get(':exportId/content')
  @Requires('export.read', 'student')
  @ApiOperation({ summary: 'The copy: a zip of JSON, tables and pages to print. Each fetch goes on the record of reads' })
  @ById()
  @ById('exportId')
  @ApiProduces('application/zip')
  @ApiOkResponse({
    description: 'The archive.',
    content: { 'application/zip': { schema: { type: 'string', format: 'binary', example: 'PK…' } } },
  })
  @Problems(409)
  async content(@IdOf('id') student: StudentId, @IdOf('exportId') id: ExportId, @Res() reply: FastifyReply): Promise<void> {
    const archive = await this.platform.exports.content(student, id);
    if (!archive) throw notFound();
    await reply
      .header('Cache-Control', 'no-store')
      .header('Content-Disposition', `attachment; filename="record-${id}.zip"`)
      .type('application/zip')
      .send(archive);
  }
}
