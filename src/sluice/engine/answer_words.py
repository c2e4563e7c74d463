"""Words of answers by what they announce: nothing, or that a value may begin or follow.

Written for this project, by judgement. A word that is missing from `QUIET` costs some tokens of
delay and an analysis, never a leak; one that stands there wrongly could let a part of a value out,
so names of people, places, firms, peoples and faiths do not stand there.
"""

from __future__ import annotations

from typing import Final

from sluice.engine.answer_common import COMMON
from sluice.engine.ordinary import ORDINARY
from sluice.engine.patterns import words

_ENGLISH: Final = words(
    """
    a able about above across actually add added adding additional adds after again against all
    allow allowed allows almost along already also although always am among amount an and another
    answer answers any anyone anything anywhere app apply approach are aren't argument arguments
    around array as ask asked asking asks available avoid away back bad based basic basically be
    became because become becomes been before begin behind being believe below benefit benefits
    besides best better between beyond big bit both break bring brings build building built but
    by call called calling calls came can can't cannot care carefully case cases cause causes
    change changed changes changing check checked checking choice choose clean clear clearly close
    closely code come comes coming common commonly compare compared complete completely complex
    concept concern concerns condition conditions consider contain contains content context
    continue control correct correctly cost costs could couldn't create created creates creating
    current currently data day deal deep default define defined depend depending depends describe
    described design detail detailed details determine develop did didn't differ difference
    differences different difficult direct directly discuss do does doesn't doing don't done down
    draw drive due during each earlier early easier easily easy edge effect effective effects
    effort either element elements else empty enable end ends enough ensure entire entirely equal
    error errors especially essential etc even ever every everyone everything exact exactly
    example examples except exist existing expect expected experience explain explained
    explanation extra fact facts fairly false far fast feature features feel few file files fill
    final finally find finds fine first fit fix focus follow followed following follows for
    form format forms found free from full fully function functions further future gain general
    generally get gets getting give given gives giving go goal goals goes going gone good got
    great group groups grow growing guide had half hand handle handles happen happened happens
    happy hard has hasn't have haven't having he heart help helpful helping helps hence her here
    here's high higher highly him his hold hope hot how however huge i i'd i'll i'm i've idea
    ideas if image impact implement important improve in include included includes including
    increase indeed information inside instead into involve involves is isn't issue issues it
    it's item items its itself just keep keeps kind kinds knew know known large larger last
    later lead learn learning least leave leaves left length less let let's level levels like
    likely limit limited line lines link list lists little live local logic long longer look
    looking looks lot lots low lower main mainly make makes making manage many match matter
    matters may maybe me mean meaning means meant method methods might mind minimum more moreover
    most mostly move much multiple must my myself nature near nearly necessary need needed needs
    neither never new next nice no non none nor normal normally not note nothing notice now
    object objects of off offer offers often ok okay on once only onto open option options or
    order other others otherwise our ourselves out output outside over overall own pair part
    particular particularly parts past path pattern patterns people per perfect perhaps piece
    pieces place plan play please plus point points possible possibly practice prefer present
    pretty prevent previous probably problem problems process produce program project proper
    properly provide provided provides providing pull purpose put question questions quick
    quickly quite raise range rate rather read reading ready real really reason reasons receive
    recent recently reduce refer reference regular related relevant remain remember remove
    removed repeat replace request require required requires respond response rest result results
    return returns review right role rule rules run running runs safe said same save say saying
    says search section see seem seems seen select send sense sent sentence separate set sets
    setting several shape share she short should shouldn't show showing shown shows side similar
    simple simply since single situation size skills slightly slow slowly small so solution
    solutions solve some someone something sometimes somewhere soon sorry sort sound source space
    speak specific specifically stand start started starting starts state stay step steps still
    stop story straightforward strong structure style such suggest suggestions summary support
    sure system table take taken takes taking talk task tasks tell tells term terms test testing
    tests text than thank thanks that that's the their them themselves then there there's
    therefore these they they're thing things think thinking this those though thought through
    throughout thus time times tip tips to today together too took tool tools top topic toward
    towards tried true truly try trying turn type types typically under understand understanding
    unless until up update updated us use used useful user users uses using usual usually value
    values various very via view want wanted wants was wasn't watch way ways we we'd we'll we're
    we've well went were weren't what what's whatever when whenever where whereas whether which
    while who whole whose why wide will wish with within without won't wonder wonderful word words
    work worked working works world would wouldn't write writing written wrong yes yet you you'd
    you'll you're you've your yours yourself
    """
)
_OTHERS: Final = words(
    """
    aber alle allem allen aller alles als also andere anderen auch auf aus bei beim bereits bis
    bitte da dabei dadurch dafür damit danach dann darauf das dass dazu dein deine dem den denn der
    des deshalb dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine
    einem einen einer eines einfach einige er es etwas euch falls für ganz gegen gibt gut gute guten
    habe haben hat hatte hier ich ihm ihn ihnen ihr ihre ihren ihrer im immer in indem ins ist ja
    jede jeder jedes jetzt kann kannst kein keine keinen können könnte könnten machen man mehr mein
    meine mich mir mit möchte möglich muss müssen nach natürlich nicht nichts noch nur ob oder ohne
    sagen schon sehr sein seine seinen seiner selbst sich sie sind so sobald sogar soll sollte
    sollten sondern sowie über um und uns unser unsere unter viel viele vielleicht vom von vor war
    waren warum was weil weitere welche welcher wenn wer werden wie wieder wird wo wurde wurden
    würde würden zu zum zur zwischen zwar
    Antwort Art Beispiel Beispiele Dinge Ende Ergebnis Fall Fehler Fragen Frage Form Funktion
    Grund Hilfe Idee Informationen Jahr Leben Lösung Mal Menschen Möglichkeit Möglichkeiten Problem
    Punkt Rolle Satz Schritt Schritte Seite Sie Ihnen Ihr Ihre Ihren Ihrer Ihrem Tag Teil Text Thema
    Tipps Tipp Unterschied Ursache Weg Weise Welt Wert Werte Wort Wörter Zahl Zeit Ziel
    au aucun aussi autre autres aux avait avec avez avoir avons bien car ce cela celle celui ces
    cet cette ceux chaque chez chose choses comme comment contre d'abord d'autres d'un d'une dans
    de depuis des deux donc dont du elle elles en encore entre est et étaient était été être eux
    exemple faire fait faut font il ils j'ai je jusqu l'on la là le les leur leurs lorsque lui ma
    mais me même mes moins mon ne ni nos notre nous on ont ou où par parce pas pendant peu peut
    peuvent plus plusieurs pour pourquoi pouvez puis qu'il qu'elle quand que quel quelle quelques
    qui quoi sa sans se sera ses seulement si son sont sous sur ta te tes ton tous tout toute toutes
    très tu un une vers voici voilà vos votre vous
    algo alguna algunas algunos al ante antes aquí así aunque cada como cómo con contra cosa cosas
    cual cuál cuales cuando cuándo cuanto de del desde donde dónde durante e el él ella ellas ellos
    en entonces entre era es esa ese eso esos esta está están estas este esto estos fue ha hace
    hacer han hasta hay la las le les lo los más me mejor menos mi mientras mucho muchos muy nada ni
    no nos nosotros nuestra nuestro o otra otras otro otros para pero poco por porque puede pueden
    puedes pues que qué quien se sea según ser si sí sido sin sobre son su sus también tan tanto te
    tener tiene tienen todo todos tu tus un una uno unos usted vez y ya yo
    ad agli ai al alcune alcuni alla alle allo anche ancora avere bene che chi ci come con cosa così
    cui da dai dal dalla dalle degli dei del della delle dello deve di dopo dove durante e ecco era
    essere fare fra già gli ha hanno ho i il in io invece la le lei li lo loro lui ma me meno mentre
    mi mio molto ne negli nei nel nella nelle no noi non nostra nostro o ogni oppure ora per perché
    però più poi possono può prima qualche quale quali quando quello questa queste questi questo qui
    quindi se sei senza si sia solo sono sopra sotto sta stato su sua sue sul sulla suo suoi tra
    troppo tu tua tuo tutti tutto un una uno vi voi
    aan al alle alleen als altijd andere bij daar dan dat de deze die dit doen door dus echter een
    eerst elke en er gaan geen goed had heb hebben heeft het hier hij hoe hun iets ik in is je jij
    jouw kan kunnen kunt maar maken meer men met mijn moet moeten na naar niet niets nog nu of om
    omdat onder ons onze ook op over te tegen tot tussen u uit uw van veel voor waar waarom wanneer
    was wat we wel welke werd worden wordt zal ze zeer zelf zich zij zijn zo zoals zonder zou
    à ao aos as até cada com como da das de dela dele depois do dos e é ela elas ele eles em entre
    era essa esse esta está estão este eu foi foram há isso isto já lhe mais mas me mesmo meu minha
    muito muitos na não nas nem no nos nós o os ou outra outro outros para pela pelas pelo pelos
    pode podem por porque quando que quem se sem ser seu seus só sobre sua suas também te tem
    tempo ter todo todos tudo um uma umas uns você vocês
    """
)

LEADS: Final = words(
    """
    van von vom zu zum zur der den de del della di da dos do du la le las el al bin ibn abu ben ter
    ten y st saint san santa sankt mr mrs ms dr prof sir madam
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    thousand zero double triple second third fourth fifth sixth seventh eighth ninth tenth
    eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig
    sechzig siebzig achtzig neunzig hundert un deux trois quatre cinq sept huit neuf dix onze douze
    vingt trente quarante cinquante soixante dos tres cuatro cinco siete ocho nueve diez once doce
    veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa due tre quattro cinque sei
    sette otto nove dieci venti trenta quaranta cinquanta sessanta settanta ottanta novanta een twee
    drie vijf zes zeven negen tien twaalf twintig dertig veertig vijftig zestig zeventig tachtig
    negentig dois duas três quatro sete oito dez vinte trinta quarenta cinquenta
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    flat apartment apt suite unit floor room box house no nr number building block lot
    at dot ät punkt punto point ponto punt
    """
)
"""Words that may be the beginning or the inside of a value, and mostly are not: numbers, months,
particles of names, parts of an address. They wait for the next word."""

SAID_AT: Final = words("at ät arobase arobas arroba chiocciola klammeraffe apenstaartje malpa")
"""How the sign of an e-mail address is said (see `detectors.contact_said`)."""

TRIGGERS: Final = words(
    """
    years year yrs old aged age jahre jahren alt ans âgé âgée años edad anni jaar oud anos idade
    months weeks days hours ago born birthday birth geboren né née nacido nacida nato nata nascido
    street road avenue lane drive court boulevard rue calle via rua straat straße strasse weg platz
    plaza piazza avenida viale corso place chemin allée impasse
    account card passport licence license iban phone email mail mobile address zip postcode
    dot com net org
    """
)
"""Words whose neighbours are worth an analysis."""

LABELS: Final = words(
    """
    password passwords passwort kennwort contraseña contrasena wachtwoord senha parola passphrase
    passcode pin pwd pw pass mdp clave code codes secret secrets token tokens key keys credential
    credentials username user login logon seed mnemonic recovery phrase wallet codice código wifi
    wi-fi wlan ssn signature answer
    """
) - words("answer user code")
"""Words behind which even an ordinary word may be the value."""

NAMES_TOO: Final = ORDINARY | words(
    """
    will may mark grace bill art rose frank pat drew sue rich jack dean max miles victor hope faith
    joy june april august summer dawn eve penny ray rob guy gene grant chase hunter mason carter
    read reading long short best love case cash day page field right ready play note order line
    level link list tip tips sure sorry story search type case cases people world value van la le de
    bring dale hand heart bits little small green hill wells alla aller cela che dai dalla delle
    deze durante ela essa este eu gute ho hun lei mir moet nella noi om quali seine sera sia tienen
    vi ze zou bene werd ellos podem nosotros questo
    """
)
"""Ordinary words that, with a capital, may be a name."""

_KEPT_CAPITAL: Final = words(
    "sure sorry note order list tip tips type line level link case cases people value read"
)
"""Of those, openings of answers that nobody is called."""

_NAMES_SMALL: Final = words(
    "allen dan elke ella han hanno li nada nelle tan rob sue pat ray may"
) | {
    "Weise",
    "Fall",
}
"""Words of one language that are names in another one, also in small letters."""

QUIET: Final = frozenset({"I", "I'm", "I've", "I'd", "I'll", "OK"}) | (
    (_ENGLISH | _OTHERS | COMMON) - LEADS - TRIGGERS - LABELS - _NAMES_SMALL
)
"""Words that are part of no value, in the case in which they stand here."""

QUIET_AT_FIRST: Final = frozenset(
    word.capitalize()
    for word in QUIET
    if word.islower() and len(word) > 1 and (word not in NAMES_TOO or word in _KEPT_CAPITAL)
) | frozenset({"A", "An", "In", "At", "One", "Two", "First", "Second", "The", "De", "Le", "La"})
"""The same with the capital of a sentence's first word."""
