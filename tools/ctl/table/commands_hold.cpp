// The verbs about what this node holds, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

std::vector<Command> hold_commands() {  // NOLINT(readability-function-size): a table of words
  const Positional kit{{"KIT", "KIT"}, {"the kit: CENTRE/NAME", "le kit : CENTRE/NOM"}, true, false, Completes::kit};
  return {
      {"fetch",
       {"Bring the media of a kit here that this node would not hold by itself.",
        "Apporter ici les médias d'un kit que ce nœud ne garderait pas de lui-même."},
       {"This version is then held; `pin` holds new versions too. It comes from whoever has it and is connected.",
        "Cette version est alors gardée ; `pin` garde aussi les nouvelles. Elle vient de qui l'a et est connecté."},
       {kit},
       {{"wait", {}, {"until it is whole", "jusqu'à ce qu'il soit entier"}}},
       {{"fetch wazemmes/lampe --wait", {"Before a workshop:", "Avant un atelier :"}}},
       verb::fetch},
      {"pin",
       {"Hold a kit and its new versions, whatever the policy says.",
        "Garder un kit et ses nouvelles versions, quelle que soit la règle générale."},
       {"Pinned kits have the room first when not all media fit.", "Les kits épinglés ont la place en premier quand tout ne tient pas."},
       {kit},
       {},
       {{"pin wazemmes/lampe", {"A kit that is used every week:", "Un kit utilisé chaque semaine :"}}},
       verb::pin},
      {"unpin",
       {"Take back what was chosen for a kit: the policy decides again.",
        "Revenir sur ce qui a été choisi pour un kit : la règle générale décide de nouveau."},
       {"After `pin`, `fetch` and `drop` alike. What is here stays.", "Après `pin`, `fetch` ou `drop`. Ce qui est ici reste."},
       {kit},
       {},
       {{"unpin wazemmes/lampe", {"It is not needed any more:", "Il ne sert plus :"}}},
       verb::unpin},
      {"drop",
       {"Remove the media of a kit from this node, and do not hold its new versions.",
        "Enlever de ce nœud les médias d'un kit, et ne pas garder ses nouvelles versions."},
       {"Refused unless `copies_min` other connected members hold them whole. What another held kit uses stays, and so does what only earlier "
        "versions used. Never for this centre's own kits.",
        "Refusé si moins de `copies_min` autres membres connectés les ont en entier. Ce qu'un autre kit gardé utilise reste, comme ce que seules des "
        "versions précédentes utilisaient. Jamais pour les kits de ce centre."},
       {kit},
       {{"anyway", {}, {"without asking who else holds it", "sans demander qui d'autre l'a"}}},
       {{"drop wazemmes/film", {"To make room:", "Pour faire de la place :"}}},
       verb::drop},
      {"hold",
       {"Show what this node holds and why: policy, choices, room, and what waits for it.",
        "Montrer ce que ce nœud garde et pourquoi : règle générale, choix, place, et ce qui en attend."},
       {"The policy is the section [hold] of essaimage.toml.", "La règle générale est la section [hold] d'essaimage.toml."},
       {},
       {},
       {{"hold", {"Why is it not here?", "Pourquoi n'est-ce pas ici ?"}}},
       verb::hold},
      {"pause",
       {"Let media rest on this node, in both directions; texts and news go on.",
        "Mettre les médias en pause sur ce nœud, dans les deux sens ; les textes et les nouvelles continuent."},
       {"Until `resume`, the end of the time, or the daemon's next start. Whole chunks that have come stay, and it goes on from there.",
        "Jusqu'à `resume`, la fin du délai, ou le prochain lancement du démon. Les fragments entiers déjà arrivés restent, et cela reprendra de là."},
       {},
       {{"for", {"30m", "30m"}, {"how long: 45s, 30m, 12h, 7d", "durée : 45s, 30m, 12h, 7d"}}},
       {{"pause --for 2h", {"During a video conference:", "Pendant une visioconférence :"}}},
       verb::pause},
      {"resume",
       {"Let media move again after `pause`.", "Laisser les médias circuler de nouveau après `pause`."},
       {"At the hours of the section [traffic] of essaimage.toml.", "Aux heures de la section [traffic] d'essaimage.toml."},
       {},
       {},
       {{"resume", {"The conference is over:", "La conférence est finie :"}}},
       verb::resume},
  };
}

}  // namespace essaimage::ctl
