import { type Identity, isAnotherPerson } from './identity';

const sam: Identity = { givenName: 'Sam', familyName: 'Rivermoss', birthDate: '2017-02-11', identifier: 'S1' };

describe('whether a sourcedId stands for another person', () => {
  it.each<[string, Identity, boolean]>([
    ['the same', sam, false],
    ['another case and accents', { ...sam, givenName: 'SÁM', familyName: 'river-moss' }, false],
    ['a new family name', { ...sam, familyName: 'Tarrow', identifier: 'S9' }, false],
    ['a chosen first name', { ...sam, givenName: 'Samira' }, false],
    ['adopted: both names, the same birth date', { ...sam, givenName: 'Leo', familyName: 'Tarrow', identifier: undefined }, false],
    ['both names, the same number', { ...sam, givenName: 'Leo', familyName: 'Tarrow', birthDate: undefined }, false],
    ['a sister: another first name and birth date', { ...sam, givenName: 'Mia', birthDate: '2019-05-01', identifier: 'S2' }, true],
    ['other names and nothing in common', { givenName: 'Otto', familyName: 'Fennimore' }, true],
    ['other names, birth date and number', { givenName: 'Otto', familyName: 'Fennimore', birthDate: '2015-01-01', identifier: 'S7' }, true],
    ['a corrected birth date', { ...sam, birthDate: '2017-02-12', identifier: undefined }, false],
  ])('%s', (_, now, another) => {
    expect(isAnotherPerson(sam, now)).toBe(another);
  });

  it('takes the preferred name for the person', () => {
    expect(
      isAnotherPerson({ ...sam, preferredName: 'Jory' }, { ...sam, givenName: 'Jory', birthDate: '2017-02-12', identifier: undefined }),
    ).toBe(false);
  });
});
