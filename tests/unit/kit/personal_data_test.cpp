#include "store/kit/personal_data.hpp"

#include "tests/support/catch.hpp"

namespace personal_data_test {
using essaimage::kit::personal_data;

namespace {
using Passages = std::vector<std::string>;
}

TEST_CASE("names, phone numbers and e-mail addresses are found where they stand") {
  CHECK(personal_data("Mme Dupont a aidé, M. Martin aussi") == Passages{"Mme Dupont", "M. Martin"});
  CHECK(personal_data("avec Fatima et Jean-Pierre Durand") == Passages{"Fatima", "Jean-Pierre Durand"});
  CHECK(personal_data("Élodie est venue") == Passages{"Élodie"});
  CHECK(personal_data("appeler le 06 12 34 56 78") == Passages{"06 12 34 56 78"});
  CHECK(personal_data("+33 (0)3.20.00.00.00.") == Passages{"+33 (0)3.20.00.00.00"});
  CHECK(personal_data("Mme BENALI et MARIE DUPONT, M. LE-GALL") == Passages{"Mme BENALI", "MARIE DUPONT", "M. LE-GALL"});
  CHECK(personal_data("le 06\u00A012\u00A034\u202F56\u202F78") == Passages{"06\u00A012\u00A034\u202F56\u202F78"});
  CHECK(personal_data("écrire à x.y@example.org, merci") == Passages{"x.y@example.org"});
  CHECK(personal_data("M. Martin, 0612345678, m@example.org") == Passages{"M. Martin", "0612345678", "m@example.org"});
}

TEST_CASE("a text that names somebody is refused with the passages, unless a person answers for it") {
  using essaimage::kit::names_nobody;
  CHECK(names_nobody("très bien", "reason", false));
  CHECK(names_nobody("Mme Dupont", "reason", true));
  const auto refused = names_nobody("Mme Dupont, x@example.org", "reason", false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == essaimage::Errc::outcome_personal);
  CHECK(refused.error().detail == "reason: \"Mme Dupont\", \"x@example.org\"");
}

TEST_CASE("ordinary reports are left alone") {
  for (const char* const text :
       {"le montage a bien marché", "12 personnes, 3 séances le 12/03/2026", "Les participants de Lille et de Roubaix", "3 groupes @ 10 h",
        "du 2026-03-01 12 au soir", "Raspberry Pi 4, carte SD de 32 Go", "rue Jean Jaurès, salle Camille Claudel",
        "Très bien. Monsieur tout le monde comprend.", "", "@", "un @ tout seul"}) {
    INFO(text);
    CHECK(personal_data(text).empty());
  }
}

TEST_CASE("a text full of names costs no more than the first eight, and broken UTF-8 nothing") {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "Fatima, ";
  CHECK(personal_data(many).size() == 8);
  CHECK(personal_data("\xFF\xFE Fatima \x80").size() <= 1);
}

}  // namespace personal_data_test
