"""The words of the demo's earlier cycle, on the canvas of 2017. Nobody is real."""

from datetime import date
from typing import Any

from .means import Means

SECTION_TEXTS = {
    "1": "Les élus et leurs partenaires retiennent ces priorités parmi les thèmes du guide, après"
    " une consultation dans chaque MRC.",
    "2a": "L’organisme mandataire agit comme table régionale. Un comité régional réunit les élus,"
    " les partenaires gouvernementaux et le milieu communautaire. Chaque MRC a son comité local.",
    "2b": "L’enveloppe est répartie par le comité régional. Une part couvre les frais"
    " d’administration; le reste va aux projets. Un état des dépenses est remis chaque trimestre.",
    "2c": "Le comité local reçoit les projets et les accompagne. Une grille régionale vérifie"
    " qu’ils répondent aux priorités et aux normes du FQIS. Un suivi est fait à mi-parcours.",
    "3": "Une tournée des milieux a lancé la démarche. Deux rencontres par année réunissent les"
    " intervenants locaux et régionaux autour des mêmes priorités.",
    "4": "Les secteurs dont l’indice de vitalité est le plus faible passent en premier. Leur liste"
    " est annexée au plan et revue à mi-parcours.",
    "5": "Les partenaires siègent, prêtent des locaux, financent ou accompagnent les projets. La"
    " liste dit le type de collaboration de chacun.",
    "6": "Chaque partenaire s’engage par écrit pour la durée de l’entente. Des personnes vivant en"
    " situation de pauvreté siègent au comité régional et aux comités locaux.",
    "7": "Les projets disent leurs effets pour les femmes et pour les hommes. Les lieux de"
    " rencontre sont accessibles aux personnes handicapées.",
    "8": "Un bulletin paraît deux fois par année. Les pratiques gagnantes sont présentées aux"
    " autres régions lors d’une rencontre annuelle.",
}

PRIORITIES: list[dict[str, Any]] = [
    {
        "title": "Améliorer l’accès à des aliments sains",
        "theme": "securite-alimentaire",
        "objectives": [
            {
                "title": "Relier les comptoirs alimentaires d’une même MRC",
                "actions": [
                    ("Partager un camion réfrigéré", 4, 12),
                    ("Ouvrir des cuisines collectives", 6, 14),
                ],
            }
        ],
    },
    {
        "title": "Se déplacer sans voiture vers les services",
        "theme": "transport",
        "objectives": [
            {
                "title": "Offrir un transport à coût réduit dans les petites municipalités",
                "actions": [("Étendre le transport collectif rural", 5, 11)],
            }
        ],
    },
    {
        "title": "Soutenir l’insertion des personnes éloignées du travail",
        "theme": "insertion",
        "objectives": [
            {
                "title": "Accompagner les personnes avant et pendant l’emploi",
                "actions": [("Créer des plateaux de travail", 10, 35)],
            }
        ],
    },
]

END = date(2023, 3, 31)
MEANS = {
    "Partager un camion réfrigéré": Means(
        "Un camion acheté en commun, un chauffeur et une tournée par semaine.",
        "Comptoirs alimentaires et ménages qu’ils servent",
        800,
        "Aucun comptoir ne refuse de denrées faute de transport",
        "Corporation de développement communautaire",
        "Comptoirs alimentaires, marchands, MRC",
        date(2018, 9, 1),
        END,
        110,
        "Livraisons par semaine",
        "livraisons",
        "quarterly",
    ),
    "Ouvrir des cuisines collectives": Means(
        "Une formatrice et l’accès à des cuisines d’écoles et de salles communautaires.",
        "Familles à faible revenu et personnes seules",
        220,
        "Des groupes qui se réunissent chaque mois",
        "Centre d’action bénévole",
        "Commission scolaire, municipalités",
        date(2019, 1, 15),
        date(2022, 6, 30),
        70,
        "Groupes actifs",
        "groupes",
        "half-yearly",
        2,
    ),
    "Étendre le transport collectif rural": Means(
        "Des places réservées dans le transport adapté et un tarif réduit.",
        "Personnes sans voiture des petites municipalités",
        400,
        "Un trajet par jour vers les services dans chaque secteur",
        "Transport collectif de la MRC",
        "Municipalités, santé publique",
        date(2018, 11, 1),
        END,
        120,
        "Municipalités desservies",
        "municipalités",
        "yearly",
    ),
    "Créer des plateaux de travail": Means(
        "Deux entreprises d’insertion, un intervenant et un suivi d’un an.",
        "Personnes éloignées du marché du travail",
        60,
        "Une personne sur deux garde un emploi après le plateau",
        "Démarche de développement social",
        "Services d’emploi, employeurs",
        date(2019, 4, 1),
        END,
        90,
        "Places offertes",
        "places",
        "yearly",
        2,
    ),
}

# Category of 2017, name, type of collaboration.
PARTNERS = [
    ("municipal", "Conseil de la MRC", "Siège au comité régional et cosigne l’entente."),
    ("car", "Conférence administrative régionale", "Relie le plan aux mesures des ministères."),
    ("mtess", "Direction régionale du ministère", "Accompagne la démarche."),
    ("developpement-social", "Démarche de développement social", "Anime la mobilisation."),
    ("communautaire", "Regroupement des organismes communautaires", "Fait connaître les besoins."),
    ("cdc", "Corporation de développement communautaire", "Accompagne les projets."),
    ("habitation", "Office régional d’habitation", "Prête des locaux."),
    ("education", "Commission scolaire", "Rejoint les familles et les jeunes."),
    ("sante", "Centre intégré de santé et de services sociaux", "Prête une organisatrice."),
    ("affaires", "Chambre de commerce", "Relie les projets aux employeurs."),
]
