<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>ActivityPage</name>
    <message numerus="yes">
        <source>%n skipped file(s)</source>
        <translation>
            <numerusform>%n skipped file</numerusform>
            <numerusform>%n skipped files</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message numerus="yes">
        <source>This computer has {0} of memory and %n core(s). Nothing is downloaded before you ask for it.</source>
        <translation>
            <numerusform>This computer has {0} of memory and %n core. Nothing is downloaded before you ask for it.</numerusform>
            <numerusform>This computer has {0} of memory and %n cores. Nothing is downloaded before you ask for it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PlacesPage</name>
    <message numerus="yes">
        <source>%n photo(s) with a position</source>
        <translation>
            <numerusform>%n photo with a position</numerusform>
            <numerusform>%n photos with a position</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s) chosen</source>
        <translation>
            <numerusform>%n photo chosen</numerusform>
            <numerusform>%n photos chosen</numerusform>
        </translation>
    </message>
</context>
</TS>
