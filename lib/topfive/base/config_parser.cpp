#include "topfive/base/config_parser.h"

#include <algorithm>
#include <utility>

#include "topfive/base/config_pointer.h"
#include "topfive/base/error.h"
#include "topfive/base/text.h"

namespace topfive::base {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20U;
constexpr std::size_t kMaxDepth = 64;
// Together they bound the memory of the places: a hostile text could otherwise repeat a long key
// for every value.
constexpr std::size_t kMaxValues = 20'000;
constexpr std::size_t kMaxPointer = 1024;

}  // namespace

ConfigParser::ConfigParser(std::string_view text, std::string name)
    : text_(text), name_(std::move(name)), cursor_(text) {}

ConfigDocument ConfigParser::run() {
  refuse_what_the_parser_would_take();
  Json::sax_parse(text_.begin(), text_.end(), this);
  return std::move(document_);
}

// The parser skips a byte order mark, and takes a NUL for the end of the text.
void ConfigParser::refuse_what_the_parser_would_take() const {
  if (text_.size() > kMaxTextBytes) {
    throw UserError(ExitCode::kConfig,
                    name_ + ": " + with_thousands(static_cast<long long>(text_.size())) +
                        " bytes; a configuration has at most 1 MiB, check that it is the right file");
  }
  if (text_.starts_with("\xEF\xBB\xBF")) {
    fail({name_, 1, 1}, "a byte order mark; save the file as UTF-8 without one");
  }
  if (const std::size_t offset = text_.find('\0'); offset != std::string_view::npos) {
    TextCursor cursor(text_);
    cursor.move_to(offset);
    fail({name_, cursor.line(), cursor.column()}, "a NUL byte; check that it is a text file");
  }
}

bool ConfigParser::number_float(double value, const std::string&) { return leaf(value); }

bool ConfigParser::leaf(Json value) {
  put(std::move(value));
  return true;
}

bool ConfigParser::open(Json value) {
  levels_.push_back(put(std::move(value)));
  if (levels_.size() > kMaxDepth) {
    fail(document_.value_location(levels_.back().pointer),
         "nested deeper than " + std::to_string(kMaxDepth) + " levels; make it flatter");
  }
  return true;
}

bool ConfigParser::close() {
  take_token();
  levels_.pop_back();
  return true;
}

SourceLocation ConfigParser::take_token() {
  cursor_.skip_to_token();
  SourceLocation location{name_, cursor_.line(), cursor_.column()};
  cursor_.skip_token();
  return location;
}

bool ConfigParser::key(std::string& name) {
  const SourceLocation location = take_token();
  const Level& level = levels_.back();
  key_pointer_ = child_pointer(level.pointer, name);
  if (key_pointer_.size() > kMaxPointer) {
    fail(location,
         "the path to this key is longer than " + with_thousands(kMaxPointer) + " characters; shorten the keys");
  }
  const auto [place, is_new] = document_.places_.try_emplace(key_pointer_);
  if (!is_new) {
    fail(location, "the key " + in_quotes(name) + " is given twice, first at " + place->second.key.text() +
                       "; remove one of them");
  }
  place->second.key = location;
  // Appends without a search: the places have just shown that the key is new.
  level.value->get_ref<Json::object_t&>().emplace_back(name, nullptr);
  return true;
}

// Stores a value where it belongs: the root, the end of an array, or the key that came before it.
ConfigParser::Level ConfigParser::put(Json value) {
  SourceLocation location = take_token();
  Level stored{&document_.root_, ""};
  if (!levels_.empty() && levels_.back().value->is_array()) {
    const Level& level = levels_.back();
    stored = {nullptr, child_pointer(level.pointer, level.value->size())};
    level.value->push_back(nullptr);
    stored.value = &level.value->back();
    document_.places_[stored.pointer].key = location;
  } else if (!levels_.empty()) {
    stored = {&levels_.back().value->get_ref<Json::object_t&>().back().second, key_pointer_};
  } else {
    document_.places_[""].key = location;
  }
  *stored.value = std::move(value);
  document_.places_[stored.pointer].value = location;
  if (document_.places_.size() > kMaxValues) {
    fail(location, "more than " + with_thousands(kMaxValues) + " values; check that it is a configuration");
  }
  return stored;
}

// `position` counts the bytes read, the offending one included.
bool ConfigParser::parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
  const std::string what = explain(position, error.what());
  fail({name_, cursor_.line(), cursor_.column()}, what);
}

std::string ConfigParser::explain(std::size_t position, std::string_view reason) {
  const std::size_t last = std::max(cursor_.offset(), std::max<std::size_t>(position, 1) - 1);
  if (reason.find("unexpected end of input") != std::string_view::npos) {
    cursor_.move_to(text_.size());
    if (levels_.empty()) return "the text is empty; a configuration is a JSON object";
    const SourceLocation opened = document_.value_location(levels_.back().pointer);
    const std::string bracket = levels_.back().value->is_array() ? "[" : "{";
    return "the text ends before the \"" + bracket + "\" of line " + std::to_string(opened.line) +
           " is closed; add what is missing";
  }
  // The token that is wrong begins after the last good one, but not after the last byte read.
  TextCursor token = cursor_;
  token.skip_to_token();
  cursor_.move_to(std::min(token.offset(), last));
  return explain_syntax_error(reason, text_.substr(cursor_.offset()));
}

void ConfigParser::fail(const SourceLocation& where, const std::string& what) const {
  throw UserError(ExitCode::kConfig, where.text() + ": " + what);
}

ConfigDocument ConfigDocument::parse(std::string_view text, const std::string& name) {
  ConfigDocument document = ConfigParser(text, name).run();
  if (!document.root_.is_object()) {
    throw UserError(ExitCode::kConfig, document.value_location("").text() +
                                           ": a configuration is a JSON object; put \"{\" and \"}\" around it");
  }
  return document;
}

}  // namespace topfive::base
