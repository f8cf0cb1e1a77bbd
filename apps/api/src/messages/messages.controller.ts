import { Controller, Get, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { MessageId } from '@foundation/kernel';
import { By, type Caller } from '../access/caller';
import { Requires } from '../access/requires';
import { PLATFORM, type Platform } from '../platform';
import { Answers } from '../shared/answers';
import { ById, IdOf, Replies, Writes } from '../shared/replies';
import { MessagesAnswer } from './messages.answers';

/** What the service tells a person of itself. */
@ApiTags('messages')
@Controller('messages')
export class MessagesController {
  constructor(
    private readonly replies: Replies,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get()
  @Requires('messages.read')
  @ApiOperation({ summary: 'My messages of the last 30 days: for a coordinator, each school day’s digest' })
  @Answers(MessagesAnswer, 'Newest first. Counts only: the caseload says which children they are.')
  async list(@By() by: Caller) {
    return { items: [...(await this.platform.digests.list(by.actor.staff))] };
  }

  @Post(':id/read')
  @Requires('messages.read')
  @ApiOperation({ summary: 'I have read it' })
  @ById()
  @Writes()
  async read(@By() by: Caller, @IdOf('id') message: MessageId) {
    return this.replies.written(await this.platform.digests.read(message, by.actor.staff, by.context()), message);
  }
}
