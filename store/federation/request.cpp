#include "store/federation/request.hpp"

#include <algorithm>
#include <set>

#include "store/crypto/hash.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/federation/media_withdrawal.hpp"
#include "store/federation/member_file.hpp"
#include "store/federation/mirror_file.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/succession_file.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {
namespace {

constexpr std::string_view title = "# Demande de signature / request for signatures: essaimagectl federation sign\n";

tl::unexpected<Error> malformed(const std::string& what) { return fail(Errc::request_malformed, what); }

/// What a file says of itself: where it lies, its version, its predecessor, and in which feed.
struct Said {
  std::string path;
  std::uint64_t version = 1;
  Sha256 previous;
  Audience audience = {};
};

Result<Said> said_by(std::string_view path, std::string_view content) {
  const auto below = [](std::string_view folder, const std::string& name) {
    return std::string(folder) + "/" + name + std::string(feed_path::file_suffix);
  };
  if (path == feed_path::federation) {
    TRY(const auto file, parse_federation_file(content));
    return Said{std::string(path), file.version, file.previous};
  }
  if (path.starts_with(feed_path::members_folder)) {
    TRY(const auto file, parse_member_file(content));
    return Said{below(feed_path::members_folder, file.member.slug), file.version, file.previous};
  }
  if (feed_path::is_succession(path)) {
    TRY(const auto file, parse_succession_file(content));
    return Said{succession_path(file), file.version, file.previous};
  }
  if (path.starts_with(feed_path::invitations_folder)) {
    TRY(const auto file, parse_invitation_file(content));
    return Said{below(feed_path::invitations_folder, file.key.hex()), file.version, {}};
  }
  if (path.starts_with(feed_path::mirrors_folder)) {
    TRY(const auto file, parse_mirror_file(content));
    return Said{below(feed_path::mirrors_folder, file.slug), file.version, file.previous};
  }
  if (path.starts_with(feed_path::catalogue_folder)) {
    TRY(const auto file, parse_catalogue_file(content));
    return Said{feed_path::of_kit(feed_path::catalogue_folder, file.kit), file.version, file.previous, file.audience()};
  }
  if (path.starts_with(feed_path::withdrawals_folder)) {
    TRY(const auto file, parse_media_withdrawal(content));
    return Said{media_withdrawal_path(file.media), file.version, file.previous};
  }
  return malformed(std::string(path));
}

Result<RequestedStatement> read_statement(const TomlTable& table) {
  RequestedStatement statement;
  TRY(statement.path, table.text("path"));
  TRY(statement.version, table.number("version"));
  TRY(const auto previous, table.text("previous"));
  TRY(statement.previous, Sha256::parse(previous));
  TRY(statement.content, table.text("content"));
  TRY(statement.signatures, table.text("signatures"));
  TRY(const auto said, said_by(statement.path, statement.content));
  if (said.path != statement.path || said.version != statement.version || said.previous != statement.previous) {
    return malformed(statement.path + ": its content says otherwise");
  }
  statement.audience = said.audience;
  TRY(const auto again, merge_signatures(statement.signatures, {}));
  if (again != statement.signatures) return malformed(statement.path + ": signatures");
  return statement;
}

/// "moulins ssh-ed25519 AAAA…", by rising key.
std::string encode_neighbours(const Role& neighbours) {
  std::vector<std::string> texts;
  for (const auto& key : neighbours.keys) {
    const auto note = neighbours.notes.find(key);
    texts.push_back((note == neighbours.notes.end() ? std::string() : note->second) + " " + to_openssh(key));
  }
  return "needs = " + std::to_string(neighbours.threshold) + "\nneighbours = " + toml_texts(texts) + "\n";
}

Result<std::optional<Role>> read_neighbours(const TomlTable& table) {
  if (!table.has("neighbours")) return std::optional<Role>();
  Role role;
  TRY(const auto needs, table.number("needs"));
  TRY(const auto texts, table.texts("neighbours"));
  if (needs == 0 || needs > limits::neighbours_max || texts.size() > limits::neighbours_max) return table.wrong("needs", "1 to 16");
  role.threshold = static_cast<std::uint32_t>(needs);
  for (const auto& text : texts) {
    const auto blank = text.find(' ');
    if (blank == std::string::npos) return table.wrong("neighbours", "a member and a key");
    const auto slug = text.substr(0, blank);
    TRY(const auto key, from_openssh(std::string_view(text).substr(blank + 1)));
    if (!is_slug(slug) || (!role.keys.empty() && !(role.keys.back() < key)))
      return table.wrong("neighbours", "members with their keys, by rising key");
    role.keys.push_back(key);
    role.notes[key] = slug;
  }
  return std::optional(std::move(role));
}

Status check_whole(const SigningRequest& request) {
  TRY(const auto roles, parse_federation_file(request.roles));
  const auto hash = sha256(bytes_of(request.roles));
  if (roles.version == 1 && hash != request.federation) return malformed("roles: of another federation");
  std::set<std::pair<Audience, std::string>> paths;
  for (const auto& statement : request.statements) {
    const bool twice = !paths.insert({statement.audience, statement.path}).second;
    const bool late = statement.path == feed_path::federation && &statement != &request.statements.front();
    if (twice || late) return malformed(statement.path + ": twice, or not first");
  }
  if (paths.empty()) return malformed("it asks for nothing");
  const bool any = std::ranges::any_of(request.statements, [](const auto& each) { return feed_path::is_succession(each.path); });
  if (any != request.neighbours.has_value() || (any && request.statements.size() > 1))
    return malformed("a succession stands alone, with the neighbours that have to sign it");
  const auto* next = request.next_roles();
  if (next == nullptr) return {};
  TRY(const auto file, parse_federation_file(next->content));
  if (file.previous != hash || file.version != roles.version + 1 || file.slug != roles.slug)
    return malformed("federation.toml does not follow the roles");
  return {};
}

Result<SigningRequest> read_request(std::string_view text) {
  TRY(const auto table, TomlTable::parse(text, "request", request_bytes_max));
  SigningRequest request;
  TRY(const auto format, table.number("format"));
  if (format != 1) return table.wrong("format", "1");
  TRY(const auto federation, table.text("federation"));
  TRY(request.federation, FederationId::parse(federation));
  TRY(request.roles, table.text("roles"));
  TRY(request.neighbours, read_neighbours(table));
  TRY(const auto statements, table.tables("statements"));
  for (const auto& each : statements) {
    TRY(auto statement, read_statement(each));
    request.statements.push_back(std::move(statement));
  }
  CHECK_OK(check_whole(request));
  if (encode(request) != text) return malformed("not in its one byte form");
  return request;
}

}  // namespace

const RequestedStatement* SigningRequest::next_roles() const {
  const bool first = !statements.empty() && statements.front().path == feed_path::federation;
  return first ? &statements.front() : nullptr;
}

StatementName SigningRequest::name(const RequestedStatement& statement) const {
  return {federation, statement.path, statement.version, statement.previous};
}

std::string encode(const SigningRequest& request) {
  std::string text(title);
  text += "format = 1\nfederation = \"" + request.federation.hex() + "\"\nroles = " + toml_lines(request.roles) + "\n";
  if (request.neighbours) text += encode_neighbours(*request.neighbours);
  for (const auto& statement : request.statements) {
    text += "\n[[statements]]\npath = " + toml_text(statement.path) + "\nversion = " + std::to_string(statement.version);
    text += "\nprevious = \"" + statement.previous.hex() + "\"\ncontent = " + toml_lines(statement.content);
    text += "\nsignatures = " + toml_lines(statement.signatures) + "\n";
  }
  return text;
}

Result<SigningRequest> parse_request(std::string_view text) {
  if (text.size() > request_bytes_max) return malformed("longer than " + std::to_string(request_bytes_max) + " bytes");
  std::string lines(text);
  std::erase(lines, '\r');
  auto request = read_request(lines);
  if (!request && request.error().code != Errc::request_malformed) return malformed(request.error().detail);
  return request;
}

Result<std::vector<Demand>> demands_of(const SigningRequest& request) {
  TRY(const auto held, parse_federation_file(request.roles));
  auto next = held;
  if (const auto* statement = request.next_roles()) {
    TRY(next, parse_federation_file(statement->content));
  }
  std::vector<Demand> demands;
  const auto add = [&](std::size_t at, std::string_view role, const Role& who, bool of_next) -> Status {
    const auto& statement = request.statements[at];
    Demand demand{at, std::string(role), of_next, who, {}};
    TRY(demand.signers, signers_of(request.name(statement), bytes_of(statement.content), statement.signatures, demand.who));
    demands.push_back(std::move(demand));
    return {};
  };
  const bool changes = request.next_roles() != nullptr;
  for (std::size_t at = 0; at < request.statements.size(); ++at) {
    if (request.neighbours) {
      CHECK_OK(add(at, role_neighbours, *request.neighbours, false));
      continue;
    }
    TRY(const auto role, role_of(request.statements[at].path));
    if (role == role_root) CHECK_OK(add(at, role, held.roles.at(std::string(role)), false));
    CHECK_OK(add(at, role, next.roles.at(std::string(role)), changes));
  }
  return demands;
}

Status keep_signatures_that_count(SigningRequest& request) {
  TRY(const auto demands, demands_of(request));
  std::vector<std::set<SigningKey>> signers(request.statements.size());
  for (const auto& demand : demands) signers[demand.statement].insert(demand.signers.begin(), demand.signers.end());
  for (std::size_t at = 0; at < signers.size(); ++at) {
    auto& signatures = request.statements[at].signatures;
    TRY(signatures, only_by(signers[at], signatures));
  }
  return {};
}

Status sign(SigningRequest& request, const SigningSecret& secret) {
  const auto& key = secret.public_key();
  const auto is_ours = [&](const Demand& demand) { return demand.who.has(key); };
  TRY(const auto demands, demands_of(request));
  if (std::ranges::none_of(demands, is_ours)) return fail(Errc::key_not_of_role, to_openssh(key));
  CHECK_OK(keep_signatures_that_count(request));
  bool signs = false;
  for (const auto& demand : demands) {
    if (!is_ours(demand)) continue;
    if (std::find(demand.signers.begin(), demand.signers.end(), key) != demand.signers.end()) continue;
    auto& statement = request.statements[demand.statement];
    const auto signature = sign_statement(request.name(statement), bytes_of(statement.content), {&secret});
    // Ours in the place of a wrong one.
    TRY(statement.signatures, merge_signatures(signature, statement.signatures));
    signs = true;
  }
  return signs ? Status{} : fail(Errc::request_signed, to_openssh(key));
}

}  // namespace essaimage::store
