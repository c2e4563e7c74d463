"""Countries with their people, regions, waters, mountains, landmarks and quarters."""

from __future__ import annotations

from typing import Final

from training.synthetic.facts import listed

DEMONYMS: Final = {
    country: (adjective, people)
    for country, adjective, people in (
        entry.split(",")
        for entry in listed("""
Afghanistan,Afghan,Afghans|Albania,Albanian,Albanians|Algeria,Algerian,Algerians|
Angola,Angolan,Angolans|Argentina,Argentine,Argentines|Armenia,Armenian,Armenians|
Australia,Australian,Australians|Austria,Austrian,Austrians|Azerbaijan,Azerbaijani,Azerbaijanis|
Bahrain,Bahraini,Bahrainis|Bangladesh,Bangladeshi,Bangladeshis|Belarus,Belarusian,Belarusians|
Belgium,Belgian,Belgians|Benin,Beninese,Beninese|Bolivia,Bolivian,Bolivians|
Bosnia,Bosnian,Bosnians|Botswana,Botswanan,Botswanans|Brazil,Brazilian,Brazilians|
Bulgaria,Bulgarian,Bulgarians|Burundi,Burundian,Burundians|Cambodia,Cambodian,Cambodians|
Cameroon,Cameroonian,Cameroonians|Canada,Canadian,Canadians|Chad,Chadian,Chadians|
Chile,Chilean,Chileans|China,Chinese,Chinese|Colombia,Colombian,Colombians|
Congo,Congolese,Congolese|Costa Rica,Costa Rican,Costa Ricans|Croatia,Croatian,Croats|
Cuba,Cuban,Cubans|Cyprus,Cypriot,Cypriots|Czech Republic,Czech,Czechs|Denmark,Danish,Danes|
Dominican Republic,Dominican,Dominicans|Ecuador,Ecuadorian,Ecuadorians|Egypt,Egyptian,Egyptians|
El Salvador,Salvadoran,Salvadorans|England,English,Englishmen|Eritrea,Eritrean,Eritreans|
Estonia,Estonian,Estonians|Ethiopia,Ethiopian,Ethiopians|Fiji,Fijian,Fijians|
Finland,Finnish,Finns|France,French,French|Gabon,Gabonese,Gabonese|Gambia,Gambian,Gambians|
Georgia,Georgian,Georgians|Germany,German,Germans|Ghana,Ghanaian,Ghanaians|Greece,Greek,Greeks|
Guatemala,Guatemalan,Guatemalans|Guinea,Guinean,Guineans|Haiti,Haitian,Haitians|
Honduras,Honduran,Hondurans|Hungary,Hungarian,Hungarians|Iceland,Icelandic,Icelanders|
India,Indian,Indians|Indonesia,Indonesian,Indonesians|Iran,Iranian,Iranians|Iraq,Iraqi,Iraqis|
Ireland,Irish,Irish|Israel,Israeli,Israelis|Italy,Italian,Italians|Ivory Coast,Ivorian,Ivorians|
Jamaica,Jamaican,Jamaicans|Japan,Japanese,Japanese|Jordan,Jordanian,Jordanians|
Kazakhstan,Kazakh,Kazakhs|Kenya,Kenyan,Kenyans|Kosovo,Kosovan,Kosovars|Kuwait,Kuwaiti,Kuwaitis|
Kyrgyzstan,Kyrgyz,Kyrgyz|Laos,Laotian,Laotians|Latvia,Latvian,Latvians|Lebanon,Lebanese,Lebanese|
Liberia,Liberian,Liberians|Libya,Libyan,Libyans|Lithuania,Lithuanian,Lithuanians|
Luxembourg,Luxembourgish,Luxembourgers|Madagascar,Malagasy,Malagasy|Malawi,Malawian,Malawians|
Malaysia,Malaysian,Malaysians|Mali,Malian,Malians|Malta,Maltese,Maltese|
Mauritius,Mauritian,Mauritians|Mexico,Mexican,Mexicans|Moldova,Moldovan,Moldovans|
Mongolia,Mongolian,Mongolians|Montenegro,Montenegrin,Montenegrins|Morocco,Moroccan,Moroccans|
Mozambique,Mozambican,Mozambicans|Myanmar,Burmese,Burmese|Namibia,Namibian,Namibians|
Nepal,Nepalese,Nepalis|Netherlands,Dutch,Dutchmen|New Zealand,New Zealand,New Zealanders|
Nicaragua,Nicaraguan,Nicaraguans|Niger,Nigerien,Nigeriens|Nigeria,Nigerian,Nigerians|
North Korea,North Korean,North Koreans|North Macedonia,Macedonian,Macedonians|
Norway,Norwegian,Norwegians|Oman,Omani,Omanis|Pakistan,Pakistani,Pakistanis|
Panama,Panamanian,Panamanians|Paraguay,Paraguayan,Paraguayans|Peru,Peruvian,Peruvians|
Philippines,Philippine,Filipinos|Poland,Polish,Poles|Portugal,Portuguese,Portuguese|
Qatar,Qatari,Qataris|Romania,Romanian,Romanians|Russia,Russian,Russians|Rwanda,Rwandan,Rwandans|
Samoa,Samoan,Samoans|Saudi Arabia,Saudi,Saudis|Scotland,Scottish,Scots|
Senegal,Senegalese,Senegalese|Serbia,Serbian,Serbs|Sierra Leone,Sierra Leonean,Sierra Leoneans|
Singapore,Singaporean,Singaporeans|Slovakia,Slovak,Slovaks|Slovenia,Slovenian,Slovenes|
Somalia,Somali,Somalis|South Africa,South African,South Africans|
South Korea,South Korean,South Koreans|Spain,Spanish,Spaniards|Sri Lanka,Sri Lankan,Sri Lankans|
Sudan,Sudanese,Sudanese|Sweden,Swedish,Swedes|Switzerland,Swiss,Swiss|Syria,Syrian,Syrians|
Taiwan,Taiwanese,Taiwanese|Tajikistan,Tajik,Tajiks|Tanzania,Tanzanian,Tanzanians|
Thailand,Thai,Thais|Togo,Togolese,Togolese|Tunisia,Tunisian,Tunisians|Turkey,Turkish,Turks|
Turkmenistan,Turkmen,Turkmens|Uganda,Ugandan,Ugandans|Ukraine,Ukrainian,Ukrainians|
United Arab Emirates,Emirati,Emiratis|United Kingdom,British,Britons|
United States,American,Americans|Uruguay,Uruguayan,Uruguayans|Uzbekistan,Uzbek,Uzbeks|
Venezuela,Venezuelan,Venezuelans|Vietnam,Vietnamese,Vietnamese|Wales,Welsh,Welshmen|
Yemen,Yemeni,Yemenis|Zambia,Zambian,Zambians|Zimbabwe,Zimbabwean,Zimbabweans
""")
    )
}
"""Country: its adjective and its people."""

FREQUENT_COUNTRIES: Final = listed("""
United States|United Kingdom|Germany|France|Italy|Spain|China|Japan|Russia|India|Iran|Iraq|Israel|
Australia|Canada|Ireland|Netherlands|Belgium|Turkey|Ukraine|Poland|Mexico|Brazil|Argentina|Egypt|
South Africa|Nigeria|Kenya|Pakistan|Afghanistan|Syria|Sweden|Norway|Denmark|Switzerland|Austria|
Portugal|Greece|England|Scotland|Wales|South Korea|North Korea|New Zealand|Saudi Arabia|Hungary|
Romania|Bulgaria|Croatia|Serbia|Czech Republic|Finland|Colombia|Venezuela|Thailand|Vietnam
""")
COUNTRY_SHORTHAND: Final = {
    "United States": listed(
        "the US|the U.S.|the USA|U.S.|USA|US|America|the United States|"
        "the United States of America|the States"
    ),
    "United Kingdom": listed("the UK|the U.K.|UK|Britain|Great Britain|the United Kingdom|U.K."),
    "Netherlands": listed("the Netherlands|Holland|The Netherlands|Netherlands"),
    "United Arab Emirates": listed("the UAE|UAE|the United Arab Emirates"),
    "Philippines": listed("the Philippines|Philippines"),
    "Czech Republic": listed("the Czech Republic|Czech Republic|Czechia"),
    "Dominican Republic": listed("the Dominican Republic|Dominican Republic"),
}

OTHER_PEOPLES: Final = listed("""
European|African|Asian|Arab|Kurdish|Palestinian|Chechen|Tibetan|Basque|Catalan|Hispanic|Latino|
Jewish|Muslim|Christian|Catholic|Protestant|Hindu|Buddhist|Sikh|Sunni|Shiite|Shia|Orthodox|
Islamic|Anglican|Baptist|Methodist|Mormon|Lutheran|Republican|Democratic|Democrat|Conservative|
Labour|Communist|Socialist|Liberal|Tory|Marxist|Nazi|Native American|African-American|Roma|Inuit|
Maori|Western|Scandinavian|Balkan|Slavic|Baltic|Nordic|Latin American|Middle Eastern|Caribbean|
Texan|Californian|Parisian|Londoner|New Yorker|Bavarian|Sicilian|Uyghur|Rohingya|Tamil|Bengali|
Punjabi|Yoruba|Zulu|Hutu|Tutsi|Pashtun|Persian|Irish-American|Afro-Caribbean|Evangelical|Quaker|
Presbyterian
""")
OTHER_PEOPLE: Final = listed("""
Arabs|Kurds|Palestinians|Muslims|Christians|Catholics|Protestants|Hindus|Jews|Sikhs|Sunnis|
Shiites|Buddhists|Republicans|Democrats|Tories|Conservatives|Liberals|Socialists|Communists|
Europeans|Africans|Asians|Latinos|Hispanics|Native Americans|African Americans|Texans|
Californians|Londoners|New Yorkers|Parisians|Bavarians|Catalans|Basques|Tibetans|Mormons|Baptists|
Greens|Nazis|Tamils
""")

REGIONS: Final = listed("""
Europe|Asia|Africa|North America|South America|Latin America|Central America|Antarctica|Oceania|
the Middle East|Southeast Asia|Eastern Europe|Western Europe|Central Europe|the Balkans|
Scandinavia|the Caribbean|the Baltics|Sub-Saharan Africa|North Africa|West Africa|East Africa|
Central Asia|the Gulf|the Far East|Asia-Pacific|EMEA|the Mediterranean|the Midwest|New England|
the Pacific Northwest|the West Coast|the East Coast|Silicon Valley|the Bay Area|the South|
Northern Ireland|the Scottish Highlands|Cornwall|Yorkshire|Lancashire|Kent|Devon|Essex|Surrey|
Sussex|Norfolk|the Cotswolds|the Lake District|the Midlands|Greater Manchester|Merseyside|Tuscany|
Sicily|Sardinia|Lombardy|Umbria|Provence|Normandy|Brittany|Alsace|Burgundy|Bavaria|Saxony|Hesse|
Brandenburg|Catalonia|Andalusia|Galicia|the Basque Country|Castile|Flanders|Wallonia|Transylvania|
Silesia|Crimea|Donbas|Siberia|Kurdistan|Kashmir|Punjab|Kerala|Gujarat|Tamil Nadu|Maharashtra|
Uttar Pradesh|West Bengal|Hokkaido|Okinawa|Guangdong|Sichuan|Xinjiang|Tibet|Patagonia|Ontario|
Quebec|British Columbia|Alberta|Manitoba|Nova Scotia|Queensland|New South Wales|Victoria|Tasmania|
Western Australia|Gaza|the West Bank|the Gaza Strip|Darfur|Chechnya|Dagestan|Abkhazia|Zanzibar|
KwaZulu-Natal|Gauteng|Bali|Java|Sumatra|Borneo|Crete|Corfu|Ibiza|Mallorca|Tenerife|Madeira|
Jalisco|Oaxaca|Yucatan|Chiapas|Bahia|Minas Gerais|Upstate New York|Long Island|Cape Cod|the Bronx|
Orange County|Cook County|Northern California|Southern California|SoCal|NorCal|the Panhandle|
the Deep South|Appalachia|the Rust Belt|the Ruhr|the Black Forest|Lapland|Jutland|Karelia
""")
NATURE: Final = listed("""
the Thames|the Rhine|the Danube|the Nile|the Amazon|the Mississippi|the Mississippi River|
the Seine|the Ganges|the Mekong|the Volga|the Hudson River|the Colorado River|the Rio Grande|
the Po|the Tiber|Mount Everest|Everest|K2|Mont Blanc|Kilimanjaro|Mount Fuji|the Matterhorn|
Ben Nevis|Mount Rainier|the Alps|the Andes|the Himalayas|the Pyrenees|the Rockies|
the Rocky Mountains|the Appalachians|the Urals|the Carpathians|the Atlas Mountains|the Dolomites|
the Sierra Nevada|the Sahara|the Gobi|the Kalahari|the Mojave Desert|the Atlantic|the Pacific|
the Atlantic Ocean|the Pacific Ocean|the Indian Ocean|the Arctic|the North Sea|the Baltic Sea|
the Black Sea|the Red Sea|the Dead Sea|the South China Sea|the Mediterranean Sea|the Caspian Sea|
the Adriatic|the English Channel|the Gulf of Mexico|the Persian Gulf|the Suez Canal|
the Panama Canal|the Strait of Gibraltar|Lake Michigan|Lake Erie|Lake Tahoe|Lake Como|Lake Geneva|
Lake Victoria|Loch Ness|Lake Constance|the Grand Canyon|Yosemite|Yellowstone|
Yellowstone National Park|Niagara Falls|Death Valley|the Great Barrier Reef|Mars|the Moon|Jupiter|
Venus|Saturn
""")
LANDMARKS: Final = listed("""
the Eiffel Tower|Big Ben|the Colosseum|the Louvre|Notre Dame|the Taj Mahal|the Statue of Liberty|
Central Park|Times Square|Trafalgar Square|Tiananmen Square|Red Square|Hyde Park|Ground Zero|
the Golden Gate Bridge|the Brooklyn Bridge|Tower Bridge|Buckingham Palace|Windsor Castle|
Stonehenge|the Great Wall|Machu Picchu|Petra|Angkor Wat|the Acropolis|the Brandenburg Gate|
the Berlin Wall|Madison Square Garden|Wembley|Wembley Stadium|Old Trafford|Anfield|Fenway Park|
Yankee Stadium|the Rose Bowl|Wrigley Field|Heathrow|Heathrow Airport|Gatwick|JFK|LAX|O'Hare|
Schiphol|Charles de Gaulle Airport|King's Cross|Grand Central|Grand Central Terminal|Penn Station|
Waterloo Station|Euston|Carnegie Hall|the Royal Albert Hall|Broadway|Wall Street|Fifth Avenue|
Oxford Street|Abbey Road|Downing Street|Pennsylvania Avenue|Sunset Boulevard|Rodeo Drive|Alcatraz|
Guantanamo Bay|Auschwitz|Chernobyl|Fukushima|Pearl Harbor|Camp David|the Vatican|Disneyland|
Disney World|the Empire State Building|the World Trade Center|Burj Khalifa|the Shard|Capitol Hill|
the Las Vegas Strip|Bourbon Street|Route 66|Interstate 95|Highway 101|the M25|the Champs-Elysees|
La Rambla|the Forbidden City|the Blue Mosque|Hagia Sophia|the Western Wall|Temple Mount|
Twickenham|Lord's|Wimbledon|Silverstone|Monza|Lambeau Field|Staples Center|the O2|Red Rocks
""")
QUARTERS: Final = listed("""
Brooklyn|Manhattan|Queens|Harlem|SoHo|Tribeca|Williamsburg|the Upper East Side|Greenwich Village|
the Lower East Side|Hollywood|Beverly Hills|Venice Beach|Santa Monica|Silver Lake|Echo Park|
Koreatown|the Mission|the Castro|Nob Hill|Haight-Ashbury|Capitol Hill|Ballard|Wicker Park|
Lincoln Park|the Loop|Back Bay|Beacon Hill|Cambridge|Georgetown|Dupont Circle|Adams Morgan|
South Beach|Little Havana|the French Quarter|Deep Ellum|Buckhead|Midtown|Camden|Camden Town|Soho|
Shoreditch|Hackney|Brixton|Notting Hill|Chelsea|Islington|Greenwich|Canary Wharf|Croydon|Ealing|
Peckham|Covent Garden|Mayfair|Kensington|Hampstead|Stratford|Tottenham|Didsbury|Leith|Clifton|
Montmartre|the Marais|La Defense|Kreuzberg|Neukölln|Prenzlauer Berg|Charlottenburg|Schwabing|
St. Pauli|Trastevere|Gracia|Malasaña|Alfama|De Pijp|Nørrebro|Södermalm|Kadıköy|Beyoğlu|Shibuya|
Shinjuku|Ginza|Akihabara|Roppongi|Gangnam|Itaewon|Kowloon|Wan Chai|Mong Kok|Bandra|Andheri|
Koramangala|Indiranagar|Connaught Place|Copacabana|Ipanema|Palermo|La Boca|Polanco|Coyoacán|Bondi|
Surry Hills|Fitzroy|St Kilda|Sandton|Soweto|Lekki|Ikoyi|Westlands|Karen|Zamalek|Yorkville
""")
BIG_CITIES: Final = listed("""
London|Paris|New York|New York City|NYC|Los Angeles|LA|L.A.|Chicago|Houston|San Francisco|SF|
Boston|Seattle|Washington|Washington, D.C.|Washington DC|DC|Miami|Atlanta|Dallas|Denver|
Philadelphia|Philly|Phoenix|San Diego|Austin|Las Vegas|Vegas|Detroit|Portland|Nashville|
New Orleans|Toronto|Montreal|Vancouver|Berlin|Hamburg|Munich|Frankfurt|Cologne|Vienna|Zurich|
Geneva|Rome|Milan|Madrid|Barcelona|Lisbon|Amsterdam|Rotterdam|The Hague|Brussels|Copenhagen|
Stockholm|Oslo|Helsinki|Warsaw|Prague|Budapest|Bucharest|Sofia|Athens|Istanbul|Ankara|Moscow|
St. Petersburg|Kiev|Kyiv|Minsk|Dublin|Edinburgh|Glasgow|Manchester|Birmingham|Liverpool|Leeds|
Bristol|Cardiff|Belfast|Newcastle|Sheffield|Tokyo|Osaka|Kyoto|Seoul|Beijing|Shanghai|Hong Kong|
Taipei|Singapore|Bangkok|Jakarta|Manila|Hanoi|Ho Chi Minh City|Kuala Lumpur|Delhi|New Delhi|
Mumbai|Bangalore|Bengaluru|Chennai|Kolkata|Karachi|Lahore|Dhaka|Kabul|Tehran|Baghdad|Jerusalem|
Tel Aviv|Damascus|Beirut|Amman|Riyadh|Dubai|Abu Dhabi|Doha|Cairo|Tripoli|Tunis|Algiers|Casablanca|
Lagos|Abuja|Accra|Nairobi|Addis Ababa|Johannesburg|Cape Town|Sydney|Melbourne|Brisbane|Perth|
Auckland|Wellington|Mexico City|Buenos Aires|Rio de Janeiro|Rio|Sao Paulo|São Paulo|Lima|Bogota|
Bogotá|Santiago|Caracas|Havana|Sarajevo|Belgrade|Zagreb|Ljubljana|Riga|Vilnius|Tallinn|Grozny|
Tbilisi|Baku|Yerevan
""")
STATE_SHORTHAND: Final = listed("""
Calif.|Fla.|Tex.|Mass.|Conn.|Ill.|Mich.|Pa.|N.Y.|N.J.|Va.|Wash.|Ore.|Colo.|Ariz.|Tenn.|Minn.|Wis.|
Ga.|N.C.|Cali|Jersey|Philly|Mass|Penn.
""")
