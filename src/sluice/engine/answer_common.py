"""Common English words in small letters that are part of no value in an answer.

Written for this project, by judgement; each was tried in sentences in which a name could stand, and
none was taken for one. See `answer_words` for what follows from a word that is missing.
"""

from __future__ import annotations

from typing import Final

from sluice.engine.patterns import words

COMMON: Final = words(
    """
    aaand abbreviations absolutely abuse abused accepted access accordance according
    accordingly accuracy accurate achieve achieved achievement ack acknowledged
    acknowledgement act action activities activity additionally adequacy adhesion ads adult
    adults advanced advantage advantages adventure advice affect affirmed afraid afternoon
    afterwards aggregate agree agreed agreement aisle alive allocated alone alterations
    amazing ambient amounts analogue analysis analyze analyzing ancient anfassen angry animal
    animals animation antenna anxiety anybody apart apologies apologize apparently appeal
    appears appellant applicable application applications appointed appreciate approaches
    appropriate approximately apps archive argues arguing arms arrive arrow arrows artist
    artists assess assessment assist assistance assistant asynchronous atom atoms attacks
    attempts attribute attributes audience audio authentication author authority authorization
    authors automated automation automations average avert awesome baby backend background
    backup backward backwards bake balancer balconies ball balls barked barrier base bases
    bash basis basket batch battery baud beam bear bearing bearings bed beef beep began
    beginner beginners begins begun behalf behaves behaviour belief beliefs belong benchmark
    beneficio bent beside besten billed binary binding biology bird birds bite bitten blank
    blanket bled blinks blocked blocks blog blood board boards boat body boil boilerplate
    bolts book books boolean boots borne boss bottom bought bowl boxes boy brackets brain
    branch breach bread breakdown breath brick brief bright brightness broken brother brought
    browser browsers browsing bubbles bucket budget bug bulk bullets burn business businesses
    butter button buttons buy bytes cabinets cable cache cachectl caches calculate calculation
    calculations calendar callback callers calories cancel cancelled capacitors capacity
    captions carbohydrates carbon carriage carrot carry cars casual caught cell cellar cello
    cells centre century certainly certificate chain chair challenge challenges changelog
    changer character characters charcoal charge charger charges charities chart charts cheap
    checkout checkpoint checks cheese chemical chemistry chicken chickpeas child children
    chilli chopped chosen claim claims clashes class classes clause clauses cleaning click
    clicked clicks client clients climate clock clockwork closed closures cloud clouds cloves
    coat coffee cold collected collection color colors colour colours column columns comma
    commas comments commit commits communicate communication communities community companies
    company comparison compatible compensation compile compiler complain complaint complexity
    compliance component components comprehensive compression compute computed computer concat
    concise conclusion conclusions condensing conditional conductor configuration configure
    configured congratulations connect connection cons conscience consent consequence
    consequences consequently considerations considered considering consistency consistent
    constant constantly contacts contends continents contract contractual contrast contribute
    contributing controlled controller controls converges conversation conversations
    conversely conversion cooked cooking copy cores coriander corrected correction corridor
    corrupt count counted counter counting countries course cousin cover covered covers cpu
    cracking crackling crash crashed crashes crates credit crossed crossword crumb css
    cultural culture cumin cup cups cured curious curry cursor customer customers cut cyclist
    damage damaged danger danke dark database databases dead deadline deadlines dealt death
    debate debug debugging decade decades decide decides decision decisions decline decompile
    decrease deepest def defective defects definitely degree degrees delay delete deleted
    deletes deliberate delighted delimiter delivered delivery deploy deploying deployment
    deprecate derivative desc deserve designs desktop destination destinations detection
    developed developer developers developing development device diagnosis diagrams dialog
    dict dictionaries diet diffs dig digit digits dimmed dip directions disadvantage
    disadvantages disagree disassemble discount discover discovered discovery discretion
    discussion discussions disease diseases disk disks display displayed dispute diverges
    divided divisible docs doctor doctors document documentation documents doorbell doubt
    dough download downtime dps drag dragging drain drawing drawn dream drink drinks driven
    driver drop dropped drum drunk dry dug duplicate earth eaten eating edges edit edited
    education effectively effectiveness efficiency efficient egg eggs eher elderly eldest
    electric electricity electronic elevate emissions emotion emotional emotions employee
    employees empties encodings encrypted encryption ended energy engine engineer engineering
    engineers enhance enhanced enter entity entries entry environment environmental equally
    equation equations erasure escapes espresso essentially establishes estimate ethical
    ethics euros evaluate evaluation evening evenings evenly event events eventually everybody
    everywhere evidence evolution exceed excellent exception exceptions excited excluding
    execute executed execution exercise exercises existence experiences experiment experiments
    expert experts explains explore exploring export exposed expression expressly extent
    extremely eyelids eyes fabrics faces factor factors fail failed fails failure fair
    families family fan fans fantastic faster fat father fault favour favourable fed fee feed
    feeling feelings fees fell felt fewer figure figures filed filing filling fills film films
    filter filters finance finely finger fire firm firmware fish fits fixed fixes flag flags
    flaky flavor flew flexibility flexible flight flights float flour flowers foam focused
    fold folder folders foo food foot force forest forests forever forget forgotten fork
    formal formats formatter formula formulas fortunately fought foundations fps fragments
    framework freeze freezer frequent frequently fresh fridge friend friendlier friendly
    friends front frozen fruit fruits fry fuel fun funcs functionality fundamentally
    furthermore fuse fuser galaxy galloping game gaps garam garbage garden gardens gas gateway
    gave geht generation generations genetic genre genuine girl glad gladly gland glands glass
    global gloves glue governing government gradually grain grammar grams grano granted grants
    graph graphs grass grated grateful gravity greetings grey grind gross ground grown growth
    guests guidance guidelines habit habitat handbook handful handling handover hands hang
    hardly hardness hardware hash head header headers health healthy hear heard heat heating
    heavy height heisst held hello helped hidden hides himself hinge histograms historical
    history hit hmm holding holds holes honest honesty hopefully horse host hosting hotel
    hotels hour housing human humans humidity hung hurt husband hypothesis ignores images
    immediately imminent impacts imperative importantly improved improvement improvements inch
    increased increasing independent index indexer indexes individual individuals inductive
    industry inferences influence influences inform informal infra ingredient ingredients
    inherit inheritance initially injury ink input insert inserts install installation
    installed instance instances instruction instructions instrument insufficient int integer
    intent interessant interest interesting interestingly interface intermediate internal
    international interner internet interrupted interrupts interval intro introduction invalid
    invitation island jars jiggles job joined joins journal json judgment juice jump jumper
    kcal keeper kept kernel keyboard kids kill kilo kindness kit kitchen kleinen kneading knee
    kneeling knowledge knows knuckle knuckles label labels ladder lake lambda lambdas lamp
    landlord landscape language languages laps lastly lasts late latest laundry laws lay
    layout leader leaders leadership leading leaf leak leaned leans learned learns lease led
    legal legislature legitimate lend lens lent lentils lets letter letters lettuce letzteres
    lgtm liability libraries library licensed lid lids life lift lifted light lights likewise
    limitation limits linen links lints linux listen listened listener listening litres lives
    living load loading loads loaf locale locks lodge log logdump loggers logs lol lonely
    looked loop loops lost loud lsof lunch machine machines made mains maintain maintained
    maintenance major management manager managers manchen manchmal manuals map market
    marketing mat matched matches material math mathematics matrix mattered meal meals
    meanwhile measure measured measurement measurements meat med median medians medical
    medicine mediocre medium meeting meetings megabyte melted member members memory mend
    mental mention menu menus mere merged merges mesh message messages metadata meters mid
    middle mile milestone milk million min minor mins mint minute minutes missing mix mixed
    mixture mode model modern modify module modules mole molecule molecules moment monitor
    monitoring monitors monorepo monotonic month monthly moral morning mother motion mountain
    mountains mouth moved movie movies muscle muscles music musical musl name named names
    napkin national negligence neighbour neighbours network networks neutral nevertheless
    newer newest newsletter newspaper nicely night nimmt nit nobody node nodes noise
    nonetheless nonsense noon nose notes noticed notices notification notify notwithstanding
    noughts novel novo numbers nutrition objection objective objectives observation
    observations obviously occasionally ocean offered offline oil older oldest omission
    omitted ones onion onions opened operating operation opinion opinions opportunities
    opportunity optimiser oranges orbit ordered ordering organization organizations organize
    organized organizing original originally ours outcome outcomes outer oven overnight
    override overview overwritten owner owns pace package packages packaging packet pad pages
    paid pain painted pan pane panel paragraph parameter parameters parent parents parsley
    partially particle particles partition partitioning partitions partner passed passes paste
    patience patient patients pay payload payment payments peak pectin pepper percent
    percentage perfectly perform performance period periods permission permissions permits
    permitted person personal persons perspective phase philosophy photos physical physics
    pile pincettes pinch pip pivot planet planning plans plant plants plastic playback played
    pleasure plenty plot plug plugged pod poem poetry pointed pointer policies policy polite
    pollution pool popcorn population port portability portable portion ports position
    positive post pot powder power prefix premises preparation prepare prepared pressing
    pressure presumably presumed previously price prices pricing principle principles print
    printed prints prior priorities priority privacy private probability procedural processes
    prod product products professional profile programme programs promise promises properties
    property proprietary pros protection protective protein protocol protocols proud provider
    provision provisional public pulled pump puns purchase purposes push puts python quality
    quantile quantiles quantity quarrel quarter quelque queries query queue quiet race rack
    radio raised raises raising rake ran random rang ranges ranked rarely raspberries rated
    ratio reach reached reaches reaction reactions reader readers reads reasonable rebuilt
    recipe recipes recommend recommendation recommendations recommended record recorded
    recording records rectification recycling reduced references refers refund regards
    regional regularly regulation regulations rejection relationship relationships relative
    relatively release releases reliability reliable relief religion reloads remark remedy
    remembering remembers removal removes rename render renderer rendering rent reorder
    repairs repeats replacement replay replica report reports repos reproduced reputation
    requests research reserved residency resistive resource resources respect responses
    responsive restart restarted restoring restriction retransmits retry retrying reverse
    rewrote rider rides rights ring rinsed ripe rise risk risks robust roll rooms root rota
    rotating rotation roughly round rounded rounds routes row rowed rows rpm rude rung sad
    sagt sale sales salt sample samples sat sauce saucer saw scalability scalable scan scene
    schedule schedules schema school schools schriftlich science scientific scientist
    scientists screamed screams screen screws script scroll season seasons seat seconds secure
    security seeds seek sees segments selected selection selling semi semicolons sends sensor
    sentences sequence series seriously serve served server servers service services session
    sessions settled setup shall shards shared sharp sharpening sheep ship shirts shock
    shortcut shorter shovelling showed shrunk shut shutters sick sieve sign significantly
    silence silent similarities similarity similarly simmer simpler simplicity singular sister
    sit sizes skill skim skin skip sleep sleeping slept slides slight slips slope slower
    slowest smaller smallest smelled smells smoked snacks sneakers snoring snowing soap social
    societies society socket soft software sold soldered somebody somewhat sorted sought
    sounds soundtrack soup sourdough spawn speaker speakers speaks species sped speed spelling
    spent spices spin spinning spite splash split spoke spoken spoon sport spot spray spread
    spreadsheet sprigs spun stable stack stacked stage staging stain stairs standard standing
    stands stars starter stated states statistical statistics status statute statutory stays
    steht stick sticker sticks stir stirring stock stolen stones stoning stood stopped stops
    storage store stories straight strategic strategies strategy stream streams strength
    strengths stress stretch string strings stuck student students studied studies study
    styles subject sublicense subscription substantially substantive success successful
    successfully sufficient sugar suggested sum summarize summarized sung sunk sunny supersede
    supervisory supper supply supported surely surprises surprisingly survive suspects swamp
    swap switch switched switches switching sworn swum symbol symptom symptoms sync
    synchronous syncs systems tablecloth tables tablespoon tablespoons tagging tail talking
    tall tallest tank tap tape taps taste tastes taught tax tea teacher teachers team teams
    teaspoon technical technique techniques technology teeth temperature template tenancy
    tenant terminals terminate terminated thankful theme themes theories theory therapy
    thermometer thick thickens thin thread threads threat threats threshold thumb thumbnails
    ticket tide tidepool tight till tilt timeline timer timers tired tmp toast told tomatoes
    tomorrow tone tooling tooltip topics torch tore torn torque total touched touching
    touchpad towels tower track tracking tradition traditional traditions traffic trail
    training trains transaction transactions transition translate translation transport travel
    treatment treatments tree trees trend trends trifft trim trip trips trumpet trust tsp tube
    tucking turned turning turns tutorial tutorials tweezers twice typical typing ultimately
    ultrawide unchanged unconscionable underneath understandings understood unfairness
    unfortunately units universe university unlimited unlocked unpin updates upload upper
    usage useless valid valley vanilla var variable variables variants vegetable vegetables
    verdict version versioning versions vibration video viewers viewing viewpoint views
    visibility visible visit visited visiting vitamin vivid voltage volume wait waited waiting
    waits waiver waking wall wanting wardrobe warm warmth warning warns warranty washed
    watched water wave waves weakness weaknesses weather web webcam website websites week
    weekend weight welcome wept wet wheel wherever whichever whistle whiteboards whoever
    wholemeal widget width wife window windows windowsill wins wiser withdraw woke woman women
    won wooden wool workspace workwear worn worried worry wound wrinkles writable writer
    writers writes wrote yearly yesterday youngest youth zangen zeros zones zout zstd
    """
)
