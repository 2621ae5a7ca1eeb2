// Copies the archives of a data set to a nearer disk while training already reads the originals.
//
// A copy is written under a temporary name, read again and compared by CRC32C, and renamed; from then on records are
// read from it. Its name holds a fingerprint of the original's path, size and time of change, so that data sets never
// take each other's copies and a later run finds its own. Several processes may stage into one directory: one copies an
// archive, the others wait for it. Where anything fails (a full disk), one warning is logged, and the originals serve.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "topfive/data/record_file.h"

namespace topfive::data {

class Stage {
 public:
  // Begins at once, on a thread of its own. UserError: kUsage where there are no archives (`data_dir` is for the
  // message), kCannotCreate where the directory cannot be made or written.
  Stage(std::filesystem::path directory, std::vector<std::shared_ptr<RecordFile>> archives,
        const std::filesystem::path& data_dir);
  ~Stage();  // stops after the piece that is being copied
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // Waits until everything is copied or copying was given up.
  void wait();

 private:
  void run(const std::stop_token& stop);
  void bring(RecordFile& archive, const std::stop_token& stop) const;

  std::filesystem::path directory_;
  std::vector<std::shared_ptr<RecordFile>> archives_;
  std::jthread thread_;
};

// Where the copy of an archive lies: "train-000003-0123456789abcdef.tar".
std::filesystem::path staged_path(const std::filesystem::path& directory, const RecordFile& archive);

}  // namespace topfive::data
