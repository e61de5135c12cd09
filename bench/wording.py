"""Texts of synthetic projects: phrases in Finnish, Swedish and English that fit together, and invented names.

A sentence is WHO + DID + END, the same choice in all three languages: subjects are plural in Finnish, so that every
combination is a sentence. Some phrases hold what writers of RDF stumble over: quotation marks, a backslash, a letter
outside the Basic Multilingual Plane.
"""

Phrase = tuple[str, str, str]
"""One text in fi, sv and en."""

WHO: list[Phrase] = [
    ("Alueen yritykset", "Områdets företag", "The companies of the area"),
    ("Kunnat ja yritykset yhdessä", "Kommunerna och företagen tillsammans", "Municipalities and companies together"),
    ("Hankkeen asiantuntijat", "Projektets experter", "The project's experts"),
    ("Mukana olleet oppilaitokset", "De medverkande läroanstalterna", "The schools that took part"),
    ("Pienet ja keskisuuret yritykset", "Små och medelstora företag", "Small and medium-sized companies"),
    ("Maatilat ja metsänomistajat", "Gårdar och skogsägare", "Farms and forest owners"),
    ("Kaupunginosien asukkaat", "Invånarna i stadsdelarna", "Residents of the districts"),
    ("Seudun kehittämisyhtiöt", "Regionens utvecklingsbolag", "The development companies of the region"),
    ("Hotellit, ravintolat ja kahvilat", "Hotell, restauranger och kaféer", "Hotels, restaurants and cafés"),
    ("Rakennusalan toimijat", "Aktörer inom byggbranschen", "Those who work in construction"),
    ("Työpajojen osallistujat", "Deltagarna i verkstäderna", "Participants of the workshops"),
    ("Kuljetus- ja logistiikkayritykset", "Transport- och logistikföretag", "Transport and logistics companies"),
    ("Nuoret yrittäjät", "Unga företagare", "Young entrepreneurs"),
    ("Kaksikieliset kunnat", "De tvåspråkiga kommunerna", "The bilingual municipalities"),
    ("Tutkijat ja opiskelijat", "Forskare och studerande", "Researchers and students"),
    ("Saariston matkailuyrittäjät", "Turismföretagarna i skärgården", "Tourism businesses of the archipelago"),
]

DID: list[Phrase] = [
    ("kokosivat tietoa päästöistään", "samlade information om sina utsläpp", "gathered information on their emissions"),
    (
        "vaihtoivat kokemuksia energiansäästöstä",
        "utbytte erfarenheter av energibesparing",
        "exchanged experience of saving energy",
    ),
    (
        "laativat yhteisen suunnitelman vuosille 2025–2035",
        "utarbetade en gemensam plan för åren 2025–2035",
        "drew up a joint plan for the years 2025–2035",
    ),
    (
        "kokeilivat vähähiilisiä ratkaisuja arjessa",
        "prövade koldioxidsnåla lösningar i vardagen",
        "tried out low-carbon solutions in everyday life",
    ),
    (
        'ottivat käyttöön oppaan "Pienin askelin"',
        'tog i bruk handboken "Med små steg"',
        'took up the handbook "In Small Steps"',
    ),
    (
        "laskivat hiilijalanjälkensä (CO₂-ekv.)",
        "beräknade sitt koldioxidavtryck (CO₂-ekv.)",
        "calculated their carbon footprint (CO₂-eq.)",
    ),
    (
        "etsivät sivuvirroille uutta käyttöä",
        "sökte ny användning för sidoströmmar",
        "looked for new uses for side streams",
    ),
    (
        "selvittivät, mistä öljylämmityksen korvaaja löytyisi",
        "utredde vad som kunde ersätta oljeuppvärmningen",
        "found out what might replace oil heating",
    ),
    ("saivat maksutonta neuvontaa", "fick avgiftsfri rådgivning", "were given advice free of charge"),
    (
        "sopivat kimppakyydeistä ja etätyöpäivistä",
        "kom överens om samåkning och distansdagar",
        "agreed on shared rides and days of remote work",
    ),
    (
        "keräsivät hyviä käytäntöjä yhteen paikkaan",
        "samlade god praxis på ett ställe",
        "brought good practice together in one place",
    ),
    (
        "tunnistivat suurimmat säästökohteensa",
        "identifierade var de kan spara mest",
        "identified where they can save most",
    ),
    ("järjestivät kolme avointa tapahtumaa", "ordnade tre öppna evenemang", "organised three open events"),
    (
        "vertasivat tuloksiaan edellisvuoteen",
        "jämförde sina resultat med året före",
        "compared their results with the year before",
    ),
    (
        "liittyivät sitoumukseen ”Yhdessä kohti nollaa”",
        "anslöt sig till åtagandet ”Tillsammans mot noll”",
        "joined the pledge “Together towards Zero”",
    ),
    (
        "testasivat laskuria, joka on verkkolevyllä K:\\hankkeet\\laskuri",
        "testade en räknare som finns på nätverksenheten K:\\projekt\\räknare",
        "tested a calculator that is kept on the network drive K:\\projects\\calculator",
    ),
    (
        "pilotoivat yhteistä jätteiden lajittelua",
        "pilottestade gemensam avfallssortering",
        "piloted the joint sorting of waste",
    ),
    (
        "päivittivät hankintaohjeensa",
        "uppdaterade sina upphandlingsanvisningar",
        "updated their procurement guidelines",
    ),
    (
        "perustivat verkoston, joka kokoontuu neljännesvuosittain",
        "grundade ett nätverk som samlas varje kvartal",
        "founded a network that meets every quarter",
    ),
    (
        "ottivat aurinkosähkön osaksi energiaratkaisujaan",
        "gjorde solel till en del av sina energilösningar",
        "made solar power a part of their energy supply",
    ),
    ("arvioivat luontovaikutuksiaan 🌱", "bedömde sin påverkan på naturen 🌱", "assessed their impact on nature 🌱"),
    (
        "kouluttivat henkilöstöään ilmastoasioissa",
        "utbildade sin personal i klimatfrågor",
        "trained their staff in climate matters",
    ),
    (
        "kokosivat kyselyn vastaukset & julkaisivat ne",
        "sammanställde enkätsvaren & publicerade dem",
        "collected the answers of the survey & published them",
    ),
    ("tilasivat energiakatselmuksen", "beställde en energikartläggning", "ordered an energy audit"),
]

END: list[Phrase] = [
    (".", ".", "."),
    (
        ", ja työ jatkuu hankkeen jälkeen.",
        ", och arbetet fortsätter efter projektet.",
        ", and the work goes on after the project.",
    ),
    (
        ". Tulokset ovat kaikkien käytettävissä.",
        ". Resultaten är tillgängliga för alla.",
        ". The results are open to everyone.",
    ),
    (
        ", vaikka aikataulu venyi muutamalla kuukaudella.",
        ", trots att tidsplanen drog ut med några månader.",
        ", although the schedule slipped by a few months.",
    ),
    (
        "; siitä kerrottiin myös paikallislehdissä.",
        "; om det berättades också i lokaltidningarna.",
        "; local newspapers told of it too.",
    ),
    (
        ". Kyselyssä neljä viidestä piti apua hyödyllisenä.",
        ". I en enkät ansåg fyra av fem att hjälpen var till nytta.",
        ". In a survey, four out of five found the help useful.",
    ),
    (
        " yhdessä maakunnan muiden toimijoiden kanssa.",
        " tillsammans med andra aktörer i landskapet.",
        " together with others in the region.",
    ),
    (
        ": ensin pienesti, sitten koko seudulla.",
        ": först i liten skala, sedan i hela regionen.",
        ": first on a small scale, then in the whole region.",
    ),
    (" – ja säästivät samalla rahaa.", " – och sparade samtidigt pengar.", " – and saved money at the same time."),
    (
        ". Mallia voi käyttää muuallakin.",
        ". Modellen kan användas också på andra håll.",
        ". The model can be used elsewhere too.",
    ),
    (
        ", mikä vähentää päästöjä pysyvästi.",
        ", vilket minskar utsläppen varaktigt.",
        ", which cuts emissions for good.",
    ),
    (
        ". Aineistot ovat suomeksi ja ruotsiksi.",
        ". Materialet finns på finska och svenska.",
        ". The materials are in Finnish and Swedish.",
    ),
]

TOPICS: list[tuple[str, str, Phrase]] = [
    ("ilmastokumppanuus", "climate-partnership", ("ilmastokumppanuus", "klimatpartnerskap", "climate partnership")),
    ("energiatalkoot", "energy-efficiency", ("energiatalkoot", "energitalko", "joint effort for saving energy")),
    (
        "kiertotalous",
        "circular-economy",
        ("kiertotalouden kumppanit", "partner för cirkulär ekonomi", "partners in circular economy"),
    ),
    (
        "paastolaskenta",
        "emission-calculation",
        ("yritysten päästölaskenta", "utsläppsberäkning för företag", "emission calculation for companies"),
    ),
    ("neuvonta", "training-and-advice", ("energianeuvonta", "energirådgivning", "energy advice")),
    ("verkosto", "networks", ("vähähiilinen verkosto", "koldioxidsnåla nätverk", "low-carbon network")),
    (
        "viestinta",
        "communication",
        (
            'ilmastoviestintä "Tekoja, ei puheita"',
            'klimatkommunikation "Gärningar, inte ord"',
            'climate communication "Deeds, not Words"',
        ),
    ),
    ("maatilat", "agriculture", ("maatilojen öljyttömyys", "oljefria gårdar", "farms without oil")),
    (
        "hiilinielut",
        "land-use",
        ("hiilinielut ja maankäyttö", "kolsänkor och markanvändning", "carbon sinks and land use"),
    ),
    (
        "kulttuuri",
        "culture",
        ("kulttuuritapahtumien ilmastoteot", "kulturevenemangens klimatgärningar", "climate action at cultural events"),
    ),
    (
        "liiketoiminta",
        "low-carbon-business",
        ("vähähiilinen liiketoiminta", "koldioxidsnål affärsverksamhet", "low-carbon business"),
    ),
    (
        "yhteistyo",
        "business-cooperation",
        (
            "kuntien ja yritysten yhteistyö",
            "samarbete mellan kommuner och företag",
            "co-operation of municipalities and companies",
        ),
    ),
]
"""A word for ids, the theme, and the title's middle."""

ENDINGS: list[Phrase] = [
    ("", "", ""),
    (" – kohti hiilineutraalia arkea", " – mot en klimatneutral vardag", " – towards a carbon-neutral everyday"),
    (" 2030", " 2030", " 2030"),
    (", jatkohanke", ", fortsättningsprojekt", ", a follow-up project"),
    (" (esiselvitys)", " (förstudie)", " (preliminary study)"),
]
"""Optional ends of titles."""

FIGURES: list[tuple[str, int, Phrase]] = [
    (
        "co2-reduction",
        900,
        (
            "Hiilidioksidipäästöjen vuotuinen vähennys, tonnia",
            "Årlig minskning av koldioxidutsläppen, ton",
            "Yearly reduction of carbon dioxide emissions, tonnes",
        ),
    ),
    (
        "energy-saving",
        2500,
        ("Vuotuinen energiansäästö, MWh", "Årlig energibesparing, MWh", "Yearly energy saving, MWh"),
    ),
    (
        "oil-use-reduction",
        700,
        (
            "Öljyn käytön vuotuinen vähennys, MWh",
            "Årlig minskning av oljeanvändningen, MWh",
            "Yearly reduction of oil use, MWh",
        ),
    ),
    ("companies", 150, ("Mukana olleet yritykset", "Företag som deltog", "Companies that took part")),
    (
        "companies-committed",
        40,
        (
            "Yritykset, jotka sitoutuivat päästötavoitteeseen",
            "Företag som förband sig till ett utsläppsmål",
            "Companies committed to an emission target",
        ),
    ),
    ("new-partners", 60, ("Uudet kumppanit", "Nya partner", "New partners")),
    ("events", 30, ("Järjestetyt tilaisuudet", "Ordnade evenemang", "Events organised")),
    ("participants", 1200, ("Tilaisuuksien osallistujat", "Deltagare i evenemangen", "Participants of the events")),
    ("workshops", 20, ("Työpajat", "Verkstäder", "Workshops")),
    ("climate-actions", 90, ("Toteutetut ilmastoteot", "Genomförda klimatåtgärder", "Climate actions carried out")),
    (
        "carbon-footprints",
        45,
        ("Lasketut hiilijalanjäljet", "Beräknade koldioxidavtryck", "Carbon footprints calculated"),
    ),
    ("trainings", 25, ("Koulutukset ja valmennukset", "Utbildningar och träningar", "Training sessions")),
    (
        "respondents-helped",
        100,
        (
            "Osuus kyselyn vastaajista, jotka saivat apua, %",
            "Andel av de svarande som fick hjälp, %",
            "Share of respondents who were helped, %",
        ),
    ),
    ("municipalities", 18, ("Mukana olleet kunnat", "Kommuner som deltog", "Municipalities that took part")),
]
"""A measure, the highest figure, and the note."""

SPEAKERS: list[tuple[str, str]] = [
    ("Aino Esimerkki", "projektipäällikkö"),
    ("Väinö Malli", "toimitusjohtaja"),
    ("Åsa Exempel", "projektledare"),
    ("Örjan Prov", "miljöchef"),
    ("Elle Čuorvu", "asiantuntija"),
]
"""Invented people, and their role in the language they speak."""

NAMES = ["Havu", "Kuura", "Lumo", "Kaarna", "Usva", "Pyry", "Hehku", "Hilla", "Suova", "Lehvä", "Hämy", "Säkenö"]
TRADES: list[Phrase] = [
    ("energia", "energi", "energy"),
    ("rakennus", "bygg", "construction"),
    ("logistiikka", "logistik", "logistics"),
    ("metsä", "skog", "forest"),
    ("ruoka", "mat", "food"),
    ("kierto", "kretslopp", "recycling"),
    ("lämpö", "värme", "heat"),
    ("matkailu", "turism", "tourism"),
]
"""Of these the names of companies are put together, with a number, so that no real company is named."""

KINDS: list[tuple[str, str, Phrase, int]] = [
    (
        "municipal-company",
        "kuntayhtio",
        ("{name} Kehitys {n} Oy", "{name} Utveckling {n} Ab", "{name} Development {n} Ltd"),
        300,
    ),
    ("company", "yritys", ("{name}{trade} {n} Oy", "{name} {trade} {n} Ab", "{name} {trade} {n} Ltd"), 1500),
    (
        "association",
        "yhdistys",
        ("{name}n {trade}yhdistys {n} ry", "Föreningen {name} {trade} {n} rf", "{name} {trade} association {n}"),
        400,
    ),
    ("network", "verkosto", ("{name}-verkosto {n}", "Nätverket {name} {n}", "{name} network {n}"), 120),
    (
        "university-of-applied-sciences",
        "amk",
        ("{name}n ammattikorkeakoulu {n}", "Yrkeshögskolan {name} {n}", "{name} University of Applied Sciences {n}"),
        20,
    ),
    ("university", "yliopisto", ("{name}n yliopisto {n}", "{name} universitet {n}", "University of {name} {n}"), 12),
    (
        "joint-municipal-authority",
        "kuntayhtyma",
        ("{name}n kuntayhtymä {n}", "Samkommunen {name} {n}", "{name} joint municipal authority {n}"),
        100,
    ),
    ("public-body", "laitos", ("{name}laitos {n}", "Inrättningen {name} {n}", "{name} institute {n}"), 60),
]
"""Kind, a word for ids, pattern of the name, and number, besides municipalities and regional councils."""

PROGRAMMES: list[tuple[str, int, int, str, int, Phrase]] = [
    (
        "ilmastoteot",
        2015,
        2021,
        "0.70",
        90000,
        (
            "Ilmastotekojen ohjelma (keksitty)",
            "Programmet för klimatgärningar (påhittat)",
            "Programme for climate deeds (invented)",
        ),
    ),
    (
        "vihrea-siirtyma",
        2019,
        2027,
        "0.80",
        400000,
        (
            "Vihreän siirtymän ohjelma (keksitty)",
            "Programmet för grön omställning (påhittat)",
            "Programme for the green transition (invented)",
        ),
    ),
    (
        "kiertoraha",
        2016,
        2026,
        "0.50",
        150000,
        ("Kiertoraha (keksitty)", "Kretsloppspengen (påhittat)", "Circular money (invented)"),
    ),
    (
        "energiaa-yhdessa",
        2014,
        2024,
        "0.75",
        120000,
        ("Energiaa yhdessä (keksitty)", "Energi tillsammans (påhittat)", "Energy together (invented)"),
    ),
    (
        "saaristo",
        2018,
        2028,
        "0.90",
        250000,
        (
            "Saariston ja sisämaan ohjelma (keksitty)",
            "Programmet för skärgård och inland (påhittat)",
            "Programme for archipelago and inland (invented)",
        ),
    ),
    (
        "pienet-kokeilut",
        2017,
        2025,
        "0.60",
        30000,
        ("Pienet kokeilut (keksitty)", "Små försök (påhittat)", "Small trials (invented)"),
    ),
]
"""Id, first and last year, the highest rate and amount of a grant, and the name."""
