"""English words that say nothing about a text's matter; other languages are left whole."""

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
