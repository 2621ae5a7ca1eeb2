#include "common/program.h"

#include <cstdio>
#include <exception>
#include <new>

#include "topfive/base/log.h"
#include "topfive/base/stop_signal.h"
#include "topfive/base/text.h"
#include "topfive/engine/allocator.h"
#include "topfive/engine/build_info.h"

namespace topfive::apps {
namespace {

constexpr const char* kExitCodes =
    "\nExit codes:\n"
    "  0 ok   64 wrong command line   65 bad data   66 input missing   70 bug in topfive   73 cannot create output\n"
    "  74 reading or writing failed   75 stopped, checkpoint saved: run again with --resume auto\n"
    "  76 another process of the run was lost   78 wrong config";

int fail(base::ExitCode code, const std::string& program, const std::string& message) {
  std::fprintf(stderr, "%s: error: %s\n", program.c_str(), message.c_str());
  return static_cast<int>(code);
}

int run_work(const std::string& program, const std::string& log_level, const std::function<base::ExitCode()>& work) {
  try {
    base::set_up_logging(log_level);
    base::install_stop_handlers();
    engine::set_up_allocator();
    return static_cast<int>(work());
  } catch (const base::UserError& error) {
    return fail(error.code(), program, error.what());
  } catch (const std::bad_alloc&) {
    return fail(base::ExitCode::kInternal, program,
                "out of memory; lower train.global_batch_size, train.eval_batch_size or data.ring_batches");
  } catch (const std::exception& error) {
    return fail(base::ExitCode::kInternal, program, std::string("unexpected: ") + error.what());
  }
}

// A flag that sets the policy to one value.
CLI::Option* add_policy_flag(CLI::App& app, const std::string& flag, const std::string& help,
                             weights::LoadPolicy& policy, weights::LoadPolicy value) {
  return app.add_flag_callback(
      flag, [&policy, value] { policy = value; }, help);
}

}  // namespace

CLI::Validator choice_of(std::vector<std::pair<std::string, int>> names) {
  const auto to_number = [names = std::move(names)](std::string& text) {
    std::vector<std::string> known;
    for (const auto& [name, number] : names) {
      if (name == text) {
        text = std::to_string(number);
        return std::string();
      }
      known.push_back(name);
    }
    return base::in_quotes(text) + " is not one of " + base::join(known) + base::did_you_mean(text, known);
  };
  return {to_number, ""};
}

void add_policy_flags(CLI::App& app, CLI::Option* weights, weights::LoadPolicy& policy) {
  using weights::LoadPolicy;
  auto* strict =
      add_policy_flag(app, "--strict", "Every name and shape of --weights must fit", policy, LoadPolicy::kStrict);
  auto* head_only = add_policy_flag(app, "--head-only", "All but the classifier must fit (the default)", policy,
                                    LoadPolicy::kHeadOnly);
  auto* partial = add_policy_flag(app, "--partial", "Load what fits, keep initial weights for the rest", policy,
                                  LoadPolicy::kPartial);
  strict->excludes(head_only)->excludes(partial);
  head_only->excludes(partial);
  for (auto* flag : {strict, head_only, partial}) flag->needs(weights);
}

int run_program(CLI::App& app, int argc, char** argv, const std::string& notes,
                const std::function<base::ExitCode()>& work) {
  std::string log_level = "info";
  app.add_option("--log-level", log_level, "How much to say: debug, info, warning, error")->capture_default_str();
  app.set_version_flag("--version", engine::build_summary(), "What this program was built from");
  app.footer(notes + kExitCodes);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help and --version
  } catch (const CLI::ParseError& error) {
    return fail(base::ExitCode::kUsage, app.get_name(), std::string(error.what()) + "; see --help");
  }
  return run_work(app.get_name(), log_level, work);
}

}  // namespace topfive::apps
