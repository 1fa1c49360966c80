#!/bin/bash
# All tests of the release build, some at a time. What failed runs once more, alone: a test with a clock can lose against its
# neighbours. One that fails alone, too, fails; and after more than a few failures there is no second try, as that is no bad luck.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

second_tries_max=2
failures=build/release/Testing/Temporary/LastTestsFailed.log # Lines of NUMBER:NAME, written by ctest.

rm -f "$failures"
if ctest --preset release; then exit 0; fi
if [[ ! -s $failures ]] || (($(wc -l <"$failures") > second_tries_max)); then exit 1; fi
names=$(cut -d: -f2 "$failures" | paste -sd' ')
echo "ops/test.sh: failed beside others, tried again alone: $names"
if ! ctest --preset release --rerun-failed --parallel 1; then
  echo "ops/test.sh: failed alone, too; the first output above may say more" >&2
  exit 1
fi
echo "ops/test.sh: passed alone: $names. Either the test or the server has a race that the output above shows: it is to be found."
