"""Ordinary English phrases and clauses without anybody's name, put together from parts."""

from __future__ import annotations

from random import Random
from typing import Final

from training.synthetic.facts import listed

VERBS: Final = listed("""
send|check|cancel|explain|find|fix|finish|open|close|buy|sell|return|clean|paint|move|change|
update|write|read|sign|approve|reject|discuss|review|test|build|break|replace|repair|order|
pay for|wait for|look at|talk about|think about|forget|remember|miss|win|lose|avoid|prevent|
support|stop|start|delay|finance|cut|raise|share|delete|print|copy|save|install|remove|measure|
count|compare|choose|ignore|complain about|apologise for|deal with|work on|pick up|drop off|
give up|follow up on|set up|take over|turn down|carry out|bring back|point out|put off|sort out|
make up|get rid of|depend on|rely on|ask for
""")
PAST: Final = listed("""
sent|checked|cancelled|explained|found|fixed|finished|opened|closed|bought|sold|returned|cleaned|
painted|moved|changed|updated|wrote|read|signed|approved|rejected|discussed|reviewed|tested|built|
broke|replaced|repaired|ordered|paid for|waited for|looked at|talked about|forgot|remembered|
missed|won|lost|avoided|prevented|supported|stopped|started|delayed|cut|raised|shared|deleted|
saved|removed|measured|ignored|complained about|dealt with|picked up|gave up|set up|took over|
sorted out|asked for
""")
NOUNS: Final = listed("""
report|bill|account|key|door|window|kitchen|garden|road|bridge|school|price|offer|plan|idea|
problem|question|answer|mistake|decision|rule|law|tax|rent|loan|job|shift|project|deadline|budget|
contract|form|letter|message|call|photo|video|song|film|book|page|chapter|story|game|match|season|
goal|ticket|trip|flight|hotel|room|bed|table|chair|lamp|phone|battery|screen|password|file|folder|
server|database|network|update|error|test|result|sample|dose|pill|treatment|symptom|diet|meal|
soup|bread|wine|menu|kitchen sink|washing machine|dishwasher|car park|front desk|waiting room|
delivery|parcel|box|label|refund|discount|order|receipt|warranty|manual|feature|button|setting|
map|route|train|bus|engine|tyre|bike|boat|fence|roof|wall|floor|neighbourhood|weather|storm|
holiday|weekend|party|wedding|birthday|present|dog|cat|horse|bird|tree|flower|river|beach|view|
noise|smell|colour|size|shape|number|list|meeting|minutes|agenda|policy|procedure|complaint|claim|
evidence|witness|hearing|appeal|fine|permit
""")
ADJECTIVES: Final = listed("""
new|old|big|small|long|short|early|late|red|blue|green|black|white|cold|warm|hot|wet|dry|open|
broken|empty|full|cheap|expensive|free|final|first|second|last|next|other|same|different|strange|
simple|difficult|important|urgent|annual|monthly|weekly|daily|local|national|international|public|
private|personal|legal|medical|technical|digital|electric|automatic|wrong|right|good|bad|better|
worse|quiet|loud|fast|slow|safe|dangerous|clean|dirty|heavy|light|strong|weak|whole|entire|missing
""")
SUBJECTS: Final = listed("""
the team|the company|the government|the school|the weather|my boss|my neighbour|our landlord|
the driver|everyone|somebody|nobody|the whole family|the kids|the committee|the new policy|
the system|the software|the old version|the price|the market|the economy|the war|the band|
the crowd|the coach|the patient|the doctor|the plaintiff|the defendant|the witness|the customer|
the seller|the data|the results|the photos|the first season|this project|this place|that idea|it|
they|we|he|she|I|you|people|most of us|a friend of mine|one of them|the other one|what happened|
all this|the rest|half of it|the majority
""")
ENDS: Final = listed("""
again|today|tomorrow|next week|last year|before lunch|after work|at home|online|in the morning|
at night|for free|by hand|by mail|on time|too late|without asking|in advance|for the first time|
as soon as possible|twice a day|every week|once a month|in public|at the office|on the phone|
in the end|for no reason|with a smile|in the rain|at the last minute|if possible|of course|
since the spring|during the summer|until further notice|within two weeks|over the weekend
""")
MODALS: Final = listed(
    "will|would|should|could|can|must|may|might|won't|can't|shouldn't|doesn't want to|has to|"
    "needs to|"
    "is going to|tried to|used to|refused to|promised to|forgot to|had to|did not"
)
STATES: Final = listed("""
is over|was worth it|makes no sense|takes too long|is getting better|was a disaster|works fine|
is out of stock|is under review|was cancelled|has changed|is not fair|was fun|is still open|
looks good|sounds wrong|smells strange|seems unlikely|is none of your business|will never end|
came too late|is on hold|went well|got worse|fell apart|is a waste of time|was a great success|
needs more work
""")


def thing(random: Random) -> str:
    """Return a noun phrase: `the old contract`, `my ticket`, `two windows`."""
    article = random.choice(
        ("the", "the", "a", "my", "our", "your", "this", "that", "every", "his")
    )
    noun = random.choice(NOUNS)
    adjective = random.choice(ADJECTIVES) if random.random() < 0.4 else ""
    if article == "a" and (adjective or noun)[0] in "aeiou":
        article = "an"
    return " ".join(part for part in (article, adjective, noun) if part)


def _ending(random: Random) -> str:
    pick = random.random()
    if pick < 0.35:
        return " " + random.choice(ENDS)
    if pick < 0.5:
        preposition = random.choice(("in", "for", "with", "near", "from", "about", "without"))
        return f" {preposition} {thing(random)}"
    return ""


def phrase(random: Random) -> str:
    """Return a phrase with a verb in its base form: `sign the contract before lunch`."""
    return f"{random.choice(VERBS)} {thing(random)}{_ending(random)}"


def clause(random: Random) -> str:
    """Return a sentence without its capital and its full stop."""
    subject, pick = random.choice(SUBJECTS), random.random()
    if pick < 0.4:
        return f"{subject} {random.choice(PAST)} {thing(random)}{_ending(random)}"
    if pick < 0.7:
        return f"{subject} {random.choice(MODALS)} {phrase(random)}"
    if pick < 0.85:
        return f"{thing(random)} {random.choice(STATES)}"
    return f"{thing(random)} was {random.choice(ADJECTIVES)}, and {clause(random)}"
