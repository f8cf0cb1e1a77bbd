import { ApiProperty } from '@nestjs/swagger';
import { MAX_PASSWORD } from '@foundation/access';
import { ChoiceField, TextField } from '@foundation/http';
import { type Role, ROLES } from '@foundation/kernel';
import { sample } from '../shared/samples';

const password = (description?: string) => TextField(MAX_PASSWORD, { description, example: 'four words make one' });

export class SignInDto {
  @TextField(254, { example: 'ana@lincoln.example' }) signInName: string;
  @password() password: string;
  @ChoiceField(ROLES, { optional: true, description: 'The role to act in; the narrowest one held when left out.', example: 'aide' })
  role?: Role;
}

export class RefreshDto {
  @ChoiceField(ROLES, { optional: true, description: 'Another role to act in from now on.', example: 'case-manager' }) role?: Role;
}

export class SetupDto {
  @TextField(200, { description: 'Of the link that was printed at first start.', example: sample.token }) token: string;
  @TextField(120, { example: 'Ada' }) givenName: string;
  @TextField(120, { example: 'Brightwater' }) familyName: string;
  @TextField(254, { example: 'ada@lincoln.example' }) signInName: string;
  @password() password: string;
}

export class InviteDto {
  @TextField(254, { example: 'ana@lincoln.example' }) signInName: string;
}

export class AcceptInvitationDto {
  @TextField(200, { description: 'Of the invitation’s link.', example: sample.token }) token: string;
  @password() password: string;
}

export class PasswordDto {
  @password('The present one.') password: string;
  @password('The next one.') newPassword: string;
}

export class SignedInDto {
  @ApiProperty({ format: 'uuid', example: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01' }) staff: string;
  @ApiProperty({ enum: ROLES, example: 'aide' }) role: Role;
  @ApiProperty({ enum: ROLES, isArray: true, example: ['aide'] }) roles: readonly Role[];
  @ApiProperty({ description: 'Send it as `Authorization: Bearer …`.', example: 'eyJhbGciOiJIUzI1NiJ9…' }) accessToken: string;
  @ApiProperty({ type: 'integer', example: 600 }) expiresInSeconds: number;
}
