"""Words that searches by words are measured with, and what photos of the development set show.

Written by kind before any result was seen: `TEST_WORDS` are the figures' own, `HELD_BACK_WORDS` others, with words that
no label is named by; nothing was tuned on either. What a word stands for is given by WordNet 3.0's numbers.
"""

from __future__ import annotations

Words = dict[str, dict[str, tuple[str, ...]]]
"""For each kind of words, each word and the synsets that a photo shows one of."""

TEST_WORDS: Words = {
    "animals": {
        "dog": ("n02084071",),
        "cat": ("n02121620",),
        "bird": ("n01503061",),
        "fish": ("n02512053",),
        "snake": ("n01726692",),
        "spider": ("n01772222",),
        "monkey": ("n02484322",),
        "bear": ("n02131653",),
        "lizard": ("n01674464",),
        "frog": ("n01639765",),
        "butterfly": ("n02274259",),
        "insect": ("n02159955",),
        "turtle": ("n01662784",),
        "wolf": ("n02114100",),
        "fox": ("n02118333",),
        "shark": ("n01482330",),
        "crab": ("n01976957",),
        "elephant": ("n02503517",),
        "beetle": ("n02164464",),
        "owl": ("n01621127",),
        "parrot": ("n01816887",),
    },
    "vehicles": {
        "car": ("n02958343",),
        "truck": ("n04490091",),
        "boat": ("n02858304",),
        "ship": ("n04194289",),
        "train": ("n04468005",),
        "airplane": ("n02691156",),
        "bus": (
            "n02924116",
            "n03769881",
        ),
    },
    "food": {
        "apple": ("n07739125",),
        "orange": ("n07747607",),
        "lemon": ("n07749582",),
        "banana": ("n07753592",),
        "pear": ("n07767847",),
        "melon": ("n07755411",),
        "pineapple": ("n07753275",),
        "mushroom": (
            "n07734744",
            "n11442073",
            "n12997919",
            "n12998815",
            "n13000891",
            "n13001041",
        ),
        "bread": ("n07679356",),
    },
    "home": {
        "chair": ("n03001627",),
        "lamp": ("n03636649",),
        "clock": ("n03046257",),
        "watch": ("n04555897",),
        "bottle": ("n02876657",),
        "computer": ("n03082979",),
        "bag": (
            "n02773037",
            "n02774152",
        ),
        "shoe": ("n04199027",),
        "hat": ("n03497657",),
        "sweater": ("n04370048",),
        "ball": ("n02778669",),
        "knife": ("n03623556",),
    },
    "places": {
        "church": ("n03028079",),
        "castle": ("n02980441",),
        "tower": ("n04460130",),
    },
    "hypernyms": {
        "animal": ("n00015388",),
        "mammal": ("n01861778",),
        "reptile": ("n01661091",),
        "vehicle": ("n04524313",),
        "fruit": ("n07705931",),
        "vegetable": ("n07707451",),
        "furniture": ("n03405725",),
        "clothing": ("n03051540",),
        "musical instrument": ("n03800933",),
        "tool": ("n04451818",),
        "food": (
            "n00021265",
            "n07555863",
        ),
    },
}

HELD_BACK_WORDS: Words = {
    "animals": {
        "primate": ("n02469914",),
        "amphibian": ("n01627424",),
        "seal": (
            "n02076196",
            "n02077923",
        ),
        "terrier": ("n02092468",),
        "hound": ("n02087551",),
        "puppy": ("n02084071",),
        "goose": ("n01855672",),
        "rodent": ("n02329401",),
        "deer": (
            "n02419796",
            "n02430045",
        ),
        "whale": ("n02062744",),
        "ant": ("n02219486",),
        "sheep": ("n02411705",),
        "crocodile": ("n01696633",),
        "goat": (
            "n02416519",
            "n02417534",
        ),
    },
    "vehicles": {
        "motorbike": ("n03790512",),
        "tractor": ("n04465501",),
        "sailboat": ("n04128499",),
        "helicopter": ("n03512147",),
        "taxi": ("n02930766",),
        "ambulance": ("n02701002",),
        "plane": ("n02691156",),
    },
    "things": {
        "guitar": ("n03467517",),
        "piano": ("n03928116",),
        "flute": ("n03372029",),
        "phone": ("n04401088",),
        "camera": ("n02942699",),
        "umbrella": ("n04507155",),
        "gun": ("n03467984",),
        "glasses": (
            "n04272054",
            "n04355933",
            "n04356056",
        ),
        "necklace": ("n03814906",),
        "pants": ("n04489008",),
        "coat": ("n03057021",),
        "cup": (
            "n03147509",
            "n13766733",
        ),
        "kitchen appliance": ("n03620052",),
        "bed": ("n02818832",),
        "weapon": ("n04565375",),
        "jewelry": ("n03597469",),
        "toy": ("n03964744",),
        "screen": ("n04152593",),
        "box": ("n02883344",),
        "pen": ("n03906997",),
        "hammer": ("n03481172",),
    },
    "food": {
        "citrus": ("n07747055",),
        "grapefruit": ("n07749969",),
        "watermelon": ("n07756951",),
        "dessert": ("n07609840",),
        "sandwich": ("n07695965",),
        "pasta": ("n07863374",),
    },
    "out of vocabulary": {
        "giraffe": ("n02439033",),
        "fern": ("n11545714",),
        "avocado": ("n07764847",),
        "mango": ("n07764155",),
        "kiwi": ("n07763629",),
        "peach": ("n07751004",),
        "papaya": ("n07762244",),
        "robot": ("n02761392",),
        "coin": ("n13388245",),
        "milk": ("n07844042",),
        "juice": ("n07923748",),
        "yoghurt": ("n07849336",),
        "plum": ("n07751451",),
        "satsuma": ("n07748276",),
        "passion fruit": ("n07753743",),
        "nectarine": ("n07751148",),
    },
    "places": {
        "beach": (
            "n09217230",
            "n09332890",
            "n09428293",
        ),
        "house": (
            "n03259505",
            "n03544360",
        ),
        "bridge": ("n02898711",),
        "shop": ("n04202417",),
        "mountain": ("n09359803",),
        "sea": (
            "n09256479",
            "n09376198",
            "n09426788",
        ),
    },
}

GROCERIES: dict[str, tuple[str, ...]] = {
    "Apple": (
        "n07555863",
        "n07705931",
        "n07739125",
    ),
    "Satsumas": (
        "n07555863",
        "n07705931",
        "n07747055",
        "n07748276",
    ),
    "Banana": (
        "n07555863",
        "n07705931",
        "n07753592",
    ),
    "Pear": (
        "n07555863",
        "n07705931",
        "n07767847",
    ),
    "Avocado": (
        "n07555863",
        "n07705931",
        "n07764847",
    ),
    "Passion-Fruit": (
        "n07555863",
        "n07705931",
        "n07753743",
    ),
    "Melon": (
        "n07555863",
        "n07705931",
        "n07755411",
    ),
    "Orange": (
        "n07555863",
        "n07705931",
        "n07747055",
        "n07747607",
    ),
    "Nectarine": (
        "n07555863",
        "n07705931",
        "n07751148",
    ),
    "Papaya": (
        "n07555863",
        "n07705931",
        "n07762244",
    ),
    "Pomegranate": (
        "n07555863",
        "n07705931",
    ),
    "Red-Grapefruit": (
        "n07555863",
        "n07705931",
        "n07747055",
        "n07749969",
    ),
    "Mango": (
        "n07555863",
        "n07705931",
        "n07764155",
    ),
    "Lemon": (
        "n07555863",
        "n07705931",
        "n07747055",
        "n07749582",
    ),
    "Peach": (
        "n07555863",
        "n07705931",
        "n07751004",
    ),
    "Kiwi": (
        "n07555863",
        "n07705931",
        "n07763629",
    ),
    "Pineapple": (
        "n07555863",
        "n07705931",
        "n07753275",
    ),
    "Plum": (
        "n07555863",
        "n07705931",
        "n07751451",
    ),
    "Lime": (
        "n07555863",
        "n07705931",
        "n07747055",
    ),
    "Watermelon": (
        "n07555863",
        "n07705931",
        "n07755411",
        "n07756951",
    ),
    "Juice": (
        "n00021265",
        "n07923748",
    ),
    "Milk": (
        "n00021265",
        "n07844042",
    ),
    "Yoghurt": (
        "n00021265",
        "n07555863",
        "n07849336",
    ),
    "Soyghurt": (
        "n00021265",
        "n07555863",
        "n07849336",
    ),
    "Oatghurt": (
        "n00021265",
        "n07555863",
        "n07849336",
    ),
}
"""What folders of the grocery photos show, and all of the words' synsets that this is a kind of."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "beach_colorfilter": ("n09217230",),
    "beach_sand": ("n09217230",),
    "beach_wood": ("n09217230",),
    "building_mono": (),
    "cash_register_gold": ("n02883344",),
    "cat_black": (
        "n00015388",
        "n01861778",
        "n02121620",
    ),
    "cat_brown": (
        "n00015388",
        "n01861778",
        "n02121620",
    ),
    "cat_yellow_grey": (
        "n00015388",
        "n01861778",
        "n02121620",
    ),
    "chameleon_lime": (
        "n00015388",
        "n01661091",
        "n01674464",
    ),
    "clock_purple": ("n03046257",),
    "clowns_colorful": (),
    "coin_gold": ("n13388245",),
    "bitcoin_gold": ("n13388245",),
    "dog_orange": (
        "n00015388",
        "n01861778",
        "n02084071",
    ),
    "dog_toshi_red": (
        "n00015388",
        "n01861778",
        "n02084071",
    ),
    "dog_toshi_yellow": (
        "n00015388",
        "n01861778",
        "n02084071",
    ),
    "door_cyan": (),
    "elephant_mono": (
        "n00015388",
        "n01861778",
        "n02503517",
    ),
    "elephants": (
        "n00015388",
        "n01861778",
        "n02503517",
    ),
    "ephedra_green_lime": (),
    "fern_green": ("n11545714",),
    "ferriswheel_colorful": (),
    "fish_anthias_magenta": (
        "n00015388",
        "n02512053",
    ),
    "giraffe_green_brown": (
        "n00015388",
        "n01861778",
        "n02439033",
    ),
    "jellyfish_blue": ("n00015388",),
    "limes": (
        "n07555863",
        "n07705931",
        "n07747055",
    ),
    "ocean_cyan": ("n09376198",),
    "palms_beach": ("n09217230",),
    "peacock_blue": (
        "n00015388",
        "n01503061",
    ),
    "pillar_cyan": (),
    "pineapple_white": (
        "n07555863",
        "n07705931",
        "n07753275",
    ),
    "robot_magenta": ("n02761392",),
    "rope_blue_cyan": (),
    "sharks_blue": (
        "n00015388",
        "n01482330",
        "n02512053",
    ),
    "snake_lime_brown": (
        "n00015388",
        "n01661091",
        "n01726692",
    ),
    "table_white": ("n03405725",),
    "turtle_brown_blue": (
        "n00015388",
        "n01661091",
        "n01662784",
    ),
    "zebra_green_brown": (
        "n00015388",
        "n01861778",
    ),
}
"""The same of photoprism's example photos, by the first words of their names."""
