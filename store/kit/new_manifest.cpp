#include "store/kit/new_manifest.hpp"

#include <map>

#include "store/kit/guess.hpp"

namespace essaimage::kit {
namespace {

constexpr std::size_t picture_lines_max = 20;

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

std::string toml_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? ", " : "") + toml_text(text);
  return out + "]";
}

/// Writes blocks of a comment and a line, the line commented out where it is only an example.
class Writer {
 public:
  explicit Writer(Language language) : language_(language) {}

  std::string_view say(std::string_view french, std::string_view english) const { return language_ == Language::french ? french : english; }
  void comment(std::string_view french, std::string_view english) { text_ += "# " + std::string(say(french, english)) + "\n"; }
  void line(std::string_view text) { text_ += std::string(text) + "\n"; }
  void blank() { text_ += "\n"; }
  void value(std::string_view key, const std::string& toml) { text_ += std::string(key) + " = " + toml + "\n"; }
  void example(std::string_view key, std::string_view french, std::string_view english) {
    text_ += "# " + std::string(key) + " = " + std::string(say(french, english)) + "\n";
  }
  std::string take() { return std::move(text_); }

 private:
  Language language_;
  std::string text_;
};

void write_head(Writer& out, const Guess& guess) {
  out.comment("La fiche de ce kit. Une ligne qui commence par # ne compte pas : ôtez le # pour l'utiliser.",
              "The sheet of this kit. A line that starts with # does not count: remove the # to use it.");
  out.comment("`essaimagectl kit check` dit ce qui manque encore.", "`essaimagectl kit check` says what is still missing.");
  out.blank();
  out.comment("prototype (un objet, un outil, un document) ou method (une façon de faire)",
              "prototype (a thing, a tool, a document) or method (a way of doing)");
  out.value("kind", toml_text(str(guess.kind)));
  out.blank();
  out.comment("Le titre est obligatoire.", "The title is needed.");
  out.value("title", toml_text(guess.title));
  out.blank();
  out.comment("En quelques phrases : à quoi cela sert, et à qui.", "In a few sentences: what it is for, and for whom.");
  if (guess.summary.empty()) out.example("summary", "\"Un bracelet qui …\"", "\"A bracelet that …\"");
  else out.value("summary", toml_text(guess.summary));
  out.blank();
  out.comment("Les langues du kit.", "The languages of the kit.");
  if (guess.languages.empty()) out.example("languages", "[\"fr\"]", "[\"en\"]");
  else out.value("languages", toml_list(guess.languages));
  out.blank();
  out.comment("workshop (des besoins recueillis en atelier) ou prototype (quelque chose est fait)",
              "workshop (needs gathered) or prototype (something is made)");
  out.value("stage", "\"prototype\"");
  out.blank();
}

void write_practice(Writer& out) {
  out.comment("Pour retrouver le kit.", "To find the kit again.");
  out.example("themes", "[\"accès aux droits\", \"parentalité\"]", "[\"access to rights\", \"parenting\"]");
  out.blank();
  out.comment("Pour animer une séance : pour qui, combien de temps, à combien, avec quoi.",
              "To run a session: for whom, how long, how many, with what.");
  out.example("participants", "[\"seniors\", \"familles\"]", "[\"seniors\", \"families\"]");
  out.example("duration", "\"2 h 30\"", "\"2 h 30\"");
  out.example("sessions", "3", "3");
  out.example("group_size", "[6, 12]", "[6, 12]");
  out.example("equipment", "[\"6 tablettes\", \"1 vidéoprojecteur\"]", "[\"6 tablets\", \"1 projector\"]");
  out.blank();
}

void write_origin(Writer& out, const Guess& guess) {
  out.comment(
      "La licence dit ce que les autres peuvent en faire : un identifiant de "
      "https://spdx.org/licenses",
      "The licence says what others may do with it: an id of https://spdx.org/licenses");
  if (guess.licence.empty()) out.example("licence", "\"CC-BY-SA-4.0\"", "\"CC-BY-SA-4.0\"");
  else out.value("licence", toml_text(guess.licence));
  out.blank();
  out.example("authors", "[\"Centre social …\"]", "[\"Social centre …\"]");
  out.example("contact", "\"contact@exemple.fr\"", "\"contact@example.org\"");
  out.blank();
  out.comment("Si ce kit vient d'un autre : <centre>/<kit>@<version>, ou une adresse https://",
              "If this kit comes from another: <centre>/<kit>@<version>, or an https:// address");
  out.example("adapted_from", "\"centre-voisin/cafe-numerique@2\"", "\"next-centre/digital-cafe@2\"");
  out.blank();
}

void write_consent(Writer& out, const Guess& guess) {
  out.comment("Pour chaque image où l'on reconnaît quelqu'un : son accord. Le rôle, jamais le nom.",
              "For each picture that shows somebody: their consent. The role, never the name.");
  out.comment("role : \"participant\", \"animator\", … ou \"none\" si l'on n'y reconnaît personne",
              "role: \"participant\", \"animator\", … or \"none\" if nobody can be recognised");
  out.comment("scope : \"territory\", \"region\" ou \"public\"", "scope: \"territory\", \"region\" or \"public\"");
  out.comment("Un chemin qui finit par / vaut pour tout le dossier.", "A path that ends in / stands for the whole folder.");
  std::map<std::string, std::size_t> folders;
  for (const auto& path : guess.pictures) {
    if (const auto slash = path.rfind('/'); slash != std::string::npos) ++folders[path.substr(0, slash + 1)];
  }
  std::size_t written = 0;
  const auto record = [&](const std::string& path) {
    if (++written > picture_lines_max) return;
    out.blank();
    out.line("# [[consent]]");
    out.line("# file = " + toml_text(path));
    out.line("# role = \"participant\"");
    out.line("# scope = \"territory\"");
    out.line("# until = 2028-12-31");
  };
  for (const auto& [folder, count] : folders) {
    if (count > 1) record(folder);
  }
  for (const auto& path : guess.pictures) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos || folders[path.substr(0, slash + 1)] == 1) record(path);
  }
  if (guess.pictures.empty()) record("photos/atelier.jpg");
  if (written > picture_lines_max) {
    out.blank();
    const auto more = std::to_string(written - picture_lines_max);
    out.comment("… et " + more + " de plus", "… and " + more + " more");
  }
}

}  // namespace

Result<std::string> new_manifest(const std::filesystem::path& folder, Language language) {
  TRY(const auto handle, FolderHandle::open(folder));
  TRY(const auto scan, scan_folder(handle));
  const auto guess = guess_from(handle, scan, folder_name(folder));
  Writer out(language);
  write_head(out, guess);
  write_practice(out);
  write_origin(out, guess);
  write_consent(out, guess);
  return out.take();
}

}  // namespace essaimage::kit
