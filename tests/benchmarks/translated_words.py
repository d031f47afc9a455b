"""The words of `tests.benchmarks.word_lists` in other languages, as people there would type them.

Written before any result was seen; nothing was tuned on them.
"""

from __future__ import annotations

from tests.benchmarks.word_lists import HELD_BACK_WORDS, TEST_WORDS, Words

LANGUAGES = ("de", "fr", "es")

_TEST = {
    "de": """
        Hund, Katze, Vogel, Fisch, Schlange, Spinne, Affe, Bär, Eidechse, Frosch, Schmetterling, Insekt,
        Schildkröte, Wolf, Fuchs, Hai, Krabbe, Elefant, Käfer, Eule, Papagei, Auto, Lastwagen, Boot, Schiff, Zug,
        Flugzeug, Bus, Apfel, Orange, Zitrone, Banane, Birne, Melone, Ananas, Pilz, Brot, Stuhl, Lampe, Uhr,
        Armbanduhr, Flasche, Computer, Tasche, Schuh, Hut, Pullover, Ball, Messer, Kirche, Burg, Turm, Tier,
        Säugetier, Reptil, Fahrzeug, Obst, Gemüse, Möbel, Kleidung, Musikinstrument, Werkzeug, Essen
    """,
    "fr": """
        chien, chat, oiseau, poisson, serpent, araignée, singe, ours, lézard, grenouille, papillon, insecte, tortue,
        loup, renard, requin, crabe, éléphant, scarabée, hibou, perroquet, voiture, camion, bateau, navire, train,
        avion, bus, pomme, orange, citron, banane, poire, melon, ananas, champignon, pain, chaise, lampe, horloge,
        montre, bouteille, ordinateur, sac, chaussure, chapeau, pull, balle, couteau, église, château, tour, animal,
        mammifère, reptile, véhicule, fruit, légume, meuble, vêtement, instrument de musique, outil, nourriture
    """,
    "es": """
        perro, gato, pájaro, pez, serpiente, araña, mono, oso, lagarto, rana, mariposa, insecto, tortuga, lobo,
        zorro, tiburón, cangrejo, elefante, escarabajo, búho, loro, coche, camión, barca, barco, tren, avión,
        autobús, manzana, naranja, limón, plátano, pera, melón, piña, seta, pan, silla, lámpara, reloj, reloj de
        pulsera, botella, ordenador, bolsa, zapato, sombrero, suéter, pelota, cuchillo, iglesia, castillo, torre,
        animal, mamífero, reptil, vehículo, fruta, verdura, mueble, ropa, instrumento musical, herramienta, comida
    """,
}
_HELD_BACK = {
    "de": """
        Primat, Amphibie, Robbe, Terrier, Jagdhund, Welpe, Gans, Nagetier, Hirsch, Wal, Ameise, Schaf, Krokodil,
        Ziege, Motorrad, Traktor, Segelboot, Hubschrauber, Taxi, Krankenwagen, Flieger, Gitarre, Klavier, Flöte,
        Telefon, Kamera, Regenschirm, Gewehr, Brille, Halskette, Hose, Mantel, Tasse, Küchengerät, Bett, Waffe,
        Schmuck, Spielzeug, Bildschirm, Kiste, Stift, Hammer, Zitrusfrucht, Grapefruit, Wassermelone, Nachtisch,
        Sandwich, Nudeln, Giraffe, Farn, Avocado, Mango, Kiwi, Pfirsich, Papaya, Roboter, Münze, Milch, Saft,
        Joghurt, Pflaume, Satsuma, Passionsfrucht, Nektarine, Strand, Haus, Brücke, Laden, Berg, Meer
    """,
    "fr": """
        primate, amphibien, phoque, terrier, chien de chasse, chiot, oie, rongeur, cerf, baleine, fourmi, mouton,
        crocodile, chèvre, moto, tracteur, voilier, hélicoptère, taxi, ambulance, avion, guitare, piano, flûte,
        téléphone, appareil photo, parapluie, fusil, lunettes, collier, pantalon, manteau, tasse, appareil de
        cuisine, lit, arme, bijoux, jouet, écran, boîte, stylo, marteau, agrume, pamplemousse, pastèque, dessert,
        sandwich, pâtes, girafe, fougère, avocat, mangue, kiwi, pêche, papaye, robot, pièce de monnaie, lait, jus,
        yaourt, prune, satsuma, fruit de la passion, nectarine, plage, maison, pont, magasin, montagne, mer
    """,
    "es": """
        primate, anfibio, foca, terrier, perro de caza, cachorro, ganso, roedor, ciervo, ballena, hormiga, oveja,
        cocodrilo, cabra, moto, tractor, velero, helicóptero, taxi, ambulancia, avión, guitarra, piano, flauta,
        teléfono, cámara, paraguas, fusil, gafas, collar, pantalones, abrigo, taza, electrodoméstico, cama, arma,
        joyas, juguete, pantalla, caja, bolígrafo, martillo, cítrico, pomelo, sandía, postre, sándwich, pasta,
        jirafa, helecho, aguacate, mango, kiwi, melocotón, papaya, robot, moneda, leche, zumo, yogur, ciruela,
        satsuma, maracuyá, nectarina, playa, casa, puente, tienda, montaña, mar
    """,
}


def translated(language: str) -> tuple[Words, Words]:
    """The test words and those held back in a language, each with the synsets of the English word."""
    return (
        _in_place_of(TEST_WORDS, _TEST[language]),
        _in_place_of(HELD_BACK_WORDS, _HELD_BACK[language]),
    )


def _in_place_of(words: Words, text: str) -> Words:
    others = iter([" ".join(word.split()) for word in text.split(",")])
    found = {kind: {next(others): synsets for synsets in known.values()} for kind, known in words.items()}
    if next(others, None) is not None:
        raise ValueError("more words than in English")
    return found
