/**
 * Words that make up the passwords tried first: the commonest of published breaches, keyboard walks, names, teams, seasons, and the
 * words of a school. A password made of these and of digits or signs alone is refused, however long it is.
 */
export const KNOWN_BAD: ReadonlySet<string> = new Set(
  `
  password passwort passwords passwd passw pass passcode passphrase secret secrets private access letmein letme welcome
  welcomeback hello hallo hi hey login logon signin signon sign in user username guest admin administrator root toor super
  superuser master default changeme change changeit test tester testing demo sample temp temporary new newpassword mypassword my
  your the this that is it its not yes no me you we and for from with please thankyou thanks open opensesame sesame enter system server service
  computer laptop internet network wifi google facebook youtube twitter instagram yahoo hotmail gmail outlook microsoft windows
  apple iphone android samsung linkedin amazon netflix spotify dropbox office zoom adobe photoshop oracle cisco database
  qwerty qwertyui qwertyuiop qwertz azerty asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc wsxedc edcrfv rfvtgb
  qweasd qweasdzxc qwe asd zxc qaz wsx edc abc abcd abcde abcdef abcdefg abcdefgh xyz aaa aaaa zzz zzzz xxx xxxx asdasd qweqwe
  iloveyou iloveu loveyou love lover lovely loveme ilove babygirl baby babyboy angel angels princess prince queen king kings sunshine
  shadow dragon monkey donkey tiger tigers lion lions eagle eagles falcon falcons hawk hawks panther panthers wolf wolves bear bears
  bulldog bulldogs wildcat wildcats mustang mustangs horse horses pony puppy kitty kitten cat cats dog dogs doggy fish bird birds
  butterfly flower flowers rose roses daisy lily cookie cookies chocolate candy cheese banana orange apple peach cherry strawberry
  pepper ginger coffee pizza chicken bacon summer winter spring autumn fall january february march april may june july august
  september october november december monday tuesday wednesday thursday friday saturday sunday morning night today tomorrow
  football baseball basketball soccer hockey softball volleyball tennis golf runner swimming sports player coach team champion
  arsenal chelsea liverpool barcelona realmadrid juventus yankees redsox dodgers cowboys steelers packers raiders broncos lakers
  celtics bulls patriots ravens michael jordan jackson jennifer jessica ashley amanda michelle nicole daniel andrew joshua matthew
  anthony william robert richard thomas charles charlie george edward henry james john david joseph justin brandon hunter tyler
  taylor austin jason kevin brian steven eric mark paul peter maria mary anna anne emma olivia sophia sophie elizabeth victoria
  samantha sarah hannah rachel rebecca laura melissa stephanie heather maggie molly sam max buddy lucky happy smile smiley funny
  superman batman spiderman ironman wonderwoman starwars startrek pokemon pikachu mario minecraft fortnite roblox naruto matrix
  hogwarts harry potter gandalf frodo merlin wizard magic freedom liberty justice america american usa newyork california texas
  florida boston chicago london paris berlin money dollar dollars rich diamond silver gold golden platinum mercedes ferrari porsche
  corvette camaro chevy ford honda toyota yamaha harley trustno trustnoone trust nobody ninja warrior soldier marine army navy police
  hacker killer devil heaven hell jesus christ god godisgood blessed blessing faith hope grace peace family mother father mom mommy mum
  daddy dad sister brother friend friends forever always never together whatever nothing something everything anything
  correct correcthorse correcthorsebatterystaple batterystaple battery staple black white blue green red yellow purple pink rainbow
  computer1 music guitar dance dancer singer rock metal metallica nirvana eminem beatles slipknot pass1 access14 mustang1 ncc1701
  school schools schoolday classroom class teacher teachers teach teaching student students pupil aide aides para paraeducator
  paraprofessional therapist therapy speech nurse counselor counsellor principal district districts elementary middle high highschool
  primary secondary kindergarten preschool grade grades special education specialed specialeducation sped iep plan plans goal goals
  support kids children child math mathematics reading science history english spanish library homework learning learn recess
  throughline through line coordinator caregiver caseload casemanager manager case
  `
    .trim()
    .split(/\s+/),
);
