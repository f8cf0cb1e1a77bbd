import { Controller, Get, Param, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { accommodationsRefusals } from '@case/accommodations';
import { observationsRefusals } from '@case/observations';
import { peopleRefusals } from '@case/people';
import { plansRefusals } from '@case/plans';
import { schoolsRefusals } from '@case/schools';
import { sessionsRefusals } from '@case/sessions';
import { studentsRefusals } from '@case/students';
import { digestRefusals } from '@exchange/digest';
import { exportsRefusals } from '@exchange/exports';
import { accessRefusals } from '@foundation/access';
import { problemTypes } from '@foundation/http';
import { privacyRefusals } from '@foundation/privacy';
import { Public } from '../access/requires';
import { notFound } from '../shared/replies';

export const PROBLEM_TYPES = problemTypes(
  accessRefusals,
  accommodationsRefusals,
  digestRefusals,
  exportsRefusals,
  observationsRefusals,
  peopleRefusals,
  plansRefusals,
  privacyRefusals,
  schoolsRefusals,
  sessionsRefusals,
  studentsRefusals,
);

/** Every problem's `type` is an address that answers. */
@ApiExcludeController()
@Controller()
export class ProblemsController {
  @Get()
  @Public()
  @Redirect('/api/docs', 302)
  home(): void {}

  @Get('problems')
  @Public()
  all() {
    return { items: PROBLEM_TYPES.map((type) => ({ type: `/problems/${type.code}`, ...type })) };
  }

  @Get('problems/:code')
  @Public()
  one(@Param('code') code: string) {
    const type = PROBLEM_TYPES.find((one) => one.code === code);
    if (!type) throw notFound();
    return { type: `/problems/${code}`, ...type };
  }
}
