import { Controller, Get, Inject } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemError } from '@foundation/http';
import { Public } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers } from '../shared/answers';
import { LiveAnswer, ReadyAnswer } from './health.answers';

@ApiTags('service')
@Controller('health')
export class HealthController {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  @Get('live')
  @Public()
  @RouteConfig({ quiet: true })
  @ApiOperation({ summary: 'The process runs' })
  @Answers(LiveAnswer, 'It does.')
  live() {
    return { status: 'live' as const };
  }

  @Get('ready')
  @Public()
  @RouteConfig({ quiet: true })
  @ApiOperation({ summary: 'The log answers and every view serves' })
  @Answers(ReadyAnswer, 'Ready.')
  async ready() {
    await this.platform.journal.head();
    const troubles = this.platform.troubles?.() ?? [];
    if (troubles.length > 0) throw new ProblemError('not-ready', `${troubles.join('; ')}.`);
    return { status: 'ready' as const };
  }
}
