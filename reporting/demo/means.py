"""How each action of the invented plans is carried out: means, dates, budget, who, and what shows
its result. Nobody is real."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Means:
    """What an action says beside its title.

    ``share`` is its part of the convention's amount, in thousandths; ``places`` takes one MRC out
    of that many, from the first; ``people`` are expected in a year.
    """

    means: str
    population: str
    people: int
    result: str
    lead: str
    collaborators: str
    starts_on: date
    ends_on: date
    share: int
    indicator: str
    unit: str
    frequency: str
    places: int = 1


END = date(2029, 3, 31)
# The ones of ``words.PRIORITIES``, then those that a later version adds, by title.
MEANS = {
    "Ouvrir des marchés mobiles": Means(
        "Un autobus aménagé, deux chauffeuses et un calendrier d’arrêts dans les milieux sans"
        " épicerie.",
        "Ménages à faible revenu éloignés d’une épicerie",
        900,
        "Un arrêt par semaine dans chaque milieu sans épicerie",
        "Table en sécurité alimentaire",
        "Municipalités, producteurs maraîchers, Centre d’action bénévole",
        date(2025, 5, 1),
        date(2028, 10, 31),
        140,
        "Marchés mobiles en service",
        "marchés",
        "yearly",
        2,
    ),
    "Mettre en commun le transport des denrées": Means(
        "Un camion réfrigéré partagé entre cinq organismes, une tournée par semaine dans chaque"
        " milieu.",
        "Organismes d’aide alimentaire et ménages qu’ils servent",
        1200,
        "Des livraisons régulières dans tous les comptoirs du territoire",
        "Corporation de développement communautaire",
        "Cinq comptoirs alimentaires, regroupement de marchands",
        date(2025, 6, 1),
        END,
        120,
        "Tonnes livrées par année",
        "tonnes",
        "quarterly",
    ),
    "Former des cuisines collectives autonomes": Means(
        "Une formatrice, un guide de démarrage et l’accès aux cuisines des écoles le soir.",
        "Familles avec enfants et personnes seules",
        240,
        "Des groupes qui cuisinent seuls après un an",
        "Centre d’action bénévole",
        "Centre de services scolaire, santé publique",
        date(2025, 9, 1),
        date(2028, 6, 30),
        90,
        "Groupes autonomes",
        "groupes",
        "half-yearly",
        3,
    ),
    "Organiser un transport solidaire": Means(
        "Une centrale de réservation, quarante bénévoles et un fonds pour l’essence.",
        "Aînés et jeunes sans voiture",
        340,
        "Un trajet offert à toute demande faite la veille",
        "Service de développement social",
        "Transport adapté, Maison des jeunes, pharmacies",
        date(2025, 9, 15),
        END,
        130,
        "Trajets offerts par année",
        "trajets",
        "quarterly",
    ),
    "Jumeler des aînés et des bénévoles": Means(
        "Une agente de liaison, une formation de six heures et un appel de suivi chaque mois.",
        "Personnes de 65 ans et plus qui vivent seules",
        150,
        "Une visite par semaine pour chaque personne jumelée",
        "Centre d’action bénévole",
        "Office d’habitation, CLSC, clubs de l’âge d’or",
        date(2026, 1, 12),
        date(2028, 12, 15),
        70,
        "Jumelages actifs",
        "jumelages",
        "half-yearly",
        2,
    ),
    "Ouvrir une halte-chaleur": Means(
        "Un local loué au centre-ville, deux intervenants la nuit et des repas chauds.",
        "Personnes en situation d’itinérance",
        160,
        "Un lieu ouvert chaque nuit de novembre à avril",
        "Office d’habitation",
        "Travail de rue, hôpital, service de police",
        date(2025, 11, 1),
        date(2029, 3, 15),
        180,
        "Places offertes chaque nuit",
        "places",
        "monthly",
        3,
    ),
    "Former les équipes des services publics": Means(
        "Un atelier d’une journée, animé par deux personnes qui ont vécu la pauvreté.",
        "Personnel d’accueil des services publics",
        400,
        "Un accueil sans jugement, dit par les personnes reçues",
        "Corporation de développement communautaire",
        "CLSC, bureaux de Services Québec, municipalités",
        date(2026, 2, 2),
        date(2028, 5, 31),
        60,
        "Équipes formées",
        "équipes",
        "yearly",
    ),
    "Ouvrir une cuisine-école dans un centre communautaire": Means(
        "Une cuisine prêtée et deux formatrices à temps partiel.",
        "Jeunes adultes et nouveaux arrivants",
        60,
        "Trente personnes formées par année",
        "Centre d’action bénévole",
        "Centre de services scolaire, restaurateurs",
        date(2026, 5, 4),
        END,
        50,
        "Personnes formées",
        "personnes",
        "half-yearly",
        3,
    ),
    "Accompagner vers un logement stable": Means(
        "Une intervenante, un fonds de dépannage pour le premier mois et dix loyers réservés.",
        "Personnes qui fréquentent la halte-chaleur",
        40,
        "Un logement gardé plus d’un an",
        "Office d’habitation",
        "Travail de rue, propriétaires, CLSC",
        date(2027, 1, 11),
        END,
        60,
        "Personnes logées depuis un an",
        "personnes",
        "yearly",
        3,
    ),
}
