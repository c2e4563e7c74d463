"""People known all over the world, for texts that speak of public life."""

from __future__ import annotations

from typing import Final

from training.synthetic.facts import listed

POLITICIANS: Final = listed("""
Barack Obama|Michelle Obama|Donald Trump|Joe Biden|Kamala Harris|Hillary Clinton|Bill Clinton|
George W. Bush|Jeb Bush|Mitt Romney|John McCain|Sarah Palin|Bernie Sanders|Elizabeth Warren|
Nancy Pelosi|Ted Cruz|Marco Rubio|Mike Pence|Al Gore|John Kerry|Bob Dole|Newt Gingrich|
Ronald Reagan|Jimmy Carter|Richard Nixon|John F. Kennedy|Abraham Lincoln|Franklin D. Roosevelt|
George Washington|Tony Blair|Gordon Brown|David Cameron|Theresa May|Boris Johnson|Jeremy Corbyn|
Nigel Farage|John Major|Margaret Thatcher|Winston Churchill|Keir Starmer|Rishi Sunak|
Nicola Sturgeon|Angela Merkel|Helmut Kohl|Gerhard Schroeder|Olaf Scholz|Emmanuel Macron|
Nicolas Sarkozy|Francois Hollande|Jacques Chirac|Marine Le Pen|Silvio Berlusconi|Romano Prodi|
Matteo Renzi|Jose Maria Aznar|Pedro Sanchez|Felipe Gonzalez|Vladimir Putin|Boris Yeltsin|
Mikhail Gorbachev|Dmitry Medvedev|Alexei Navalny|Volodymyr Zelensky|Viktor Orban|Vaclav Havel|
Lech Walesa|Slobodan Milosevic|Radovan Karadzic|Recep Tayyip Erdogan|Benjamin Netanyahu|
Yitzhak Rabin|Shimon Peres|Ariel Sharon|Yasser Arafat|Mahmoud Abbas|Saddam Hussein|
Osama bin Laden|Muammar Gaddafi|Hosni Mubarak|Bashar al-Assad|Mahmoud Ahmadinejad|Nelson Mandela|
Jacob Zuma|Robert Mugabe|Kofi Annan|Ban Ki-moon|Boutros Boutros-Ghali|Narendra Modi|Rahul Gandhi|
Indira Gandhi|Benazir Bhutto|Imran Khan|Nawaz Sharif|Xi Jinping|Hu Jintao|Deng Xiaoping|
Mao Zedong|Li Peng|Kim Jong-un|Kim Jong Il|Shinzo Abe|Aung San Suu Kyi|Suharto|Hugo Chavez|
Fidel Castro|Raul Castro|Evo Morales|Lula|Dilma Rousseff|Jair Bolsonaro|Justin Trudeau|
Stephen Harper|Julia Gillard|Tony Abbott|Jacinda Ardern|Pope Francis|Pope Benedict XVI|
Queen Elizabeth II|Prince Charles|Prince William|Prince Harry|Kate Middleton|Meghan Markle|
Princess Diana|the Dalai Lama|Julian Assange|Edward Snowden|Greta Thunberg
""".replace("Pope ", "").replace("Queen ", "").replace("Prince ", "").replace("Princess ", "")
      .replace("the Dalai Lama|", ""))  # fmt: skip
STARS: Final = listed("""
Justin Bieber|Taylor Swift|Lady Gaga|Katy Perry|Rihanna|Beyoncé|Beyonce|Jay-Z|Kanye West|Kanye|
Drake|Eminem|Nicki Minaj|Lil Wayne|Chris Brown|Usher|Bruno Mars|Ed Sheeran|Adele|Miley Cyrus|
Selena Gomez|Demi Lovato|Ariana Grande|Harry Styles|Zayn Malik|Niall Horan|Liam Payne|
Louis Tomlinson|Britney Spears|Madonna|Michael Jackson|Elvis Presley|Bob Dylan|John Lennon|
Paul McCartney|David Bowie|Freddie Mercury|Elton John|Prince|Whitney Houston|Mariah Carey|Shakira|
Jennifer Lopez|J.Lo|Snoop Dogg|50 Cent|Dr. Dre|Kendrick Lamar|Billie Eilish|Lana Del Rey|
Amy Winehouse|Kurt Cobain|Avril Lavigne|Susan Boyle|Simon Cowell|Cheryl Cole|Kim Kardashian|
Khloe Kardashian|Kylie Jenner|Paris Hilton|Lindsay Lohan|Oprah Winfrey|Oprah|Ellen DeGeneres|
Jimmy Fallon|Jimmy Kimmel|Conan O'Brien|Jon Stewart|Stephen Colbert|David Letterman|Jay Leno|
John Oliver|Joe Rogan|Piers Morgan|Jeremy Clarkson|Brad Pitt|Angelina Jolie|Tom Cruise|Tom Hanks|
Leonardo DiCaprio|Johnny Depp|George Clooney|Will Smith|Jaden Smith|Samuel L. Jackson|
Morgan Freeman|Denzel Washington|Robert De Niro|Al Pacino|Arnold Schwarzenegger|
Sylvester Stallone|Charlie Sheen|Robert Downey Jr.|Chris Evans|Scarlett Johansson|
Jennifer Lawrence|Jennifer Aniston|Emma Watson|Emma Stone|Daniel Radcliffe|Robert Pattinson|
Kristen Stewart|Megan Fox|Natalie Portman|Meryl Streep|Julia Roberts|Shah Rukh Khan|Salman Khan|
Aamir Khan|Priyanka Chopra|Deepika Padukone|Amitabh Bachchan|Steven Spielberg|Quentin Tarantino|
Martin Scorsese|Christopher Nolan|James Cameron|Woody Allen|J.K. Rowling|Stephen King|
George R. R. Martin|J. R. R. Tolkien|Dan Brown|Neil Gaiman|William Shakespeare|Jane Austen|
Charles Dickens|Mark Twain|Ernest Hemingway|Bill Gates|Steve Jobs|Tim Cook|Mark Zuckerberg|
Elon Musk|Jeff Bezos|Larry Page|Warren Buffett|Rupert Murdoch|Jack Ma|Richard Branson|
Linus Torvalds|Guido van Rossum|Tim Berners-Lee|Albert Einstein|Isaac Newton|Charles Darwin|
Stephen Hawking|Marie Curie|Sigmund Freud|Karl Marx|Neil deGrasse Tyson|Pablo Picasso|
Leonardo da Vinci|Vincent van Gogh|Mozart|Beethoven|Bach|Napoleon|Hitler|Stalin|Jesus Christ|
Plato|Aristotle|Socrates|Julius Caesar|Cleopatra|Joan of Arc|Martin Luther King Jr.
""")
ATHLETES: Final = listed("""
Cristiano Ronaldo|Ronaldo|Lionel Messi|Messi|Neymar|Zlatan Ibrahimovic|Wayne Rooney|Rooney|
David Beckham|Steven Gerrard|Frank Lampard|John Terry|Luis Suarez|Gareth Bale|Mesut Ozil|
Harry Kane|Mohamed Salah|Kylian Mbappe|Fernando Torres|Robin van Persie|Zinedine Zidane|Pele|
Diego Maradona|Alex Ferguson|Jose Mourinho|Mourinho|Arsene Wenger|Wenger|Pep Guardiola|
Jurgen Klopp|Roy Hodgson|Alan Shearer|Eric Cantona|Paul Gascoigne|LeBron James|LeBron|Kobe Bryant|
Kobe|Michael Jordan|Stephen Curry|Steph Curry|Kevin Durant|Shaquille O'Neal|Shaq|Magic Johnson|
Larry Bird|Tim Duncan|Dwyane Wade|Carmelo Anthony|Chris Paul|Blake Griffin|Jeremy Lin|Tom Brady|
Peyton Manning|Eli Manning|Aaron Rodgers|Tim Tebow|Tebow|Michael Vick|Brett Favre|Drew Brees|
Russell Wilson|Odell Beckham Jr.|Patrick Mahomes|Derek Jeter|Alex Rodriguez|A-Rod|Barry Bonds|
Babe Ruth|Albert Pujols|Mike Trout|Wayne Gretzky|Sidney Crosby|Tiger Woods|Phil Mickelson|
Rory McIlroy|Roger Federer|Federer|Rafael Nadal|Nadal|Novak Djokovic|Andy Murray|Serena Williams|
Venus Williams|Maria Sharapova|Steffi Graf|Monica Seles|Pete Sampras|Andre Agassi|Boris Becker|
Martina Hingis|Goran Ivanisevic|Michael Chang|Usain Bolt|Mo Farah|Michael Phelps|Michael Johnson|
Carl Lewis|Haile Gebrselassie|Lewis Hamilton|Sebastian Vettel|Michael Schumacher|Damon Hill|
Jacques Villeneuve|Ayrton Senna|Fernando Alonso|Lance Armstrong|Bradley Wiggins|Mike Tyson|
Muhammad Ali|Evander Holyfield|Floyd Mayweather|Manny Pacquiao|Conor McGregor|Ronda Rousey|
John Cena|The Rock|Sachin Tendulkar|MS Dhoni|Virat Kohli|Brian Lara|Shane Warne|Wasim Akram|
Waqar Younis|Ricky Ponting|Jonah Lomu
""")
