import { Body, Controller, Get, Inject, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answer, positionText } from '@foundation/http';
import type { ViewJob, ViewJobId } from '@foundation/view-jobs';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers } from '../shared/answers';
import { ById, IdOf, notFound } from '../shared/replies';
import { ViewJobAnswer, ViewJobBegunAnswer, ViewJobsAnswer } from './views.answers';
import { ViewJobDto, ViewJobQuery } from './views.dto';

/** The read models of a node, made anew or proved beside the ones that serve. */
@ApiTags('service')
@Controller('views/jobs')
export class ViewsController {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  @Post()
  @Requires('jobs.manage')
  @ApiOperation({ summary: 'Ask for a rebuild or a verification of the views of this node, or of another one' })
  @Answers(ViewJobBegunAnswer, 'Taken in, or the one of this node that is not done yet; `Location` tells how it goes.', 202)
  async begin(@By() by: Caller, @Query() { node }: ViewJobQuery, @Body() { work }: ViewJobDto) {
    const job = by.newId<ViewJobId>(undefined, 'view job');
    const begun = await this.platform.viewJobs.begin({ job, work, by: by.actor.staff, ...(node !== undefined && { node }) });
    return new Answer(this.shown(begun), { status: 202, location: `/api/v1/views/jobs/${begun.job}` });
  }

  @Get()
  @Requires('jobs.manage')
  @ApiOperation({ summary: 'The last rebuilds and verifications of all nodes, newest first, and the nodes that take them' })
  @Answers(ViewJobsAnswer, 'Who asked, when, how each stands or ended.')
  async list() {
    const { viewJobs } = this.platform;
    const [jobs, nodes] = await Promise.all([viewJobs.list(), viewJobs.nodes()]);
    return {
      items: jobs.map((job) => this.shown(job)),
      nodes: nodes.map(({ node, heardAt }) => ({ node, here: node === viewJobs.node, heardAt })),
    };
  }

  @Get(':id')
  @Requires('jobs.manage')
  @ApiOperation({ summary: 'How a rebuild or a verification stands, and what came of it' })
  @ById()
  @Answers(ViewJobAnswer, 'With its progress while it runs, with what each view came to once it has ended.')
  async one(@IdOf('id') id: ViewJobId) {
    const job = await this.platform.viewJobs.status(id);
    if (!job) throw notFound();
    return this.shown(job);
  }

  private shown({ views, ...job }: ViewJob): ViewJob {
    const { logId } = this.platform.journal;
    const placed = views?.map((view) => ({ ...view, position: positionText(logId, BigInt(view.position)) }));
    return { ...job, ...(placed && { views: placed }) };
  }
}
