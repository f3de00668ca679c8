"""Names to invent people from. Who they make up is nobody."""

_FIRST_NAMES = """
Abeni Adele Aiko Alasdair Alejandra Amadou Anaïs Andreia Anwen Araceli Arjun Astrid Ayodele
Bastian Beatrix Benedikt Bohdan Branwen Caspian Catalina Celeste Chidi Ciarán Conrad Corazón
Dagny Dalia Delphine Demetrius Desmond Dinah Dmytro Dulce Ebony Edwin Eilidh Eleni Elif Elijah
Esperanza Ewa Ezekiel Farida Fenna Finnegan Florian Frances Freya Gideon Giulia Gloria Gwendolyn
Hamza Harriet Hattie Hikaru Ignacio Imogen Indira Ingeborg Isidore Itzel Jacinta Jamal Jarosław
Jasper Jemima Joaquim Jolanta Josephine Juniper Kalani Kamala Keisha Kenneth Khadija Kwame
Lakshmi Lamar Laszlo Leandro Leilani Linh Lorcan Louisa Lucien Mabel Magdalena Malik Marguerite
Maximilian Meena Miguel Minh Mireille Moana Nadège Nathaniel Nia Noor Obadiah Odette Oksana
Ophelia Orlando Osman Pádraig Paloma Penelope Percival Philippa Quentin Rafaela Raimund Renata
Rhiannon Rosalind Rukmini Sadie Salma Séamus Serafina Sigrid Simone Solange Søren Sunniva Tamsin
Tariq Thaddeus Theodora Thuy Tiarnán Ursula Valentina Vikram Wanda Wilhelmina Winston Xavier
Yaretzi Yevgenia Yolanda Yuki Zachary Zahra Zdeněk Zuri
"""

_LAST_NAMES = """
Abernathy Achterberg Adebayo Aguirre Alvarado Ashdown Babatunde Balogun Barczak Bellweather
Bergqvist Blackwood Boateng Brannigan Brightwater Bustamante Cadwallader Calloway Carrasco
Castellanos Chandrasekhar Chukwu Cienfuegos Coldwell Covarrubias Crowther Czerny D'Almeida
D'Arcy Danjuma Dąbrowski Deveraux Diallo Dunmore Echeverría Ekwueme Ellingsen Escamilla
Fairweather Fitzgibbon Fonseca Galbraith Gallardo Ghebremedhin Goldwater Greenhalgh Gutteridge
Hargreaves Hawthorne Heatherington Hollingsworth Holmqvist Ibáñez Ifeanyi Inoue Jablonski
Jankauskas Jaramillo Kamau Kavanagh Kjeldsen Kovalenko Krasniqi Kuznetsova Lachlan Langstrom
Lattimore Lindegaard Llewellyn Lockhart Longfellow MacAllister Madrigal Mandeville Marchbanks
Mbeki Merriweather Mikkelsen Montalvo Moonsammy Muthukumar Nakashima Ndlovu Nightingale
Nwachukwu O'Brallaghan O'Hanrahan O'Shaughnessy Oduya Okonjo Olmstead Oyelaran Pemberton
Penhaligon Phiri Plaskett Pokorný Quezada Rademaker Rajagopalan Ravensworth Redfern Rosenqvist
Rutherford Saldívar Sandoval-Reyes Satō Schellenberg Shackleford Sithole Smythe-Jones Somerset
Soukup Steenkamp Strickland Szymańska Takahara Tamihana Thistlewood Thorvaldsen Tokarczuk
Trelawney Uchida Underhill Valdivia Vandermeer Villaseñor Wadsworth Wainwright Weatherby
Westergaard Whitcombe Winterbourne Wojciechowski Xiong Yarborough Yılmazer Zamorano Zielińska
Zuberi
"""

_STREETS = """
Almanac Beacon Cinder Cobblestone Copperfield Drover Ember Fiddlehead Gable Heron Juniper
Lantern Marigold Millrace Orchard Pebble Quarry Ropewalk Saltbox Tannery Thimble Wren
"""

FIRST_NAMES = tuple(_FIRST_NAMES.split())
LAST_NAMES = tuple(_LAST_NAMES.split())
STREETS = tuple(_STREETS.split())
