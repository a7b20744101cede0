# Countries by their codes in ISO 3166-1: in the dative after "in", else alone.

country-ad = Andorra
country-ae =
    { $form ->
        [dative] den Vereinigten Arabischen Emiraten
       *[plain] Vereinigte Arabische Emirate
    }
country-af = Afghanistan
country-ag = Antigua und Barbuda
country-ai = Anguilla
country-al = Albanien
country-am = Armenien
country-ao = Angola
country-aq =
    { $form ->
        [dative] der Antarktis
       *[plain] die Antarktis
    }
country-ar = Argentinien
country-as = Amerikanisch-Samoa
country-at = Österreich
country-au = Australien
country-aw = Aruba
country-ax = Åland
country-az = Aserbaidschan
country-ba = Bosnien und Herzegowina
country-bb = Barbados
country-bd = Bangladesch
country-be = Belgien
country-bf = Burkina Faso
country-bg = Bulgarien
country-bh = Bahrain
country-bi = Burundi
country-bj = Benin
country-bl = Saint-Barthélemy
country-bm = Bermuda
country-bn = Brunei
country-bo = Bolivien
country-bq =
    { $form ->
        [dative] den Karibischen Niederlanden
       *[plain] die Karibischen Niederlande
    }
country-br = Brasilien
country-bs =
    { $form ->
        [dative] den Bahamas
       *[plain] die Bahamas
    }
country-bt = Bhutan
country-bv =
    { $form ->
        [dative] der Bouvetinsel
       *[plain] die Bouvetinsel
    }
country-bw = Botsuana
country-by = Belarus
country-bz = Belize
country-ca = Kanada
country-cc =
    { $form ->
        [dative] den Kokosinseln
       *[plain] die Kokosinseln
    }
country-cd =
    { $form ->
        [dative] der Demokratischen Republik Kongo
       *[plain] die Demokratische Republik Kongo
    }
country-cf =
    { $form ->
        [dative] der Zentralafrikanischen Republik
       *[plain] die Zentralafrikanische Republik
    }
country-cg =
    { $form ->
        [dative] der Republik Kongo
       *[plain] die Republik Kongo
    }
country-ch =
    { $form ->
        [dative] der Schweiz
       *[plain] die Schweiz
    }
country-ci = Côte d’Ivoire
country-ck =
    { $form ->
        [dative] den Cookinseln
       *[plain] die Cookinseln
    }
country-cl = Chile
country-cm = Kamerun
country-cn = China
country-co = Kolumbien
country-cr = Costa Rica
country-cu = Kuba
country-cv = Cabo Verde
country-cw = Curaçao
country-cx =
    { $form ->
        [dative] der Weihnachtsinsel
       *[plain] die Weihnachtsinsel
    }
country-cy = Zypern
country-cz = Tschechien
country-de = Deutschland
country-dj = Dschibuti
country-dk = Dänemark
country-dm = Dominica
country-do =
    { $form ->
        [dative] der Dominikanischen Republik
       *[plain] die Dominikanische Republik
    }
country-dz = Algerien
country-ec = Ecuador
country-ee = Estland
country-eg = Ägypten
country-eh =
    { $form ->
        [dative] der Westsahara
       *[plain] die Westsahara
    }
country-er = Eritrea
country-es = Spanien
country-et = Äthiopien
country-fi = Finnland
country-fj = Fidschi
country-fk =
    { $form ->
        [dative] den Falklandinseln
       *[plain] die Falklandinseln
    }
country-fm = Mikronesien
country-fo =
    { $form ->
        [dative] den Färöern
       *[plain] die Färöer
    }
country-fr = Frankreich
country-ga = Gabun
country-gb = Großbritannien und Nordirland
country-gd = Grenada
country-ge = Georgien
country-gf = Französisch-Guayana
country-gg = Guernsey
country-gh = Ghana
country-gi = Gibraltar
country-gl = Grönland
country-gm = Gambia
country-gn = Guinea
country-gp = Guadeloupe
country-gq = Äquatorialguinea
country-gr = Griechenland
country-gs =
    { $form ->
        [dative] Südgeorgien und den Südlichen Sandwichinseln
       *[plain] Südgeorgien und die Südlichen Sandwichinseln
    }
country-gt = Guatemala
country-gu = Guam
country-gw = Guinea-Bissau
country-gy = Guyana
country-hk = Hongkong
country-hm = Heard und McDonaldinseln
country-hn = Honduras
country-hr = Kroatien
country-ht = Haiti
country-hu = Ungarn
country-id = Indonesien
country-ie = Irland
country-il = Israel
country-im =
    { $form ->
        [dative] der Isle of Man
       *[plain] die Isle of Man
    }
country-in = Indien
country-io =
    { $form ->
        [dative] dem Britischen Territorium im Indischen Ozean
       *[plain] das Britische Territorium im Indischen Ozean
    }
country-iq =
    { $form ->
        [dative] dem Irak
       *[plain] der Irak
    }
country-ir =
    { $form ->
        [dative] dem Iran
       *[plain] der Iran
    }
country-is = Island
country-it = Italien
country-je = Jersey
country-jm = Jamaika
country-jo = Jordanien
country-jp = Japan
country-ke = Kenia
country-kg = Kirgisistan
country-kh = Kambodscha
country-ki = Kiribati
country-km =
    { $form ->
        [dative] den Komoren
       *[plain] die Komoren
    }
country-kn = St. Kitts und Nevis
country-kp = Nordkorea
country-kr = Südkorea
country-kw = Kuwait
country-ky =
    { $form ->
        [dative] den Kaimaninseln
       *[plain] die Kaimaninseln
    }
country-kz = Kasachstan
country-la = Laos
country-lb =
    { $form ->
        [dative] dem Libanon
       *[plain] der Libanon
    }
country-lc = St. Lucia
country-li = Liechtenstein
country-lk = Sri Lanka
country-lr = Liberia
country-ls = Lesotho
country-lt = Litauen
country-lu = Luxemburg
country-lv = Lettland
country-ly = Libyen
country-ma = Marokko
country-mc = Monaco
country-md =
    { $form ->
        [dative] der Republik Moldau
       *[plain] die Republik Moldau
    }
country-me = Montenegro
country-mf = Saint-Martin
country-mg = Madagaskar
country-mh =
    { $form ->
        [dative] den Marshallinseln
       *[plain] die Marshallinseln
    }
country-mk = Nordmazedonien
country-ml = Mali
country-mm = Myanmar
country-mn =
    { $form ->
        [dative] der Mongolei
       *[plain] die Mongolei
    }
country-mo = Macau
country-mp =
    { $form ->
        [dative] den Nördlichen Marianen
       *[plain] die Nördlichen Marianen
    }
country-mq = Martinique
country-mr = Mauretanien
country-ms = Montserrat
country-mt = Malta
country-mu = Mauritius
country-mv =
    { $form ->
        [dative] den Malediven
       *[plain] die Malediven
    }
country-mw = Malawi
country-mx = Mexiko
country-my = Malaysia
country-mz = Mosambik
country-na = Namibia
country-nc = Neukaledonien
country-ne = Niger
country-nf =
    { $form ->
        [dative] der Norfolkinsel
       *[plain] die Norfolkinsel
    }
country-ng = Nigeria
country-ni = Nicaragua
country-nl =
    { $form ->
        [dative] den Niederlanden
       *[plain] die Niederlande
    }
country-no = Norwegen
country-np = Nepal
country-nr = Nauru
country-nu = Niue
country-nz = Neuseeland
country-om = Oman
country-pa = Panama
country-pe = Peru
country-pf = Französisch-Polynesien
country-pg = Papua-Neuguinea
country-ph =
    { $form ->
        [dative] den Philippinen
       *[plain] die Philippinen
    }
country-pk = Pakistan
country-pl = Polen
country-pm = Saint-Pierre und Miquelon
country-pn =
    { $form ->
        [dative] den Pitcairninseln
       *[plain] die Pitcairninseln
    }
country-pr = Puerto Rico
country-ps = Palästina
country-pt = Portugal
country-pw = Palau
country-py = Paraguay
country-qa = Katar
country-re = Réunion
country-ro = Rumänien
country-rs = Serbien
country-ru = Russland
country-rw = Ruanda
country-sa = Saudi-Arabien
country-sb =
    { $form ->
        [dative] den Salomonen
       *[plain] die Salomonen
    }
country-sc =
    { $form ->
        [dative] den Seychellen
       *[plain] die Seychellen
    }
country-sd =
    { $form ->
        [dative] dem Sudan
       *[plain] der Sudan
    }
country-se = Schweden
country-sg = Singapur
country-sh = St. Helena
country-si = Slowenien
country-sj = Spitzbergen und Jan Mayen
country-sk =
    { $form ->
        [dative] der Slowakei
       *[plain] die Slowakei
    }
country-sl = Sierra Leone
country-sm = San Marino
country-sn = Senegal
country-so = Somalia
country-sr = Suriname
country-ss =
    { $form ->
        [dative] dem Südsudan
       *[plain] der Südsudan
    }
country-st = São Tomé und Príncipe
country-sv = El Salvador
country-sx = Sint Maarten
country-sy = Syrien
country-sz = Eswatini
country-tc =
    { $form ->
        [dative] den Turks- und Caicosinseln
       *[plain] die Turks- und Caicosinseln
    }
country-td =
    { $form ->
        [dative] dem Tschad
       *[plain] der Tschad
    }
country-tf =
    { $form ->
        [dative] den Französischen Süd- und Antarktisgebieten
       *[plain] die Französischen Süd- und Antarktisgebiete
    }
country-tg = Togo
country-th = Thailand
country-tj = Tadschikistan
country-tk = Tokelau
country-tl = Timor-Leste
country-tm = Turkmenistan
country-tn = Tunesien
country-to = Tonga
country-tr =
    { $form ->
        [dative] der Türkei
       *[plain] die Türkei
    }
country-tt = Trinidad und Tobago
country-tv = Tuvalu
country-tw = Taiwan
country-tz = Tansania
country-ua =
    { $form ->
        [dative] der Ukraine
       *[plain] die Ukraine
    }
country-ug = Uganda
country-um =
    { $form ->
        [dative] den Kleineren Amerikanischen Überseeinseln
       *[plain] die Kleineren Amerikanischen Überseeinseln
    }
country-us =
    { $form ->
        [dative] den Vereinigten Staaten
       *[plain] die Vereinigten Staaten
    }
country-uy = Uruguay
country-uz = Usbekistan
country-va =
    { $form ->
        [dative] der Vatikanstadt
       *[plain] die Vatikanstadt
    }
country-vc =
    { $form ->
        [dative] St. Vincent und den Grenadinen
       *[plain] St. Vincent und die Grenadinen
    }
country-ve = Venezuela
country-vg =
    { $form ->
        [dative] den Britischen Jungferninseln
       *[plain] die Britischen Jungferninseln
    }
country-vi =
    { $form ->
        [dative] den Amerikanischen Jungferninseln
       *[plain] die Amerikanischen Jungferninseln
    }
country-vn = Vietnam
country-vu = Vanuatu
country-wf = Wallis und Futuna
country-ws = Samoa
country-ye =
    { $form ->
        [dative] dem Jemen
       *[plain] der Jemen
    }
country-yt = Mayotte
country-za = Südafrika
country-zm = Sambia
country-zw = Simbabwe
# A code that is not in the list.
country-unknown =
    { $form ->
        [dative] dem Land mit dem Code { $code }
       *[plain] das Land mit dem Code { $code }
    }
