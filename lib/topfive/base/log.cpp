#include "topfive/base/log.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "topfive/base/error.h"
#include "topfive/base/text.h"

namespace topfive::base {
namespace {

// "warning: ", or nothing for an info line.
class LevelWord : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& line) override {
    if (message.level == spdlog::level::info) return;
    const auto name = spdlog::level::to_string_view(message.level);
    constexpr std::string_view kEnd = ": ";
    line.append(name.begin(), name.end());
    line.append(kEnd.begin(), kEnd.end());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelWord>(); }
};

spdlog::level::level_enum level_of(std::string_view name) {
  constexpr auto kLevels =
      std::to_array<std::pair<const char*, spdlog::level::level_enum>>({{"trace", spdlog::level::trace},
                                                                        {"debug", spdlog::level::debug},
                                                                        {"info", spdlog::level::info},
                                                                        {"warning", spdlog::level::warn},
                                                                        {"error", spdlog::level::err},
                                                                        {"off", spdlog::level::off}});
  std::vector<std::string> names;
  for (const auto& [text, level] : kLevels) {
    if (name == text) return level;
    names.emplace_back(text);
  }
  throw UserError(ExitCode::kUsage,
                  "--log-level: " + in_quotes(name) + " is not one of " + join(names) + did_you_mean(name, names));
}

// "12:04:31 ", then the level's word, then what every line begins with.
void set_pattern(spdlog::logger& logger, const std::string& beginning) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<LevelWord>('*').set_pattern("%H:%M:%S %^%*%$" + beginning + "%v");
  logger.set_formatter(std::move(formatter));
}

}  // namespace

void set_up_logging(std::string_view level) {
  const auto threshold = level_of(level);
  // This sink colours only when standard error is a terminal.
  auto logger = std::make_shared<spdlog::logger>("topfive", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  set_pattern(*logger, "");
  logger->set_level(threshold);
  spdlog::set_default_logger(std::move(logger));
}

void set_log_rank(int rank) {
  spdlog::logger& logger = *spdlog::default_logger();
  set_pattern(logger, "rank " + std::to_string(rank) + ": ");
  logger.set_level(std::max(logger.level(), spdlog::level::warn));
}

void log_debug(std::string_view message) { spdlog::debug(message); }
void log_info(std::string_view message) { spdlog::info(message); }
void log_warning(std::string_view message) { spdlog::warn(message); }

}  // namespace topfive::base
