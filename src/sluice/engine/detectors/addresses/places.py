"""Names of places that often end an address: larger towns, countries, provinces, in lower case.

They let a town be told where neither capitals nor commas show it (`42 wallaby way sydney`). A town
that is missing here is still read where its form shows it. Facts of geography, written down for
this project.
"""

from __future__ import annotations

from typing import Final


def _names(lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines.split()).split(", "))


TOWNS: Final = _names(
    """new york, los angeles, chicago, houston, phoenix, philadelphia, san antonio, san diego,
    dallas, san jose, austin, jacksonville, fort worth, columbus, charlotte, san francisco,
    indianapolis, seattle, denver, washington, boston, el paso, nashville, detroit, oklahoma city,
    portland, las vegas, memphis, louisville, baltimore, milwaukee, albuquerque, tucson, fresno,
    sacramento, mesa, kansas city, atlanta, omaha, colorado springs, raleigh, miami, long beach,
    virginia beach, oakland, minneapolis, tulsa, tampa, arlington, new orleans, wichita, cleveland,
    bakersfield, aurora, anaheim, honolulu, santa ana, riverside, corpus christi, lexington,
    henderson, stockton, saint paul, st. paul, cincinnati, st. louis, pittsburgh, greensboro,
    lincoln, anchorage, plano, orlando, irvine, newark, toledo, durham, chula vista, fort wayne,
    jersey city, st. petersburg, laredo, madison, chandler, buffalo, lubbock, scottsdale, reno,
    glendale, gilbert, winston-salem, north las vegas, norfolk, chesapeake, garland, irving,
    hialeah, fremont, boise, richmond, baton rouge, spokane, des moines, tacoma, san bernardino,
    modesto, fontana, santa clarita, birmingham, oxnard, fayetteville, moreno valley, rochester,
    glendale, huntington beach, salt lake city, grand rapids, amarillo, yonkers, montgomery,
    akron, little rock, huntsville, augusta, port st. lucie, tallahassee, knoxville, worcester,
    providence, santa rosa, cambridge, brooklyn, queens, bronx, manhattan, staten island,
    springfield, evanston, palo alto, mountain view, berkeley, santa monica, pasadena, hartford,
    new haven, albany, syracuse, savannah, charleston, ann arbor, boulder, fargo, topeka
    , london, manchester, leeds, glasgow, sheffield, bradford, edinburgh, liverpool, bristol,
    cardiff, belfast, leicester, wakefield, coventry, nottingham, newcastle, newcastle upon tyne,
    sunderland, brighton, hull, plymouth, stoke-on-trent, wolverhampton, derby, swansea,
    southampton, salford, aberdeen, westminster, portsmouth, york, peterborough, dundee,
    lancaster, oxford, newport, preston, st albans, norwich, chester, exeter, gloucester, bath,
    winchester, reading, luton, swindon, milton keynes, northampton, ipswich, blackpool, bolton,
    middlesbrough, bournemouth, huddersfield, slough, watford, guildford, croydon, dublin, cork,
    galway, limerick, inverness, perth, stirling
    , toronto, montreal, montréal, vancouver, calgary, edmonton, ottawa, winnipeg, quebec city,
    québec, hamilton, kitchener, london, halifax, victoria, saskatoon, regina, st. john's, laval,
    mississauga, brampton, surrey, markham, vaughan, gatineau, longueuil, burnaby, kelowna
    , sydney, melbourne, brisbane, adelaide, gold coast, canberra, newcastle, wollongong,
    geelong, hobart, townsville, cairns, darwin, toowoomba, ballarat, bendigo, launceston,
    parramatta, auckland, wellington, christchurch, dunedin
    , berlin, hamburg, münchen, muenchen, munich, köln, koeln, cologne, frankfurt,
    frankfurt am main, stuttgart, düsseldorf, duesseldorf, leipzig, dortmund, essen, bremen,
    dresden, hannover, hanover, nürnberg, nuremberg, duisburg, bochum, wuppertal, bielefeld, bonn,
    münster, mannheim, karlsruhe, augsburg, wiesbaden, mönchengladbach, gelsenkirchen, aachen,
    braunschweig, chemnitz, kiel, halle, magdeburg, freiburg, krefeld, mainz, lübeck, erfurt,
    oberhausen, rostock, kassel, hagen, potsdam, saarbrücken, hamm, ludwigshafen, oldenburg,
    osnabrück, leverkusen, heidelberg, darmstadt, solingen, regensburg, ingolstadt, würzburg,
    wolfsburg, göttingen, ulm, heilbronn, pforzheim, bremerhaven, jena, trier, koblenz, konstanz,
    wien, vienna, graz, linz, salzburg, innsbruck, klagenfurt, zürich, zurich, genf, genève,
    geneva, basel, bern, lausanne, winterthur, luzern, st. gallen, lugano, luxembourg, luxemburg
    , paris, marseille, lyon, toulouse, nice, nantes, montpellier, strasbourg, bordeaux, lille,
    rennes, reims, toulon, saint-étienne, le havre, grenoble, dijon, angers, nîmes,
    villeurbanne, clermont-ferrand, le mans, aix-en-provence, brest, tours, amiens, limoges,
    annecy, perpignan, boulogne-billancourt, metz, besançon, orléans, rouen, mulhouse, caen,
    nancy, saint-denis, argenteuil, montreuil, roubaix, tourcoing, avignon, poitiers, versailles,
    courbevoie, pau, la rochelle, bruxelles, brussels, brussel, antwerpen, antwerp, anvers, gent,
    ghent, gand, charleroi, liège, luik, brugge, bruges, namur, leuven, mons
    , madrid, barcelona, valencia, sevilla, seville, zaragoza, málaga, malaga, murcia, palma,
    palma de mallorca, las palmas, las palmas de gran canaria, bilbao, alicante, córdoba,
    valladolid, vigo, gijón, hospitalet de llobregat, vitoria, la coruña, a coruña, elche,
    granada, terrassa, badalona, oviedo, sabadell, cartagena, jerez de la frontera, móstoles,
    santa cruz de tenerife, pamplona, almería, alcalá de henares, fuenlabrada, leganés,
    san sebastián, donostia, getafe, burgos, albacete, santander, castellón, alcorcón, logroño,
    badajoz, salamanca, huelva, marbella, lleida, lérida, tarragona, león, cádiz, jaén, ourense,
    orense, girona, gerona, lugo, cáceres, toledo, ciudad real, guadalajara, pontevedra, palencia,
    zamora, ávila, cuenca, huesca, segovia, soria, teruel, ceuta, melilla, reus, ferrol
    , roma, rome, milano, milan, napoli, naples, torino, turin, palermo, genova, genoa, bologna,
    firenze, florence, bari, catania, venezia, venice, verona, messina, padova, padua, trieste,
    brescia, parma, taranto, prato, modena, reggio calabria, reggio emilia, perugia, ravenna,
    livorno, rimini, cagliari, foggia, ferrara, salerno, latina, monza, siracusa, pescara,
    bergamo, vicenza, trento, bolzano, udine, ancona, lecce, pisa, lucca, como, novara, piacenza
    , amsterdam, rotterdam, den haag, 's-gravenhage, the hague, utrecht, eindhoven, groningen,
    tilburg, almere, breda, nijmegen, apeldoorn, arnhem, haarlem, enschede, haarlemmermeer,
    amersfoort, zaanstad, 's-hertogenbosch, den bosch, hoofddorp, maastricht, leiden, dordrecht,
    zoetermeer, zwolle, deventer, delft, alkmaar, heerlen, venlo, leeuwarden, hilversum,
    amstelveen, roosendaal, gouda, middelburg, schiedam, lelystad, helmond, purmerend
    , lisboa, lisbon, porto, braga, coimbra, funchal, setúbal, aveiro, évora, faro, amadora,
    são paulo, sao paulo, rio de janeiro, brasília, brasilia, salvador, fortaleza,
    belo horizonte, curitiba, manaus, recife, porto alegre, belém, goiânia, campinas
    , buenos aires, montevideo, santiago, lima, bogotá, bogota, quito, caracas, medellín,
    ciudad de méxico, mexico city, monterrey, tijuana, la paz, asunción, san juan
    , copenhagen, københavn, oslo, stockholm, göteborg, malmö, helsinki, warszawa, warsaw,
    kraków, krakow, gdańsk, wrocław, poznań, praha, prague, brno, budapest, bucharest, bucurești,
    sofia, athens, athina, istanbul, ankara, izmir, diyarbakır, moscow, kyiv, kiev, minsk, riga,
    vilnius, tallinn, zagreb, belgrade, ljubljana, bratislava, sarajevo, skopje, tirana,
    chișinău, tbilisi, yerevan, baku, strasbourg, valletta, nicosia
    , tokyo, osaka, seoul, beijing, shanghai, hong kong, singapore, bangkok, jakarta, manila,
    kuala lumpur, mumbai, new delhi, delhi, bangalore, bengaluru, chennai, kolkata, hyderabad,
    pune, karachi, lahore, dubai, abu dhabi, riyadh, doha, tel aviv, jerusalem, haifa, cairo,
    lagos, nairobi, johannesburg, cape town, pretoria, durban, accra, casablanca, tunis"""
)
"""Larger towns of the countries whose addresses are read, and capitals."""

REGIONS: Final = _names(
    """bedfordshire, berkshire, buckinghamshire, cambridgeshire, cheshire, cornwall, cumbria,
    derbyshire, devon, dorset, east sussex, west sussex, essex, gloucestershire, greater london,
    greater manchester, hampshire, herefordshire, hertfordshire, kent, lancashire,
    leicestershire, lincolnshire, merseyside, middlesex, norfolk, northamptonshire,
    northumberland, north yorkshire, south yorkshire, west yorkshire, nottinghamshire,
    oxfordshire, rutland, shropshire, somerset, staffordshire, suffolk, surrey, tyne and wear,
    warwickshire, west midlands, wiltshire, worcestershire, fife, highland, midlothian,
    aberdeenshire, county durham, county down, county antrim, co. dublin, gwynedd, powys
    , bayern, bavaria, sachsen, hessen, thüringen, niedersachsen, nordrhein-westfalen, nrw,
    baden-württemberg, schleswig-holstein, brandenburg, tirol, steiermark
    , andalucía, cataluña, catalunya, comunidad de madrid, comunidad valenciana, galicia,
    castilla y león, castilla-la mancha, país vasco, euskadi, aragón, asturias, cantabria,
    extremadura, navarra, la rioja, islas canarias, islas baleares, baleares, tenerife, vizcaya,
    guipúzcoa, álava, las palmas, mallorca
    , lombardia, lazio, toscana, sicilia, sardegna, piemonte, veneto, puglia, campania,
    noord-holland, zuid-holland, noord-brabant, gelderland, limburg, overijssel, friesland"""
)
"""Counties, states and provinces that stand behind a town."""

COUNTRIES: Final = _names(
    """usa, u.s.a., us, united states, united states of america, uk, u.k., united kingdom,
    great britain, england, scotland, wales, northern ireland, ireland, canada, australia,
    new zealand, germany, deutschland, allemagne, alemania, germania, duitsland, alemanha,
    austria, österreich, autriche, switzerland, schweiz, suisse, svizzera, suiza, zwitserland,
    france, frankreich, francia, frankrijk, frança, spain, españa, spanien, espagne, spagna,
    spanje, espanha, italy, italia, italien, italie, italië, itália, netherlands,
    the netherlands, nederland, niederlande, pays-bas, paesi bassi, países bajos, holland,
    belgium, belgië, belgien, belgique, belgio, bélgica, luxembourg, luxemburg, portugal,
    brazil, brasil, brasilien, mexico, méxico, argentina, chile, colombia, peru, perú, denmark,
    dänemark, norway, sweden, finland, poland, polen, polska, czech republic, hungary, romania,
    bulgaria, greece, turkey, türkei, turquía, türkiye, russia, ukraine, india, china, japan,
    singapore, israel, south africa, egypt, kenya, nigeria"""
)
"""Countries as they end an address, in English, their own language and their neighbours'."""

PLACES: Final = TOWNS | REGIONS | COUNTRIES
