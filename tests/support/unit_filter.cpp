// unit_filter CALLS FAMILIES REFUSED PROGRAM ARGUMENT…: runs a program inside the filters of system
// calls that systemd 252 makes of a unit's SystemCallFilter, RestrictAddressFamilies,
// MemoryDenyWriteExecute and RestrictNamespaces (src/shared/seccomp-util.c there).
//
// CALLS     a file of the allowed calls, one a line; names that are not of this architecture, and
//           lines that begin with #, mean nothing
// FAMILIES  the numbers of the allowed address families, with commas
// REFUSED   what becomes of any other call: `error` (EPERM), or `kill`, which shows that there was
//           one

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

struct release {
  void operator()(void* x) const noexcept {
    ::seccomp_release(x);
  }
};

/// One filter in the making. Errors are exceptions.
class filter {
public:
  explicit filter(std::uint32_t otherwise) : context_(::seccomp_init(otherwise)) {
    if (!context_)
      throw std::runtime_error{"no filter"};
  }

  template <class... Conditions>
  void add(std::uint32_t action, const std::string& call, Conditions... when) {
    auto number = ::seccomp_syscall_resolve_name(call.c_str());
    if (number >= 0) // Below are the calls of other architectures.
      check(::seccomp_rule_add(context_.get(), action, number, sizeof...(when), when...));
  }

  void load() {
    check(::seccomp_load(context_.get()));
  }

private:
  static void check(int result) {
    if (result != 0)
      throw std::runtime_error{"the filter is refused: " + std::to_string(result)};
  }

  std::unique_ptr<void, release> context_;
};

constexpr scmp_arg_cmp has(unsigned argument, std::uint64_t bits) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = bits};
}

constexpr scmp_arg_cmp compare(unsigned argument, scmp_compare how, std::uint64_t value) {
  return {.arg = argument, .op = how, .datum_a = value, .datum_b = 0};
}

void restrict_families(const std::string& allowed) {
  std::set<std::uint64_t> families;
  std::istringstream in{allowed};
  for (std::string x; std::getline(in, x, ',');)
    families.insert(std::stoul(x));
  filter rules{SCMP_ACT_ALLOW};
  constexpr std::uint64_t end = AF_MAX;
  for (std::uint64_t x = 0; x < end; ++x)
    if (!families.contains(x))
      rules.add(SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", compare(0, SCMP_CMP_EQ, x));
  rules.add(SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", compare(0, SCMP_CMP_GE, end));
  rules.load();
}

void deny_write_execute() {
  filter rules{SCMP_ACT_ALLOW};
  rules.add(SCMP_ACT_ERRNO(EPERM), "mmap", has(2, PROT_EXEC | PROT_WRITE));
  for (const auto* call : {"mprotect", "pkey_mprotect"})
    rules.add(SCMP_ACT_ERRNO(EPERM), call, has(2, PROT_EXEC));
  rules.add(SCMP_ACT_ERRNO(EPERM), "shmat", has(2, SHM_EXEC));
  rules.load();
}

void deny_namespaces() {
  filter rules{SCMP_ACT_ALLOW};
  // Its flags are in memory, where no filter sees them: the C library takes clone instead.
  rules.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  rules.add(SCMP_ACT_ERRNO(EPERM), "setns");
  for (std::uint64_t kind : {CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID,
                             CLONE_NEWUSER, CLONE_NEWUTS})
    for (const auto* call : {"clone", "unshare"})
      rules.add(SCMP_ACT_ERRNO(EPERM), call, has(0, kind));
  rules.load();
}

void restrict_calls(const char* file, std::uint32_t otherwise) {
  filter rules{otherwise};
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line[0] != '#')
      rules.add(SCMP_ACT_ALLOW, line);
  rules.load();
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("usage: unit_filter CALLS FAMILIES error|kill PROGRAM ARGUMENT…\n", stderr);
    return 2;
  }
  try {
    restrict_families(argv[2]);
    deny_write_execute();
    deny_namespaces();
    // Last: what comes before it need not be on the list.
    auto kills = std::string_view{argv[3]} == "kill";
    restrict_calls(argv[1], kills ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "unit_filter: %s\n", error.what());
    return 3;
  }
  ::execv(argv[4], argv + 4);
  std::perror(argv[4]);
  return 4;
}
