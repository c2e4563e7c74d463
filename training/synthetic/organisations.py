"""Organisations: well-known ones, and many more composed as such names are composed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from training.synthetic.facts import listed
from training.synthetic.facts import organisations as facts
from training.synthetic.facts import places as place_facts
from training.synthetic.people import ENGLISH_WORLD, pool
from training.synthetic.places import ENGLISH_COUNTRIES, NAMING, towns, unaccented
from training.synthetic.values import Entity, Kind, Maker, mixed

STEMS: Final = listed("""
acu|agri|alta|ampl|apex|aqua|arc|astra|atla|aura|avan|axi|bel|bio|blu|bri|cal|cand|card|cela|cen|
cer|chrom|cinta|clar|cog|cor|cre|cyb|dat|delta|digi|dyna|eco|ela|elec|ember|ener|equi|eva|exa|fin|
flex|flux|fora|fort|gen|geo|glo|gran|hali|heli|hexa|hydro|ina|infra|inno|inter|ion|juni|kal|kine|
lami|lex|li|lumi|lyra|macro|mag|mari|max|medi|mega|meri|meta|micro|mono|nano|neo|net|nex|nova|
octa|omni|onyx|opti|orbi|oxy|pan|para|pent|pharma|phos|pix|poly|prima|pro|quanta|quin|radi|rapi|
reno|rho|sani|sol|spec|stel|strat|syn|tec|tele|terra|therm|titan|trans|tri|tru|ultra|uni|vara|vec|
vela|veri|vex|vi|vira|vis|vita|vol|xen|yel|zen|zeta|ziv
""")
ENDINGS: Final = listed("""
tech|soft|net|link|dyne|ics|ix|ex|on|ia|ora|ona|us|is|ent|ant|corp|gen|cor|med|pharm|sys|tron|
ware|works|logic|metrics|scape|path|point|wave|flow|ly|ify|io|eon|ium|ara|elle|era|ista|ity|cast|
bridge|field|stone|port|gate|ridge|view|mark|craft|lab|labs|base|hub|zone|mind|spark|cloud
""")
FIELDS: Final = listed("""
Systems|Technologies|Software|Solutions|Industries|Energy|Gas|Oil|Steel|Foods|Motors|Logistics|
Pharmaceuticals|Healthcare|Insurance|Capital|Partners|Consulting|Media|Communications|Networks|
Electronics|Semiconductor|Chemicals|Airlines|Shipping|Properties|Realty|Construction|Engineering|
Design|Research|Analytics|Robotics|Biotech|Therapeutics|Financial|Bank|Savings|Trust|Investments|
Ventures|Resources|Mining|Power|Water|Transport|Trading|Textiles|Publishing|Records|Studios|
Entertainment|Hotels|Resorts|Outfitters|Brewing|Packaging|Plastics|Labs|Instruments|Telecom
""")
SUFFIXES: Final = listed("""
Inc|Inc.|Corp|Corp.|Corporation|Ltd|Ltd.|Limited|LLC|LLP|PLC|plc|Co|Co.|Company|Group|Holdings|
Holding|& Co|& Co.|& Sons|Bros|Brothers|International|Worldwide|Global|GmbH|AG|KG|SE|SA|S.A.|SAS|
SARL|SpA|S.p.A.|Srl|BV|B.V.|NV|N.V.|AB|A/S|ASA|Oy|Oyj|Sp. z o.o.|S.L.|Ltda|Pty Ltd|Pte Ltd|
Pvt Ltd|K.K.|Bhd|JSC|OAO|LP|L.P.|N.A.
""")
SHOP_WORDS: Final = listed("""
Diner|Grill|Cafe|Café|Coffee|Bakery|Pizza|Pizzeria|Bistro|Kitchen|Bar & Grill|Steakhouse|Sushi|
Tavern|Pub|Brewery|Deli|Donuts|Tacos|BBQ|Noodle House|Curry House|Tandoori|Trattoria|Restaurant|
Auto Repair|Automotive|Tire & Auto|Body Shop|Plumbing|Roofing|Landscaping|Heating & Air|Electric|
Dental|Family Dental|Dentistry|Orthodontics|Chiropractic|Medical Center|Clinic|Pharmacy|Optical|
Veterinary Clinic|Animal Hospital|Pet Grooming|Hair Salon|Nails|Nail Spa|Day Spa|Barber Shop|Yoga|
Fitness|Gym|Dance Studio|Music School|Florist|Flowers|Books|Bookstore|Jewelers|Furniture|Mattress|
Hardware|Cleaners|Laundry|Storage|Moving|Movers|Realty|Law Firm|Law Offices|Photography|Catering|
Hotel|Inn|Motel|Lodge|Suites|Bed & Breakfast|Hostel|Resort|Nursery|Daycare|Preschool|Tattoo|Travel
""")
SHOP_NAMES: Final = listed("""
Golden Dragon|Blue Moon|Red Lion|White Hart|King's Arms|Rose & Crown|Green Dragon|Black Swan|
Lucky|Sunrise|Sunset|Ocean|Lakeside|Riverside|Hilltop|Village|Downtown|Uptown|Main Street|Corner|
Bella|Casa|La|El|Le|Little|Old Town|Royal|Imperial|Crown|Star|Silver Spoon|Copper Kettle|
Rusty Anchor|Happy|Happy Garden|Jade Palace|Bombay|Taj|Saigon|Tokyo|Seoul|Bangkok|Athens|Napoli|
Milano|Sahara|Cedar|Olive|Lemon|Basil|Thyme|Pepper|Sweet|Honey|Sugar|Vanilla|Mocha|Elite|Premier|
Precision|Quality|Reliable|Express|Speedy|Pro|A-1|AAA|Ace|All Star|First Choice|Perfect|Gentle|
Bright|Smile|Paws|Happy Tails|Blossom|Serenity|Harmony|Zen|Lotus|Phoenix|Eagle|Liberty|Patriot
""")
AGENCY_WORDS: Final = listed("""
Department of {}|Ministry of {}|Bureau of {}|Office of {}|{} Agency|{} Authority|{} Commission|
{} Administration|{} Board|National {} Council|Institute of {}|{} Service|Federal {} Office|
Committee on {}|{} Ombudsman|National Institute for {}|Directorate of {}
""")
AGENCY_FIELDS: Final = listed("""
Health|Education|Justice|Defence|Defense|Transport|Transportation|Labor|Labour|Agriculture|
Finance|Trade|Commerce|Energy|Environment|Housing|Immigration|Foreign Affairs|the Interior|
Culture|Science|Statistics|Standards|Aviation|Maritime Safety|Food Safety|Consumer Protection|
Social Affairs|Public Works|Land Management|Veterans Affairs|Human Rights|Privacy|Water|Forestry|
Fisheries|Tourism|Public Safety|Economic Development|Information Technology|Intelligence|Taxation|
Customs|Prisons
""")
TEAM_NAMES: Final = listed("""
Eagles|Tigers|Lions|Bears|Wolves|Panthers|Falcons|Hawks|Bulls|Sharks|Dragons|Knights|Warriors|
Giants|Titans|Kings|Royals|Pirates|Raiders|Rangers|Rockets|Stars|Comets|Thunder|Storm|Heat|
Blazers|Hornets|Wasps|Cobras|Vipers|Cougars|Wildcats|Bulldogs|Huskies|Mustangs|Broncos|Stallions|
Rams|Bisons|Buffaloes|Cardinals|Jays|Orioles|Penguins|Ducks|Mariners|Sailors|Cavaliers|Spartans|
Trojans|Vikings|Saints|Angels|Devils|Red Sox|White Sox|Reds|Blues|Browns|Bombers|Jets|Flyers|
Chiefs|Indians|Braves|Cowboys|Steelers|Brewers|Packers|Miners|Colts|Magic|Jazz|Sun|Sky|Fever|
Lightning|Hurricanes
""")
BAND_SHAPES: Final = listed("""
The {N}s|The {N}s|{A} {N}|{A} {N}s|{N} & the {N}s|{N} {N}|The {A} {N}s|{N} of {N}|{A}|{N}|The {N}|
{F} and the {N}s|{N}{n}|The {L} Brothers|{F} {L} Trio|{L} Quartet|{A} {N} Orchestra
""")
NOUNS: Final = listed("""
Ghost|Shadow|River|Mountain|Tiger|Wolf|Raven|Mirror|Window|Machine|Engine|Bullet|Rose|Thorn|Crown|
Skull|Bone|Heart|Ocean|Storm|Thunder|Lantern|Candle|Velvet|Diamond|Anchor|Arrow|Saint|Preacher|
Drifter|Stranger|Rebel|Prophet|Pilot|Sailor|Robot|Monkey|Rabbit|Fox|Owl|Moth|Spider|Scorpion|
Cactus|Desert|Garden|Forest|Comet|Planet|Signal|Echo|Mercury|Neon|Static|Paper|Plastic|Glass|Iron
""")
ADJECTIVES: Final = listed("""
Black|White|Red|Blue|Green|Golden|Silver|Electric|Broken|Silent|Screaming|Dancing|Flying|Burning|
Frozen|Hollow|Crooked|Wild|Lonely|Midnight|Modern|Ancient|Holy|Wicked|Tiny|Giant|Royal|Common|
Northern|Southern|Eastern|Western|Savage|Gentle|Velvet|Cosmic|Atomic|Solar|Lunar|Digital|Analog
""")
NGO_SHAPES: Final = listed("""
{P} Food Bank|{P} Animal Shelter|{P} Community Center|Friends of {P}|{P} Historical Society|
{P} Chamber of Commerce|{P} Rotary Club|Society for {C}|Campaign for {C}|Coalition for {C}|
Alliance for {C}|{C} Now|{C} Watch|{C} International|International {C} Federation|
National {C} Association|Association of {W}|National Union of {W}|Union of {W}|
{D} Association of {W}|{D} Red Cross|{L} Foundation|The {L} Foundation|{L} Institute|
{P} Symphony Orchestra|{P} Philharmonic|{P} Ballet|{P} Public Library|{P} Museum of Art|{P} Zoo|
St. {F}'s Church|First Baptist Church|{P} Police Department|{P} Fire Department|{P} City Council|
{P} County Council|{P} Police|{P} Sheriff's Office|Centre for {C}
""")
CAUSES: Final = listed("""
Human Rights|Animal Welfare|Clean Water|Climate Justice|Free Speech|Press Freedom|
Nuclear Disarmament|Mental Health|Homeless Veterans|Children|Refugees|Rare Diseases|
Cancer Research|Open Source|Digital Rights|Civil Liberties|Women's Rights|Fair Trade|
Renewable Energy|Wildlife Conservation|Consumer Rights|Public Transport|Affordable Housing|
Policy Studies|Strategic Studies|Autism
""")
WORKERS: Final = listed("""
Teachers|Nurses|Journalists|Farmers|Engineers|Manufacturers|Bankers|Physicians|Lawyers|Miners|
Seamen|Railway Workers|Postal Workers|Truckers|Architects|Writers|Musicians|Scientists|Students
""")
PARTY_SHAPES: Final = listed("""
{A} {K} Party|{K} Party|{K} {U}|{D} {K} Party|{D} {K} {U}|Party of {K} {U}|{K} Alliance of {X}|
Movement for {C}|{X} First|{K} Front|United {K} Front|National {K} Congress|{D} People's Party
""")
CREEDS: Final = listed("""
Democratic|Socialist|Liberal|Conservative|National|People's|Christian Democratic|
Social Democratic|Communist|Green|Labour|Reform|Progressive|Independence|Unity|Freedom|Agrarian|
Islamic|Republican
""")


def _town(random: Random) -> str:
    codes = tuple(ENGLISH_COUNTRIES)
    known, sizes = towns(random.choices(codes, tuple(ENGLISH_COUNTRIES.values()))[0])
    return unaccented(random.choices(known, cum_weights=sizes)[0][0])


def _place(random: Random) -> str:
    pick = random.random()
    if pick < 0.6:
        return _town(random)
    if pick < 0.85:
        return random.choice(place_facts.BIG_CITIES)
    return random.choice(NAMING)


def _surname(random: Random) -> str:
    locale = random.choices(tuple(ENGLISH_WORLD), tuple(ENGLISH_WORLD.values()))[0]
    return random.choice(pool(locale).last)


def _first(random: Random) -> str:
    names = pool(random.choice(["en_US", "en_US", "en_GB", "it_IT", "es_MX", "en_IN"]))
    return random.choice(random.choice([names.male, names.female]))


def _made_up(random: Random) -> str:
    word = random.choice(STEMS) + random.choice(ENDINGS)
    style = random.random()
    if style < 0.75:
        return word.capitalize()
    if style < 0.85:
        stem, end = random.choice(STEMS), random.choice(ENDINGS)
        return stem.capitalize() + end.capitalize()
    return word.upper() if style < 0.90 and len(word) < 8 else word.capitalize() + "s"


def _acronym(random: Random) -> str:
    return "".join(
        random.choice("ABCDEFGHIKLMNOPRSTUVW") for _ in range(random.choice([3, 3, 3, 4]))
    )


def _core(random: Random) -> str:
    """The part of a company's name that people call it by."""
    shape = random.choice(
        [_made_up, _made_up, _made_up, _surname, _surname, _two_surnames, _compound, _compound,
         _acronym,
         _town, _three_surnames]
    )  # fmt: skip
    return shape(random)


def _two_surnames(random: Random) -> str:
    between = random.choice([" & ", " and ", "-", " "])
    return _surname(random) + between + _surname(random)


def _three_surnames(random: Random) -> str:
    one, two, three = (_surname(random) for _ in range(3))
    return random.choice([f"{one}, {two} & {three}", f"{one}, {two} and {three}"])


def _compound(random: Random) -> str:
    first = random.choice([NAMING, ADJECTIVES, NOUNS])
    second = random.choice([NOUNS, NAMING])
    one, two = random.choice(first), random.choice(second)
    return random.choice([f"{one} {two}", f"{one}{two.lower()}", f"{one}{two}"])


def initials(name: str) -> str:
    """Return the acronym of a name: its capitals, or its first letters."""
    letters = "".join(word[0] for word in name.replace("-", " ").split() if word[0].isupper())
    return letters if len(letters) > 1 else name[:3].upper()


def forms(full: str, short: str = "") -> Entity:
    """Return an organisation's forms: full, the (with its article), short, acronym, domain."""
    bare = full.removeprefix("the ")
    called = (short or bare).removeprefix("the ")
    slug = "".join(char for char in unaccented(called).lower() if char.isascii() and char.isalnum())
    return {
        "full": bare,
        "the": full,
        "short": called,
        "acronym": initials(bare),
        "domain": f"{slug or 'firm'}.example",
        "site": f"{slug.capitalize() or 'Firm'}.com",
        "handle": "@" + "".join(char for char in called if char.isalnum()),
    }


def company(random: Random) -> Entity:
    """Compose a company: `Halitech`, `Roe & Doe`, `Northgate Energy Holdings plc`."""
    core = _core(random)
    field = random.choice(FIELDS) if random.random() < 0.5 else ""
    suffix = random.choice(SUFFIXES[:22] if random.random() < 0.75 else SUFFIXES)
    comma = ", " if suffix.startswith(("Inc", "L", "N.A")) and random.random() < 0.3 else " "
    called = f"{core} {field}".strip()
    full = called if random.random() < 0.35 else called + comma + suffix
    return forms(full, core if random.random() < 0.6 else called)


def shop(random: Random) -> Entity:
    """Compose a shop, restaurant, hotel, practice: `Joe's Diner`, `Blue Moon Dental`."""
    what = random.choice(SHOP_WORDS)
    shape = random.random()
    if shape < 0.3:
        name = f"{_first(random)}'s {what}"
    elif shape < 0.4:
        name = f"{_first(random)}'s"
    elif shape < 0.5:
        name = f"{_surname(random)}{random.choice([chr(39) + 's', '', ' & Sons'])} {what}"
    elif shape < 0.6:
        name = f"{_place(random)} {what}"
    elif shape < 0.9:
        name = f"{random.choice(SHOP_NAMES)} {what}"
    else:
        name = (
            f"{random.choice(['The ', 'Cafe ', 'Hotel ', 'Casa ', 'La ', 'Chez '])}{_name(random)}"
        )
    return forms(name)


def _name(random: Random) -> str:
    return random.choice([random.choice(SHOP_NAMES), _surname(random), random.choice(NOUNS)])


def _known(names: tuple[str, ...]) -> Maker:
    return lambda random: forms(random.choice(names))


def _university(random: Random) -> Entity:
    place, name = _place(random), _surname(random)
    state = random.choice(place_facts.FREQUENT_COUNTRIES + place_facts.BIG_CITIES)
    full = random.choice(
        [f"the University of {place}", f"{place} University", f"{place} State University",
         f"{name} College", f"{place} College", f"{place} Technical University",
         f"{place} Community College", f"{name} University", f"{place} Institute of Technology",
         f"the Technical University of {place}", f"{name} Business School",
         f"University of {state}",
         f"{place} School of Medicine", f"the {name} Institute", f"{place} Polytechnic"]
    )  # fmt: skip
    return forms(full)


def _school(random: Random) -> Entity:
    name = random.choice([_surname(random), _place(random), random.choice(NAMING)])
    kind = random.choice(listed("High School|Elementary School|Middle School|Primary School|"
                                "Academy|"
                                "Grammar School|Secondary School|High|Preparatory "
                                "School|Montessori"))  # fmt: skip
    return forms(f"{name} {kind}")


def _hospital(random: Random) -> Entity:
    place, name = _place(random), _surname(random)
    full = random.choice(
        [f"{place} General Hospital", f"{place} Hospital", f"St. {_first(random)}'s Hospital",
         f"{place} Medical Center", f"{name} Memorial Hospital", f"{place} Regional Medical Center",
         f"University Hospital {place}", f"{place} Children's Hospital", f"the {name} Clinic",
         f"{place} Health Centre", f"{place} NHS Foundation Trust", f"{name} Surgery",
         f"Mercy Hospital {place}", f"{name} Family Practice", f"{place} Cancer Institute"]
    )  # fmt: skip
    return forms(full)


def _agency(random: Random) -> Entity:
    topic = random.choice(AGENCY_FIELDS)
    name = random.choice(AGENCY_WORDS).format(topic)
    if random.random() < 0.25:
        name = f"{random.choice(list(place_facts.DEMONYMS.values()))[0]} {name}"
    elif random.random() < 0.3:
        name = f"{_place(random)} {name}"
    return forms(f"the {name}")


def _court(random: Random) -> Entity:
    place = _place(random)
    full = random.choice(
        [f"the {place} District Court", f"the {place} Regional Court",
         f"the {place} Court of Appeal",
         f"the {place} Administrative Court", f"{place} Crown Court", f"the {place} City Court",
         f"the {place} County Court", f"the {place} Assize Court",
         f"the {place} Magistrates' Court",
         "the Supreme Court", "the Constitutional Court", "the Court of Cassation",
         "the High Court",
         "the Supreme Administrative Court", "the Federal Court of Justice",
         "the Federal Constitutional Court",
         f"the {place} Superior Court", f"the {place} public prosecutor's office"]
    )  # fmt: skip
    return forms(full)


def _team(random: Random) -> Entity:
    place = _place(random)
    nick = random.choice(TEAM_NAMES)
    shape = random.random()
    if shape < 0.3:
        full = random.choice(
            [f"FC {place}", f"{place} FC", f"{place} United", f"{place} City", f"{place} Town",
             f"{place} Rovers", f"{place} Athletic", f"Real {place}", f"Dynamo {place}",
             f"Sporting {place}", f"{place} Wanderers", f"{place} RFC", f"SV {place}",
             f"AC {place}",
             f"Lokomotiv {place}", f"{place} Albion", f"Sparta {place}", f"{place} CC"]
        )  # fmt: skip
        return forms(full, place)
    if shape < 0.6:
        return forms(f"{place} {nick}", nick)
    if shape < 0.75:
        return forms(f"the {nick}")
    return forms(place)


def _band(random: Random) -> Entity:
    shape = random.choice(BAND_SHAPES)
    for mark, words in (("{A}", ADJECTIVES), ("{N}", NOUNS)):
        while mark in shape:
            shape = shape.replace(mark, random.choice(words), 1)
    shape = shape.replace("{n}", str(random.choice([3, 5, 7, 41, 182])))
    return forms(shape.replace("{F}", _first(random)).replace("{L}", _surname(random)))


_PARTS: Final[Mapping[str, Callable[[Random], str]]] = {
    "{P}": _place,
    "{C}": lambda random: random.choice(CAUSES),
    "{W}": lambda random: random.choice(WORKERS),
    "{D}": lambda random: random.choice(list(place_facts.DEMONYMS.values()))[0],
    "{X}": lambda random: random.choice(place_facts.FREQUENT_COUNTRIES),
    "{L}": _surname,
    "{F}": _first,
    "{K}": lambda random: random.choice(CREEDS),
    "{A}": lambda random: random.choice(("New", "United", "Free", "Democratic", "All")),
    "{U}": lambda random: random.choice(("Union", "Alliance", "Movement", "League", "Front")),
}


def composed(random: Random, shape: str) -> str:
    """Fill a shape's marks: {P}lace, {C}ause, {W}orkers, {D}emonym, {L}ast name, {F}irst name, …"""
    for mark, part in _PARTS.items():
        while mark in shape:
            shape = shape.replace(mark, part(random), 1)
    return shape


PAPERS: Final = listed("""
Times|Post|Herald|Tribune|Gazette|News|Chronicle|Star|Courier|Journal|Observer|Morning Post|
Evening Standard|Daily News|Echo|Mail
""")


def _paper(random: Random) -> Entity:
    place, name = _place(random), random.choice(PAPERS)
    return forms(random.choice([f"the {place} {name}", f"The {place} {name}", f"Radio {place}"]))


def _ngo(random: Random) -> Entity:
    return forms(composed(random, random.choice(NGO_SHAPES)))


def _party(random: Random) -> Entity:
    return forms("the " + composed(random, random.choice(PARTY_SHAPES)))


def _short_name(random: Random) -> Entity:
    name = _acronym(random)
    return forms(name, name)


def _site(random: Random) -> Entity:
    name = _made_up(random) + random.choice([".com", ".com", ".org", ".net", ".io", ".co.uk"])
    return forms(name)


COMPANY: Final = mixed([(company, 2), (_known(facts.COMPANIES), 1)])
TEAM: Final = mixed([(_team, 1), (_known(facts.CLUBS), 1.2)])
MAKERS: Final[Mapping[str, Maker]] = {
    "org.company": COMPANY,
    "org.firm": company,
    "org.brand": _known(facts.COMPANIES),
    "org.shop": mixed([(shop, 5), (_known(facts.COMPANIES), 1)]),
    "org.university": mixed([(_university, 3), (_known(facts.UNIVERSITIES), 1)]),
    "org.school": _school,
    "org.hospital": _hospital,
    "org.agency": mixed([(_agency, 1), (_known(facts.AGENCIES), 2)]),
    "org.court": _court,
    "org.team": TEAM,
    "org.band": mixed([(_band, 1), (_known(facts.BANDS), 1)]),
    "org.party": mixed([(_party, 1), (_known(facts.PARTIES), 2)]),
    "org.paper": mixed([(_paper, 1), (_known(facts.MEDIA), 2)]),
    "org.ngo": _ngo,
    "org.acronym": _short_name,
    "org.site": _site,
}
ANY: Final = mixed(
    [(MAKERS[path], weight) for path, weight in {
        "org.firm": 30, "org.brand": 18, "org.shop": 6, "org.university": 7, "org.school": 3,
        "org.hospital": 4, "org.agency": 12, "org.team": 4, "org.band": 1, "org.party": 3,
        "org.paper": 5, "org.ngo": 7, "org.acronym": 3, "org.site": 2, "org.court": 1,
    }.items()]
)  # fmt: skip
TYPES: Final = {"domain": "", "handle": "USERNAME"}


def kinds() -> Mapping[str, Kind]:
    """Return the kinds of organisations: `org` (any), `org.company`, `org.team` …"""
    known = {"org": ANY, **MAKERS}
    return {path: Kind(make, "ORGANIZATION", types=TYPES) for path, make in known.items()}
