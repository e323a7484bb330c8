"""Words that mean opposite things, by language: directions, sizes, states. A table of our own, symmetrical."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from edgekit.glossary.words import keys
from edgekit.grading.intake import matching_form

# One scale a line: its name, then by language the words of one pole and of the other. Every form with the word's stem
# counts; after `=` only the form that stands there, where the stem has other senses (`light`, `fall`, `más`).
_SCALES: Mapping[str, Mapping[str, str]] = {
    "direction": {
        "en": "increase rise grow raise climb higher =high =highest =rose =risen =grew =upward =upwards | "
        "decrease reduce decline diminish lessen shrink lower =low =lowest =fall =falls =fell =falling "
        "=dropped =dropping =downward =downwards",
        "es": "aumentar incrementar subir crecer elevar =alto =alta =altos =altas =sube =suben =subio =crece "
        "=crecen | disminuir reducir bajar decrecer descender =caer =cae =caen =bajo =baja =bajan =bajos "
        "=bajas =disminuye =disminuyen =reduce =reducen",
        "pt": "aumentar incrementar subir crescer elevar =alto =alta =altos =altas =sobe =sobem =cresce | "
        "diminuir reduzir descer decrescer baixar =baixo =baixa =baixos =baixas =cai =caem =desce "
        "=diminui",
        "de": "steigen ansteigen zunehmen erhöhen wachsen =steigt =zunimmt =hoch =hohe =hoher =höher =höhere | "
        "sinken fallen abnehmen verringern senken schrumpfen vermindern =sinkt =fällt =abnimmt =niedrig "
        "=niedriger =niedrige",
        "fr": "augmenter accroître monter croître élever =monte =haut =haute =hauts =hautes =élevé =élevée | "
        "diminuer réduire baisser descendre décroître =bas =basse =basses =diminue =réduit",
    },
    "amount": {
        "en": "=more =greater =most | =less =fewer =least",
        "es": "=mas =mayor =mayores | =menos =menor =menores",
        "pt": "=mais =maior =maiores | =menos =menor =menores",
        "de": "=mehr =größer =größere =größeren | =weniger =geringer =kleiner =kleinere",
        "fr": "=davantage | =moins =moindre",
    },
    "size": {
        "en": "big large =bigger =biggest huge | small tiny =smaller =smallest",
        "es": "=grande =grandes | =pequeño =pequeña =pequeños =pequeñas",
        "pt": "=grande =grandes | =pequeno =pequena =pequenos =pequenas",
        "de": "=groß =große =großen | =klein =kleine =kleinen",
        "fr": "=grand =grande =grands =grandes | =petit =petite =petits =petites",
    },
    "heat": {
        "en": "hot warm =hotter =hottest =warmer | cold cool =colder =coldest =cooler",
        "es": "caliente calentar calido =calienta | frio enfriar =enfria =frios",
        "pt": "quente esquentar aquecer =aquece | frio esfriar arrefecer =esfria",
        "de": "heiß warm erwärmen erhitzen =wärmer =heißer | kalt kühl abkühlen =kälter",
        "fr": "chaud chauffer réchauffer | froid refroidir",
    },
    "speed": {
        "en": "fast quick rapid accelerate =faster | slow decelerate =slower",
        "es": "rapido rapidamente acelerar veloz | lento lentamente desacelerar despacio frenar",
        "pt": "rapido rapidamente acelerar | lento lentamente desacelerar devagar",
        "de": "schnell beschleunigen =schneller | langsam verlangsamen =langsamer",
        "fr": "rapide rapidement accélérer vite | lent lentement ralentir",
    },
    "length": {
        "en": "long tall =longer =longest =taller | short =shorter =shortest",
        "es": "=largo =larga =largos =largas alargar | =corto =corta =cortos =cortas acortar",
        "pt": "=longo =longa =comprido =comprida alongar | =curto =curta encurtar",
        "de": "=lang =lange =länger =längere | =kurz =kurze =kürzer =kürzere",
        "fr": "=long =longue =longs =longues allonger | =court =courte =courts =courtes raccourcir",
    },
    "weight": {
        "en": "heavy =heavier =heaviest | =lighter =lightest lightweight",
        "es": "pesado =pesada =pesados | ligero liviano",
        "pt": "pesado | =leve =leves",
        "de": "=schwer =schwerer =schwere | =leicht =leichter =leichte",
        "fr": "lourd | léger =légère",
    },
    "strength": {
        "en": "strong =stronger | weak =weaker",
        "es": "fuerte | debil debilitar",
        "pt": "forte | fraco enfraquecer",
        "de": "stark =stärker | schwach =schwächer",
        "fr": "fort =forte =fortes | faible affaiblir",
    },
    "hardness": {
        "en": "hard =harder | =soft =softer",
        "es": "duro | blando suave",
        "pt": "duro | mole macio",
        "de": "=hart =härter | weich",
        "fr": "dur =dure | mou =molle =mous",
    },
    "sound": {
        "en": "loud =louder | quiet =quieter silent",
        "de": "=laut =lauter | =leise =leiser",
    },
    "surface": {
        "en": "rough =rougher coarse | smooth =smoother",
        "es": "aspero rugoso | liso",
        "pt": "aspero rugoso | liso",
        "de": "=rau =rauer | =glatt =glatter",
        "fr": "rugueux | lisse",
    },
    "thickness": {
        "en": "thick =thicker | thin =thinner",
        "es": "grueso espeso | delgado fino",
        "pt": "grosso espesso | fino",
        "de": "=dick =dicker | =dünn =dünner",
        "fr": "épais =épaisse | mince",
    },
    "width": {
        "en": "wide =wider broad | narrow",
        "es": "ancho | estrecho angosto",
        "pt": "largo | estreito",
    },
    "depth": {
        "en": "deep =deeper | shallow",
        "es": "profundo | superficial",
    },
    "brightness": {
        "en": "bright =brighter | dim =dimmer dark =darker",
        "es": "=claro =clara =claros =claras brillante | oscuro",
        "pt": "=claro =clara brilhante | escuro",
        "de": "hell =heller =helle =hellere | dunkel =dunkler =dunkle =dunklere =dunklen",
        "fr": "clair brillant | sombre foncé",
    },
    "moisture": {
        "en": "wet moist damp | =dry =drier =dries =dried",
        "es": "mojado humedo | seco secar",
        "pt": "molhado umido | seco secar",
        "de": "nass feucht | trocken",
        "fr": "mouillé humide | sec =sèche sécher",
    },
    "fullness": {
        "en": "full | empty",
        "es": "lleno | vacio",
        "pt": "cheio | vazio",
        "de": "voll | leer",
        "fr": "plein | vide",
    },
    "opening": {
        "en": "open =opened incomplete =broken | =closed =close =closes complete =shut",
        "es": "abierto abrir | cerrado cerrar completo",
        "pt": "aberto abrir | fechado fechar completo",
        "de": "offen öffnen geöffnet | geschlossen schließen",
        "fr": "ouvert ouvrir | fermé fermer",
    },
    "contact": {
        "en": "connect attach join | disconnect separate detach =gap",
        "es": "conectar =conectado =conectada unir | desconectar =desconectado separar =separado =separada",
        "pt": "conectar ligar =conectado unir | desconectar =desconectado separar =separado",
        "de": "verbinden verbunden | trennen getrennt",
        "fr": "connecter relier | déconnecter séparer",
    },
    "force": {
        "en": "attract pull | repel push",
        "es": "atraer =atrae =atraen tirar | repeler =repele =repelen empujar",
        "pt": "atrair =atrai =atraem puxar | repelir =repele empurrar",
        "de": "anziehen =zieht | abstoßen =stößt drücken",
        "fr": "attirer tirer | repousser pousser",
    },
    "uptake": {
        "en": "absorb | emit release reflect",
        "es": "absorber =absorbe =absorben | emitir liberar reflejar =refleja =reflejan =libera =liberan",
        "pt": "absorver =absorve | emitir liberar refletir =reflete =libera",
        "de": "absorbieren aufnehmen | abgeben reflektieren freisetzen",
        "fr": "absorber | émettre libérer réfléchir",
    },
    "gain": {
        "en": "gain | lose =lost =loses loss",
        "es": "ganar =gana =ganan | perder =pierde =pierden perdida",
        "pt": "ganhar =ganha | perder =perde perda",
        "de": "gewinnen | verlieren verlust",
        "fr": "gagner gain | perdre perte",
    },
    "melting": {
        "en": "melt | freeze =froze =frozen solidify",
        "es": "derretir fundir =derrite | congelar solidificar =congela",
        "pt": "derreter fundir | congelar solidificar",
        "de": "schmelzen =schmilzt | gefrieren erstarren",
        "fr": "fondre =fond | geler solidifier",
    },
    "vapour": {
        "en": "evaporate vaporize | condense",
        "es": "evaporar | condensar",
        "pt": "evaporar | condensar",
        "de": "verdunsten verdampfen | kondensieren",
        "fr": "évaporer | condenser",
    },
    "volume": {
        "en": "expand | contract compress",
        "es": "expandir dilatar | contraer comprimir",
        "pt": "expandir dilatar | contrair comprimir",
        "de": "ausdehnen | zusammenziehen komprimieren",
        "fr": "dilater | contracter comprimer",
    },
    "sign": {
        "en": "=positive =positively | =negative =negatively",
        "es": "positivo | negativo",
        "pt": "positivo | negativo",
        "de": "positiv | negativ",
        "fr": "positif =positive =positifs | négatif =négative =négatifs",
    },
    "latitude": {
        "en": "north northern | south southern",
        "es": "norte | sur",
        "pt": "norte | sul",
        "de": "norden nord nördlich | süden süd südlich",
        "fr": "nord | sud",
    },
    "longitude": {
        "en": "east eastern | west western",
        "es": "este oriente | oeste occidente",
        "pt": "leste | oeste",
        "de": "osten östlich | westen westlich",
    },
    "vertical": {
        "en": "=above =top =upper | =below =beneath =bottom =under",
        "es": "=arriba =encima | =abajo =debajo",
        "pt": "=acima =cima | =abaixo =embaixo",
        "de": "=oben =über | =unten =unter",
        "fr": "=dessus | =dessous",
    },
    "inside": {
        "en": "=inside =inward =within | =outside =outward",
        "es": "=dentro =adentro interior | =fuera =afuera exterior",
        "pt": "=dentro interior | =fora exterior",
        "de": "=innen =innerhalb | =außen =außerhalb",
        "fr": "=dedans intérieur | =dehors extérieur",
    },
    "order": {
        "en": "=before =earlier | =after =later",
        "es": "=antes | =despues",
        "pt": "=antes | =depois",
        "de": "=vor =vorher | =nach =nachher",
        "fr": "=avant | =après",
    },
    "likeness": {
        "en": "=same =equal =identical | =different =differ =differs =unequal",
        "es": "=mismo =misma =mismos =mismas =igual =iguales | diferente distinto",
        "pt": "=mesmo =mesma =igual =iguais | diferente distinto",
        "de": "=gleich =gleiche =gleichen =selbe | verschieden unterschiedlich",
        "fr": "=même =mêmes =identique | différent distinct",
    },
    "adding": {
        "en": "=add =adds =added =adding | remove subtract",
        "es": "añadir agregar sumar | quitar restar",
        "pt": "adicionar somar | remover tirar subtrair",
        "de": "hinzufügen addieren | entfernen abziehen",
        "fr": "ajouter | enlever retirer soustraire",
    },
    "acidity": {
        "en": "acid acidic | alkaline =basic",
        "es": "acido | alcalino basico",
        "pt": "acido | alcalino basico",
        "de": "sauer | basisch alkalisch",
        "fr": "acide | basique alcalin",
    },
    "effect": {
        "en": "help facilitate promote encourage allow enable support =helps accelerate | hinder prevent discourage "
        "inhibit block obstruct halt",
        "es": "ayudar promover fomentar permitir facilitar favorecer =promueve =permite | impedir prevenir "
        "=previniendo obstaculizar inhibir bloquear dificultar evitar",
        "pt": "ajudar promover incentivar permitir facilitar favorecer | impedir prevenir dificultar inibir "
        "bloquear evitar",
        "de": "helfen fördern erlauben ermöglichen =fördert =ermöglicht | hindern verhindern hemmen blockieren",
        "fr": "aider promouvoir encourager permettre favoriser | empêcher entraver inhiber bloquer",
    },
    "making": {
        "en": "create build produce construct form =builds =built | destroy demolish",
        "es": "crear construir producir formar | destruir demoler",
        "pt": "criar construir produzir formar | destruir demolir",
        "de": "schaffen bauen erzeugen bilden | zerstören vernichten",
        "fr": "créer construire produire former | détruire démolir",
    },
    "life": {
        "en": "=alive =live =living survive | =dead die =dies =died =dying",
        "es": "=vivo =viva =vive =viven vivir sobrevivir | muerto morir =muere =mueren",
        "pt": "=vivo =viva viver sobreviver | morto morrer =morre",
        "de": "lebendig leben überleben | =tot sterben =stirbt",
        "fr": "vivant vivre survivre | mort mourir =meurt",
    },
    "start": {
        "en": "start begin =began | stop end finish",
        "es": "empezar comenzar iniciar =empieza | parar terminar detener =termina",
        "pt": "começar iniciar | parar terminar",
        "de": "beginnen anfangen | enden aufhören beenden",
        "fr": "commencer débuter | arrêter finir terminer",
    },
    "trade": {
        "en": "import | export",
        "es": "importar | exportar",
        "pt": "importar | exportar",
        "de": "importieren | exportieren",
        "fr": "importer | exporter",
    },
    "circuit": {
        "en": "=series | =parallel",
        "es": "=serie | =paralelo",
        "pt": "=serie | =paralelo",
        "de": "=reihe reihenschaltung | =parallel parallelschaltung",
        "fr": "=série | =parallèle",
    },
    "conducting": {
        "en": "conductor conduct | insulator insulate",
        "es": "conductor conducir | aislante aislar",
        "pt": "condutor conduzir | isolante isolar",
        "de": "leiter leiten | isolator isolieren",
        "fr": "conducteur conduire | isolant isoler",
    },
    "day": {
        "en": "=day =daytime | =night =nighttime",
        "es": "=dia | =noche",
        "pt": "=dia | =noite",
        "de": "=tag =tags | =nacht =nachts",
        "fr": "=jour | =nuit",
    },
    "feeding": {
        "en": "=predator | =prey",
        "es": "depredador | presa",
        "pt": "predador | presa",
        "de": "raubtier | beute",
        "fr": "prédateur | proie",
    },
    "ease": {
        "en": "easy =easier simple | difficult complex",
        "es": "facil sencillo | dificil complejo",
        "pt": "facil simples | dificil complexo",
        "de": "einfach | schwierig komplex",
        "fr": "facile simple | difficile complexe",
    },
    "wealth": {
        "en": "rich wealthy | poor",
        "es": "rico | pobre",
        "pt": "rico | pobre",
        "de": "=reich | =arm",
        "fr": "riche | pauvre",
    },
    "distance": {
        "en": "=near =nearer =closer | =far =farther",
        "es": "=cerca cercano | =lejos lejano",
        "pt": "=perto proximo | =longe distante",
        "de": "=nah =nahe =näher | =fern",
        "fr": "=près proche | =loin lointain",
    },
    "density": {
        "en": "=dense =denser | =sparse",
    },
    "age": {
        "en": "=old =older | =young =younger =new =newer",
        "es": "viejo antiguo | joven nuevo",
        "pt": "velho antigo | jovem novo",
        "de": "=alt =älter | =jung =jünger =neu",
        "fr": "vieux ancien | jeune nouveau",
    },
    "win": {
        "en": "=won victory =victorious | =defeat =defeated",
        "es": "victoria vencer | derrota",
        "pt": "vitoria vencer | derrota",
        "de": "sieg siegen | niederlage",
        "fr": "victoire vaincre | défaite",
    },
}


@lru_cache(maxsize=1 << 14)
def pole(word: str, languages: tuple[str, ...]) -> tuple[str, int] | None:
    """The scale that a word lies on, and which end of it (1 or -1); None where it lies on none.

    word: in any form, with or without its accents.
    """
    plain = matching_form(word)
    for language in languages:
        exact, stems = _table(language)
        if plain in exact:
            return exact[plain]
        for key in keys(plain, language):
            if key in stems:
                return stems[key]
    return None


def pairs(language: str) -> list[tuple[str, str]]:
    """Each word of one pole with the word of the other that stands in the same place, both ways round."""
    found: list[tuple[str, str]] = []
    for scale in _SCALES.values():
        up, _, down = scale.get(language, "").partition("|")
        both = list(zip(_words(up), _words(down), strict=False))
        found += [*both, *((other, one) for one, other in both)]
    return found


def _words(side: str) -> list[str]:
    return [word.lstrip("=") for word in side.split()]


@lru_cache(maxsize=16)
def _table(language: str) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str, int]]]:
    """What lies on a scale by its form, and by its stem."""
    exact: dict[str, tuple[str, int]] = {}
    stems: dict[str, tuple[str, int]] = {}
    for name, scale in _SCALES.items():
        for side, sign in zip(scale.get(language, "").split("|"), (1, -1), strict=False):
            for word in side.split():
                plain = matching_form(word.lstrip("="))
                exact.setdefault(plain, (name, sign))
                if not word.startswith("="):
                    for key in keys(plain, language):
                        stems.setdefault(key, (name, sign))
    return exact, stems
