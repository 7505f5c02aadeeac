#include "tools/ctl/client.hpp"

namespace essaimage::ctl {

namespace {

/// The daemon answers or tells progress well within this, but for one long store call of verify or
/// commit.
constexpr std::chrono::hours answer_max{24};

/// An interrupt of ours and a daemon that stops look alike to the connection: only ours is a
/// cancellation.
Error as_cancelled(Error error) {
  if (error.code == Errc::stopping) return {Errc::cancelled, {}};
  return error;
}

Result<Json> parse_json(const std::string& text) {
  auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return fail(Errc::control_closed, "the answer is not JSON");
  return json;
}

}  // namespace

std::string pretty(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace); }

std::string text_at(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::uint64_t number_at(const Json& json, const char* key) {
  const auto at = json.find(key);
  if (at == json.end() || !at->is_number_integer()) return 0;
  return at->is_number_unsigned() ? at->get<std::uint64_t>()
                                  : static_cast<std::uint64_t>(std::max<std::int64_t>(0, at->get<std::int64_t>()));
}

bool flag_at(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_boolean() && at->get<bool>();
}

const Json& object_at(const Json& json, const char* key) {
  static const Json none = Json::object();
  if (!json.is_object()) return none;
  const auto at = json.find(key);
  return at != json.end() && at->is_object() ? *at : none;
}

const Json& list_at(const Json& json, const char* key) {
  static const Json none = Json::array();
  const auto at = json.find(key);
  return at != json.end() && at->is_array() ? *at : none;
}

std::string texts_at(const Json& json, const char* key) {
  std::string out;
  for (const auto& text : list_at(json, key))
    if (text.is_string()) out += (out.empty() ? "" : ", ") + text.get<std::string>();
  return out;
}

Result<Client> Client::connect(const Context& context) {
  const auto layout = context.layout();
  auto connection = control::Connection::connect(layout.control_socket(), context.io.interrupt);
  if (connection) return Client(std::move(*connection));
  std::error_code ignored;
  const bool no_home = connection.error().code == Errc::control_not_running && !std::filesystem::exists(layout.identity(), ignored);
  if (no_home) return fail(Errc::home_missing, layout.home.string());
  return fail(connection.error().code, layout.home.string());
}

Status Client::send_frame(const control::Frame& frame) {
  auto sent = connection_.send(frame);
  if (sent) return sent;
  if (sent.error().code != Errc::control_closed) return tl::unexpected(as_cancelled(sent.error()));
  // The daemon gave up on the upload: it said why before it closed.
  auto why = next();
  if (why) return fail(Errc::control_closed);
  return tl::unexpected(why.error());
}

/// The next frame that is no failure.
Result<control::Frame> Client::next() {
  auto frame = connection_.receive(answer_max);
  if (!frame) return tl::unexpected(as_cancelled(frame.error()));
  if (!*frame) return fail(Errc::timed_out);
  if (const auto* failure = std::get_if<control::Failure>(&**frame)) return tl::unexpected(control::error_of(*failure));
  return std::move(**frame);
}

Status Client::start(std::string_view verb, const Json& arguments) {
  return send_frame(control::Request{std::string(verb), arguments.dump(-1, ' ', false, Json::error_handler_t::replace)});
}

Result<Json> Client::finish(const Handlers& handlers) {
  for (;;) {
    TRY(const auto frame, next());
    if (const auto* reply = std::get_if<control::Reply>(&frame)) return parse_json(reply->json);
    if (const auto* item = std::get_if<control::Item>(&frame)) {
      TRY(const auto json, parse_json(item->json));
      if (handlers.item) CHECK_OK(handlers.item(json));
    } else if (const auto* data = std::get_if<control::Data>(&frame)) {
      if (handlers.data) CHECK_OK(handlers.data(*data));
    } else if (const auto* progress = std::get_if<control::Progress>(&frame)) {
      if (handlers.progress != nullptr) handlers.progress->show(*progress);
    }
  }
}

Result<Json> Client::next_item(const Handlers& handlers) {
  for (;;) {
    TRY(const auto frame, next());
    if (const auto* item = std::get_if<control::Item>(&frame)) return parse_json(item->json);
    if (const auto* progress = std::get_if<control::Progress>(&frame); progress != nullptr && handlers.progress != nullptr)
      handlers.progress->show(*progress);
    if (std::holds_alternative<control::Reply>(frame)) return fail(Errc::control_closed, "an early answer");
  }
}

Result<Json> Client::ask(std::string_view verb, const Json& arguments, const Handlers& handlers) {
  CHECK_OK(start(verb, arguments));
  return finish(handlers);
}

Result<Json> Client::list(std::string_view verb, const Json& arguments) {
  auto entries = Json::array();
  Handlers handlers;
  handlers.item = [&](const Json& page) -> Status {
    if (!page.is_array()) return fail(Errc::control_closed, "expected a list");
    for (const auto& entry : page) entries.push_back(entry);
    return {};
  };
  TRY([[maybe_unused]] const auto reply, ask(verb, arguments, handlers));
  return entries;
}

Status Client::send(const Json& item) { return send_frame(control::Item{item.dump(-1, ' ', false, Json::error_handler_t::replace)}); }

Status Client::send(control::Data data) { return send_frame(std::move(data)); }

}  // namespace essaimage::ctl
