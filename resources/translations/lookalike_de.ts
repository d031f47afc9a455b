<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AboutLibrary</name>
    <message>
        <source>About this library</source>
        <translation>Über diese Bibliothek</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Searchable</source>
        <translation>Durchsuchbar</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Skipped files</source>
        <translation>Übergangene Dateien</translation>
    </message>
    <message>
        <source>Stored in</source>
        <translation>Gespeichert in</translation>
    </message>
    <message>
        <source>Photos are described by</source>
        <translation>Fotos werden beschrieben von</translation>
    </message>
    <message>
        <source>Results are checked by</source>
        <translation>Ergebnisse werden geprüft von</translation>
    </message>
    <message>
        <source>Not available here</source>
        <translation>Hier nicht verfügbar</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Repaired when opened</source>
        <translation>Beim Öffnen repariert</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Protokoll zeigen</translation>
    </message>
</context>
<context>
    <name>ActivityPage</name>
    <message>
        <source>Activity</source>
        <translation>Aktivität</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Protokoll zeigen</translation>
    </message>
    <message>
        <source>Photos in your folders</source>
        <translation>Fotos in Ihren Ordnern</translation>
    </message>
    <message>
        <source>Preparing photos for the model</source>
        <translation>Fotos für das Modell vorbereiten</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Searches leave these files out. They are tried again when they change.</source>
        <translation>Suchen lassen diese Dateien aus. Sie werden erneut versucht, wenn sie sich ändern.</translation>
    </message>
    <message>
        <source>Skipped files</source>
        <translation>Übergangene Dateien</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Read all of these files again now</source>
        <translation>Alle diese Dateien jetzt noch einmal lesen</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}: {1}</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message numerus="yes">
        <source>%n skipped file(s)</source>
        <translation>
            <numerusform>%n Datei übergangen</numerusform>
            <numerusform>%n Dateien übergangen</numerusform>
        </translation>
    </message>
    <message>
        <source>No file was skipped</source>
        <translation>Keine Datei wurde übergangen</translation>
    </message>
</context>
<context>
    <name>BackButton</name>
    <message>
        <source>Back (Esc)</source>
        <translation>Zurück (Esc)</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>All commands</source>
        <translation>Alle Befehle</translation>
    </message>
    <message>
        <source>What do you want to do?</source>
        <translation>Was möchten Sie tun?</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>Befehl suchen</translation>
    </message>
    <message>
        <source>Commands found</source>
        <translation>Gefundene Befehle</translation>
    </message>
</context>
<context>
    <name>ComparePage</name>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Back to the photo (Esc)</source>
        <translation>Zurück zum Foto (Esc)</translation>
    </message>
    <message>
        <source>Previous result</source>
        <translation>Vorheriges Ergebnis</translation>
    </message>
    <message>
        <source>Previous result (Page Up)</source>
        <translation>Vorheriges Ergebnis (Bild auf)</translation>
    </message>
    <message>
        <source>Next result</source>
        <translation>Nächstes Ergebnis</translation>
    </message>
    <message>
        <source>Next result (Page Down)</source>
        <translation>Nächstes Ergebnis (Bild ab)</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Both photos, with lines between what matches (B)</source>
        <translation>Beide Fotos, mit Linien zwischen dem, was übereinstimmt (B)</translation>
    </message>
    <message>
        <source>Swipe</source>
        <translation>Wischen</translation>
    </message>
    <message>
        <source>One photo over the other; drag the line between them (S)</source>
        <translation>Ein Foto über dem anderen; ziehen Sie die Linie dazwischen (S)</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Unterschied</translation>
    </message>
    <message>
        <source>Where they differ, in red (D)</source>
        <translation>Wo sie sich unterscheiden, in Rot (D)</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>Linien</translation>
    </message>
    <message>
        <source>Show the lines between what matches (L)</source>
        <translation>Die Linien zwischen dem zeigen, was übereinstimmt (L)</translation>
    </message>
    <message>
        <source>The same</source>
        <translation>Dasselbe</translation>
    </message>
    <message>
        <source>Remember that both show the same (Y); again takes it back</source>
        <translation>Merken, dass beide dasselbe zeigen (Y); noch einmal nimmt es zurück</translation>
    </message>
    <message>
        <source>Not the same</source>
        <translation>Nicht dasselbe</translation>
    </message>
    <message>
        <source>Remember that they do not (N); again takes it back</source>
        <translation>Merken, dass sie es nicht tun (N); noch einmal nimmt es zurück</translation>
    </message>
    <message>
        <source>Previous or next result</source>
        <translation>Voriges oder nächstes Ergebnis</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>Warum?</translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Difference</source>
        <translation>Unterschied</translation>
    </message>
    <message>
        <source>Stays</source>
        <translation>Bleibt</translation>
    </message>
    <message>
        <source>Other photo</source>
        <translation>Anderes Foto</translation>
    </message>
    <message>
        <source>Goes to the trash</source>
        <translation>Kommt in den Papierkorb</translation>
    </message>
</context>
<context>
    <name>DropPasteHandler</name>
    <message>
        <source>Search with a photo, or several of the same thing</source>
        <translation>Mit einem Foto suchen, oder mit mehreren vom selben Ding</translation>
    </message>
    <message>
        <source>pasted picture</source>
        <translation>eingefügtes Bild</translation>
    </message>
    <message>
        <source>There is no picture in the clipboard.</source>
        <translation>In der Zwischenablage ist kein Bild.</translation>
    </message>
    <message>
        <source>Drop to add this folder</source>
        <translation>Loslassen, um diesen Ordner hinzuzufügen</translation>
    </message>
    <message>
        <source>Drop to find the same thing</source>
        <translation>Loslassen, um dasselbe Ding zu finden</translation>
    </message>
    <message>
        <source>dropped picture</source>
        <translation>abgelegtes Bild</translation>
    </message>
</context>
<context>
    <name>Duplicates</name>
    <message>
        <source>Exact copies</source>
        <translation>Exakte Kopien</translation>
    </message>
    <message>
        <source>Same picture</source>
        <translation>Gleiches Bild</translation>
    </message>
    <message>
        <source>Edited</source>
        <translation>Bearbeitet</translation>
    </message>
    <message>
        <source>Burst</source>
        <translation>Serie</translation>
    </message>
    <message>
        <source>in a protected folder</source>
        <translation>in einem geschützten Ordner</translation>
    </message>
    <message>
        <source>the original</source>
        <translation>das Original</translation>
    </message>
    <message>
        <source>has its raw file</source>
        <translation>hat seine Raw-Datei</translation>
    </message>
    <message>
        <source>most pixels</source>
        <translation>meiste Pixel</translation>
    </message>
    <message>
        <source>least compressed</source>
        <translation>am wenigsten komprimiert</translation>
    </message>
    <message>
        <source>camera data</source>
        <translation>Kameradaten</translation>
    </message>
    <message>
        <source>most like the other edits</source>
        <translation>den anderen am ähnlichsten</translation>
    </message>
    <message>
        <source>best format</source>
        <translation>bestes Format</translation>
    </message>
    <message>
        <source>most stars</source>
        <translation>meiste Sterne</translation>
    </message>
    <message>
        <source>oldest file</source>
        <translation>älteste Datei</translation>
    </message>
    <message>
        <source>plainest name</source>
        <translation>schlichtester Name</translation>
    </message>
    <message>
        <source>What lies in a protected folder</source>
        <translation>Was in einem geschützten Ordner liegt</translation>
    </message>
    <message>
        <source>The original of edits</source>
        <translation>Das Original von Bearbeitungen</translation>
    </message>
    <message>
        <source>What has its raw file beside it</source>
        <translation>Was seine Raw-Datei neben sich hat</translation>
    </message>
    <message>
        <source>More pixels</source>
        <translation>Mehr Pixel</translation>
    </message>
    <message>
        <source>Camera, date and place as the camera wrote them</source>
        <translation>Kamera, Datum und Ort, wie die Kamera sie schrieb</translation>
    </message>
    <message>
        <source>What the other edits are most like</source>
        <translation>Dem die anderen am meisten ähneln</translation>
    </message>
    <message>
        <source>Less compression</source>
        <translation>Weniger Kompression</translation>
    </message>
    <message>
        <source>A format that loses less</source>
        <translation>Ein Format, das weniger verliert</translation>
    </message>
    <message>
        <source>More stars</source>
        <translation>Mehr Sterne</translation>
    </message>
    <message>
        <source>The oldest file</source>
        <translation>Die älteste Datei</translation>
    </message>
    <message>
        <source>A name that is not that of a copy</source>
        <translation>Ein Name, der nicht nach Kopie aussieht</translation>
    </message>
    <message>
        <source>compressed again</source>
        <translation>erneut komprimiert</translation>
    </message>
    <message>
        <source>resized</source>
        <translation>Größe geändert</translation>
    </message>
    <message>
        <source>cropped</source>
        <translation>beschnitten</translation>
    </message>
    <message>
        <source>turned</source>
        <translation>gedreht</translation>
    </message>
    <message>
        <source>mirrored</source>
        <translation>gespiegelt</translation>
    </message>
    <message>
        <source>sharpened or blurred</source>
        <translation>geschärft oder weichgezeichnet</translation>
    </message>
    <message>
        <source>recoloured</source>
        <translation>umgefärbt</translation>
    </message>
    <message>
        <source>written on</source>
        <translation>beschriftet</translation>
    </message>
    <message>
        <source>screenshot</source>
        <translation>Bildschirmfoto</translation>
    </message>
    <message>
        <source>other format</source>
        <translation>anderes Format</translation>
    </message>
    <message>
        <source>its drive is away</source>
        <translation>das Laufwerk ist nicht da</translation>
    </message>
    <message>
        <source>its raw file is beside it</source>
        <translation>die Raw-Datei liegt daneben</translation>
    </message>
    <message>
        <source>the same file under another name</source>
        <translation>dieselbe Datei unter anderem Namen</translation>
    </message>
    <message>
        <source>exact copy</source>
        <translation>exakte Kopie</translation>
    </message>
    <message>
        <source>another exposure</source>
        <translation>andere Aufnahme</translation>
    </message>
    <message>
        <source>same picture</source>
        <translation>gleiches Bild</translation>
    </message>
</context>
<context>
    <name>DuplicatesController</name>
    <message>
        <source>the decision on duplicates</source>
        <translation>die Entscheidung über Duplikate</translation>
    </message>
    <message>
        <source>Move {0} files to the trash?</source>
        <translation>{0} Dateien in den Papierkorb legen?</translation>
    </message>
    <message>
        <source>Emptying the trash then frees {0}. Until then, they can be put back.</source>
        <translation>Den Papierkorb zu leeren macht dann {0} frei. Bis dahin lassen sie sich zurückholen.</translation>
    </message>
    <message>
        <source>Keep their stars, keywords and place, in the XMP file of the photo that stays</source>
        <translation>Sterne, Schlagwörter und Ort behalten, in der XMP-Datei des Fotos, das bleibt</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>In den Papierkorb legen</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>und {0} weitere</translation>
    </message>
    <message>
        <source>These stay:</source>
        <translation>Diese bleiben:</translation>
    </message>
    <message>
        <source>the clean-up</source>
        <translation>das Aufräumen</translation>
    </message>
    <message>
        <source>{0} files are in the trash; emptying it frees {1}.</source>
        <translation>{0} Dateien sind im Papierkorb; ihn zu leeren macht {1} frei.</translation>
    </message>
    <message>
        <source>{0} files are as before.</source>
        <translation>{0} Dateien sind wie zuvor.</translation>
    </message>
</context>
<context>
    <name>DuplicatesPage</name>
    <message>
        <source>Groups of duplicates</source>
        <translation>Gruppen von Duplikaten</translation>
    </message>
    <message>
        <source>Which duplicates</source>
        <translation>Welche Duplikate</translation>
    </message>
    <message>
        <source>All duplicates</source>
        <translation>Alle Duplikate</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>Reihenfolge</translation>
    </message>
    <message>
        <source>by kind</source>
        <translation>nach Art</translation>
    </message>
    <message>
        <source>by space to win</source>
        <translation>nach Platzgewinn</translation>
    </message>
    <message>
        <source>Accept all shown</source>
        <translation>Alle gezeigten annehmen</translation>
    </message>
    <message>
        <source>Follow the suggestion in every group of the list</source>
        <translation>In jeder Gruppe der Liste dem Vorschlag folgen</translation>
    </message>
    <message>
        <source>What to keep…</source>
        <translation>Was bleibt …</translation>
    </message>
    <message>
        <source>Choose which photo of a group stays, and protect folders</source>
        <translation>Wählen, welches Foto einer Gruppe bleibt, und Ordner schützen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Undo the last clean-up (Ctrl+Z)</source>
        <translation>Das letzte Aufräumen rückgängig machen (Strg+Z)</translation>
    </message>
    <message>
        <source>Clean up…</source>
        <translation>Aufräumen …</translation>
    </message>
    <message>
        <source>Move what goes in the accepted groups to the trash (Ctrl+Enter)</source>
        <translation>In den Papierkorb legen, was in den angenommenen Gruppen weg soll (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>Duplikate</translation>
    </message>
    <message>
        <source>↓ ↑ group   ·   ← → photo   ·   Space goes or stays   ·   K keep this one   ·   Enter accept   ·   N not duplicates   ·   B keep all   ·   V difference   ·   + − 0 zoom</source>
        <translation>↓ ↑ Gruppe   ·   ← → Foto   ·   Leertaste weg oder bleibt   ·   K dieses behalten   ·   Eingabe annehmen   ·   N keine Duplikate   ·   B alle behalten   ·   V Unterschied   ·   + − 0 Zoom</translation>
    </message>
    <message>
        <source>Looking for duplicates…</source>
        <translation>Duplikate werden gesucht …</translation>
    </message>
    <message>
        <source>Next or previous group</source>
        <translation>Nächste oder vorherige Gruppe</translation>
    </message>
    <message>
        <source>Next or previous photo of the group</source>
        <translation>Nächstes oder vorheriges Foto der Gruppe</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>The photo goes, or stays</source>
        <translation>Das Foto soll weg, oder bleibt</translation>
    </message>
    <message>
        <source>Keep this photo</source>
        <translation>Dieses Foto behalten</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Accept the group</source>
        <translation>Die Gruppe annehmen</translation>
    </message>
    <message>
        <source>No duplicates</source>
        <translation>Keine Duplikate</translation>
    </message>
    <message>
        <source>Keep all</source>
        <translation>Alle behalten</translation>
    </message>
    <message>
        <source>Show the difference</source>
        <translation>Den Unterschied zeigen</translation>
    </message>
    <message>
        <source>Zoom, or fit</source>
        <translation>Zoomen, oder anpassen</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Strg+Eingabe</translation>
    </message>
    <message>
        <source>Clean up</source>
        <translation>Aufräumen</translation>
    </message>
    <message>
        <source>What Lookalike finds among your photos appears here.</source>
        <translation>Was Lookalike unter Ihren Fotos findet, erscheint hier.</translation>
    </message>
    <message>
        <source>{0} groups, {1} to free</source>
        <translation>{0} Gruppen, {1} zu gewinnen</translation>
    </message>
    <message>
        <source>{0}   ·   {1} photos marked to go</source>
        <translation>{0}   ·   {1} Fotos sollen weg</translation>
    </message>
</context>
<context>
    <name>FactsPanel</name>
    <message>
        <source>Facts</source>
        <translation>Angaben</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>Aufgenommen</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Ort</translation>
    </message>
    <message>
        <source>Rating</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>Keywords</source>
        <translation>Schlagwörter</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Text in the photo</source>
        <translation>Text im Foto</translation>
    </message>
    <message>
        <source>What a model says</source>
        <translation>Was ein Modell sagt</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Where it lies</source>
        <translation>Wo es liegt</translation>
    </message>
    <message>
        <source>Raw file</source>
        <translation>Raw-Datei</translation>
    </message>
    <message>
        <source>Screenshot</source>
        <translation>Bildschirmfoto</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>Dokument</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>Beleg</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Show {0} in its folder</source>
        <translation>{0} im Ordner zeigen</translation>
    </message>
</context>
<context>
    <name>Failure</name>
    <message>
        <source>Something unexpected went wrong: {0}</source>
        <translation>Etwas Unerwartetes ist schiefgegangen: {0}</translation>
    </message>
</context>
<context>
    <name>FailureDialog</name>
    <message>
        <source>What went wrong</source>
        <translation>Was schiefging</translation>
    </message>
    <message>
        <source>Your photos are not affected. These details help whoever looks into it:</source>
        <translation>Ihre Fotos sind nicht betroffen. Diese Einzelheiten helfen, die Ursache zu finden:</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Protokoll zeigen</translation>
    </message>
</context>
<context>
    <name>FailuresController</name>
    <message>
        <source>Open a saved evaluation</source>
        <translation>Gespeicherte Auswertung öffnen</translation>
    </message>
    <message>
        <source>Saved runs (*.jsonl)</source>
        <translation>Gespeicherte Läufe (*.jsonl)</translation>
    </message>
    <message>
        <source>Reading {0}…</source>
        <translation>{0} wird gelesen …</translation>
    </message>
    <message>
        <source>Looking at query {0} of {1}</source>
        <translation>Anfrage {0} von {1} wird betrachtet</translation>
    </message>
</context>
<context>
    <name>FailuresPage</name>
    <message>
        <source>Worst queries</source>
        <translation>Schlechteste Anfragen</translation>
    </message>
    <message>
        <source>Open another…</source>
        <translation>Andere öffnen …</translation>
    </message>
    <message>
        <source>A run that `lookalike evaluate --save` has written</source>
        <translation>Ein Lauf, den `lookalike evaluate --save` geschrieben hat</translation>
    </message>
    <message>
        <source>{0}: {1} photos, judge {2}, {3}. The worst by {4}.</source>
        <translation>{0}: {1} Fotos, Prüfer {2}, {3}. Die schlechtesten nach {4}.</translation>
    </message>
</context>
<context>
    <name>Filmstrip</name>
    <message>
        <source>Neighbours of this photo</source>
        <translation>Nachbarn dieses Fotos</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>also this</source>
        <translation>auch das</translation>
    </message>
    <message>
        <source>not like this</source>
        <translation>nicht so etwas</translation>
    </message>
    <message>
        <source>Photo: {0}. Press to take it out of the search.</source>
        <translation>Foto: {0}. Drücken, um es aus der Suche zu nehmen.</translation>
    </message>
    <message>
        <source>Take this photo out of the search</source>
        <translation>Dieses Foto aus der Suche nehmen</translation>
    </message>
    <message>
        <source>Filter: {0}. Press to remove it.</source>
        <translation>Filter: {0}. Drücken, um ihn zu entfernen.</translation>
    </message>
    <message>
        <source>{0}: remove this filter</source>
        <translation>{0}: diesen Filter entfernen</translation>
    </message>
</context>
<context>
    <name>FilterPanel</name>
    <message>
        <source>Filters</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>Stars</source>
        <translation>Sterne</translation>
    </message>
    <message>
        <source>Keyword</source>
        <translation>Schlagwort</translation>
    </message>
    <message>
        <source>Taken from</source>
        <translation>Aufgenommen ab</translation>
    </message>
    <message>
        <source>Taken until</source>
        <translation>Aufgenommen bis</translation>
    </message>
    <message>
        <source>Show the photos</source>
        <translation>Fotos zeigen</translation>
    </message>
    <message>
        <source>No filters</source>
        <translation>Keine Filter</translation>
    </message>
    <message>
        <source>2019, 2019-07 or 2019-07-18</source>
        <translation>2019, 2019-07 oder 2019-07-18</translation>
    </message>
    <message>
        <source>Any folder</source>
        <translation>Jeder Ordner</translation>
    </message>
    <message>
        <source>Any camera</source>
        <translation>Jede Kamera</translation>
    </message>
    <message>
        <source>Any number</source>
        <translation>Beliebig viele</translation>
    </message>
    <message>
        <source>Any keyword</source>
        <translation>Jedes Schlagwort</translation>
    </message>
    <message>
        <source>The first day is after the last one.</source>
        <translation>Der erste Tag liegt nach dem letzten.</translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>Where are your photos?</source>
        <translation>Wo sind Ihre Fotos?</translation>
    </message>
    <message>
        <source>Lookalike looks at every photo once and then finds the other photos of the same thing. Everything stays on this computer, and your photos are never changed.</source>
        <translation>Lookalike sieht jedes Foto einmal an und findet dann die anderen Fotos vom selben Ding. Alles bleibt auf diesem Computer, und Ihre Fotos werden nie verändert.</translation>
    </message>
    <message>
        <source>Use {0}</source>
        <translation>{0} verwenden</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <source>You can also drop a folder here.</source>
        <translation>Sie können einen Ordner auch hier ablegen.</translation>
    </message>
    <message>
        <source>Preparing the sample photos…</source>
        <translation>Die Beispielfotos werden vorbereitet …</translation>
    </message>
    <message>
        <source>Try it with sample photos</source>
        <translation>Mit Beispielfotos ausprobieren</translation>
    </message>
</context>
<context>
    <name>FolderRow</name>
    <message>
        <source>Stop watching this folder. The photos stay where they are.</source>
        <translation>Diesen Ordner nicht mehr beobachten. Die Fotos bleiben, wo sie sind.</translation>
    </message>
    <message>
        <source>Stop watching {0}</source>
        <translation>{0} nicht mehr beobachten</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Watch this folder again</source>
        <translation>Diesen Ordner wieder beobachten</translation>
    </message>
    <message>
        <source>Pause this folder</source>
        <translation>Diesen Ordner anhalten</translation>
    </message>
    <message>
        <source>Offline. Searches still find its photos.</source>
        <translation>Nicht verbunden. Suchen finden seine Fotos weiterhin.</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
</context>
<context>
    <name>FolderTree</name>
    <message>
        <source>Folders in {0}</source>
        <translation>Ordner in {0}</translation>
    </message>
    <message>
        <source>{0}, {1} photos</source>
        <translation>{0}, {1} Fotos</translation>
    </message>
</context>
<context>
    <name>FoldersPanel</name>
    <message>
        <source>Folders</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>How folders are watched…</source>
        <translation>Wie Ordner beobachtet werden …</translation>
    </message>
    <message>
        <source>About this library</source>
        <translation>Über diese Bibliothek</translation>
    </message>
    <message>
        <source>Up to date</source>
        <translation>Auf dem neuesten Stand</translation>
    </message>
    <message>
        <source>Describing the photos with the new model: {0}</source>
        <translation>Die Fotos werden mit dem neuen Modell beschrieben: {0}</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}: {1}</translation>
    </message>
    <message>
        <source>The new model waits for one photo</source>
        <translation>Das neue Modell wartet auf ein Foto</translation>
    </message>
    <message>
        <source>The new model waits for {0} photos</source>
        <translation>Das neue Modell wartet auf {0} Fotos</translation>
    </message>
    <message>
        <source>the drive is away, the folder is paused, or the file cannot be read</source>
        <translation>das Laufwerk ist nicht da, der Ordner ist angehalten, oder die Datei ist nicht lesbar</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>One photo</source>
        <translation>Ein Foto</translation>
    </message>
    <message>
        <source>{0} photos</source>
        <translation>{0} Fotos</translation>
    </message>
    <message>
        <source>One file was skipped</source>
        <translation>Eine Datei wurde übergangen</translation>
    </message>
    <message>
        <source>{0} files were skipped</source>
        <translation>{0} Dateien wurden übergangen</translation>
    </message>
</context>
<context>
    <name>GridView</name>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
</context>
<context>
    <name>GroupModel</name>
    <message>
        <source>{0} · {1} photos</source>
        <translation>{0} · {1} Fotos</translation>
    </message>
    <message>
        <source>✓ {0} go, {1}</source>
        <translation>✓ {0} weg, {1}</translation>
    </message>
    <message>
        <source>nothing to free</source>
        <translation>nichts zu gewinnen</translation>
    </message>
    <message>
        <source>{0} to free</source>
        <translation>{0} zu gewinnen</translation>
    </message>
</context>
<context>
    <name>Judges</name>
    <message>
        <source>No checking</source>
        <translation>Keine Prüfung</translation>
    </message>
    <message>
        <source>Check by matching points</source>
        <translation>Mit übereinstimmenden Punkten prüfen</translation>
    </message>
    <message>
        <source>Check with {0}</source>
        <translation>Mit {0} prüfen</translation>
    </message>
    <message>
        <source>The same thing</source>
        <translation>Dasselbe Ding</translation>
    </message>
    <message>
        <source>The same place</source>
        <translation>Derselbe Ort</translation>
    </message>
    <message>
        <source>The same work of art</source>
        <translation>Dasselbe Kunstwerk</translation>
    </message>
    <message>
        <source>The same shot, edited</source>
        <translation>Dieselbe Aufnahme, bearbeitet</translation>
    </message>
</context>
<context>
    <name>KeepingDialog</name>
    <message>
        <source>What to keep</source>
        <translation>Was bleibt</translation>
    </message>
    <message>
        <source>Of several duplicates, that photo is suggested to stay which the first rule prefers; where it cannot tell, the second one decides, and so on.</source>
        <translation>Von mehreren Duplikaten soll das Foto bleiben, das die erste Regel vorzieht; wo sie nichts sagen kann, entscheidet die zweite, und so weiter.</translation>
    </message>
    <message>
        <source>In these folders, and all below them, nothing is ever removed.</source>
        <translation>In diesen Ordnern und allen darunter wird nie etwas entfernt.</translation>
    </message>
</context>
<context>
    <name>KeepingRules</name>
    <message>
        <source>Rules, the first one on top</source>
        <translation>Regeln, die erste zuoberst</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Hinauf</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Hinunter</translation>
    </message>
    <message>
        <source>Usual order</source>
        <translation>Übliche Reihenfolge</translation>
    </message>
    <message>
        <source>Let the chosen rule decide earlier (Alt+↑)</source>
        <translation>Die gewählte Regel früher entscheiden lassen (Alt+↑)</translation>
    </message>
    <message>
        <source>Let the chosen rule decide later (Alt+↓)</source>
        <translation>Die gewählte Regel später entscheiden lassen (Alt+↓)</translation>
    </message>
</context>
<context>
    <name>LibraryController</name>
    <message>
        <source>Add a folder of photos</source>
        <translation>Einen Ordner mit Fotos hinzufügen</translation>
    </message>
</context>
<context>
    <name>LibraryModel</name>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <source>{0} stars</source>
        <translation>{0} Sterne</translation>
    </message>
</context>
<context>
    <name>LibraryPage</name>
    <message>
        <source>Opening the library…</source>
        <translation>Die Bibliothek wird geöffnet …</translation>
    </message>
    <message>
        <source>Order: {0}</source>
        <translation>Reihenfolge: {0}</translation>
    </message>
    <message>
        <source>Sort and group the photos</source>
        <translation>Die Fotos sortieren und gruppieren</translation>
    </message>
    <message>
        <source>Show squares</source>
        <translation>Quadrate zeigen</translation>
    </message>
    <message>
        <source>Show whole photos in rows</source>
        <translation>Ganze Fotos in Zeilen zeigen</translation>
    </message>
    <message>
        <source>Arrows</source>
        <translation>Pfeile</translation>
    </message>
    <message>
        <source>Select another photo</source>
        <translation>Ein anderes Foto wählen</translation>
    </message>
    <message>
        <source>Enter, Space</source>
        <translation>Eingabe, Leertaste</translation>
    </message>
    <message>
        <source>Show the photo large</source>
        <translation>Das Foto groß zeigen</translation>
    </message>
    <message>
        <source>Home, End</source>
        <translation>Pos1, Ende</translation>
    </message>
    <message>
        <source>The first or the last photo</source>
        <translation>Das erste oder das letzte Foto</translation>
    </message>
    <message>
        <source>Shift, Ctrl</source>
        <translation>Umschalt, Strg</translation>
    </message>
    <message>
        <source>Select several, with arrows or the mouse</source>
        <translation>Mehrere wählen, mit Pfeilen oder der Maus</translation>
    </message>
    <message>
        <source>Ctrl+Space</source>
        <translation>Strg+Leertaste</translation>
    </message>
    <message>
        <source>Select a photo, or no longer</source>
        <translation>Ein Foto wählen, oder nicht mehr</translation>
    </message>
    <message>
        <source>Ctrl+Wheel</source>
        <translation>Strg+Mausrad</translation>
    </message>
    <message>
        <source>Larger or smaller photos</source>
        <translation>Größere oder kleinere Fotos</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>The library cannot be opened</source>
        <translation>Die Bibliothek lässt sich nicht öffnen</translation>
    </message>
    <message>
        <source>One photo</source>
        <translation>Ein Foto</translation>
    </message>
    <message>
        <source>{0} photos</source>
        <translation>{0} Fotos</translation>
    </message>
    <message>
        <source>{0} of {1} selected</source>
        <translation>{0} von {1} gewählt</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message>
        <source>No photo meets all of the filters.</source>
        <translation>Kein Foto erfüllt alle Filter.</translation>
    </message>
    <message>
        <source>No photos here yet</source>
        <translation>Hier sind noch keine Fotos</translation>
    </message>
    <message>
        <source>New photos appear here by themselves.</source>
        <translation>Neue Fotos erscheinen hier von selbst.</translation>
    </message>
    <message>
        <source>Looking for photos…</source>
        <translation>Fotos werden gesucht …</translation>
    </message>
</context>
<context>
    <name>MapView</name>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>Arrows move, plus and minus zoom, Home shows all photos, Enter chooses those in the middle.</source>
        <translation>Pfeile verschieben, Plus und Minus zoomen, Pos1 zeigt alle Fotos, Eingabe wählt die in der Mitte.</translation>
    </message>
</context>
<context>
    <name>Match</name>
    <message>
        <source>Almost sure that both show the same: {0} %</source>
        <translation>Fast sicher zeigen beide dasselbe: {0} %</translation>
    </message>
    <message>
        <source>Very likely the same: {0} %</source>
        <translation>Sehr wahrscheinlich dasselbe: {0} %</translation>
    </message>
    <message>
        <source>Probably the same: {0} %</source>
        <translation>Wahrscheinlich dasselbe: {0} %</translation>
    </message>
    <message>
        <source>The same or not, it could be either: {0} %</source>
        <translation>Dasselbe oder nicht, beides ist möglich: {0} %</translation>
    </message>
    <message>
        <source>Probably not the same: {0} %</source>
        <translation>Wahrscheinlich nicht dasselbe: {0} %</translation>
    </message>
    <message>
        <source>Very likely not the same: {0} %</source>
        <translation>Sehr wahrscheinlich nicht dasselbe: {0} %</translation>
    </message>
    <message>
        <source>Almost sure that these are different: {0} %</source>
        <translation>Fast sicher verschieden: {0} %</translation>
    </message>
    <message>
        <source>Not checked by a judge</source>
        <translation>Von keinem Prüfer geprüft</translation>
    </message>
    <message>
        <source>{0} (not calibrated)</source>
        <translation>{0} (nicht kalibriert)</translation>
    </message>
    <message>
        <source>no details match</source>
        <translation>keine Einzelheiten stimmen überein</translation>
    </message>
    <message>
        <source>{0} details agree, no more than any two photos may have in common</source>
        <translation>{0} Einzelheiten passen, nicht mehr, als zwei beliebige Fotos gemeinsam haben können</translation>
    </message>
    <message>
        <source>{0} details lie in the same arrangement in both</source>
        <translation>{0} Einzelheiten liegen in beiden gleich angeordnet</translation>
    </message>
    <message>
        <source>{0} details lie in the same arrangement, mirrored</source>
        <translation>{0} Einzelheiten liegen gleich angeordnet, gespiegelt</translation>
    </message>
    <message>
        <source>Whole photos</source>
        <translation>Ganze Fotos</translation>
    </message>
    <message>
        <source>likeness {0} of 1</source>
        <translation>Ähnlichkeit {0} von 1</translation>
    </message>
    <message>
        <source>Details in the index</source>
        <translation>Einzelheiten im Index</translation>
    </message>
    <message>
        <source>votes of weight {0}</source>
        <translation>Stimmen vom Gewicht {0}</translation>
    </message>
    <message>
        <source>Matching points</source>
        <translation>Übereinstimmende Punkte</translation>
    </message>
    <message>
        <source>comparing…</source>
        <translation>wird verglichen …</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0} %</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>More menus</source>
        <translation>Weitere Menüs</translation>
    </message>
</context>
<context>
    <name>ModelOffer</name>
    <message>
        <source>Download…</source>
        <translation>Herunterladen …</translation>
    </message>
    <message>
        <source>Asks once more before anything is downloaded</source>
        <translation>Fragt noch einmal, bevor etwas heruntergeladen wird</translation>
    </message>
    <message>
        <source>Other models</source>
        <translation>Andere Modelle</translation>
    </message>
    <message>
        <source>No, thanks</source>
        <translation>Nein, danke</translation>
    </message>
    <message>
        <source>This is not offered again; the page of models has it</source>
        <translation>Das wird nicht wieder angeboten; es steht auf der Seite der Modelle</translation>
    </message>
    <message>
        <source>Results can also be checked by a model that looks at both photos. {0} suits this computer: {1} to download, {2}, {3} of memory. Licence: {4}.</source>
        <translation>Ergebnisse kann auch ein Modell prüfen, das beide Fotos ansieht. {0} passt zu diesem Computer: {1} herunterzuladen, {2}, {3} Arbeitsspeicher. Lizenz: {4}.</translation>
    </message>
    <message>
        <source>several pairs of photos a second</source>
        <translation>mehrere Paare von Fotos pro Sekunde</translation>
    </message>
    <message>
        <source>about one pair of photos a second</source>
        <translation>etwa ein Paar von Fotos pro Sekunde</translation>
    </message>
    <message>
        <source>a few seconds for a pair of photos</source>
        <translation>einige Sekunden für ein Paar von Fotos</translation>
    </message>
    <message>
        <source>many seconds for a pair of photos</source>
        <translation>viele Sekunden für ein Paar von Fotos</translation>
    </message>
</context>
<context>
    <name>ModelRow</name>
    <message>
        <source>The most capable one that runs comfortably on this computer.</source>
        <translation>Das fähigste, das auf diesem Computer bequem läuft.</translation>
    </message>
    <message>
        <source>Use for words</source>
        <translation>Für Wörter verwenden</translation>
    </message>
    <message>
        <source>Not for words</source>
        <translation>Nicht für Wörter</translation>
    </message>
    <message>
        <source>Words find photos by this model, beside the model that describes them. It looks at all photos once, in the background.</source>
        <translation>Wörter finden Fotos mit diesem Modell, neben dem Modell, das sie beschreibt. Es sieht alle Fotos einmal an, im Hintergrund.</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Check that its files are intact and belong together</source>
        <translation>Prüfen, ob seine Dateien heil sind und zusammengehören</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>In use for words</source>
        <translation>Für Wörter in Gebrauch</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>Empfohlen</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>Installiert</translation>
    </message>
    <message>
        <source>Looks for the same details at the same places in both photos. Comes with Lookalike.</source>
        <translation>Sucht in beiden Fotos nach denselben Einzelheiten an denselben Stellen. Gehört zu Lookalike.</translation>
    </message>
    <message>
        <source>Describes photos at a moderate cost; does not read words. Comes with Lookalike.</source>
        <translation>Beschreibt Fotos mit mäßigem Aufwand; liest keine Wörter. Gehört zu Lookalike.</translation>
    </message>
    <message>
        <source>{0} of memory</source>
        <translation>{0} Arbeitsspeicher</translation>
    </message>
    <message>
        <source>{0}, tight on this computer</source>
        <translation>{0}, knapp auf diesem Computer</translation>
    </message>
    <message>
        <source>{0}, too much for this computer</source>
        <translation>{0}, zu viel für diesen Computer</translation>
    </message>
    <message>
        <source>{0} photos per second</source>
        <translation>{0} Fotos pro Sekunde</translation>
    </message>
    <message>
        <source>fast</source>
        <translation>schnell</translation>
    </message>
    <message>
        <source>moderate speed</source>
        <translation>mittelschnell</translation>
    </message>
    <message>
        <source>slow</source>
        <translation>langsam</translation>
    </message>
    <message>
        <source>very slow</source>
        <translation>sehr langsam</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Continue…</source>
        <translation>Weiter …</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>Herunterladen …</translation>
    </message>
    <message>
        <source>This version of Lookalike cannot run this kind of model yet.</source>
        <translation>Diese Version von Lookalike kann solche Modelle noch nicht ausführen.</translation>
    </message>
    <message>
        <source>{0} downloaded so far.</source>
        <translation>{0} bisher heruntergeladen.</translation>
    </message>
    <message>
        <source>Words find {0} of {1} photos by it.</source>
        <translation>Wörter finden damit {0} von {1} Fotos.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird beendet …</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Matching points</source>
        <translation>Übereinstimmende Punkte</translation>
    </message>
    <message>
        <source>Built-in descriptor</source>
        <translation>Eingebauter Deskriptor</translation>
    </message>
</context>
<context>
    <name>ModelsController</name>
    <message>
        <source>Download {0}?</source>
        <translation>{0} herunterladen?</translation>
    </message>
    <message>
        <source>{0} are downloaded over the network from {1}/{2}.
Licence: {3}.

Nothing of yours is sent. The model is kept and runs on this computer.</source>
        <translation>{0} werden über das Netz von {1}/{2} heruntergeladen.
Lizenz: {3}.

Nichts von Ihnen wird gesendet. Das Modell wird auf diesem Computer aufbewahrt und ausgeführt.</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Herunterladen</translation>
    </message>
    <message>
        <source>Choose the model and its mmproj</source>
        <translation>Modell und sein mmproj wählen</translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation>Modelle (*.gguf)</translation>
    </message>
    <message>
        <source>Choose the model&apos;s folder</source>
        <translation>Ordner des Modells wählen</translation>
    </message>
    <message>
        <source>{0} is installed.</source>
        <translation>{0} ist installiert.</translation>
    </message>
    <message>
        <source>{0} is installed. In a trial it did {1}.</source>
        <translation>{0} ist installiert. Im Versuch schaffte es {1}.</translation>
    </message>
    <message>
        <source>{0} is intact: its files are unchanged and belong together.</source>
        <translation>{0} ist heil: Seine Dateien sind unverändert und gehören zusammen.</translation>
    </message>
    <message>
        <source>{0}: {1} Remove the model and add it again.</source>
        <translation>{0}: {1} Entfernen Sie das Modell und fügen Sie es neu hinzu.</translation>
    </message>
    <message>
        <source>The photos will now be described with this model.</source>
        <translation>Die Fotos werden nun mit diesem Modell beschrieben.</translation>
    </message>
    <message>
        <source>Words are now searched without a model.</source>
        <translation>Wörter werden jetzt ohne Modell gesucht.</translation>
    </message>
    <message>
        <source>{0} now looks at the photos, so that words find them by it.</source>
        <translation>{0} sieht jetzt die Fotos an, damit Wörter sie damit finden.</translation>
    </message>
    <message>
        <source>Remove {0}?</source>
        <translation>{0} entfernen?</translation>
    </message>
    <message>
        <source>Lookalike&apos;s copy is deleted, which frees {0}.</source>
        <translation>Lookalikes Kopie wird gelöscht, das macht {0} frei.</translation>
    </message>
    <message>
        <source>Delete the unfinished download of {0}?</source>
        <translation>Den unfertigen Download von {0} löschen?</translation>
    </message>
    <message>
        <source>A new download then starts from the beginning.</source>
        <translation>Ein neuer Download beginnt dann von vorn.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Import files…</source>
        <translation>Dateien importieren …</translation>
    </message>
    <message>
        <source>The two GGUF files of a model that checks results: the model and its mmproj</source>
        <translation>Die beiden GGUF-Dateien eines Modells, das Ergebnisse prüft: das Modell und sein mmproj</translation>
    </message>
    <message>
        <source>Import a folder…</source>
        <translation>Ordner importieren …</translation>
    </message>
    <message>
        <source>The folder of a model that describes photos, in the transformers layout</source>
        <translation>Der Ordner eines Modells, das Fotos beschreibt, im Format von transformers</translation>
    </message>
    <message>
        <source>Saved evaluation…</source>
        <translation>Gespeicherte Auswertung …</translation>
    </message>
    <message>
        <source>Show the worst queries of a saved evaluation, and what came first (Ctrl+Shift+E)</source>
        <translation>Die schlechtesten Anfragen einer gespeicherten Auswertung zeigen, und was zuerst kam (Strg+Umschalt+E)</translation>
    </message>
    <message>
        <source>Models that check results: do both photos show the same thing?</source>
        <translation>Modelle, die Ergebnisse prüfen: Zeigen beide Fotos dasselbe?</translation>
    </message>
    <message>
        <source>Models that describe photos: searches compare what they say</source>
        <translation>Modelle, die Fotos beschreiben: Suchen vergleichen, was sie sagen</translation>
    </message>
    <message numerus="yes">
        <source>This computer has {0} of memory and %n core(s). Nothing is downloaded before you ask for it.</source>
        <translation>
            <numerusform>Dieser Computer hat {0} Arbeitsspeicher und %n Kern. Nichts wird heruntergeladen, bevor Sie es wollen.</numerusform>
            <numerusform>Dieser Computer hat {0} Arbeitsspeicher und %n Kerne. Nichts wird heruntergeladen, bevor Sie es wollen.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NameEditor</name>
    <message>
        <source>Name of this thing</source>
        <translation>Name dieses Dings</translation>
    </message>
    <message>
        <source>Name this</source>
        <translation>Benennen</translation>
    </message>
</context>
<context>
    <name>Navigator</name>
    <message>
        <source>Find the same thing</source>
        <translation>Dasselbe Ding finden</translation>
    </message>
    <message>
        <source>More like this</source>
        <translation>Mehr davon</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>Warum?</translation>
    </message>
    <message>
        <source>This is the same</source>
        <translation>Das ist dasselbe</translation>
    </message>
    <message>
        <source>This is not the same</source>
        <translation>Das ist nicht dasselbe</translation>
    </message>
    <message>
        <source>Not like this</source>
        <translation>Nicht so etwas</translation>
    </message>
    <message>
        <source>Show large</source>
        <translation>Groß zeigen</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>OrderMenu</name>
    <message>
        <source>Date taken</source>
        <translation>Aufnahmedatum</translation>
    </message>
    <message>
        <source>Date added</source>
        <translation>Hinzugefügt</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Stars</source>
        <translation>Sterne</translation>
    </message>
    <message>
        <source>By day</source>
        <translation>Nach Tagen</translation>
    </message>
    <message>
        <source>By month</source>
        <translation>Nach Monaten</translation>
    </message>
    <message>
        <source>Without headings</source>
        <translation>Ohne Überschriften</translation>
    </message>
    <message>
        <source>Z to A</source>
        <translation>Z bis A</translation>
    </message>
    <message>
        <source>A to Z</source>
        <translation>A bis Z</translation>
    </message>
    <message>
        <source>Largest first</source>
        <translation>Größte zuerst</translation>
    </message>
    <message>
        <source>Smallest first</source>
        <translation>Kleinste zuerst</translation>
    </message>
    <message>
        <source>Most stars first</source>
        <translation>Meiste Sterne zuerst</translation>
    </message>
    <message>
        <source>Fewest stars first</source>
        <translation>Wenigste Sterne zuerst</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>Neueste zuerst</translation>
    </message>
    <message>
        <source>Oldest first</source>
        <translation>Älteste zuerst</translation>
    </message>
</context>
<context>
    <name>PairView</name>
    <message>
        <source>What is searched for</source>
        <translation>Wonach gesucht wird</translation>
    </message>
    <message>
        <source>The result</source>
        <translation>Das Ergebnis</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Unterschied</translation>
    </message>
</context>
<context>
    <name>PhotoActions</name>
    <message>
        <source>Open {0} photos in another program?</source>
        <translation>{0} Fotos in einem anderen Programm öffnen?</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>No program on this computer opens {0}.</source>
        <translation>Kein Programm auf diesem Computer öffnet {0}.</translation>
    </message>
    <message>
        <source>The photo was copied.</source>
        <translation>Das Foto wurde kopiert.</translation>
    </message>
    <message>
        <source>{0} photos were copied.</source>
        <translation>{0} Fotos wurden kopiert.</translation>
    </message>
    <message>
        <source>The path was copied.</source>
        <translation>Der Pfad wurde kopiert.</translation>
    </message>
    <message>
        <source>{0} paths were copied.</source>
        <translation>{0} Pfade wurden kopiert.</translation>
    </message>
    <message>
        <source>the stars</source>
        <translation>die Sterne</translation>
    </message>
</context>
<context>
    <name>PhotoCanvas</name>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
</context>
<context>
    <name>PhotoMenu</name>
    <message>
        <source>Show large</source>
        <translation>Groß zeigen</translation>
    </message>
    <message>
        <source>Open in another program</source>
        <translation>In anderem Programm öffnen</translation>
    </message>
    <message>
        <source>Show in the file manager</source>
        <translation>In der Dateiverwaltung zeigen</translation>
    </message>
    <message>
        <source>Copy the photo</source>
        <translation>Foto kopieren</translation>
    </message>
    <message>
        <source>Copy the path</source>
        <translation>Pfad kopieren</translation>
    </message>
    <message>
        <source>Select all photos</source>
        <translation>Alle Fotos wählen</translation>
    </message>
    <message>
        <source>Find similar photos</source>
        <translation>Ähnliche Fotos finden</translation>
    </message>
    <message>
        <source>Move to the trash…</source>
        <translation>In den Papierkorb legen …</translation>
    </message>
    <message>
        <source>No stars</source>
        <translation>Keine Sterne</translation>
    </message>
    <message>
        <source>One star</source>
        <translation>Ein Stern</translation>
    </message>
    <message>
        <source>{0} stars</source>
        <translation>{0} Sterne</translation>
    </message>
    <message>
        <source>Copy {0} photos</source>
        <translation>{0} Fotos kopieren</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the paths</source>
        <translation>Pfade kopieren</translation>
    </message>
    <message>
        <source>Stars</source>
        <translation>Sterne</translation>
    </message>
    <message>
        <source>Kept in Lookalike; no file is changed</source>
        <translation>In Lookalike aufbewahrt; keine Datei wird verändert</translation>
    </message>
</context>
<context>
    <name>PhotoModel</name>
    <message>
        <source>Photo {0} of {1}</source>
        <translation>Foto {0} von {1}</translation>
    </message>
</context>
<context>
    <name>PlacesPage</name>
    <message>
        <source>Places</source>
        <translation>Orte</translation>
    </message>
    <message>
        <source>Nearer (+)</source>
        <translation>Näher (+)</translation>
    </message>
    <message>
        <source>Farther (−)</source>
        <translation>Weiter weg (−)</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alle zeigen</translation>
    </message>
    <message>
        <source>Show all photos on the map (Home)</source>
        <translation>Alle Fotos auf der Karte zeigen (Pos1)</translation>
    </message>
    <message>
        <source>Search only here</source>
        <translation>Nur hier suchen</translation>
    </message>
    <message>
        <source>Narrow searches and the library to these photos&apos; part of the map</source>
        <translation>Suchen und Bibliothek auf den Kartenausschnitt dieser Fotos einschränken</translation>
    </message>
    <message>
        <source>Looking for positions…</source>
        <translation>Positionen werden gesucht …</translation>
    </message>
    <message>
        <source>No photo has a position</source>
        <translation>Kein Foto hat eine Position</translation>
    </message>
    <message>
        <source>Phones write one into their photos where that is switched on, many cameras do not.</source>
        <translation>Telefone schreiben eine in ihre Fotos, wenn das eingeschaltet ist, viele Kameras nicht.</translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s) with a position</source>
        <translation>
            <numerusform>%n Foto mit Position</numerusform>
            <numerusform>%n Fotos mit Position</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s) chosen</source>
        <translation>
            <numerusform>%n Foto gewählt</numerusform>
            <numerusform>%n Fotos gewählt</numerusform>
        </translation>
    </message>
    <message>
        <source>{0} of {1} photos in sight</source>
        <translation>{0} von {1} Fotos zu sehen</translation>
    </message>
</context>
<context>
    <name>Program</name>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Go</source>
        <translation>Gehe zu</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>About this library</source>
        <translation>Über diese Bibliothek</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Close the window</source>
        <translation>Fenster schließen</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Menu bar</source>
        <translation>Menüleiste</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Vollbild</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>All commands…</source>
        <translation>Alle Befehle …</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Protokoll zeigen</translation>
    </message>
    <message>
        <source>About Lookalike</source>
        <translation>Über Lookalike</translation>
    </message>
    <message>
        <source>Lookalike {0}</source>
        <translation>Lookalike {0}</translation>
    </message>
    <message>
        <source>Finds the other photos of the same thing in your own collection, on your own computer. Free software under the Apache licence 2.0; the parts it is built from keep their own licences.</source>
        <translation>Findet die anderen Fotos vom selben Ding in Ihrer Sammlung, auf Ihrem Computer. Freie Software unter der Apache-Lizenz 2.0; ihre Bestandteile behalten ihre eigenen Lizenzen.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Undo {0}</source>
        <translation>{0} rückgängig machen</translation>
    </message>
    <message>
        <source>Redo {0}</source>
        <translation>{0} wiederholen</translation>
    </message>
</context>
<context>
    <name>ProtectedFolderList</name>
    <message>
        <source>Protected folders</source>
        <translation>Geschützte Ordner</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>Hinzufügen …</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Protect a folder</source>
        <translation>Einen Ordner schützen</translation>
    </message>
    <message>
        <source>Protect the chosen folder no longer</source>
        <translation>Den gewählten Ordner nicht mehr schützen</translation>
    </message>
</context>
<context>
    <name>QueryChip</name>
    <message>
        <source>End this search (Esc)</source>
        <translation>Diese Suche beenden (Esc)</translation>
    </message>
    <message>
        <source>End this search</source>
        <translation>Diese Suche beenden</translation>
    </message>
    <message>
        <source>Searching for {0}</source>
        <translation>Suche nach {0}</translation>
    </message>
</context>
<context>
    <name>QueryCompleter</name>
    <message>
        <source>Suggestions</source>
        <translation>Vorschläge</translation>
    </message>
</context>
<context>
    <name>RecentSearches</name>
    <message>
        <source>Recent searches</source>
        <translation>Letzte Suchen</translation>
    </message>
    <message>
        <source>Forget these searches</source>
        <translation>Diese Suchen vergessen</translation>
    </message>
    <message>
        <source>Forget them, and keep no searches</source>
        <translation>Sie vergessen und keine Suchen merken</translation>
    </message>
    <message>
        <source>Keep recent searches from now on</source>
        <translation>Suchen von jetzt an merken</translation>
    </message>
</context>
<context>
    <name>ResultsModel</name>
    <message>
        <source>you called it the same</source>
        <translation>von Ihnen als dasselbe bezeichnet</translation>
    </message>
    <message>
        <source>you called it not the same</source>
        <translation>von Ihnen als nicht dasselbe bezeichnet</translation>
    </message>
    <message>
        <source>{0}, not checked yet</source>
        <translation>{0}, noch nicht geprüft</translation>
    </message>
    <message>
        <source>{0}, match {1} percent</source>
        <translation>{0}, Übereinstimmung {1} Prozent</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>Gefunden</translation>
    </message>
    <message>
        <source>nothing for sure</source>
        <translation>nichts Sicheres</translation>
    </message>
    <message>
        <source>Perhaps</source>
        <translation>Vielleicht</translation>
    </message>
    <message>
        <source>The same</source>
        <translation>Dasselbe</translation>
    </message>
    <message>
        <source>still looking</source>
        <translation>sucht noch</translation>
    </message>
    <message>
        <source>none found</source>
        <translation>keines gefunden</translation>
    </message>
    <message>
        <source>Similar</source>
        <translation>Ähnlich</translation>
    </message>
</context>
<context>
    <name>ResultsPage</name>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Leave the results as they are (Esc)</source>
        <translation>Die Ergebnisse lassen, wie sie sind (Esc)</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Sucht …</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>Nicht geprüft</translation>
    </message>
    <message>
        <source>Match {0} %</source>
        <translation>Übereinstimmung {0} %</translation>
    </message>
    <message>
        <source>Match {0} %, not calibrated</source>
        <translation>Übereinstimmung {0} %, nicht kalibriert</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message>
        <source>No other photo meets all of the filters.</source>
        <translation>Kein anderes Foto erfüllt alle Filter.</translation>
    </message>
    <message>
        <source>Nothing to compare with yet</source>
        <translation>Noch nichts zu vergleichen</translation>
    </message>
    <message>
        <source>No photo has been indexed so far.</source>
        <translation>Bisher ist kein Foto indexiert.</translation>
    </message>
    <message>
        <source>This search did not work</source>
        <translation>Diese Suche hat nicht geklappt</translation>
    </message>
    <message>
        <source>Above the line is what is known or sure, below it what may be meant.</source>
        <translation>Über der Linie steht, was bekannt oder sicher ist, darunter, was gemeint sein könnte.</translation>
    </message>
    <message>
        <source>Above the line, photos show the very same thing more likely than not. Below it they only look alike.</source>
        <translation>Über der Linie zeigen Fotos eher genau dasselbe als nicht. Darunter sehen sie nur ähnlich aus.</translation>
    </message>
    <message>
        <source>Nobody has measured where it runs for this search: it is a guess.</source>
        <translation>Wo sie für diese Suche verläuft, hat niemand gemessen: Sie ist geschätzt.</translation>
    </message>
    <message>
        <source>Where it runs was measured on photos of known things.</source>
        <translation>Wo sie verläuft, wurde an Fotos bekannter Dinge gemessen.</translation>
    </message>
    <message>
        <source>What you call the same or not the same moves there at once.</source>
        <translation>Was Sie als dasselbe oder nicht dasselbe bezeichnen, rückt sofort dorthin.</translation>
    </message>
    <message>
        <source>This model&apos;s answers are not calibrated yet: the line is a guess.</source>
        <translation>Die Antworten dieses Modells sind noch nicht kalibriert: Die Linie ist geschätzt.</translation>
    </message>
    <message>
        <source>Similarity is not calibrated for this search: the line is a guess.</source>
        <translation>Die Ähnlichkeit ist für diese Suche nicht kalibriert: Die Linie ist geschätzt.</translation>
    </message>
    <message>
        <source>Checked {0} of {1}</source>
        <translation>{0} von {1} geprüft</translation>
    </message>
    <message>
        <source>{0} found</source>
        <translation>{0} gefunden</translation>
    </message>
    <message>
        <source>{0} the same, {1} similar</source>
        <translation>{0} gleich, {1} ähnlich</translation>
    </message>
    <message>
        <source>The order is updated when the pointer leaves the photos.</source>
        <translation>Die Reihenfolge wird erneuert, wenn der Zeiger die Fotos verlässt.</translation>
    </message>
</context>
<context>
    <name>SearchBar</name>
    <message>
        <source>Drop, paste or open a photo – or type words</source>
        <translation>Ein Foto ablegen, einfügen oder öffnen – oder Wörter tippen</translation>
    </message>
    <message>
        <source>Search words</source>
        <translation>Suchwörter</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>All menus (Ctrl+M shows them at the top)</source>
        <translation>Alle Menüs (Strg+M zeigt sie oben)</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Show or hide the folders</source>
        <translation>Ordner zeigen oder verbergen</translation>
    </message>
    <message>
        <source>Open a photo</source>
        <translation>Foto öffnen</translation>
    </message>
    <message>
        <source>Search with a photo file (Ctrl+O)</source>
        <translation>Mit einer Fotodatei suchen (Strg+O)</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>Einfügen</translation>
    </message>
    <message>
        <source>Search with the picture in the clipboard (Ctrl+V)</source>
        <translation>Mit dem Bild in der Zwischenablage suchen (Strg+V)</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Narrow by folder, date, camera or stars (Ctrl+L)</source>
        <translation>Nach Ordner, Datum, Kamera oder Sternen einschränken (Strg+L)</translation>
    </message>
    <message>
        <source>Who checks the results</source>
        <translation>Wer die Ergebnisse prüft</translation>
    </message>
    <message>
        <source>Who checks the best results, pair by pair</source>
        <translation>Wer die besten Ergebnisse prüft, Paar für Paar</translation>
    </message>
    <message>
        <source>What counts as the same</source>
        <translation>Was als dasselbe gilt</translation>
    </message>
    <message>
        <source>What the model is asked about each pair of photos</source>
        <translation>Was das Modell zu jedem Paar von Fotos gefragt wird</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>Duplikate</translation>
    </message>
    <message>
        <source>Show the duplicates among the photos (Ctrl+Shift+D)</source>
        <translation>Die Duplikate unter den Fotos zeigen (Strg+Umschalt+D)</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Show the models (Ctrl+Shift+M)</source>
        <translation>Die Modelle zeigen (Strg+Umschalt+M)</translation>
    </message>
    <message>
        <source>Things</source>
        <translation>Dinge</translation>
    </message>
    <message>
        <source>Show the things and places (Ctrl+T)</source>
        <translation>Die Dinge und Orte zeigen (Strg+T)</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>Orte</translation>
    </message>
    <message>
        <source>Show the photos on a map (Ctrl+G)</source>
        <translation>Die Fotos auf einer Karte zeigen (Strg+G)</translation>
    </message>
</context>
<context>
    <name>SearchController</name>
    <message>
        <source>this photo</source>
        <translation>dieses Foto</translation>
    </message>
    <message>
        <source>part of {0}</source>
        <translation>Teil von {0}</translation>
    </message>
    <message>
        <source>a part of a photo</source>
        <translation>ein Teil eines Fotos</translation>
    </message>
    <message>
        <source>The same</source>
        <translation>Dasselbe</translation>
    </message>
    <message>
        <source>Not the same</source>
        <translation>Nicht dasselbe</translation>
    </message>
    <message>
        <source>Taken back</source>
        <translation>Zurückgenommen</translation>
    </message>
</context>
<context>
    <name>SelectingView</name>
    <message>
        <source>{0} selected</source>
        <translation>{0} gewählt</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>From the next start on</source>
        <translation>Ab dem nächsten Start</translation>
    </message>
    <message>
        <source>Menus at the top of the window</source>
        <translation>Menüs oben im Fenster</translation>
    </message>
    <message>
        <source>Otherwise they are behind a button. Ctrl+M</source>
        <translation>Sonst sind sie hinter einem Knopf. Strg+M</translation>
    </message>
    <message>
        <source>Go on in the system&apos;s tray when the window is closed</source>
        <translation>Im Infobereich weiterlaufen, wenn das Fenster geschlossen wird</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>The best results</source>
        <translation>Die besten Ergebnisse</translation>
    </message>
    <message>
        <source>Who looks at them again, pair by pair</source>
        <translation>Wer sie noch einmal ansieht, Paar für Paar</translation>
    </message>
    <message>
        <source>What counts as the same</source>
        <translation>Was als dasselbe gilt</translation>
    </message>
    <message>
        <source>How many are checked</source>
        <translation>Wie viele geprüft werden</translation>
    </message>
    <message>
        <source>More find more, and take longer</source>
        <translation>Mehr finden mehr und dauern länger</translation>
    </message>
    <message>
        <source>Compare each pair in both orders</source>
        <translation>Jedes Paar in beiden Richtungen vergleichen</translation>
    </message>
    <message>
        <source>Takes twice as long, and is surer</source>
        <translation>Dauert doppelt so lange und ist sicherer</translation>
    </message>
    <message>
        <source>Read the text in photos in the background</source>
        <translation>Text in Fotos im Hintergrund lesen</translation>
    </message>
    <message>
        <source>Words then find signs, pages and receipts</source>
        <translation>Wörter finden dann Schilder, Seiten und Belege</translation>
    </message>
    <message>
        <source>Multimodal models</source>
        <translation>Multimodale Modelle</translation>
    </message>
    <message>
        <source>Fast</source>
        <translation>Schnell</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Ausgewogen</translation>
    </message>
    <message>
        <source>Fine</source>
        <translation>Fein</translation>
    </message>
    <message>
        <source>Detail that they see</source>
        <translation>Einzelheiten, die sie sehen</translation>
    </message>
    <message>
        <source> MB</source>
        <translation> MB</translation>
    </message>
    <message>
        <source>Room on the disk for prepared photos</source>
        <translation>Platz auf der Platte für vorbereitete Fotos</translation>
    </message>
    <message>
        <source>Prepare photos while the computer is idle</source>
        <translation>Fotos vorbereiten, wenn der Computer nichts zu tun hat</translation>
    </message>
    <message>
        <source>Searches are then many times faster</source>
        <translation>Suchen sind dann um ein Vielfaches schneller</translation>
    </message>
    <message>
        <source>Ask a model only where it can change something</source>
        <translation>Ein Modell nur fragen, wo es etwas ändern kann</translation>
    </message>
    <message>
        <source>Matching points answer first; otherwise the model looks at all</source>
        <translation>Übereinstimmende Punkte antworten zuerst; sonst sieht das Modell alle an</translation>
    </message>
    <message>
        <source>Describe photos in the background</source>
        <translation>Fotos im Hintergrund beschreiben</translation>
    </message>
    <message>
        <source>Words then find what the model says of a photo</source>
        <translation>Wörter finden dann, was das Modell über ein Foto sagt</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>Modelle …</translation>
    </message>
    <message>
        <source>Download, add or remove models</source>
        <translation>Modelle herunterladen, hinzufügen oder entfernen</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Slower on battery</source>
        <translation>Langsamer im Akkubetrieb</translation>
    </message>
    <message>
        <source>Slower on battery and when the computer is busy</source>
        <translation>Langsamer im Akkubetrieb und wenn der Computer beschäftigt ist</translation>
    </message>
    <message>
        <source>Always at full speed</source>
        <translation>Immer mit voller Kraft</translation>
    </message>
    <message>
        <source>Indexing new photos</source>
        <translation>Neue Fotos indexieren</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>Ändern …</translation>
    </message>
    <message>
        <source>Left out of the library</source>
        <translation>Aus der Bibliothek ausgelassen</translation>
    </message>
    <message>
        <source>About this library…</source>
        <translation>Über diese Bibliothek …</translation>
    </message>
    <message>
        <source>Where the library lies</source>
        <translation>Wo die Bibliothek liegt</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>Duplikate</translation>
    </message>
    <message>
        <source>Which photo is kept</source>
        <translation>Welches Foto bleibt</translation>
    </message>
    <message>
        <source>The first line that tells two photos apart decides</source>
        <translation>Die erste Zeile, die zwei Fotos unterscheidet, entscheidet</translation>
    </message>
    <message>
        <source>Protected folders</source>
        <translation>Geschützte Ordner</translation>
    </message>
    <message>
        <source>No duplicate in them is removed</source>
        <translation>Kein Duplikat darin wird entfernt</translation>
    </message>
    <message>
        <source>Indexing goes on there. Ctrl+Q ends the program.</source>
        <translation>Das Indexieren geht dort weiter. Strg+Q beendet das Programm.</translation>
    </message>
    <message>
        <source>This desktop has no tray.</source>
        <translation>Dieser Schreibtisch hat keinen Infobereich.</translation>
    </message>
    <message>
        <source>As suggested ({0})</source>
        <translation>Wie vorgeschlagen ({0})</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>More detail takes longer</source>
        <translation>Mehr Einzelheiten dauern länger</translation>
    </message>
    <message>
        <source>More detail takes longer. For this computer: {0}</source>
        <translation>Mehr Einzelheiten dauern länger. Für diesen Computer: {0}</translation>
    </message>
</context>
<context>
    <name>ShortcutsPage</name>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
</context>
<context>
    <name>StorageController</name>
    <message>
        <source>{0} are free again.</source>
        <translation>{0} sind wieder frei.</translation>
    </message>
</context>
<context>
    <name>StoragePage</name>
    <message>
        <source>Storage</source>
        <translation>Speicherplatz</translation>
    </message>
    <message>
        <source>{0} in all. {1} of the disk are left. Your photos are not counted: they stay where they are.</source>
        <translation>{0} insgesamt. {1} der Platte sind frei. Ihre Fotos sind nicht mitgezählt: Sie bleiben, wo sie sind.</translation>
    </message>
    <message>
        <source>The library lies in {0}</source>
        <translation>Die Bibliothek liegt in {0}</translation>
    </message>
    <message>
        <source>Freeing…</source>
        <translation>Wird freigegeben …</translation>
    </message>
    <message>
        <source>Free space</source>
        <translation>Platz schaffen</translation>
    </message>
    <message>
        <source>Catalog</source>
        <translation>Katalog</translation>
    </message>
    <message>
        <source>Search index</source>
        <translation>Suchindex</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Matching points</source>
        <translation>Übereinstimmende Punkte</translation>
    </message>
    <message>
        <source>Small pictures</source>
        <translation>Kleine Bilder</translation>
    </message>
    <message>
        <source>What the model saw</source>
        <translation>Was das Modell gesehen hat</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>What is known of your photos, and what you decided</source>
        <translation>Was über Ihre Fotos bekannt ist, und was Sie entschieden haben</translation>
    </message>
    <message>
        <source>Finds similar photos; made again by itself if it is lost</source>
        <translation>Findet ähnliche Fotos; entsteht von selbst neu, wenn er verloren geht</translation>
    </message>
    <message>
        <source>Finds photos by details they share</source>
        <translation>Findet Fotos an gemeinsamen Einzelheiten</translation>
    </message>
    <message>
        <source>Kept so that results are checked quickly; made again when needed</source>
        <translation>Aufbewahrt, damit Ergebnisse schnell geprüft sind; entstehen bei Bedarf neu</translation>
    </message>
    <message>
        <source>Shown in grids; made again when they come into sight</source>
        <translation>In Rastern gezeigt; entstehen neu, wenn sie in Sicht kommen</translation>
    </message>
    <message>
        <source>Kept so that the model looks at each photo only once</source>
        <translation>Aufbewahrt, damit das Modell jedes Foto nur einmal ansieht</translation>
    </message>
    <message>
        <source>Shared by all libraries; removed on the page of models</source>
        <translation>Für alle Bibliotheken gemeinsam; entfernt werden sie auf der Seite der Modelle</translation>
    </message>
</context>
<context>
    <name>StorageRow</name>
    <message>
        <source>at most</source>
        <translation>höchstens</translation>
    </message>
    <message>
        <source>{0}: gigabytes at most</source>
        <translation>{0}: Gigabyte höchstens</translation>
    </message>
    <message>
        <source>Free space</source>
        <translation>Platz schaffen</translation>
    </message>
    <message>
        <source>Free space: {0}</source>
        <translation>Platz schaffen: {0}</translation>
    </message>
</context>
<context>
    <name>SwipeCanvas</name>
    <message>
        <source>One photo over the other</source>
        <translation>Ein Foto über dem anderen</translation>
    </message>
</context>
<context>
    <name>ThingModel</name>
    <message>
        <source>{0} photos</source>
        <translation>{0} Fotos</translation>
    </message>
</context>
<context>
    <name>ThingsController</name>
    <message>
        <source>the name</source>
        <translation>den Namen</translation>
    </message>
    <message>
        <source>taking a photo out</source>
        <translation>das Herausnehmen eines Fotos</translation>
    </message>
    <message>
        <source>joining two things</source>
        <translation>das Zusammenlegen zweier Dinge</translation>
    </message>
    <message>
        <source>Show its photos</source>
        <translation>Seine Fotos zeigen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Same as another…</source>
        <translation>Dasselbe wie ein anderes …</translation>
    </message>
</context>
<context>
    <name>ThingsPage</name>
    <message>
        <source>Things</source>
        <translation>Dinge</translation>
    </message>
    <message>
        <source>Name this</source>
        <translation>Benennen</translation>
    </message>
    <message>
        <source>Name of this thing</source>
        <translation>Name dieses Dings</translation>
    </message>
    <message>
        <source>Not this one</source>
        <translation>Dieses nicht</translation>
    </message>
    <message>
        <source>The selected photo does not show this (Del). It stays out for ever.</source>
        <translation>Das gewählte Foto zeigt das nicht (Entf). Es bleibt für immer draußen.</translation>
    </message>
    <message>
        <source>Same as another…</source>
        <translation>Dasselbe wie ein anderes …</translation>
    </message>
    <message>
        <source>Choose another thing that is the same as this one</source>
        <translation>Ein anderes Ding wählen, das dasselbe ist wie dieses</translation>
    </message>
    <message>
        <source>Ask the model, too</source>
        <translation>Auch das Modell fragen</translation>
    </message>
    <message>
        <source>Where the details of two photos leave open whether they show the same, the multimodal model decides. It is asked a minute at a time, in the background.</source>
        <translation>Wo die Einzelheiten zweier Fotos offenlassen, ob sie dasselbe zeigen, entscheidet das multimodale Modell. Es wird im Hintergrund gefragt, jeweils eine Minute lang.</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Show the photos of a thing</source>
        <translation>Die Fotos eines Dings zeigen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Entf</translation>
    </message>
    <message>
        <source>The selected photo does not show this</source>
        <translation>Das gewählte Foto zeigt das nicht</translation>
    </message>
    <message>
        <source>Which one is the same?</source>
        <translation>Welches ist dasselbe?</translation>
    </message>
    <message>
        <source>As {0}. Esc leaves both as they are.</source>
        <translation>Wie {0}. Esc lässt beide, wie sie sind.</translation>
    </message>
    <message>
        <source>No things yet</source>
        <translation>Noch keine Dinge</translation>
    </message>
    <message>
        <source>Photos of the same object, building, view or work of art appear here together.</source>
        <translation>Fotos vom selben Gegenstand, Gebäude, Ausblick oder Kunstwerk erscheinen hier zusammen.</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Timeline</source>
        <translation>Zeitleiste</translation>
    </message>
</context>
<context>
    <name>TokenPreparationLine</name>
    <message>
        <source>Prepare photos while the computer is idle</source>
        <translation>Fotos vorbereiten, wenn der Computer nichts zu tun hat</translation>
    </message>
    <message>
        <source>The model looks at every photo once, ahead of time. Searches are then many times faster.</source>
        <translation>Das Modell sieht jedes Foto einmal im Voraus an. Suchen sind dann um ein Vielfaches schneller.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>All photos but {0} are prepared</source>
        <translation>Alle Fotos außer {0} sind vorbereitet</translation>
    </message>
    <message>
        <source>All photos are prepared</source>
        <translation>Alle Fotos sind vorbereitet</translation>
    </message>
    <message>
        <source>{0} of {1} photos prepared</source>
        <translation>{0} von {1} Fotos vorbereitet</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>continues when the computer is idle</source>
        <translation>geht weiter, wenn der Computer nichts zu tun hat</translation>
    </message>
    <message>
        <source>Starts when the computer is idle</source>
        <translation>Beginnt, wenn der Computer nichts zu tun hat</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>noch {0}</translation>
    </message>
</context>
<context>
    <name>TrashController</name>
    <message>
        <source>Move this photo to the trash?</source>
        <translation>Dieses Foto in den Papierkorb legen?</translation>
    </message>
    <message>
        <source>Move {0} photos to the trash?</source>
        <translation>{0} Fotos in den Papierkorb legen?</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>In den Papierkorb legen</translation>
    </message>
    <message>
        <source>With all copies and raw files, these are {0} files.</source>
        <translation>Mit allen Kopien und Raw-Dateien sind das {0} Dateien.</translation>
    </message>
    <message>
        <source>{0} files lie on drives that are away, and stay.</source>
        <translation>{0} Dateien liegen auf Laufwerken, die nicht da sind, und bleiben.</translation>
    </message>
    <message>
        <source>Undo puts them back.</source>
        <translation>Rückgängig holt sie zurück.</translation>
    </message>
    <message>
        <source>The window of the system&apos;s trash puts them back.</source>
        <translation>Im Fenster des Papierkorbs lassen sie sich zurückholen.</translation>
    </message>
    <message>
        <source>One photo is in the trash.</source>
        <translation>Ein Foto ist im Papierkorb.</translation>
    </message>
    <message>
        <source>{0} photos are in the trash.</source>
        <translation>{0} Fotos sind im Papierkorb.</translation>
    </message>
    <message>
        <source>moving to the trash</source>
        <translation>das Legen in den Papierkorb</translation>
    </message>
    <message>
        <source>One file was put back.</source>
        <translation>Eine Datei wurde zurückgeholt.</translation>
    </message>
    <message>
        <source>{0} files were put back.</source>
        <translation>{0} Dateien wurden zurückgeholt.</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>und {0} weitere</translation>
    </message>
    <message>
        <source>Photos are being moved. Try again when that has ended.</source>
        <translation>Gerade werden Fotos verschoben. Versuchen Sie es danach noch einmal.</translation>
    </message>
    <message>
        <source>Moving {0} of {1} photos…</source>
        <translation>{0} von {1} Fotos werden verschoben …</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Show the window</source>
        <translation>Fenster zeigen</translation>
    </message>
    <message>
        <source>Pause indexing</source>
        <translation>Indexieren anhalten</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>Viewer</name>
    <message>
        <source>Rejected</source>
        <translation>Abgelehnt</translation>
    </message>
    <message>
        <source>and {0} more places</source>
        <translation>und {0} weitere Orte</translation>
    </message>
    <message>
        <source>with {0}</source>
        <translation>mit {0}</translation>
    </message>
    <message>
        <source>{0} × {1} ({2} megapixels)</source>
        <translation>{0} × {1} ({2} Megapixel)</translation>
    </message>
    <message>
        <source>{0}° N</source>
        <translation>{0}° N</translation>
    </message>
    <message>
        <source>{0}° S</source>
        <translation>{0}° S</translation>
    </message>
    <message>
        <source>{0}° E</source>
        <translation>{0}° O</translation>
    </message>
    <message>
        <source>{0}° W</source>
        <translation>{0}° W</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} s</translation>
    </message>
    <message>
        <source>{0} mm</source>
        <translation>{0} mm</translation>
    </message>
    <message>
        <source>{0} mm (equivalent to {1} mm)</source>
        <translation>{0} mm (entspricht {1} mm)</translation>
    </message>
    <message>
        <source>flash</source>
        <translation>Blitz</translation>
    </message>
    <message>
        <source>Fit to the window</source>
        <translation>Ans Fenster anpassen</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>Warum?</translation>
    </message>
    <message>
        <source>Show both photos side by side, and what the match is based on (W)</source>
        <translation>Beide Fotos nebeneinander zeigen, und worauf die Übereinstimmung beruht (W)</translation>
    </message>
    <message>
        <source>More photos of this</source>
        <translation>Mehr Fotos davon</translation>
    </message>
    <message>
        <source>Previous or next photo</source>
        <translation>Vorheriges oder nächstes Foto</translation>
    </message>
    <message>
        <source>Larger or smaller</source>
        <translation>Größer oder kleiner</translation>
    </message>
    <message>
        <source>Pixel by pixel</source>
        <translation>Pixel für Pixel</translation>
    </message>
    <message>
        <source>Turn the view</source>
        <translation>Die Ansicht drehen</translation>
    </message>
    <message>
        <source>Facts</source>
        <translation>Angaben</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Vollbild</translation>
    </message>
    <message>
        <source>Shift+Drag</source>
        <translation>Umschalt+Ziehen</translation>
    </message>
    <message>
        <source>Search for a part of the photo</source>
        <translation>Nach einem Teil des Fotos suchen</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Back to the photos</source>
        <translation>Zurück zu den Fotos</translation>
    </message>
    <message>
        <source>One photo</source>
        <translation>Ein Foto</translation>
    </message>
    <message>
        <source>This photo is no longer in the library.</source>
        <translation>Dieses Foto ist nicht mehr in der Bibliothek.</translation>
    </message>
</context>
<context>
    <name>ViewerBar</name>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Back to the photos (Esc)</source>
        <translation>Zurück zu den Fotos (Esc)</translation>
    </message>
    <message>
        <source>Previous photo</source>
        <translation>Vorheriges Foto</translation>
    </message>
    <message>
        <source>Previous (Page Up)</source>
        <translation>Vorheriges (Bild auf)</translation>
    </message>
    <message>
        <source>Next photo</source>
        <translation>Nächstes Foto</translation>
    </message>
    <message>
        <source>Next (Page Down)</source>
        <translation>Nächstes (Bild ab)</translation>
    </message>
    <message>
        <source>Fit to the window</source>
        <translation>Ans Fenster anpassen</translation>
    </message>
    <message>
        <source>Fit to the window (0)</source>
        <translation>Ans Fenster anpassen (0)</translation>
    </message>
    <message>
        <source>The photo&apos;s own pixels</source>
        <translation>Die Pixel des Fotos selbst</translation>
    </message>
    <message>
        <source>The photo&apos;s own pixels, or all of it (1)</source>
        <translation>Die Pixel des Fotos selbst, oder das Ganze (1)</translation>
    </message>
    <message>
        <source>Turn the view</source>
        <translation>Die Ansicht drehen</translation>
    </message>
    <message>
        <source>Turn the view (R; Shift+R the other way)</source>
        <translation>Die Ansicht drehen (R; Umschalt+R andersherum)</translation>
    </message>
    <message>
        <source>Facts</source>
        <translation>Angaben</translation>
    </message>
    <message>
        <source>What is known of this photo (I)</source>
        <translation>Was über dieses Foto bekannt ist (I)</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Vollbild</translation>
    </message>
    <message>
        <source>Full screen (F11)</source>
        <translation>Vollbild (F11)</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Open the folder of this photo</source>
        <translation>Den Ordner dieses Fotos öffnen</translation>
    </message>
    <message>
        <source>Mark a part</source>
        <translation>Einen Teil markieren</translation>
    </message>
    <message>
        <source>Drag a rectangle to search for what is in it (also Shift or the right button)</source>
        <translation>Ein Rechteck aufziehen, um nach seinem Inhalt zu suchen (auch Umschalt oder die rechte Taste)</translation>
    </message>
    <message>
        <source>Find the same thing</source>
        <translation>Dasselbe Ding finden</translation>
    </message>
    <message>
        <source>Search with this photo (F)</source>
        <translation>Mit diesem Foto suchen (F)</translation>
    </message>
</context>
<context>
    <name>WatchingDialog</name>
    <message>
        <source>How folders are watched</source>
        <translation>Wie Ordner beobachtet werden</translation>
    </message>
    <message>
        <source>What to leave out: one pattern per line, as in a .gitignore file. “raw/” leaves out folders called raw, “*.png” leaves out PNG files. The patterns apply to all folders; those in a file called .lookalikeignore apply to the folder that holds it. Photos return when you remove a pattern.</source>
        <translation>Was ausgelassen wird: ein Muster pro Zeile, wie in einer .gitignore-Datei. „raw/“ lässt Ordner namens raw aus, „*.png“ lässt PNG-Dateien aus. Die Muster gelten für alle Ordner; die in einer Datei namens .lookalikeignore gelten für den Ordner, in dem sie liegt. Fotos kommen zurück, wenn Sie ein Muster entfernen.</translation>
    </message>
    <message>
        <source>Left out of the library</source>
        <translation>Aus der Bibliothek ausgelassen</translation>
    </message>
    <message>
        <source>Slower on battery</source>
        <translation>Langsamer im Akkubetrieb</translation>
    </message>
    <message>
        <source>Slower on battery and when the computer is busy</source>
        <translation>Langsamer im Akkubetrieb und wenn der Computer beschäftigt ist</translation>
    </message>
    <message>
        <source>Always at full speed</source>
        <translation>Immer mit voller Kraft</translation>
    </message>
    <message>
        <source>Indexing new photos</source>
        <translation>Neue Fotos indexieren</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Search for words</source>
        <translation>Nach Wörtern suchen</translation>
    </message>
    <message>
        <source>Open a photo…</source>
        <translation>Foto öffnen …</translation>
    </message>
    <message>
        <source>Paste a picture</source>
        <translation>Bild einfügen</translation>
    </message>
    <message>
        <source>Find the same thing</source>
        <translation>Dasselbe Ding finden</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>Duplikate</translation>
    </message>
    <message>
        <source>Things</source>
        <translation>Dinge</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>Orte</translation>
    </message>
    <message>
        <source>Activity</source>
        <translation>Aktivität</translation>
    </message>
    <message>
        <source>Storage</source>
        <translation>Speicherplatz</translation>
    </message>
    <message>
        <source>A saved evaluation…</source>
        <translation>Eine gespeicherte Auswertung …</translation>
    </message>
    <message>
        <source>Order of the library…</source>
        <translation>Reihenfolge der Bibliothek …</translation>
    </message>
    <message>
        <source>Squares or justified rows</source>
        <translation>Quadrate oder Zeilen</translation>
    </message>
    <message>
        <source>Larger photos</source>
        <translation>Größere Fotos</translation>
    </message>
    <message>
        <source>Smaller photos</source>
        <translation>Kleinere Fotos</translation>
    </message>
</context>
<context>
    <name>_ImportRow</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel the import</source>
        <translation>Import abbrechen</translation>
    </message>
</context>
<context>
    <name>_Section</name>
    <message>
        <source>{0} {1:.3f}; {2} ({3}); {4}</source>
        <translation>{0} {1:.3f}; {2} ({3}); {4}</translation>
    </message>
    <message>
        <source>no right photo was returned</source>
        <translation>kein richtiges Foto kam zurück</translation>
    </message>
    <message>
        <source>right photos: {0}, at ranks {1}</source>
        <translation>richtige Fotos: {0}, auf den Rängen {1}</translation>
    </message>
    <message>
        <source>The first wrong result</source>
        <translation>Das erste falsche Ergebnis</translation>
    </message>
    <message>
        <source>The best right photo</source>
        <translation>Das beste richtige Foto</translation>
    </message>
    <message>
        <source> Probability before calibration {0:.1%}.</source>
        <translation> Wahrscheinlichkeit vor der Kalibrierung {0:.1%}.</translation>
    </message>
    <message>
        <source>query</source>
        <translation>Anfrage</translation>
    </message>
    <message>
        <source>right</source>
        <translation>richtig</translation>
    </message>
    <message>
        <source>wrong</source>
        <translation>falsch</translation>
    </message>
    <message>
        <source>does not count</source>
        <translation>zählt nicht</translation>
    </message>
    <message>
        <source>not checked</source>
        <translation>nicht geprüft</translation>
    </message>
    <message>
        <source>match {0:.1%}</source>
        <translation>Übereinstimmung {0:.1%}</translation>
    </message>
    <message>
        <source>{0}, {1}: similarity {2:.3f}, {3}, score {4:.3f}</source>
        <translation>{0}, {1}: Ähnlichkeit {2:.3f}, {3}, Wert {4:.3f}</translation>
    </message>
</context>
<context>
    <name>core</name>
    <message>
        <source>A model is two GGUF files (the model and its mmproj) or one folder.</source>
        <translation>Ein Modell besteht aus zwei GGUF-Dateien (Modell und mmproj) oder aus einem Ordner.</translation>
    </message>
    <message>
        <source>A model&apos;s name cannot be empty.</source>
        <translation>Der Name eines Modells darf nicht leer sein.</translation>
    </message>
    <message>
        <source>A model&apos;s name cannot be so long: {name}</source>
        <translation>Der Name eines Modells darf nicht so lang sein: {name}</translation>
    </message>
    <message>
        <source>Add a folder with your own photos.</source>
        <translation>Fügen Sie einen Ordner mit eigenen Fotos hinzu.</translation>
    </message>
    <message>
        <source>An XMP file has a document type, and is not written into.</source>
        <translation>Eine XMP-Datei hat eine Dokumenttyp-Deklaration und wird nicht beschrieben.</translation>
    </message>
    <message>
        <source>An XMP file has no RDF in it, and is not written into.</source>
        <translation>In einer XMP-Datei steht kein RDF; sie wird nicht beschrieben.</translation>
    </message>
    <message>
        <source>An XMP file is not well formed, and is not written into.</source>
        <translation>Eine XMP-Datei ist nicht wohlgeformt und wird nicht beschrieben.</translation>
    </message>
    <message>
        <source>Both must lie on one drive that knows hard links.</source>
        <translation>Beide müssen auf einem Laufwerk liegen, das harte Links kennt.</translation>
    </message>
    <message>
        <source>Change the patterns of what is left out, or those in a {ignore_file} file.</source>
        <translation>Ändern Sie die Muster dessen, was ausgelassen wird, oder die in einer {ignore_file}-Datei.</translation>
    </message>
    <message>
        <source>Change to another folder, or give the whole path.</source>
        <translation>Wechseln Sie in einen anderen Ordner, oder geben Sie den ganzen Pfad an.</translation>
    </message>
    <message>
        <source>Check its name and permissions.</source>
        <translation>Prüfen Sie Namen und Rechte.</translation>
    </message>
    <message>
        <source>Check its permissions and the space on its drive.</source>
        <translation>Prüfen Sie die Rechte und den Platz auf dem Laufwerk.</translation>
    </message>
    <message>
        <source>Check its permissions, and whether its drive has a trash.</source>
        <translation>Prüfen Sie die Rechte, und ob das Laufwerk einen Papierkorb hat.</translation>
    </message>
    <message>
        <source>Check the drive it lies on.</source>
        <translation>Prüfen Sie das Laufwerk, auf dem es liegt.</translation>
    </message>
    <message>
        <source>Check the file&apos;s name and its place.</source>
        <translation>Prüfen Sie Namen und Ort der Datei.</translation>
    </message>
    <message>
        <source>Check the file&apos;s permissions.</source>
        <translation>Prüfen Sie die Rechte der Datei.</translation>
    </message>
    <message>
        <source>Check the name, or connect the drive it is on.</source>
        <translation>Prüfen Sie den Namen, oder schließen Sie das Laufwerk an.</translation>
    </message>
    <message>
        <source>Check the name.</source>
        <translation>Prüfen Sie den Namen.</translation>
    </message>
    <message>
        <source>Check the permissions of its folder, or put it back in the file manager.</source>
        <translation>Prüfen Sie die Rechte des Ordners, oder holen Sie sie in der Dateiverwaltung zurück.</translation>
    </message>
    <message>
        <source>Check the permissions of the file and its folder.</source>
        <translation>Prüfen Sie die Rechte der Datei und ihres Ordners.</translation>
    </message>
    <message>
        <source>Check the permissions of the folder.</source>
        <translation>Prüfen Sie die Rechte des Ordners.</translation>
    </message>
    <message>
        <source>Check the permissions of the folders above it.</source>
        <translation>Prüfen Sie die Rechte der Ordner darüber.</translation>
    </message>
    <message>
        <source>Check the permissions of the library&apos;s folder.</source>
        <translation>Prüfen Sie die Rechte des Bibliotheksordners.</translation>
    </message>
    <message>
        <source>Choose a folder that is watched, or one inside it.</source>
        <translation>Wählen Sie einen beobachteten Ordner oder einen darin.</translation>
    </message>
    <message>
        <source>Choose a ground-truth file.</source>
        <translation>Wählen Sie eine Datei mit richtigen Antworten (ground truth).</translation>
    </message>
    <message>
        <source>Choose a larger limit.</source>
        <translation>Wählen Sie eine höhere Grenze.</translation>
    </message>
    <message>
        <source>Choose a model in one file.</source>
        <translation>Wählen Sie ein Modell in einer einzigen Datei.</translation>
    </message>
    <message>
        <source>Choose a model such as SigLIP or CLIP.</source>
        <translation>Wählen Sie ein Modell wie SigLIP oder CLIP.</translation>
    </message>
    <message>
        <source>Choose a newer file.</source>
        <translation>Wählen Sie eine neuere Datei.</translation>
    </message>
    <message>
        <source>Choose a photo in it.</source>
        <translation>Wählen Sie ein Foto daraus.</translation>
    </message>
    <message>
        <source>Choose a photo or type words.</source>
        <translation>Wählen Sie ein Foto oder tippen Sie Wörter.</translation>
    </message>
    <message>
        <source>Choose a photo.</source>
        <translation>Wählen Sie ein Foto.</translation>
    </message>
    <message>
        <source>Choose a shorter one.</source>
        <translation>Wählen Sie einen kürzeren.</translation>
    </message>
    <message>
        <source>Choose an instruction-tuned model.</source>
        <translation>Wählen Sie ein Modell, das Anweisungen befolgt (instruction-tuned).</translation>
    </message>
    <message>
        <source>Choose another descriptor model.</source>
        <translation>Wählen Sie ein anderes Deskriptor-Modell.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>Choose another model, or update Lookalike.</source>
        <translation>Wählen Sie ein anderes Modell, oder aktualisieren Sie Lookalike.</translation>
    </message>
    <message>
        <source>Choose another model.</source>
        <translation>Wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Choose both files.</source>
        <translation>Wählen Sie beide Dateien.</translation>
    </message>
    <message>
        <source>Choose its instruction-tuned sibling (often called Instruct).</source>
        <translation>Wählen Sie das Geschwister, das Anweisungen befolgt (oft Instruct genannt).</translation>
    </message>
    <message>
        <source>Choose one from the list of models.</source>
        <translation>Wählen Sie eines aus der Liste der Modelle.</translation>
    </message>
    <message>
        <source>Choose one of its photos.</source>
        <translation>Wählen Sie eines seiner Fotos.</translation>
    </message>
    <message>
        <source>Choose one of the folders that are.</source>
        <translation>Wählen Sie einen der beobachteten Ordner.</translation>
    </message>
    <message>
        <source>Choose one of {names}.</source>
        <translation>Wählen Sie eines von {names}.</translation>
    </message>
    <message>
        <source>Choose one of: {paces}.</source>
        <translation>Wählen Sie eines von: {paces}.</translation>
    </message>
    <message>
        <source>Choose one of: {rules}.</source>
        <translation>Wählen Sie eine von: {rules}.</translation>
    </message>
    <message>
        <source>Choose one that a robustness test has saved.</source>
        <translation>Wählen Sie einen, den ein Robustheitstest gespeichert hat.</translation>
    </message>
    <message>
        <source>Choose one that describes photos.</source>
        <translation>Wählen Sie eines, das Fotos beschreibt.</translation>
    </message>
    <message>
        <source>Choose one that is installed.</source>
        <translation>Wählen Sie eines, das installiert ist.</translation>
    </message>
    <message>
        <source>Choose one that is.</source>
        <translation>Wählen Sie einen, der es ist.</translation>
    </message>
    <message>
        <source>Choose the file whose name has &apos;mmproj&apos; in it.</source>
        <translation>Wählen Sie die Datei mit „mmproj“ im Namen.</translation>
    </message>
    <message>
        <source>Choose the model file.</source>
        <translation>Wählen Sie die Modelldatei.</translation>
    </message>
    <message>
        <source>Choose the model that came with the projector.</source>
        <translation>Wählen Sie das Modell, das zum Projektor gehört.</translation>
    </message>
    <message>
        <source>Close other programs or choose a smaller model.</source>
        <translation>Schließen Sie andere Programme, oder wählen Sie ein kleineres Modell.</translation>
    </message>
    <message>
        <source>Close other programs that use it and try again.</source>
        <translation>Schließen Sie andere Programme, die es benutzen, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Close other programs.</source>
        <translation>Schließen Sie andere Programme.</translation>
    </message>
    <message>
        <source>Connect its drive, or remove that folder first.</source>
        <translation>Schließen Sie das Laufwerk an, oder entfernen Sie zuerst diesen Ordner.</translation>
    </message>
    <message>
        <source>Copy it again from its source.</source>
        <translation>Kopieren Sie es noch einmal von der Quelle.</translation>
    </message>
    <message>
        <source>Copy or download it again.</source>
        <translation>Kopieren Sie es noch einmal, oder laden Sie es neu herunter.</translation>
    </message>
    <message>
        <source>Download the model with the browser and import it.</source>
        <translation>Laden Sie das Modell mit dem Browser herunter und importieren Sie es.</translation>
    </message>
    <message>
        <source>Downloads are switched off here (HF_HUB_OFFLINE is set).</source>
        <translation>Downloads sind hier abgeschaltet (HF_HUB_OFFLINE ist gesetzt).</translation>
    </message>
    <message>
        <source>Export it as JPEG or TIFF.</source>
        <translation>Exportieren Sie es als JPEG oder TIFF.</translation>
    </message>
    <message>
        <source>Folders of this name are never looked into.</source>
        <translation>In Ordner dieses Namens wird nie hineingesehen.</translation>
    </message>
    <message>
        <source>Free some memory, or choose another descriptor model.</source>
        <translation>Geben Sie Arbeitsspeicher frei, oder wählen Sie ein anderes Deskriptor-Modell.</translation>
    </message>
    <message>
        <source>Have the plan written again, and change only which photos are listed and kept.</source>
        <translation>Lassen Sie den Plan neu schreiben, und ändern Sie nur, welche Fotos darin stehen und bleiben.</translation>
    </message>
    <message>
        <source>Have the program that wrote it write it again.</source>
        <translation>Lassen Sie es von dem Programm neu schreiben, das es geschrieben hat.</translation>
    </message>
    <message>
        <source>Import a multimodal model, or choose one that is imported.</source>
        <translation>Importieren Sie ein multimodales Modell, oder wählen Sie ein importiertes.</translation>
    </message>
    <message>
        <source>Import another descriptor model.</source>
        <translation>Importieren Sie ein anderes Deskriptor-Modell.</translation>
    </message>
    <message>
        <source>Import it again.</source>
        <translation>Importieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Import or download one first.</source>
        <translation>Importieren Sie zuerst eines, oder laden Sie es herunter.</translation>
    </message>
    <message>
        <source>Import the file as its makers published it.</source>
        <translation>Importieren Sie die Datei so, wie ihre Hersteller sie veröffentlicht haben.</translation>
    </message>
    <message>
        <source>Import the model again.</source>
        <translation>Importieren Sie das Modell noch einmal.</translation>
    </message>
    <message>
        <source>Import the model: its copy is then put in order. If it is imported already, remove it first.</source>
        <translation>Importieren Sie das Modell: Die Kopie wird dabei in Ordnung gebracht. Ist es schon importiert, entfernen Sie es zuerst.</translation>
    </message>
    <message>
        <source>Install Lookalike again, or choose another judge.</source>
        <translation>Installieren Sie Lookalike neu, oder wählen Sie einen anderen Prüfer.</translation>
    </message>
    <message>
        <source>Install Lookalike again, with its extra “ocr”.</source>
        <translation>Installieren Sie Lookalike neu, mit dem Zusatz „ocr“.</translation>
    </message>
    <message>
        <source>Install Lookalike again.</source>
        <translation>Installieren Sie Lookalike neu.</translation>
    </message>
    <message>
        <source>Install Lookalike with its extra “ocr”.</source>
        <translation>Installieren Sie Lookalike mit dem Zusatz „ocr“.</translation>
    </message>
    <message>
        <source>Install its package again, or remove it.</source>
        <translation>Installieren Sie sein Paket neu, oder entfernen Sie es.</translation>
    </message>
    <message>
        <source>It needs a list &apos;queries&apos; of objects with image, group, kind, positives and junk.</source>
        <translation>Nötig ist eine Liste „queries“ von Objekten mit image, group, kind, positives und junk.</translation>
    </message>
    <message>
        <source>Keep every data set in a folder of its own.</source>
        <translation>Legen Sie jeden Datensatz in einen eigenen Ordner.</translation>
    </message>
    <message>
        <source>Let it go on, or remove that folder first.</source>
        <translation>Lassen Sie es weiterlaufen, oder entfernen Sie zuerst diesen Ordner.</translation>
    </message>
    <message>
        <source>Line {line} of {path} is broken: {why}.</source>
        <translation>Zeile {line} von {path} ist fehlerhaft: {why}.</translation>
    </message>
    <message>
        <source>Line {number} of {path} is broken.</source>
        <translation>Zeile {number} von {path} ist fehlerhaft.</translation>
    </message>
    <message>
        <source>Look at the list of things.</source>
        <translation>Sehen Sie in der Liste der Dinge nach.</translation>
    </message>
    <message>
        <source>Lookalike&apos;s set-up script builds it, or says what that needs (packaging/bootstrap.py mllm).</source>
        <translation>Lookalikes Einrichtung baut ihn, oder sagt, was dazu fehlt (packaging/bootstrap.py mllm).</translation>
    </message>
    <message>
        <source>Make it available on this computer first.</source>
        <translation>Machen Sie es zuerst auf diesem Computer verfügbar.</translation>
    </message>
    <message>
        <source>Move that file away, and undo again.</source>
        <translation>Legen Sie jene Datei beiseite, und machen Sie es noch einmal rückgängig.</translation>
    </message>
    <message>
        <source>Name another folder in the environment variable LOOKALIKE_HOME.</source>
        <translation>Nennen Sie in der Umgebungsvariable LOOKALIKE_HOME einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Neither the queries nor the right answers of this data set have an attribute {name}.</source>
        <translation>Weder die Anfragen noch die richtigen Antworten dieses Datensatzes haben ein Attribut {name}.</translation>
    </message>
    <message>
        <source>No multimodal model is imported.</source>
        <translation>Kein multimodales Modell ist importiert.</translation>
    </message>
    <message>
        <source>No photo of the library has the {name} {value}.</source>
        <translation>Kein Foto der Bibliothek hat {name} {value}.</translation>
    </message>
    <message>
        <source>No photo of the library lies in {folder}.</source>
        <translation>Kein Foto der Bibliothek liegt in {folder}.</translation>
    </message>
    <message>
        <source>Only multimodal models have visual tokens, and none is in use.</source>
        <translation>Nur multimodale Modelle haben visuelle Token, und keines ist in Gebrauch.</translation>
    </message>
    <message>
        <source>Photos cannot be found by words ({reason}).</source>
        <translation>Fotos lassen sich nicht mit Wörtern finden ({reason}).</translation>
    </message>
    <message>
        <source>Put a copy of it back, or delete it; the library is then built anew from your photos.</source>
        <translation>Legen Sie eine Kopie zurück, oder löschen Sie sie; die Bibliothek entsteht dann neu aus Ihren Fotos.</translation>
    </message>
    <message>
        <source>Put it back in the window of the system&apos;s trash.</source>
        <translation>Holen Sie es im Papierkorb des Systems zurück.</translation>
    </message>
    <message>
        <source>Raise the limit, or choose a stronger compression.</source>
        <translation>Erhöhen Sie die Grenze, oder wählen Sie eine stärkere Kompression.</translation>
    </message>
    <message>
        <source>Remove it first, or choose another name.</source>
        <translation>Entfernen Sie es zuerst, oder wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Remove it in the file manager.</source>
        <translation>Entfernen Sie es in der Dateiverwaltung.</translation>
    </message>
    <message>
        <source>Remove that file, and its photos come into the library.</source>
        <translation>Entfernen Sie jene Datei, und ihre Fotos kommen in die Bibliothek.</translation>
    </message>
    <message>
        <source>Remove that folder first, or add the folders beside it one by one.</source>
        <translation>Entfernen Sie zuerst jenen Ordner, oder fügen Sie die Ordner daneben einzeln hinzu.</translation>
    </message>
    <message>
        <source>Remove the model and import it again.</source>
        <translation>Entfernen Sie das Modell und importieren Sie es neu.</translation>
    </message>
    <message>
        <source>Remove this folder and add {path}: its photos need not be described again.</source>
        <translation>Entfernen Sie diesen Ordner und fügen Sie {path} hinzu: Die Fotos müssen nicht neu beschrieben werden.</translation>
    </message>
    <message>
        <source>Rename one of them.</source>
        <translation>Benennen Sie eine davon um.</translation>
    </message>
    <message>
        <source>Run the evaluation again.</source>
        <translation>Lassen Sie die Auswertung noch einmal laufen.</translation>
    </message>
    <message>
        <source>Save a copy of it as JPEG or PNG.</source>
        <translation>Speichern Sie eine Kopie als JPEG oder PNG.</translation>
    </message>
    <message>
        <source>Save a smaller copy of it.</source>
        <translation>Speichern Sie eine kleinere Kopie davon.</translation>
    </message>
    <message>
        <source>Save the photo in a folder first.</source>
        <translation>Speichern Sie das Foto zuerst in einem Ordner.</translation>
    </message>
    <message>
        <source>Scan it again.</source>
        <translation>Scannen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Search with a photo, or import a SigLIP or CLIP model with its tokenizer.</source>
        <translation>Suchen Sie mit einem Foto, oder importieren Sie ein SigLIP- oder CLIP-Modell mit seinem Tokenizer.</translation>
    </message>
    <message>
        <source>Search with a photo, or import a SigLIP or CLIP model.</source>
        <translation>Suchen Sie mit einem Foto, oder importieren Sie ein SigLIP- oder CLIP-Modell.</translation>
    </message>
    <message>
        <source>Start it with --verbose to see more.</source>
        <translation>Starten Sie es mit --verbose, um mehr zu sehen.</translation>
    </message>
    <message>
        <source>Take all files of the model&apos;s page.</source>
        <translation>Nehmen Sie alle Dateien von der Seite des Modells.</translation>
    </message>
    <message>
        <source>The box {box} of {path} lies outside it.</source>
        <translation>Der Ausschnitt {box} von {path} liegt außerhalb.</translation>
    </message>
    <message>
        <source>The built-in descriptor model cannot be loaded ({reason}).</source>
        <translation>Das eingebaute Deskriptor-Modell lässt sich nicht laden ({reason}).</translation>
    </message>
    <message>
        <source>The built-in descriptor model does not read words.</source>
        <translation>Das eingebaute Deskriptor-Modell liest keine Wörter.</translation>
    </message>
    <message>
        <source>The built-in descriptor model gives wrong results on this computer.</source>
        <translation>Das eingebaute Deskriptor-Modell rechnet auf diesem Computer falsch.</translation>
    </message>
    <message>
        <source>The files have the same name.</source>
        <translation>Die Dateien haben denselben Namen.</translation>
    </message>
    <message>
        <source>The folder that {path} counts from no longer exists.</source>
        <translation>Den Ordner, von dem aus {path} zählt, gibt es nicht mehr.</translation>
    </message>
    <message>
        <source>The image encoder failed on the photo.</source>
        <translation>Der Bild-Encoder ist an dem Foto gescheitert.</translation>
    </message>
    <message>
        <source>The installed llama-cpp-python does not fit its libraries.</source>
        <translation>Das installierte llama-cpp-python passt nicht zu seinen Bibliotheken.</translation>
    </message>
    <message>
        <source>The language model could not be loaded.</source>
        <translation>Das Sprachmodell ließ sich nicht laden.</translation>
    </message>
    <message>
        <source>The library {library} has the photos of {folder} too, which are no part of this data set.</source>
        <translation>Die Bibliothek {library} hat auch die Fotos von {folder}, die nicht zu diesem Datensatz gehören.</translation>
    </message>
    <message>
        <source>The library {path} was written by a newer version of Lookalike.</source>
        <translation>Die Bibliothek {path} stammt von einer neueren Version von Lookalike.</translation>
    </message>
    <message>
        <source>The log tells more: {log}</source>
        <translation>Mehr steht im Protokoll: {log}</translation>
    </message>
    <message>
        <source>The model always thinks before it answers, so it cannot judge.</source>
        <translation>Das Modell denkt immer erst nach, bevor es antwortet, und kann so nicht prüfen.</translation>
    </message>
    <message>
        <source>The model does not know photos: its vocabulary has no token {mark}.</source>
        <translation>Das Modell kennt keine Fotos: Seinem Vokabular fehlt das Token {mark}.</translation>
    </message>
    <message>
        <source>The model gives no answer.</source>
        <translation>Das Modell gibt keine Antwort.</translation>
    </message>
    <message>
        <source>The model in use does not read words.</source>
        <translation>Das Modell in Gebrauch liest keine Wörter.</translation>
    </message>
    <message>
        <source>The model is closed.</source>
        <translation>Das Modell ist geschlossen.</translation>
    </message>
    <message>
        <source>The model makes nothing of the photo.</source>
        <translation>Das Modell macht nichts aus dem Foto.</translation>
    </message>
    <message>
        <source>It can use DINOv2, DINOv3, CLIP, MetaCLIP 2, AltCLIP, Chinese-CLIP, SigLIP and SigLIP 2.</source>
        <translation>Möglich sind DINOv2, DINOv3, CLIP, MetaCLIP 2, AltCLIP, Chinese-CLIP, SigLIP und SigLIP 2.</translation>
    </message>
    <message>
        <source>&apos;queries&apos; is no list</source>
        <translation>&apos;queries&apos; ist keine Liste</translation>
    </message>
    <message>
        <source>&apos;region&apos; of {which} is not left, top, right, bottom as shares from 0 to 1</source>
        <translation>&apos;region&apos; von {which} ist nicht links, oben, rechts, unten als Anteile von 0 bis 1</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; of {which} is no list</source>
        <translation>&apos;{name}&apos; von {which} ist keine Liste</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; of {which} is no text</source>
        <translation>&apos;{name}&apos; von {which} ist kein Text</translation>
    </message>
    <message>
        <source>1 calibration that you fitted is of an earlier version and no longer used. Fit anew.</source>
        <translation>1 Kalibrierung, die Sie angepasst haben, stammt von einer früheren Version und wird nicht mehr verwendet. Passen Sie sie neu an.</translation>
    </message>
    <message>
        <source>1 photo is kept online only and will be indexed once downloaded.</source>
        <translation>1 Foto liegt nur online und wird indiziert, sobald es heruntergeladen ist.</translation>
    </message>
    <message>
        <source>1 photo waits for a drive, a paused folder or an unreadable file. Until then the old model answers.</source>
        <translation>1 Foto wartet auf ein Laufwerk, einen angehaltenen Ordner oder eine unlesbare Datei. Bis dahin antwortet das alte Modell.</translation>
    </message>
    <message>
        <source>A clean-up of {time} was interrupted after {count} of {total} duplicates. Apply its plan again to go on, or undo it.</source>
        <translation>Ein Aufräumen vom {time} wurde nach {count} von {total} Duplikaten unterbrochen. Führen Sie es erneut aus, um fortzufahren, oder machen Sie es rückgängig.</translation>
    </message>
    <message>
        <source>A file in {folder} was damaged or deleted. The visual tokens of {count} photos will be made again when needed.</source>
        <translation>Eine Datei in {folder} war beschädigt oder gelöscht. Die visuellen Token von {count} Fotos werden bei Bedarf neu erzeugt.</translation>
    </message>
    <message>
        <source>Add a folder with your own photos instead.</source>
        <translation>Fügen Sie stattdessen einen Ordner mit eigenen Fotos hinzu.</translation>
    </message>
    <message>
        <source>Another clean-up of this library is running.</source>
        <translation>In dieser Bibliothek wird schon aufgeräumt.</translation>
    </message>
    <message>
        <source>Candidates were not checked further: {error}</source>
        <translation>Kandidaten wurden nicht weiter geprüft: {error}</translation>
    </message>
    <message>
        <source>Candidates were not checked: {error}</source>
        <translation>Kandidaten wurden nicht geprüft: {error}</translation>
    </message>
    <message>
        <source>Changing the model continues later.</source>
        <translation>Der Wechsel des Modells geht später weiter.</translation>
    </message>
    <message>
        <source>Check the connection. What has come is kept.</source>
        <translation>Prüfen Sie die Verbindung. Was schon da ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Check the drive it lies on and its free space.</source>
        <translation>Prüfen Sie das Laufwerk, auf dem sie liegt, und dessen freien Platz.</translation>
    </message>
    <message>
        <source>Check the folder of the models.</source>
        <translation>Prüfen Sie den Ordner der Modelle.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s permissions or choose another one.</source>
        <translation>Prüfen Sie die Rechte des Ordners, oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s permissions.</source>
        <translation>Prüfen Sie die Rechte des Ordners.</translation>
    </message>
    <message>
        <source>Check the permissions of the data set&apos;s folders.</source>
        <translation>Prüfen Sie die Rechte der Ordner des Datensatzes.</translation>
    </message>
    <message>
        <source>Choose a Gemma 3 of 4B or more.</source>
        <translation>Wählen Sie ein Gemma 3 mit 4B oder mehr.</translation>
    </message>
    <message>
        <source>Choose a file that can be written.</source>
        <translation>Wählen Sie eine Datei, die sich schreiben lässt.</translation>
    </message>
    <message>
        <source>Choose a saved run.</source>
        <translation>Wählen Sie einen gespeicherten Lauf.</translation>
    </message>
    <message>
        <source>Choose another file, or delete this one.</source>
        <translation>Wählen Sie eine andere Datei, oder löschen Sie diese.</translation>
    </message>
    <message>
        <source>Choose another model, or get its files again; {log} says more.</source>
        <translation>Wählen Sie ein anderes Modell, oder holen Sie seine Dateien noch einmal; mehr steht in {log}.</translation>
    </message>
    <message>
        <source>Choose another model, or import it again; {log} says more.</source>
        <translation>Wählen Sie ein anderes Modell, oder importieren Sie es neu; mehr steht in {log}.</translation>
    </message>
    <message>
        <source>Choose one of {codes}, with pool+ or drop+ before it if you want even less.</source>
        <translation>Wählen Sie eine von {codes}, mit pool+ oder drop+ davor, wenn es noch weniger sein soll.</translation>
    </message>
    <message>
        <source>Choose the projector that came with the model.</source>
        <translation>Wählen Sie den Projektor, der zum Modell gehört.</translation>
    </message>
    <message>
        <source>Close it and try again.</source>
        <translation>Schließen Sie es, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Describing the photos for words continues later.</source>
        <translation>Das Beschreiben der Fotos für Wörter geht später weiter.</translation>
    </message>
    <message>
        <source>Download it again; if that does not help, {host} or the connection alters it.</source>
        <translation>Laden Sie sie noch einmal herunter; hilft das nicht, verändert {host} oder die Verbindung sie.</translation>
    </message>
    <message>
        <source>Free some space and start again.</source>
        <translation>Schaffen Sie Platz, und starten Sie erneut.</translation>
    </message>
    <message>
        <source>Free some space and try again.</source>
        <translation>Schaffen Sie Platz und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Free some space on the disk of {folder}.</source>
        <translation>Schaffen Sie Platz auf der Platte von {folder}.</translation>
    </message>
    <message>
        <source>Import or download it again; {log} says more.</source>
        <translation>Importieren Sie es neu, oder laden Sie es noch einmal herunter; mehr steht in {log}.</translation>
    </message>
    <message>
        <source>It cannot be hashed.</source>
        <translation>Davon lässt sich kein Hash bilden.</translation>
    </message>
    <message>
        <source>It cannot be read ({reason}).</source>
        <translation>Nicht lesbar ({reason}).</translation>
    </message>
    <message>
        <source>It holds a .nomedia file, so it is left out with the folders in it.</source>
        <translation>Darin liegt eine .nomedia-Datei, deshalb bleibt der Ordner mit seinen Unterordnern außen vor.</translation>
    </message>
    <message>
        <source>It is being changed, and is looked at again.</source>
        <translation>Wird gerade geändert und später erneut angesehen.</translation>
    </message>
    <message>
        <source>It is looked through every {count} minutes.</source>
        <translation>Alle {count} Minuten wird nachgesehen.</translation>
    </message>
    <message>
        <source>It is looked through every {count} seconds.</source>
        <translation>Alle {count} Sekunden wird nachgesehen.</translation>
    </message>
    <message>
        <source>It is no longer there.</source>
        <translation>Nicht mehr vorhanden.</translation>
    </message>
    <message>
        <source>It is not a text, so it leaves nothing out.</source>
        <translation>Das ist kein Text, deshalb wird nichts ausgelassen.</translation>
    </message>
    <message>
        <source>It is too long for a list of patterns.</source>
        <translation>Zu lang für eine Liste von Mustern.</translation>
    </message>
    <message>
        <source>It lies on a network drive.</source>
        <translation>Liegt auf einem Netzlaufwerk.</translation>
    </message>
    <message>
        <source>Its folder is paused or cannot be reached.</source>
        <translation>Der Ordner ist angehalten oder nicht erreichbar.</translation>
    </message>
    <message>
        <source>Its text cannot be read ({reason}).</source>
        <translation>Sein Text ist nicht lesbar ({reason}).</translation>
    </message>
    <message>
        <source>Make {room} of room and download it again. What has come is kept.</source>
        <translation>Schaffen Sie {room} Platz und laden Sie es noch einmal herunter. Was schon da ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Move it away; the library is then built anew from your photos.</source>
        <translation>Verschieben Sie die Datei an einen anderen Ort; die Bibliothek wird dann aus Ihren Fotos neu aufgebaut.</translation>
    </message>
    <message>
        <source>No details of the two photos match.</source>
        <translation>Keine Einzelheiten der beiden Fotos stimmen überein.</translation>
    </message>
    <message>
        <source>No model called {name} can be downloaded.</source>
        <translation>Ein Modell namens {name} steht nicht zum Herunterladen bereit.</translation>
    </message>
    <message>
        <source>No more visual tokens can be kept.</source>
        <translation>Weitere visuelle Token lassen sich nicht behalten.</translation>
    </message>
    <message>
        <source>No photo has “{was}”; these have “{now}”.</source>
        <translation>Kein Foto hat „{was}“; diese haben „{now}“.</translation>
    </message>
    <message>
        <source>No photo has “{words}” in its names, keywords, texts, place or camera.</source>
        <translation>Kein Foto hat „{words}“ in Namen, Stichwörtern, Texten, Ort oder Kamera.</translation>
    </message>
    <message>
        <source>No photo meets all of the filters.</source>
        <translation>Kein Foto erfüllt alle Filter.</translation>
    </message>
    <message>
        <source>No photo meets all of “{words}”.</source>
        <translation>Kein Foto erfüllt alles von „{words}“.</translation>
    </message>
    <message>
        <source>No photo of the library has the camera {names}.</source>
        <translation>Kein Foto der Bibliothek hat die Kamera {names}.</translation>
    </message>
    <message>
        <source>No photo of the library has the format {names}.</source>
        <translation>Kein Foto der Bibliothek hat das Format {names}.</translation>
    </message>
    <message>
        <source>No photo of the library has the keyword {name}.</source>
        <translation>Kein Foto der Bibliothek hat das Stichwort {name}.</translation>
    </message>
    <message>
        <source>None of its photos has a camera.</source>
        <translation>Keines ihrer Fotos hat eine Kamera.</translation>
    </message>
    <message>
        <source>None of its photos has a format.</source>
        <translation>Keines ihrer Fotos hat ein Format.</translation>
    </message>
    <message>
        <source>None of its photos has a keyword.</source>
        <translation>Keines ihrer Fotos hat ein Stichwort.</translation>
    </message>
    <message>
        <source>Nothing found for “{words}” here; one photo has it, but does not meet the rest of the query.</source>
        <translation>Hier wurde nichts zu „{words}“ gefunden; ein Foto hat es, erfüllt aber den Rest der Anfrage nicht.</translation>
    </message>
    <message>
        <source>Nothing found for “{words}” here; {count} photos have it, but do not meet the rest of the query.</source>
        <translation>Hier wurde nichts zu „{words}“ gefunden; {count} Fotos haben es, erfüllen aber den Rest der Anfrage nicht.</translation>
    </message>
    <message>
        <source>Nothing looks like “{words}”, and no photo has it in its names, keywords, texts, place or camera.</source>
        <translation>Nichts sieht aus wie „{words}“, und kein Foto hat es in Namen, Stichwörtern, Texten, Ort oder Kamera.</translation>
    </message>
    <message>
        <source>Nothing looks like “{words}”; 1 photo has it in its folder’s name.</source>
        <translation>Nichts sieht aus wie „{words}“; 1 Foto hat es im Namen seines Ordners.</translation>
    </message>
    <message>
        <source>Nothing looks like “{words}”; 1 photo has it in its name or its folder’s.</source>
        <translation>Nichts sieht aus wie „{words}“; 1 Foto hat es in seinem Namen oder dem seines Ordners.</translation>
    </message>
    <message>
        <source>Nothing looks like “{words}”; 1 photo has it in its name.</source>
        <translation>Nichts sieht aus wie „{words}“; 1 Foto hat es in seinem Namen.</translation>
    </message>
    <message>
        <source>Nothing looks like “{words}”; {count} photos have it in their folder’s name.</source>
        <translation>Nichts sieht aus wie „{words}“; {count} Fotos haben es im Namen ihres Ordners.</translation>
    </message>
    <message>
        <source>Nothing looks like “{words}”; {count} photos have it in their name or their folder’s.</source>
        <translation>Nichts sieht aus wie „{words}“; {count} Fotos haben es in ihrem Namen oder dem ihres Ordners.</translation>
    </message>
    <message>
        <source>Nothing looks like “{words}”; {count} photos have it in their name.</source>
        <translation>Nichts sieht aus wie „{words}“; {count} Fotos haben es in ihrem Namen.</translation>
    </message>
    <message>
        <source>One of its files is missing.</source>
        <translation>Eine seiner Dateien fehlt.</translation>
    </message>
    <message>
        <source>Only 1 detail agrees, no more than any two photos may have in common.</source>
        <translation>Nur 1 Einzelheit stimmt überein, nicht mehr, als zwei beliebige Fotos gemeinsam haben können.</translation>
    </message>
    <message>
        <source>Only multimodal models write captions, and none is in use.</source>
        <translation>Nur multimodale Modelle schreiben Bildunterschriften, und keines ist in Gebrauch.</translation>
    </message>
    <message>
        <source>Only {count} details agree, no more than any two photos may have in common.</source>
        <translation>Nur {count} Einzelheiten stimmen überein, nicht mehr, als zwei beliebige Fotos gemeinsam haben können.</translation>
    </message>
    <message>
        <source>Say of more results what they are.</source>
        <translation>Sagen Sie von mehr Ergebnissen, was sie sind.</translation>
    </message>
    <message>
        <source>Search with a photo, or use a descriptor model that reads words (SigLIP or CLIP).</source>
        <translation>Suchen Sie mit einem Foto, oder verwenden Sie ein Deskriptor-Modell, das Wörter liest (SigLIP oder CLIP).</translation>
    </message>
    <message>
        <source>Searches keep using the old model.</source>
        <translation>Suchen verwenden weiter das alte Modell.</translation>
    </message>
    <message>
        <source>Set it up again (packaging/bootstrap.py mllm).</source>
        <translation>Richten Sie es neu ein (packaging/bootstrap.py mllm).</translation>
    </message>
    <message>
        <source>Sign in at {page}, download the files with the browser and import them.</source>
        <translation>Melden Sie sich bei {page} an, laden Sie die Dateien mit dem Browser herunter und importieren Sie sie.</translation>
    </message>
    <message>
        <source>Take a data set with more queries, or have more candidates judged.</source>
        <translation>Nehmen Sie einen Datensatz mit mehr Anfragen, oder lassen Sie mehr Kandidaten prüfen.</translation>
    </message>
    <message>
        <source>Text in photos cannot be read ({reason}).</source>
        <translation>Text in Fotos lässt sich nicht lesen ({reason}).</translation>
    </message>
    <message>
        <source>Text in photos cannot be read: the package rapidocr is missing.</source>
        <translation>Text in Fotos lässt sich nicht lesen: Das Paket rapidocr fehlt.</translation>
    </message>
    <message>
        <source>The calibration cannot be stored in {folder}</source>
        <translation>Die Kalibrierung lässt sich nicht in {folder} speichern</translation>
    </message>
    <message>
        <source>The connection to {host} broke off.</source>
        <translation>Die Verbindung zu {host} ist abgebrochen.</translation>
    </message>
    <message>
        <source>The decoder</source>
        <translation>Der Decoder</translation>
    </message>
    <message>
        <source>The descriptor model crashed twice. {problem}</source>
        <translation>Das Deskriptor-Modell ist zweimal abgestürzt. {problem}</translation>
    </message>
    <message>
        <source>The descriptor model failed ({kind}: {error}).</source>
        <translation>Das Deskriptor-Modell ist gescheitert ({kind}: {error}).</translation>
    </message>
    <message>
        <source>The descriptor process</source>
        <translation>Der Deskriptor-Prozess</translation>
    </message>
    <message>
        <source>The disk is full, so {path} cannot be written.</source>
        <translation>Der Datenträger ist voll, deshalb lässt sich {path} nicht schreiben.</translation>
    </message>
    <message>
        <source>The disk is full; {name} is not finished.</source>
        <translation>Die Platte ist voll; {name} ist nicht fertig.</translation>
    </message>
    <message>
        <source>The drive that was mounted here cannot be reached. What is known of 1 photo on it is kept.</source>
        <translation>Das Laufwerk, das hier eingehängt war, ist nicht erreichbar. Was von 1 Foto darauf bekannt ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>The drive that was mounted here cannot be reached. What is known of {count} photos on it is kept.</source>
        <translation>Das Laufwerk, das hier eingehängt war, ist nicht erreichbar. Was von {count} Fotos darauf bekannt ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>The embedded descriptor model takes its place until you choose another one.</source>
        <translation>Das eingebaute Deskriptor-Modell springt ein, bis Sie ein anderes wählen.</translation>
    </message>
    <message>
        <source>The journal {path} cannot be written</source>
        <translation>Das Journal {path} lässt sich nicht schreiben</translation>
    </message>
    <message>
        <source>The list of models ({path}) cannot be read: {reason}.</source>
        <translation>Die Liste der Modelle ({path}) ist nicht lesbar: {reason}.</translation>
    </message>
    <message>
        <source>The model broke down on this photo.</source>
        <translation>Das Modell ist an diesem Foto gescheitert.</translation>
    </message>
    <message>
        <source>The model cannot take a photo of {width} × {height} pixels.</source>
        <translation>Das Modell kann ein Foto von {width} × {height} Pixeln nicht aufnehmen.</translation>
    </message>
    <message>
        <source>The model could not read the prompt (code {code}).</source>
        <translation>Das Modell konnte die Frage nicht lesen (Code {code}).</translation>
    </message>
    <message>
        <source>The model fails at this photo, which is tried again when it changes.</source>
        <translation>Das Modell scheitert an diesem Foto; es wird erneut versucht, wenn es sich ändert.</translation>
    </message>
    <message>
        <source>The model folder {path} is not there.</source>
        <translation>Den Modellordner {path} gibt es nicht.</translation>
    </message>
    <message>
        <source>The model for words was not asked: {error}</source>
        <translation>Das Modell für Wörter wurde nicht gefragt: {error}</translation>
    </message>
    <message>
        <source>The model in {path} cannot be loaded ({reason}).</source>
        <translation>Das Modell in {path} lässt sich nicht laden ({reason}).</translation>
    </message>
    <message>
        <source>The model was not asked: {error}</source>
        <translation>Das Modell wurde nicht gefragt: {error}</translation>
    </message>
    <message>
        <source>The model {name} does not read words.</source>
        <translation>Das Modell {name} liest keine Wörter.</translation>
    </message>
    <message>
        <source>The model&apos;s answer is not a number.</source>
        <translation>Die Antwort des Modells ist keine Zahl.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template does not take two photos.</source>
        <translation>Die Gesprächsvorlage des Modells nimmt keine zwei Fotos.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template does not work ({fault}).</source>
        <translation>Die Gesprächsvorlage des Modells funktioniert nicht ({fault}).</translation>
    </message>
    <message>
        <source>The model&apos;s tokens of this photo are too large to be kept.</source>
        <translation>Die Token des Modells für dieses Foto sind zu groß, um behalten zu werden.</translation>
    </message>
    <message>
        <source>The model&apos;s vocabulary has no token of its own for the digit {digit}, so it cannot judge.</source>
        <translation>Das Vokabular des Modells hat kein eigenes Token für die Ziffer {digit}; es kann also nicht prüfen.</translation>
    </message>
    <message>
        <source>The models in {folder} cannot be read: {reason}.</source>
        <translation>Die Modelle in {folder} sind nicht lesbar: {reason}.</translation>
    </message>
    <message>
        <source>The networks of the geometric judge cannot be used ({reason}).</source>
        <translation>Die Netze des geometrischen Prüfers sind nicht brauchbar ({reason}).</translation>
    </message>
    <message>
        <source>The part that runs multimodal models (llama-cpp-python) is not installed.</source>
        <translation>Der Teil, der multimodale Modelle ausführt (llama-cpp-python), ist nicht installiert.</translation>
    </message>
    <message>
        <source>The photo takes {count} tokens, more than {limit}.</source>
        <translation>Das Foto braucht {count} Token, mehr als {limit}.</translation>
    </message>
    <message>
        <source>The photo&apos;s tokens are {wide} wide, not {width}.</source>
        <translation>Die Token des Fotos sind {wide} breit statt {width}.</translation>
    </message>
    <message>
        <source>The plan {path} cannot be read: {reason}.</source>
        <translation>Der Plan {path} ist nicht lesbar: {reason}.</translation>
    </message>
    <message>
        <source>The plug-in {name} ({value}) cannot be loaded: {why}.</source>
        <translation>Das Plug-in {name} ({value}) lässt sich nicht laden: {why}.</translation>
    </message>
    <message>
        <source>The plug-in {name} ({value}) is no kind of judge.</source>
        <translation>Das Plug-in {name} ({value}) ist keine Art von Prüfer.</translation>
    </message>
    <message>
        <source>The process of {name}</source>
        <translation>Der Prozess von {name}</translation>
    </message>
    <message>
        <source>The process that reads text</source>
        <translation>Der Texterkennungs-Prozess</translation>
    </message>
    <message>
        <source>The projector could not be loaded.</source>
        <translation>Der Projektor ließ sich nicht laden.</translation>
    </message>
    <message>
        <source>The prompt could not be put into the model&apos;s tokens.</source>
        <translation>Die Anfrage ließ sich nicht in Token des Modells fassen.</translation>
    </message>
    <message>
        <source>The prompt takes {count} tokens at once, more than {limit}.</source>
        <translation>Die Anfrage braucht {count} Token auf einmal, mehr als {limit}.</translation>
    </message>
    <message>
        <source>The run cannot be saved to {path}</source>
        <translation>Der Lauf lässt sich nicht in {path} speichern</translation>
    </message>
    <message>
        <source>The sample album cannot be written to {folder}</source>
        <translation>Das Beispielalbum lässt sich nicht nach {folder} schreiben</translation>
    </message>
    <message>
        <source>The sample photos are not installed.</source>
        <translation>Die Beispielfotos sind nicht installiert.</translation>
    </message>
    <message>
        <source>The system cannot report its changes ({reason}).</source>
        <translation>Das System kann Änderungen hier nicht melden ({reason}).</translation>
    </message>
    <message>
        <source>The system missed some changes, so the folders were looked through.</source>
        <translation>Das System hat einige Änderungen verpasst, deshalb wurden die Ordner durchgesehen.</translation>
    </message>
    <message>
        <source>The system&apos;s limit of watched folders is reached (fs.inotify.max_user_watches).</source>
        <translation>Das System überwacht keine weiteren Ordner (fs.inotify.max_user_watches ist erreicht).</translation>
    </message>
    <message>
        <source>The system&apos;s limit of watchers is reached (fs.inotify.max_user_instances).</source>
        <translation>Das System lässt keine weiteren Beobachter zu (fs.inotify.max_user_instances ist erreicht).</translation>
    </message>
    <message>
        <source>The time was up after {done} of {count} candidates.</source>
        <translation>Die Zeit war nach {done} von {count} Kandidaten um.</translation>
    </message>
    <message>
        <source>The time was up after {judge} was asked about {count} photos.</source>
        <translation>Die Zeit war um, nachdem {judge} zu {count} Fotos gefragt wurde.</translation>
    </message>
    <message>
        <source>The tokenizer in {path} cannot be loaded ({reason}).</source>
        <translation>Der Tokenizer in {path} lässt sich nicht laden ({reason}).</translation>
    </message>
    <message>
        <source>The visual tokens of {count} photos are gone from {folder}. They will be made again.</source>
        <translation>Die visuellen Token von {count} Fotos sind aus {folder} verschwunden. Sie werden neu erzeugt.</translation>
    </message>
    <message>
        <source>The weights in {path} do not fit its config.json ({count} lacking, such as {name}).</source>
        <translation>Die Gewichte in {path} passen nicht zur config.json ({count} fehlen, etwa {name}).</translation>
    </message>
    <message>
        <source>The {part} cannot be freed.</source>
        <translation>{part} lässt sich nicht freigeben.</translation>
    </message>
    <message>
        <source>There are {names}.</source>
        <translation>Es gibt {names}.</translation>
    </message>
    <message>
        <source>There are: {some}.</source>
        <translation>Es gibt: {some}.</translation>
    </message>
    <message>
        <source>There is a model called {name} already.</source>
        <translation>Ein Modell namens {name} gibt es schon.</translation>
    </message>
    <message>
        <source>There is no alteration {name}.</source>
        <translation>Es gibt keine Veränderung {name}.</translation>
    </message>
    <message>
        <source>There is no clean-up to undo.</source>
        <translation>Es gibt kein Aufräumen, das rückgängig zu machen wäre.</translation>
    </message>
    <message>
        <source>There is no compression called {text}.</source>
        <translation>Es gibt keine Kompression namens {text}.</translation>
    </message>
    <message>
        <source>There is no data set {name}.</source>
        <translation>Es gibt keinen Datensatz {name}.</translation>
    </message>
    <message>
        <source>There is no descriptor back end called {name}.</source>
        <translation>Es gibt keinen Deskriptor namens {name}.</translation>
    </message>
    <message>
        <source>There is no file {path}.</source>
        <translation>Es gibt keine Datei {path}.</translation>
    </message>
    <message>
        <source>There is no judge called {name}.</source>
        <translation>Es gibt keinen Prüfer namens {name}.</translation>
    </message>
    <message>
        <source>There is no judge of the kind {name}.</source>
        <translation>Es gibt keinen Prüfer der Art {name}.</translation>
    </message>
    <message>
        <source>There is no model called {name}.</source>
        <translation>Es gibt kein Modell namens {name}.</translation>
    </message>
    <message>
        <source>There is no pace called {pace}.</source>
        <translation>Es gibt kein Tempo namens {pace}.</translation>
    </message>
    <message>
        <source>There is no query.</source>
        <translation>Es gibt keine Anfrage.</translation>
    </message>
    <message>
        <source>There is no room for the model&apos;s working memory.</source>
        <translation>Der Arbeitsspeicher reicht für das Modell nicht.</translation>
    </message>
    <message>
        <source>There is no rule called {rule}.</source>
        <translation>Es gibt keine Regel namens {rule}.</translation>
    </message>
    <message>
        <source>There is no thing {number} in this library.</source>
        <translation>Es gibt kein Ding {number} in dieser Bibliothek.</translation>
    </message>
    <message>
        <source>There is no visual-token budget called {name}.</source>
        <translation>Es gibt kein Budget visueller Token namens {name}.</translation>
    </message>
    <message>
        <source>There is no way of comparing called {mode}.</source>
        <translation>Es gibt keine Art zu vergleichen namens {mode}.</translation>
    </message>
    <message>
        <source>There is nothing to put back.</source>
        <translation>Es gibt nichts zurückzuholen.</translation>
    </message>
    <message>
        <source>There is nothing to search for.</source>
        <translation>Es gibt nichts, wonach zu suchen wäre.</translation>
    </message>
    <message>
        <source>There is too little memory free to try it now.</source>
        <translation>Für einen Versuch ist jetzt zu wenig Arbeitsspeicher frei.</translation>
    </message>
    <message>
        <source>There is: {known}.</source>
        <translation>Es gibt: {known}.</translation>
    </message>
    <message>
        <source>These can: {parts}.</source>
        <translation>Diese lassen sich freigeben: {parts}.</translation>
    </message>
    <message>
        <source>They belong in images/ and distractors/ beside it.</source>
        <translation>Sie gehören nach images/ und distractors/ daneben.</translation>
    </message>
    <message>
        <source>This account has no home folder to keep the library in.</source>
        <translation>Dieses Konto hat keinen eigenen Ordner für die Bibliothek.</translation>
    </message>
    <message>
        <source>This data set has no figure {name} of single queries.</source>
        <translation>Dieser Datensatz hat keine Kennzahl {name} für einzelne Anfragen.</translation>
    </message>
    <message>
        <source>This data set has no photos.</source>
        <translation>Dieser Datensatz hat keine Fotos.</translation>
    </message>
    <message>
        <source>This folder cannot be listed ({reason}).</source>
        <translation>Der Inhalt dieses Ordners lässt sich nicht lesen ({reason}).</translation>
    </message>
    <message>
        <source>This folder cannot be reached. What is known of its photos is kept.</source>
        <translation>Dieser Ordner ist nicht erreichbar. Was von seinen Fotos bekannt ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>This name is longer than {most} letters.</source>
        <translation>Dieser Name ist länger als {most} Buchstaben.</translation>
    </message>
    <message>
        <source>This photo has changed.</source>
        <translation>Dieses Foto hat sich geändert.</translation>
    </message>
    <message>
        <source>This photo is no longer in the library.</source>
        <translation>Dieses Foto ist nicht mehr in der Bibliothek.</translation>
    </message>
    <message>
        <source>This photo is not one of thing {number}.</source>
        <translation>Dieses Foto gehört nicht zu Ding {number}.</translation>
    </message>
    <message>
        <source>This query is not among the indexed photos.</source>
        <translation>Diese Anfrage ist nicht unter den indexierten Fotos.</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>Versuchen Sie es später noch einmal.</translation>
    </message>
    <message>
        <source>Try again later. What has come is kept.</source>
        <translation>Versuchen Sie es später erneut. Was schon da ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Try again, or choose another descriptor model.</source>
        <translation>Versuchen Sie es erneut, oder wählen Sie ein anderes Deskriptor-Modell.</translation>
    </message>
    <message>
        <source>Try again. What has come is kept.</source>
        <translation>Versuchen Sie es erneut. Was schon da ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Unpack it again.</source>
        <translation>Entpacken Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Unpack the data set again.</source>
        <translation>Entpacken Sie den Datensatz noch einmal.</translation>
    </message>
    <message>
        <source>Unpack them there: `for f in *.tar; do tar -xf $f; done`.</source>
        <translation>Entpacken Sie sie dort: `for f in *.tar; do tar -xf $f; done`.</translation>
    </message>
    <message>
        <source>Unset it, or import files.</source>
        <translation>Heben Sie das auf, oder importieren Sie Dateien.</translation>
    </message>
    <message>
        <source>Until then no changes are taken in.</source>
        <translation>Bis dahin werden keine Änderungen übernommen.</translation>
    </message>
    <message>
        <source>Until then, words are searched without this model.</source>
        <translation>Bis dahin werden Wörter ohne dieses Modell gesucht.</translation>
    </message>
    <message>
        <source>Update Lookalike, or download the model with the browser and import it.</source>
        <translation>Aktualisieren Sie Lookalike, oder laden Sie das Modell mit dem Browser herunter und importieren Sie es.</translation>
    </message>
    <message>
        <source>Update Lookalike, or open another library.</source>
        <translation>Aktualisieren Sie Lookalike, oder öffnen Sie eine andere Bibliothek.</translation>
    </message>
    <message>
        <source>Use a {families} or {last_family} model.</source>
        <translation>Nehmen Sie ein Modell der Art {families} oder {last_family}.</translation>
    </message>
    <message>
        <source>Use another descriptor model before removing it.</source>
        <translation>Verwenden Sie ein anderes Deskriptor-Modell, bevor Sie es entfernen.</translation>
    </message>
    <message>
        <source>Use another descriptor model first.</source>
        <translation>Verwenden Sie zuerst ein anderes Deskriptor-Modell.</translation>
    </message>
    <message>
        <source>Use another model for words before removing it, or none.</source>
        <translation>Verwenden Sie ein anderes Modell für Wörter, oder keines, bevor Sie es entfernen.</translation>
    </message>
    <message>
        <source>Use another model for words first, or none.</source>
        <translation>Verwenden Sie zuerst ein anderes Modell für Wörter, oder keines.</translation>
    </message>
    <message>
        <source>Visual tokens cannot be stored in {folder}, so searches stay slow</source>
        <translation>Visuelle Token lassen sich nicht in {folder} speichern, und Suchen bleiben langsam</translation>
    </message>
    <message>
        <source>Visual tokens have reached their limit of {limit} GB.</source>
        <translation>Die visuellen Token haben ihre Grenze von {limit} GB erreicht.</translation>
    </message>
    <message>
        <source>Visual tokens in {file} were damaged. They will be made again.</source>
        <translation>Visuelle Token in {file} waren beschädigt. Sie werden neu erzeugt.</translation>
    </message>
    <message>
        <source>Visual tokens in {folder} cannot be compressed</source>
        <translation>Die visuellen Token in {folder} lassen sich nicht komprimieren</translation>
    </message>
    <message>
        <source>Visual tokens need at least {megabytes} MB.</source>
        <translation>Visuelle Token brauchen mindestens {megabytes} MB.</translation>
    </message>
    <message>
        <source>Wait for the other window or command to finish.</source>
        <translation>Warten Sie, bis das andere Fenster oder der andere Befehl fertig ist.</translation>
    </message>
    <message>
        <source>Wait until it has ended.</source>
        <translation>Warten Sie, bis das beendet ist.</translation>
    </message>
    <message>
        <source>What photos show was not searched: {error}</source>
        <translation>Was Fotos zeigen, wurde nicht durchsucht: {error}</translation>
    </message>
    <message>
        <source>Write it as 2019, 2019-07 or 2019-07-18.</source>
        <translation>Schreiben Sie es als 2019, 2019-07 oder 2019-07-18.</translation>
    </message>
    <message>
        <source>Write its edges south,west,north,east in degrees.</source>
        <translation>Schreiben Sie die Ränder als Süd,West,Nord,Ost in Grad.</translation>
    </message>
    <message>
        <source>Write patterns as in a .gitignore file.</source>
        <translation>Schreiben Sie Muster wie in einer .gitignore-Datei.</translation>
    </message>
    <message>
        <source>Write rating:4 for four stars or more.</source>
        <translation>Schreiben Sie rating:4 für vier Sterne oder mehr.</translation>
    </message>
    <message>
        <source>You called {same} results the same and {other} not the same that {judge} has checked; {least} of each are needed.</source>
        <translation>Von den Ergebnissen, die {judge} geprüft hat, haben Sie {same} gleich und {other} nicht gleich genannt; nötig sind je {least}.</translation>
    </message>
    <message>
        <source>`--save` of an evaluation writes one.</source>
        <translation>`--save` einer Auswertung schreibt einen.</translation>
    </message>
    <message>
        <source>`python3 packaging/bootstrap.py mllm` builds it anew.</source>
        <translation>`python3 packaging/bootstrap.py mllm` baut es neu.</translation>
    </message>
    <message>
        <source>a positive of {which}</source>
        <translation>ein richtiges Foto von {which}</translation>
    </message>
    <message>
        <source>czkawka does not read this photo.</source>
        <translation>czkawka liest dieses Foto nicht.</translation>
    </message>
    <message>
        <source>czkawka does not search for a part of a photo.</source>
        <translation>czkawka sucht nicht nach einem Teil eines Fotos.</translation>
    </message>
    <message>
        <source>it cannot be reached ({reason})</source>
        <translation>nicht erreichbar ({reason})</translation>
    </message>
    <message>
        <source>it could not be read again ({problem})</source>
        <translation>ließ sich nicht noch einmal lesen ({problem})</translation>
    </message>
    <message>
        <source>it has changed since it was compared</source>
        <translation>hat sich seit dem Vergleich geändert</translation>
    </message>
    <message>
        <source>it has no list &apos;queries&apos;</source>
        <translation>sie hat keine Liste &apos;queries&apos;</translation>
    </message>
    <message>
        <source>it is a link to another file</source>
        <translation>ist eine Verknüpfung mit einer anderen Datei</translation>
    </message>
    <message>
        <source>it is being changed</source>
        <translation>wird gerade geändert</translation>
    </message>
    <message>
        <source>it is nested too deeply</source>
        <translation>sie ist zu tief verschachtelt</translation>
    </message>
    <message>
        <source>it is no exact copy of what is kept</source>
        <translation>ist keine genaue Kopie von dem, was bleibt</translation>
    </message>
    <message>
        <source>it is no file</source>
        <translation>es ist keine Datei</translation>
    </message>
    <message>
        <source>it is no file any more</source>
        <translation>ist keine Datei mehr</translation>
    </message>
    <message>
        <source>it is no longer there</source>
        <translation>ist nicht mehr da</translation>
    </message>
    <message>
        <source>it is no text</source>
        <translation>sie ist kein Text</translation>
    </message>
    <message>
        <source>it is not among the photos of the library</source>
        <translation>gehört nicht zu den Fotos der Bibliothek</translation>
    </message>
    <message>
        <source>it is not known as a duplicate of what is kept</source>
        <translation>ist nicht als Duplikat von dem bekannt, was bleibt</translation>
    </message>
    <message>
        <source>it is the very file that is kept, under another name, and takes no space</source>
        <translation>ist unter anderem Namen dieselbe Datei, die bleibt, und belegt keinen Platz</translation>
    </message>
    <message>
        <source>it is what is kept</source>
        <translation>ist das, was bleibt</translation>
    </message>
    <message>
        <source>it lies in a protected folder</source>
        <translation>liegt in einem geschützten Ordner</translation>
    </message>
    <message>
        <source>it lies on a drive that is away</source>
        <translation>liegt auf einem Laufwerk, das nicht da ist</translation>
    </message>
    <message>
        <source>it lies on another drive than what is kept, so no hard link can lead there</source>
        <translation>liegt auf einem anderen Laufwerk als das, was bleibt; kein Hardlink führt dorthin</translation>
    </message>
    <message>
        <source>its raw file lies beside it, and not beside what is kept</source>
        <translation>die Raw-Datei liegt neben diesem Foto und nicht neben dem, was bleibt</translation>
    </message>
    <message>
        <source>its raw file lies in a protected folder</source>
        <translation>die Raw-Datei liegt in einem geschützten Ordner</translation>
    </message>
    <message>
        <source>junk of {which}</source>
        <translation>Unbewertetes von {which}</translation>
    </message>
    <message>
        <source>line {line} is no JSON</source>
        <translation>Zeile {line} ist kein JSON</translation>
    </message>
    <message>
        <source>llama-cpp-python cannot be loaded: {reason}.</source>
        <translation>llama-cpp-python lässt sich nicht laden: {reason}.</translation>
    </message>
    <message>
        <source>only an exact copy can become a hard link</source>
        <translation>nur aus einer genauen Kopie kann ein Hardlink werden</translation>
    </message>
    <message>
        <source>query {number}</source>
        <translation>Anfrage {number}</translation>
    </message>
    <message>
        <source>the XMP file of what is kept is a link, and is not written into</source>
        <translation>die XMP-Datei von dem, was bleibt, ist eine Verknüpfung, in die nicht geschrieben wird</translation>
    </message>
    <message>
        <source>this plan has removed it</source>
        <translation>dieser Plan hat es entfernt</translation>
    </message>
    <message>
        <source>this plan keeps it for others that it removes</source>
        <translation>dieser Plan behält es für andere, die er entfernt</translation>
    </message>
    <message>
        <source>you decided that it is no duplicate, or that both are kept</source>
        <translation>Sie haben entschieden, dass es kein Duplikat ist oder dass beide bleiben</translation>
    </message>
    <message>
        <source>you decided to keep all copies</source>
        <translation>Sie haben entschieden, alle Kopien zu behalten</translation>
    </message>
    <message>
        <source>{address} is not on this computer.</source>
        <translation>{address} ist nicht auf diesem Computer.</translation>
    </message>
    <message>
        <source>{count} calibrations that you fitted are of an earlier version and no longer used. Fit anew.</source>
        <translation>{count} Kalibrierungen, die Sie angepasst haben, stammen von einer früheren Version und werden nicht mehr verwendet. Passen Sie sie neu an.</translation>
    </message>
    <message>
        <source>{count} details lie in the same arrangement in both photos, mirrored.</source>
        <translation>{count} Einzelheiten liegen in beiden Fotos gleich angeordnet, gespiegelt.</translation>
    </message>
    <message>
        <source>{count} details lie in the same arrangement in both photos.</source>
        <translation>{count} Einzelheiten liegen in beiden Fotos gleich angeordnet.</translation>
    </message>
    <message>
        <source>{count} photos are kept online only and will be indexed once downloaded.</source>
        <translation>{count} Fotos liegen nur online und werden indiziert, sobald sie heruntergeladen sind.</translation>
    </message>
    <message>
        <source>{count} photos wait for a drive, a paused folder or an unreadable file. Until then the old model answers.</source>
        <translation>{count} Fotos warten auf ein Laufwerk, einen angehaltenen Ordner oder eine unlesbare Datei. Bis dahin antwortet das alte Modell.</translation>
    </message>
    <message>
        <source>{file} at {host} is not the file that Lookalike knows.</source>
        <translation>{file} bei {host} ist nicht die Datei, die Lookalike kennt.</translation>
    </message>
    <message>
        <source>{file} cannot be read: {reason}.</source>
        <translation>{file} lässt sich nicht lesen: {reason}.</translation>
    </message>
    <message>
        <source>{file} did not arrive as it should (wrong checksum) and is deleted.</source>
        <translation>{file} kam nicht unversehrt an (falsche Prüfsumme) und ist gelöscht.</translation>
    </message>
    <message>
        <source>{file} does not know photos: its chat template takes text only.</source>
        <translation>{file} kennt keine Fotos: Die Gesprächsvorlage nimmt nur Text.</translation>
    </message>
    <message>
        <source>{file} does not read photos.</source>
        <translation>{file} liest keine Fotos.</translation>
    </message>
    <message>
        <source>{file} does not say how it reads photos.</source>
        <translation>{file} sagt nicht, wie es Fotos liest.</translation>
    </message>
    <message>
        <source>{file} has a GGUF version that Lookalike does not read.</source>
        <translation>{file} hat eine GGUF-Version, die Lookalike nicht liest.</translation>
    </message>
    <message>
        <source>{file} has no chat template.</source>
        <translation>{file} hat keine Gesprächsvorlage.</translation>
    </message>
    <message>
        <source>{file} is Gemma 3 {size}, which does not know photos.</source>
        <translation>{file} ist Gemma 3 {size}, das keine Fotos kennt.</translation>
    </message>
    <message>
        <source>{file} is a projector, not a language model.</source>
        <translation>{file} ist ein Projektor und kein Sprachmodell.</translation>
    </message>
    <message>
        <source>{file} is cut short or damaged.</source>
        <translation>{file} ist abgeschnitten oder beschädigt.</translation>
    </message>
    <message>
        <source>{file} is damaged: its bytes are not those that were imported.</source>
        <translation>{file} ist beschädigt: Der Inhalt ist nicht der, der importiert wurde.</translation>
    </message>
    <message>
        <source>{file} is gone.</source>
        <translation>{file} ist verschwunden.</translation>
    </message>
    <message>
        <source>{file} is no longer the file that was imported.</source>
        <translation>{file} ist nicht mehr die Datei, die importiert wurde.</translation>
    </message>
    <message>
        <source>{file} is not a GGUF model file.</source>
        <translation>{file} ist keine GGUF-Modelldatei.</translation>
    </message>
    <message>
        <source>{file} is not a projector.</source>
        <translation>{file} ist kein Projektor.</translation>
    </message>
    <message>
        <source>{file} is not at {page}.</source>
        <translation>{file} gibt es bei {page} nicht.</translation>
    </message>
    <message>
        <source>{file} is not in the order in which llama.cpp reads InternVL models.</source>
        <translation>{file} ist nicht in der Reihenfolge, in der llama.cpp InternVL-Modelle liest.</translation>
    </message>
    <message>
        <source>{file} is of a kind ({kind}) that cannot judge yet.</source>
        <translation>{file} ist von einer Art ({kind}), die noch nicht prüfen kann.</translation>
    </message>
    <message>
        <source>{file} is of the kind {kind}, which cannot judge yet.</source>
        <translation>{file} ist von der Art {kind}, die noch nicht prüfen kann.</translation>
    </message>
    <message>
        <source>{file} is one part of a split model.</source>
        <translation>{file} ist ein Teil eines geteilten Modells.</translation>
    </message>
    <message>
        <source>{file} lacks the part {tensor}.</source>
        <translation>{file} fehlt der Teil {tensor}.</translation>
    </message>
    <message>
        <source>{file} was changed for another version of llama.cpp.</source>
        <translation>{file} wurde für eine andere Version von llama.cpp geändert.</translation>
    </message>
    <message>
        <source>{filter}: has no value yet, so it was left out.</source>
        <translation>{filter}: hat noch keinen Wert und bleibt deshalb außer Acht.</translation>
    </message>
    <message>
        <source>{folder} cannot be written</source>
        <translation>{folder} lässt sich nicht beschreiben</translation>
    </message>
    <message>
        <source>{folder} has no preprocessor_config.json.</source>
        <translation>{folder} hat keine preprocessor_config.json.</translation>
    </message>
    <message>
        <source>{folder} has {count} archives and no photos.</source>
        <translation>{folder} enthält {count} Archive und keine Fotos.</translation>
    </message>
    <message>
        <source>{folder} is not a protected folder.</source>
        <translation>{folder} ist kein geschützter Ordner.</translation>
    </message>
    <message>
        <source>{folder} is not a watched folder.</source>
        <translation>{folder} ist kein beobachteter Ordner.</translation>
    </message>
    <message>
        <source>{folder}, which lies in {path}, cannot be reached, and its photos would be forgotten.</source>
        <translation>{folder} in {path} ist nicht erreichbar, und die Fotos dort würden vergessen.</translation>
    </message>
    <message>
        <source>{folder}, which lies in {path}, is paused.</source>
        <translation>{folder} in {path} ist angehalten.</translation>
    </message>
    <message>
        <source>{host} cannot be reached.</source>
        <translation>{host} ist nicht erreichbar.</translation>
    </message>
    <message>
        <source>{host} does not say how large {file} is.</source>
        <translation>{host} sagt nicht, wie groß {file} ist.</translation>
    </message>
    <message>
        <source>{host} gave an answer that Lookalike does not understand ({error}).</source>
        <translation>{host} gab eine Antwort, die Lookalike nicht versteht ({error}).</translation>
    </message>
    <message>
        <source>{host} gives {repository} only to people who signed in and accepted its licence, if it exists at all.</source>
        <translation>{host} gibt {repository}, falls es das überhaupt gibt, nur an Angemeldete, die der Lizenz zugestimmt haben.</translation>
    </message>
    <message>
        <source>{host} has a problem of its own ({status}).</source>
        <translation>{host} hat selbst ein Problem ({status}).</translation>
    </message>
    <message>
        <source>{host} is receiving too many requests.</source>
        <translation>{host} bekommt zu viele Anfragen.</translation>
    </message>
    <message>
        <source>{host} no longer offers {repository}.</source>
        <translation>{host} bietet {repository} nicht mehr an.</translation>
    </message>
    <message>
        <source>{host} refuses {file} ({status}).</source>
        <translation>{host} verweigert {file} ({status}).</translation>
    </message>
    <message>
        <source>{host} states no checksum for {file}.</source>
        <translation>{host} nennt keine Prüfsumme für {file}.</translation>
    </message>
    <message>
        <source>{how} and is switched off until Lookalike starts again ({problem}).</source>
        <translation>{how} und ist abgeschaltet, bis Lookalike neu startet ({problem}).</translation>
    </message>
    <message>
        <source>{inner} lies in the watched folder {outer}, and a .nomedia file in {folder} leaves it out there.</source>
        <translation>{inner} liegt im beobachteten Ordner {outer}, und eine .nomedia-Datei in {folder} lässt ihn dort aus.</translation>
    </message>
    <message>
        <source>{inner} lies in the watched folder {outer}, and a pattern leaves it out there.</source>
        <translation>{inner} liegt im beobachteten Ordner {outer}, und ein Muster lässt ihn dort aus.</translation>
    </message>
    <message>
        <source>{inner} lies in the watched folder {outer}, which leaves out {name}.</source>
        <translation>{inner} liegt im beobachteten Ordner {outer}, der {name} auslässt.</translation>
    </message>
    <message>
        <source>{inner}, which is watched, would be left out of {outer}: it is hidden there, or a pattern names it.</source>
        <translation>{inner} wird beobachtet und würde in {outer} ausgelassen: Er ist dort verborgen, oder ein Muster nennt ihn.</translation>
    </message>
    <message>
        <source>{judge} is {percent} sure that both show the same thing.</source>
        <translation>{judge} ist zu {percent} sicher, dass beide dasselbe zeigen.</translation>
    </message>
    <message>
        <source>{judge} is {percent} sure that these show different things.</source>
        <translation>{judge} ist zu {percent} sicher, dass diese Verschiedenes zeigen.</translation>
    </message>
    <message>
        <source>{judge} was not asked further: {error}</source>
        <translation>{judge} wurde nicht weiter gefragt: {error}</translation>
    </message>
    <message>
        <source>{judge}: the graphics processor failed ({reason}), so the processor judges, which takes longer.</source>
        <translation>{judge}: Der Grafikprozessor ist ausgefallen ({reason}), deshalb urteilt der Prozessor, was länger dauert.</translation>
    </message>
    <message>
        <source>{mmproj} (width {projected}) does not belong to {llm} (width {width}).</source>
        <translation>{mmproj} (Breite {projected}) gehört nicht zu {llm} (Breite {width}).</translation>
    </message>
    <message>
        <source>{mmproj} ({projector}) does not belong to {llm} ({architecture}).</source>
        <translation>{mmproj} ({projector}) gehört nicht zu {llm} ({architecture}).</translation>
    </message>
    <message>
        <source>{names} and {count} more</source>
        <translation>{names} und {count} weitere</translation>
    </message>
    <message>
        <source>{name} broke down in its trial and is not kept.</source>
        <translation>{name} ist in der Probe ausgefallen und wird nicht behalten.</translation>
    </message>
    <message>
        <source>{name} broke down on {count} photos</source>
        <translation>{name} ist an {count} Fotos gescheitert</translation>
    </message>
    <message>
        <source>{name} broke down twice</source>
        <translation>{name} ist zweimal ausgefallen</translation>
    </message>
    <message>
        <source>{name} broke down whatever it was given</source>
        <translation>{name} ist bei allem ausgefallen</translation>
    </message>
    <message>
        <source>{name} broke down {count} times</source>
        <translation>{name} ist {count}-mal ausgefallen</translation>
    </message>
    <message>
        <source>{name} cannot be a model&apos;s name: Windows calls a device so.</source>
        <translation>{name} kann kein Modell heißen: Windows nennt ein Gerät so.</translation>
    </message>
    <message>
        <source>{name} cannot be a model&apos;s name: it begins with a dot or a dash, ends with a dot, or has a blank there.</source>
        <translation>{name} kann kein Modell heißen: Es beginnt mit Punkt oder Strich, endet mit einem Punkt oder hat dort ein Leerzeichen.</translation>
    </message>
    <message>
        <source>{name} cannot be a model&apos;s name: it stands for something else.</source>
        <translation>{name} kann kein Modell heißen: Es steht für etwas anderes.</translation>
    </message>
    <message>
        <source>{name} cannot be a model&apos;s name: not every file system takes {character}.</source>
        <translation>{name} kann kein Modell heißen: Nicht jedes Dateisystem nimmt {character}.</translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>{name} ist nicht lesbar: {reason}.</translation>
    </message>
    <message>
        <source>{name} cannot be removed: {reason}.</source>
        <translation>{name} lässt sich nicht entfernen: {reason}.</translation>
    </message>
    <message>
        <source>{name} cannot be started: {reason}.</source>
        <translation>{name} lässt sich nicht starten: {reason}.</translation>
    </message>
    <message>
        <source>{name} cannot be stored</source>
        <translation>{name} lässt sich nicht speichern</translation>
    </message>
    <message>
        <source>{name} crashes the program that decodes it. {how}</source>
        <translation>{name} bringt das Programm zum Absturz, das es dekodiert. {how}</translation>
    </message>
    <message>
        <source>{name} describes this library&apos;s photos.</source>
        <translation>{name} beschreibt die Fotos dieser Bibliothek.</translation>
    </message>
    <message>
        <source>{name} does not read words.</source>
        <translation>{name} liest keine Wörter.</translation>
    </message>
    <message>
        <source>{name} failed its trial and is not kept: {problem}</source>
        <translation>{name} hat die Probe nicht bestanden und wird nicht behalten: {problem}</translation>
    </message>
    <message>
        <source>{name} finds photos by words in this library.</source>
        <translation>{name} findet in dieser Bibliothek Fotos mit Wörtern.</translation>
    </message>
    <message>
        <source>{name} gives no answer: {reason}</source>
        <translation>{name} gibt keine Antwort: {reason}</translation>
    </message>
    <message>
        <source>{name} has changed since its folder was last scanned.</source>
        <translation>{name} hat sich geändert, seit der Ordner zuletzt gescannt wurde.</translation>
    </message>
    <message>
        <source>{name} has characters that cannot be shown in a model&apos;s name.</source>
        <translation>{name} hat Zeichen, die sich im Namen eines Modells nicht zeigen lassen.</translation>
    </message>
    <message>
        <source>{name} has described nothing here.</source>
        <translation>{name} hat hier nichts beschrieben.</translation>
    </message>
    <message>
        <source>{name} is a JPEG XL photo, for which this computer has no decoder.</source>
        <translation>{name} ist ein JPEG-XL-Foto, für das diesem Computer ein Decoder fehlt.</translation>
    </message>
    <message>
        <source>{name} is a kind of {file_format} that cannot be read ({layout}).</source>
        <translation>{name} ist eine Art von {file_format}, die nicht lesbar ist ({layout}).</translation>
    </message>
    <message>
        <source>{name} is a model of type {architecture}, which Lookalike cannot use for photos.</source>
        <translation>{name} ist ein Modell vom Typ {architecture}, das Lookalike nicht für Fotos verwenden kann.</translation>
    </message>
    <message>
        <source>{name} is a raw file without a preview, and it cannot be developed.</source>
        <translation>{name} ist eine Raw-Datei ohne Vorschau und lässt sich nicht entwickeln.</translation>
    </message>
    <message>
        <source>{name} is being downloaded already.</source>
        <translation>{name} wird bereits heruntergeladen.</translation>
    </message>
    <message>
        <source>{name} is cut off and cannot be shown.</source>
        <translation>{name} ist abgeschnitten und lässt sich nicht zeigen.</translation>
    </message>
    <message>
        <source>{name} is damaged and cannot be shown.</source>
        <translation>{name} ist beschädigt und lässt sich nicht zeigen.</translation>
    </message>
    <message>
        <source>{name} is empty.</source>
        <translation>{name} ist leer.</translation>
    </message>
    <message>
        <source>{name} is in use for words.</source>
        <translation>{name} ist für Wörter in Gebrauch.</translation>
    </message>
    <message>
        <source>{name} is in use.</source>
        <translation>{name} ist in Gebrauch.</translation>
    </message>
    <message>
        <source>{name} is kept online only.</source>
        <translation>{name} liegt nur online.</translation>
    </message>
    <message>
        <source>{name} is no longer there.</source>
        <translation>{name} ist nicht mehr da.</translation>
    </message>
    <message>
        <source>{name} is not a descriptor model.</source>
        <translation>{name} ist kein Deskriptor-Modell.</translation>
    </message>
    <message>
        <source>{name} is not a file.</source>
        <translation>{name} ist keine Datei.</translation>
    </message>
    <message>
        <source>{name} is not a photo that Lookalike can read.</source>
        <translation>{name} ist kein Foto, das Lookalike lesen kann.</translation>
    </message>
    <message>
        <source>{name} is not a readable XMP file ({error}), so its rating and keywords are not used.</source>
        <translation>{name} ist keine lesbare XMP-Datei ({error}); Bewertung und Schlagwörter darin gelten nicht.</translation>
    </message>
    <message>
        <source>{name} is of a kind ({kind}) that this version of Lookalike cannot run.</source>
        <translation>{name} ist von einer Art ({kind}), die diese Version von Lookalike nicht ausführen kann.</translation>
    </message>
    <message>
        <source>{name} is too large to be read ({size} MB).</source>
        <translation>{name} ist zu groß zum Lesen ({size} MB).</translation>
    </message>
    <message>
        <source>{name} is too large to be shown{pixels}.</source>
        <translation>{name} ist zu groß, um gezeigt zu werden{pixels}.</translation>
    </message>
    <message>
        <source>{name} may not be read.</source>
        <translation>{name} darf nicht gelesen werden.</translation>
    </message>
    <message>
        <source>{name} needs about {needed} GB of memory and {free} GB are free.</source>
        <translation>{name} braucht etwa {needed} GB Arbeitsspeicher, und {free} GB sind frei.</translation>
    </message>
    <message>
        <source>{name} needs {needed} on the disk, and {free} are free.</source>
        <translation>{name} braucht {needed} auf der Platte, und {free} sind frei.</translation>
    </message>
    <message>
        <source>{name}: {problem}</source>
        <translation>{name}: {problem}</translation>
    </message>
    <message>
        <source>{part} need at least {megabytes} MB.</source>
        <translation>{part} brauchen mindestens {megabytes} MB.</translation>
    </message>
    <message>
        <source>{path} and {other_path}, where this folder is said to lie, are one inside the other.</source>
        <translation>{path} und {other_path}, wo dieser Ordner liegen soll, liegen ineinander.</translation>
    </message>
    <message>
        <source>{path} cannot be made a file of its own again: {reason}.</source>
        <translation>{path} lässt sich nicht wieder zu einer eigenen Datei machen: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be moved to the trash: its drive takes none.</source>
        <translation>{path} lässt sich nicht in den Papierkorb legen: Sein Laufwerk hat keinen.</translation>
    </message>
    <message>
        <source>{path} cannot be moved to the trash: {reason}.</source>
        <translation>{path} lässt sich nicht in den Papierkorb legen: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be put back by Lookalike on this system.</source>
        <translation>{path} kann Lookalike auf diesem System nicht zurückholen.</translation>
    </message>
    <message>
        <source>{path} cannot be put back: another file lies there now.</source>
        <translation>{path} lässt sich nicht zurückholen: Dort liegt jetzt eine andere Datei.</translation>
    </message>
    <message>
        <source>{path} cannot be put back: it is no longer in the trash.</source>
        <translation>{path} lässt sich nicht zurücklegen: nicht mehr im Papierkorb.</translation>
    </message>
    <message>
        <source>{path} cannot be put back: {reason}.</source>
        <translation>{path} lässt sich nicht zurückholen: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be reached: a folder above it is locked.</source>
        <translation>{path} ist nicht erreichbar: Ein Ordner darüber ist gesperrt.</translation>
    </message>
    <message>
        <source>{path} cannot be read</source>
        <translation>{path} ist nicht lesbar</translation>
    </message>
    <message>
        <source>{path} cannot be read ({error}).</source>
        <translation>{path} ist nicht lesbar ({error}).</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}).</source>
        <translation>{path} ist nicht lesbar ({reason}).</translation>
    </message>
    <message>
        <source>{path} cannot be read or written ({reason}).</source>
        <translation>{path} lässt sich nicht lesen oder schreiben ({reason}).</translation>
    </message>
    <message>
        <source>{path} cannot be read.</source>
        <translation>{path} ist nicht lesbar.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path} ist nicht lesbar: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be replaced by a hard link: {reason}.</source>
        <translation>{path} lässt sich nicht durch einen harten Link ersetzen: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be the name of a file.</source>
        <translation>{path} kann kein Dateiname sein.</translation>
    </message>
    <message>
        <source>{path} cannot be written ({reason}).</source>
        <translation>{path} lässt sich nicht schreiben ({reason}).</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}.</source>
        <translation>{path} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>{path} could not be used ({reason}).</source>
        <translation>{path} ließ sich nicht verwenden ({reason}).</translation>
    </message>
    <message>
        <source>{path} has been changed since, and is left as it is.</source>
        <translation>{path} wurde seitdem geändert und bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>{path} has changed since it was compared.</source>
        <translation>{path} hat sich seit dem Vergleich geändert.</translation>
    </message>
    <message>
        <source>{path} has no weights (model.safetensors).</source>
        <translation>{path} hat keine Gewichte (model.safetensors).</translation>
    </message>
    <message>
        <source>{path} holds a run under other conditions: {name} was {before} and is {now}.</source>
        <translation>{path} enthält einen Lauf unter anderen Bedingungen: {name} war {before} und ist {now}.</translation>
    </message>
    <message>
        <source>{path} is a folder.</source>
        <translation>{path} ist ein Ordner.</translation>
    </message>
    <message>
        <source>{path} is broken: {why}.</source>
        <translation>{path} ist fehlerhaft: {why}.</translation>
    </message>
    <message>
        <source>{path} is damaged ({error}).</source>
        <translation>{path} ist beschädigt ({error}).</translation>
    </message>
    <message>
        <source>{path} is damaged.</source>
        <translation>{path} ist beschädigt.</translation>
    </message>
    <message>
        <source>{path} is empty: what it held is lost.</source>
        <translation>{path} ist leer: Was es enthielt, ist verloren.</translation>
    </message>
    <message>
        <source>{path} is in use by another program.</source>
        <translation>{path} wird von einem anderen Programm verwendet.</translation>
    </message>
    <message>
        <source>{path} is no clean-up plan: {reason}.</source>
        <translation>{path} ist kein Aufräumplan: {reason}.</translation>
    </message>
    <message>
        <source>{path} is not a file.</source>
        <translation>{path} ist keine Datei.</translation>
    </message>
    <message>
        <source>{path} is not a folder.</source>
        <translation>{path} ist kein Ordner.</translation>
    </message>
    <message>
        <source>{path} is not a ground-truth file: {reason}.</source>
        <translation>{path} ist keine Datei mit richtigen Antworten (ground truth): {reason}.</translation>
    </message>
    <message>
        <source>{path} is not a model folder that Lookalike can use: it has no {file}.</source>
        <translation>{path} ist kein Modellordner, den Lookalike verwenden kann: {file} fehlt.</translation>
    </message>
    <message>
        <source>{path} is not a run of altered queries.</source>
        <translation>{path} ist kein Lauf mit veränderten Anfragen.</translation>
    </message>
    <message>
        <source>{path} is not a saved run.</source>
        <translation>{path} ist kein gespeicherter Lauf.</translation>
    </message>
    <message>
        <source>{path} is not among the photos of the library.</source>
        <translation>{path} ist nicht unter den Fotos der Bibliothek.</translation>
    </message>
    <message>
        <source>{path} is not there.</source>
        <translation>{path} ist nicht da.</translation>
    </message>
    <message>
        <source>{path} lacks its weights.</source>
        <translation>{path} fehlen die Gewichte.</translation>
    </message>
    <message>
        <source>{path} lacks {files}.</source>
        <translation>In {path} fehlt {files}.</translation>
    </message>
    <message>
        <source>{path} may not be read.</source>
        <translation>{path} darf nicht gelesen werden.</translation>
    </message>
    <message>
        <source>{path} overlaps with the watched folder {other_path}.</source>
        <translation>{path} überschneidet sich mit dem beobachteten Ordner {other_path}.</translation>
    </message>
    <message>
        <source>{path}, which is to stay, is not as it was: {problem}</source>
        <translation>{path} soll bleiben, ist aber nicht wie zuvor: {problem}</translation>
    </message>
    <message>
        <source>{process} did not answer for {seconds} s.</source>
        <translation>{process} hat {seconds} s lang nicht geantwortet.</translation>
    </message>
    <message>
        <source>{process} ended with exit code {code}.</source>
        <translation>{process} endete mit dem Code {code}.</translation>
    </message>
    <message>
        <source>{process} was ended by signal {number}.</source>
        <translation>{process} wurde durch das Signal {number} beendet.</translation>
    </message>
    <message>
        <source>{process} was ended by {signal}.</source>
        <translation>{process} wurde durch {signal} beendet.</translation>
    </message>
    <message>
        <source>{remedy}</source>
        <translation>{remedy}</translation>
    </message>
    <message>
        <source>{same} pairs of the same thing and {other} of different things, of {groups} things in all, are too few to calibrate with; {least} of each and {least_groups} things are needed.</source>
        <translation>{same} Paare des gleichen Dings und {other} verschiedener Dinge, von insgesamt {groups} Dingen, sind zu wenige zum Kalibrieren; nötig sind je {least} und {least_groups} Dinge.</translation>
    </message>
    <message>
        <source>{some} or {name}</source>
        <translation>{some} oder {name}</translation>
    </message>
    <message>
        <source>{text} is not a date.</source>
        <translation>{text} ist kein Datum.</translation>
    </message>
    <message>
        <source>{text} is not a part of the map.</source>
        <translation>{text} ist kein Teil der Karte.</translation>
    </message>
    <message>
        <source>{title} has {layout}; it can be had from {address}.</source>
        <translation>{title} hat {layout}; zu haben von {address}.</translation>
    </message>
    <message>
        <source>{value} is not a date.</source>
        <translation>{value} ist kein Datum.</translation>
    </message>
    <message>
        <source>{value} is not a number of stars.</source>
        <translation>{value} ist keine Zahl von Sternen.</translation>
    </message>
    <message>
        <source>{what} is missing{note}.</source>
        <translation>{what} fehlt{note}.</translation>
    </message>
    <message>
        <source>{what}: the disk is full.</source>
        <translation>{what}: Die Platte ist voll.</translation>
    </message>
    <message>
        <source>{what}: {reason}.</source>
        <translation>{what}: {reason}.</translation>
    </message>
    <message>
        <source>{which} has no &apos;{name}&apos;</source>
        <translation>{which} hat kein &apos;{name}&apos;</translation>
    </message>
    <message>
        <source>{which} is no object</source>
        <translation>{which} ist kein Objekt</translation>
    </message>
    <message>
        <source>“{line}” is not a pattern.</source>
        <translation>„{line}“ ist kein Muster.</translation>
    </message>
    <message>
        <source>“{words}” has no words to look for.</source>
        <translation>„{words}“ enthält keine Wörter, nach denen gesucht werden kann.</translation>
    </message>
</context>
<context>
    <name>duration</name>
    <message>
        <source>{0} s</source>
        <translation>{0} s</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} min</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} h {1} min</translation>
    </message>
</context>
<context>
    <name>filters</name>
    <message>
        <source>in {0}</source>
        <translation>in {0}</translation>
    </message>
    <message>
        <source>from {0}</source>
        <translation>ab {0}</translation>
    </message>
    <message>
        <source>until {0}</source>
        <translation>bis {0}</translation>
    </message>
    <message>
        <source>keyword {0}</source>
        <translation>Schlagwort {0}</translation>
    </message>
    <message>
        <source>in this part of the map</source>
        <translation>in diesem Teil der Karte</translation>
    </message>
    <message>
        <source>{0} or more</source>
        <translation>{0} oder mehr</translation>
    </message>
    <message>
        <source>not {0}</source>
        <translation>nicht {0}</translation>
    </message>
</context>
<context>
    <name>models</name>
    <message>
        <source>A first try and slow computers. It errs more often than the larger ones.</source>
        <translation>Ein erster Versuch und langsame Computer. Es irrt öfter als die größeren.</translation>
    </message>
    <message>
        <source>As SigLIP2-base with a better eye, where indexing may take its time.</source>
        <translation>Wie SigLIP2-base mit besserem Auge, wo das Indexieren dauern darf.</translation>
    </message>
    <message>
        <source>Computers with a few cores to spare: a good eye at a moderate size.</source>
        <translation>Computer mit ein paar Kernen übrig: ein gutes Auge bei mäßiger Größe.</translation>
    </message>
    <message>
        <source>Desktop computers with many cores or a graphics card.</source>
        <translation>Tischrechner mit vielen Kernen oder einer Grafikkarte.</translation>
    </message>
    <message>
        <source>Desktop computers: keeps the photo&apos;s own proportions. The licence allows no commercial use.</source>
        <translation>Tischrechner: behält die Proportionen des Fotos. Die Lizenz erlaubt keine gewerbliche Nutzung.</translation>
    </message>
    <message>
        <source>Finding photos by words on small computers: a CLIP of half the size. English only.</source>
        <translation>Fotos mit Wörtern finden auf kleinen Computern: ein CLIP von halber Größe. Nur Englisch.</translation>
    </message>
    <message>
        <source>Finding photos by words, quickly. English only.</source>
        <translation>Fotos schnell mit Wörtern finden. Nur Englisch.</translation>
    </message>
    <message>
        <source>Finding photos by words, with a better eye than the small CLIP. English only.</source>
        <translation>Fotos mit Wörtern finden, mit besserem Auge als das kleine CLIP. Nur Englisch.</translation>
    </message>
    <message>
        <source>Fine details in photos of one size; 256 visual tokens for each make it slower than its size suggests.</source>
        <translation>Feine Einzelheiten in Fotos einer Größe; 256 visuelle Token für jedes machen es langsamer, als seine Größe vermuten lässt.</translation>
    </message>
    <message>
        <source>Photos and words of many languages in one model: the all-rounder.</source>
        <translation>Fotos und Wörter vieler Sprachen in einem Modell: der Alleskönner.</translation>
    </message>
    <message>
        <source>Small laptops: little memory for what it sees. The licence limits use by large companies.</source>
        <translation>Kleine Laptops: wenig Speicher für das, was es sieht. Die Lizenz schränkt große Firmen ein.</translation>
    </message>
    <message>
        <source>Small laptops: steadier than the 256M model at a third of its speed.</source>
        <translation>Kleine Laptops: sicherer als das Modell mit 256M bei einem Drittel von dessen Tempo.</translation>
    </message>
    <message>
        <source>The same thing and the same place, without words, where indexing may take its time.</source>
        <translation>Dasselbe Ding und derselbe Ort, ohne Wörter, wo das Indexieren dauern darf.</translation>
    </message>
    <message>
        <source>The same thing and the same place, without words.</source>
        <translation>Dasselbe Ding und derselbe Ort, ohne Wörter.</translation>
    </message>
    <message>
        <source>The same thing and the same place, without words. Light on the computer.</source>
        <translation>Dasselbe Ding und derselbe Ort, ohne Wörter. Belastet den Computer wenig.</translation>
    </message>
    <message>
        <source>The size of model this way of checking was published with. Needs a graphics card or patience.</source>
        <translation>Die Modellgröße, mit der diese Art zu prüfen veröffentlicht wurde. Braucht eine Grafikkarte oder Geduld.</translation>
    </message>
</context>
<context>
    <name>pace</name>
    <message>
        <source>{0} pairs per second</source>
        <translation>{0} Paare pro Sekunde</translation>
    </message>
    <message>
        <source>{0} seconds per pair</source>
        <translation>{0} Sekunden pro Paar</translation>
    </message>
</context>
<context>
    <name>progress</name>
    <message>
        <source>Looking for photos…</source>
        <translation>Fotos werden gesucht …</translation>
    </message>
    <message>
        <source>Indexing</source>
        <translation>Indexieren</translation>
    </message>
    <message>
        <source>Describing</source>
        <translation>Beschreiben</translation>
    </message>
    <message>
        <source>Watching for changes</source>
        <translation>Wartet auf Änderungen</translation>
    </message>
    <message>
        <source>Waiting; trying again soon</source>
        <translation>Wartet; versucht es bald wieder</translation>
    </message>
    <message>
        <source>Looking at details</source>
        <translation>Einzelheiten ansehen</translation>
    </message>
    <message>
        <source>Looking for copies</source>
        <translation>Kopien suchen</translation>
    </message>
    <message>
        <source>Comparing pairs</source>
        <translation>Paare vergleichen</translation>
    </message>
    <message>
        <source>Finding things</source>
        <translation>Dinge finden</translation>
    </message>
    <message>
        <source>Looking closer for things</source>
        <translation>Genauer nach Dingen suchen</translation>
    </message>
    <message>
        <source>Looking at what photos show</source>
        <translation>Ansehen, was Fotos zeigen</translation>
    </message>
    <message>
        <source>Looking for screenshots and documents</source>
        <translation>Bildschirmfotos und Dokumente suchen</translation>
    </message>
    <message>
        <source>Reading text</source>
        <translation>Text lesen</translation>
    </message>
    <message>
        <source>Writing captions</source>
        <translation>Bildunterschriften schreiben</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Vorbereiten</translation>
    </message>
    <message>
        <source>Compressing</source>
        <translation>Komprimieren</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>Aufräumen</translation>
    </message>
    <message>
        <source>Putting back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Wird verbunden …</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Herunterladen</translation>
    </message>
    <message>
        <source>Trying it on two pictures…</source>
        <translation>Wird an zwei Bildern ausprobiert …</translation>
    </message>
    <message>
        <source>{0} photos</source>
        <translation>{0} Fotos</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}: {1}</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>noch {0}</translation>
    </message>
    <message>
        <source>{0}/s</source>
        <translation>{0}/s</translation>
    </message>
    <message>
        <source>{0} pairs/s</source>
        <translation>{0} Paare/s</translation>
    </message>
    <message>
        <source>{0} photos/s</source>
        <translation>{0} Fotos/s</translation>
    </message>
</context>
<context>
    <name>queries</name>
    <message>
        <source>{0} and {1} more</source>
        <translation>{0} und {1} weitere</translation>
    </message>
</context>
<context>
    <name>reasons</name>
    <message>
        <source>named {0}</source>
        <translation>heißt {0}</translation>
    </message>
    <message>
        <source>in the folder {0}</source>
        <translation>im Ordner {0}</translation>
    </message>
    <message>
        <source>keyword {0}</source>
        <translation>Schlagwort {0}</translation>
    </message>
    <message>
        <source>titled {0}</source>
        <translation>Titel {0}</translation>
    </message>
    <message>
        <source>described as {0}</source>
        <translation>beschrieben als {0}</translation>
    </message>
    <message>
        <source>by a {0}</source>
        <translation>Kamera {0}</translation>
    </message>
    <message>
        <source>through a {0}</source>
        <translation>Objektiv {0}</translation>
    </message>
    <message>
        <source>taken {0}</source>
        <translation>aufgenommen {0}</translation>
    </message>
    <message>
        <source>in {0}</source>
        <translation>in {0}</translation>
    </message>
    <message>
        <source>reads {0}</source>
        <translation>enthält den Text {0}</translation>
    </message>
    <message>
        <source>shows {0}</source>
        <translation>zeigt {0}</translation>
    </message>
    <message>
        <source>en</source>
        <comment>the code of this language</comment>
        <translation>de</translation>
    </message>
    <message>
        <source>looks like an {0}</source>
        <translation>sieht aus wie {0}</translation>
    </message>
    <message>
        <source>looks like a {0}</source>
        <translation>sieht aus wie {0}</translation>
    </message>
    <message>
        <source>may look like an {0}</source>
        <translation>könnte {0} sein</translation>
    </message>
    <message>
        <source>may look like a {0}</source>
        <translation>könnte {0} sein</translation>
    </message>
    <message>
        <source>may look like “{0}”</source>
        <translation>könnte „{0}“ sein</translation>
    </message>
</context>
<context>
    <name>sections</name>
    <message>
        <source>No date</source>
        <translation>Kein Datum</translation>
    </message>
    <message>
        <source>No stars</source>
        <translation>Keine Sterne</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>Abgelehnt</translation>
    </message>
</context>
<context>
    <name>thing</name>
    <message>
        <source>the thing with {0} photos</source>
        <translation>das Ding mit {0} Fotos</translation>
    </message>
    <message>
        <source>{0} photos</source>
        <translation>{0} Fotos</translation>
    </message>
    <message>
        <source>{0} more photos of {1}</source>
        <translation>{0} weitere Fotos von {1}</translation>
    </message>
    <message>
        <source>{0} more photo of {1}</source>
        <translation>{0} weiteres Foto von {1}</translation>
    </message>
    <message>
        <source>{0} more photos of this</source>
        <translation>{0} weitere Fotos davon</translation>
    </message>
    <message>
        <source>{0} more photo of this</source>
        <translation>{0} weiteres Foto davon</translation>
    </message>
</context>
</TS>
