"""English words that say nothing about a text's matter, or little; other languages are left whole."""

from typing import Final

LIST: Final = """
a about above across after again against all almost alone along already also although always am among an and
another any anybody anyone anything anyway anywhere are aren't around as at away
be became because become becomes been before behind being below beside besides between beyond both but by
came can can't cannot come could couldn't
did didn't do does doesn't doing don't done down during
each either else enough etc even ever every everybody everyone everything everywhere
few for from further
get gets getting give given go goes going gone got
had hadn't has hasn't have haven't having he he'd he'll he's hello hence her here hers herself hi him himself his
how however
i i'd i'll i'm i've if in indeed inside instead into is isn't it it'd it'll it's its itself
just
know
lot lots
made make makes making many may maybe me might mine more moreover most mostly much must my myself
near need neither never nevertheless no nobody none nor not nothing now nowhere
of off often on once one ones only onto or other others otherwise our ours ourselves out outside over own
per perhaps please put
quite
rather re really
said same say says see seem seemed seems several shall she she'd she'll she's should shouldn't since so some
somebody somehow someone something sometimes somewhere still such
take thank thanks than that that's the their theirs them themselves then there there's therefore these they they'd
they'll they're they've thing things this those though through throughout thus to together too toward towards
under until up upon us
very via
want was wasn't way we we'd we'll we're we've well went were weren't what what's whatever when where whether which
while who who's whoever whole whom whose why will with within without won't would wouldn't
yes yet you you'd you'll you're you've your yours yourself yourselves
"""

STOP_WORDS: Final = frozenset(LIST.split())

NAMING_NOTHING: Final = """
able actually advice ago agree aim allow allowed always amount answer answers anymore appreciate appreciated april ask
asked asking asks august
back bad begin began begun best better big bit brief bring brought
call called came care careful case chance change clear come comes coming completely concern concerned correct count
counted couple course currently
day days deal dear december decide decided different difficult drop dropped
early easy effect eight eighth eleven end ended exact exactly example expect experience
fact fall february feel feels fell felt few fewer fifteen fifth fifty fifth figure find fine first five follow forty
forward found four fourth friday full
general give gives glad good great greatly guess guys
half happen happened happens happy hard hear heard hears heart held help helped helpful hello hey hi high hold honest
hope hour hours hundred
idea ideas important info information interested issue issues
january july june
keep keeps kept kind knew know knows
last late lately later learned least leave left less let like likely list little live long longer look looked looking
looks lose lost love
main march matter mean means meant mid middle mind minute minutes miss missed monday month months morning move moved
name named names new next nice night nine ninth nobody november number numbers
october ok okay old open option options order
page part particular past people percent person persons pick place plain plan planning please pls plz point possible
post pretty problem problems properly purpose
question questions quick quickly
ran reach ready real reason recently recommend recommendation recommendations regarding regards remember rest right
round run running runs
sat saturday saw second seen seem send sending sent september set setting seven seventh several share shared short show
showed showing shows side simple simply single sit situation six sixth small soon sort spend start started starting
starts stay stayed step stop string stuck suggest suggestion suggestions sunday support suppose sure
takes taking talk talked talking tell telling tells ten tenth term theirs think thinking third thirty thought thousand
three thursday till time times today told tomorrow took top total totally tried tries trouble true try trying tuesday
turn turned turns twelve twenty twice two type
understand unable use used useful using usual usually
visit visited
wait waited walk walked want wanted wants wednesday week weekend weeks weighing whats willing wish wonder wondering word
words work worked working works worry write written wrong wrote
year years yesterday
"""

SAY_LITTLE: Final = frozenset(NAMING_NOTHING.split())
