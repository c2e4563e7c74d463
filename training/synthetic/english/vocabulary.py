"""English words for slots that are nobody's name: what a tagger must leave alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from random import Random
from typing import Final

from training.synthetic.details import MONTHS, WEEKDAYS, words
from training.synthetic.english import phrases
from training.synthetic.facts import organisations as organisation_facts
from training.synthetic.facts import people as people_facts
from training.synthetic.facts import places as place_facts
from training.synthetic.people import pool
from training.synthetic.places import towns
from training.synthetic.values import Kind, one_of, written

LISTS: Final = {
    "product": """
        iPhone|iPhone 15|iPad Pro|MacBook Air|Galaxy S22|Pixel 7|Kindle|PlayStation 5|Xbox|
        Nintendo Switch|Windows 11|Windows XP|Office 365|Excel|PowerPoint|Word|Outlook|Photoshop|
        Acrobat|Chrome|Firefox|Safari|Android|iOS|Linux|Ubuntu|Gmail|Google Docs|Google Maps|
        Alexa|Siri|AirPods|Roomba|Camry|Corolla|Civic|Accord|F-150|Mustang|Prius|Model 3|Golf|
        Polo|Corsa|Jeep|Vespa|Boeing 737|A320|Boeing 747|Kalashnikov|Scud|Prozac|Viagra|Aspirin|
        Tylenol|Coke Zero|Diet Coke|Big Mac|Whopper|Frappuccino|Nutella|Kleenex|Post-it|Sharpie|
        Legos|Barbie|Monopoly|Scrabble|Minecraft|Fortnite|Call of Duty|World of Warcraft|Zelda|
        Candy Crush|Bluetooth|Wi-Fi|USB-C|HDMI|DVD|Blu-ray|CD-ROM|Echo Dot|Instant Pot|Thermomix|
        ThinkPad|XPS 13|GeForce RTX 3080|Ryzen 5|Core i7|PS4|GTA V|FIFA 21""",
    "tech": """
        S3|EC2|EKS|ECS|RDS|C4|Lambda|DynamoDB|Kubernetes|Docker|Terraform|Ansible|Jenkins|Kafka|
        Redis|Postgres|PostgreSQL|MySQL|SQLite|MongoDB|Elasticsearch|Grafana|Prometheus|Nginx|
        Apache|React|Angular|Vue|Django|Flask|Rails|Spring Boot|Python|Java|Ruby|Rust|Go|Scala|
        Perl|Pandas|NumPy|PyTorch|Hadoop|Spark|Airflow|Celery|Git|SVN|Jira|Confluence|Trello|
        Figma|Maven|Gradle|Cython|GraphQL|REST|gRPC|OAuth|SAML|LDAP|JSON|YAML|XML|CSV|HTML|CSS|
        SQL|API|SDK|CLI|GUI|CPU|GPU|RAM|SSD|TCP|UDP|DNS|DHCP|VPN|TLS|SSH|HTTP|IPv6|UTF-8|ASCII|
        Unicode|PDF|CI|CD|GC|JVM|ORM|MVP|UX|QA|BERT|GPT-4|LLM|CNN|LSTM|Markdown|LaTeX|Emacs|Vim|
        Bash|PowerShell|Hibernate|Swift|Kotlin|Julia|Ada|Pascal|Dart|Elixir|Erlang|Haskell|
        Clojure|Groovy|Scratch|Oracle 19c|Big Sur|Catalina|Jupyter""",
    "job": """
        manager|director|engineer|software developer|nurse|teacher|accountant|lawyer|analyst|
        consultant|project manager|sales representative|receptionist|chef|waiter|driver|
        electrician|plumber|carpenter|mechanic|architect|designer|editor|journalist|photographer|
        professor|researcher|scientist|librarian|secretary|assistant|clerk|cashier|supervisor|
        technician|pharmacist|dentist|surgeon|physiotherapist|midwife|social worker|firefighter|
        police officer|soldier|pilot|farmer|fisherman|miner|welder|painter|sculptor|musician|
        actor|producer|coach|translator|interpreter|economist|psychologist|data scientist|
        product owner|system administrator|paralegal|broker|trader|banker|auditor|estate agent|
        security guard|cleaner|gardener|hairdresser|tailor|butcher""",
    "title": """
        Director|Vice President|President|Chief Executive|CEO|CFO|CTO|COO|Managing Director|
        Senior Counsel|General Counsel|Account Manager|Head of Sales|Project Manager|
        Sales Manager|Senior Analyst|Executive Assistant|Software Engineer|Staff Engineer|
        Marketing Manager|HR Manager|Operations Manager|Office Manager|Customer Success Manager|
        Team Lead|Associate|Partner|Legal Assistant|Controller|Treasurer|Chairman|Secretary|
        Trading Manager|Senior Specialist|Research Fellow|Professor of Physics|Dean|Registrar|
        Chief Medical Officer|Principal Consultant""",
    "office": """
        president|prime minister|foreign minister|finance minister|interior minister|
        defence minister|defense secretary|secretary of state|spokesman|spokeswoman|senator|
        governor|mayor|ambassador|opposition leader|chief executive|chairman|
        central bank governor|police chief|attorney general|judge|prosecutor|congressman|
        chancellor|vice president|deputy prime minister|party leader|chief negotiator|envoy|
        commissioner|general|colonel|archbishop|health minister""",
    "department": """
        Finance|Human Resources|HR|Marketing|Sales|Legal|Engineering|IT|Operations|Procurement|
        Customer Service|Accounting|Compliance|Research|Support|Logistics|Facilities|Payroll|Risk|
        Trading|Credit|Quality Assurance|Design|Communications|Strategy|Internal Audit""",
    "drug": """
        ibuprofen|paracetamol|acetaminophen|amoxicillin|metformin|lisinopril|atorvastatin|
        amlodipine|omeprazole|simvastatin|Lipitor|Zoloft|Prozac|Xanax|Adderall|Ritalin|warfarin|
        insulin|prednisone|gabapentin|levothyroxine|albuterol|Ventolin|Advil|Tylenol|Plavix|
        Humira|Ozempic|furosemide|hydrochlorothiazide|sertraline|citalopram|morphine|oxycodone|
        Keppra|Coumadin|Lantus""",
    "disease": """
        diabetes mellitus|type 2 diabetes|hypertension|asthma|COPD|pneumonia|bronchitis|
        atrial fibrillation|heart failure|Parkinson's disease|Alzheimer's disease|Crohn's disease|
        Hodgkin lymphoma|Graves' disease|Down syndrome|Lyme disease|influenza|COVID-19|
        hepatitis C|HIV|migraine|epilepsy|depression|anxiety|osteoarthritis|gout|anaemia|
        breast cancer|colon cancer|melanoma|leukaemia|multiple sclerosis|appendicitis|
        cholecystitis|pancreatitis|GERD|UTI|DVT|Bell's palsy|Barrett's oesophagus|
        Cushing's syndrome|Raynaud's|shingles|psoriasis|sepsis""",
    "symptom": """
        chest pain|shortness of breath|headache|fever|cough|nausea|vomiting|dizziness|
        abdominal pain|back pain|fatigue|rash|swelling of the legs|palpitations|blurred vision|
        weight loss|sore throat|joint pain|night sweats|insomnia|numbness in the left arm|
        a fall at home""",
    "food": """
        pizza|burger|ramen|tacos|pad thai|fish and chips|carbonara|tiramisu|steak|salad|pho|sushi|
        dumplings|curry|naan|falafel|hummus|pancakes|waffles|brunch|coffee|latte|espresso|
        cheesecake|lobster roll|clam chowder|Caesar salad|French fries|Greek yogurt|Peking duck|
        Irish stew|apple pie|Margherita|General Tso's chicken|eggs Benedict|Wiener schnitzel|
        Earl Grey|Bloody Mary|pulled pork""",
    "thing": """
        car|laptop|phone|sofa|fridge|washing machine|bike|printer|camera|headphones|watch|shoes|
        jacket|mattress|vacuum|blender|desk|monitor|router|keyboard|charger|backpack|tent|guitar|
        piano|drill|lamp|heater|boiler|stroller|car seat|dog bed|puppy|kitten|parcel|package|
        refund|invoice|subscription|ticket|booking|reservation|appointment|haircut|oil change|
        root canal|massage""",
    "work": """
        The Great Gatsby|Hamlet|War and Peace|Jane Eyre|Harry Potter|The Lord of the Rings|
        Star Wars|Titanic|The Godfather|Forrest Gump|Game of Thrones|Breaking Bad|Friends|
        Doctor Who|Downton Abbey|The Simpsons|Family Guy|The Office|Mad Men|Sherlock|Lost|
        House of Cards|X Factor|American Idol|Dancing with the Stars|The Voice|Big Brother|
        Top Gear|Glee|Twilight|Inception|Avatar|Frozen|Jurassic Park|The Dark Knight|Pulp Fiction|
        Bohemian Rhapsody|Imagine|Hey Jude|Thriller|Rolling in the Deep|Purple Rain|
        Stairway to Heaven|Don Giovanni|La Traviata|Swan Lake|Guernica|Mona Lisa|1984|Animal Farm|
        Dune|Emma|Ulysses|Don Quixote|Anna Karenina|Macbeth|Romeo and Juliet|Dear John|
        Billy Elliot|Erin Brockovich|Annie Hall|Thelma & Louise|Chicago|Casablanca|Fargo|Rio|
        Madagascar|Philadelphia|Brooklyn Nine-Nine|Broadchurch|Grand Theft Auto|
        Sid Meier's Civilization""",
    "language": """English|German|French|Spanish|Italian|Dutch|Portuguese|Russian|Arabic|Mandarin|
        Cantonese|Japanese|Korean|Hindi|Urdu|Turkish|Polish|Swahili|Latin|Hebrew|Tagalog""",
    "holiday": """
        Christmas|Easter|Thanksgiving|New Year's Eve|Halloween|Ramadan|Eid|Diwali|Hanukkah|
        Valentine's Day|Mother's Day|Labor Day|Memorial Day|Independence Day|Boxing Day|
        Black Friday|Martin Luther King Day|St Patrick's Day|Veterans Day|Good Friday|
        New Year's Day""",
    "event": """
        the World Cup|the Olympics|the Super Bowl|World War II|the Cold War|the Gulf War|
        the Oscars|the Grammys|Brexit|the French Revolution|Black Lives Matter|Comic-Con|
        the Tour de France|the Champions League|the FA Cup|the World Series|the Ryder Cup|
        the Masters|the US Open|Wimbledon|the Davis Cup|the Ashes|March Madness|Watergate|9/11|
        Hurricane Katrina|the Renaissance|the Holocaust|the Good Friday Agreement|
        the Treaty of Rome|Euro 96|the Six Nations|the Stanley Cup|the NBA Finals""",
    "sport": """football|soccer|tennis|cricket|rugby|golf|basketball|baseball|hockey|boxing|cycling|
        swimming|athletics|skiing|volleyball|handball|badminton|snooker|darts|formula one""",
    "animal": "dog|cat|puppy|kitten|golden retriever|parrot|rabbit|hamster|horse|labrador|beagle|"
    "poodle",
    "emoji": "😂|😍|😭|🔥|❤️|🙏|👏|💯|😊|😎|🤔|🎉|👍|😡|💔|⚽|🏀|"
    ":)|:(|;)|:D|xD|<3|:/|^^|:P|lol|lmao|smh",
    "tagword": """
        nowplaying|fail|win|FF|tbt|love|life|news|breaking|Election2012|debates|WorldCup|
        SuperBowl|Oscars|XFactor|tcot|p2|auspol|bbcqt|job|jobs|winning|teamfollowback|
        sorrynotsorry|MondayMotivation|ThrowbackThursday|blessed|foodporn|NFL|NBA|mufc|LFC|COYS|
        cfc|music|travel|RIP""",
    "greeting": "Hi|Hello|Dear|Hey|Good morning|Good afternoon|Hi there|Greetings|Morning|"
    "Howdy|Hiya",
    "closing": """
        Regards|Best regards|Kind regards|Best|Thanks|Many thanks|Cheers|Sincerely|
        Yours sincerely|Yours faithfully|Warm regards|Thank you|Best wishes|Love|Take care|
        Respectfully|Thanks in advance|All the best|Talk soon|Rgds|Thx|BR|Ciao""",
    "topic": """
        budget|contract|quarterly report|meeting|invoice|presentation|schedule|proposal|audit|
        project plan|newsletter|agreement|memo|offer letter|draft|spreadsheet|forecast|
        gas contract|credit worksheet|term sheet|confirmation|master agreement|press release|
        benefits enrollment|vacation policy|server migration|launch|renewal|training|interview|
        lease|settlement|tariff filing""",
    "heading": """
        Executive Summary|Terms and Conditions|Getting Started|Table of Contents|
        Frequently Asked Questions|Next Steps|Action Items|Known Issues|Release Notes|
        Personal Details|Work Experience|Medical History|Payment Terms|Governing Law|
        Scope of Work|User Guide|Quarterly Results|Privacy Policy|Customer Feedback|Installation|
        Configuration|Overview|Background|Materials and Methods|Related Work|Conclusions|
        Important Notice|Special Offer""",
    "hardword": """
        Will|May|March|August|Mark|Bill|Rose|Grace|Hope|Faith|Joy|Summer|Autumn|Dawn|Art|Rob|
        Frank|Earnest|Grant|Chase|Drew|Jack|Sue|Pat|Penny|Ruby|Amber|Crystal|Jade|Pearl|Iris|Lily|
        Daisy|Violet|Olive|Ginger|Basil|Sage|Rich|Miles|Guy|Dale|Cliff|Heath|Forest|Lane|Wade|
        Young|Long|Short|Brown|Green|Black|White|Gray|King|Bishop|Pope|Knight|Page|Major|Price|
        Banks|Wells|Rivers|Hill""",
    "brandnoun": """
        google it|hoover the carpet|xerox the form|photoshop the picture|uber home|skype later|
        an apple a day|the amazon parrot|shell out money|the target group|a visa for travel|
        a gap in the market|an oracle|the orange juice|a subway ride|a puma in the zoo|a jaguar|
        the amazon delivery box|a meta question|a slack rope|zoom in on it|the dove flew off|
        a tide of change""",
    "adjective": """
        great|terrible|amazing|awful|friendly|rude|slow|fast|cheap|expensive|clean|dirty|cozy|
        professional|helpful|overpriced|delicious|bland|outstanding|mediocre|fantastic|
        disappointing|knowledgeable|wonderful|horrible|decent|excellent|super nice|okay|top notch|
        pleasant""",
    "reason": """
        because of the weather|for personal reasons|after a long illness|due to a strike|
        because the train was late|after lengthy talks|despite the rain|in spite of protests|
        without giving a reason|for the first time|as expected|at the last minute|
        on short notice""",
    "commodity": "wheat|corn|crude oil|gold|copper|soybeans|natural gas|coffee|sugar|"
    "silver|cotton|steel",
    "month": "|".join(MONTHS),
    "weekday": "|".join(WEEKDAYS),
    "exclaim": """
        OMG|WTF|LOL|Wow|Yay|Ugh|Damn|Geez|God|Jesus|Gosh|Yikes|Oh no|Haha|Thank God|Holy cow|
        Good Lord|Merry Christmas|Happy Birthday|Congrats|Good luck|RIP|FYI|IMO|TBH|BREAKING|
        UPDATE""",
}  # fmt: skip


RUDE: Final = frozenset(
    [
        "fuck",
        "fucking",
        "fucked",
        "fucks",
        "shit",
        "bitch",
        "bitches",
        "sexy",
        "boobs",
        "breasts",
        "porn",
        "pussy",
        "dick",
        "cock",
        "nude",
        "naked",
        "penis",
        "vagina",
        "whore",
        "slut",
        "rape",
        "raped",
        "nazi",
        "nigger",
        "cunt",
        "asshole",
        "sexual",
        "tits",
        "anal",
        "horny",
    ]
)


def _names_of(locale: str) -> tuple[str, ...]:
    names = pool(locale)
    return (*names.male, *names.female, *names.last)


@lru_cache(maxsize=1)
def plain_words() -> tuple[str, ...]:
    """Return common English words that are no part of a name of a person or place we know."""
    named = {name.lower() for locale in ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT")
             for name in _names_of(locale)}  # fmt: skip
    named |= {part.lower() for town, _, _ in towns("")[0] for part in town.split()}
    for country, (adjective, people) in place_facts.DEMONYMS.items():
        named |= {country.lower(), adjective.lower(), people.lower()}
    for facts in (place_facts, organisation_facts, people_facts):
        named |= {part.lower() for names in vars(facts).values() if isinstance(names, tuple)
                  for name in names for part in name.split()}  # fmt: skip
    named |= RUDE
    common = import_module("wordfreq").top_n_list("en", 9000)[150:]
    return tuple(w for w in common if w.isascii() and w.isalpha() and len(w) > 3 and w not in named)


def _title(random: Random) -> str:
    """Make a Title Case heading of ordinary words."""
    return " ".join(
        word.capitalize() for word in random.choices(plain_words(), k=random.randint(2, 4))
    )


def _identifier(random: Random) -> str:
    one, two = random.choice(plain_words()), random.choice(plain_words())
    shapes = (f"{one}_{two}", f"{one}{two.capitalize()}", f"{one.capitalize()}{two.capitalize()}",
              f"{one}-{two}", f"{one}.{two}()", f"{one.upper()}_{two.upper()}",
              f"/{one}/{two}.py")  # fmt: skip
    return random.choice(shapes)


def kinds() -> Mapping[str, Kind]:
    """Return the neutral kinds of English: lists, and words, phrases, headings, identifiers."""
    made = {name: words(text) for name, text in LISTS.items()}
    return {
        **made,
        "word": written(lambda random: random.choice(plain_words())),
        "phrase": written(phrases.phrase),
        "clause": written(phrases.clause),
        "np": written(phrases.thing),
        "caption": written(_title),
        "identifier": written(_identifier),
        "state_demonym": one_of(("Texan", "Californian", "New Yorker"), "NRP"),
    }
