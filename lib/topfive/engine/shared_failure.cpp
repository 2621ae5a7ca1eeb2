#include "topfive/engine/shared_failure.h"

#include <sstream>
#include <string>
#include <vector>

namespace topfive::engine {
namespace {

using base::ExitCode;
using base::UserError;

// As it goes from rank to rank: "<place> <code> <message>".
std::string failure_text(const std::exception_ptr& error, std::int64_t place) {
  const auto text = [place](ExitCode code, const std::string& message) {
    return std::to_string(place) + " " + std::to_string(static_cast<int>(code)) + " " + message;
  };
  try {
    std::rethrow_exception(error);
  } catch (const UserError& user_error) {
    if (user_error.code() == ExitCode::kPeerFailed) throw;
    return text(user_error.code(), user_error.what());
  } catch (const std::exception& other) {
    return text(ExitCode::kInternal, std::string("unexpected: ") + other.what());
  }
}

struct Failure {
  int rank = 0;
  std::int64_t place = 0;
  int code = 0;
  std::string message;
};

Failure parse_failure(int rank, const std::string& text) {
  Failure failure;
  failure.rank = rank;
  std::istringstream stream(text);
  stream >> failure.place >> failure.code;
  stream.get();
  std::getline(stream, failure.message);
  return failure;
}

}  // namespace

void settle_failures(RankTeam& team, const std::exception_ptr& own, std::int64_t place) {
  if (team.alone() && own) std::rethrow_exception(own);
  const auto texts = team.gather(own ? failure_text(own, place) : "", "comparing how the ranks fared");
  std::optional<Failure> first;
  for (std::size_t rank = 0; rank < texts.size(); ++rank) {
    if (texts[rank].empty()) continue;
    const Failure failure = parse_failure(static_cast<int>(rank), texts[rank]);
    if (!first || failure.place < first->place) first = failure;
  }
  if (!first) return;
  const auto code = static_cast<ExitCode>(first->code);
  if (!team.is_main()) throw SharedFailure(code, nullptr);
  if (first->rank == 0) throw SharedFailure(code, own);
  const UserError told(code, "rank " + std::to_string(first->rank) + ": " + first->message);
  throw SharedFailure(code, std::make_exception_ptr(told));
}

void do_together(RankTeam& team, const std::function<void()>& work) {
  std::exception_ptr error;
  try {
    work();
  } catch (...) {
    error = std::current_exception();
  }
  settle_failures(team, error);
}

}  // namespace topfive::engine
