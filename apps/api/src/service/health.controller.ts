import { Controller, Get, Inject } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { ProblemError } from '@foundation/http';
import { Public } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';

@ApiTags('service')
@Controller('health')
export class HealthController {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  @Get('live')
  @Public()
  @RouteConfig({ quiet: true })
  @ApiOperation({ summary: 'The process runs' })
  @ApiOkResponse({ description: 'It does.' })
  live() {
    return { status: 'live' };
  }

  @Get('ready')
  @Public()
  @RouteConfig({ quiet: true })
  @ApiOperation({ summary: 'The log answers and every view serves' })
  @ApiOkResponse({ description: 'Ready.' })
  @ApiServiceUnavailableResponse({ description: 'Not ready; the problem says why.' })
  async ready() {
    await this.platform.journal.head();
    const troubles = this.platform.troubles?.() ?? [];
    if (troubles.length > 0) throw new ProblemError('not-ready', `${troubles.join('; ')}.`);
    return { status: 'ready' };
  }
}
