"""The invented names of the demo: people, organisations, initiatives. Nobody is real."""

from typing import Any

FIRST_NAMES = [
    "Maude",
    "Diane",
    "Karim",
    "Sophie",
    "Hélène",
    "Luc",
    "Nadia",
    "Éric",
    "Josée",
    "Paul",
    "Amélie",
    "Jean-François",
    "Catherine",
    "Marc-André",
    "Isabelle",
    "Yves",
    "Fatima",
    "Stéphane",
    "Julie",
    "Pierre-Luc",
    "Manon",
    "Réjean",
    "Valérie",
    "Olivier",
    "Chantal",
    "Mathieu",
    "Lucie",
    "Samir",
    "Geneviève",
    "Alain",
    "Mélanie",
    "Denis",
    "Caroline",
    "Benoît",
    "Annie",
    "Gaétan",
    "Émilie",
    "Simon",
    "Line",
    "Patrick",
    "Ginette",
    "Vincent",
    "Claudia",
    "Normand",
    "Audrey",
    "Michel",
    "Roxanne",
    "Serge",
    "Thérèse",
    "Alexis",
    "Brigitte",
    "Hugo",
    "Suzanne",
    "Félix",
    "Martine",
    "Guy",
    "Noémie",
    "Claude",
    "Élise",
    "Raphaël",
    "Johanne",
    "Daniel",
    "Sarah",
    "René",
    "Véronique",
    "Antoine",
    "Francine",
    "Jérôme",
    "Lise",
    "David",
    "Camille",
    "Gilles",
    "Nathalie",
    "Tommy",
    "Élodie",
    "Carl",
    "Marianne",
    "André",
    "Laurence",
    "Robert",
]
LAST_NAMES = [
    "Gélinas",
    "Beaulieu",
    "Benali",
    "Lavoie",
    "Tremblay",
    "Pronovost",
    "Cloutier",
    "Fontaine",
    "Trudel",
    "Desrosiers",
    "Bouchard",
    "Gagnon",
    "Côté",
    "Roy",
    "Bergeron",
    "Ouellet",
    "Morin",
    "Girard",
    "Pelletier",
    "Bélanger",
    "Lévesque",
    "Fortin",
    "Gauthier",
    "Poulin",
    "Caron",
    "Beaudoin",
    "Lachance",
    "Nadeau",
    "Couture",
    "Lapointe",
    "Thibault",
    "Michaud",
    "Savard",
    "Dubé",
    "Harvey",
    "Simard",
    "Blais",
    "Rousseau",
    "Vachon",
    "Boivin",
    "Giroux",
    "Larouche",
    "Demers",
    "Paquette",
    "Charbonneau",
    "Villeneuve",
    "Hamel",
    "Leclerc",
    "Turcotte",
    "Lemieux",
    "Robitaille",
    "Veilleux",
    "Plante",
    "Arsenault",
    "Cyr",
    "Dion",
    "Émond",
    "Falardeau",
    "Guérin",
    "Huard",
    "Imbeault",
    "Jobin",
    "Labrecque",
    "Mercier",
    "Nolin",
    "Ouimet",
    "Parent",
    "Quirion",
    "Rivard",
    "Saint-Laurent",
    "Tessier",
    "Vallée",
    "Allard",
    "Boutin",
    "Chabot",
    "Drouin",
    "Fillion",
    "Gendron",
    "Hébert",
    "Jalbert",
    "Laflamme",
    "Marcoux",
]

# Organisation, legal class of the guide, sector.
ORGANISATIONS = [
    ("Carrefour d’entraide de {place}", "obnl"),
    ("Maison des familles de {place}", "obnl"),
    ("Corporation de développement communautaire de {place}", "obnl"),
    ("Centre d’action bénévole de {place}", "obnl"),
    ("Comptoir alimentaire de {place}", "obnl"),
    ("Maison des jeunes de {place}", "obnl"),
    ("Office d’habitation de {place}", "municipal"),
    ("Coopérative de solidarité de {place}", "coop"),
    ("Municipalité régionale, service social de {place}", "municipal"),
    ("Centre de femmes de {place}", "obnl"),
    ("Groupe populaire en alphabétisation de {place}", "obnl"),
    ("Ressourcerie de {place}", "obnl"),
]
INDIGENOUS_ORGANISATIONS = [
    ("Conseil de la communauté, {place}", "autochtone"),
    ("Comité de bien-être de {place}", "autochtone"),
    ("Centre familial de {place}", "obnl"),
    ("Maison des aînés de {place}", "obnl"),
]

# Theme (code of the national priority), title, people expected at most.
INITIATIVES = [
    ("securite-alimentaire", "Cuisine collective de {place}", 180),
    ("securite-alimentaire", "Marché mobile de {place}", 900),
    ("securite-alimentaire", "Frigos partagés de {place}", 400),
    ("securite-alimentaire", "Jardins solidaires de {place}", 260),
    ("securite-alimentaire", "Boîtes à lunch dans les écoles de {place}", 650),
    ("securite-alimentaire", "Récupération de denrées à {place}", 1200),
    ("prevention", "Transport solidaire de {place}", 340),
    ("prevention", "Relais des aînés de {place}", 150),
    ("prevention", "Accompagnement au logement à {place}", 120),
    ("prevention", "Ateliers de littératie de {place}", 90),
    ("prevention", "Halte-garderie de {place}", 75),
    ("prevention", "Insertion par le travail à {place}", 45),
    ("prevention", "Jeunes en mouvement de {place}", 220),
    ("prevention", "Clinique d’impôt et de droits de {place}", 800),
    ("prejuges", "Paroles de vécu à {place}", 500),
    ("prejuges", "Théâtre citoyen de {place}", 350),
    ("prejuges", "Formation sur les préjugés à {place}", 140),
    ("centres-villes", "Travail de rue au centre de {place}", 210),
    ("centres-villes", "Halte-chaleur de {place}", 160),
    ("centres-villes", "Médiation urbaine à {place}", 300),
]

# Title of a priority, its national theme, its objectives and their actions, each with its baseline
# and its target; ``means`` tells the rest.
PRIORITIES: list[dict[str, Any]] = [
    {
        "title": "Assurer l’accès à une alimentation saine et digne",
        "theme": "securite-alimentaire",
        "objectives": [
            {
                "title": "Offrir un point d’approvisionnement à moins de 30 minutes partout",
                "actions": [
                    ("Ouvrir des marchés mobiles", 1, 4),
                    ("Mettre en commun le transport des denrées", 38, 60),
                ],
            },
            {
                "title": "Réduire de moitié les refus d’aide alimentaire",
                "actions": [("Former des cuisines collectives autonomes", 3, 12)],
            },
        ],
    },
    {
        "title": "Prévenir l’exclusion sociale des aînés et des jeunes",
        "theme": "prevention",
        "objectives": [
            {
                "title": "Briser l’isolement dans chaque milieu",
                "actions": [
                    ("Organiser un transport solidaire", 900, 2400),
                    ("Jumeler des aînés et des bénévoles", 40, 150),
                ],
            }
        ],
    },
    {
        "title": "Répondre à l’itinérance dans les centres-villes",
        "theme": "centres-villes",
        "objectives": [
            {
                "title": "Offrir un lieu sûr le jour comme la nuit",
                "actions": [("Ouvrir une halte-chaleur", 12, 30)],
            }
        ],
    },
    {
        "title": "Changer le regard sur la pauvreté",
        "theme": "prejuges",
        "objectives": [
            {
                "title": "Faire entendre l’expertise de vécu",
                "actions": [("Former les équipes des services publics", 0, 20)],
            }
        ],
    },
]

SECTION_TEXTS = {
    "1a": "La Table répond de l’Alliance devant le ministère. Un comité directeur se réunit six"
    " fois par année. Un comité local agit dans chaque milieu et propose les initiatives.",
    "1b": "Les projets structurants de l’Alliance précédente se poursuivent quand le milieu y"
    " consent. Le plan s’arrime aux démarches de développement social du territoire.",
    "1c": "Municipalités, organismes communautaires, écoles, santé publique et habitation siègent"
    " aux comités. Chaque milieu délègue au moins deux personnes.",
    "1d": "Des personnes en situation de pauvreté siègent au comité directeur et aux comités"
    " locaux. Leur transport, la garde et une allocation de présence sont payés.",
    "2a": "La demande d’aide alimentaire augmente et le logement abordable manque. L’isolement"
    " touche surtout les aînés et les familles monoparentales.",
    "2b": "Le vieillissement et l’éloignement des services pèsent sur les petits milieux. Les"
    " épisodes de chaleur touchent d’abord les logements mal isolés.",
    "2c": "Les secteurs dont l’indice de vitalité est le plus faible passent en premier. La liste"
    " est revue chaque année avec la santé publique.",
    "3": "Le comité régional retient ces priorités. Elles répondent au portrait de la section 2 et"
    " ont fait consensus, avec des personnes en situation de pauvreté.",
    "10a": "La Table tient une comptabilité distincte pour l’enveloppe. Le comité directeur reçoit"
    " un état des dépenses à chaque trimestre.",
    "10b": "Le dépôt se fait en tout temps, par un formulaire court. Un agent accompagne les petits"
    " organismes.",
    "10c": "Un comité de sélection se réunit quatre fois par année. La grille est publique et"
    " chaque refus est expliqué.",
    "10d": "Chaque initiative remet un bilan annuel. La Table compile les indicateurs avec l’aide"
    " de la DGSQ.",
    "10e": "Les activités se tiennent là où les gens vivent. Les textes sont en langage clair.",
    "10f": "Une infolettre paraît chaque saison. Une journée annuelle fait connaître les pratiques"
    " gagnantes.",
}

REPORT_TEXTS = {
    "achievements": "Les comités locaux ont tenu toutes leurs rencontres. Les initiatives retenues"
    " suivent les priorités du plan et la plupart ont commencé à temps.",
    "difficulties": "Le recrutement reste difficile et deux initiatives ont pris du retard. Le"
    " calendrier a été revu avec les porteurs.",
    "participation": "Les personnes en situation de pauvreté ont pris part à chaque décision du"
    " comité directeur. Deux d’entre elles ont présenté le bilan au public.",
    "good_practices": "Le transport partagé entre organismes a réduit les coûts de moitié.",
    "next_year": "La Table consolide les initiatives structurantes et ouvre un appel pour les"
    " milieux qui n’en ont pas encore.",
}

# Category, name, contribution.
PARTNERS = [
    ("communautaire", "Centre d’action bénévole", "Prête ses locaux et coordonne les bénévoles."),
    ("municipal", "Service de développement social", "Finance une part des projets de son milieu."),
    ("sante", "Équipe de santé publique", "Fournit le portrait et l’organisation communautaire."),
    ("education", "Centre de services scolaire", "Ouvre ses cuisines et ses gymnases le soir."),
    (
        "developpement-social",
        "Corporation de développement communautaire",
        "Réunit les organismes et porte leur voix au comité directeur.",
    ),
    ("habitation", "Office d’habitation", "Met en lien les locataires et les services."),
    ("alimentation", "Table en sécurité alimentaire", "Coordonne la récolte et la distribution."),
    ("car", "Conférence administrative régionale", "Arrime les plans des ministères."),
    ("affaires", "Regroupement de marchands", "Donne des surplus et accueille des stages."),
]

# Name, mandate, meetings per year, support offered.
BODIES = [
    (
        "Comité directeur de l’Alliance",
        "Décide des orientations, de l’enveloppe et des projets.",
        6,
        "Transport et garde d’enfants payés, rencontre de préparation avant chaque séance.",
    ),
    (
        "Comité de sélection",
        "Analyse les demandes et recommande les projets au comité directeur.",
        4,
        "Allocation de présence et accompagnement à la lecture des demandes.",
    ),
]

# Days before they are written, form, title, people, people in poverty among them, what came of it.
CONSULTATIONS = [
    (
        18,
        "assembly",
        "Assemblée des partenaires",
        46,
        11,
        "Vision commune : personne ne choisit entre le loyer et l’épicerie. Besoins nommés : se"
        " loger, se nourrir, se déplacer.",
    ),
    (
        11,
        "workshop",
        "Atelier avec les personnes concernées",
        24,
        21,
        "Priorité à l’accueil : des services au même endroit, des heures d’ouverture le soir, moins"
        " de formulaires.",
    ),
    (
        6,
        "survey",
        "Sondage auprès des organismes",
        137,
        None,
        "Sept organismes sur dix voient plus de familles qu’en 2023. Le transport revient partout.",
    ),
]
CONSULTED_AGAIN = (
    3,
    "interviews",
    "Entrevues de mi-parcours",
    15,
    15,
    "Les priorités tiennent. L’accompagnement vers un logement demande plus de temps.",
)

RESERVATION = "Nous appuyons le plan. Le budget du transport nous paraît trop mince."

# Section codes that the last version of Mauricie opens, and what its return asks elsewhere.
WIDENED = ["2c", "3", "4", "5", "6", "7", "8", "9", "10b", "10f"]
REWRITTEN = (
    "Le comité régional retient trois priorités. Elles répondent au portrait de la section 2 et ont"
    " fait consensus le 28 septembre 2026, avec quatre personnes en situation de pauvreté. La"
    " priorité sur l’itinérance demande d’autres moyens."
)
LOGIC = ["3", "4", "5", "6", "7", "8", "9"]
RETURNED = {
    "7": "Précisez les résultats attendus de la priorité 2.",
    "10c": "Dites la fréquence de la sélection des initiatives.",
}

# Places whose name alone would not do after « de » or « à ».
_ARTICLES = {
    "Administration régionale Kativik": ("de l’", "à l’", "Administration régionale Kativik"),
    "CSSSPNQL": ("de la ", "à la ", "CSSSPNQL"),
    "Gouvernement de la Nation crie": ("du ", "au ", "Gouvernement de la Nation crie"),
    "Nord-du-Québec, Jamésie": ("de ", "en ", "Jamésie"),
}


def at_place(words: str, place: str) -> str:
    """« Médiation urbaine à {place} » said as French says it: aux Basques, du Rocher-Percé,
    d’Avignon."""
    of, at, name = _ARTICLES.get(place, ("de ", "à ", place))
    for article, contracted in (("Le ", ("du ", "au ")), ("Les ", ("des ", "aux "))):
        if place.startswith(article):
            (of, at), name = contracted, place.removeprefix(article)
    if of == "de " and name[0] in "AEÉIÎOU":
        of = "d’"
    said = words.replace("de {place}", of + name).replace("à {place}", at + name)
    return said.format(place=place)
