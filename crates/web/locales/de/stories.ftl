# Themen: die Liste, ein Thema, die Leiter, die Prognose, die Einschätzung, die Treffsicherheit.
nav-stories = Themen
title-stories = Themen
title-story = { $name }
story = Thema
story-open = Zum Thema
alert-through = durch { $name }
story-number = Thema { $n }
story-posts =
    { $n ->
        [one] ein Beitrag
       *[other] { $n } Beiträge
    }
story-copies =
    { $n ->
        [one] davon eine Kopie
       *[other] davon { $n } Kopien
    }
story-sources =
    { $n ->
        [one] eine Quelle
       *[other] { $n } Quellen
    }
story-reach =
    { $n ->
        [one] zusammen ein Follower
       *[other] zusammen { $n } Follower
    }
story-negative = { $name } negativ
story-since = begann
story-last = zuletzt
story-when = Wann
story-highest = Höchste Stufe
story-rung = Stufe
story-state-growing = wächst
story-state-asleep = ruht: lange kam nichts mehr
story-state-merged = Teil eines anderen Themas
story-state-closed = geschlossen
stories-order = Reihenfolge
stories-newest = Neueste
stories-biggest = Größte
stories-gravest = Schwerste
stories-any = egal
stories-rung = Stufe mindestens
stories-severity = Schwere mindestens
stories-grew = in den letzten 24 Stunden gewachsen
stories-none-filter = Kein Thema passt zu diesem Filter.
stories-none-title = Noch keine Themen
stories-none-text = Sobald zwei Erwähnungen vom Selben handeln, wird daraus von allein ein Thema. Hier sehen Sie dann, wie weit jedes gestiegen ist und wie schwer es wiegt.
stories-back = Zurück
stories-next = Nächste Seite
stories-growing = Themen, die wachsen
stories-all = Alle Themen

rung-leading = Leitmedien
rung-trade = Fachmedien
rung-professional = Profis
rung-community = Communitys
rung-private = Privatpersonen
rung-own = Eigene Stimmen
rung-unknown = Nicht bekannt
reached-leading = Leitmedien
reached-trade = Fachmedien
reached-professional = Profis
reached-community = Communitys
reached-private = Privatpersonen
reached-own = eigene Stimmen
severity = Schwere
severity-1 = kein Handlungsbedarf
severity-2 = beobachten
severity-3 = ernst
severity-4 = schwer
severity-5 = Krise

ladder = Leiter
ladder-label =
    { $n ->
        [one] Die Leiter: ein Beitrag, von { $from } bis { $until }. Höchste Stufe: { $rung }. Der Beitrag ist verlinkt.
       *[other] Die Leiter: { $n } Beiträge von { $from } bis { $until }. Höchste Stufe: { $rung }. Jedes Zeichen ist ein Link.
    }
ladder-bubble =
    { $n ->
        [one] ein Beitrag, { $negative } negativ · { $from } bis { $until } · { $rung }
       *[other] { $n } Beiträge, { $negative } negativ · { $from } bis { $until } · { $rung }
    }
ladder-copy = Kopie
ladder-crossed = → { $rung } nach { $after }
ladder-began = begann hier
ladder-now = jetzt
ladder-forecast = Prognose: Beiträge insgesamt
ladder-forecast-short = Prognose: Beiträge
ladder-crossing = Leitmedien in 7 Tagen: { $name }
ladder-step = nach { $after } { $n } Beiträge, in acht von zehn Fällen { $low } bis { $high }
ladder-key-copy = Kopie (hohl)
ladder-key-size = größer: mehr Follower
ladder-key-bubble = Fläche: Beiträge; innen: negative
ladder-said =
    { $n ->
        [one] Leiter des Themas „{ $name }“: ein Beitrag am { $from }. Höchste Stufe: { $rung }.
       *[other] Leiter des Themas „{ $name }“: { $n } Beiträge vom { $from } bis { $until }. Höchste Stufe: { $rung }.
    }
ladder-said-first = Den Anfang machte { $name }.
ladder-said-crossed = Nach { $after }: { $rung }, zuerst { $who }.
paper-kicker = Horch · Thema { $n }
paper-made = Stand: { $name }
paper-span = { $from } bis { $until }
paper-watches = Suchen: { $name }
paper-began = Wie es begann
paper-leading = Die gewichtigsten Beiträge
paper-said = { $name } hat es am { $at } eingestuft: { $severity }.
paper-method = Ein kleines Modell liest, wie die Beiträge bisher kamen; in acht von zehn Fällen liegt der wahre Wert in der Spanne.
ladder-table = Die Leiter als Liste

crossings = Sprünge
crossings-text = Wann das Thema zum ersten Mal auf einer höheren Stufe auftauchte. Am meisten zählt der Sprung in die Leitmedien.
crossings-none = Von keiner Quelle dieses Themas ist bekannt, auf welcher Stufe sie steht.
crossing-through = Durch
crossing-when = Nach dem ersten Beitrag
crossing-after = nach { $name }
crossing-began = begann dort
crossing-gone = gelöschter Beitrag

forecast = Prognose
forecast-after = In
forecast-expected = Erwartete Beiträge
forecast-interval = In acht von zehn Fällen
forecast-made = Das Thema ist groß; diese Prognose entstand
forecast-none-asleep = Das Thema ruht: Lange kam nichts mehr, also gibt es keine Prognose.
forecast-none-closed = Geschlossen: Es nimmt nichts mehr auf.
forecast-none-merged = Teil eines anderen Themas.
forecast-none-large = Das Thema ist zu groß, um es auf dieser Seite neu vorherzusagen, und keine frühere Prognose reicht noch in die Zukunft.
forecast-method = Ein kleines Modell liest, wie die Beiträge bisher kamen; die Spanne hält in acht von zehn Themen der Art, an der es angepasst wurde. Was gemessen wurde, steht in docs/accuracy.md.
early-few =
    { $n ->
        [one] Zu früh: erst ein Beitrag, nötig sind { $least }.
       *[other] Zu früh: erst { $n } Beiträge, nötig sind { $least }.
    }
early-young = Zu früh: Das Thema ist { $age } alt, nötig sind { $least }.
basis-rising = Es wird schneller: { $last } im letzten Drittel seines Lebens, { $before } im Drittel davor.
basis-fading = Es wird langsamer: { $last } im letzten Drittel seines Lebens, { $before } im Drittel davor.
basis-silent = Seit { $name } kam kein Beitrag.
basis-night = Sein Publikum schläft jetzt oder wacht bald auf.
basis-evening = Sein Publikum schläft bald.
basis-loud =
    { $n ->
        [one] Die erste Quelle hat einen Follower.
       *[other] Die erste Quelle hat { $n } Follower.
    }
basis-copies = { $name } der Beiträge sind Kopien.
chance-title = Springt es in die Leitmedien?
chance-day = Binnen 24 Stunden: { $name }.
chance-week = Binnen 7 Tagen: { $name }.
chance-least = unter 1 %
chance-factors = Worauf das beruht
factor-weighed = { $factor }: Chance × { $times }
factor-rung = Höchste Stufe bisher: { $name }
factor-sources =
    { $n ->
        [one] Eine Quelle, die nicht bloß kopiert
       *[other] { $n } Quellen, die nicht bloß kopieren
    }
factor-speed = In einem Tag { $name }-mal so groß wie jetzt
factor-agency =
    { $n ->
        [one] Eine Kopie bei Profis oder Fachmedien
       *[other] { $n } Kopien bei Profis oder Fachmedien
    }
factor-high = { $name } der Beiträge kommen von Profis und Fachmedien

assessment = Einschätzung
assess-machine = Die Maschine sagt:
assess-none = Noch nicht eingeschätzt.
assess-rung = Es steht auf der Stufe: { $name }.
assess-danger =
    { $n ->
        [one] In einem Beitrag ist von Gefahren, Rückrufen, Datenlecks oder Straftaten die Rede.
       *[other] In { $n } Beiträgen ist von Gefahren, Rückrufen, Datenlecks oder Straftaten die Rede.
    }
assess-claim =
    { $n ->
        [one] Ein Beitrag behauptet Nachprüfbares.
       *[other] { $n } Beiträge behaupten Nachprüfbares.
    }
assess-call =
    { $n ->
        [one] Ein Beitrag ruft andere zum Handeln auf.
       *[other] { $n } Beiträge rufen andere zum Handeln auf.
    }
assess-abuse =
    { $n ->
        [one] In einem Beitrag werden Menschen beleidigt oder bedroht.
       *[other] In { $n } Beiträgen werden Menschen beleidigt oder bedroht.
    }
assess-tone = { $name } der Beiträge mit bekannter Tonlage klingen negativ.
assess-reach =
    { $n ->
        [one] Die Quellen haben zusammen einen Follower.
       *[other] Die Quellen haben zusammen { $n } Follower.
    }
assess-speed = Es geht schnell: { $seen } Beiträge in der letzten Stunde, üblich sind { $usual }.
assess-growth =
    { $n ->
        [one] Binnen eines Tages wird ein weiterer Beitrag erwartet.
       *[other] Binnen eines Tages werden { $n } weitere Beiträge erwartet.
    }
assess-crossing = Mit einer Wahrscheinlichkeit von { $name } springt es binnen einer Woche in die Leitmedien.
assess-similar = Menschen haben { $stories } ähnliche Themen eingestuft, im Mittel: { $severity }.
assess-few =
    { $n ->
        [one] Bisher spricht nur eine Quelle.
       *[other] Bisher sprechen nur { $n } Quellen.
    }
assess-praise =
    { $n ->
        [one] Es ist überwiegend Lob: ein Beitrag.
       *[other] Es ist überwiegend Lob: { $n } Beiträge.
    }
assess-unknown =
    { $n ->
        [one] Von einer Quelle ist nicht bekannt, wo sie steht; angenommen wird das Schlimmere.
       *[other] Von { $n } Quellen ist nicht bekannt, wo sie stehen; angenommen wird das Schlimmere.
    }
desk = Zuständig sein sollte
desk-communication = Pressestelle
desk-support = Kundendienst
desk-product = Produkt
desk-safety = Sicherheit und Recht
desk-community = Community-Betreuung
engagement = Wie viel Einsatz
engagement-observe = Beobachten: zusehen und nichts sagen
engagement-answer = Antworten: wer fragt, bekommt Antwort
engagement-converse = Mitreden: am Gespräch teilnehmen
engagement-host = Einladen: zuerst sprechen, mit einem eigenen Ort für Fragen
story-said = sagt { $name }, { $age }.
severity-say = Wie schwer wiegt es wirklich?
severity-text = Was Sie sagen, gilt. Was die Maschine sagt, bleibt daneben stehen.
severity-note = Warum?
severity-set = Schwere festlegen

story-what = Was gesagt wird
story-phrase = Bezeichnende Wörter:
story-headline = Der Beitrag, der dafür spricht
story-claims = Nachprüfbare Behauptungen
story-questions = Gestellte Fragen
story-all-of-kind = Alle davon
story-mentions = Alle Erwähnungen dieses Themas
story-news =
    { $n ->
        [0] Seit Ihrem letzten Blick { $age } ist nichts dazugekommen.
        [one] Seit Ihrem letzten Blick { $age } kam ein Beitrag dazu.
       *[other] Seit Ihrem letzten Blick { $age } kamen { $n } Beiträge dazu.
    }
story-news-show = Anzeigen
voices = Stimmen, die am meisten wiegen
voice-reach = Follower
voice-first = Erster Beitrag
paths = Wer hat es von wem?
paths-text = Eine Kopie, ein Zitat, eine Antwort oder ein Link zeigt den Weg. Ähnlichkeit allein beweist nichts.
paths-cut = Nur die neuesten Beiträge sind berücksichtigt.
paths-none = Es ist kein Weg bekannt: Jeder Beitrag steht für sich.
path-who = Wer
path-how = Wie
path-from = Von wem
path-proof = Beleg
path-earlier = ein früherer Beitrag
path-proven = belegt
path-unproven = nicht belegt
path-copy = gleicher Text
path-repost = geteilt
path-quote = zitiert
path-reply = beantwortet
path-link = verlinkt
path-words = ähnliche Wörter
path-meaning = ähnlicher Sinn

mend = Berichtigen
mend-text = Was Sie hier tun, gilt: Die Maschine lernt daraus und macht es nie rückgängig.
story-name = Name
mend-join = Mit einem anderen Thema vereinen oder davon trennen
mend-pick = Anderes Thema
mend-number = oder seine Nummer
mend-do-merge = Vereinen: Beides ist dasselbe
mend-do-apart = Nicht dasselbe: nie vereinen
mend-take = Beiträge herausnehmen
mend-posts = Welche Beiträge gehören nicht hierher?
mend-into = Wohin?
mend-new = in ein neues Thema
mend-do-take = Herausnehmen
mend-do-close = Schließen
mend-do-open = Wieder öffnen
mend-close-text = Ein geschlossenes Thema nimmt nichts mehr auf.
mend-history = Was Menschen getan haben
mend-merge = { $name } hat ein anderes Thema mit diesem vereint:
mend-went = { $name } hat dieses Thema mit einem anderen vereint:
mend-split =
    { $n ->
        [one] { $name } hat einen Beitrag in ein neues Thema herausgenommen:
       *[other] { $name } hat { $n } Beiträge in ein neues Thema herausgenommen:
    }
mend-move =
    { $n ->
        [one] { $name } hat einen Beitrag in ein anderes Thema verschoben:
       *[other] { $name } hat { $n } Beiträge in ein anderes Thema verschoben:
    }
mend-came =
    { $n ->
        [one] { $name } hat einen Beitrag aus einem anderen Thema hierher verschoben:
       *[other] { $name } hat { $n } Beiträge aus einem anderen Thema hierher verschoben:
    }
mend-apart = { $name } hat gesagt, dass dies nicht dasselbe ist:
mend-close = { $name } hat dieses Thema geschlossen.
mend-open = { $name } hat dieses Thema wieder geöffnet.
done-story-named = Der Name ist gespeichert.
done-story-severity = Notiert. Ab jetzt gilt, was Sie sagen.
done-story-merged = Die beiden Themen sind jetzt eins.
done-story-apart = Notiert: Diese beiden werden nie vereint.
done-story-taken = Die Beiträge haben ihren neuen Platz.
done-story-closed = Geschlossen: Dieses Thema nimmt nichts mehr auf.
done-story-opened = Offen: Dieses Thema nimmt wieder Beiträge auf.
filter-story = Thema

calibration-link = Wie gut die Prognosen waren
title-calibration = Wie gut die Prognosen waren
calibration-text = Jede Prognose wird aufbewahrt und mit dem verglichen, was kam. Aus abgeschlossenen Themen lernt Horch, wie die eigenen Prognosen in diesem Haus irren.
calibration-none-title = Noch ist keine Prognose abgelaufen
calibration-none-text = Sobald die erste vorhergesagte Stunde vorbei ist, sehen Sie hier, wie nah die Prognosen lagen.
calibration-sizes = Größe
calibration-sizes-text = Die Spanne soll in acht von zehn Fällen halten.
calibration-count = Prognosen
calibration-error = Fehler, die Hälfte liegt darunter
calibration-within = In der Spanne
calibration-label =
    { $n ->
        [one] Eine Prognose und was kam; auf der Linie war sie richtig
       *[other] { $n } Prognosen und was kam; auf der Linie waren sie richtig
    }
calibration-x = Erwartete Beiträge
calibration-y = Tatsächliche Beiträge
calibration-chances = Leitmedien binnen einer Woche
calibration-chances-text = Wo 20 % gesagt waren, sollte es in einem von fünf Themen gekommen sein.
calibration-chances-none = Kein Thema mit bekannter Stufe hat seine Woche hinter sich.
calibration-range = Gesagt mit
calibration-said = Im Mittel gesagt
calibration-came = Gekommen

names-title = Namen und Zahlen im Text
name-person = Person
name-organisation = Organisation
name-place = Ort
name-product = Produkt
name-number = Zahl
name-unknown = Name
name-guess = { $name }, vermutet
filter-copies = Kopien
copies-no = ohne Kopien
copies-only = nur Kopien
copy-of = Kopie eines früheren Beitrags
copy-of-gone = Kopie
copy-about = Diesen Text gab es vorher schon in einem anderen Beitrag.
copy-first = Zum früheren Beitrag
