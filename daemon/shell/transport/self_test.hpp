#pragma once
// Does the transport protect as it must? Tried at each start with throw-away keys on a loopback port, in a few
// milliseconds, because libzmq is silent when it does not: without a ZAP handler, CURVE admits every key.

#include <zmq.hpp>

#include "daemon/shell/transport/zap.hpp"

namespace essaimage::shell {

/// A key that the handler admits gets through, and is named by its User-Id; one that it refuses does not; nor does a
/// client that expects another server key, nor one without CURVE. The judge of `zap` is replaced, and admits everybody
/// afterwards. Errors: Errc::transport_self_test with what went wrong.
Status test_curve(zmq::context_t& context, Zap& zap);

}  // namespace essaimage::shell
