#!/usr/bin/env python3
"""Makes folders of kits to measure with: the same bytes for the same seed, whatever the machine.

A kit has a kit.toml, six text files of 2-10 KB made of French words, and three files of 40-240 KB that nothing can
compress, as pictures are; each hundredth kit has a film of 20 MB besides. 1,500 kits are 13,515 such files and about 1 GB.
With --small: one text file of 0.5-1 KB and one picture of 1 KB.
"""

import argparse
import random
from pathlib import Path

FILM_EACH, FILM_BYTES = 100, 20_000_000
BLOCK = 1 << 20
WORDS = (
    "accueil adresse affiche aide aller ami animateur année apprendre après argent arriver atelier attendre aujourd’hui avant "
    "avec avis beaucoup bénévole besoin bien bouton bras bureau café calendrier câble carte centre chaise chercher chez chose "
    "clair clavier cliquer coin commencer comprendre compte connexion conseil coup courrier cuisine dame dans date demain "
    "demande démarche dessin deux dire document donner dossier droit durée eau école écouter écran écrire elle encore enfant "
    "ensemble entre envoyer équipe essai étape été être étude exemple expliquer fabriquer facile famille feuille fiche fin "
    "forme français gens geste grand groupe habitant heure hier histoire idée image imprimante information inscription jeu "
    "jeudi jour journal juste là lampe langue lecture lent lettre liberté lieu ligne lire liste livre logement loin long lundi "
    "machine main maintenant mairie maison malgré maman marche marché mardi matériel matin médiathèque même merci message "
    "métropole mieux minute mois moment monde montrer mot moyen musique naissance noir nom nombre nord nouveau numérique objet "
    "œuvre offre ordinateur ouvrir page papier parler parent participant partir pas passer pause pays peindre pendant penser "
    "père personne petit peur photo pièce place plan plus poste pour pouvoir premier prendre prénom présent prêt prix projet "
    "quartier quand question quelque quinze raconter rapide récit région regarder rendez-vous repas réponse rester retour "
    "réunion rien rue saison salle samedi savoir séance semaine sens service seul simple site soir solution sortie souris "
    "souvent table tablette téléphone temps territoire tête texte tout train travail trois trouver utile vélo vendredi venir "
    "verre vie ville visage vite voir voisin voix vouloir vrai"
).split()


def sentences(rng: random.Random, size: int) -> str:
    parts, length = [], 0
    while length < size:
        words = rng.choices(WORDS, k=rng.randint(4, 16))
        sentence = " ".join(words).capitalize() + ("\n\n" if rng.random() < 0.2 else ". ")
        parts.append(sentence)
        length += len(sentence.encode())
    return "".join(parts).rstrip() + "\n"


def manifest(rng: random.Random, slug: str) -> str:
    title = " ".join(rng.choices(WORDS, k=4)).capitalize()
    return (f'kind = "{rng.choice(("prototype", "method"))}"\ntitle = "{title}"\nslug = "{slug}"\nlanguages = ["fr"]\n'
            f'licence = "CC-BY-SA-4.0"\n\n[[consent]]\nfile = "images/"\nrole = "none"\nscope = "public"\n')


def make_kit(folder: Path, rng: random.Random, small: bool) -> None:
    (folder / "images").mkdir(parents=True)
    (folder / "kit.toml").write_text(manifest(rng, folder.name), encoding="utf-8")
    texts, pictures = ((1, (500, 1000)), (1, (1000, 1000))) if small else ((6, (2000, 10_000)), (3, (40_000, 240_000)))
    for i in range(texts[0]):
        (folder / f"guide-{i + 1}.md").write_text(sentences(rng, rng.randint(*texts[1])), encoding="utf-8")
    for i in range(pictures[0]):
        (folder / "images" / f"image-{i + 1}.jpg").write_bytes(b"\xff\xd8\xff\x00" + rng.randbytes(rng.randint(*pictures[1])))


def make_corpus(dest: Path, kits: int, seed: int = 1, small: bool = False) -> list[Path]:
    folders = [dest / f"kit-{i:05d}" for i in range(1, kits + 1)]
    for i, folder in enumerate(folders, 1):
        rng = random.Random(f"{seed}/{i - 1}")
        make_kit(folder, rng, small)
        if i % FILM_EACH == 0 and not small:
            make_film(folder / "images" / "film.mp4", FILM_BYTES, rng)
    return folders


def make_film(path: Path, size: int, rng: random.Random) -> None:
    """Bytes that nothing can compress, in blocks: it may be larger than the memory."""
    with open(path, "wb") as film:
        while size > 0:
            film.write(rng.randbytes(min(size, BLOCK)))
            size -= BLOCK


def size_of(folder: Path) -> tuple[int, int]:
    """Files and bytes."""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return len(sizes), sum(sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dest", type=Path, help="a folder that does not exist yet")
    parser.add_argument("--kits", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    options.dest.mkdir(parents=True)
    folders = make_corpus(options.dest, options.kits, options.seed, options.small)
    files, size = size_of(options.dest)
    print(f"{len(folders)} kits, {files} files, {size / 1e6:.0f} MB in {options.dest}")


if __name__ == "__main__":
    main()
