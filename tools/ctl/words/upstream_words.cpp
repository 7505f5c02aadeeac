#include "tools/ctl/words/upstream_words.hpp"

#include <fmt/format.h>

#include <array>

namespace essaimage::ctl {

using Here = UpstreamFile::Here;

std::string taken_text(const Taken& taken, const Context& context) {
  switch (taken.kind) {
    case Taken::Kind::as_it_is: return context.say("taken", "repris");
    case Taken::Kind::merged: return context.say("taken, with what you changed", "repris, avec vos modifications");
    case Taken::Kind::conflict:
      return context.say("CONFLICT: both changed the same; look for <<<<<<<",
                         "CONFLIT : les deux ont changé la même chose ; cherchez <<<<<<<");
    case Taken::Kind::replaced:
      return context.say("CONFLICT: theirs stands there now; yours is in the copy",
                         "CONFLIT : l'autre est en place ; le vôtre est dans la copie");
    case Taken::Kind::removed:
      return context.say("CONFLICT: removed, as it was there; yours is in the copy",
                         "CONFLIT : retiré, comme là-bas ; le vôtre est dans la copie");
    case Taken::Kind::returned:
      return context.say("CONFLICT: removed here, changed there; theirs stands there now",
                         "CONFLIT : retiré ici, modifié là-bas ; l'autre est en place");
    case Taken::Kind::kept_ours:
      return context.say("CONFLICT: yours stays, theirs lies beside", "CONFLIT : la vôtre reste, l'autre est à côté");
    case Taken::Kind::met_other:
      return context.say("CONFLICT: something else was there by then; compare with the copy",
                         "CONFLIT : autre chose s'y trouvait entre-temps ; comparez avec la copie");
    case Taken::Kind::in_the_way:
      return fmt::format(fmt::runtime(context.say("NOT TAKEN: {} is in the way; move it elsewhere, then take this file again",
                                                  "PAS REPRIS : {} est à cette place ; déplacez-le, puis reprenez ce fichier")),
                         printable(taken.in_the_way));
    case Taken::Kind::nothing: return context.say("the same already", "déjà pareil");
  }
  return {};
}

std::string here_text(Here here, const Context& context) {
  switch (here) {
    case Here::as_adapted: return context.say("as it was", "tel quel");
    case Here::edited: return context.say("changed here too", "modifié ici aussi");
    case Here::same: return context.say("the same already", "déjà pareil");
    case Here::removed: return context.say("removed here", "retiré ici");
  }
  return {};
}

std::string_view code_of(Taken::Kind kind) {
  static constexpr std::array<std::string_view, 10> names = {"taken",    "merged",    "conflict",  "replaced",   "removed",
                                                             "returned", "kept-ours", "met-other", "in-the-way", "same"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view code_of(Here here) {
  static constexpr std::array<std::string_view, 4> names = {"as-adapted", "edited", "same", "removed"};
  return names[static_cast<std::size_t>(here)];
}

}  // namespace essaimage::ctl
