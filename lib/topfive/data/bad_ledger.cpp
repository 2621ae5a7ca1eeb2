#include "topfive/data/bad_ledger.h"

#include "topfive/base/error.h"

namespace topfive::data {
namespace {

[[noreturn]] void fail(const std::string& name, const std::string& reason, const std::string& next) {
  throw base::UserError(base::ExitCode::kBadData, name + ": the picture cannot be used: " + reason + "; " + next);
}

}  // namespace

BadLedger::BadLedger(const SampleSource& source, const LoaderOptions& options) : source_(source), options_(options) {}

void BadLedger::begin_epoch(std::int64_t epoch) {
  epoch_ = epoch;
  seen_.clear();
}

void BadLedger::judge(const SlotTrouble& trouble) {
  for (const BadAttempt& attempt : trouble.bad) judge(attempt);
  if (trouble.error) std::rethrow_exception(trouble.error);
  if (trouble.filled) return;
  const BadAttempt& last = trouble.bad.back();
  fail(source_.name(last.index), last.reason, "no picture of the data set can be used");
}

void BadLedger::judge(const BadAttempt& attempt) {
  const std::string name = source_.name(attempt.index);
  if (options_.bad_pictures == BadPictures::kFail) {
    fail(name, attempt.reason,
         "evaluation counts every picture, so repair or replace it, or let eval --skip-bad leave it out and say so");
  }
  if (!seen_.insert(attempt.index).second) return;
  if (options_.on_bad) options_.on_bad({name, attempt.kind, attempt.reason});
  if (options_.bad_pictures == BadPictures::kLeaveOut || count() <= options_.max_bad) return;
  fail(name, attempt.reason,
       std::to_string(count()) + " such pictures in epoch " + std::to_string(epoch_) +
           ", where data.max_bad_images and data.max_bad_fraction allow " + std::to_string(options_.max_bad) +
           "; repair or remove them, or raise the limit");
}

}  // namespace topfive::data
