"""The words that addresses are made of: kinds of streets, units, regions, directions."""

from __future__ import annotations

from typing import Final

from sluice.engine.patterns import words


def _listed(text: str, separator: str = " ") -> list[str]:
    """The words of a line, in its order."""
    return text.split(separator)


PLAIN_TYPES: Final = words(
    "street st avenue ave road rd boulevard blvd lane ln highway hwy turnpike tpke parkway "
    "pkwy expressway expy expwy freeway fwy bvd bl crescent cres terrace"
)
"""Kinds of English streets that are hardly anything else behind a number and a name."""
LOOSE_TYPES: Final = words(
    "drive dr court ct place pl way circle cir square sq trail trl close gardens gdns grove plaza "
    "plz loop walk row mews quay wharf alley aly ter broadway parade pde esplanade cove lodge "
    "crossing xing path pike causeway embankment cresent croft gate vale villas circuit cct"
)
"""Kinds of English streets that are common words too."""
VAGUE_TYPES: Final = words(
    "park hill rise view vista point pt ridge run pass bend landing green yard mall center centre "
    "heights hts commons meadow meadows bridge hollow knoll valley spur trace branch creek island "
    "manor estate estates field fields ford forest fork glen harbor key knolls lake lakes oval "
    "passage plains port prairie ranch rest shore shores spring springs station summit track "
    "tunnel union village ville viaduct well wells bypass route rte arcade bank court-road end "
    "fold garth drove common mount"
)
"""Kinds of English streets that are mostly something else: only a town or a unit confirms them."""
ENGLISH_TYPES: Final = PLAIN_TYPES | LOOSE_TYPES | VAGUE_TYPES

ROADS_BY_NUMBER: Final = (
    r"(?:county|co\.?|state|us|u\.s\.|interstate|farm to market|ranch to market|township|twp\.?)"
    r" (?:road|rd\.?|route|rte\.?|highway|hwy\.?)|highway|hwy\.?|route|rte\.?|avenue|ave\.?|fm|"
    r"cr|sr"
)
"""Kinds of roads whose name is a number or a letter behind them: `County Road 12`, `Avenue B`."""

NUMBER_WORDS: Final = "One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Eleven|Twelve"

NOT_A_NAME: Final = words(
    "a about after all also am an and any are as at away b be been before between but by can cars "
    "come comes could day days did do does down drive drove each else feet few for from "
    "get got go goes gone had has have he her here hers him his hour hours how i if in inch inches "
    "into is it its just km kilometers kilometres last lanes less like make makes man me meters "
    "metres mile miles million billion minute minutes month months more most much my no not now of "
    "off on only or other our out over people percent per pm points pounds seconds "
    "she so some somewhere such than that the their them then there these they this those through "
    "times to too took two under until up us use used users via was way we week weeks went were "
    "what when where which while who why will with women would yards year years yet you your und "
    "der die das ein eine dollars euros usd eur gbp bytes kb mb gb ms sec min hrs "
    "january february march april june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday articles article section chapter volume "
    "vol page pages version items item cases case applicants members judges votes article rule "
    "rules law act lane bedroom bedrooms dirt star stars step steps player players"
)
"""Words that do not stand in the name of a street, in any position but the middle."""
NEVER_A_NAME: Final = words(
    "a an and are as at but by for from had has he her his if in into is it its my not of on or "
    "our "
    "she so than that the their then there these they this those to was we were when where which "
    "who why with you your article articles section chapter rule rules act version page volume "
    "january february september october november december monday tuesday wednesday thursday "
    "friday saturday sunday und der die das"
)
"""Words that are no names of streets, not even with a capital."""
INSIDE_A_NAME: Final = words("of the and at on in de la le les du des del der den las los da do y")
"""Lower-case words that may stand between the capitalised words of a street's name."""
OF_COURTS: Final = words(
    "supreme high district crown constitutional administrative regional city county appeal "
    "appeals federal civil criminal family military magistrates magistrate juvenile state trial "
    "domestic commercial european international court assize local first-instance chamber food"
)
"""What stands before `court` when it is a court of law."""

UNITED_STATES: Final = _listed(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM "
    "NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP AA AE AP"
)
"""USPS Publication 28, appendix B."""
STATE_NAMES: Final = _listed(
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|"
    "Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|"
    "Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|"
    "New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|"
    "Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|"
    "West Virginia|Washington|Wisconsin|Wyoming|District of Columbia|Puerto Rico",
    "|",
)
PROVINCES: Final = _listed("AB BC MB NB NL NS NT NU ON PE QC SK YT")
"""Canada Post's abbreviations."""
PROVINCE_NAMES: Final = _listed(
    "Alberta|British Columbia|Manitoba|New Brunswick|Newfoundland|Nova Scotia|Ontario|"
    "Prince Edward Island|Quebec|Québec|Saskatchewan|Yukon|New South Wales|Victoria|Queensland|"
    "South Australia|Western Australia|Tasmania|Northern Territory",
    "|",
)
AUSTRALIAN: Final = _listed("NSW VIC QLD SA WA TAS ACT NT")
"""Australia Post's abbreviations."""

DIRECTION: Final = (
    r"(?:N\.?[EW]\.?|S\.?[EW]\.?|[NSEW]\.?|north(?:east|west)?|south(?:east|west)?|east|west)"
)
UNIT: Final = (
    r"(?:(?:apt|apartment|suite|ste|unit|flat|fl|flr|floor|room|rm|bldg|building|lot|level|lvl|box|"
    r"trlr|trailer|spc|space|slip|dept|shop|block|tower|p\.?o\.? box|piso|planta|puerta|pta|portal|"
    r"escalera|esc|bloque|blq|interno|int|scala|sc|piano|étage|etage|appt|appartement|appartamento|app|"
    r"edificio|edif|depto|departamento|interior|"
    r"bâtiment|bât|bat|escalier|porte|wohnung|whg|top|stiege|bus|andar|apto|sala|bloco|lote|fração)"
    r"s?\b\.? ?(?:no\.? ?|nº ?|n° ?)?#? ?"
    r"(?:[A-Z]{0,2}-?\d{1,5}[A-Z]?(?:[-/][A-Z0-9]{1,3})?"
    r"|(?!(?:at|in|on|of|is|to|am|by|my|we|he|it|no|so|up|us|or|an|as|en|de|la|le)\b)[A-Z]{1,2})"
    r"(?![\w'’])"
    r"|# ?[A-Z]?-?\d{1,5}[A-Z]?(?!\w)"
    r"|\d{1,2}(?:st|nd|rd|th) (?:floor|flr?\b\.?)"
    r"|(?:ground|first|second|third|fourth|fifth|upper|lower|top) (?:floor|level)"
    r"|\d{1,2} ?\.?(?:º|ª|°|o|a)\.?[- ]?(?:(?:[A-H]|\d{1,2}(?:º|ª|°)?|izqd?a?|izquierda|izda|iz|"
    r"dcha|esq|esquerdo|dto|direito|frente|fte|"
    r"derecha|centro|ext|int)\b\.?)|\d{1,2}\.?(?:º|ª|°)"
    r"|\d{1,2} ?(?:izqd?a?|izquierda|izda|dcha|derecha)\b"
    r"|\d{1,2}(?:er|e|ème|eme) étage|\d{1,2}\. ?(?:OG|Stock|Etage)\b|bajo(?: [A-H]\b)?|EG\b|DG\b)"
)
"""A part of a building: `Apt 4B`, `3rd floor`, `3º B`, `2. OG`; without regard to case."""

UNITED_KINGDOM_CODE: Final = (
    r"(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-HJKPSTUW\d]? ?\d[ABD-HJLNP-UW-Z]{2})"
)
"""Royal Mail's form of a postcode: area and district, sector and unit."""
CANADIAN_CODE: Final = r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d"
"""Canada Post's form of a postal code."""
UNITED_KINGDOM_AREAS: Final = words(
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN "
    "DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA "
    "LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG "
    "SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)

CAPITAL: Final = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢİĪĶĹĽŁŃŅŇŌŐŒŔŘŚŞŠŤŪŮŰŹŻŽ]"
NAME_WORD: Final = rf"{CAPITAL}[^\W\d_]*(?:['’.-][^\W\d_]+)*\.?"
"""A capitalised word of a name: `Saint-Denis`, `O'Fallon`, `St.`."""
TOWN_WORD: Final = (
    rf"(?:(?:Ste?|Sta|Sto|Ft|Mt|Pt|Pte|Dr|Sr|Gral|Cap|Bgm|Burg|{CAPITAL})\."
    rf"|{CAPITAL}[^\W\d_]*(?:['’-][^\W\d_]+)*)"
)
"""A full stop behind any other word of a town's name ends the sentence."""
TOWN: Final = (
    rf"{TOWN_WORD}(?:(?: |-|/| (?:am|an der|ob der|vor der|in|im|bei|sur|sous|lès|les|le|la|en|de|"
    r"de la|de los|del|dell'|di|do|da|dos|d'|l'|aan den|aan de|op|upon|on|under|the|of|y|i|e) ?)"
    rf"{TOWN_WORD}){{0,3}}"
)
"""A town's name of up to four capitalised words; read with Unicode's letters."""
