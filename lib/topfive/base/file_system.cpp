#include "topfive/base/file_system.h"

#include <array>
#include <climits>
#include <cstdio>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace topfive::base {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kFileMode = 0666;  // less the umask
constexpr unsigned kDirectoryMode = 0777;

EntryKind kind_from_mode(mode_t mode) {
  if (S_ISREG(mode)) return EntryKind::kFile;
  if (S_ISDIR(mode)) return EntryKind::kDirectory;
  return S_ISLNK(mode) ? EntryKind::kLink : EntryKind::kOther;
}

class RealFileSystem : public FileSystem {
 public:
  int create_file(const fs::path& path) override {
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode);
  }
  // O_NONBLOCK, as opening a named pipe that nobody writes to would wait for ever.
  int open_for_reading(const fs::path& path) override {
    return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  }
  int open_directory(const fs::path& path) override { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }
  ssize_t read(int descriptor, std::span<std::byte> bytes) override {
    return ::read(descriptor, bytes.data(), bytes.size());
  }
  ssize_t write(int descriptor, std::span<const std::byte> bytes) override {
    return ::write(descriptor, bytes.data(), bytes.size());
  }
  int sync(int descriptor) override { return ::fsync(descriptor); }
  int close(int descriptor) override { return ::close(descriptor); }

  int rename(const fs::path& from, const fs::path& to) override { return std::rename(from.c_str(), to.c_str()); }
  int make_directory(const fs::path& path) override { return ::mkdir(path.c_str(), kDirectoryMode); }
  int make_link(const fs::path& target, const fs::path& link) override {
    return ::symlink(target.c_str(), link.c_str());
  }
  int remove_file(const fs::path& path) override { return ::unlink(path.c_str()); }
  int remove_directory(const fs::path& path) override { return ::rmdir(path.c_str()); }

  int read_link(const fs::path& link, fs::path& target) override {
    std::array<char, PATH_MAX> text{};
    const ssize_t length = ::readlink(link.c_str(), text.data(), text.size());
    if (length < 0) return -1;
    target = std::string(text.data(), static_cast<std::size_t>(length));
    return 0;
  }

  int list(const fs::path& directory, std::vector<DirectoryEntry>& entries) override {
    entries.clear();
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return -1;
    const int error = read_entries(directory, stream, entries);
    ::closedir(stream);
    errno = error;
    return error == 0 ? 0 : -1;
  }

  int kind_of(const fs::path& path, EntryKind& kind) override {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return -1;
    kind = kind_from_mode(info.st_mode);
    return 0;
  }

  int check_writable(const fs::path& directory) override {
    return ::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS);
  }

 private:
  // 0, or the error.
  int read_entries(const fs::path& directory, DIR* stream, std::vector<DirectoryEntry>& entries) {
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(stream);
      if (entry == nullptr) return errno;
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      EntryKind kind = EntryKind::kOther;
      if (kind_of(directory / name, kind) == 0) {
        entries.push_back({name, kind});
      } else if (errno != ENOENT) {  // Gone in between is as good as never there.
        return errno;
      }
    }
  }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem files;
  return files;
}

}  // namespace topfive::base
