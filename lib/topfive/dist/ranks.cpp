#include "topfive/dist/ranks.h"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <utility>

#include <torch/csrc/distributed/c10d/comm.hpp>
#include <torch/types.h>

#include "topfive/base/error.h"
#include "topfive/base/text.h"

namespace topfive::dist {
namespace {

using base::ExitCode;
using base::UserError;

constexpr std::size_t kBroadcastBufferBytes = std::size_t{250} << 20;  // as DistributedDataParallel

// The reason without LibTorch's addresses of functions.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Runs one collective and tells a failure as what it means for the run.
template <typename Operation>
auto collective(const World& world, const std::string& what, const Operation& operation) {
  try {
    return operation();
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& error) {
    throw UserError(ExitCode::kPeerFailed, "rank " + std::to_string(world.rank) + " lost the other ranks in " + what +
                                               ": " + base::one_line(first_line(error.what()), 300));
  }
}

at::Tensor bytes_of(const std::string& text, std::int64_t length) {
  at::Tensor bytes = torch::zeros({length}, torch::kUInt8);
  std::memcpy(bytes.data_ptr(), text.data(), text.size());
  return bytes;
}

std::string text_of(const at::Tensor& bytes, std::int64_t length) {
  return {static_cast<const char*>(bytes.data_ptr()), static_cast<std::size_t>(length)};
}

std::string without_indent_and_comma(const std::string& line) {
  const auto begin = line.find_first_not_of(' ');
  const auto end = line.find_last_not_of(" ,");
  return begin == std::string::npos ? "" : line.substr(begin, end + 1 - begin);
}

// Of two texts that differ, such as recipes, the first line in which they do.
std::pair<std::string, std::string> first_different_lines(const std::string& a, const std::string& b) {
  std::istringstream lines_of_a(a);
  std::istringstream lines_of_b(b);
  std::string line_of_a;
  std::string line_of_b;
  while (line_of_a == line_of_b && (lines_of_a || lines_of_b)) {
    line_of_a.clear();
    line_of_b.clear();
    std::getline(lines_of_a, line_of_a);
    std::getline(lines_of_b, line_of_b);
  }
  return {without_indent_and_comma(line_of_a), without_indent_and_comma(line_of_b)};
}

}  // namespace

Ranks::Ranks(World world, const c10::Device& device, std::chrono::milliseconds timeout,
             std::optional<std::chrono::milliseconds> operation_timeout)
    : world_(std::move(world)), store_(open_store(world_, timeout)) {
  group_ = collective(world_, "the first meeting",
                      [&] { return make_process_group(world_, store_, device, operation_timeout.value_or(timeout)); });
}

void Ranks::sum(at::Tensor& tensor, const std::string& what) {
  if (!alone()) finish(*begin_sum(tensor, what), what);
}

c10::intrusive_ptr<c10d::Work> Ranks::begin_sum(at::Tensor& tensor, const std::string& what) {
  return collective(world_, what, [&] {
    std::vector<at::Tensor> tensors = {tensor};
    return group_->allreduce(tensors);
  });
}

void Ranks::finish(c10d::Work& work, const std::string& what) {
  collective(world_, what, [&] { work.wait(); });
}

std::int64_t Ranks::sum(std::int64_t value, const std::string& what) {
  at::Tensor tensor = torch::tensor({value}, torch::kInt64);
  sum(tensor, what);
  return tensor.item<std::int64_t>();
}

void Ranks::broadcast(const std::vector<at::Tensor>& tensors, const std::string& what, int from) {
  if (alone() || tensors.empty()) return;  // c10d takes an empty list for a bug
  collective(world_, what, [&] { c10d::broadcast_coalesced(group_, tensors, kBroadcastBufferBytes, from); });
}

void Ranks::to_main(const at::Tensor& tensor, int from, const std::string& what) {
  if (from == 0 || (rank() != from && !is_main())) return;
  collective(world_, what, [&] {
    std::vector<at::Tensor> tensors = {tensor};
    (is_main() ? group_->recv(tensors, from, /*tag=*/0) : group_->send(tensors, /*dstRank=*/0, /*tag=*/0))->wait();
  });
}

std::string Ranks::broadcast(const std::string& text, const std::string& what) {
  if (alone()) return text;
  at::Tensor length = torch::tensor({static_cast<std::int64_t>(text.size())}, torch::kInt64);
  broadcast({length}, what);
  const auto bytes_in_text = length.item<std::int64_t>();
  at::Tensor bytes = bytes_of(is_main() ? text : "", std::max<std::int64_t>(bytes_in_text, 1));
  broadcast({bytes}, what);
  return text_of(bytes, bytes_in_text);
}

std::vector<std::string> Ranks::gather(const std::string& text, const std::string& what) {
  if (alone()) return {text};
  at::Tensor lengths = torch::zeros({size()}, torch::kInt64);
  lengths[rank()] = static_cast<std::int64_t>(text.size());
  sum(lengths, what);
  const auto longest = std::max<std::int64_t>(lengths.max().item<std::int64_t>(), 1);
  std::vector<at::Tensor> own = {bytes_of(text, longest)};
  std::vector<std::vector<at::Tensor>> all(1);
  for (int rank = 0; rank < size(); ++rank) all[0].push_back(torch::zeros({longest}, torch::kUInt8));
  collective(world_, what, [&] { group_->allgather(all, own)->wait(); });

  std::vector<std::string> texts;
  for (int rank = 0; rank < size(); ++rank) {
    texts.push_back(text_of(all[0][static_cast<std::size_t>(rank)], lengths[rank].item<std::int64_t>()));
  }
  return texts;
}

void Ranks::require_equal(const std::string& what, const std::string& value) {
  const std::vector<std::string> values = gather(value, "comparing the " + what);
  const auto different = std::find_if(values.begin(), values.end(), [&](const auto& v) { return v != values.front(); });
  if (different == values.end()) return;
  const auto [there, here] = first_different_lines(*different, values.front());
  throw UserError(ExitCode::kConfig, "rank " + std::to_string(different - values.begin()) +
                                         " does not agree with rank 0 on the " + what + ": " +
                                         base::in_quotes(there, 100) + ", not " + base::in_quotes(here, 100) +
                                         "; start all ranks with the same program, recipe and data");
}

}  // namespace topfive::dist
