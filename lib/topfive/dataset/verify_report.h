// A check's result, for people and for programs.
#pragma once

#include <string>

#include "topfive/dataset/verify.h"

namespace topfive::dataset {

// One line a split, then each problem with its meaning and its first pictures, then the verdict.
std::string report_text(const VerifyReport& report);

// {"format": 1, "clean": bool, "errors": n, "warnings": n, "notes": n, "splits": {"train": {...}},
//  "problems": [{"problem": "truncated", "severity": "error", "meaning": "...", "count": n, "known": n,
//                "findings": [{"subject": "...", "detail": "...", "known": bool}]}]}
// Only problems that were found are listed, each with at most FindingLog::kKept findings.
std::string report_json(const VerifyReport& report);

}  // namespace topfive::dataset
