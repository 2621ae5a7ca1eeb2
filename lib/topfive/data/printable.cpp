#include "topfive/data/printable.h"

#include <cstddef>

namespace topfive::data {
namespace {

unsigned byte_at(std::string_view text, std::size_t index) { return static_cast<unsigned char>(text[index]); }

// Bytes in the sequence that a lead byte announces; 0 if it cannot begin one (RFC 3629).
std::size_t announced_length(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// Refuses overlong forms, surrogates and code points above U+10FFFF; all show in the second byte.
bool second_byte_fits(unsigned lead, unsigned second) {
  if (lead == 0xE0) return second >= 0xA0;
  if (lead == 0xED) return second < 0xA0;
  if (lead == 0xF0) return second >= 0x90;
  if (lead == 0xF4) return second < 0x90;
  return true;
}

// Length of the UTF-8 sequence at `start`; 0 if there is none.
std::size_t sequence_length(std::string_view text, std::size_t start) {
  const unsigned lead = byte_at(text, start);
  const std::size_t length = announced_length(lead);
  if (length == 0 || start + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, start + i) & 0xC0U) != 0x80U) return 0;
  }
  if (length > 1 && !second_byte_fits(lead, byte_at(text, start + 1))) return 0;
  return length;
}

// C0 and DEL in one byte, C1 as U+0080 to U+009F in two.
bool is_control(std::string_view sequence) {
  const unsigned lead = byte_at(sequence, 0);
  if (sequence.size() == 1) return lead < 0x20 || lead == 0x7F;
  return sequence.size() == 2 && lead == 0xC2 && byte_at(sequence, 1) < 0xA0;
}

void append_escaped(std::string& text, unsigned byte) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  text += "\\x";
  text += kDigits[byte >> 4U];
  text += kDigits[byte & 0xFU];
}

}  // namespace

std::string printable(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t length = sequence_length(name, i);
    const std::string_view sequence = name.substr(i, length == 0 ? 1 : length);
    if (length == 0 || is_control(sequence)) {
      for (std::size_t k = 0; k < sequence.size(); ++k) append_escaped(text, byte_at(sequence, k));
    } else {
      text += sequence;
    }
    i += sequence.size();
  }
  return text;
}

}  // namespace topfive::data
