// The verbs about members, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

std::vector<Command> member_commands() {  // NOLINT(readability-function-size): a table of words
  return {
      {"member invite",
       {"Invite a centre (on the federation's node).", "Inviter un centre (sur le nœud de la fédération)."},
       {"Prints the invitation alone on stdout: one line that fits in an e-mail and a QR code.",
        "Écrit l'invitation seule sur la sortie standard : une ligne, pour un courriel ou un QR "
        "code."},
       {{{"SLUG", "NOM-COURT"},
         {"the centre's short name, for ever: a-z, 0-9, hyphens", "le nom court du centre, définitif : a-z, 0-9, tirets"}}},
       {{"name", {"NAME", "NOM"}, {"its name, for people", "son nom, pour les personnes"}, true},
        {"territory", {"T", "T"}, {"a territory that it belongs to", "un territoire auquel il appartient"}, false, true},
        {"valid", {"7d", "7d"}, {"how long: 45s, 30m, 12h, 7d (the default)", "durée : 45s, 30m, 12h, 7d (par défaut)"}},
        {"anyway", {}, {"also if a suspended member has this name", "même si un membre suspendu porte ce nom"}},
        request_option(),
        offline_option()},
       {{"member invite wazemmes --name \"Centre social de Wazemmes\" --territory lille",
         {"A centre in the territory of Lille:", "Un centre du territoire de Lille :"}}},
       verb::member_invite},
      {"member list",
       {"List the members.", "Montrer les membres."},
       {"", ""},
       {},
       {},
       {{"member list --json", {"For a program:", "Pour un programme :"}}},
       verb::member_list},
      {"member show",
       {"Show a member: its keys, and what it published last, by feed.",
        "Montrer un membre : ses clés, et ce qu'il a publié en dernier, par fil."},
       {"", ""},
       {{{"SLUG", "NOM-COURT"}, {"the centre", "le centre"}, true, false, Completes::member}},
       {{"count", {"N", "N"}, {"how many of each feed (10)", "combien de chaque fil (10)"}}},
       {{"member show wazemmes", {"Up to where does it count after a theft?", "Jusqu'où est-ce que cela compte, après un vol ?"}}},
       verb::member_show},
      {"member suspend",
       {"Suspend a centre (on the federation's node).", "Suspendre un centre (sur le nœud de la fédération)."},
       {"It keeps what it holds; peers cut it off at the next message. What it published until now "
        "stays, or, with --last, up to there.",
        "Il garde ce qu'il a ; les pairs rompent avec lui au message suivant. Ce qu'il a publié "
        "reste, ou, avec --last, jusque-là seulement."},
       {{{"SLUG", "NOM-COURT"}, {"the centre", "le centre"}, true, false, Completes::member}},
       {{"why", {"TEXT", "TEXTE"}, {"the reason; every member can read it", "la raison ; chaque membre peut la lire"}, true},
        {"last",
         {"FEED@ORDER", "FIL@ORDRE"},
         {"the last that counts of that feed: wazemmes/region@1.1.40; else what is held here (`member show` lists them)",
          "la dernière publication qui compte de ce fil : wazemmes/region@1.1.40 ; sinon ce qui est ici (voir `member show`)"},
         false,
         true},
        anyway_option(),
        request_option(),
        offline_option()},
       {{"member suspend wazemmes --why \"computer stolen\"",
         {"After a theft:", "Après un vol :"},
         "member suspend wazemmes --why \"ordinateur volé\""}},
       verb::member_suspend},
      {"member new-key",
       {"Let a centre that lost its key go on under a new one (on the federation's node).",
        "Permettre à un centre qui a perdu sa clé de continuer avec une nouvelle (sur le nœud de la fédération)."},
       {"Prints an invitation alone on stdout; the centre joins with it in an empty home. Its name, territories and kits stay; what the "
        "old key made counts as far as it is held here when the centre joins, and nothing that it makes later. After a theft, "
        "suspend the centre first.",
        "Écrit une invitation seule sur la sortie standard ; le centre rejoint avec elle, dans un dossier vide. Son nom, ses territoires "
        "et ses kits restent ; ce que l'ancienne clé a publié compte tel qu'il est ici quand le centre rejoint, et rien de ce qu'elle ferait "
        "ensuite. Après un vol, suspendez d'abord le centre."},
       {{{"SLUG", "NOM-COURT"}, {"the centre", "le centre"}, true, false, Completes::member}},
       {{"reinstate", {}, {"also if it is suspended; then it is not any more", "même s'il est suspendu ; il ne l'est alors plus"}},
        {"by-neighbours",
         {},
         {"its neighbours sign the new key, not the members role", "ses voisins signent la nouvelle clé, au lieu du rôle members"}},
        {"last",
         {"FEED@ORDER", "FIL@ORDRE"},
         {"by neighbours: the last that counts of that feed: wazemmes/region@1.1.40",
          "par les voisins : la dernière publication qui compte de ce fil : "
          "wazemmes/region@1.1.40"},
         false,
         true},
        {"wait",
         {},
         {"by neighbours: until the centre has joined; then the request is written",
          "par les voisins : jusqu'à ce que le centre ait rejoint ; la demande est "
          "alors écrite"}},
        {"valid", {"7d", "7d"}, {"how long: 45s, 30m, 12h, 7d (the default)", "durée : 45s, 30m, 12h, 7d (par défaut)"}},
        request_option(),
        offline_option()},
       {{"member new-key wazemmes", {"Their computer broke:", "Leur ordinateur est en panne :"}},
        {"member new-key wazemmes --by-neighbours --wait --to wazemmes.toml",
         {"Nobody has the members role's keys at hand:", "Personne n'a sous la main les clés du rôle members :"}}},
       verb::member_new_key},
      {"member neighbours",
       {"Name the centres that may give a centre its next key (on the federation's node).",
        "Nommer les centres qui pourront donner à un centre sa prochaine clé (sur le nœud de la fédération)."},
       {"While all is well, as the centre asks. When its key is lost or stolen, so many of them sign the new one (`federation sign`), and the members "
        "role's keys are not needed. Signed by the members' key.",
        "Tant que tout va bien, à la demande du centre. Si sa clé est perdue ou volée, ce nombre d'entre eux signe la nouvelle (`federation sign`), sans "
        "les clés du rôle members. Signé par la clé des membres."},
       {{{"SLUG", "NOM-COURT"}, {"the centre", "le centre"}, true, false, Completes::member}},
       {{"of", {"A,B,C", "A,B,C"}, {"its neighbours: 2 to 16 other members", "ses voisins : 2 à 16 autres membres"}, false, true},
        {"needs", {"N", "N"}, {"how many of them have to sign (2)", "combien d'entre eux doivent signer (2)"}},
        {"none", {}, {"it shall have none any more", "il n'en aura plus"}},
        request_option(),
        offline_option()},
       {{"member neighbours wazemmes --of fives,moulins,escaut", {"Any two of three:", "Deux sur trois :"}}},
       verb::member_neighbours},
  };
}

}  // namespace essaimage::ctl
