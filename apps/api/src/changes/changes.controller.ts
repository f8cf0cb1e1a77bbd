import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { decide } from '@foundation/access';
import { inZone, localDateOf } from '@foundation/calendar';
import type { StoredEvent } from '@foundation/event-store';
import { positionOf, positionText, type SseStream, SseStreams } from '@foundation/http';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { documented } from '../shared/answers';
import { ChangeEvent, SHOWN } from './changes.answers';

/** An id at least this often, so that a client which may see little does not read the log again from far back. */
const MARK_EVERY = 200;

@ApiTags('changes')
@Controller('changes')
export class ChangesController {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    private readonly streams: SseStreams,
  ) {}

  @Get()
  @Requires('changes.read')
  @ApiOperation({ summary: 'What changed, as it happens: ids to read again with `?after=` the event’s id' })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Goes on after this event; from now on when left out.' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'Server-sent events `change`, each authorised on its own.', schema: documented(ChangeEvent) })
  async changes(@By() by: Caller, @Headers('last-event-id') last: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const { store } = this.platform;
    const after = last === undefined || last === '' ? await store.head() : positionOf(store.logId, last);
    const stream = this.streams.start(reply);
    let passed = 0;
    const subscription = store.subscribe(after, async (delivery) => {
      if (delivery.kind === 'caught-up' || !stream.isOpen) return;
      const { event } = delivery;
      const told = await this.tell(by, stream, event);
      passed = told ? 0 : passed + 1;
      if (passed >= MARK_EVERY) {
        stream.mark(positionText(store.logId, event.position));
        passed = 0;
      }
    });
    subscription.ended.then(
      () => stream.close(),
      () => stream.close(),
    );
    await stream.closed;
    subscription.stop();
  }

  private async tell(by: Caller, stream: SseStream, event: StoredEvent): Promise<boolean> {
    const [, kind = '', id = ''] = /^([a-zA-Z]+)-(.+)$/.exec(event.stream) ?? [];
    if (!SHOWN.some((shown) => shown === kind)) return false;
    if (!(await this.mayKnow(by, kind, event, stream)) || !stream.isOpen) return false;
    const { student } = event.meta;
    stream.send('change', positionText(this.platform.store.logId, event.position), { kind, id, student, revision: event.revision });
    return true;
  }

  /** Asked anew for each event: a token that expired or access that ended closes the line or hides what follows. */
  private async mayKnow(by: Caller, kind: string, event: StoredEvent, stream: SseStream): Promise<boolean> {
    const { clock, relations } = this.platform;
    const now = clock.now();
    const today = localDateOf(inZone(now, by.zone));
    const actor = await relations.actor(by.actor.staff, by.actor.role, today);
    if (!actor || by.session.expiresAt * 1000 <= Date.parse(now)) {
      stream.close();
      return false;
    }
    const { student } = event.meta;
    if (student === undefined) return kind === 'staff' ? decide(actor, 'staff.read').kind === 'allow' : true;
    return decide(actor, 'student.read', await relations.relation(actor, student, today)).kind === 'allow';
  }
}
