// The same work for many items on a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace topfive::data {

// Calls work(0), ..., work(count - 1) on at most `threads` threads, in no particular order, and returns when all are
// done. Where calls throw, the exception of the lowest item is thrown on, so that the message does not depend on
// timing; items behind it may be left out.
void for_each_in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace topfive::data
