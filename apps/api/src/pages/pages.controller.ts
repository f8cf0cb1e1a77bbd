import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../access/requires';
import { INVITATION_PAGE, LINK_SCRIPT, renderLinkPage, SETUP_PAGE } from './link-page';

/** The pages that one-time links open, outside /api/v1. */
@ApiExcludeController()
@Controller()
export class PagesController {
  @Get('setup')
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  setup(): string {
    return renderLinkPage(SETUP_PAGE);
  }

  @Get('invitation')
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  invitation(): string {
    return renderLinkPage(INVITATION_PAGE);
  }

  @Get('pages/link.js')
  @Public()
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script(): string {
    return LINK_SCRIPT;
  }
}
