# Suche, Archiv, Abfragen erproben, Fassungen, Abfragen anderer Werkzeuge, Listen und gespeicherte Abfragen.
nav-search = Suche
title-search = Suche
search = Suchen
search-example = "Ihre Marke" AND (defekt OR rückruf*)
search-watch = Als Suchauftrag speichern
search-none = Kein Beitrag im Archiv passt.
search-stopped = Die Suche wurde angehalten, weil ihre Zeit um war. Ältere Treffer können fehlen: Grenzen Sie den Zeitraum ein, oder machen Sie mit „Ältere“ weiter.
search-long = Diese Abfrage ist für eine Adresse zu lang. Legen Sie einen Suchauftrag an und prüfen Sie sie dort, oder fragen Sie auf der Kommandozeile.
found-title = Neueste Treffer
looked-at =
    { $n ->
        [one] einen Beitrag angesehen
       *[other] { $n } Beiträge angesehen
    }
looked-proposed =
    { $n ->
        [one] einen Beitrag angesehen, den der Index vorschlug
       *[other] { $n } Beiträge angesehen, die der Index vorschlug
    }
hours-title = Je Stunde
hours-show = Je Stunde zählen
hours-days = Zahlen je Tag
hours-posts =
    { $n ->
        [one] Beitrag
       *[other] Beiträge
    }
hours-exact = genau gezählt
hours-estimated =
    { $n ->
        [one] geschätzt anhand einer Stichprobe von einem Beitrag
       *[other] geschätzt anhand einer Stichprobe von { $n } Beiträgen
    }
hours-most =
    { $n ->
        [one] höchstens einer in einer Stunde
       *[other] höchstens { $n } in einer Stunde
    }
hours-label =
    { $n ->
        [one] Ein Beitrag von { $from } bis { $to }; höchstens { $most } in einer Stunde
       *[other] { $n } Beiträge von { $from } bis { $to }; höchstens { $most } in einer Stunde
    }
about = etwa { $name }
day = Tag
posts-word = Beiträge
archive-title = Das Archiv
archive-text = Jeder gehörte Beitrag wird eine Weile aufbewahrt, ob ein Suchauftrag ihn gefunden hat oder nicht. Was auf der Plattform gelöscht wird, verschwindet auch hier.
archive-short =
    { $n ->
        [0] Das Archiv ist leer.
        [one] ein Beitrag seit { $since }
       *[other] { $n } Beiträge seit { $since }
    }
archive-posts = Beiträge
archive-oldest = Ältester
archive-newest = Neuester
archive-size = Platz für den Index
archive-post-size = Platz für die Beiträge
archive-behind = Noch nicht im Index
archive-days = Aufbewahrte Tage
archive-behind-none = nichts
missed = es fehlt:
which-branches = Welche Zweige?

help-sentence = In einem Satz; PARAGRAPH: in einem Absatz.
help-stem = Jede Form des Wortes; das Wort in einer Zusammensetzung wie S-Bahn-Chaos.
help-range = Nach Tonlage, Followern, Reichweite oder Zeit.
help-quorum = Mindestens zwei davon.
help-saved = Quellenlisten und gespeicherte Abfragen über ihren Namen.

import-paste = Abfrage aus einem anderen Werkzeug übernehmen
import-text = Fügen Sie sie unverändert ein. Daneben steht, wie Horch sie verstanden hat, vollständig geklammert, und was umgesetzt wurde.
import-original = Original
import-native = So versteht Horch sie
import-notes = Anmerkungen
import-no-notes = Alles hat hier eine Entsprechung.
import-translate = Übersetzen
import-take = Diese Abfrage verwenden
dialect = Geschrieben für
try-title = Ausprobieren
test-archive = Im Archiv erproben
test-result = Im Archiv
test-newest = Neueste Treffer
test-near = Knapp daneben
test-near-text = Beiträge, die an einem einzigen Zweig scheitern: Gehören sie dazu, ist die Abfrage zu eng.
test-near-none = Keine gefunden.
why-post = Passt sie auf diesen Beitrag? Seine Adresse:
why-ask = Warum? Warum nicht?
why-matches = Dieser Beitrag passt
why-not = Dieser Beitrag passt nicht
why-failed = Er würde passen, wenn dies zuträfe:
why-tree = Zweig für Zweig
why-unknown = Ein Beitrag mit dieser Adresse ist nicht aufbewahrt. Fügen Sie die Adresse eines gehörten Beitrags ein, oder wählen Sie einen aus einer Liste.
branch-hit = trifft zu
branch-missed = trifft nicht zu
cost-exact = allein durch Wörter entschieden
cost-indexed = über Wörter gefunden, dann geprüft
cost-broad = bringt viele Beiträge herbei
cost-unindexed = jeder Beitrag wird angesehen
versions-compare = Fassungen vergleichen
title-versions = Fassungen von „{ $name }“
version-old = Von
version-new = Zu
diff-text = Der Text
diff-words = In Worten
diff-same = Beide besagen dasselbe.
diff-effect = Im Archiv
diff-effect-show = Was sie gewinnt und verliert
diff-gained = Gewonnen
diff-lost = Verloren
diff-none = kein Beitrag
filling-running =
    { $n ->
        [one] Wird aus dem Archiv gefüllt: { $looked } von { $of } Beiträgen angesehen, einer gefunden.
       *[other] Wird aus dem Archiv gefüllt: { $looked } von { $of } Beiträgen angesehen, { $n } gefunden.
    }
filling-done =
    { $n ->
        [0] Aus dem Archiv gefüllt: Von { $of } Beiträgen passte keiner.
        [one] Aus dem Archiv gefüllt: { $of } Beiträge angesehen, einer gefunden.
       *[other] Aus dem Archiv gefüllt: { $of } Beiträge angesehen, { $n } gefunden.
    }

watch-find = Nach Name oder Text suchen
watch-sort = Reihenfolge
watch-sort-name = Name
watch-sort-mentions = Erwähnungen
watch-sort-cost = Aufwand
watch-cost = Aufwand
watch-share = { $name } der Zeit
watch-count =
    { $n ->
        [one] ein Suchauftrag
       *[other] { $n } Suchaufträge
    }
watch-troubled =
    { $n ->
        [one] ein Suchauftrag wird nicht abgeglichen
       *[other] { $n } Suchaufträge werden nicht abgeglichen
    }
watch-none-found = Kein Suchauftrag passt.
watch-next = Nächste Seite
watch-first = Erste Seite
watch-refused = Abgelehnt
watch-refused-text = Diese Abfrage wird nicht abgeglichen:
watch-import = Abfragen importieren
title-watch-import = Abfragen importieren
watch-import-text = Eine Datei oder ein Text mit einer Abfrage je Zeile: ein Name, ein Tabulator, die Abfrage; oder nur die Abfrage, die dann auch der Name ist. Zeilen, die mit # beginnen, werden übergangen.
watch-import-file = Datei
watch-import-lines = oder Zeilen einfügen
watch-import-check = Nur prüfen
watch-import-add = Suchaufträge anlegen
watch-import-result =
    { $n ->
        [0] Es wurde kein Suchauftrag angelegt.
        [one] Ein Suchauftrag wurde angelegt.
       *[other] { $n } Suchaufträge wurden angelegt.
    }
watch-import-checked =
    { $n ->
        [0] Keine Zeile lässt sich übernehmen.
        [one] Eine Zeile lässt sich übernehmen.
       *[other] { $n } Zeilen lassen sich übernehmen.
    }
watch-import-refused =
    { $n ->
        [one] Eine Zeile wurde abgelehnt:
       *[other] { $n } Zeilen wurden abgelehnt:
    }
watch-import-noted =
    { $n ->
        [one] Eine Zeile wurde mit einer Anmerkung gelesen:
       *[other] { $n } Zeilen wurden mit Anmerkungen gelesen:
    }
watch-import-more =
    { $n ->
        [one] und eine weitere
       *[other] und { $n } weitere
    }
watch-import-empty = Es gibt keine Zeilen zum Importieren.
line-number = Zeile { $n }

saved-title = Listen und gespeicherte Abfragen
title-saved = Listen und gespeicherte Abfragen
lists = Quellenlisten
lists-text = Orte und Stimmen unter einem Namen: list:"Fachpresse" in einer Abfrage meint jede davon.
lists-none = Noch keine Liste.
list-new = Neue Liste
list-entries = Quellen
list-hint = Eine je Zeile: eine Website (example.org), ein Konto (@name@server.example) oder der Schlüssel einer Quelle.
list-count =
    { $n ->
        [0] keine Quelle
        [one] eine Quelle
       *[other] { $n } Quellen
    }
queries = Gespeicherte Abfragen
queries-text = Ein Baustein, den viele Abfragen teilen: query:"Unsere Namen" in einer Abfrage meint, was hier steht.
queries-none = Noch keine gespeicherte Abfrage.
query-new = Neue gespeicherte Abfrage
used-by = Verwendet in
used-by-none = noch nirgends
title-list = Liste „{ $name }“
title-query = Gespeicherte Abfrage „{ $name }“
saved-name-taken = „{ $name }“ gibt es schon.
saved-entries-bad = Die Liste braucht mindestens eine Quelle und höchstens { $n }.
saved-remove-text = Verwendet in: { $name }. Diese Abfragen finden nichts, bis sie geändert werden.
saved-remove-free = Nichts bezieht sich darauf. Das lässt sich nicht rückgängig machen.
saved-remove-title = „{ $name }“ löschen?
done-list-saved = Die Liste ist gespeichert.
done-list-removed = Die Liste ist gelöscht.
done-query-saved = Die Abfrage ist gespeichert.
done-query-removed = Die Abfrage ist gelöscht.
fail-busy = Gerade laufen viele Suchen. Bitte versuchen Sie es gleich noch einmal.
refused-json = Programme fragen hier mit JSON: Der Content-Type muss application/json sein.
fail-malformed = Die Frage ist nicht zu lesen.
