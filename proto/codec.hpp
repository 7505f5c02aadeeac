#pragma once
// Wire messages to bytes and back. The only includers of the generated wire.pb.h are codec.cpp and
// encode.cpp.
// Thread rule: free functions without state.

#include "proto/messages.hpp"

namespace essaimage {

/// One message as one ZeroMQ frame; at most limits::message_bytes_max for every message that the core makes.
Bytes encode(const Message& message);

/// Errc::malformed for anything that is not one whole, bounded, well-formed message. Never throws, never allocates
/// more than a small multiple of the input.
Result<Message> decode(ByteView frame);

}  // namespace essaimage
