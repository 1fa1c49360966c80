#!/bin/bash
# All checks that need no running program: ops/lint.sh [STEP]...   (default: all; ops/lint.sh list names them)
# Runs every step, shows what failed, and ends with a summary.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

build=${CAMWALL_BUILD:-build/release}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/camwall-lint # Outside of build/, like that of ccache.
mkdir -p "$cache"

# Own files (committed or new) that match the patterns.
own() {
  git ls-files -co --exclude-standard --deduplicate -- "$@" | while read -r file; do
    if [[ -f $file ]]; then echo "$file"; fi
  done
}

shell_scripts() {
  own '*.sh' '.ci/*' 'ops/*' 'tests/*' | sort -u | while read -r file; do
    if head -c 32 "$file" | grep -aqE '^#!.*\b(ba)?sh\b'; then echo "$file"; fi
  done
}

step_format() { own '*.cpp' '*.hpp' | xargs -r clang-format-16 --dry-run -Werror; }
step_text() { own | python3 ops/lint/text_rules.py && python3 ops/lint/quoted_code.py; }
step_includes() { own '*.cpp' '*.hpp' | python3 ops/lint/include_rules.py; }
step_shell() { shell_scripts | xargs -r shellcheck; }
step_python() { own '*.py' | xargs -r python3 ops/lint/python_syntax.py; }
step_types() { npm run --silent typecheck; }

configure() {
  local output
  output=$(cmake --preset release -B "$build" 2>&1) || { echo "$output"; return 1; }
}
step_headers() { configure && own '*.hpp' | python3 ops/lint/compiler_checks.py headers "$build" "$cache"; }
step_tidy() { configure && own '*.cpp' | python3 ops/lint/compiler_checks.py tidy "$build" "$cache"; }

all_steps=(format text includes shell python types headers tidy)
steps=("$@")
((${#steps[@]} > 0)) || steps=("${all_steps[@]}")
if [[ ${steps[0]} == list ]]; then
  echo "${all_steps[@]}"
  exit 0
fi

failed=()
summary=()
for step in "${steps[@]}"; do
  if ! declare -F "step_$step" >/dev/null; then
    echo "lint: no such step: $step (${all_steps[*]})" >&2
    exit 2
  fi
  echo "lint: $step"
  begin=$SECONDS
  if "step_$step"; then verdict=ok; else verdict=FAILED; failed+=("$step"); fi
  summary+=("$(printf '  %-9s %-6s %4d s' "$step" "$verdict" $((SECONDS - begin)))")
done
printf '%s\n' "lint: summary" "${summary[@]}"
((${#failed[@]} == 0)) || { echo "lint: failed: ${failed[*]}" >&2; exit 1; }
