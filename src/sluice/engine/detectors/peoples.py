"""What peoples, religions and political groups are called, in seven languages.

One line for each people: its ISO 3166 code (or a name where it has no state), the English
adjective and, behind a bar each, what German, French, Spanish, Italian, Dutch and Portuguese call
it where that is another word. An indented line goes on from the one before. A `~` ends a stem that
takes the endings of its language (`türkisch~` is `türkische`, `türkischer`, …). Facts of language,
written down for this project.
"""

from __future__ import annotations

from typing import Final

from sluice.engine.patterns import words

_PEOPLES: Final = """
AF Afghan Afghans|afghanisch~ Afghane~ Afghanin|afghan~|afgan~|afghan~|Afghaans~ Afghaan|afegã~
AL Albanian Albanians|albanisch~ Albaner~|albanais~|albanés~ albanes~|albanes~|Albanees~ Albanese|
  albanês~
DZ Algerian Algerians|algerisch~ Algerier~|algérien~|argelin~|algerin~|Algerijn~|argelin~
AD Andorran||andorran~||||
AO Angolan Angolans|angolanisch~ Angolaner~|angolais~|angoleñ~|angolan~|Angolees~|angolan~
AR Argentinian Argentine Argentinians|argentinisch~ Argentinier~|argentin~|argentin~|argentin~|
  Argentijn~|argentin~
AM Armenian Armenians|armenisch~ Armenier~|arménien~|armeni~|armen~|Armeen~ Armeniër~|arméni~
AU Australian Australians|australisch~ Australier~|australien~|australian~|australian~|
  Australisch~ Australiër~|australian~
AT Austrian Austrians|österreichisch~ Österreicher~|autrichien~|austriac~ austríac~|austriac~|
  Oostenrijk~|austríac~
AZ Azerbaijani Azeri Azerbaijanis|aserbaidschanisch~|azerbaïdjanais~|azerbaiyan~|azer~||
BH Bahraini|bahrainisch~|||||
BD Bangladeshi Bangladeshis|bangladeschisch~|bangladais~|bangladesí~|||
BY Belarusian Belarusians|belarussisch~ weißrussisch~|biélorusse~|bielorrus~|bielorus~|
  Wit-Russisch~|bielorruss~
BE Belgian Belgians|belgisch~ Belgier~|belge~|belg~|belg~|Belgisch~ Belg|belg~
BO Bolivian Bolivians|bolivianisch~ Bolivianer~|bolivien~|bolivian~|bolivian~|Boliviaan~|bolivian~
BA Bosnian Bosnians|bosnisch~ Bosnier~|bosniaque~ bosnien~|bosni~|bosniac~|Bosnisch~ Bosniër~|bósni~
BR Brazilian Brazilians|brasilianisch~ Brasilianer~|brésilien~|brasileñ~|brasilian~|Braziliaan~|
  brasileir~
GB British Briton Britons|britisch~ Brite~ Britin|britannique~|británic~|britannic~|Brits~|britânic~
BG Bulgarian Bulgarians|bulgarisch~ Bulgare~|bulgare~|búlgar~|bulgar~|Bulgaars~|búlgar~
KH Cambodian Cambodians|kambodschanisch~|cambodgien~|camboyan~|cambogian~||
CM Cameroonian|kamerunisch~|camerounais~|camerunes~|camerunens~||
CA Canadian Canadians|kanadisch~ Kanadier~|canadien~|canadiens~|canades~|Canadees~ Canadese|
  canadens~
CL Chilean Chileans|chilenisch~ Chilene~|chilien~|chilen~|cilen~|Chileens~ Chileen|chilen~
CN Chinese|chinesisch~ Chinese~ Chinesin|chinois~|chin~|cines~|Chinees~ Chinese|chinês~
CO Colombian Colombians|kolumbianisch~ Kolumbianer~|colombien~|colombian~|colombian~|Colombiaan~|
  colombian~
CG Congolese|kongolesisch~|congolais~|congoleñ~|congoles~|Congolees~|congolês~
CR Costa-Rican||costaricien~|costarricens~|||
HR Croatian Croatians Croat Croats|kroatisch~ Kroate~ Kroatin|croate~|croata~|croat~|Kroatisch~
  Kroaat|croata~
CU Cuban Cubans|kubanisch~ Kubaner~|cubain~|cuban~|cuban~|Cubaan~|cuban~
CY Cypriot Cypriots|zypriotisch~ Zypriot~|chypriote~|chipriota~|cipriot~|Cypriotisch~|cipriota~
CZ Czech Czechs|tschechisch~ Tscheche~ Tschechin|tchèque~|chec~|cec~|Tsjechisch~ Tsjech|chec~
DK Danish Danes|dänisch~ Däne Dänen Dänin|danois~|danés~ danes~|danes~|Deens~|dinamarquês~
DO Dominican Dominicans|dominikanisch~|dominicain~|dominican~|dominican~||dominican~
NL Dutch Dutchman|niederländisch~ holländisch~ Niederländer~|néerlandais~ hollandais~|neerlandés~
  neerlandes~ holandés~ holandes~|olandes~|Nederlands~ Nederlander~|neerlandês~ holandês~
EC Ecuadorian Ecuadorean|ecuadorianisch~|équatorien~|ecuatorian~|ecuadorian~||equatorian~
EG Egyptian Egyptians|ägyptisch~ Ägypter~|égyptien~|egipci~|egizian~|Egyptisch~|egípci~
SV Salvadoran Salvadorian|salvadorianisch~|salvadorien~|salvadoreñ~|||
- English Englishman|englisch~ Engländer~|anglais~|ingles~ inglés~|ingles~|Engels~|inglês~
ER Eritrean Eritreans|eritreisch~ Eritreer~|érythréen~|eritre~|eritre~|Eritrees~|
EE Estonian Estonians|estnisch~|estonien~|estoni~|eston~|Ests~|estonian~
ET Ethiopian Ethiopians|äthiopisch~ Äthiopier~|éthiopien~|etíope~|etiop~|Ethiopisch~|etíope~
FI Finnish Finns|finnisch~ Finne Finnen|finlandais~|finlandés~ finlandes~ finés~|finlandes~|Fins~|
  finlandês~
FR French Frenchman Frenchwoman|französisch~ Franzose~ Französin|français~|francés~ frances~|
  frances~|Frans~|francês~
GA Gabonese|gabunisch~|gabonais~||||
GM Gambian Gambians|gambisch~|gambien~||||
GE Georgian Georgians|georgisch~ Georgier~|géorgien~|georgian~|georgian~|Georgisch~|georgian~
DE German Germans|deutsch~ Deutsche~|allemand~|aleman~ alemán~|tedesc~|Duits~|alemã~
GH Ghanaian Ghanaians|ghanaisch~|ghanéen~|ghan~|ghanes~|Ghanees~|ganes~
GR Greek Greeks|griechisch~ Grieche~ Griechin|grec~ grecque~|grieg~|grec~|Grieks~ Griek|greg~
GT Guatemalan|guatemaltekisch~|guatémaltèque~|guatemaltec~|guatemaltec~||
GN Guinean|guineisch~|guinéen~|guinean~|||
HT Haitian Haitians|haitianisch~|haïtien~|haitian~|haitian~||
HN Honduran Hondurans|honduranisch~|hondurien~|hondureñ~|||
HU Hungarian Hungarians|ungarisch~ Ungar Ungarn|hongrois~|húngar~|unghere~|Hongaars~ Hongaar|húngar~
IS Icelandic Icelander|isländisch~|islandais~|islandés~ islandes~|islandes~|IJslands~|islandês~
IN Indian Indians|indisch~ Inder~|indien~|indi~|indian~|Indiaas~|indian~
ID Indonesian Indonesians|indonesisch~|indonésien~|indonesi~|indonesian~|Indonesisch~|indonési~
IR Iranian Iranians|iranisch~ Iraner~|iranien~|iraní~|iranian~|Iraans~ Iraniër|iranian~
IQ Iraqi Iraqis|irakisch~ Iraker~|irakien~|iraquí~|iracen~|Iraaks~ Irakees~|iraquian~
IE Irish Irishman|irisch~ Ire Iren|irlandais~|irlandés~ irlandes~|irlandes~|Iers~|irlandês~
IL Israeli Israelis|israelisch~ Israeli|israélien~|israelí~|israelian~|Israëlisch~|israelens~
IT Italian Italians|italienisch~ Italiener~|italien~|italian~|italian~|Italiaan~|italian~
CI Ivorian Ivorians|ivorisch~|ivoirien~|marfileñ~|ivorian~||
JM Jamaican Jamaicans|jamaikanisch~|jamaïcain~||||
JP Japanese|japanisch~ Japaner~|japonais~|japonés~ japones~|giappones~|Japans~|japonês~
JO Jordanian Jordanians|jordanisch~ Jordanier~|jordanien~|jordan~|giordan~|Jordaans~|jordan~
KZ Kazakh Kazakhs Kazakhstani|kasachisch~|kazakh~|kazaj~|kazak~||
KE Kenyan Kenyans|kenianisch~|kényan~|kenian~|kenyan~|Keniaans~|
KR Korean Koreans|koreanisch~ Koreaner~|coréen~|corean~|corean~|Koreaans~|corean~
XK Kosovar Kosovan|kosovarisch~|kosovar~||kosovar~||
KW Kuwaiti Kuwaitis|kuwaitisch~|koweïtien~|kuwaití~|||
KG Kyrgyz|kirgisisch~|kirghize~||||
LA Laotian||laotien~||||
LV Latvian Latvians|lettisch~ Lette Letten|letton~|letón~|letton~ |Lets|letã~
LB Lebanese|libanesisch~ Libanese~|libanais~|libanés~ libanes~|libanes~|Libanees~|libanês~
LY Libyan Libyans|libysch~|libyen~|libi~|libic~|Libisch~|líbi~
LT Lithuanian Lithuanians|litauisch~ Litauer~|lituanien~|lituan~|lituan~|Litouws~|lituan~
LU Luxembourgish Luxembourger|luxemburgisch~|luxembourgeois~|luxemburgués~|lussemburghes~||
MK Macedonian Macedonians|mazedonisch~|macédonien~|macedoni~|macedon~|Macedonisch~|macedóni~
MY Malaysian Malaysians|malaysisch~|malaisien~|malasi~|malesian~||
ML Malian Malians|malisch~|malien~|maliens~|maliano maliana||
MT Maltese|maltesisch~|maltais~|maltés~|maltes~|Maltees~|
MA Moroccan Moroccans|marokkanisch~ Marokkaner~|marocain~|marroquí~|marocchin~|Marokkaan~|marroquin~
MR Mauritanian|mauretanisch~|mauritanien~|mauritan~|mauritan~||
MX Mexican Mexicans|mexikanisch~ Mexikaner~|mexicain~|mexican~ mejican~|messican~|Mexicaan~|mexican~
MD Moldovan Moldovans|moldauisch~ moldawisch~|moldave~|moldav~|moldav~|Moldavisch~|moldav~
MN Mongolian Mongolians|mongolisch~|mongol~|||||
ME Montenegrin Montenegrins|montenegrinisch~|monténégrin~|montenegrin~|montenegrin~||
MZ Mozambican||mozambicain~||mozambican~||moçambican~
NP Nepalese Nepali|nepalesisch~|népalais~|nepalí~|nepales~|Nepalees~|
NZ New-Zealander|neuseeländisch~|néo-zélandais~|neozeland~|neozelandes~||neozeland~
NI Nicaraguan Nicaraguans|nicaraguanisch~|nicaraguayen~|nicaragüens~|||
NG Nigerian Nigerians|nigerianisch~ Nigerianer~|nigérian~|nigerian~|nigerian~|Nigeriaans~|nigerian~
NO Norwegian Norwegians|norwegisch~ Norweger~|norvégien~|norueg~|norveges~|Noors~|norueguês~
OM Omani Omanis||omanais~||||
PK Pakistani Pakistanis|pakistanisch~ Pakistaner~|pakistanais~|pakistaní~ paquistaní~|pachistan~|
  Pakistaans~|paquistan~
PS Palestinian Palestinians|palästinensisch~ Palästinenser~|palestinien~|palestin~|palestines~|
  Palestijn~|palestin~
PA Panamanian|panamaisch~|panaméen~|panameñ~|panamens~||
PY Paraguayan Paraguayans|paraguayisch~|paraguayen~|paraguay~|paraguaian~||paraguai~
PE Peruvian Peruvians|peruanisch~ Peruaner~|péruvien~|peruan~|peruvian~|Peruaan~|peruan~
PH Filipino Filipina Filipinos|philippinisch~|philippin~|filipin~|filippin~|Filipijn~|filipin~
PL Polish Poles|polnisch~ Polin|polonais~|polac~|polacc~|Pools Poolse|polonês~ polac~
PT Portuguese|portugiesisch~ Portugiese~|portugais~|portugués~ portugues~|portoghes~|Portugees~|
  português~
QA Qatari Qataris||qatari~|catarí~|||
RO Romanian Romanians|rumänisch~ Rumäne~|roumain~|ruman~|rumen~ romen~|Roemeens~|romen~
RU Russian Russians|russisch~ Russe Russen Russin|russe~|rus~|russ~|Russisch~ Rus|russ~
RW Rwandan Rwandans|ruandisch~|rwandais~|ruandés~|ruandes~|Rwandees~|
SA Saudi Saudis|saudisch~ saudi-arabisch~|saoudien~|saudí~|saudit~||saudit~
- Scottish Scotsman Scots|schottisch~ Schotte Schotten|écossais~|escocés~ escoces~|scozzes~|
  Schots~|escocês~
SN Senegalese|senegalesisch~|sénégalais~|senegalés~ senegales~|senegales~|Senegalees~|
RS Serbian Serbians Serb Serbs|serbisch~ Serbe~ Serbin|serbe~|serbi~|serb~|Servisch~|sérvi~
SL Sierra-Leonean||sierraléonais~||||
SG Singaporean Singaporeans|singapurisch~|singapourien~||||
SK Slovak Slovaks Slovakian|slowakisch~ Slowake~|slovaque~|eslovac~|slovacc~|Slowaaks~|eslovac~
SI Slovenian Slovenians Slovene|slowenisch~ Slowene~|slovène~|esloven~|sloven~|Sloveens~|esloven~
SO Somali Somalis Somalian|somalisch~ Somalier~|somalien~|somalí~|somal~|Somalisch~|somali~
ZA South-African South-Africans|südafrikanisch~ Südafrikaner~|sud-africain~|sudafrican~|
  sudafrican~|Zuid-Afrikaan~|sul-african~
ES Spanish Spaniard Spaniards|spanisch~ Spanier~|espagnol~|español~|spagnol~|Spaans~|espanhol~
LK Sri-Lankan|sri-lankisch~|sri-lankais~||||
SD Sudanese|sudanesisch~ Sudanese~|soudanais~|sudanés~ sudanes~|sudanes~|Soedanees~|sudanês~
SE Swedish Swede Swedes|schwedisch~ Schwede Schweden Schwedin|suédois~|suec~|svedes~|Zweeds~|suec~
CH Swiss|schweizerisch~ Schweizer~|suisse~|suiz~|svizzer~|Zwitsers~|suíç~
SY Syrian Syrians|syrisch~ Syrer~|syrien~|siri~|sirian~|Syrisch~ Syriër~|síri~
TW Taiwanese|taiwanesisch~|taïwanais~|taiwanés~|taiwanes~||
TJ Tajik Tajiks|tadschikisch~|tadjik~|tayik~|||
TZ Tanzanian Tanzanians|tansanisch~|tanzanien~|tanzan~|tanzanian~||
TH Thai|thailändisch~ Thailänder~|thaïlandais~|tailandés~ tailandes~|tailandes~|Thais Thaise|
  tailandês~
TG Togolese|togolesisch~|togolais~||togoles~||
TN Tunisian Tunisians|tunesisch~ Tunesier~|tunisien~|tunecin~|tunisin~|Tunesisch~|tunisin~
TR Turkish Turk Turks|türkisch~ Türke~ Türkin|turc turcs turque~|turc~|turc~|Turks~ Turk Turken|
  turc~
TM Turkmen|turkmenisch~|turkmène~||||
UG Ugandan Ugandans|ugandisch~|ougandais~|ugandés~|ugandes~||
UA Ukrainian Ukrainians|ukrainisch~ Ukrainer~|ukrainien~|ucranian~|ucrain~|Oekraïens~|ucranian~
AE Emirati Emiratis|emiratisch~|émirien~||||
US American Americans|amerikanisch~ Amerikaner~ US-amerikanisch~|américain~|american~
  estadounidens~|american~ statunitens~|Amerikaan~|american~
UY Uruguayan Uruguayans|uruguayisch~|uruguayen~|uruguay~|uruguaian~||uruguai~
UZ Uzbek Uzbeks|usbekisch~|ouzbek~|uzbek~|uzbek~||
VE Venezuelan Venezuelans|venezolanisch~|vénézuélien~|venezolan~|venezuelan~||venezuelan~
VN Vietnamese|vietnamesisch~ Vietnamese~|vietnamien~|vietnamit~|vietnamit~|Vietnamees~|vietnamit~
- Welsh Welshman|walisisch~|gallois~|galés~|galles~||
YE Yemeni Yemenis|jemenitisch~|yéménite~|yemení~|yemenit~||
ZM Zambian Zambians|sambisch~|zambien~||||
ZW Zimbabwean Zimbabweans|simbabwisch~|zimbabwéen~|zimbabuens~|||
"""

_GROUPS: Final = """
- Kurdish Kurd Kurds|kurdisch~ Kurde~ Kurdin|kurde~|kurd~|curd~|Koerdisch~ Koerd|curd~
- Roma Romani Gypsy Gypsies|Sinti|tsigane~ gitan~|gitan~|rom|Roma|cigan~
- Arab Arabs Arabic|arabisch~ Araber~|arabe~|árabe~|arab~|Arabisch~ Arabier|árabe~
- Berber Berbers|||||Berbers|
- Chechen Chechens|tschetschenisch~ Tschetschene~|tchétchène~|chechen~|cecen~|Tsjetsjeens~|checheno~
- Ingush|inguschisch~|||||
- Tatar Tatars|tatarisch~|tatare~|||||
- Uyghur Uyghurs Uighur|uigurisch~|ouïghour~|uigur~|uigur~||
- Rohingya|||||
- Tamil Tamils|tamilisch~|||||
- Pashtun Pashtuns|paschtunisch~|||||
- Hazara Hazaras|||||
- Hutu Tutsi|||||
- Basque Basques|baskisch~ Baske|basque~|vasc~|basc~|Baskisch~|basc~
- Catalan Catalans|katalanisch~ Katalane~|catalan~|catalán catalan~|catalan~|Catalaan~|catalã~
- Hispanic Hispanics Latino Latina Latinos Latinx|||||
- Caucasian Caucasians|||||
- African-American African-Americans Afro-American|afroamerikanisch~|afro-américain~|
  afroamerican~|afroamerican~||
- Asian Asians|asiatisch~ Asiate~|asiatique~|asiátic~|asiatic~|Aziatisch~|asiátic~
- African Africans|afrikanisch~ Afrikaner~|africain~|african~|african~|Afrikaan~|african~
"""

_BELIEFS: Final = """
- Muslim Muslims Moslem Islamic|muslimisch~ Muslim~ islamisch~|musulman~ islamique~|musulmán
  musulman~ islámic~|musulman~ islamic~|moslim~ islamitisch~|muçulman~ islâmic~
- Shia Shiite Shiites Shi'ite|schiitisch~|chiite~|chií~|sciit~||xiit~
- Sunni Sunnis|sunnitisch~|sunnite~|suní~|sunnit~||sunit~
- Alevi Alevis|alevitisch~|||||
- Ahmadi Ahmadis|||||
- Jewish Jew Jews|jüdisch~ Jude Juden Jüdin|juif juifs juive~|judí~|ebre~ ebraic~|Joods~|judeu
  judeus judia~
- Christian Christians|christlich~ Christen|chrétien~|cristian~|cristian~|christelijk~|crist~
- Catholic Catholics|katholisch~ Katholik~|catholique~|católic~|cattolic~|katholiek~|católic~
- Protestant Protestants|protestantisch~ evangelisch~|protestant~|protestant~|protestant~|
  protestants~|protestant~
- Orthodox|orthodox~|orthodoxe~|ortodox~|ortodoss~||ortodox~
- Baptist Baptists|baptistisch~|baptiste~|||||
- Methodist Methodists|||||
- Lutheran Lutherans|lutherisch~|luthérien~|luteran~|luteran~||luteran~
- Anglican Anglicans|anglikanisch~|anglican~|anglican~|anglican~||
- Evangelical Evangelicals|||evangélic~|evangelic~||evangélic~
- Pentecostal Pentecostals|||pentecostal~|pentecostal~||
- Mormon Mormons|mormonisch~|mormon~|||||
- Jehovah's-Witness Jehovah's-Witnesses|Zeugen-Jehovas|témoin-de-Jéhovah témoins-de-Jéhovah|
  testigo-de-Jehová testigos-de-Jehová|testimone-di-Geova testimoni-di-Geova|Jehova's-getuige|
  testemunha-de-Jeová
- Buddhist Buddhists|buddhistisch~ Buddhist~|bouddhiste~|budista~|buddist~|boeddhist~|budista~
- Hindu Hindus|hinduistisch~|hindou~|hindú~|indù|hindoe~|hindu~
- Sikh Sikhs|||||
- Atheist Atheists|atheistisch~ Atheist~|athée~|ateo ateos atea|ateo atei|atheïst~|ateu ateus
- Agnostic Agnostics|||||
- Scientologist Scientologists|||||
- Yazidi Yazidis Yezidi|jesidisch~ Jeside~|yézidi~|yazidí~|yazid~|Jezidi|
- Druze|drusisch~|druze~|drus~|drus~||drus~
- Coptic Copt Copts|koptisch~|copte~|copt~|copt~||
"""

_PARTIES: Final = """
- Republican Republicans|||||
- Democrat Democrats|Demokraten|||||
- Communist Communists|kommunistisch~ Kommunist~|communiste~|comunista~|comunist~|communist~|
  comunista~
- Socialist Socialists|sozialistisch~ Sozialist~ sozialdemokratisch~ Sozialdemokrat~|socialiste~|
  socialista~|socialist~|socialist~|socialista~
- Marxist Marxists Trotskyist|marxistisch~|marxiste~|marxista~|marxist~||marxista~
- Anarchist Anarchists|anarchistisch~|anarchiste~|anarquista~|anarchic~|anarchist~|anarquista~
- Fascist Fascists Neo-Nazi Neo-Nazis|faschistisch~ Neonazi~|fasciste~|fascista~|fascist~||fascista~
- Tory Tories|||||
- Labourite|||||
- Islamist Islamists|islamistisch~|islamiste~|islamista~|islamist~||islamista~
"""

_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")
_GERMAN_ADJECTIVE: Final = ("", "e", "en", "er", "es", "em")
_GERMAN_NOUN: Final = ("", "n", "s", "in", "innen", "en", "e")
_ALSO_OTHERS: Final = words(
    "china india siria libia líbia síria ghana bosnia serbia estonia armenia suiza suíça rom roma "
    "albania etiopia angola malasia eritrea macedonia chin indi basc chec cec ghan georgia "
    "palestina argentina filipinas vietnamit greg grieg cigan indes"
)
"""Forms that are countries or other words first."""


def _forms(table: str) -> frozenset[str]:
    """Every form of every word of a table, in lower case, with blanks for hyphens too."""
    forms: set[str] = set()
    for line in table.strip().replace("\n  ", " ").splitlines():
        row = line.split(" ", 1)[1].split("|")
        for language, cell in zip(_LANGUAGES, row, strict=False):
            for word in cell.split():
                forms.update(form.lower() for form in _inflected(word, language))
    return frozenset(forms | {form.replace("-", " ") for form in forms}) - _ALSO_OTHERS


def _inflected(word: str, language: str) -> set[str]:
    if not word.endswith("~"):
        return {word}
    return {word[:-1] + ending for ending in _endings(word[:-1], language)}


def _endings(stem: str, language: str) -> tuple[str, ...]:
    """The endings that a stem takes: by its language and its last letter."""
    last = stem[-1]
    if language == "de":
        return _GERMAN_NOUN if stem[0].isupper() else _GERMAN_ADJECTIVE
    if language == "fr":
        return ("", "s") if last == "e" else ("", "e", "s", "es", "ne", "nes")
    if language == "nl":
        return ("", "e", "en") if last != "s" else ("", "e")
    if language == "it":
        return ("o", "a", "i", "e", "hi", "he") if last in "cg" else ("o", "a", "i", "e")
    if last in "aeíúã":
        return ("", "s", "es", "o", "os")
    return ("o", "a", "os", "as", "", "es", "e") if last in "slnêé" else ("o", "a", "os", "as")


PEOPLES: Final = _forms(_PEOPLES)
"""Nationalities."""
GROUPS: Final = _forms(_GROUPS)
"""Peoples without a state of that name, and groups by origin."""
BELIEFS: Final = _forms(_BELIEFS)
"""Religions and their members."""
PARTIES: Final = _forms(_PARTIES)
"""Political groups and their members."""
