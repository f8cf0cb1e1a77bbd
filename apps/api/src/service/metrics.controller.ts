import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { notFound } from '../shared/replies';

/** For Prometheus. Figures name nobody, and still they are not everybody's: see THROUGHLINE_METRICS. */
@ApiExcludeController()
@Controller()
export class MetricsController {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  @Get('metrics')
  @Public()
  @RouteConfig({ quiet: true })
  async text(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { metrics, settings } = this.platform;
    if (settings.metrics === 'local' && !fromHere(request)) throw notFound();
    void reply.type(metrics.contentType);
    return metrics.text();
  }
}

/** A proxy on this machine speaks for callers elsewhere: its requests do not count as local. */
function fromHere({ ip, headers }: FastifyRequest): boolean {
  const proxied = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined || headers['x-real-ip'] !== undefined;
  return !proxied && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(ip);
}
