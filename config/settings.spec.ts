import { readSettings, WrongSetting } from './settings';

describe('settings', () => {
  it('have defaults that work on a fresh machine', () => {
    expect(readSettings({})).toEqual({
      data: './data',
      host: '127.0.0.1',
      port: 3000,
      zone: 'America/New_York',
      logLevel: 'info',
      https: false,
      metrics: 'local',
      smtp: '',
      mailFrom: 'throughline@localhost',
      link: 'http://127.0.0.1:3000',
    });
  });

  it('are read from their variables, typed', () => {
    expect(readSettings({ THROUGHLINE_PORT: '0', THROUGHLINE_ZONE: 'Pacific/Honolulu', THROUGHLINE_HTTPS: 'true' })).toMatchObject({
      port: 0,
      zone: 'Pacific/Honolulu',
      https: true,
    });
  });

  it.each([
    ['THROUGHLINE_PORT', 'eighty'],
    ['THROUGHLINE_PORT', '70000'],
    ['THROUGHLINE_ZONE', 'Mars/Olympus'],
    ['THROUGHLINE_LOG_LEVEL', 'loud'],
    ['THROUGHLINE_DATA', ''],
    ['THROUGHLINE_HTTPS', 'yes'],
    ['THROUGHLINE_METRICS', 'everyone'],
    ['THROUGHLINE_SMTP', 'mail.example'],
    ['THROUGHLINE_MAIL_FROM', 'nobody'],
    ['THROUGHLINE_LINK', 'example'],
    ['THROUGHLINE_PROT', '80'],
  ])('a wrong %s=%s names itself', (variable, value) => {
    expect(() => readSettings({ [variable]: value })).toThrow(WrongSetting);
    expect(() => readSettings({ [variable]: value })).toThrow(new RegExp(`^${variable}`));
  });

  it('never prints the mail server’s password', () => {
    expect(() => readSettings({ THROUGHLINE_SMTP: 'me:green-boats@mail.example' })).toThrow(/^THROUGHLINE_SMTP=… must be smtp:/);
  });

  it('never prints the master key', () => {
    expect(readSettings({ THROUGHLINE_MASTER_KEY: 'c2VjcmV0' })).not.toHaveProperty('masterKey');
  });
});
