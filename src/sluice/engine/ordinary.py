"""Words that are names of people, places or firms and ordinary words too.

A single word of these lists says little about a person who was named with it before. The lists
are written for this project, by judgement; a longer list makes mentions alone rarer, never wrong.
"""

from __future__ import annotations

from typing import Final

from sluice.engine.patterns import words

NEVER_ALONE: Final = words(
    # Function words, months, weekdays, modal verbs, forms of address, in seven languages.
    """
    a agosto als am an and any août april are art as at auch auf august avec be but by can che
    com con da dans das december dem den der des di die do dr een ein eine el elle en er es
    est et february for frau friday from für gli had has he her herr het him his how i if ihr
    il im in into is ist it its january juillet juin juli julio july june juni la las le les
    lo los madame mai maio march mars marzo may me mei met mevrouw mijnheer miss mit monday
    monsieur mr mrs ms my nicht niet no non not nous november não o october oder of off on one
    or os ou our out par para per por pour saturday senhor senhora september señor señora she
    sie signor signora so sunday sur than that the their them then there these they this
    thursday to today tomorrow too tuesday two um uma un una und under une uno up us van von
    voor vous was we wednesday were what when where which who why will wir with would y
    yesterday you your zu
    """
)

ORDINARY: Final = words(
    """
    able account action address admin agency agent air alert alpha amber amen angel apple
    archer area army arrow ash asset author autumn baby baker ball bank banks banner bar bark
    barker barn baron base basin bass bath bauer bay beach bean bear becker bela bell bello
    berg berry best better bianco bill birch bird bishop black blanc blanca blanco blank blaze
    block bloom blue board boat body boer bold bon bond bone book booker boot border bos boss
    boucher boulanger bow bowl box boy branch branco brand braun brave bread bridge bridges
    bright brook brother brown bruder bruin brun bruno buck bud bueno bug build bull burn
    burns bush butcher butler button buyer cabeza call calle camp campo candy cane canon card
    care carpenter carter casa case cash castle chain chair chance change chapel charity charm
    charpentier chase check cherry chess chevalier chief child china chip christian church
    city clair clay clean clear clerk cliff close cloud club coach coal coast code cohort cold
    cole colon color come comfort commerce common company comte constant cook cooper copper
    coral cord core cork corn corner costa cotton count counter court cove crane creek crisp
    cross crow crown cruise cruz crystal cup customer dash data date dawn day days deal dear
    dell delta design desk destiny diamond dijk dios dix dollar don door dove down dream drew
    drive drop duke dust dusty dutch early earth east easter eden edge elder ember energy
    engel english esperança essen estrella event ever exchange express extra eye fair fairy
    faith falcon fall false faria farmer fast father feather fern field fields figure file fin
    final finder fine finger fiore fire first fischer fish fisher fit flag flash fleet fleur
    flint flower fly focus fontana force ford forest form fort forte foster fox frame france
    franco free freeman french friend frost fuchs fuller future gale game gans garden gardener
    garten gates gay gem general genesis german ghost gift ginger given glass global glory
    gold golden good goods grace graf grain grand grande grant gray greco green greene grey
    griffin groot gross ground group grove groß guerra guide gunner haan hail hale half hall
    ham hammer hand hands happy harbor hardy harmony harp hart harvest haus haven hawk hay
    head heart heath heather heaven held hello help hero herring herz hi high hill hills
    hirsch hits hoch hoek hof holder hole holiday home honey hood hook hope horse horta host
    hotel house hub human hunt hunter ice iglesia image india iris iron island item ivory ivy
    jade jar jardin jay jersey jet jewel job joke jong journey joy judge jung junior just
    justice kaiser kampf keen keeper kern key kid kind king kings kirche kit kitty klein
    knight koch kohl kok kraft krieg krone kurz könig lago lake lamb lance land lane lang
    large lark last law lawn layer lead leader leaf league left legend legrand lehrer leite
    lemaire level león liberty licht light lima line link lion list little liver lobo lock
    lodge log lone long lord lot love low loyal luck lucky luna lupo luz löwe mace made major
    make mall man manager mann manor maple mar marble marchand marina mark market marks marsh
    mason master mat match mauer maverick max meadow media meer meister melody memory mercy
    merry mesa message metal miles mill miller mills mine mint misty mobile model mond monk
    monte moon moor moose moral more morning moss mother moulin mount mountain mouse mundo mut
    nation national nature navy near need network neu neuf new news nice night noble noir noon
    nord north note noun nova novel number nuova oak oaks ocean ofen office oil olive opal
    open orange order page pages pain painter paiva palm pan paper paris park parks parrot
    parson partner pat patch path patience patient pause payment paz peace peach peak pearl
    pepper perfect person petit pierre pike pilar pilot pine pinto piper place plain plan
    planet plant play plaza plum point pole pond pont pool pope poppy port porter porto post
    pot potter potts power prado press price pride priest prime prince prins print prize
    project proof prudence public pull purple quest quick rabbit rain raven read reader
    reading ready real recht record red reed reef reich rest reyes rice rich richter rider
    ridge right ring rise ritter river rivers rivière road robot rocha rock rocky rod rojo
    role root rope rosa rose rot rouge round roux row royal rubio rule running rush rust río
    sable safe sage sail saint sale salt sand sandy santos sauer savage scarlet schatz
    schneider schnell school schwarz schäfer score scout sea seal search season security self
    senior series serra service settle shade shadow sharp sheen shepherd shield ship shop
    shore short show siege sierra sign silk silver simple single sister sites skies skip sky
    small smart smith snow sol sole soledad solo sommer song sonne south souto spa spade spain
    spark speaker spear spirit split spring springs square staff stage stain star stark start
    state station steel sterk sterling stern stick still stock stolz stone storm story strange
    strauss stream street strong student studio sturm style sugar summer sun sunny support
    swan sweet swift sword system süß tab table tag tailor tal target teacher team temple term
    test text thick thorn time timer tin title token tool top tours tower town trace track
    trail train travel tree trinity trip trout true trust turkey union unit universal user
    vale valentine valle valley van vento verde version vert vida view villa ville viola visa
    vision vita vogel vos waiter wald walker wall walls ward wards warner water waters way
    weaver web week weeks weiß well wells welsh west wheel whistle white wild wilder willow
    wills win wind window wing winter winters wise wit wolf wood woods word words work worker
    world worth wunder yard year york young zen zimmermann zone zucker zwart
    """
)
