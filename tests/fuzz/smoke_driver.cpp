/// The short run of a fuzz target, without libFuzzer: PROGRAM SECONDS CORPUS. Gives the target
/// every file of the corpus, then mutations of them until the time is over. The input under way
/// stands in a file that outlives the process, however it dies: that file is the finding.

#include "tests/fuzz/fuzz_input.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace {

constexpr std::size_t input_bytes_max = 65'536;
constexpr unsigned seed = 20'26; // The same run again finds the same, as far as it gets.
constexpr int edits_max = 5;
constexpr std::size_t piece_bytes_max = 64;

/// The input under way, in memory that the parent process sees, too: it is there however the child
/// dies.
struct shared_input {
  std::size_t size;
  std::array<char, input_bytes_max> bytes;

  void note(const std::string& x) noexcept {
    std::memcpy(bytes.data(), x.data(), x.size());
    size = x.size();
  }
};

/// Null, and said why, where there is no memory.
shared_input* make_shared_input() {
  auto* made = ::mmap(nullptr, sizeof(shared_input), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (made == MAP_FAILED) {
    std::perror("mmap");
    return nullptr;
  }
  return static_cast<shared_input*>(made);
}

std::vector<std::string> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_regular_file(folder))
    files.push_back(folder);
  else
    for (const auto& entry : std::filesystem::directory_iterator{folder})
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> out;
  for (const auto& file : files) {
    std::ifstream in{file, std::ios::binary};
    out.emplace_back(std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{});
    out.back().resize(std::min(out.back().size(), input_bytes_max));
  }
  return out;
}

class mutator {
public:
  explicit mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {
    // nop
  }

  std::string next() {
    auto x = any();
    for (auto edits = 1 + below(edits_max); edits > 0; --edits)
      edit(x);
    x.resize(std::min(x.size(), input_bytes_max));
    return x;
  }

private:
  std::size_t below(std::size_t n) {
    return n == 0 ? 0 : random_() % n;
  }

  const std::string& any() {
    return corpus_[below(corpus_.size())];
  }

  void edit(std::string& x) {
    constexpr std::array<int, 10> telling{0, 1, 0x0a, 0x20, 0x22, 0x25, 0x2f, 0x7f, 0x80, 0xff};
    auto at = below(x.size() + 1);
    const auto& other = any();
    switch (below(6)) {
      case 0:
        if (at < x.size())
          x[at] = static_cast<char>(x[at] ^ (1 << below(8)));
        return;
      case 1:
        x.insert(at, 1, static_cast<char>(telling[below(telling.size())]));
        return;
      case 2:
        x.erase(at, 1 + below(piece_bytes_max));
        return;
      case 3:
        x.insert(at, x.substr(below(x.size()), below(piece_bytes_max)));
        return;
      case 4:
        x.insert(at, other.substr(below(other.size()), below(piece_bytes_max)));
        return;
      default:
        x.resize(at);
        x += other.substr(below(other.size()));
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937 random_{seed};
};

/// In memory of its own and of exactly its size.
void run_one(const std::string& x) {
  std::vector<std::uint8_t> data(x.begin(), x.end());
  LLVMFuzzerTestOneInput(data.data(), data.size());
}

/// Returns when all went well, and else not at all.
void run_all(const std::vector<std::string>& corpus, std::chrono::seconds budget,
             shared_input& now) {
  using clock = std::chrono::steady_clock;
  auto begin = clock::now();
  for (const auto& x : corpus) {
    now.note(x);
    run_one(x);
  }
  mutator mutate{corpus};
  std::size_t runs = corpus.size();
  for (; clock::now() < begin + budget; ++runs) {
    auto x = mutate.next();
    now.note(x);
    run_one(x);
  }
  auto took = std::chrono::duration<double>(clock::now() - begin).count();
  std::printf("%zu seeds, %zu runs, %.0f a second\n", corpus.size(), runs,
              static_cast<double>(runs) / took);
}

/// Keeps the input that the child died of.
int keep_finding(const shared_input& x, const std::string& file) {
  std::ofstream{file, std::ios::binary}.write(x.bytes.data(), static_cast<long>(x.size));
  std::fprintf(stderr, "a finding: the input is in %s\n", file.c_str());
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s SECONDS CORPUS\n", argv[0]);
    return 2;
  }
  auto corpus = read_corpus(argv[2]);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s holds no seeds\n", argv[2]);
    return 2;
  }
  auto* now = make_shared_input();
  if (now == nullptr)
    return 2;
  auto child = ::fork();
  if (child == 0) {
    run_all(corpus, std::chrono::seconds{std::atoi(argv[1])}, *now);
    return 0;
  }
  int status = 1;
  if (child < 0 || ::waitpid(child, &status, 0) != child) {
    std::perror("fork");
    return 2;
  }
  auto name = std::filesystem::path{argv[0]}.filename().string();
  return status == 0 ? 0 : keep_finding(*now, name + ".finding");
}
