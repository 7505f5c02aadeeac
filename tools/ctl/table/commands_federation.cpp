// The verbs about who speaks for the federation, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

namespace {

const Positional role{{"ROLE", "RÔLE"},
                      {"root, members, curators, withdrawals or heartbeat", "root, members, curators, withdrawals ou heartbeat"}};
const Option threshold{"threshold", {"N", "N"}, {"how many of its keys have to sign", "combien de ses clés doivent signer"}};
const Option expires{
    "expires", {"2027-12-31", "2027-12-31"}, {"the last day on which it counts, or never", "le dernier jour où il compte, ou jamais"}};
const Option note{
    "note",
    {"TEXT", "TEXTE"},
    {"whose key it is, for people; every member can read it", "à qui est la clé, pour les personnes ; chaque membre peut le lire"}};
const Positional request{{"FILE", "FICHIER"}, {"the request", "la demande"}};

std::vector<Command> role_commands() {  // NOLINT(readability-function-size): a table of words
  return {
      {"federation role show",
       {"Show who may say what for the federation: keys, how many have to sign, until when.",
        "Montrer qui peut dire quoi au nom de la fédération : clés, combien doivent signer, jusqu'à quand."},
       {"", ""},
       {},
       {},
       {{"federation role show", {"Who signs?", "Qui signe ?"}}},
       verb::role_show},
      {"federation role add",
       {"Give a role one more key (on the federation's node).", "Ajouter une clé à un rôle (sur le nœud de la fédération)."},
       {"Signed by the root keys as they are and as they will be. Where they lie elsewhere, it writes a request for them to sign.",
        "Signé par les clés racines telles qu'elles sont et telles qu'elles seront. Si elles sont ailleurs, écrit une demande à leur faire signer."},
       {role,
        {{"KEY", "CLÉ"}, {"a key file, its .pub, or \"ssh-ed25519 AAAA…\"", "un fichier de clé, son .pub, ou « ssh-ed25519 AAAA… »"}}},
       {note, threshold, expires, request_option(), offline_option()},
       {{"federation role add curators anne.pub --note Anne --threshold 2",
         {"Two of the curators have to sign:", "Deux curateurs doivent signer :"}}},
       verb::role_add},
      {"federation role remove",
       {"Take a key from a role (on the federation's node).", "Retirer une clé d'un rôle (sur le nœud de la fédération)."},
       {"What it alone has signed is signed anew in the same step, so that it stays in force.",
        "Ce qu'elle seule a signé est signé de nouveau dans la même étape, et reste donc en vigueur."},
       {role, {{"KEY", "CLÉ"}, {"its fingerprint, its note, its .pub", "son empreinte, sa note, son .pub"}}},
       {threshold, expires, request_option(), offline_option()},
       {{"federation role remove curators Anne", {"Anne has left:", "Anne est partie :"}}},
       verb::role_remove},
      {"federation role rotate",
       {"Replace the key that this home has of a role by a new one (on the federation's node).",
        "Remplacer par une nouvelle la clé d'un rôle qui est dans ce nœud (sur le nœud de la fédération)."},
       {"", ""},
       {role},
       {threshold, expires, request_option(), offline_option()},
       {{"federation role rotate members", {"After a theft of keys/role-members:", "Après un vol de keys/role-members :"}}},
       verb::role_rotate},
      {"federation role set",
       {"Change how many keys of a role have to sign, or until when it counts (on the federation's node).",
        "Changer combien de clés d'un rôle doivent signer, ou jusqu'à quand il compte (sur le nœud de la fédération)."},
       {"", ""},
       {role},
       {threshold, expires, request_option(), offline_option()},
       {{"federation role set curators --expires 2027-12-31", {"Until the end of 2027:", "Jusqu'à la fin de 2027 :"}}},
       verb::role_set},
  };
}

std::vector<Command> signing_commands() {  // NOLINT(readability-function-size): a table of words
  return {
      {"federation key new",
       {"Make a key for a role, on any computer or a stick.", "Créer une clé pour un rôle, sur un ordinateur quelconque ou une clé USB."},
       {"Needs neither a daemon nor a home. The file is the secret; FILE.pub is for the federation.",
        "Sans démon ni nœud. Le fichier est le secret ; FICHIER.pub est pour la fédération."},
       {{{"FILE", "FICHIER"}, {"where to write it", "où l'écrire"}}},
       {note},
       {{"federation key new /media/anne/curatrice --note Anne", {"On a stick:", "Sur une clé USB :"}}},
       verb::key_new},
      {"federation sign",
       {"Say in plain words what a request asks for, and sign it.", "Dire en clair ce qu'une demande propose, et la signer."},
       {"Needs neither a daemon nor a home. The signature is added to the file; hand it on, or back to the federation's node. A neighbour signs a "
        "new key with the key of its home.",
        "Sans démon ni nœud. La signature s'ajoute au fichier ; passez-le à la personne suivante, ou rendez-le au nœud de la fédération. Un voisin "
        "signe une nouvelle clé avec celle de son nœud."},
       {request},
       {{"key",
         {"KEYFILE", "CLÉ"},
         {"the key to sign with; else those of this home", "la clé avec laquelle signer ; sinon celles de ce nœud"}},
        {"look", {}, {"only show it", "seulement la montrer"}},
        {"yes", {}, {"do not ask", "sans demander"}}},
       {{"federation sign request-federation-v2.toml --key /media/anne/curatrice", {"With a key on a stick:", "Avec une clé USB :"}}},
       verb::federation_sign},
      {"federation apply",
       {"Publish what enough keys have signed (on the federation's node).",
        "Publier ce qu'assez de clés ont signé (sur le nœud de la fédération)."},
       {"Of two requests about the same thing the first that is applied counts; the other one is refused.",
        "De deux demandes sur la même chose, la première appliquée compte ; l'autre est refusée."},
       {request},
       {offline_option()},
       {{"federation apply request-federation-v2.toml", {"When all have signed:", "Quand tous ont signé :"}}},
       verb::federation_apply},
      {"federation requests",
       {"List the centres that wait for signatures, to join or for a new key, or write the request of one (on the federation's node).",
        "Montrer les centres qui attendent des signatures, pour adhérer ou changer de clé, ou écrire la demande de l'un d'eux (sur le nœud de la fédération)."},
       {"", ""},
       {{{"SLUG", "NOM-COURT"}, {"the centre", "le centre"}, false}},
       {{"wait", {}, {"until that centre has asked", "jusqu'à ce que ce centre ait demandé"}}, request_option()},
       {{"federation requests wazemmes --to wazemmes.toml", {"To have it signed:", "Pour la faire signer :"}}},
       verb::federation_requests},
      {"federation heartbeat",
       {"Sign the time now (on the federation's node; it does so once a day by itself).",
        "Signer l'heure maintenant (sur le nœud de la fédération ; il le fait seul une fois par jour)."},
       {"Needed after it was off for more than 30 days: look at the clock first. All centres judge by it what has run out.",
        "Nécessaire après plus de 30 jours d'arrêt : vérifiez d'abord l'horloge. Tous les centres jugent d'après elle ce qui a expiré."},
       {},
       {offline_option()},
       {{"federation heartbeat", {"After the summer:", "Après l'été :"}}},
       verb::federation_heartbeat},
  };
}

}  // namespace

std::vector<Command> federation_commands() {
  auto all = role_commands();
  for (auto& command : signing_commands()) all.push_back(std::move(command));
  return all;
}

}  // namespace essaimage::ctl
