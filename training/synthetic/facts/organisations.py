"""Well-known organisations: companies, agencies, media, clubs, universities, parties, bands."""

from __future__ import annotations

from typing import Final

from training.synthetic.facts import listed

COMPANIES: Final = listed("""
Google|Microsoft|Apple|Amazon|Facebook|Meta|IBM|Intel|Oracle|Cisco|Dell|HP|Hewlett-Packard|Nvidia|
AMD|Adobe|Salesforce|SAP|Siemens|Bosch|Philips|Nokia|Ericsson|Samsung|LG|Sony|Panasonic|Toshiba|
Hitachi|Fujitsu|Toyota|Honda|Nissan|Mazda|Hyundai|Kia|Ford|General Motors|GM|Chrysler|Tesla|BMW|
Volkswagen|VW|Audi|Porsche|Daimler|Renault|Peugeot|Fiat|Ferrari|Volvo|Boeing|Airbus|
Lockheed Martin|Northrop Grumman|Raytheon|BAE Systems|Rolls-Royce|General Electric|GE|3M|DuPont|
BASF|Bayer|Pfizer|Merck|Novartis|Roche|AstraZeneca|GlaxoSmithKline|Johnson & Johnson|Moderna|
Exxon|ExxonMobil|Chevron|Shell|BP|Total|Gazprom|Rosneft|Aramco|Enron|Walmart|Wal-Mart|Target|
Costco|Home Depot|Lowe's|Best Buy|Kroger|Safeway|Whole Foods|Trader Joe's|Tesco|Sainsbury's|Asda|
Marks & Spencer|Waitrose|Aldi|Lidl|Carrefour|IKEA|H&M|Zara|Nike|Adidas|Puma|Gap|Macy's|Nordstrom|
Sears|Kmart|Starbucks|McDonald's|McDonalds|Burger King|KFC|Subway|Wendy's|Taco Bell|Chipotle|
Pizza Hut|Domino's|Dunkin' Donuts|Chick-fil-A|Applebee's|Olive Garden|Denny's|Coca-Cola|Pepsi|
PepsiCo|Nestle|Nestlé|Unilever|Procter & Gamble|P&G|Kraft|Heinz|Danone|Heineken|Diageo|Disney|
Warner Bros.|Paramount|Universal|Pixar|Netflix|Hulu|Spotify|YouTube|Twitter|Instagram|TikTok|
Snapchat|LinkedIn|Reddit|Pinterest|WhatsApp|Uber|Lyft|Airbnb|Booking.com|Expedia|Yelp|TripAdvisor|
eBay|PayPal|Stripe|Square|Visa|Mastercard|American Express|Amex|JPMorgan|JP Morgan|JPMorgan Chase|
Goldman Sachs|Morgan Stanley|Merrill Lynch|Lehman Brothers|Citigroup|Citibank|Bank of America|
Wells Fargo|HSBC|Barclays|Lloyds|NatWest|Santander|Deutsche Bank|Commerzbank|UBS|Credit Suisse|
BNP Paribas|Societe Generale|ING|Rabobank|UniCredit|Nomura|Mizuho|BlackRock|Vanguard|Fidelity|
Charles Schwab|Berkshire Hathaway|AIG|Allianz|AXA|Aviva|Prudential|State Farm|Geico|Allstate|
Progressive|Aetna|Cigna|Blue Cross|Kaiser Permanente|UnitedHealth|CVS|Walgreens|Boots|FedEx|UPS|
DHL|USPS|Royal Mail|Delta|United Airlines|American Airlines|Southwest|Southwest Airlines|JetBlue|
British Airways|Ryanair|EasyJet|Lufthansa|Air France|KLM|Emirates|Qantas|Singapore Airlines|
Qatar Airways|Turkish Airlines|Air Canada|Amtrak|Deutsche Bahn|AT&T|Verizon|T-Mobile|Sprint|
Comcast|Time Warner|Vodafone|BT|O2|Orange|Telefonica|Deloitte|KPMG|PwC|Ernst & Young|EY|McKinsey|
Accenture|Bain|Capgemini|Infosys|Wipro|Tata|Tata Motors|Reliance|Huawei|Xiaomi|Lenovo|Alibaba|
Tencent|Baidu|SoftBank|Foxconn|TSMC|Hilton|Marriott|Hyatt|Holiday Inn|Best Western|Radisson|
Sheraton|Motel 6|Hertz|Avis|Enterprise|PetSmart|Petco|AutoZone|Jiffy Lube|Midas|Great Clips|
Supercuts|24 Hour Fitness|Planet Fitness|OpenAI|Anthropic|DeepMind|Mozilla|Red Hat|Canonical|
GitHub|GitLab|Docker|MongoDB|Cloudflare|Zoom|Slack|Dropbox|Shopify|SpaceX|Blue Origin|Palantir|
Nintendo|Sega|Blizzard|Electronic Arts|Ubisoft|Valve|Rockstar|Lego|Mattel|Hasbro|Gucci|Prada|
Louis Vuitton|Chanel|Dior|Rolex|Tiffany & Co.|L'Oreal|Sephora|Monsanto|Cargill|Caterpillar|
John Deere|Halliburton|Arthur Andersen|Dynegy|El Paso|PG&E|Duke Energy|Con Edison|Reuters
""")
AGENCIES: Final = listed("""
the FBI|the CIA|the NSA|NASA|the FDA|the EPA|the SEC|the FCC|the FTC|the IRS|the CDC|the NIH|FEMA|
the TSA|ICE|Homeland Security|the Department of Homeland Security|the Pentagon|the White House|
the State Department|Congress|the Senate|the House of Representatives|the House|the Supreme Court|
the Federal Reserve|the Fed|the Treasury|the Justice Department|the Department of Justice|the DOJ|
the Labor Department|the Commerce Department|the Department of Defense|the U.S. Army|the Navy|
the Air Force|the Marine Corps|the Coast Guard|the National Guard|the Secret Service|the DEA|
the ATF|the NHS|the Home Office|the Foreign Office|the Ministry of Defence|the BBC|Scotland Yard|
the Metropolitan Police|Parliament|the House of Commons|the House of Lords|the Bank of England|
HMRC|the Crown Prosecution Service|MI5|MI6|Ofcom|the DVLA|the Kremlin|the Duma|the Bundestag|
the Bundesbank|the Knesset|Interpol|Europol|the UN|the United Nations|U.N.|the Security Council|
UNESCO|UNICEF|UNHCR|the World Health Organization|WHO|the World Bank|the IMF|
the International Monetary Fund|the WTO|the World Trade Organization|NATO|the EU|
the European Union|the European Commission|the European Parliament|the European Central Bank|
the ECB|the Council of Europe|OPEC|the OECD|ASEAN|the African Union|the Arab League|the G7|
the G20|the Red Cross|the International Committee of the Red Cross|the IAEA|the Taliban|Hamas|
Hezbollah|Al Qaeda|al-Qaeda|ISIS|Islamic State|Boko Haram|the IRA|ETA|the PKK|the PLO|Fatah|
the Muslim Brotherhood|the Revolutionary Guards|the DMV|Social Security|Medicare|
the Nobel Committee|the Vatican|the Church of England|the Catholic Church|the Salvation Army|NPR|
PBS|USDA|USAID|NOAA|the NTSB|the FAA|NIST|GSA|the ACLU|the NRA|the NAACP|PETA|Greenpeace|
Amnesty International|Human Rights Watch|Oxfam|Save the Children|Médecins Sans Frontières|WWF|
the WWF|Doctors Without Borders|Planned Parenthood|the Gates Foundation|Wikimedia|
the Wikimedia Foundation|Habitat for Humanity|Goodwill|the YMCA|the Rotary Club|FIFA|UEFA|the IOC|
the NBA|the NFL|MLB|the NHL|the NCAA|the MLS|the FA|the ATP|the ICC|NASCAR|the UFC|the WWE|WWE|
the PGA|the Premier League|the European Court of Human Rights|the International Court of Justice|
the International Criminal Court|the High Court|the Court of Appeal|the Old Bailey|
the Constitutional Court|the Court of Cassation|the Apache Software Foundation|
the Linux Foundation|the Python Software Foundation|W3C|IETF|IEEE|ISO
""")
MEDIA: Final = listed("""
CNN|BBC|Fox News|MSNBC|NBC|ABC|CBS|ABC News|CBS News|NBC News|ESPN|HBO|MTV|Sky News|Sky|ITV|
Channel 4|Al Jazeera|RT|the New York Times|The New York Times|NY Times|NYT|the Washington Post|
The Washington Post|the Wall Street Journal|WSJ|USA Today|the Los Angeles Times|LA Times|
the Chicago Tribune|the Boston Globe|The Guardian|the Guardian|The Times|the Times|The Telegraph|
the Daily Telegraph|the Daily Mail|Daily Mail|The Sun|the Mirror|the Independent|
the Financial Times|the FT|The Economist|Time magazine|Newsweek|Forbes|Fortune|Bloomberg|Reuters|
the Associated Press|AP|AFP|Agence France-Presse|Interfax|ITAR-TASS|Xinhua|Kyodo|DPA|Le Monde|
Le Figaro|Die Zeit|Der Spiegel|Bild|El Pais|El Mundo|Corriere della Sera|La Repubblica|
De Telegraaf|Pravda|Izvestia|Asahi Shimbun|Yomiuri Shimbun|the Times of India|Rolling Stone|Vogue|
Vanity Fair|the New Yorker|The New Yorker|National Geographic|Wired|TechCrunch|The Verge|
Ars Technica|BuzzFeed|HuffPost|Huffington Post|Vice|Politico|Axios|The Onion|The Atlantic|Slate|
Salon|Politiken|Aftenposten|Haaretz|the Jerusalem Post|People|Billboard|Variety|Playboy|
Cosmopolitan|Nature|Science|the Lancet|Penguin|HarperCollins|Random House|Oxford University Press|
Springer|Elsevier|Marvel|DC Comics|Columbia Records|EMI
""")
CLUBS: Final = listed("""
Manchester United|Man United|Man Utd|Manchester City|Man City|Liverpool|Arsenal|Chelsea|Tottenham|
Tottenham Hotspur|Spurs|Everton|Aston Villa|Newcastle United|Newcastle|West Ham|West Ham United|
Leicester City|Leicester|Leeds United|Leeds|Wolves|Crystal Palace|Southampton|Fulham|Brighton|
Nottingham Forest|Sheffield Wednesday|Sheffield United|Blackburn|Blackburn Rovers|Middlesbrough|
Sunderland|Derby County|Derby|Coventry|Wimbledon|Queens Park Rangers|QPR|Norwich|Ipswich Town|
Watford|Burnley|Stoke City|Stoke|Bolton|Wigan|Preston North End|Millwall|Charlton|Portsmouth|
Celtic|Rangers|Hearts|Hibernian|Aberdeen|Dundee United|Motherwell|Kilmarnock|Real Madrid|
Barcelona|Barca|Atletico Madrid|Valencia|Sevilla|Athletic Bilbao|Real Sociedad|Deportivo Coruna|
Espanyol|Juventus|Juve|AC Milan|Inter Milan|Inter|Milan|Roma|AS Roma|Lazio|Napoli|Fiorentina|
Sampdoria|Parma|Bayern Munich|Bayern|Borussia Dortmund|Dortmund|Schalke|Schalke 04|Hamburg|
Werder Bremen|Bayer Leverkusen|VfB Stuttgart|Eintracht Frankfurt|RB Leipzig|Hertha Berlin|
St Pauli|Hansa Rostock|Paris Saint-Germain|PSG|Paris St Germain|Marseille|Olympique Marseille|
Lyon|Monaco|AS Monaco|Lille|Bordeaux|Nantes|Auxerre|Lens|Metz|Ajax|Ajax Amsterdam|PSV|
PSV Eindhoven|Feyenoord|Anderlecht|Club Brugge|Benfica|Porto|FC Porto|Sporting Lisbon|Galatasaray|
Fenerbahce|Besiktas|Olympiakos|Panathinaikos|Red Star Belgrade|Dynamo Kiev|Spartak Moscow|
CSKA Moscow|Rapid Vienna|FC Copenhagen|Rosenborg|Legia Warsaw|Sparta Prague|Slavia Prague|
Ferencvaros|Boca Juniors|River Plate|Flamengo|Corinthians|Santos|Palmeiras|the Lakers|Lakers|
Los Angeles Lakers|the Celtics|Boston Celtics|Chicago Bulls|the Bulls|Golden State Warriors|
the Warriors|Miami Heat|the Heat|New York Knicks|Knicks|Cleveland Cavaliers|the Cavs|Cavs|
San Antonio Spurs|Houston Rockets|Dallas Mavericks|the Mavs|Phoenix Suns|Orlando Magic|Utah Jazz|
Detroit Pistons|Indiana Pacers|Toronto Raptors|Raptors|Oklahoma City Thunder|
Portland Trail Blazers|New York Yankees|the Yankees|Yankees|Boston Red Sox|the Red Sox|Red Sox|
Chicago Cubs|Cubs|St. Louis Cardinals|Los Angeles Dodgers|Dodgers|San Francisco Giants|
Atlanta Braves|Braves|New York Mets|Mets|Texas Rangers|Houston Astros|Astros|Seattle Mariners|
Baltimore Orioles|Detroit Tigers|Oakland Athletics|Cleveland Indians|Minnesota Twins|
Kansas City Royals|Philadelphia Phillies|Toronto Blue Jays|Dallas Cowboys|the Cowboys|Cowboys|
New England Patriots|the Patriots|Patriots|Pats|Green Bay Packers|Packers|Pittsburgh Steelers|
Steelers|San Francisco 49ers|49ers|New York Giants|New York Jets|the Jets|Chicago Bears|
Denver Broncos|Broncos|Seattle Seahawks|Seahawks|Philadelphia Eagles|Eagles|Washington Redskins|
Miami Dolphins|Buffalo Bills|Oakland Raiders|Raiders|Kansas City Chiefs|Chiefs|Baltimore Ravens|
Indianapolis Colts|Carolina Panthers|New Orleans Saints|Saints|Minnesota Vikings|
Toronto Maple Leafs|Leafs|Montreal Canadiens|Habs|Detroit Red Wings|Chicago Blackhawks|
New York Rangers|Boston Bruins|Bruins|Pittsburgh Penguins|Edmonton Oilers|Vancouver Canucks|
LA Galaxy|Seattle Sounders|Inter Miami|Collingwood|Essendon|Sydney Swans|Brisbane Broncos|
All Blacks|the All Blacks|Wallabies|Springboks|Crusaders|Leicester Tigers|Saracens|Harlequins|
Wasps|Bath|Wigan Warriors|St Helens|Yorkshire|Surrey|Lancashire|Essex|Kent|Middlesex|Somerset|
Warwickshire|Derbyshire|Nottinghamshire|Glamorgan|Mumbai Indians|Chennai Super Kings|CSK|RCB|
Red Bull|McLaren|Williams|Mercedes|Lotus|Benetton|Alabama|Ohio State|Notre Dame|Duke|Kentucky|UNC|
Gonzaga|Michigan State|Penn State|LSU|Auburn|Clemson|Florida State|Texas A&M|USC|UCLA
""")
UNIVERSITIES: Final = listed("""
Harvard|Harvard University|Yale|Yale University|Stanford|Stanford University|MIT|Princeton|
Columbia|Columbia University|Cornell|Brown University|Dartmouth|UC Berkeley|Berkeley|UCLA|USC|NYU|
Caltech|Georgetown University|Johns Hopkins|Johns Hopkins University|Duke University|
Carnegie Mellon|the University of Chicago|the University of Michigan|the University of Texas|
Ohio State University|Penn State|Purdue|Georgia Tech|Texas A&M|Boston University|
Northwestern University|Rice University|Oxford|Oxford University|the University of Oxford|
Cambridge University|the University of Cambridge|Imperial College|Imperial College London|
University College London|UCL|the London School of Economics|LSE|King's College London|
the University of Edinburgh|Trinity College|Trinity College Dublin|the Sorbonne|
Humboldt University|Heidelberg University|ETH Zurich|Leiden University|KU Leuven|
Uppsala University|Lund University|the University of Tokyo|Kyoto University|Peking University|
Tsinghua University|the National University of Singapore|Delhi University|IIT Bombay|McGill|
McGill University|the University of Toronto|the University of Melbourne|Cairo University|Eton|
Harrow|Juilliard|West Point|Sandhurst|the Royal College of Art|the Max Planck Institute|CERN|
the Pasteur Institute|the Smithsonian|the British Museum|the Tate|the Met|
the Museum of Modern Art|MoMA|the National Gallery|the Guggenheim|the Mayo Clinic|Mayo Clinic|
Mount Sinai|Cedars-Sinai|Massachusetts General Hospital|Great Ormond Street Hospital|
Guy's Hospital|the Royal Society
""")
PARTIES: Final = listed("""
Labour|the Labour Party|the Conservative Party|the Conservatives|the Liberal Democrats|
the Lib Dems|the SNP|Sinn Fein|the DUP|Plaid Cymru|UKIP|the Green Party|the Republican Party|
the GOP|GOP|the Democratic Party|the Democratic National Committee|DNC|RNC|the Tea Party|the CDU|
the SPD|the CSU|the FDP|the Greens|the AfD|the Socialist Party|the National Front|
the Communist Party|Podemos|the People's Party|Likud|Labor|Shas|the BJP|BJP|the Congress party|
the ANC|the African National Congress|Inkatha|ZANU-PF|the PRI|the PAN|Forza Italia|
the Northern League|Fidesz|Solidarity|Law and Justice|Civic Platform|United Russia|Yabloko|
the Liberal Party|the National Party|the NDP|the Bloc Quebecois|the Liberal Democratic Party|
the Democratic Party of Japan|Kuomintang|Komeito|PASOK|New Democracy|Syriza|the Welfare Party|
the AKP|the Workers' Party|the Peronist party|the Awami League|UNITA|Renamo
""")
BANDS: Final = listed("""
the Beatles|The Beatles|the Rolling Stones|The Rolling Stones|Pink Floyd|Led Zeppelin|Queen|U2|
Coldplay|Radiohead|Oasis|Blur|Nirvana|Metallica|AC/DC|Guns N' Roses|Green Day|Foo Fighters|
Red Hot Chili Peppers|Pearl Jam|Linkin Park|Fall Out Boy|Paramore|Maroon 5|OneRepublic|
Imagine Dragons|Twenty One Pilots|One Direction|1D|BTS|EXO|BLACKPINK|SHINee|Big Bang|5SOS|
5 Seconds of Summer|Little Mix|Fifth Harmony|Backstreet Boys|NSYNC|The Wanted|JLS|Take That|
Spice Girls|ABBA|Fleetwood Mac|The Who|The Doors|The Clash|Sex Pistols|The Cure|Depeche Mode|
Joy Division|New Order|Arctic Monkeys|The Strokes|The Killers|Muse|Gorillaz|Daft Punk|Kraftwerk|
Rammstein|Black Sabbath|Iron Maiden|Slayer|Megadeth|Deep Purple|Rush|Genesis|Yes|The Eagles|
The Beach Boys|The Jonas Brothers|Jonas Brothers|Destiny's Child|TLC|Wu-Tang Clan|N.W.A|Run-DMC|
Outkast|The Roots|Migos|Bon Iver|Vampire Weekend|Tame Impala|Florence and the Machine|
Mumford & Sons
""")
