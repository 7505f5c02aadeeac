#pragma once
// What essaimaged and essaimagectl exit with. Stable: scripts rely on them; a number is never given
// another meaning. `essaimagectl help exit-codes` and the man pages print this list.

#include <array>

#include "proto/language.hpp"

namespace essaimage {

enum class ExitCode : int {
  ok = 0,
  refused = 1,      ///< the command was refused, or something was found to be wrong
  usage = 2,        ///< the command line is not understood
  not_running = 3,  ///< no essaimaged answers for this home
  timed_out = 4,
  failed = 5,  ///< the disk, the connection or essaimage itself failed
  interrupted = 130,
};

struct ExitCodeText {
  ExitCode code;
  Text meaning;
};

inline constexpr std::array<ExitCodeText, 7> exit_code_texts{{
    {ExitCode::ok,
     {"done; for `verify`, `kit check` and `sync`: all is well", "fait ; pour `verify`, `kit check` et `sync` : tout va bien"}},
    {ExitCode::refused, {"refused, or a problem was found", "refusé, ou un problème a été trouvé"}},
    {ExitCode::usage, {"the command line is not understood", "la ligne de commande n'est pas comprise"}},
    {ExitCode::not_running, {"no essaimaged runs for this home", "aucun essaimaged ne tourne pour ce dossier"}},
    {ExitCode::timed_out, {"it took longer than was allowed", "cela a duré plus longtemps que permis"}},
    {ExitCode::failed, {"the disk, the connection or essaimage itself failed", "le disque, la connexion ou essaimage lui-même a échoué"}},
    {ExitCode::interrupted, {"stopped by Ctrl-C", "arrêté par Ctrl-C"}},
}};

}  // namespace essaimage
