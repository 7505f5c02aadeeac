#include "store/feed/commit.hpp"

#include <algorithm>
#include <charconv>

#include "proto/limits.hpp"

namespace essaimage::store {
namespace {

constexpr std::string_view domain = "essaimage.invalid";  // RFC 2606: never anybody's mail
constexpr std::string_view format_version = "1";

bool in_bounds(std::uint64_t part) { return part >= 1 && part <= order_part_max; }

/// The structural rules that hold for every commit, whoever signed it.
bool well_formed(const Commit& commit) {
  const Order& order = commit.order;
  if (!is_slug(commit.feed.centre) || !in_bounds(order.generation) || !in_bounds(order.epoch) || !in_bounds(order.seq)) {
    return false;
  }
  if (commit.time.seconds < 0 || commit.time.seconds > commit_time_max) return false;
  if (commit.parent.has_value() == (order.seq == 1)) return false;
  if (!commit.resolves) return true;
  return order.seq == 1 && order.epoch > 1 && commit.resolves->first < commit.resolves->second;
}

std::string person(const Commit& commit) {
  return commit.feed.centre + " <" + principal_of(commit.feed.centre) + "> " + std::to_string(commit.time.seconds) + " +0000\n";
}

/// The headers before the signature.
std::string headers(const Commit& commit) {
  std::string text = "tree " + commit.tree.hex() + "\n";
  if (commit.parent) text += "parent " + commit.parent->hex() + "\n";
  text += "author " + person(commit);
  text += "committer " + person(commit);
  return text;
}

/// The blank line, the fixed message and its trailers.
std::string message(const Commit& commit) {
  std::string text = "\nessaimage: " + commit.feed.str() + " " + commit.order.str() + "\n\n";
  const auto trailer = [&](std::string_view name, std::string_view value) {
    text.append("Essaimage-").append(name).append(": ").append(value).append("\n");
  };
  trailer("Format", format_version);
  trailer("Federation", commit.federation.hex());
  trailer("Feed", commit.feed.str());
  trailer("Generation", std::to_string(commit.order.generation));
  trailer("Epoch", std::to_string(commit.order.epoch));
  trailer("Seq", std::to_string(commit.order.seq));
  if (commit.resolves) trailer("Resolves", commit.resolves->first.hex() + " " + commit.resolves->second.hex());
  return text;
}

/// What is signed: the commit without its signature.
std::string payload(const Commit& commit) { return headers(commit) + message(commit); }

/// As git does: the first line behind "gpgsig ", each further one behind a blank.
std::string signature_header(std::string_view armoured) {
  std::string text = "gpgsig ";
  for (std::size_t at = 0; at < armoured.size();) {
    const auto end = armoured.find('\n', at) + 1;
    if (at > 0) text.push_back(' ');
    text.append(armoured.substr(at, end - at));
    at = end;
  }
  return text;
}

/// Takes a text apart from the front. Sloppy on purpose: the comparison with encode() judges.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : left_(text) {}

  /// The rest of the line if it starts so.
  std::optional<std::string_view> line(std::string_view prefix) {
    if (!left_.starts_with(prefix)) return std::nullopt;
    const auto end = left_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto value = left_.substr(prefix.size(), end - prefix.size());
    left_ = left_.substr(end + 1);
    return value;
  }

 private:
  std::string_view left_;
};

tl::unexpected<Error> malformed(std::string_view what) { return fail(Errc::malformed, "commit: " + std::string(what)); }

template <class Number>
std::optional<Number> number(std::optional<std::string_view> text) {
  Number value{};
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> time_of(std::optional<std::string_view> author) {
  if (!author || !author->ends_with(" +0000")) return std::nullopt;
  const auto until_zone = author->substr(0, author->size() - 6);
  const auto blank = until_zone.rfind(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  return number<std::int64_t>(until_zone.substr(blank + 1));
}

Status parse_headers(Cutter& text, Commit& commit) {
  TRY(commit.tree, ObjectId::parse(text.line("tree ").value_or("")));
  if (const auto parent = text.line("parent ")) {
    TRY(commit.parent, ObjectId::parse(*parent));
  }
  const auto time = time_of(text.line("author "));
  if (!time || !text.line("committer ")) return malformed("author and committer");
  commit.time.seconds = *time;
  const auto first = text.line("gpgsig ");
  if (!first) return malformed("no signature");
  std::string armoured = std::string(*first) + "\n";
  while (const auto next = text.line(" ")) armoured.append(*next).append("\n");
  TRY(const SshSignature signature, parse_ssh_signature(armoured));
  if (signature.name_space != git_namespace) return malformed("namespace of the signature");
  commit.key = signature.key;
  commit.signature = signature.signature;
  return {};
}

Status parse_message(Cutter& text, Commit& commit) {
  if (!text.line("") || !text.line("essaimage: ") || !text.line("") || !text.line("Essaimage-Format: ")) {
    return malformed("message");
  }
  TRY(commit.federation, FederationId::parse(text.line("Essaimage-Federation: ").value_or("")));
  TRY(commit.feed, FeedId::parse(text.line("Essaimage-Feed: ").value_or("")));
  const auto generation = number<std::uint64_t>(text.line("Essaimage-Generation: "));
  const auto epoch = number<std::uint64_t>(text.line("Essaimage-Epoch: "));
  const auto seq = number<std::uint64_t>(text.line("Essaimage-Seq: "));
  if (!generation || !epoch || !seq) return malformed("order");
  commit.order = {*generation, *epoch, *seq};
  if (const auto pair = text.line("Essaimage-Resolves: ")) {
    const auto blank = std::min(pair->find(' '), pair->size());
    TRY(const auto first, ObjectId::parse(pair->substr(0, blank)));
    TRY(const auto second, ObjectId::parse(pair->substr(std::min(blank + 1, pair->size()))));
    commit.resolves = std::pair{first, second};
  }
  return {};
}

}  // namespace

Result<Order> parse_order(std::string_view text) {
  Order order;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::uint64_t* part : {&order.generation, &order.epoch, &order.seq}) {
    const auto [next, error] = std::from_chars(at, end, *part);
    if (error != std::errc() || !in_bounds(*part)) break;
    at = next == end ? end : next + 1;
  }
  // There is one form of it.
  if (order.str() != text || !in_bounds(order.seq)) return fail(Errc::malformed, "no order: " + std::string(text));
  return order;
}

std::string principal_of(const std::string& centre) { return centre + "@" + std::string(domain); }

Bytes sign_commit(Commit& commit, const SigningSecret& secret) {
  commit.time.seconds = std::clamp<std::int64_t>(commit.time.seconds, 0, commit_time_max);
  ESSAIMAGE_ASSERT(well_formed(commit));
  const std::string armoured = sign_ssh(secret, git_namespace, bytes_of(payload(commit)));
  const auto signature = parse_ssh_signature(armoured);
  ESSAIMAGE_ASSERT(signature.has_value());
  commit.key = signature->key;
  commit.signature = signature->signature;
  return encode(commit);
}

Bytes encode(const Commit& commit) {
  const std::string armoured = armour({commit.key, std::string(git_namespace), commit.signature});
  const std::string text = headers(commit) + signature_header(armoured) + message(commit);
  const ByteView bytes = bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

Result<Commit> parse_commit(ByteView raw) {
  if (raw.size() > limits::commit_bytes_max) return malformed("too long");
  Cutter text(text_of(raw));
  Commit commit;
  CHECK_OK(parse_headers(text, commit));
  CHECK_OK(parse_message(text, commit));
  if (!well_formed(commit)) return malformed("order, time or parent");
  if (!std::ranges::equal(encode(commit), raw)) return malformed("not in its one byte form");
  return commit;
}

bool signature_holds(const Commit& commit) {
  return verify(SshSignature{commit.key, std::string(git_namespace), commit.signature}, git_namespace, bytes_of(payload(commit)));
}

}  // namespace essaimage::store
